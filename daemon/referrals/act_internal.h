/* act_internal.h: what the files share by which an act is tried on a course (act.h), in the order in which they call. Pure; any thread. */
#ifndef KORDON_DAEMON_REFERRALS_ACT_INTERNAL_H
#define KORDON_DAEMON_REFERRALS_ACT_INTERNAL_H

#include "daemon/referrals/act.h"

/* --- act_shown.c ------------------------------------------------------------------------------------------- */

/* Who says something of the prints was shown them: the probe; references, as far as what he says needs; both. REFERRAL_STATE: he was not. */
enum reason referral_check_probe_shown(const struct referral_act *act, struct failure *failure);
enum reason referral_check_references_shown(const struct referral_act *act, struct failure *failure);
enum reason referral_check_both_shown(const struct referral_act *act, struct failure *failure);

/* --- act_move.c -------------------------------------------------------------------------------------------- */

/* The one place where the state changes. A move that the table forbids is our own error: the process stops. */
void referral_act_move(struct referral_course *course, enum referral_state state);

/* Notes the outcome, and when there was a first one. */
void referral_act_come_to(struct referral_course *course, enum referral_verdict outcome, int64_t now_ms);

/* Moves to where the seats lead by now, and to the outcome that verdicts have. */
void referral_act_settle(struct referral_course *course, struct referral_act *act);

/* --- act_seats.c ------------------------------------------------------------------------------------------- */

/* The own seat before its verdict, which is noted as the one that the act is about. NOT_PERMITTED, REFERRAL_STATE. */
enum reason referral_act_find_open_seat(struct referral_course *course, struct referral_act *act,
    struct referral_seat **seat, struct failure *failure);

/* A claim for protection: where examiners have all seats one of them loses his. */
void referral_act_release_one(struct referral_course *course, struct referral_act *act);

/* Acts, each by its rule; reasons: those of referral_act_apply(). */
enum reason referral_act_take(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure);
enum reason referral_act_give_back(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure);
enum reason referral_act_hand_over(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure);
enum reason referral_act_free_seat(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure);

/* --- act_judging.c ----------------------------------------------------------------------------------------- */

enum reason referral_act_judge_probe(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure);
enum reason referral_act_give_verdict(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure);

/* --- act_supervisor.c -------------------------------------------------------------------------------------- */

enum reason referral_act_override(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure);
enum reason referral_act_correct(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure);

#endif
