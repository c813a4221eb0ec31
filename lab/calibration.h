/* calibration.h: the score calibration derived from prints, and what it is worth on prints it was not derived from.
 *
 * Two kinds of comparison are calibrated apart: prints with ridge flow, and comparisons where either template holds
 * minutiae only. For the second, a set of images is compared with what an interchange record keeps of it, and a set
 * of records of another extractor with itself.
 *
 * Everything counts fingers, not comparisons: a set weighs as much as it has fingers, and what is uncertain is asked
 * by drawing fingers anew (bootstrap), because eight impressions of two fingers that resemble each other say one
 * thing, not sixty-four. No thread of its own beyond those that comparing takes.
 */
#ifndef KORDON_LAB_CALIBRATION_H
#define KORDON_LAB_CALIBRATION_H

#include "matcher/laboratory_internal.h"
#include "tools/measure/command_line.h"
#include "tools/measure/measure.h"

/* --- Comparisons --- */

struct calibration_sample {
    int32_t raw; /* before levelling; 0 also where a print has no template */
    uint16_t density_a, density_b;
    uint16_t finger_a, finger_b; /* numbered over all sets */
    uint8_t set;
    bool mated;
};

struct calibration_set {
    char name[SET_NAME_SIZE]; /* the same fingers have the same name */
    bool records;             /* of another extractor; otherwise images */
    uint32_t first_finger, fingers;
    uint64_t mated, non_mated; /* comparisons */
};

/* All comparisons of one kind. Zeroed before the first set; finish takes a zeroed one. */
struct calibration_data {
    struct calibration_sample *samples;
    size_t count;
    struct calibration_set sets[MEASURE_SETS_MAX];
    uint32_t set_count, finger_count;
};

/* Reads the options' sets and compares all pairs. kinds: [0] with flow, [1] minutiae only. */
#define CALIBRATION_KINDS 2
enum reason calibration_collect(struct calibration_data kinds[CALIBRATION_KINDS],
    const struct measure_options *options, struct failure *failure);
void calibration_data_finish(struct calibration_data *data);

/* --- The fit --- */

/* What the bootstrap leaves possible: a comparison that claims score is worth low to high in 90 of 100 drawings. */
struct calibration_confidence {
    matcher_score score;
    double low, high;
};
#define CALIBRATION_CONFIDENCES 5

struct calibration_fit {
    struct calibration_curve curve;
    struct calibration_confidence confidence[CALIBRATION_CONFIDENCES];
    /* The tail of all sets together: generalised Pareto, from that levelled raw score on */
    int32_t tail_start;
    double tail_scale, tail_shape;
    uint32_t tail_samples, tail_finger_pairs;
    int32_t highest; /* levelled raw score */
};

/* Derives the calibration from all sets but those named left_out (NULL: none). Reasons: BAD_ARGUMENT (too few
 * comparisons for a tail), NO_MEMORY. */
enum reason calibration_derive(struct calibration_fit *fit, const struct calibration_data *data,
    const char *left_out, struct failure *failure);

/* Draws as many fingers of a set as it has, with replacement: how often each came, in times at its number. random:
 * the generator's state, any to begin with. */
void calibration_draw_fingers(const struct calibration_set *set, uint64_t *random, double *times);

/* --- What it is worth --- */

#define CALIBRATION_CHECKS 4
extern const matcher_score calibration_checks[CALIBRATION_CHECKS]; /* 10, 20, 30, 40 */

/* What can be said of a claim from one set: its observed false match rate lies within the factor allowed (2, and 3
 * at score 40); or so few false matches are expected, or so few fingers stand behind them, that the set can't
 * tell; or it can, and they are too many or too few. */
enum calibration_verdict {
    CALIBRATION_WITHIN,
    CALIBRATION_CANNOT_TELL,
    CALIBRATION_TOO_MANY,
    CALIBRATION_TOO_FEW
};
const char *calibration_verdict_name(enum calibration_verdict verdict);

/* Ratios are observed to claimed. low and high: 95 of 100 drawings of fingers; with no false match, high is what
 * the number of pairs of fingers leaves possible (three in so many). */
struct calibration_check {
    uint64_t false_matches;
    double expected;
    double ratio, low, high;
    enum calibration_verdict verdict;
};

struct calibration_validation {
    struct calibration_check checks[CALIBRATION_CHECKS];
    double fnmr30, fnmr40; /* of 1 */
};

enum reason calibration_validate(struct calibration_validation *validation,
    const struct calibration_data *data, const struct calibration_curve *curve, uint32_t set,
    struct failure *failure);

#endif
