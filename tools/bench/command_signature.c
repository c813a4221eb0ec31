/* command_signature.c: `signature`: what the first stage of a search loses (penetration.h), and how fast it is. */
#include <stdio.h>
#include <stdlib.h>

#include "matcher/laboratory_internal.h"
#include "tools/bench/bench.h"
#include "tools/measure/penetration.h"

/* References that the timing scans: more than any cache holds. */
#define TIMED_REFERENCES 262144
#define TIMED_SCALAR     16384 /* enough for the slow level */
#define TIMED_PROBES     20
#define REPEATS          5

struct timing {
    double make_us;
    double scan_ns[PROCESSOR_LEVELS]; /* a reference; 0 where the processor has no such level */
};

/* --- How fast it is --- */

static double time_scan(const struct signature_kernels *kernels, const struct probe_signature *probe,
    const struct signature *references, uint32_t count, uint16_t *scores)
{
    double start = measure_thread_milliseconds();
    kernels->scan(probe, references, count, scores);
    return (measure_thread_milliseconds() - start) * 1e6 / count;
}

/* Levels take turns, so that what else the machine does meets all of them; the least of REPEATS counts. */
static void time_levels(
    const struct probe_signature *probe, const struct signature *references, uint16_t *scores, double *least)
{
    for (uint32_t repeat = 0; repeat < REPEATS; repeat++)
        for (uint32_t level = 0; level < PROCESSOR_LEVELS; level++) {
            const struct signature_kernels *kernels =
                matcher_signature_kernels_of((enum processor_level)level);
            if (kernels == NULL)
                continue;
            uint32_t count = level == PROCESSOR_BASELINE ? TIMED_SCALAR : TIMED_REFERENCES;
            double nanoseconds = time_scan(kernels, probe, references, count, scores);
            if (repeat == 0 || nanoseconds < least[level])
                least[level] = nanoseconds;
        }
}

static double time_making(const struct listing *listing)
{
    double least = 0;
    for (uint32_t repeat = 0; repeat < REPEATS; repeat++) {
        double start = measure_thread_milliseconds();
        for (uint32_t i = 0; i < listing->count; i++)
            matcher_signature_make(listing->prints[i].print->template->bytes, &listing->references[i]);
        double each = (measure_thread_milliseconds() - start) * 1e3 / listing->count;
        least = repeat == 0 || each < least ? each : least;
    }
    return least;
}

static enum reason measure_time(const struct listing *listing, struct timing *timing, struct failure *failure)
{
    struct signature *references = signature_array(TIMED_REFERENCES);
    uint16_t *scores = calloc(TIMED_REFERENCES, sizeof *scores);
    if (references == NULL || scores == NULL) {
        free(references);
        free(scores);
        return failure_set(failure, REASON_NO_MEMORY, "timing", NULL);
    }
    for (uint32_t i = 0; i < TIMED_REFERENCES; i++)
        references[i] = listing->references[i % listing->count];
    for (uint32_t p = 0; p < TIMED_PROBES; p++) {
        const struct listed *listed = &listing->prints[(uint64_t)listing->count * p / TIMED_PROBES];
        struct probe_signature probe;
        double least[PROCESSOR_LEVELS] = {0};
        matcher_signature_make_probe(listed->print->template->bytes, &probe);
        time_levels(&probe, references, scores, least);
        for (uint32_t level = 0; level < PROCESSOR_LEVELS; level++)
            timing->scan_ns[level] += least[level] / TIMED_PROBES;
    }
    timing->make_us = time_making(listing);
    free(references);
    free(scores);
    return REASON_DONE;
}

/* --- The report --- */

static void print_text(
    const struct listing *listing, const struct penetration_table *table, const struct timing *timing)
{
    printf("%u prints, %zu bytes a signature, made in %.1f us\n", listing->count, sizeof(struct signature),
        timing->make_us);
    printf("mated pairs missed, %%, where this share of the list is compared finely:\n%-22s", "");
    for (uint32_t p = 0; p < PENETRATIONS; p++)
        printf(" %5.2f %%", penetrations[p] / 1e4);
    for (uint32_t t = 0; t < PENETRATION_SCORES; t++) {
        printf("\nscore >= %2d %10u", penetration_scores[t], table->pairs[t]);
        for (uint32_t p = 0; p < PENETRATIONS; p++)
            printf(" %7.3f", penetration_missed(table, t, p));
    }
    printf("\n");
    for (uint32_t level = 0; level < PROCESSOR_LEVELS; level++)
        if (timing->scan_ns[level] > 0)
            printf("%-7s %8.1f ns a reference, %5.1f times scalar\n",
                matcher_signature_kernels_of((enum processor_level)level)->name, timing->scan_ns[level],
                timing->scan_ns[PROCESSOR_BASELINE] / timing->scan_ns[level]);
}

static void print_json(
    const struct listing *listing, const struct penetration_table *table, const struct timing *timing)
{
    printf("{\"prints\": %u, \"bytes\": %zu, \"make_us\": %.2f, \"missed\": [", listing->count,
        sizeof(struct signature), timing->make_us);
    for (uint32_t t = 0; t < PENETRATION_SCORES; t++) {
        printf("%s{\"score\": %d, \"pairs\": %u, \"at\": {", t > 0 ? ", " : "", penetration_scores[t],
            table->pairs[t]);
        for (uint32_t p = 0; p < PENETRATIONS; p++)
            printf("%s\"%.4f\": %.6f", p > 0 ? ", " : "", penetrations[p] / 1e6,
                penetration_missed(table, t, p) / 100);
        printf("}}");
    }
    printf("], \"scan_ns\": {");
    for (uint32_t level = 0; level < PROCESSOR_LEVELS; level++)
        if (timing->scan_ns[level] > 0)
            printf("%s\"%s\": %.2f", level > 0 ? ", " : "",
                matcher_signature_kernels_of((enum processor_level)level)->name, timing->scan_ns[level]);
    printf("}}\n");
}

static enum reason measure(
    const struct measure_options *options, const struct print_set *sets, struct failure *failure)
{
    struct listing listing = {0};
    struct penetration_table table = {{0}};
    struct timing timing = {0};
    enum reason reason = listing_make(&listing, sets, options->set_count, failure);
    if (reason == REASON_DONE && listing.count == 0) {
        listing_finish(&listing);
        failure_set(failure, REASON_BAD_ARGUMENT, options->sets[0], "no print has a template");
        return REASON_BAD_ARGUMENT;
    }
    if (reason == REASON_DONE)
        reason = penetration_measure(&listing, PENETRATION_ALL_SETS, &table, failure);
    if (reason == REASON_DONE)
        reason = measure_time(&listing, &timing, failure);
    if (reason == REASON_DONE)
        (options->json ? print_json : print_text)(&listing, &table, &timing);
    listing_finish(&listing);
    return reason;
}

int bench_signature(const struct measure_options *options)
{
    struct failure failure = {0};
    struct print_set sets[MEASURE_SETS_MAX] = {{0}};
    enum reason reason = REASON_DONE;
    for (uint32_t s = 0; reason == REASON_DONE && s < options->set_count; s++)
        reason = print_set_read(&sets[s], options->sets[s], options->ppis[s], options->threads, &failure);
    if (reason == REASON_DONE)
        reason = measure(options, sets, &failure);
    for (uint32_t s = 0; s < options->set_count; s++)
        print_set_finish(&sets[s]);
    return reason == REASON_DONE ? 0 : measure_fail(&failure);
}
