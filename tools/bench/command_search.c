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

/* Mated pairs that each mode finds. */
struct found {
    size_t exhaustive, staged;
};

static void count_pair(struct found *found, bool reaches, bool listed)
{
    found->exhaustive += reaches;
    found->staged += reaches && listed;
}

struct losses {
    size_t pairs; /* mated: probe and reference */
    struct found at_threshold, at_target, first;
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
    matcher_score threshold;            /* the target's, or as much of it as is vouched for */
    matcher_score target;               /* the target's */
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
        matcher_score score = fine.candidates[i].score;
        bool listed = is_listed(found, fine.candidates[i].subject);
        count_pair(&losses->at_threshold, score >= measuring->threshold, listed);
        count_pair(&losses->at_target, score >= measuring->target, listed);
        count_pair(&losses->first, score > stranger, listed);
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
    double p50_processor, p95_processor; /* of the slowest thread */
    size_t search_bytes, peak_bytes;
    matcher_score threshold, target;
    struct losses losses;
};

/* What the target needs, whether the calibration vouches for it or not: FPIR = 1-(1-FMR)^N. */
static matcher_score target_threshold(uint32_t people)
{
    return (matcher_score)ceil(-10 * log10(-expm1(log1p(-TARGET_FPIR) / people)) - 1e-9);
}

/* The same, or where that is beyond what the calibration vouches for, as much as it does. */
static matcher_score vouched_threshold(const struct measure_options *options)
{
    matcher_score threshold;
    if (matcher_identification_threshold(
            TARGET_FPIR, options->own->templates, options->own->fingers, &threshold, NULL) == REASON_DONE)
        return threshold;
    for (threshold = MATCHER_SCORE_MAX; threshold > 0; threshold--)
        if (matcher_vouched_fmr(threshold - 1, options->own->fingers) >
            matcher_vouched_fmr(threshold, options->own->fingers))
            break;
    return threshold;
}

static uint32_t count_probes(const struct measure_options *options, const struct people *people)
{
    uint64_t work = options->own->exhaustive ? EXHAUSTIVE_WORK : STAGED_WORK;
    uint64_t wanted = work / ((uint64_t)options->own->templates * options->own->fingers);
    wanted = wanted < PROBES_MIN ? PROBES_MIN : wanted;
    if (options->own->probes > 0)
        wanted = options->own->probes;
    return wanted < people->probe_count ? (uint32_t)wanted : people->probe_count;
}

/* times: room for two numbers a probe. */
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
        times[report->probes + i] = outcome.slowest_milliseconds;
        processor += outcome.processor_milliseconds;
        report->compared += (double)outcome.list.compared / report->probes;
    }
    report->templates_per_second = report->references * report->probes / (wall * 1e-3);
    report->per_core = report->references * report->probes / (processor * 1e-3);
    report->p50 = measure_quantile(times, report->probes, 0.5);
    report->p95 = measure_quantile(times, report->probes, 0.95);
    report->p50_processor = measure_quantile(times + report->probes, report->probes, 0.5);
    report->p95_processor = measure_quantile(times + report->probes, report->probes, 0.95);
    report->losses = measuring->losses;
    return REASON_DONE;
}

static enum reason measure(const struct measure_options *options, const struct people *people,
    struct search_report *report, struct failure *failure)
{
    struct matcher_keep keep = matcher_keep_default;
    if (options->own->keep_per_million > 0)
        keep = (struct matcher_keep){.least = 1, .per_million = options->own->keep_per_million};
    struct measuring measuring = {.people = people};
    report->threshold = measuring.threshold = vouched_threshold(options);
    report->target = measuring.target = target_threshold(options->own->templates);
    report->probes = count_probes(options, people);
    report->references = (double)options->own->templates * options->own->fingers;
    struct searcher *searcher;
    enum reason reason = searcher_start(&searcher, people->set, people_positions, options->own->fingers,
        options->own->exhaustive ? NULL : &keep, options->threads, failure);
    measuring.workspace = measure_workspace(matcher_compare_workspace_size());
    double *times = calloc(2 * (size_t)report->probes + 1, sizeof *times);
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

static size_t lost(const struct found *found)
{
    return found->exhaustive - found->staged;
}

static void print_found_json(const char *prefix, const struct found *found, size_t pairs)
{
    double all = pairs > 0 ? (double)pairs : 1;
    printf(", \"%sfnir_exhaustive\": %.6f, \"%sfnir_staged\": %.6f, \"%slost\": %zu, \"%sfnir_lost\": %.6f, "
           "\"%sfnir_lost_bound\": %.6f",
        prefix, (double)(pairs - found->exhaustive) / all, prefix, (double)(pairs - found->staged) / all,
        prefix, lost(found), prefix, (double)lost(found) / all, prefix, rate_bound(lost(found), pairs));
}

static void print_json(
    const struct measure_options *options, const struct people *people, const struct search_report *report)
{
    const struct losses *losses = &report->losses;
    printf("{\"mode\": \"%s\", \"kernel\": \"%s\", \"templates\": %u, \"fingers\": %u, \"threads\": %u, "
           "\"probes\": %u, \"mated_pairs\": %zu, \"templates_per_second\": %.0f, "
           "\"templates_per_second_per_core\": %.0f, \"p50_ms\": %.3f, \"p95_ms\": %.3f, "
           "\"p50_processor_ms\": %.3f, \"p95_processor_ms\": %.3f, ",
        options->own->exhaustive ? "exhaustive" : "staged", matcher_kernel_level(), options->own->templates,
        options->own->fingers, options->threads, report->probes, losses->pairs, report->templates_per_second,
        report->per_core, report->p50, report->p95, report->p50_processor, report->p95_processor);
    printf("\"survivors\": %.1f, \"bytes_per_template\": %.1f, \"memory_bytes\": %zu, \"peak_bytes\": %zu, "
           "\"fill_seconds\": %.2f, \"prepare_seconds\": %.2f, \"threshold\": %d, \"target_threshold\": %d",
        report->compared, (double)people->size / report->references, people->size + report->search_bytes,
        report->peak_bytes, people->fill_seconds, people->prepare_seconds, (int)report->threshold,
        (int)report->target);
    print_found_json("", &losses->at_threshold, losses->pairs);
    print_found_json("target_", &losses->at_target, losses->pairs);
    print_found_json("rank1_", &losses->first, losses->pairs);
    printf("}\n");
}

static void print_found(const char *name, const struct found *found, size_t pairs)
{
    double all = pairs > 0 ? (double)pairs : 1;
    printf("%s: FNIR %.2f %% exhaustive, %.2f %% here: %zu lost, %.3f %% (at most %.3f %% with 95 %% "
           "confidence)\n",
        name, (double)(pairs - found->exhaustive) / all * 100, (double)(pairs - found->staged) / all * 100,
        lost(found), (double)lost(found) / all * 100, rate_bound(lost(found), pairs) * 100);
}

static void print_text(
    const struct measure_options *options, const struct people *people, const struct search_report *report)
{
    const struct losses *losses = &report->losses;
    char name[64];
    printf("%u people, %u fingers, %s search, %s, %u threads, %u probes\n", options->own->templates,
        options->own->fingers, options->own->exhaustive ? "exhaustive" : "staged", matcher_kernel_level(),
        options->threads, report->probes);
    printf("%.0f templates a second, %.0f a second of processor time; median %.1f ms, 95 %% %.1f ms "
           "(processor time of the slowest thread: %.1f and %.1f); %.0f people compared finely\n",
        report->templates_per_second, report->per_core, report->p50, report->p95, report->p50_processor,
        report->p95_processor, report->compared);
    printf("%.0f bytes a template, %.1f MB in all; filled in %.2f s, prepared in %.2f s\n",
        (double)people->size / report->references, (double)(people->size + report->search_bytes) / 1e6,
        people->fill_seconds, people->prepare_seconds);
    printf("%zu mated pairs\n", losses->pairs);
    snprintf(name, sizeof name, "At score %d, %s", (int)report->threshold,
        report->threshold < report->target ? "the highest that is vouched for" : "which the target needs");
    print_found(name, &losses->at_threshold, losses->pairs);
    snprintf(name, sizeof name, "At score %d, which the target needs", (int)report->target);
    if (report->threshold < report->target)
        print_found(name, &losses->at_target, losses->pairs);
    print_found("At rank 1", &losses->first, losses->pairs);
}

int bench_search(const struct measure_options *options)
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
    return reason == REASON_DONE ? 0 : measure_fail(&failure);
}
