/* command_search.c: `search`: how fast an identification among many people is, and what its first stage
 * loses.
 *
 * Known people hide among made ones. Each probe is searched for in the staged mode, which is timed. What the
 * exhaustive mode would give for its mates is computed beside: their fine score is the same in both modes, so
 * a mate is lost where it reaches the threshold and the staged search doesn't list it. At rank 1 a mate
 * counts as lost where it isn't listed but scores higher than every non-mate that the staged search found:
 * the exhaustive one might have found a still higher non-mate, so this is the most that can have been lost.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "tools/bench/people.h"
#include "tools/bench/searcher.h"

#define MATES_MAX   31 /* of one probe: all fit a candidate list */
#define TARGET_FPIR 0.001
#define PROBES_MIN  20
/* References that all probes together may be searched among, where the number of probes isn't given. */
#define STAGED_WORK     UINT64_C(200000000)
#define EXHAUSTIVE_WORK UINT64_C(2000000)

/* --- Counting --- */

struct losses {
    size_t pairs; /* mated: probe and reference */
    size_t found_exhaustive, found_staged;
    size_t first_exhaustive, first_staged; /* at rank 1 */
};

static bool is_listed(const struct matcher_candidate_list *list, uint32_t subject)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (list->candidates[i].subject == subject)
            return true;
    return false;
}

/* The highest score of somebody else, 0 where there is none. */
static matcher_score best_stranger(const struct matcher_candidate_list *list,
    const struct known_person *probe, const struct matcher_range *mates, uint32_t mate_count)
{
    for (uint32_t i = 0; i < list->count; i++) {
        bool known = list->candidates[i].subject == probe->subject;
        for (uint32_t m = 0; m < mate_count; m++)
            known = known || list->candidates[i].subject == mates[m].first;
        if (!known)
            return list->candidates[i].score;
    }
    return 0;
}

struct measuring {
    const struct people *people;
    matcher_score threshold;
    struct matcher_workspace workspace; /* for the mates' scores */
    struct losses losses;
};

static enum reason count_losses(struct measuring *measuring, const struct known_person *person,
    const struct matcher_candidate_list *found, struct failure *failure)
{
    const struct people *people = measuring->people;
    struct losses *losses = &measuring->losses;
    struct matcher_range mates[MATES_MAX];
    struct matcher_probe probes[PEOPLE_FINGERS_MAX];
    for (uint32_t f = 0; f < people->fingers; f++)
        probes[f] = (struct matcher_probe){.template = person->prints[f], .position = people_positions[f]};
    struct matcher_share share = {.set = people->set,
        .probes = probes,
        .probe_count = people->fingers,
        .ranges = mates,
        .range_count = people_mates(people, person, mates, MATES_MAX)};
    struct matcher_candidate_list fine = {.capacity = MATCHER_CANDIDATES_MAX};
    if (!matcher_search(&share, measuring->workspace, &fine))
        return failure_set(failure, REASON_INTERNAL_ERROR, "search", "mates not compared");
    matcher_score stranger = best_stranger(found, person, mates, share.range_count);
    losses->pairs += share.range_count;
    for (uint32_t i = 0; i < fine.count; i++) {
        bool listed = is_listed(found, fine.candidates[i].subject);
        bool reaches = fine.candidates[i].score >= measuring->threshold;
        bool first = fine.candidates[i].score > stranger;
        losses->found_exhaustive += reaches;
        losses->found_staged += reaches && listed;
        losses->first_exhaustive += first;
        losses->first_staged += first && listed;
    }
    return REASON_DONE;
}

/* The upper end of the one-sided 95 % interval of a rate seen count times in trials (Clopper, Pearson 1934). */
static double rate_bound(size_t count, size_t trials)
{
    if (count >= trials)
        return 1;
    double low = (double)count / (double)trials, high = 1;
    for (int step = 0; step < 60; step++) {
        double rate = (low + high) / 2, sum = 0;
        for (size_t k = 0; k <= count; k++)
            sum += exp(lgamma((double)trials + 1) - lgamma((double)k + 1) - lgamma((double)(trials - k) + 1) +
                       (double)k * log(rate) + (double)(trials - k) * log1p(-rate));
        *(sum > 0.05 ? &low : &high) = rate;
    }
    return high;
}

/* --- Searching --- */

struct search_report {
    uint32_t probes;
    double references; /* in the set */
    double templates_per_second, per_core, p50, p95, compared;
    size_t search_bytes, peak_bytes;
    bool threshold_reached; /* the target FPIR's */
    matcher_score threshold;
    struct losses losses;
};

/* What the target needs, or where that is beyond what the calibration vouches for, as much as it does. */
static matcher_score choose_threshold(const struct bench_options *options, bool *reached)
{
    matcher_score threshold;
    *reached = matcher_identification_threshold(
                   TARGET_FPIR, options->templates, options->fingers, &threshold, NULL) == REASON_DONE;
    if (*reached)
        return threshold;
    for (threshold = MATCHER_SCORE_MAX; threshold > 0; threshold--)
        if (matcher_vouched_fmr(threshold - 1, options->fingers) >
            matcher_vouched_fmr(threshold, options->fingers))
            break;
    return threshold;
}

static uint32_t count_probes(const struct bench_options *options, const struct people *people)
{
    uint64_t work = options->exhaustive ? EXHAUSTIVE_WORK : STAGED_WORK;
    uint64_t wanted = work / ((uint64_t)options->templates * options->fingers);
    wanted = wanted < PROBES_MIN ? PROBES_MIN : wanted;
    if (options->probes > 0)
        wanted = options->probes;
    return wanted < people->probe_count ? (uint32_t)wanted : people->probe_count;
}

static enum reason search_all(struct measuring *measuring, struct searcher *searcher, double *times,
    struct search_report *report, struct failure *failure)
{
    const struct people *people = measuring->people;
    double wall = 0, processor = 0;
    for (uint32_t i = 0; i < report->probes; i++) {
        const struct known_person *person =
            &people->probes[(uint64_t)people->probe_count * i / report->probes];
        struct search_outcome outcome;
        enum reason reason = searcher_search(searcher, person->prints, &outcome, failure);
        if (reason == REASON_DONE)
            reason = count_losses(measuring, person, &outcome.list, failure);
        if (reason != REASON_DONE)
            return reason;
        wall += times[i] = outcome.wall_milliseconds;
        processor += outcome.processor_milliseconds;
        report->compared += (double)outcome.list.compared / report->probes;
    }
    report->templates_per_second = report->references * report->probes / (wall * 1e-3);
    report->per_core = report->references * report->probes / (processor * 1e-3);
    report->p50 = bench_quantile(times, report->probes, 0.5);
    report->p95 = bench_quantile(times, report->probes, 0.95);
    report->losses = measuring->losses;
    return REASON_DONE;
}

static enum reason measure(const struct bench_options *options, const struct people *people,
    struct search_report *report, struct failure *failure)
{
    struct matcher_keep keep = matcher_keep_default;
    if (options->keep_per_million > 0)
        keep = (struct matcher_keep){.least = 1, .per_million = options->keep_per_million};
    struct measuring measuring = {.people = people};
    report->threshold = measuring.threshold = choose_threshold(options, &report->threshold_reached);
    report->probes = count_probes(options, people);
    report->references = (double)options->templates * options->fingers;
    struct searcher *searcher;
    enum reason reason = searcher_start(&searcher, people->set, people_positions, options->fingers,
        options->exhaustive ? NULL : &keep, options->threads, failure);
    size_t size = (matcher_compare_workspace_size() + 63) / 64 * 64;
    measuring.workspace = (struct matcher_workspace){aligned_alloc(64, size), size};
    double *times = calloc(report->probes + 1, sizeof *times);
    if (reason == REASON_DONE && (measuring.workspace.memory == NULL || times == NULL))
        reason = failure_set(failure, REASON_NO_MEMORY, "search", NULL);
    if (reason == REASON_DONE)
        reason = search_all(&measuring, searcher, times, report, failure);
    if (reason == REASON_DONE)
        report->search_bytes = searcher_bytes(searcher);
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        report->peak_bytes = (size_t)usage.ru_maxrss * 1024;
    free(times);
    free(measuring.workspace.memory);
    searcher_finish(searcher);
    return reason;
}

/* --- Reporting --- */

struct rates {
    double exhaustive, staged, lost, bound;
    size_t count;
};

static struct rates rates_of(size_t pairs, size_t exhaustive, size_t staged)
{
    double all = pairs > 0 ? (double)pairs : 1;
    return (struct rates){.exhaustive = (double)(pairs - exhaustive) / all,
        .staged = (double)(pairs - staged) / all,
        .lost = (double)(exhaustive - staged) / all,
        .bound = rate_bound(exhaustive - staged, pairs),
        .count = exhaustive - staged};
}

static void print_json(
    const struct bench_options *options, const struct people *people, const struct search_report *report)
{
    const struct losses *losses = &report->losses;
    struct rates found = rates_of(losses->pairs, losses->found_exhaustive, losses->found_staged);
    struct rates first = rates_of(losses->pairs, losses->first_exhaustive, losses->first_staged);
    printf("{\"mode\": \"%s\", \"kernel\": \"%s\", \"templates\": %u, \"fingers\": %u, \"threads\": %u, "
           "\"probes\": %u, \"mated_pairs\": %zu, \"templates_per_second\": %.0f, "
           "\"templates_per_second_per_core\": %.0f, \"p50_ms\": %.3f, \"p95_ms\": %.3f, ",
        options->exhaustive ? "exhaustive" : "staged", matcher_kernel_level(), options->templates,
        options->fingers, options->threads, report->probes, losses->pairs, report->templates_per_second,
        report->per_core, report->p50, report->p95);
    printf("\"survivors\": %.1f, \"bytes_per_template\": %.1f, \"memory_bytes\": %zu, \"peak_bytes\": %zu, "
           "\"fill_seconds\": %.2f, \"prepare_seconds\": %.2f, \"threshold\": %d, \"target_reached\": %s, ",
        report->compared, (double)people->size / report->references, people->size + report->search_bytes,
        report->peak_bytes, people->fill_seconds, people->prepare_seconds, (int)report->threshold,
        report->threshold_reached ? "true" : "false");
    printf("\"fnir_exhaustive\": %.6f, \"fnir_staged\": %.6f, \"lost\": %zu, \"fnir_lost\": %.6f, "
           "\"fnir_lost_bound\": %.6f, \"rank1_fnir_exhaustive\": %.6f, \"rank1_fnir_staged\": %.6f, "
           "\"rank1_lost\": %zu, \"rank1_fnir_lost\": %.6f, \"rank1_fnir_lost_bound\": %.6f}\n",
        found.exhaustive, found.staged, found.count, found.lost, found.bound, first.exhaustive, first.staged,
        first.count, first.lost, first.bound);
}

static void print_rates(const char *name, const struct rates *rates)
{
    printf("%s: FNIR %.2f %% exhaustive, %.2f %% here: %zu lost, %.3f %% (at most %.3f %% with 95 %% "
           "confidence)\n",
        name, rates->exhaustive * 100, rates->staged * 100, rates->count, rates->lost * 100,
        rates->bound * 100);
}

static void print_text(
    const struct bench_options *options, const struct people *people, const struct search_report *report)
{
    const struct losses *losses = &report->losses;
    struct rates found = rates_of(losses->pairs, losses->found_exhaustive, losses->found_staged);
    struct rates first = rates_of(losses->pairs, losses->first_exhaustive, losses->first_staged);
    printf("%u people, %u fingers, %s search, %s, %u threads, %u probes\n", options->templates,
        options->fingers, options->exhaustive ? "exhaustive" : "staged", matcher_kernel_level(),
        options->threads, report->probes);
    printf("%.0f templates a second, %.0f of processor time; median %.1f ms, 95 %% %.1f ms; %.0f people "
           "compared finely\n",
        report->templates_per_second, report->per_core, report->p50, report->p95, report->compared);
    printf("%.0f bytes a template, %.1f MB in all; filled in %.2f s, prepared in %.2f s\n",
        (double)people->size / report->references, (double)(people->size + report->search_bytes) / 1e6,
        people->fill_seconds, people->prepare_seconds);
    printf("%zu mated pairs; threshold %d%s\n", losses->pairs, (int)report->threshold,
        report->threshold_reached ? "" : ", the highest that is vouched for (the target needs more)");
    print_rates("At the threshold", &found);
    print_rates("At rank 1", &first);
}

int bench_search(const struct bench_options *options)
{
    struct failure failure = {0};
    struct people people = {0};
    struct search_report report = {0};
    enum reason reason = people_make(&people, options, &failure);
    if (reason == REASON_DONE)
        reason = measure(options, &people, &report, &failure);
    if (reason == REASON_DONE)
        (options->json ? print_json : print_text)(options, &people, &report);
    people_finish(&people);
    return reason == REASON_DONE ? 0 : bench_fail(&failure);
}
