/* command_report.c: `report`: a technology evaluation of one or several sets after ISO/IEC 19795-1. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "tools/bench/bench.h"
#include "tools/bench/report.h"

/* --- Describing a set --- */

static void widen(uint32_t *least, uint32_t *most, uint32_t value)
{
    *least = *most == 0 || value < *least ? value : *least;
    *most = value > *most ? value : *most;
}

static void count_fingers(struct set_report *report, const struct print_set *set)
{
    for (uint32_t first = 0, end; first < set->count; first = end) {
        uint32_t failed = 0;
        for (end = first; end < set->count && strcmp(set->prints[end].finger, set->prints[first].finger) == 0;
             end++)
            failed += set->prints[end].template == NULL;
        widen(&report->impressions_least, &report->impressions_most, end - first);
        report->fingers++;
        report->failed_fingers += failed == end - first;
    }
}

static struct spread spread_of(double *values, size_t count)
{
    return (struct spread){measure_quantile(values, count, 0), measure_quantile(values, count, 0.05),
        measure_quantile(values, count, 0.5), measure_quantile(values, count, 0.95),
        measure_quantile(values, count, 1)};
}

/* What the templates say of themselves; extraction's times are of all images. */
static enum reason describe_prints(
    struct set_report *report, const struct print_set *set, struct failure *failure)
{
    double *values = calloc(4 * (size_t)set->count + 1, sizeof *values);
    if (values == NULL)
        return failure_set(failure, REASON_NO_MEMORY, report->name, NULL);
    double *quality = values, *minutiae = quality + set->count, *bytes = minutiae + set->count,
           *times = bytes + set->count;
    size_t count = 0;
    for (uint32_t i = 0; i < set->count; i++) {
        times[i] = set->prints[i].milliseconds;
        const struct matcher_template *template = set->prints[i].template;
        if (template == NULL)
            continue;
        struct matcher_template_summary summary;
        matcher_template_summarize(template->bytes, template->size, &summary);
        widen(&report->width_least, &report->width_most, summary.width);
        widen(&report->height_least, &report->height_most, summary.height);
        quality[count] = summary.quality;
        minutiae[count] = summary.minutiae_count;
        bytes[count++] = template->size;
    }
    report->quality = spread_of(quality, count);
    report->minutiae = spread_of(minutiae, count);
    report->template_bytes = spread_of(bytes, count);
    report->extraction_milliseconds = spread_of(times, set->count);
    free(values);
    return REASON_DONE;
}

/* --- Measuring --- */

static enum reason measure_pairs(struct set_report *report, const struct print_set *set,
    const struct pair_list *list, struct trials *trials, struct failure *failure)
{
    struct error_rates rates;
    TRY(error_rates_of(&rates, list, failure));
    report->distinct_non_mated_scores = rates.distinct_non_mated_scores;
    report->comparison_microseconds = list->microseconds;
    TRY(trials_of(trials, set, list, failure));
    report->mated = trials->mated_count;
    report->non_mated = trials->non_mated_count;
    report->finger_pairs = trials->finger_pairs;
    TRY(measure_verification(&report->verification, trials, failure));
    TRY(measure_identification(&report->identification, set, list, failure));
    return det_points_of(trials, &report->det, &report->det_count, failure);
}

static enum reason measure_set(struct set_report *report, const struct measure_options *options,
    uint32_t number, struct trials *trials, struct failure *failure)
{
    struct print_set set;
    struct pair_list list = {0};
    print_set_name(options->sets[number], report->name);
    enum reason reason =
        print_set_read(&set, options->sets[number], options->ppis[number], options->threads, failure);
    if (reason != REASON_DONE)
        return reason;
    report->ppi = options->ppis[number];
    report->images = set.count;
    report->failed_images = set.failed;
    count_fingers(report, &set);
    reason = describe_prints(report, &set, failure);
    if (reason == REASON_DONE)
        reason = pair_list_all(&list, &set, failure);
    if (reason == REASON_DONE)
        reason = pair_list_compare(&list, &set, options->threads, failure);
    if (reason == REASON_DONE)
        reason = measure_pairs(report, &set, &list, trials, failure);
    pair_list_finish(&list);
    print_set_finish(&set);
    return reason;
}

/* --- The machine and the day --- */

static void name_processor(char *text, size_t size)
{
    char line[256];
    FILE *file = fopen("/proc/cpuinfo", "re");
    snprintf(text, size, "unknown processor");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || colon == NULL)
            continue;
        line[strcspn(line, "\n")] = '\0';
        snprintf(text, size, "%.120s, %ld processors", colon + 1 + strspn(colon + 1, " \t"),
            sysconf(_SC_NPROCESSORS_ONLN));
        break;
    }
    if (file != NULL)
        fclose(file);
}

static void describe_machine(struct evaluation_report *report)
{
    struct utsname system;
    name_processor(report->machine, sizeof report->machine);
    if (uname(&system) == 0)
        snprintf(report->system, sizeof report->system, "%.40s %.60s %.40s", system.sysname, system.release,
            system.machine);
    time_t now = time(NULL);
    struct tm day;
    if (gmtime_r(&now, &day) != NULL)
        strftime(report->date, sizeof report->date, "%Y-%m-%d", &day);
}

/* --- The command --- */

static enum reason write_report(
    const struct evaluation_report *report, const char *path, struct failure *failure)
{
    FILE *file = fopen(path, "we");
    if (file == NULL)
        return failure_set_errno(failure, errno, path, "fopen");
    report_write_markdown(report, file);
    bool written = ferror(file) == 0;
    if (fclose(file) != 0 || !written)
        return failure_set_errno(failure, errno, path, "write");
    return REASON_DONE;
}

static enum reason tell_report(
    const struct evaluation_report *report, const struct measure_options *options, struct failure *failure)
{
    enum reason reason = REASON_DONE;
    if (options->out != NULL)
        reason = write_report(report, options->out, failure);
    if (reason != REASON_DONE)
        return reason;
    if (options->json) {
        json_t *root = report_json(report);
        if (root == NULL || json_dumpf(root, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(8)) != 0)
            reason = failure_set(failure, REASON_NO_MEMORY, "report", NULL);
        putchar('\n');
        json_decref(root);
    } else if (options->out == NULL) {
        report_write_markdown(report, stdout);
    }
    return reason;
}

int bench_report(const struct measure_options *options)
{
    struct failure failure = {0};
    struct evaluation_report report = {
        .sets = calloc(options->set_count, sizeof *report.sets), .set_count = options->set_count};
    struct trials *trials = calloc(options->set_count, sizeof *trials);
    enum reason reason = REASON_DONE;
    if (report.sets == NULL || trials == NULL)
        reason = failure_set(&failure, REASON_NO_MEMORY, "report", NULL);
    for (uint32_t i = 0; reason == REASON_DONE && i < options->set_count; i++)
        reason = measure_set(&report.sets[i], options, i, &trials[i], &failure);
    if (reason == REASON_DONE)
        reason = measure_means(&report.means, trials, options->set_count, &failure);
    describe_machine(&report);
    if (reason == REASON_DONE)
        reason = tell_report(&report, options, &failure);
    for (uint32_t i = 0; report.sets != NULL && trials != NULL && i < options->set_count; i++) {
        free(report.sets[i].det);
        trials_finish(&trials[i]);
    }
    free(trials);
    free(report.sets);
    return reason == REASON_DONE ? 0 : measure_fail(&failure);
}
