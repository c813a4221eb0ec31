#include "daemon/scanners/process_states_internal.h"

#define STATE(name) SCANNER_PROCESS_STATE(name)

static const struct {
    const char *name;
    unsigned next;
} states[SCANNER_PROCESS_STATE_COUNT] = {
    [SCANNER_PROCESS_IDLE] = {"IDLE", STATE(STARTING) | STATE(CLOSING)},
    [SCANNER_PROCESS_STARTING] = {"STARTING",
        STATE(OPENING) | STATE(LISTING) | STATE(ENDING) | STATE(CLOSING)},
    [SCANNER_PROCESS_OPENING] = {"OPENING", STATE(READY) | STATE(ENDING) | STATE(CLOSING)},
    [SCANNER_PROCESS_LISTING] = {"LISTING", STATE(WATCHING) | STATE(ENDING) | STATE(CLOSING)},
    [SCANNER_PROCESS_WATCHING] = {"WATCHING", STATE(ENDING) | STATE(CLOSING)},
    [SCANNER_PROCESS_READY] = {"READY", STATE(CAPTURING) | STATE(ENDING) | STATE(CLOSING)},
    [SCANNER_PROCESS_CAPTURING] = {"CAPTURING",
        STATE(READY) | STATE(CANCELLING) | STATE(ENDING) | STATE(CLOSING)},
    [SCANNER_PROCESS_CANCELLING] = {"CANCELLING", STATE(READY) | STATE(ENDING) | STATE(CLOSING)},
    [SCANNER_PROCESS_ENDING] = {"ENDING", STATE(WAITING) | STATE(CLOSING)},
    [SCANNER_PROCESS_WAITING] = {"WAITING", STATE(STARTING) | STATE(CLOSING)},
    [SCANNER_PROCESS_CLOSING] = {"CLOSING", STATE(CLOSED)},
    [SCANNER_PROCESS_CLOSED] = {"CLOSED", 0},
};

const char *scanner_process_state_name(enum scanner_process_state state)
{
    return state < SCANNER_PROCESS_STATE_COUNT ? states[state].name : "?";
}

bool scanner_process_may_move(enum scanner_process_state from, enum scanner_process_state to)
{
    return from < SCANNER_PROCESS_STATE_COUNT && to < SCANNER_PROCESS_STATE_COUNT &&
           (states[from].next & 1U << to) != 0;
}
