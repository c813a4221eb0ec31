/* states.h: the states of a referral and the moves allowed between them, as a table.
 *
 *     waiting <-> examination                          a seat is taken, and given back, or freed
 *     examination <-> second_waits                     the first verdict is given, nobody has the other seat; it is taken, given back; or it is freed
 *     second_waits -> waiting                          a supervisor frees the seat, whose verdict stays closed
 *     examination -> decided                           all verdicts are given, and agree (H2)
 *     examination -> disagreed -> decided              they do not: a supervisor decides, with a reason (H5)
 *     waiting, examination, second_waits -> decided    overdue: a supervisor ends it, which is never a hit (H3)
 *     decided -> corrected -> corrected                a supervisor corrects the outcome, with a reason
 *
 * A machine's match leads to waiting and no further: only people's verdicts lead to an outcome, and no state is left by time (H1). What is before
 * an outcome or a disagreement is shown as "open" alone: nobody sees that a verdict is there. Pure functions; any thread.
 */
#ifndef KORDON_DAEMON_REFERRALS_STATES_H
#define KORDON_DAEMON_REFERRALS_STATES_H

#include <stdbool.h>

#include "base/language.h"

#define REFERRAL_STATES(STATE)                                                                               \
    STATE(WAITING, "waiting", CODE_("referral_state", "open")) /* nobody has a seat */                       \
    STATE(EXAMINATION, "examination", "open")                  /* somebody examines */                       \
    STATE(SECOND_WAITS, "second_waits", "open") /* one verdict is given, and the other seat is free */       \
    STATE(DISAGREED, "disagreed",                                                                            \
        CODE_("referral_state", "disagreed")) /* the verdicts differ: no outcome, until a supervisor's */    \
    STATE(DECIDED, "decided", CODE_("referral_state", "decided"))       /* there is an outcome */            \
    STATE(CORRECTED, "corrected", CODE_("referral_state", "corrected")) /* there is another one */

enum referral_state {
#define REFERRAL_STATE_ENUM(state, name, shown) REFERRAL_STATE_##state,
    REFERRAL_STATES(REFERRAL_STATE_ENUM)
#undef REFERRAL_STATE_ENUM
        REFERRAL_STATE_COUNT
};

/* The name in our own record; "?" for what is no state. */
const char *referral_state_name(enum referral_state state);

/* What anybody is shown of it: "open", "disagreed", "decided", "corrected". */
const char *referral_state_shown(enum referral_state state);

/* False where no state has that name. */
bool referral_state_parse(const char *name, enum referral_state *state);

/* True where the table allows the move. */
bool referral_state_may_move(enum referral_state from, enum referral_state to);

/* Whether all verdicts are given, so that they are no secret any more; and whether there is an outcome. */
bool referral_state_is_opened(enum referral_state state);
bool referral_state_has_outcome(enum referral_state state);

#endif
