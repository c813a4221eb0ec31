/* calibration_validate.c: what a calibration claims against what a set shows; see calibration.h. */
#include <math.h>
#include <stdlib.h>

#include "lab/calibration.h"

#define DRAWINGS       1000
#define EXPECTED_LEAST 10 /* false matches, below which a set can't tell */
/* Nor can one of fewer fingers say that a claim is wrong: draws of ten of the 65 fingers of the largest set measured
 * showed from 0.03 to 4.2 times the whole set's false match rate at score 20, in 95 of 100 draws. */
#define FINGERS_LEAST 20

const matcher_score calibration_checks[CALIBRATION_CHECKS] = {10, 20, 30, 40};

const char *calibration_verdict_name(enum calibration_verdict verdict)
{
    switch (verdict) {
    case CALIBRATION_WITHIN:
        return "within";
    case CALIBRATION_CANNOT_TELL:
        return "can't tell";
    case CALIBRATION_TOO_MANY:
        return "TOO MANY";
    case CALIBRATION_TOO_FEW:
        return "TOO FEW";
    }
    return "";
}

static double factor_allowed(matcher_score score)
{
    return score >= 40 ? 3 : 2;
}

/* Comparisons of each two fingers of a set, and how many of them reach each score. */
struct finger_pair {
    uint32_t comparisons;
    uint32_t reached[CALIBRATION_CHECKS];
};

struct counts {
    uint32_t first, fingers;
    struct finger_pair *pairs; /* fingers * fingers */
};

static double score_of(const struct calibration_curve *curve, const struct calibration_sample *sample)
{
    return matcher_calibrate_exactly(
        curve, matcher_level_raw(curve, sample->raw, sample->density_a, sample->density_b));
}

static void count_mated(struct calibration_validation *validation, double score, uint64_t mated)
{
    validation->fnmr30 += (score < 30) / (double)mated;
    validation->fnmr40 += (score < 40) / (double)mated;
}

static void count(struct counts *counts, struct calibration_validation *validation,
    const struct calibration_data *data, const struct calibration_curve *curve, uint32_t set)
{
    for (size_t i = 0; i < data->count; i++) {
        const struct calibration_sample *sample = &data->samples[i];
        if (sample->set != set)
            continue;
        double score = score_of(curve, sample);
        if (sample->mated) {
            count_mated(validation, score, data->sets[set].mated);
            continue;
        }
        uint32_t a = sample->finger_a - counts->first, b = sample->finger_b - counts->first;
        struct finger_pair *pair = &counts->pairs[a * counts->fingers + b];
        pair->comparisons++;
        for (int c = 0; c < CALIBRATION_CHECKS; c++) {
            pair->reached[c] += score >= calibration_checks[c];
            validation->checks[c].false_matches += score >= calibration_checks[c];
        }
    }
}

/* The false match rate of one drawing of fingers; all of them where times is NULL. */
static double rate_of(const struct counts *counts, const double *times, int check)
{
    double reached = 0, comparisons = 0;
    for (uint32_t a = 0; a < counts->fingers; a++)
        for (uint32_t b = 0; b < counts->fingers; b++) {
            const struct finger_pair *pair = &counts->pairs[a * counts->fingers + b];
            double weight = times == NULL ? 1 : times[counts->first + a] * times[counts->first + b];
            reached += weight * pair->reached[check];
            comparisons += weight * pair->comparisons;
        }
    return comparisons > 0 ? reached / comparisons : 0;
}

static enum calibration_verdict judge(const struct calibration_check *check, uint32_t fingers, double factor)
{
    if (check->expected < EXPECTED_LEAST)
        return CALIBRATION_CANNOT_TELL;
    if (check->ratio <= factor && check->ratio >= 1 / factor)
        return CALIBRATION_WITHIN;
    if (fingers < FINGERS_LEAST || (check->low <= factor && check->high >= 1 / factor))
        return CALIBRATION_CANNOT_TELL;
    return check->ratio > factor ? CALIBRATION_TOO_MANY : CALIBRATION_TOO_FEW;
}

static void bound(struct calibration_validation *validation, const struct counts *counts,
    const struct calibration_set *set, double *times, double *ratios)
{
    for (int c = 0; c < CALIBRATION_CHECKS; c++) {
        struct calibration_check *check = &validation->checks[c];
        const double claimed = matcher_score_fmr(calibration_checks[c]);
        uint64_t random = 1;
        for (int d = 0; d < DRAWINGS; d++) {
            calibration_draw_fingers(set, &random, times);
            ratios[d] = rate_of(counts, times, c) / claimed;
        }
        check->expected = claimed * (double)set->non_mated;
        check->ratio = rate_of(counts, NULL, c) / claimed;
        check->low = measure_quantile(ratios, DRAWINGS, 0.025);
        check->high = measure_quantile(ratios, DRAWINGS, 0.975);
        if (check->false_matches == 0)
            check->high = 3 / (claimed * counts->fingers * (counts->fingers - 1) / 2);
        check->verdict = judge(check, counts->fingers, factor_allowed(calibration_checks[c]));
    }
}

enum reason calibration_validate(struct calibration_validation *validation,
    const struct calibration_data *data, const struct calibration_curve *curve, uint32_t set,
    struct failure *failure)
{
    *validation = (struct calibration_validation){0};
    const struct calibration_set *described = &data->sets[set];
    struct counts counts = {described->first_finger, described->fingers,
        calloc((size_t)described->fingers * described->fingers + 1, sizeof(struct finger_pair))};
    double *times = calloc(data->finger_count + 1, sizeof *times);
    double *ratios = calloc(DRAWINGS, sizeof *ratios);
    enum reason reason = REASON_DONE;
    if (counts.pairs == NULL || times == NULL || ratios == NULL) {
        reason = failure_set(failure, REASON_NO_MEMORY, "calibration", NULL);
        goto out;
    }
    count(&counts, validation, data, curve, set);
    bound(validation, &counts, described, times, ratios);
out:
    free(counts.pairs);
    free(times);
    free(ratios);
    return reason;
}
