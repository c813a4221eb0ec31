/* decision.h: from a raw score to a calibrated one, and from the scores of several fingers to one. Private to the
 * matcher folder; the public part (thresholds, fusion) is in matcher.h. Only this folder knows thresholds. No
 * state: any thread.
 */
#ifndef KORDON_MATCHER_DECISION_DECISION_H
#define KORDON_MATCHER_DECISION_DECISION_H

#include <stdbool.h>
#include <stdint.h>

#include "matcher/compare.h"
#include "matcher/decision.h"

/* --- Calibration --- */

/* A point of the calibration: from this raw score on, a comparison claims this score. */
struct calibration_point {
    int32_t raw;
    matcher_score score;
};

#define CALIBRATION_POINTS_MAX 24

/* How raw scores are made comparable across sensors before they are calibrated. Where a print has more minutiae a
 * square millimetre (a wet or noisy one has many false ones), more of them meet by chance: both prints' densities
 * shift the raw score. Raw units for one minutia more a 1,024 cells, times 16. */
struct calibration_levelling {
    int32_t lesser, greater; /* of the two prints' densities */
};
#define CALIBRATION_DENSITY_MIN     60
#define CALIBRATION_DENSITY_USUAL   150 /* of both prints: there the raw score stays */
#define CALIBRATION_DENSITY_MAX     260
#define CALIBRATION_LEVELLING_SCALE 16

/* The calibration of one kind of comparison: points with rising raw scores and scores; linear between them, flat
 * behind the last. */
struct calibration_curve {
    struct calibration_levelling levelling;
    uint32_t non_mated; /* comparisons of different fingers that it was derived from */
    uint32_t count;
    struct calibration_point points[CALIBRATION_POINTS_MAX];
};

struct calibration {
    uint32_t version;
    char source[320]; /* which prints it was derived from */
    /* The highest score of one finger that the derivation vouches for: the tail model reaches at most a
     * decade beyond the rarest false match that the comparisons behind either curve can show. */
    matcher_score vouched;
    struct calibration_curve with_flow;
    struct calibration_curve minutiae_only; /* either template is foreign */
};

/* The calibration in force (calibration_table.c). */
extern const struct calibration matcher_calibration_in_force;

/* The one that applies to two prints: with_flow where both have ridge flow. */
const struct calibration_curve *matcher_calibration_curve(bool with_flow);

/* The raw score made comparable; 0 stays 0. Densities: minutiae a 1,024 cells with ridges. */
int32_t matcher_level_raw(
    const struct calibration_curve *curve, int32_t raw, uint32_t density_a, uint32_t density_b);

/* The score that a raw score claims, 0..MATCHER_SCORE_MAX; exactly, and rounded down. */
double matcher_calibrate_exactly(const struct calibration_curve *curve, int32_t raw);
matcher_score matcher_calibrate_score(const struct calibration_curve *curve, int32_t raw);

/* --- Several comparisons --- */

/* A score that is the best of count comparisons claims less than one alone: FMR grows with count. */
matcher_score matcher_score_of_best(matcher_score best, uint32_t count);

/* How a probe finger meets a reference: it is not compared; it may be that finger (the same position, or one of the
 * two not known); or it claims another position and is compared all the same, for fingers may have been swapped. */
enum finger_meeting { FINGER_NOT_COMPARED, FINGER_AS_CLAIMED, FINGER_SWAPPED };
enum finger_meeting matcher_finger_meeting(const struct matcher_probe *probe, enum finger_position reference);

/* What one probe finger gave against the references of one subject. Zeroed before the first. */
struct finger_evidence {
    matcher_score best[FINGER_SWAPPED + 1]; /* by meeting */
    uint32_t compared[FINGER_SWAPPED + 1];
    uint32_t reference[FINGER_SWAPPED + 1]; /* which one the best is from */
};

/* reference: any number that is another one for each reference of the subject. */
void matcher_finger_evidence_add(
    struct finger_evidence *evidence, enum finger_meeting meeting, uint32_t reference, matcher_score score);

/* The fused candidate of a subject from the evidence of count probe fingers: score, fingers and swapped. Gives how
 * many of them were compared at all; a finger that was not compared is missing, and no evidence either way. No
 * reference speaks for two probe fingers: the one that it resembles less gave nothing. */
uint32_t matcher_fuse_evidence(
    const struct finger_evidence *evidence, uint32_t count, struct matcher_candidate *candidate);

#endif
