/* error_rates.c: from compared pairs to error rates. */
#include <stdlib.h>

#include "tools/measure/measure.h"

struct scores {
    int32_t *mated, *non_mated; /* ascending */
    size_t mated_count, non_mated_count;
};

static int compare_scores(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return x < y ? -1 : x > y;
}

static enum reason sort_scores(struct scores *scores, const struct pair_list *list, struct failure *failure)
{
    *scores = (struct scores){0};
    scores->mated = malloc((list->count + 1) * sizeof(int32_t));
    scores->non_mated = malloc((list->count + 1) * sizeof(int32_t));
    if (scores->mated == NULL || scores->non_mated == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "scores", NULL);
    for (size_t i = 0; i < list->count; i++) {
        const struct measure_pair *pair = &list->pairs[i];
        if (pair->mated)
            scores->mated[scores->mated_count++] = pair->raw;
        else
            scores->non_mated[scores->non_mated_count++] = pair->raw;
    }
    if (scores->mated_count == 0 || scores->non_mated_count == 0)
        return failure_set(failure, REASON_BAD_ARGUMENT, "set",
            "%zu mated and %zu non-mated pairs: both are needed", scores->mated_count,
            scores->non_mated_count);
    qsort(scores->mated, scores->mated_count, sizeof(int32_t), compare_scores);
    qsort(scores->non_mated, scores->non_mated_count, sizeof(int32_t), compare_scores);
    return REASON_DONE;
}

static void scores_finish(struct scores *scores)
{
    free(scores->mated);
    free(scores->non_mated);
}

/* How many of the ascending values lie below the limit. */
static size_t count_below(const int32_t *values, size_t count, int32_t limit)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (values[middle] < limit)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The false non-match rate at the lowest threshold that lets at most allowed non-mated pairs through. */
static double fnmr_at(const struct scores *scores, size_t allowed)
{
    if (allowed >= scores->non_mated_count)
        return 0;
    int32_t threshold = scores->non_mated[scores->non_mated_count - 1 - allowed] + 1;
    return (double)count_below(scores->mated, scores->mated_count, threshold) / (double)scores->mated_count;
}

/* Walks the thresholds at which something changes and keeps the one where the two rates are nearest. */
static double equal_error_rate(const struct scores *scores)
{
    double best_gap = 2, best = 1;
    if (scores->non_mated_count == 0)
        return best;
    for (size_t i = 0; i <= scores->non_mated_count; i++) {
        int32_t threshold = i < scores->non_mated_count ? scores->non_mated[i]
                                                        : scores->non_mated[scores->non_mated_count - 1] + 1;
        if (i > 0 && i < scores->non_mated_count && threshold == scores->non_mated[i - 1])
            continue;
        double fmr = (double)(scores->non_mated_count - i) / (double)scores->non_mated_count;
        double fnmr =
            (double)count_below(scores->mated, scores->mated_count, threshold) / (double)scores->mated_count;
        double gap = fmr > fnmr ? fmr - fnmr : fnmr - fmr;
        if (gap < best_gap) {
            best_gap = gap;
            best = (fmr + fnmr) / 2;
        }
    }
    return best;
}

static size_t count_distinct(const int32_t *values, size_t count)
{
    size_t distinct = count > 0;
    for (size_t i = 1; i < count; i++)
        distinct += values[i] != values[i - 1];
    return distinct;
}

enum reason error_rates_of(struct error_rates *rates, const struct pair_list *list, struct failure *failure)
{
    struct scores scores;
    enum reason reason = sort_scores(&scores, list, failure);
    if (reason == REASON_DONE)
        *rates = (struct error_rates){
            .mated = scores.mated_count,
            .non_mated = scores.non_mated_count,
            .eer = equal_error_rate(&scores),
            .fmr100 = fnmr_at(&scores, scores.non_mated_count / 100),
            .fmr1000 = fnmr_at(&scores, scores.non_mated_count / 1000),
            .fmr10000 = fnmr_at(&scores, scores.non_mated_count / 10000),
            .zero_fmr = fnmr_at(&scores, 0),
            .distinct_non_mated_scores = count_distinct(scores.non_mated, scores.non_mated_count),
        };
    scores_finish(&scores);
    return reason;
}
