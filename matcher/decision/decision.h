/* decision.h: from a raw score to a calibrated one. Private to the matcher folder; the public part
 * (thresholds, fusion) is in matcher.h. Only this folder knows thresholds. No state: any thread.
 */
#ifndef KORDON_MATCHER_DECISION_DECISION_H
#define KORDON_MATCHER_DECISION_DECISION_H

#include <stdint.h>

#include "matcher/matcher.h"

/* A point of the calibration: from this raw score on, a comparison claims this score. */
struct calibration_point {
    int32_t raw;
    matcher_score score;
};

#define CALIBRATION_POINTS_MAX 24

/* A calibration: points with rising raw scores and scores; linear between them, flat behind the last. */
struct calibration {
    uint32_t version;
    char source[160];   /* which prints it was derived from */
    uint32_t non_mated; /* comparisons of different fingers that it was derived from */
    /* The highest score of one finger that the derivation vouches for: the tail model reaches at most a
     * decade beyond the rarest false match that non_mated comparisons can show. */
    matcher_score vouched;
    uint32_t count;
    struct calibration_point points[CALIBRATION_POINTS_MAX];
};

/* The calibration in force. */
extern const struct calibration calibration_in_force;

/* The score that a raw score claims, 0..MATCHER_SCORE_MAX; exactly, and rounded down. */
double calibrate_exactly(const struct calibration *calibration, int32_t raw);
matcher_score calibrate_score(const struct calibration *calibration, int32_t raw);

/* A score that is the best of count comparisons claims less than one alone: FMR grows with count. */
matcher_score score_of_best(matcher_score best, uint32_t count);

#endif
