/* states.h: the states of a transaction and the moves allowed between them, as a table.
 *
 *     open <-> capturing -> extracting -> collecting -> open   a sample is taken and recorded, or not good enough (retry)
 *     open -> extracting -> open                               a sample or reference is submitted
 *     open -> comparing -> recording -> decided                no more samples: compare, record, answer
 *     open -> recording -> excepted                            nothing is or can be captured: recorded with its reason
 *     capturing, extracting, collecting -> withdrawn           given up in the middle of a step, whose end is awaited
 *     open, withdrawn -> cancelling -> cancelled               given up, by the client, by time or at stop
 *     comparing, recording, cancelling -> failed               its record could not be made: no result
 *
 * Every transaction that was opened ends in exactly one log entry (recording or cancelling make it) or in
 * failed, which tells its client that there is no result. Pure functions; any thread.
 */
#ifndef KORDON_DAEMON_TRANSACTIONS_STATES_H
#define KORDON_DAEMON_TRANSACTIONS_STATES_H

#include <stdbool.h>

#include "base/language.h"

#define TRANSACTION_STATES(STATE)                                                                            \
    STATE(OPEN, CODE_("state", "open"))             /* waits for a sample or the decision */                 \
    STATE(CAPTURING, CODE_("state", "capturing"))   /* a scanner waits for the finger */                     \
    STATE(EXTRACTING, CODE_("state", "extracting")) /* a sample or reference becomes a template */           \
    STATE(COLLECTING, CODE_("state", "collecting")) /* the entry about a sample is on its way to the disk */ \
    STATE(WITHDRAWN, CODE_("state", "withdrawn"))   /* given up; the step under way has not come back */     \
    STATE(COMPARING, CODE_("state", "comparing"))   /* the search and the 1:1 comparison run */              \
    STATE(RECORDING, CODE_("state", "recording"))   /* the decision's entry is on its way to the disk */     \
    STATE(CANCELLING, CODE_("state", "cancelling")) /* given up; the entry that says so is on its way */     \
    STATE(DECIDED, CODE_("state", "decided"))       /* recorded and told */                                  \
    STATE(EXCEPTED, CODE_("state", "excepted"))   /* recorded that nothing is or can be captured, and why */ \
    STATE(CANCELLED, CODE_("state", "cancelled")) /* recorded as given up */                                 \
    STATE(FAILED, CODE_("state", "failed"))       /* no result: its record could not be made */

enum transaction_state {
#define TRANSACTION_STATE_ENUM(state, name) TRANSACTION_STATE_##state,
    TRANSACTION_STATES(TRANSACTION_STATE_ENUM)
#undef TRANSACTION_STATE_ENUM
        TRANSACTION_STATE_COUNT
};

/* The name in the API; "?" for what is no state. */
const char *transaction_state_name(enum transaction_state state);

/* True where the table allows the move. */
bool transaction_state_may_move(enum transaction_state from, enum transaction_state to);

/* True for states without a way out. */
bool transaction_state_is_final(enum transaction_state state);

/* True where no step is under way: open or final. Only then time is counted: it is given up, or forgotten. */
bool transaction_state_is_at_rest(enum transaction_state state);

#endif
