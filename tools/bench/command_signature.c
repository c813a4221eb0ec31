/* command_signature.c: `signature`: what the first stage of a search loses, and how fast it is.
 *
 * Each print of the sets searches all others by its signature alone. Its mates' penetration is the share of
 * the other fingers' prints that score higher: what has to be compared finely before the mate is reached.
 * Mates are counted apart that the fine comparison would accept at a threshold: only they can be lost. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "matcher/signature.h"
#include "tools/bench/bench.h"

/* Penetrations, in parts of a million, and thresholds of the fine score; the first lets all pairs in. */
static const uint32_t penetrations[] = {1000, 2000, 3000, 5000, 10000, 20000, 50000};
#define PENETRATIONS (sizeof penetrations / sizeof penetrations[0])
static const matcher_score thresholds[] = {0, 40, 50, 60};
#define THRESHOLDS (sizeof thresholds / sizeof thresholds[0])

/* References that the timing scans: more than any cache holds. */
#define TIMED_REFERENCES 262144
#define TIMED_SCALAR     16384 /* enough for the slow level */
#define TIMED_PROBES     20
#define REPEATS          5

struct penetration_table {
    uint32_t pairs[THRESHOLDS];
    uint32_t missed[THRESHOLDS][PENETRATIONS];
};

struct timing {
    double make_us;
    double scan_ns[SIGNATURE_LEVEL_COUNT]; /* a reference; 0 where the processor has no such level */
};

/* All prints of all sets that have a template. */
struct listing {
    uint32_t count;
    struct listed {
        const struct set_print *print;
        uint32_t set;
    } * prints;
    struct signature *references;
    uint16_t *scores;
};

static bool same_finger(const struct listed *a, const struct listed *b)
{
    return a->set == b->set && strcmp(a->print->finger, b->print->finger) == 0;
}

static void *aligned_array(size_t count, size_t size)
{
    return aligned_alloc(SIGNATURE_ALIGNMENT, (count * size + 63) / 64 * 64 + 64);
}

static enum reason list_prints(
    struct listing *listing, const struct print_set *sets, uint32_t set_count, struct failure *failure)
{
    uint32_t capacity = 1;
    for (uint32_t s = 0; s < set_count; s++)
        capacity += sets[s].count;
    listing->prints = calloc(capacity, sizeof *listing->prints);
    listing->references = aligned_array(capacity, sizeof *listing->references);
    listing->scores = calloc(capacity, sizeof *listing->scores);
    if (listing->prints == NULL || listing->references == NULL || listing->scores == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "signatures", NULL);
    for (uint32_t s = 0; s < set_count; s++)
        for (uint32_t i = 0; i < sets[s].count; i++) {
            const struct set_print *print = &sets[s].prints[i];
            if (print->template == NULL)
                continue;
            signature_make(print->template->bytes, &listing->references[listing->count]);
            listing->prints[listing->count++] = (struct listed){print, s};
        }
    return REASON_DONE;
}

static void listing_finish(struct listing *listing)
{
    free(listing->prints);
    free(listing->references);
    free(listing->scores);
}

/* --- What is lost --- */

/* The share of other fingers' prints above the mate, in parts of a million; of those that score the same
 * one half. */
static double penetration_of(const struct listing *listing, uint32_t probe, uint32_t mate)
{
    uint32_t above_twice = 0, others = 0;
    for (uint32_t i = 0; i < listing->count; i++) {
        if (same_finger(&listing->prints[i], &listing->prints[probe]))
            continue;
        others++;
        above_twice += 2 * (listing->scores[i] > listing->scores[mate]);
        above_twice += listing->scores[i] == listing->scores[mate];
    }
    return others == 0 ? 0 : above_twice / 2.0 / others * 1e6;
}

static void count_pair(struct penetration_table *table, matcher_score score, double penetration)
{
    for (size_t t = 0; t < THRESHOLDS; t++) {
        if (score < thresholds[t])
            continue;
        table->pairs[t]++;
        for (size_t p = 0; p < PENETRATIONS; p++)
            table->missed[t][p] += penetration > penetrations[p];
    }
}

static void search_probe(const struct listing *listing, uint32_t probe, struct matcher_workspace workspace,
    struct penetration_table *table)
{
    const struct matcher_template *template = listing->prints[probe].print->template;
    struct probe_signature signature;
    signature_make_probe(template->bytes, &signature);
    signature_kernels_select()->scan(&signature, listing->references, listing->count, listing->scores);
    for (uint32_t mate = 0; mate < listing->count; mate++) {
        if (mate == probe || !same_finger(&listing->prints[mate], &listing->prints[probe]))
            continue;
        const struct matcher_template *reference = listing->prints[mate].print->template;
        matcher_score score = matcher_compare(template, reference->bytes, reference->size, workspace);
        count_pair(table, score, penetration_of(listing, probe, mate));
    }
}

static enum reason measure_loss(
    const struct listing *listing, struct penetration_table *table, struct failure *failure)
{
    size_t size = (matcher_compare_workspace_size() + 63) / 64 * 64;
    struct matcher_workspace workspace = {aligned_alloc(64, size), size};
    if (workspace.memory == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "workspace", NULL);
    for (uint32_t probe = 0; probe < listing->count; probe++)
        search_probe(listing, probe, workspace, table);
    free(workspace.memory);
    return REASON_DONE;
}

/* --- How fast it is --- */

static double time_scan(const struct signature_kernels *kernels, const struct probe_signature *probe,
    const struct signature *references, uint32_t count, uint16_t *scores)
{
    double start = bench_thread_milliseconds();
    kernels->scan(probe, references, count, scores);
    return (bench_thread_milliseconds() - start) * 1e6 / count;
}

/* Levels take turns, so that what else the machine does meets all of them; the least of REPEATS counts. */
static void time_levels(
    const struct probe_signature *probe, const struct signature *references, uint16_t *scores, double *least)
{
    for (uint32_t repeat = 0; repeat < REPEATS; repeat++)
        for (uint32_t level = 0; level < SIGNATURE_LEVEL_COUNT; level++) {
            const struct signature_kernels *kernels = signature_kernels_of((enum signature_level)level);
            if (kernels == NULL)
                continue;
            uint32_t count = level == SIGNATURE_LEVEL_SCALAR ? TIMED_SCALAR : TIMED_REFERENCES;
            double nanoseconds = time_scan(kernels, probe, references, count, scores);
            if (repeat == 0 || nanoseconds < least[level])
                least[level] = nanoseconds;
        }
}

static double time_making(const struct listing *listing)
{
    double least = 0;
    for (uint32_t repeat = 0; repeat < REPEATS; repeat++) {
        double start = bench_thread_milliseconds();
        for (uint32_t i = 0; i < listing->count; i++)
            signature_make(listing->prints[i].print->template->bytes, &listing->references[i]);
        double each = (bench_thread_milliseconds() - start) * 1e3 / listing->count;
        least = repeat == 0 || each < least ? each : least;
    }
    return least;
}

static enum reason measure_time(const struct listing *listing, struct timing *timing, struct failure *failure)
{
    struct signature *references = aligned_array(TIMED_REFERENCES, sizeof *references);
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
        double least[SIGNATURE_LEVEL_COUNT] = {0};
        signature_make_probe(listed->print->template->bytes, &probe);
        time_levels(&probe, references, scores, least);
        for (uint32_t level = 0; level < SIGNATURE_LEVEL_COUNT; level++)
            timing->scan_ns[level] += least[level] / TIMED_PROBES;
    }
    timing->make_us = time_making(listing);
    free(references);
    free(scores);
    return REASON_DONE;
}

/* --- The report --- */

static double percent(uint32_t part, uint32_t whole)
{
    return whole == 0 ? 0 : 100.0 * part / whole;
}

static void print_text(
    const struct listing *listing, const struct penetration_table *table, const struct timing *timing)
{
    printf("%u prints, %zu bytes a signature, made in %.1f us\n", listing->count, sizeof(struct signature),
        timing->make_us);
    printf("mated pairs missed, %%, where this share of the list is compared finely:\n%-22s", "");
    for (size_t p = 0; p < PENETRATIONS; p++)
        printf(" %5.2f %%", penetrations[p] / 1e4);
    for (size_t t = 0; t < THRESHOLDS; t++) {
        printf("\nscore >= %2d %10u", thresholds[t], table->pairs[t]);
        for (size_t p = 0; p < PENETRATIONS; p++)
            printf(" %7.3f", percent(table->missed[t][p], table->pairs[t]));
    }
    printf("\n");
    for (uint32_t level = 0; level < SIGNATURE_LEVEL_COUNT; level++)
        if (timing->scan_ns[level] > 0)
            printf("%-7s %8.1f ns a reference, %5.1f times scalar\n",
                signature_kernels_of((enum signature_level)level)->name, timing->scan_ns[level],
                timing->scan_ns[SIGNATURE_LEVEL_SCALAR] / timing->scan_ns[level]);
}

static void print_json(
    const struct listing *listing, const struct penetration_table *table, const struct timing *timing)
{
    printf("{\"prints\": %u, \"bytes\": %zu, \"make_us\": %.2f, \"missed\": [", listing->count,
        sizeof(struct signature), timing->make_us);
    for (size_t t = 0; t < THRESHOLDS; t++) {
        printf(
            "%s{\"score\": %d, \"pairs\": %u, \"at\": {", t > 0 ? ", " : "", thresholds[t], table->pairs[t]);
        for (size_t p = 0; p < PENETRATIONS; p++)
            printf("%s\"%.4f\": %.6f", p > 0 ? ", " : "", penetrations[p] / 1e6,
                percent(table->missed[t][p], table->pairs[t]) / 100);
        printf("}}");
    }
    printf("], \"scan_ns\": {");
    for (uint32_t level = 0; level < SIGNATURE_LEVEL_COUNT; level++)
        if (timing->scan_ns[level] > 0)
            printf("%s\"%s\": %.2f", level > 0 ? ", " : "",
                signature_kernels_of((enum signature_level)level)->name, timing->scan_ns[level]);
    printf("}}\n");
}

static enum reason measure(
    const struct bench_options *options, const struct print_set *sets, struct failure *failure)
{
    struct listing listing = {0};
    struct penetration_table table = {{0}};
    struct timing timing = {0};
    enum reason reason = list_prints(&listing, sets, options->set_count, failure);
    if (reason == REASON_DONE && listing.count == 0)
        reason = failure_set(failure, REASON_BAD_ARGUMENT, options->sets[0], "no print has a template");
    if (reason == REASON_DONE)
        reason = measure_loss(&listing, &table, failure);
    if (reason == REASON_DONE)
        reason = measure_time(&listing, &timing, failure);
    if (reason == REASON_DONE)
        (options->json ? print_json : print_text)(&listing, &table, &timing);
    listing_finish(&listing);
    return reason;
}

int bench_signature(const struct bench_options *options)
{
    struct failure failure = {0};
    struct print_set sets[BENCH_SETS_MAX] = {{0}};
    enum reason reason = REASON_DONE;
    for (uint32_t s = 0; reason == REASON_DONE && s < options->set_count; s++)
        reason = print_set_read(&sets[s], options->sets[s], options->ppis[s], options->threads, &failure);
    if (reason == REASON_DONE)
        reason = measure(options, sets, &failure);
    for (uint32_t s = 0; s < options->set_count; s++)
        print_set_finish(&sets[s]);
    return reason == REASON_DONE ? 0 : bench_fail(&failure);
}
