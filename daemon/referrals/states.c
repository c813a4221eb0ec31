#include "daemon/referrals/states.h"

#include <stdint.h>
#include <string.h>

#define TO(state) (1u << REFERRAL_STATE_##state)

static const struct state_row {
    const char *name, *shown;
} state_rows[REFERRAL_STATE_COUNT] = {
#define STATE_ROW(state, name, shown) [REFERRAL_STATE_##state] = {name, shown},
    REFERRAL_STATES(STATE_ROW)
#undef STATE_ROW
};

/* A bit for each state that may follow. */
static const uint32_t state_next[REFERRAL_STATE_COUNT] = {
    [REFERRAL_STATE_WAITING] = TO(EXAMINATION) | TO(DECIDED),
    [REFERRAL_STATE_EXAMINATION] = TO(WAITING) | TO(SECOND_WAITS) | TO(DISAGREED) | TO(DECIDED),
    [REFERRAL_STATE_SECOND_WAITS] = TO(WAITING) | TO(EXAMINATION) | TO(DECIDED),
    [REFERRAL_STATE_DISAGREED] = TO(DECIDED),
    [REFERRAL_STATE_DECIDED] = TO(CORRECTED),
    [REFERRAL_STATE_CORRECTED] = TO(CORRECTED),
};

const char *referral_state_name(enum referral_state state)
{
    return (unsigned)state < REFERRAL_STATE_COUNT ? state_rows[state].name : "?";
}

const char *referral_state_shown(enum referral_state state)
{
    return (unsigned)state < REFERRAL_STATE_COUNT ? state_rows[state].shown : "?";
}

bool referral_state_parse(const char *name, enum referral_state *state)
{
    for (int i = 0; i < REFERRAL_STATE_COUNT; i++) {
        if (strcmp(name, state_rows[i].name) == 0) {
            *state = (enum referral_state)i;
            return true;
        }
    }
    return false;
}

bool referral_state_may_move(enum referral_state from, enum referral_state to)
{
    return (unsigned)from < REFERRAL_STATE_COUNT && (unsigned)to < REFERRAL_STATE_COUNT &&
           (state_next[from] & 1u << to) != 0;
}

bool referral_state_is_opened(enum referral_state state)
{
    return state == REFERRAL_STATE_DISAGREED || referral_state_has_outcome(state);
}

bool referral_state_has_outcome(enum referral_state state)
{
    return state == REFERRAL_STATE_DECIDED || state == REFERRAL_STATE_CORRECTED;
}
