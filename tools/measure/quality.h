/* quality.h: does a sample's quality predict the errors of its comparisons? The samples and mated pairs of
 * several sets, and the error-versus-reject curve of a quality value over them. 
 *
 * Error versus reject (Grother and Tabassi, 2007): the pairs with the lowest quality, that of the poorer of
 * their two samples, are rejected first, and the false non-match rate of the rest at a fixed threshold is drawn
 * over the share rejected. Where quality predicts errors the curve falls to zero at once; where it says nothing
 * it stays where it is.
 */
#ifndef KORDON_TOOLS_MEASURE_QUALITY_H
#define KORDON_TOOLS_MEASURE_QUALITY_H

#include "tools/measure/command_line.h"
#include "tools/measure/measure.h"

struct quality_sample {
    uint32_t set;
    char name[64]; /* cut where it is longer */
    double milliseconds;
    bool too_poor;
    struct matcher_sample_report report;
    double rank;    /* the mean of its mated pairs' */
    double quality; /* the value to be judged */
};

struct quality_pair {
    uint32_t set, first, second; /* indices of samples */
    double score;                /* calibrated; 0 where a sample gave no template */
    double rank; /* percent of the set's mated pairs that score lower, equal ones counted half */
};

/* Sets lie one after another in both. */
struct quality_data {
    struct quality_sample *samples;
    struct quality_pair *pairs; /* mated ones */
    size_t sample_count, pair_count;
    uint32_t set_count;
};

/* Reads and compares the sets of the options. Samples have the quality in force. */
enum reason quality_data_read(
    struct quality_data *data, const struct measure_options *options, struct failure *failure);
void quality_data_finish(struct quality_data *data);

/* --- The curve --- */

#define REJECT_POINTS     51   /* rejected shares 0, 1, ... 50 % */
#define REJECT_GAIN_POINT 20   /* the summary looks at the shares up to this, percent */
#define REJECT_START_FNMR 0.05 /* the threshold is where a set has this false non-match rate */

struct reject_curve {
    double threshold; /* score */
    double fnmr[REJECT_POINTS];
    double best[REJECT_POINTS]; /* what a quality that knew the errors would reach */
    double gain;                /* area gained under the curve: 1 as much as the best, 0 as chance would */
};

/* threshold: a score, or negative: that at which the set's false non-match rate is REJECT_START_FNMR. A curve
 * without any error has the gain 0. */
enum reason reject_curve_of(struct reject_curve *curve, const struct quality_data *data, uint32_t set,
    double threshold, struct failure *failure);

/* The curves of all sets, and their mean. */
struct reject_curves {
    struct reject_curve of[MEASURE_SETS_MAX];
    uint32_t count;
    double mean_gain, mean[REJECT_POINTS];
};
enum reason reject_curves_of(
    struct reject_curves *curves, const struct quality_data *data, double threshold, struct failure *failure);

/* Some points of them as a table to standard output; sets are called as the options have them. */
void reject_curves_print(const struct reject_curves *curves, const struct measure_options *options);

#endif
