/* reject_curve.c: the error-versus-reject curve of one set. */
#include <stdlib.h>

#include "tools/bench/quality.h"

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
