#include "daemon/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
    const char *name;
    const char *help;
} counter_rows[METRIC_COUNT] = {
#define METRIC_ROW(id, name, help) {name, help},
    METRIC_COUNTERS(METRIC_ROW)
#undef METRIC_ROW
};

void metric_add(struct metrics *metrics, enum metric metric, uint64_t amount)
{
    metrics->counters[metric] += amount;
}

char *metrics_text(
    const struct metrics *metrics, const struct metric_gauge *gauges, size_t gauge_count, size_t *size)
{
    char *text = NULL;
    FILE *stream = open_memstream(&text, size);
    if (stream == NULL)
        return NULL;
    for (int i = 0; i < METRIC_COUNT; i++)
        fprintf(stream, "# HELP %s %s\n# TYPE %s counter\n%s %" PRIu64 "\n", counter_rows[i].name,
            counter_rows[i].help, counter_rows[i].name, counter_rows[i].name, metrics->counters[i]);
    for (size_t i = 0; i < gauge_count; i++)
        fprintf(stream, "# HELP %s %s\n# TYPE %s gauge\n%s %.9g\n", gauges[i].name, gauges[i].help,
            gauges[i].name, gauges[i].name, gauges[i].value);
    if (fclose(stream) != 0) {
        free(text);
        return NULL;
    }
    return text;
}
