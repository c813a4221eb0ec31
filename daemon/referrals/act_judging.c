/* act_judging.c: an examiner judges the probe, and gives his verdict. */
#include "daemon/referrals/act_internal.h"

#include <string.h>

#include "base/language.h"
#include "daemon/referrals/act_persons.h"
#include "daemon/referrals/act_words.h"

/* Who has lost the role in which he took it may give it back, and no more. */
static enum reason find_working_seat(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct referral_seat **seat, struct failure *failure)
{
    TRY(referral_act_find_open_seat(course, act, seat, failure));
    if ((act->roles & act->role) == 0)
        return referral_not_permitted(
            failure, N_("you do not hold the role any more in which you took the seat"));
    return referral_check_still_apart(of, course, &act->by, *seat, failure);
}

enum reason referral_act_judge_probe(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure)
{
    struct referral_seat *seat;
    TRY(find_working_seat(of, course, act, &seat, failure));
    if (seat->phase != SEAT_PROBE)
        return referral_refuse_state(failure, N_("you have judged the probe: give your verdict"));
    TRY(referral_check_probe_shown(act, failure));
    if (act->judgement <= PROBE_NOT_JUDGED || act->judgement >= PROBE_JUDGEMENT_COUNT)
        return failure_set(failure, REASON_BAD_VALUE, "judgement", N_("write usable, limited or not_usable"));
    TRY(referral_check_words(act, act->judgement != PROBE_USABLE, failure));
    seat->phase = SEAT_COMPARISON;
    seat->judged_ms = act->now_ms;
    seat->judgement = act->judgement;
    referral_keep_words(act, seat->judgement_words);
    memcpy(seat->judgement_salt, act->salt, sizeof seat->judgement_salt);
    return REASON_DONE;
}

enum reason referral_act_give_verdict(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure)
{
    struct referral_seat *seat;
    TRY(find_working_seat(of, course, act, &seat, failure));
    if (seat->phase != SEAT_COMPARISON)
        return referral_refuse_state(failure, N_("judge the probe first"));
    TRY(referral_check_references_shown(act, failure));
    TRY(referral_check_verdict(act, failure));
    if (act->verdict == VERDICT_HIT && seat->judgement == PROBE_NOT_USABLE)
        return failure_set(failure, REASON_BAD_VALUE, "verdict",
            N_("a probe that is not usable in your own judgement proves no hit"));
    seat->phase = SEAT_DONE;
    seat->done_ms = act->now_ms;
    seat->verdict = act->verdict;
    seat->candidate = act->candidate;
    seat->since = referral_least_changed(act);
    seat->shown_kept = true;
    seat->shown = referral_references_shown(act);
    referral_keep_words(act, seat->reason);
    memcpy(seat->verdict_salt, act->salt, sizeof seat->verdict_salt);
    referral_act_settle(course, act);
    return REASON_DONE;
}
