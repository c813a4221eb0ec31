/* act_shown.c: whether who says something of the prints was shown them. */
#include "daemon/referrals/act_internal.h"

#include "base/language.h"
#include "daemon/referrals/act_persons.h"

/* Who says that it is none of the candidates was shown each of them (H3). */
static enum reason check_each_seen(const struct referral_act *act, struct failure *failure)
{
    const struct referral_shown *shown = &act->shown;
    uint64_t unseen = 0;
    for (size_t i = 0; i < act->candidate_count; i++)
        unseen |= UINT64_C(1) << i;
    unseen &= ~shown->references;
    if ((unseen & ~shown->gone) != 0)
        return referral_refuse_state(
            failure, N_("look at the reference of each candidate first, as a false positive is none of them: "
                        "fetch all (kordonctl referral pictures)"));
    return unseen == 0 && shown->references != 0
               ? REASON_DONE
               : referral_refuse_state(
                     failure, N_("a false positive is none of the candidates, and of one who is on "
                                 "the list no more you were shown nothing: what is left to say is "
                                 "inconclusive"));
}

/* Of who is on the list no more, and was not shown before, nobody says that it is he, or that it is not: nothing is not a no. That nothing can be said says
 * who looked at one, whatever he found. */
enum reason referral_check_references_shown(const struct referral_act *act, struct failure *failure)
{
    const struct referral_shown *shown = &act->shown;
    if (shown->replaced != 0)
        return referral_refuse_state(
            failure, N_("look again: the list's entry is not the one that you were shown any "
                        "more (kordonctl referral pictures)"));
    if ((shown->references | shown->gone) == 0)
        return referral_refuse_state(failure,
            N_("look at the reference beside the probe first: fetch it (kordonctl referral pictures)"));
    if (act->verdict == VERDICT_FALSE_POSITIVE)
        return check_each_seen(act, failure);
    return act->verdict != VERDICT_HIT || shown->references != 0
               ? REASON_DONE
               : referral_refuse_state(
                     failure, N_("a hit rests on a reference that you were shown, and of whom you "
                                 "looked at the list has none any more: look at the other "
                                 "candidates: without any what is left to say is inconclusive"));
}

enum reason referral_check_probe_shown(const struct referral_act *act, struct failure *failure)
{
    return act->shown.probe
               ? REASON_DONE
               : referral_refuse_state(
                     failure, N_("look at the probe first: fetch its picture (kordonctl referral pictures)"));
}

enum reason referral_check_both_shown(const struct referral_act *act, struct failure *failure)
{
    TRY(referral_check_probe_shown(act, failure));
    return referral_check_references_shown(act, failure);
}
