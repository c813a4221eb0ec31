#include "daemon/metrics.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    const char *help;
} counter_rows[METRIC_COUNT] = {
#define METRIC_ROW(id, name, help) {name, help},
    METRIC_COUNTERS(METRIC_ROW) METRIC_OUTCOMES(METRIC_ROW)
#undef METRIC_ROW
};

void metric_add(struct metrics *metrics, enum metric metric, uint64_t amount)
{
    metrics->counters[metric] += amount;
}

static const uint32_t bucket_bounds_ms[METRIC_BUCKETS] = {METRIC_BUCKETS_MS};

void metric_took(struct metrics *metrics, enum metric_step step, uint64_t nanoseconds)
{
    struct metric_histogram *histogram = &metrics->steps[step];
    size_t bucket = 0;
    while (bucket < METRIC_BUCKETS && nanoseconds > bucket_bounds_ms[bucket] * UINT64_C(1000000))
        bucket++;
    if (bucket < METRIC_BUCKETS)
        histogram->buckets[bucket]++;
    histogram->count++;
    histogram->seconds += (double)nanoseconds / 1e9;
}

/* --- As text */

static void write_head(FILE *stream, const char *name, const char *help, const char *type)
{
    fprintf(stream, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void write_counters(FILE *stream, const struct metrics *metrics, bool outcomes)
{
    for (int i = 0; i < (outcomes ? METRIC_COUNT : METRIC_FIRST_OUTCOME); i++) {
        write_head(stream, counter_rows[i].name, counter_rows[i].help, "counter");
        fprintf(stream, "%s %" PRIu64 "\n", counter_rows[i].name, metrics->counters[i]);
    }
}

/* Buckets are cumulative in the text: each says how many took no longer. */
static void write_steps(FILE *stream, const struct metrics *metrics)
{
    static const char name[] = "kordon_transaction_step_seconds";
    static const char *const step_names[METRIC_STEP_COUNT] = {
#define METRIC_STEP_NAME(id, name) name,
        METRIC_STEPS(METRIC_STEP_NAME)
#undef METRIC_STEP_NAME
    };
    write_head(stream, name, "how long each step of a transaction took", "histogram");
    for (int step = 0; step < METRIC_STEP_COUNT; step++) {
        const struct metric_histogram *histogram = &metrics->steps[step];
        uint64_t below = 0;
        for (size_t i = 0; i < METRIC_BUCKETS; i++) {
            below += histogram->buckets[i];
            fprintf(stream, "%s_bucket{step=\"%s\",le=\"%g\"} %" PRIu64 "\n", name, step_names[step],
                bucket_bounds_ms[i] / 1e3, below);
        }
        fprintf(stream, "%s_bucket{step=\"%s\",le=\"+Inf\"} %" PRIu64 "\n", name, step_names[step],
            histogram->count);
        fprintf(stream, "%s_sum{step=\"%s\"} %.9g\n%s_count{step=\"%s\"} %" PRIu64 "\n", name,
            step_names[step], histogram->seconds, name, step_names[step], histogram->count);
    }
}

static void write_gauges(FILE *stream, const struct metric_gauge *gauges, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct metric_gauge *gauge = &gauges[i];
        if (i == 0 || strcmp(gauge->name, gauges[i - 1].name) != 0)
            write_head(stream, gauge->name, gauge->help, gauge->counts ? "counter" : "gauge");
        if (gauge->label != NULL)
            fprintf(
                stream, "%s{%s=\"%s\"} %.15g\n", gauge->name, gauge->label, gauge->label_value, gauge->value);
        else
            fprintf(stream, "%s %.15g\n", gauge->name, gauge->value);
    }
}

char *metrics_text(const struct metrics *metrics, bool outcomes, const struct metric_gauge *gauges,
    size_t gauge_count, size_t *size)
{
    char *text = NULL;
    FILE *stream = open_memstream(&text, size);
    if (stream == NULL)
        return NULL;
    write_counters(stream, metrics, outcomes);
    if (outcomes)
        write_steps(stream, metrics);
    write_gauges(stream, gauges, gauge_count);
    bool whole = ferror(stream) == 0;
    if (fclose(stream) == 0 && whole)
        return text;
    free(text);
    return NULL;
}
