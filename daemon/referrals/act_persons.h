/* act_persons.h: who may do what to a referral: two seats are two persons', and none of them is his whose transaction it is, or who knows more of it than
 * he found himself (H2, H5). Each is DONE, or NOT_PERMITTED with why. Pure; any thread.
 */
#ifndef KORDON_DAEMON_REFERRALS_ACT_PERSONS_H
#define KORDON_DAEMON_REFERRALS_ACT_PERSONS_H

#include "daemon/referrals/act.h"

/* NOT_PERMITTED: it is not for this person; REFERRAL_STATE: as it is now for nobody, or not yet. why: marked; borrowed. */
enum reason referral_not_permitted(struct failure *failure, const char *why);
enum reason referral_refuse_state(struct failure *failure, const char *why);

/* Who took the print, or had it taken, does not judge it. */
enum reason referral_check_not_his_own(
    const struct referral_case *of, const struct referral_person *person, struct failure *failure);

/* Two seats are two persons' (H2). but: a seat that does not count, as it is the one to be taken over; NULL: each counts. */
enum reason referral_check_nobody_twice(const struct referral_course *course,
    const struct referral_person *person, const struct referral_seat *but, struct failure *failure);

/* Who sits is still neither he who took the print nor he who has the other seat: the register may have come to know since that he is (H2). */
enum reason referral_check_still_apart(const struct referral_case *of, const struct referral_course *course,
    const struct referral_person *person, const struct referral_seat *own, struct failure *failure);

/* any_part: so that who left has none any more; else he may sit again who gave back his seat, or lost it to a claim, and saw the probe alone. */
enum reason referral_check_nobody_returns(const struct referral_course *course,
    const struct referral_person *person, bool any_part, struct failure *failure);

/* Neither who saw its prints without a seat nor who freed one sits down. */
enum reason referral_check_may_sit(
    const struct referral_course *course, const struct referral_person *person, struct failure *failure);

/* His seat, which he did not leave: a claim took it from under him, or a supervisor. NULL: there is none. */
const struct referral_released *referral_lost_seat_of(
    const struct referral_course *course, const struct referral_person *person);

/* A supervisor who has no part in it, which is noted as the act's role. ends: what is overdue, as inconclusive, which says nothing of the prints. */
enum reason referral_check_supervisor(const struct referral_case *of, const struct referral_course *course,
    struct referral_act *act, bool ends, struct failure *failure);

/* The same of who frees a seat: a supervisor who has none. */
enum reason referral_check_freeing(const struct referral_case *of, const struct referral_course *course,
    struct referral_act *act, struct failure *failure);

#endif
