#include "daemon/transactions/states.h"

#include <stdint.h>

#define TO(state) (1u << TRANSACTION_STATE_##state)

#define STATE_NAME(state, name) [TRANSACTION_STATE_##state] = (name),
static const char *const state_names[TRANSACTION_STATE_COUNT] = {TRANSACTION_STATES(STATE_NAME)};
#undef STATE_NAME

/* A bit for each state that may follow. */
static const uint32_t state_next[TRANSACTION_STATE_COUNT] = {
    [TRANSACTION_STATE_OPEN] =
        TO(CAPTURING) | TO(EXTRACTING) | TO(COMPARING) | TO(RECORDING) | TO(CANCELLING),
    [TRANSACTION_STATE_CAPTURING] = TO(OPEN) | TO(EXTRACTING) | TO(WITHDRAWN),
    [TRANSACTION_STATE_EXTRACTING] = TO(OPEN) | TO(COLLECTING) | TO(WITHDRAWN),
    [TRANSACTION_STATE_COLLECTING] = TO(OPEN) | TO(WITHDRAWN),
    [TRANSACTION_STATE_WITHDRAWN] = TO(CANCELLING),
    [TRANSACTION_STATE_COMPARING] = TO(RECORDING) | TO(FAILED),
    [TRANSACTION_STATE_RECORDING] = TO(DECIDED) | TO(EXCEPTED) | TO(FAILED),
    [TRANSACTION_STATE_CANCELLING] = TO(CANCELLED) | TO(FAILED),
    [TRANSACTION_STATE_DECIDED] = 0,
    [TRANSACTION_STATE_EXCEPTED] = 0,
    [TRANSACTION_STATE_CANCELLED] = 0,
    [TRANSACTION_STATE_FAILED] = 0,
};

const char *transaction_state_name(enum transaction_state state)
{
    return (unsigned)state < TRANSACTION_STATE_COUNT ? state_names[state] : "?";
}

bool transaction_state_may_move(enum transaction_state from, enum transaction_state to)
{
    return (unsigned)from < TRANSACTION_STATE_COUNT && (unsigned)to < TRANSACTION_STATE_COUNT &&
           (state_next[from] & 1u << to) != 0;
}

bool transaction_state_is_final(enum transaction_state state)
{
    return (unsigned)state < TRANSACTION_STATE_COUNT && state_next[state] == 0;
}

bool transaction_state_is_at_rest(enum transaction_state state)
{
    return state == TRANSACTION_STATE_OPEN || transaction_state_is_final(state);
}
