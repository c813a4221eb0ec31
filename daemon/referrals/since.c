#include "daemon/referrals/since.h"

#include <string.h>

enum entry_since entry_since_of(const struct list *list, const struct identification_candidate *candidate)
{
    uint8_t digest[DIGEST_BYTES];
    uint32_t subject;
    struct failure ignored;
    if (list->set == NULL)
        return ENTRY_SINCE_UNKNOWN;
    if (!opened_list_find(list->set, &candidate->id, &subject))
        return ENTRY_SINCE_GONE;
    if (!candidate->entry_known || opened_list_digest(list->set, subject, digest, &ignored) != REASON_DONE)
        return ENTRY_SINCE_UNKNOWN;
    return memcmp(digest, candidate->entry, sizeof digest) == 0 ? ENTRY_SINCE_SAME : ENTRY_SINCE_CHANGED;
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
        const struct identification_candidate *candidate = &opening->identification.candidates[rank - 1];
        standings[count++] = (struct referral_standing){
            .id = candidate->id, .since = entry_since_of(referrals->list, candidate)};
    }
    return count;
}
