/* reject_curve.c: the error-versus-reject curves of sets. */
#include <stdio.h>
#include <stdlib.h>

#include "tools/measure/quality.h"

struct rejected {
    double quality; /* of the poorer sample */
    double score;
};

static int compare_quality(const void *a, const void *b)
{
    const struct rejected *x = a, *y = b;
    if (x->quality != y->quality)
        return x->quality < y->quality ? -1 : 1;
    /* Equal qualities: the better score goes first, so that no order of the files flatters the curve. */
    return x->score > y->score ? -1 : x->score < y->score;
}

static int compare_score(const void *a, const void *b)
{
    double x = ((const struct rejected *)a)->score, y = ((const struct rejected *)b)->score;
    return x < y ? -1 : x > y;
}

static size_t pairs_of_set(const struct quality_data *data, uint32_t set, struct rejected *pairs)
{
    size_t count = 0;
    for (size_t i = 0; i < data->pair_count; i++) {
        const struct quality_pair *pair = &data->pairs[i];
        if (pair->set != set)
            continue;
        double first = data->samples[pair->first].quality, second = data->samples[pair->second].quality;
        pairs[count++] = (struct rejected){first < second ? first : second, pair->score};
    }
    return count;
}

static void draw(struct reject_curve *curve, const struct rejected *pairs, size_t count)
{
    size_t errors = 0;
    for (size_t i = 0; i < count; i++)
        errors += pairs[i].score < curve->threshold;
    for (size_t point = 0, passed = 0, left = errors; point < REJECT_POINTS; point++) {
        size_t out = (count * point + 50) / 100;
        for (; passed < out; passed++)
            left -= pairs[passed].score < curve->threshold;
        curve->fnmr[point] = (double)left / (double)(count - out);
        curve->best[point] = errors > out ? (double)(errors - out) / (double)(count - out) : 0;
    }
    double gained = 0, gainable = 0;
    for (int point = 0; point <= REJECT_GAIN_POINT; point++) {
        gained += curve->fnmr[0] - curve->fnmr[point];
        gainable += curve->fnmr[0] - curve->best[point];
    }
    curve->gain = gainable > 0 ? gained / gainable : 0;
}

enum reason reject_curve_of(struct reject_curve *curve, const struct quality_data *data, uint32_t set,
    double threshold, struct failure *failure)
{
    struct rejected *pairs = calloc(data->pair_count + 1, sizeof *pairs);
    if (pairs == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "quality", NULL);
    size_t count = pairs_of_set(data, set, pairs);
    *curve = (struct reject_curve){.threshold = threshold};
    if (threshold < 0 && count > 0) {
        qsort(pairs, count, sizeof *pairs, compare_score);
        curve->threshold = pairs[(size_t)((double)count * REJECT_START_FNMR)].score;
    }
    qsort(pairs, count, sizeof *pairs, compare_quality);
    if (count > 0)
        draw(curve, pairs, count);
    free(pairs);
    return REASON_DONE;
}

/* --- Of all sets --- */

/* Shares rejected that the table shows, percent. */
static const int shown[] = {0, 2, 5, 10, 20, 30, 50};
#define SHOWN_COUNT (sizeof shown / sizeof shown[0])

enum reason reject_curves_of(
    struct reject_curves *curves, const struct quality_data *data, double threshold, struct failure *failure)
{
    *curves = (struct reject_curves){.count = data->set_count};
    for (uint32_t set = 0; set < data->set_count; set++) {
        struct reject_curve *curve = &curves->of[set];
        enum reason reason = reject_curve_of(curve, data, set, threshold, failure);
        if (reason != REASON_DONE)
            return reason;
        curves->mean_gain += curve->gain / data->set_count;
        for (int point = 0; point < REJECT_POINTS; point++)
            curves->mean[point] += curve->fnmr[point] / data->set_count;
    }
    return REASON_DONE;
}

static void print_row(const char *name, double threshold, const double *fnmr, double gain)
{
    printf("%-28s", name);
    if (threshold >= 0)
        printf("%9.1f", threshold);
    else
        printf("%9s", "");
    for (size_t i = 0; i < SHOWN_COUNT; i++)
        printf("%8.2f", 100 * fnmr[shown[i]]);
    printf("%8.2f\n", gain);
}

void reject_curves_print(const struct reject_curves *curves, const struct measure_options *options)
{
    printf("%-28s%9s", "set", "threshold");
    for (size_t i = 0; i < SHOWN_COUNT; i++)
        printf("%6d %%", shown[i]);
    printf("%8s\n", "gain");
    for (uint32_t set = 0; set < curves->count; set++) {
        char name[SET_NAME_SIZE];
        print_set_name(options->sets[set], name);
        print_row(name, curves->of[set].threshold, curves->of[set].fnmr, curves->of[set].gain);
    }
    print_row("mean", -1, curves->mean, curves->mean_gain);
}
