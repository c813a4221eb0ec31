/* command_calibrate.c: `calibrate`: the score calibration from non-mated pairs.
 *
 * All non-mated pairs of the given sets are pooled; a pair counts as one whichever set it is from, so that the
 * largest set, whose tail is known best, decides the tail. Down to a false match rate of TAIL_RATE a score is
 * where the pooled pairs put it. Beyond, scores follow an exponential tail whose scale is the mean excess over
 * that raw score, raised by two standard errors. The errors count pairs of fingers, not of impressions: eight
 * impressions of two fingers that resemble each other say one thing, not sixty-four.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/bench/bench.h"

#define TAIL_RATE 1e-3

struct non_mated {
    int32_t raw;
    uint64_t fingers; /* the same for all pairs of the same two fingers */
};

struct pool {
    struct non_mated *pairs; /* highest first, once all are in */
    size_t count;
};

/* --- Collecting --- */

/* Fingers numbered by their first print: prints are sorted by name, so a finger's stand together. */
static uint32_t finger_number(const struct print_set *set, uint32_t print)
{
    while (print > 0 && strcmp(set->prints[print].finger, set->prints[print - 1].finger) == 0)
        print--;
    return print;
}

static enum reason add_pairs(struct pool *pool, const struct print_set *set, const struct pair_list *list,
    uint32_t set_number, struct failure *failure)
{
    struct non_mated *grown = realloc(pool->pairs, (pool->count + list->count) * sizeof *grown);
    if (grown == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "pairs", NULL);
    pool->pairs = grown;
    for (size_t i = 0; i < list->count; i++) {
        const struct bench_pair *pair = &list->pairs[i];
        if (pair->mated)
            continue;
        uint64_t a = finger_number(set, pair->probe), b = finger_number(set, pair->reference);
        grown[pool->count++] = (struct non_mated){pair->raw, (uint64_t)set_number << 56 | a << 28 | b};
    }
    return REASON_DONE;
}

static enum reason add_set(
    struct pool *pool, const struct bench_options *options, uint32_t number, struct failure *failure)
{
    struct print_set set;
    struct pair_list list = {0};
    enum reason reason =
        print_set_read(&set, options->sets[number], options->ppis[number], options->threads, failure);
    if (reason != REASON_DONE)
        return reason;
    reason = pair_list_all(&list, &set, failure);
    if (reason == REASON_DONE)
        reason = pair_list_compare(&list, &set, options->threads, failure);
    if (reason == REASON_DONE)
        reason = add_pairs(pool, &set, &list, number, failure);
    pair_list_finish(&list);
    print_set_finish(&set);
    return reason;
}

static int compare_highest_first(const void *a, const void *b)
{
    const struct non_mated *x = a, *y = b;
    return x->raw != y->raw          ? (x->raw > y->raw ? -1 : 1)
           : x->fingers < y->fingers ? -1
                                     : x->fingers > y->fingers;
}

/* --- The tail --- */

struct tail {
    int32_t start;     /* raw score at which it begins */
    double scale;      /* mean excess */
    double safe_scale; /* raised by two standard errors */
    size_t excesses, finger_pairs;
};

static int compare_fingers(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static size_t count_finger_pairs(const struct pool *pool, size_t excesses)
{
    uint64_t *fingers = malloc((excesses + 1) * sizeof *fingers);
    if (fingers == NULL)
        return 0;
    for (size_t i = 0; i < excesses; i++)
        fingers[i] = pool->pairs[i].fingers;
    qsort(fingers, excesses, sizeof *fingers, compare_fingers);
    size_t distinct = excesses > 0;
    for (size_t i = 1; i < excesses; i++)
        distinct += fingers[i] != fingers[i - 1];
    free(fingers);
    return distinct;
}

static struct tail fit_tail(const struct pool *pool)
{
    struct tail tail = {.excesses = (size_t)((double)pool->count * TAIL_RATE)};
    tail.start = pool->pairs[tail.excesses].raw + 1;
    double sum = 0;
    for (size_t i = 0; i < tail.excesses; i++)
        sum += pool->pairs[i].raw - tail.start;
    tail.finger_pairs = count_finger_pairs(pool, tail.excesses);
    if (tail.excesses > 0 && tail.finger_pairs > 0) {
        tail.scale = sum / (double)tail.excesses;
        tail.safe_scale = tail.scale * (1 + 2 / sqrt((double)tail.finger_pairs));
    }
    return tail;
}

/* The lowest raw score that claims that score. */
static int32_t raw_of_score(const struct pool *pool, const struct tail *tail, int32_t score)
{
    double rate = pow(10, -score / 10.0);
    if (rate < TAIL_RATE)
        return tail->start + (int32_t)ceil(tail->safe_scale * log(TAIL_RATE / rate));
    size_t allowed = (size_t)((double)pool->count * rate + 1e-9);
    return allowed >= pool->count ? 0 : pool->pairs[allowed].raw + 1;
}

/* --- Printing --- */

static void print_calibration(
    const struct bench_options *options, const struct pool *pool, const struct tail *tail)
{
    static const int32_t scores[] = {1, 2, 3, 5, 7, 10, 13, 17, 20, 23, 27, 30, 120};
    printf(
        "/* %zu non-mated pairs of %u sets. Tail from raw score %d on: %zu pairs of %zu pairs of fingers,\n"
        " * mean excess %.1f, used %.1f; highest raw score %d. */\n",
        pool->count, options->set_count, tail->start, tail->excesses, tail->finger_pairs, tail->scale,
        tail->safe_scale, pool->pairs[0].raw);
    printf("    .non_mated = %zu,\n    .vouched = %d,\n    .count = %zu,\n    .points = {{0, 0}", pool->count,
        (int)(10 * log10((double)pool->count)) + 10, 1 + sizeof scores / sizeof scores[0]);
    int32_t last = 0;
    for (size_t i = 0; i < sizeof scores / sizeof scores[0]; i++) {
        int32_t raw = raw_of_score(pool, tail, scores[i]);
        raw = raw > last ? raw : last + 1;
        printf(", {%d, %d}", raw, scores[i]);
        last = raw;
    }
    printf("},\n");
}

/* What the calibration in force claims against what these pairs show. */
static void print_claims(const struct pool *pool)
{
    printf("\nCalibration %u in force against these pairs:\n score  claimed FMR  measured FMR  pairs\n",
        matcher_calibration_version());
    for (int32_t score = 5; score <= 50; score += 5) {
        size_t above = 0;
        while (above < pool->count && matcher_score_of_raw(pool->pairs[above].raw, true) >= score)
            above++;
        printf("%6d  %11.2g  %12.2g  %zu\n", score, matcher_score_fmr(score),
            (double)above / (double)pool->count, above);
    }
}

int bench_calibrate(const struct bench_options *options)
{
    struct failure failure = {0};
    struct pool pool = {0};
    enum reason reason = REASON_DONE;
    for (uint32_t i = 0; reason == REASON_DONE && i < options->set_count; i++)
        reason = add_set(&pool, options, i, &failure);
    if (reason == REASON_DONE && (double)pool.count * TAIL_RATE < 10)
        reason = failure_set(&failure, REASON_BAD_ARGUMENT, "calibration",
            "%zu non-mated pairs are too few for a tail, at least %.0f", pool.count, 10 / TAIL_RATE);
    if (reason == REASON_DONE && pool.pairs != NULL) {
        qsort(pool.pairs, pool.count, sizeof *pool.pairs, compare_highest_first);
        struct tail tail = fit_tail(&pool);
        print_calibration(options, &pool, &tail);
        print_claims(&pool);
    }
    free(pool.pairs);
    return reason == REASON_DONE ? 0 : bench_fail(&failure);
}
