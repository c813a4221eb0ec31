/* command_accuracy.c: `accuracy` and `scores`: all pairs of a set. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/bench/bench.h"

struct measured {
    struct print_set set;
    struct print_set references; /* where they are not the set's own templates */
    struct pair_list list;
    double extraction_milliseconds; /* median */
};

static void measured_finish(struct measured *measured)
{
    pair_list_finish(&measured->list);
    print_set_finish(&measured->set);
    print_set_finish(&measured->references);
}

static double median_extraction(const struct print_set *set)
{
    double *times = calloc(set->count, sizeof *times);
    if (times == NULL)
        return 0;
    for (uint32_t i = 0; i < set->count; i++)
        times[i] = set->prints[i].milliseconds;
    double median = measure_quantile(times, set->count, 0.5);
    free(times);
    return median;
}

static enum reason read_references(
    struct measured *measured, const struct measure_options *options, struct failure *failure)
{
    const char *folder = options->own->references != NULL ? options->own->references : options->sets[0];
    enum reason reason =
        print_set_read(&measured->references, folder, options->ppis[0], options->threads, failure);
    if (reason == REASON_DONE && options->own->exchange != MATCHER_FORMAT_UNKNOWN)
        reason = print_set_exchange(&measured->references, options->own->exchange, failure);
    if (reason == REASON_DONE)
        print_set_refer(&measured->set, &measured->references);
    return reason;
}

static enum reason make_pairs(
    struct measured *measured, const struct measure_options *options, struct failure *failure)
{
    if (options->own->pairs != NULL)
        return pair_list_read(&measured->list, &measured->set, options->own->pairs, failure);
    return pair_list_all(&measured->list, &measured->set, failure);
}

static enum reason measure(
    struct measured *measured, const struct measure_options *options, struct failure *failure)
{
    *measured = (struct measured){0};
    enum reason reason =
        print_set_read(&measured->set, options->sets[0], options->ppis[0], options->threads, failure);
    if (reason != REASON_DONE)
        return reason;
    measured->extraction_milliseconds = median_extraction(&measured->set);
    if (options->own->references != NULL || options->own->exchange != MATCHER_FORMAT_UNKNOWN)
        reason = read_references(measured, options, failure);
    if (reason == REASON_DONE)
        reason = make_pairs(measured, options, failure);
    if (reason == REASON_DONE)
        reason = pair_list_compare(&measured->list, &measured->set, options->threads, failure);
    if (reason != REASON_DONE)
        measured_finish(measured);
    return reason;
}

/* --- accuracy --- */

static void print_json(const char *folder, const struct measured *measured, const struct error_rates *rates)
{
    json_t *root = json_pack("{s:s, s:s, s:i, s:i, s:I, s:I, s:f, s:f, s:f, s:f, s:f, s:I, s:f, s:f, s:i}",
        "set", folder, "unit", "percent", "images", (int)measured->set.count, "failed_extractions",
        (int)measured->set.failed, "mated", (json_int_t)rates->mated, "non_mated",
        (json_int_t)rates->non_mated, "EER", rates->eer * 100, "FMR100", rates->fmr100 * 100, "FMR1000",
        rates->fmr1000 * 100, "FMR10000", rates->fmr10000 * 100, "ZeroFMR", rates->zero_fmr * 100,
        "distinct_non_mated_scores", (json_int_t)rates->distinct_non_mated_scores, "extraction_ms",
        measured->extraction_milliseconds, "comparison_us", measured->list.microseconds, "calibration",
        (int)matcher_calibration_version());
    if (root != NULL) {
        json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
        putchar('\n');
    }
    json_decref(root);
}

static void print_text(const char *folder, const struct measured *measured, const struct error_rates *rates)
{
    printf("%s: %u images, %u failed extractions, %zu mated and %zu non-mated pairs\n", folder,
        measured->set.count, measured->set.failed, rates->mated, rates->non_mated);
    printf("EER %.2f %%  FMR100 %.2f %%  FMR1000 %.2f %%  FMR10000 %.2f %%  ZeroFMR %.2f %%\n",
        rates->eer * 100, rates->fmr100 * 100, rates->fmr1000 * 100, rates->fmr10000 * 100,
        rates->zero_fmr * 100);
    printf("%zu distinct non-mated scores; extraction %.1f ms, comparison %.1f us (medians, one thread)\n",
        rates->distinct_non_mated_scores, measured->extraction_milliseconds, measured->list.microseconds);
}

int bench_accuracy(const struct measure_options *options)
{
    struct failure failure = {0};
    struct measured measured;
    if (measure(&measured, options, &failure) != REASON_DONE)
        return measure_fail(&failure);
    struct error_rates rates;
    enum reason reason = error_rates_of(&rates, &measured.list, &failure);
    if (reason == REASON_DONE && options->json)
        print_json(options->sets[0], &measured, &rates);
    else if (reason == REASON_DONE)
        print_text(options->sets[0], &measured, &rates);
    measured_finish(&measured);
    return reason == REASON_DONE ? 0 : measure_fail(&failure);
}

/* --- scores --- */

static enum reason write_scores(const struct measured *measured, const char *path, struct failure *failure)
{
    FILE *file = fopen(path, "we");
    if (file == NULL)
        return failure_set_errno(failure, errno, path, "fopen");
    for (size_t i = 0; i < measured->list.count; i++) {
        const struct measure_pair *pair = &measured->list.pairs[i];
        fprintf(file, "%s\t%s\t%.4f\n", measured->set.prints[pair->probe].name,
            measured->set.prints[pair->reference].name, matcher_score_of_raw(pair->raw, pair->with_flow));
    }
    bool written = ferror(file) == 0;
    int error = errno;
    if (fclose(file) != 0) {
        written = false;
        error = errno;
    }
    return written ? REASON_DONE : failure_set_errno(failure, error, path, "write");
}

int bench_scores(const struct measure_options *options)
{
    struct failure failure = {0};
    struct measured measured;
    if (measure(&measured, options, &failure) != REASON_DONE)
        return measure_fail(&failure);
    enum reason reason = write_scores(&measured, options->out, &failure);
    if (reason == REASON_DONE)
        printf("%zu pairs of %u prints (%u failed extractions) written to %s\n", measured.list.count,
            measured.set.count, measured.set.failed, options->out);
    measured_finish(&measured);
    return reason == REASON_DONE ? 0 : measure_fail(&failure);
}
