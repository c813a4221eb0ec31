/* act_words.c: what people may say by an act. */
#include "daemon/referrals/act_words.h"

#include <string.h>

#include "base/language.h"
#include "base/text.h"

static enum reason check_text(const char *name, const char *text, bool needed, struct failure *failure)
{
    size_t length = strlen(text);
    struct text_harm harm;
    char why[TEXT_HARM_WHY_SIZE];
    if ((needed && length == 0) || length >= REFERRAL_TEXT_SIZE)
        return failure_set(
            failure, REASON_BAD_VALUE, name, N_("write 1 to %d bytes"), REFERRAL_TEXT_SIZE - 1);
    if (text_find_harm((struct text){text, length}, &harm))
        return failure_set(failure, REASON_BAD_VALUE, name, "%s", text_harm_why(&harm, why));
    return REASON_DONE;
}

enum reason referral_check_words(const struct referral_act *act, bool needed, struct failure *failure)
{
    return check_text("reason", act->words, needed, failure);
}

void referral_keep_words(const struct referral_act *act, char kept[static REFERRAL_TEXT_SIZE])
{
    memcpy(kept, act->words, strlen(act->words) + 1);
}

enum reason referral_check_report(const struct referral_report *report, struct failure *failure)
{
    TRY(check_text("place", report->place, true, failure));
#define CHECK_REPORT(name) TRY(check_text(#name, report->name, false, failure));
    REFERRAL_REPORT_TEXTS(CHECK_REPORT)
#undef CHECK_REPORT
    return REASON_DONE;
}

uint64_t referral_references_shown(const struct referral_act *act)
{
    uint64_t shown = 0;
    for (size_t i = 0; i < act->candidate_count; i++)
        shown |= act->shown.references & UINT64_C(1) << i;
    return shown;
}

/* A hit is of whom it means. Else who looked judges by those whom he looked at; what says nothing of the prints is said of all. */
static bool is_judged(const struct referral_act *act, size_t candidate)
{
    const uint64_t looked_at = act->shown.references | act->shown.gone;
    if (act->candidate > 0)
        return candidate + 1 == act->candidate;
    return looked_at == 0 || (looked_at & UINT64_C(1) << candidate) != 0;
}

enum entry_since referral_least_changed(const struct referral_act *act)
{
    static const enum entry_since in_order[] = {
        ENTRY_SINCE_SAME, ENTRY_SINCE_UNKNOWN, ENTRY_SINCE_CHANGED, ENTRY_SINCE_GONE};
    for (size_t i = 0; i < sizeof in_order / sizeof in_order[0]; i++)
        for (size_t j = 0; j < act->candidate_count; j++)
            if (is_judged(act, j) && act->candidates[j].since == in_order[i])
                return in_order[i];
    return ENTRY_SINCE_UNKNOWN;
}

/* Whether it is said of an entry that it became what none of them did: not where that is not known of all. */
static bool is_said_wrongly(const struct referral_act *act)
{
    for (size_t i = 0; i < act->candidate_count; i++)
        if (is_judged(act, i) &&
            (act->candidates[i].since == ENTRY_SINCE_UNKNOWN || act->candidates[i].since == act->said))
            return false;
    return act->candidate_count > 0 && (act->said == ENTRY_SINCE_CHANGED || act->said == ENTRY_SINCE_GONE);
}

/* A hit on what is not what the machine compared with is none that anybody gives unaware. */
static enum reason check_since(const struct referral_act *act, struct failure *failure)
{
    const enum entry_since since = referral_least_changed(act);
    if (is_said_wrongly(act) && since == ENTRY_SINCE_SAME)
        return failure_set(failure, REASON_BAD_VALUE, "entry_since",
            N_("the list's entry is the one that was matched: leave that word out"));
    if (act->verdict != VERDICT_HIT || act->said == since ||
        (since != ENTRY_SINCE_CHANGED && since != ENTRY_SINCE_GONE))
        return REASON_DONE;
    return failure_set(failure, REASON_BAD_VALUE, "entry_since",
        since == ENTRY_SINCE_GONE
            ? N_("who was matched is not on the list any more: a hit has to say so (gone)")
            : N_("the list's entry is not the one that was matched any more: a hit has to say so (changed)"));
}

/* Two who say hit may mean two people: each says whom, and was shown him (H2). Where the candidates are not known any more nothing is asked here. */
static enum reason check_candidate(struct referral_act *act, struct failure *failure)
{
    if (act->verdict != VERDICT_HIT)
        return act->candidate == 0 ? REASON_DONE
                                   : failure_set(failure, REASON_BAD_VALUE, "candidate",
                                         N_("a hit alone names a candidate: leave it out"));
    if (act->candidate_count == 0)
        return REASON_DONE;
    if (act->candidate == 0 && act->candidate_count == 1)
        act->candidate = 1;
    if (act->candidate == 0)
        return failure_set(failure, REASON_BAD_VALUE, "candidate",
            N_("the match has several: write the number of the one whom the hit means"));
    if (act->candidate > act->candidate_count)
        return failure_set(
            failure, REASON_BAD_VALUE, "candidate", N_("the match has no candidate of that number"));
    return (referral_references_shown(act) & UINT64_C(1) << (act->candidate - 1)) != 0
               ? REASON_DONE
               : failure_set(failure, REASON_REFERRAL_STATE, "referral",
                     N_("look at the reference of the candidate whom the hit means first: fetch it "
                        "(kordonctl "
                        "referral pictures)"));
}

enum reason referral_check_verdict(struct referral_act *act, struct failure *failure)
{
    if (act->verdict <= VERDICT_NONE || act->verdict >= REFERRAL_VERDICT_COUNT)
        return failure_set(
            failure, REASON_BAD_VALUE, "verdict", N_("write hit, false_positive or inconclusive"));
    TRY(referral_check_words(act, true, failure));
    TRY(check_candidate(act, failure));
    return check_since(act, failure);
}
