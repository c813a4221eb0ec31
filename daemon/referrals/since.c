#include "daemon/referrals/since.h"

#include <string.h>

static struct referral_standing standing_of(
    const struct list *list, const struct identification_candidate *candidate)
{
    struct referral_standing standing = {.id = candidate->id, .since = ENTRY_SINCE_UNKNOWN};
    uint32_t subject;
    struct failure ignored;
    if (list->set == NULL)
        return standing;
    if (!opened_list_find(list->set, &candidate->id, &subject)) {
        standing.since = ENTRY_SINCE_GONE;
        return standing;
    }
    standing.entry_known = opened_list_digest(list->set, subject, standing.entry, &ignored) == REASON_DONE;
    if (standing.entry_known && candidate->entry_known)
        standing.since = memcmp(standing.entry, candidate->entry, sizeof standing.entry) == 0
                             ? ENTRY_SINCE_SAME
                             : ENTRY_SINCE_CHANGED;
    return standing;
}

enum entry_since entry_since_of(const struct list *list, const struct identification_candidate *candidate)
{
    return standing_of(list, candidate).since;
}

size_t referral_standings(const struct referrals *referrals, const struct referral *referral,
    struct referral_standing standings[static MATCHER_CANDIDATES_MAX])
{
    const struct referral_opening *opening = referral->match->opening;
    uint32_t count = 0, rank;
    if (opening == NULL || referral->course.probe_closed)
        return 0;
    while (count < MATCHER_CANDIDATES_MAX &&
           (rank = referral_candidate_rank(&referral->of, opening, count + 1)) != 0) {
        standings[count] = standing_of(referrals->list, &opening->identification.candidates[rank - 1]);
        count++;
    }
    return count;
}
