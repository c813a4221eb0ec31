/* command_templates.c: `templates`: a set's prints as interchange records, and what extraction took. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "tools/bench/bench.h"

static enum reason write_record(const struct set_print *print, const char *folder, struct failure *failure)
{
    uint8_t record[MATCHER_TEMPLATE_BYTES_MAX];
    size_t size;
    TRY(matcher_encode(print->template, MATCHER_FORMAT_ISO_19794_2_2005, FINGER_UNKNOWN, record,
        sizeof record, &size, failure));
    char *path;
    if (asprintf(&path, "%s/%s.iso", folder, print->name) < 0)
        return failure_set(failure, REASON_NO_MEMORY, folder, NULL);
    /* Templates are biometric data: for their owner only. */
    enum reason reason = file_write(path, record, size, 0600, failure);
    free(path);
    return reason;
}

static enum reason write_records(const struct print_set *set, const char *folder, struct failure *failure)
{
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return failure_set_errno(failure, errno, folder, "mkdir");
    for (uint32_t i = 0; i < set->count; i++) {
        if (set->prints[i].template == NULL) {
            printf("%s: %s\n", set->prints[i].path, reason_text(set->prints[i].reason));
            continue;
        }
        enum reason reason = write_record(&set->prints[i], folder, failure);
        if (reason != REASON_DONE)
            return reason;
    }
    return REASON_DONE;
}

static void report(const struct print_set *set, const char *folder, bool as_json)
{
    double *times = calloc(set->count, sizeof *times);
    if (times == NULL)
        return;
    double sum = 0;
    for (uint32_t i = 0; i < set->count; i++)
        sum += times[i] = set->prints[i].milliseconds;
    double median = measure_quantile(times, set->count, 0.5), p95 = measure_quantile(times, set->count, 0.95);
    double most = measure_quantile(times, set->count, 1);
    free(times);
    if (as_json)
        printf("{\"images\": %u, \"failed_extractions\": %u, \"mean_ms\": %.3f, \"p50_ms\": %.3f, "
               "\"p95_ms\": %.3f, "
               "\"max_ms\": %.3f}\n",
            set->count, set->failed, sum / set->count, median, p95, most);
    else
        printf("%u images, %u failed extractions, templates in %s\nextraction: mean %.1f ms, median %.1f ms, "
               "95 %% %.1f ms, most %.1f ms, one thread each\n",
            set->count, set->failed, folder, sum / set->count, median, p95, most);
}

int bench_templates(const struct measure_options *options)
{
    struct failure failure = {0};
    struct print_set set;
    if (print_set_read(&set, options->sets[0], options->ppis[0], options->threads, &failure) != REASON_DONE)
        return measure_fail(&failure);
    enum reason reason = write_records(&set, options->out, &failure);
    if (reason == REASON_DONE)
        report(&set, options->out, options->json);
    print_set_finish(&set);
    return reason == REASON_DONE ? 0 : measure_fail(&failure);
}
