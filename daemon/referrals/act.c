/* act.c: what people do to a referral: each act by its rule; those that are about nobody's seat or verdict. */
#include "daemon/referrals/act_internal.h"

#include "base/language.h"
#include "daemon/referrals/act_persons.h"
#include "daemon/referrals/act_words.h"

/* --- What the second line hears of the traveller --------------------------------------------------------------- */

static enum reason report(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure)
{
    (void)of;
    if (course->route != REFERRAL_SILENT)
        return referral_refuse_state(failure, N_("reports are made of silent referrals"));
    TRY(referral_check_report(act->report, failure));
    act->role = referral_role_of_seeing(act->roles);
    course->reports++;
    return REASON_DONE;
}

static enum reason claim_protection(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure)
{
    (void)of;
    if (course->route == REFERRAL_SILENT)
        return referral_refuse_state(
            failure, N_("of a silent referral no claim is recorded: its traveller is to learn of nothing"));
    if (course->protection_claimed)
        return referral_refuse_state(failure, N_("the claim is recorded"));
    act->role = referral_role_of_seeing(act->roles);
    course->protection_claimed = true;
    course->route = REFERRAL_PROTECTION_OFFICER;
    referral_act_release_one(course, act);
    return REASON_DONE;
}

/* --- What is seen without a seat ------------------------------------------------------------------------------- */

static enum reason look(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure)
{
    (void)of;
    if (!referral_remembers_look(course, &act->by)) {
        if (course->looker_count == REFERRAL_LOOKERS_MAX)
            return referral_refuse_state(
                failure, N_("too many have looked at it without a seat: wait for its outcome"));
        course->lookers[course->looker_count++] = act->by;
    }
    return REASON_DONE;
}

enum reason referral_act_apply(const struct referral_case *of, struct referral_course *course,
    struct referral_act *act, struct failure *failure)
{
    static enum reason (*const acts[REFERRAL_ACT_COUNT])(
        const struct referral_case *, struct referral_course *, struct referral_act *, struct failure *) = {
        [REFERRAL_TAKE] = referral_act_take,
        [REFERRAL_GIVE_BACK] = referral_act_give_back,
        [REFERRAL_HAND_OVER] = referral_act_hand_over,
        [REFERRAL_FREE_SEAT] = referral_act_free_seat,
        [REFERRAL_JUDGE_PROBE] = referral_act_judge_probe,
        [REFERRAL_GIVE_VERDICT] = referral_act_give_verdict,
        [REFERRAL_OVERRIDE] = referral_act_override,
        [REFERRAL_CORRECT] = referral_act_correct,
        [REFERRAL_REPORT] = report,
        [REFERRAL_CLAIM_PROTECTION] = claim_protection,
        [REFERRAL_LOOK] = look,
    };
    if (!referral_is_known_to(of, course, &act->by, act->roles))
        return failure_set(failure, REASON_REFERRAL_NOT_FOUND, "referral", NULL);
    return acts[act->kind](of, course, act, failure);
}
