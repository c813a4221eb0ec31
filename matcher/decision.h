/* decision.h: what scores mean: their calibration, thresholds, several fingers' scores as one. Words and units as in
 * matcher.h. Thread rule: pure functions of their arguments.
 */
#ifndef KORDON_MATCHER_DECISION_H
#define KORDON_MATCHER_DECISION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "matcher/compare.h"

/* Version of the calibration table in force, for the record of each comparison. */
uint32_t matcher_calibration_version(void);

/* The false match rate that a score claims: 10^(-score/10). */
double matcher_score_fmr(matcher_score score);

/* The same, but never lower than the calibration vouches for with that many fingers (1..10): what may be told to people.
 * A score above what is vouched for stands for this rate or a rarer one. */
double matcher_vouched_fmr(matcher_score score, uint32_t fingers);

/* What a score from a search means to whoever judges the match. */
struct matcher_meaning {
    double comparisons; /* of so many comparisons of two different people one scores as high, or fewer do */
    double
        searches; /* of so many searches for somebody who is not among those people one finds somebody so alike, or fewer do */
};

/* people: that were searched, 1 or more. */
struct matcher_meaning matcher_score_meaning(matcher_score score, uint32_t fingers, uint32_t people);

/* How many matches of people who are not among those searched are to be expected at most of so many searches, where each is told at
 * a target false positive identification rate. */
double matcher_expected_false_matches(double target_fpir, uint64_t searches);

/* The lowest score at which a search of subjects people with fingers probe fingers stays within the target
 * false positive identification rate, from FPIR = 1-(1-FMR)^N. target_fpir in (0, 1). Reason
 * THRESHOLD_UNREACHABLE, with what would make it reachable in the detail, where no score that the calibration
 * vouches for is high enough. */
enum reason matcher_identification_threshold(double target_fpir, uint32_t subjects, uint32_t fingers,
    matcher_score *threshold, struct failure *failure);

/* The lowest score at which a 1:1 comparison stays within the target false match rate, in (0, 1). */
enum reason matcher_verification_threshold(
    double target_fmr, matcher_score *threshold, struct failure *failure);

/* The lowest score that so many comparisons of two different people's fingers are expected to reach so often at most (expected > 0), as the
 * calibration claims, whether it vouches for so rare a rate or not (matcher_vouched_fmr() says it): for remarks, of which nothing follows by
 * itself. MATCHER_SCORE_MAX where no score is high enough. */
matcher_score matcher_remark_threshold(double expected, double comparisons);

/* Fuses the calibrated scores of count fingers of the same two people (missing fingers are simply not given).
 */
matcher_score matcher_fuse(const matcher_score *scores, uint32_t count);

/* What a raw score claims on the calibrated scale, with its fraction: matcher_compare() gives the whole part.
 * with_flow: neither template was foreign. For measuring. */
double matcher_score_of_raw(int32_t raw, bool with_flow);

#endif
