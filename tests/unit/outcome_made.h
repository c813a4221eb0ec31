/* outcome_made.h: a match as a search finds it, for tests. */
#ifndef KORDON_TESTS_UNIT_OUTCOME_MADE_H
#define KORDON_TESTS_UNIT_OUTCOME_MADE_H

#include <string.h>

#include "daemon/search/pool.h"

/* The i-th best, from 0 on. */
static inline struct identification_candidate made_candidate(uint32_t i, enum alert_category category)
{
    struct identification_candidate candidate = {
        .score = 70 - (matcher_score)i, .fingers = 1, .false_match_rate = 1e-7, .category = category};
    memset(candidate.id.bytes, (int)i + 1, WATCHLIST_ID_BYTES);
    return candidate;
}

/* A whole search of 12,000 people with one finger. Borrows the candidates. */
static inline struct identification_outcome made_outcome(
    struct identification_candidate *candidates, uint32_t count)
{
    return (struct identification_outcome){.decision = DECISION_MATCH,
        .target_fpir = 0.001,
        .threshold_known = true,
        .threshold = 61,
        .list_known = true,
        .list_name = "wanted",
        .list_version = 7,
        .fingers = 1,
        .visible = 12000,
        .people_known = true,
        .searched = 12000,
        .whole = true,
        .candidates = candidates,
        .candidate_count = count};
}

#endif
