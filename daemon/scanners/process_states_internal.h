/* process_states_internal.h: the states of a kordon-scanner child, as kordond sees it, and what may follow what.
 *
 * Drawn from the table in process_states.c, which a test walks:
 *
 *     IDLE -> STARTING -> LISTING -> WATCHING                        (watcher)
 *             STARTING -> OPENING -> READY -> CAPTURING -> READY     (reader)
 *                                             CAPTURING -> CANCELLING -> READY
 *     every one of these -> ENDING -> WAITING -> STARTING
 *     any but CLOSED -> CLOSING -> CLOSED */
#ifndef KORDON_DAEMON_SCANNERS_PROCESS_STATES_INTERNAL_H
#define KORDON_DAEMON_SCANNERS_PROCESS_STATES_INTERNAL_H

#include <stdbool.h>

#define SCANNER_PROCESS_STATES(STATE)                                                                        \
    STATE(IDLE)       /* not started yet */                                                                  \
    STATE(STARTING)   /* spawned; HELLO is awaited */                                                        \
    STATE(OPENING)    /* OPEN sent; OPENED is awaited */                                                     \
    STATE(LISTING)    /* the watcher reports the readers there are; ENUMERATED is awaited */                 \
    STATE(WATCHING)   /* the watcher reports which come and go */                                            \
    STATE(READY)      /* the reader is open */                                                               \
    STATE(CAPTURING)  /* CAPTURE sent */                                                                     \
    STATE(CANCELLING) /* CANCEL sent; any answer to the capture is awaited */                                \
    STATE(ENDING)     /* it failed: its exit and the end of its socket are awaited */                        \
    STATE(WAITING)    /* until it is started again */                                                        \
    STATE(CLOSING)    /* the owner closes: as ENDING, but for good */                                        \
    STATE(CLOSED)     /* no handle is left */

enum scanner_process_state {
#define SCANNER_PROCESS_ENUM(name) SCANNER_PROCESS_##name,
    SCANNER_PROCESS_STATES(SCANNER_PROCESS_ENUM)
#undef SCANNER_PROCESS_ENUM
        SCANNER_PROCESS_STATE_COUNT
};

/* One state as a member of a set of states. */
#define SCANNER_PROCESS_STATE(name) (1U << SCANNER_PROCESS_##name)

/* The table's name of a state, and what it allows. */
const char *scanner_process_state_name(enum scanner_process_state state);
bool scanner_process_may_move(enum scanner_process_state from, enum scanner_process_state to);

#endif
