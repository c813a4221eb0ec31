/* evaluation.h: what a set's comparisons say about error rates, and how surely: the figures of a technology
 * evaluation after ISO/IEC 19795-1.
 *
 * Confidence bounds are of 95 %. Comparisons that share a finger are not independent, so the bounds come from a
 * bootstrap over fingers (the fingers, not the comparisons, are drawn anew; Bolle, Ratha, Pankanti 2004), with a
 * fixed seed. Where no error was seen a bootstrap has nothing to draw from: the upper bound is then 3 divided by
 * the number of trials (the rule of three), which takes them for independent and is said to be that.
 *
 * Thread rule: no state; all functions touch only their arguments.
 */
#ifndef KORDON_TOOLS_MEASURE_EVALUATION_H
#define KORDON_TOOLS_MEASURE_EVALUATION_H

#include "tools/measure/measure.h"

#define EVALUATION_REPLICATES 1000

/* A rate of errors among trials, with its bounds; as fractions of 1. */
struct bounded_rate {
    double rate, low, high;
    size_t errors, trials;
    double score;       /* the threshold on the calibrated scale; from it on is a match */
    bool rule_of_three; /* no error seen: low is 0, high is 3 / trials */
};

/* The calibrated scores and the false match rates at which errors are told. */
#define EVALUATION_SCORES 6
#define EVALUATION_FMRS   4
extern const matcher_score evaluation_scores[EVALUATION_SCORES]; /* 10 .. 60 */
extern const double evaluation_fmrs[EVALUATION_FMRS];            /* 1e-2, 1e-3, 1e-4, 0 */

/* Target false positive identification rates whose thresholds are tried. */
#define EVALUATION_FPIRS 3
extern const double evaluation_fpirs[EVALUATION_FPIRS]; /* 10 %, 1 %, 0.1 % */

/* One comparison. Fingers are numbered from 0 in the set's order. */
struct trial {
    double score; /* calibrated, with its fraction */
    uint32_t probe_finger, reference_finger;
};

/* A set's comparisons, ordered by falling score. */
struct trials {
    struct trial *mated, *non_mated;
    size_t mated_count, non_mated_count;
    uint32_t finger_count;
    size_t finger_pairs; /* distinct pairs of different fingers among the non-mated ones */
};

enum reason trials_of(struct trials *trials, const struct print_set *set, const struct pair_list *list,
    struct failure *failure);
void trials_finish(struct trials *trials);

/* A pair's score on the calibrated scale, with its fraction. */
double score_of_pair(const struct measure_pair *pair);

/* Verification: one comparison a decision. */
struct verification_rates {
    struct bounded_rate fmr_at_score[EVALUATION_SCORES], fnmr_at_score[EVALUATION_SCORES];
    struct bounded_rate fnmr_at_fmr[EVALUATION_FMRS];
    struct bounded_rate eer; /* errors and trials: of the mated ones */
};

/* Reasons: BAD_ARGUMENT without mated or without non-mated comparisons, NO_MEMORY. */
enum reason measure_verification(
    struct verification_rates *rates, const struct trials *trials, struct failure *failure);

/* The means over sets of EER and of FNMR at the FMRs, each set counting the same, bounds by drawing the fingers
 * of every set anew. errors and trials are sums over the sets. */
struct mean_rates {
    struct bounded_rate eer, fnmr_at_fmr[EVALUATION_FMRS];
};
enum reason measure_means(
    struct mean_rates *means, const struct trials *sets, uint32_t set_count, struct failure *failure);

/* A point of the detection error trade-off curve: of all thresholds with that FNMR, the lowest FMR. */
struct det_point {
    double fmr, fnmr, score;
};
/* From the lowest mated score to the first threshold without a false match, that one included. Caller frees
 * *points. */
enum reason det_points_of(
    const struct trials *trials, struct det_point **points, size_t *count, struct failure *failure);

/* Identification: every impression number in turn is the list (one impression of each finger), every other print
 * a probe. Open set: the probe's own finger left out of the list, a candidate at or above the threshold is a
 * false positive; left in, its missing is a false negative. Closed set: the mate must stand first. Bounds by
 * drawing the probes' fingers anew. */
struct identification_rates {
    uint32_t list_fingers; /* N, of the largest list, the probe's own left out */
    size_t non_mated_searches, mated_searches;
    struct {
        double target; /* FPIR */
        matcher_score threshold;
        bool reachable; /* whether the calibration vouches for such a threshold */
        struct bounded_rate fpir, fnir;
    } open[EVALUATION_FPIRS];
    struct bounded_rate not_first;
};
enum reason measure_identification(struct identification_rates *rates, const struct print_set *set,
    const struct pair_list *list, struct failure *failure);

/* The number of each print's finger, counted from 0 in the set's order, into numbers[set->count]. Gives the
 * number of fingers. */
uint32_t number_fingers(const struct print_set *set, uint32_t *numbers);

/* --- Bootstrap --- */

/* The weight (times drawn) of each of count fingers in one replicate. state is the generator's, any value. */
void draw_fingers(uint64_t *state, uint32_t *weights, uint32_t count);

/* Gives rate its bounds from the values of the replicates, which it sorts; the rule of three where no error was
 * seen. */
void bound_rate(struct bounded_rate *rate, double *replicates, size_t count);

#endif
