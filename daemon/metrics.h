/* metrics.h: counters for /metrics, each named once. Loop's thread. */
#ifndef KORDON_DAEMON_METRICS_H
#define KORDON_DAEMON_METRICS_H

#include <stddef.h>
#include <stdint.h>

/* id, name in Prometheus text, help */
#define METRIC_COUNTERS(COUNTER)                                                                             \
    COUNTER(REQUESTS, "kordon_http_requests_total", "HTTP requests handled")                                 \
    COUNTER(REQUESTS_REFUSED, "kordon_http_requests_refused_total", "HTTP requests answered with 400-499")   \
    COUNTER(REQUESTS_FAILED, "kordon_http_requests_failed_total", "HTTP requests answered with 500-599")     \
    COUNTER(ACCESS_DENIED, "kordon_access_denied_total", "requests for which the caller lacked a role")      \
    COUNTER(OPENED, "kordon_transactions_opened_total", "transactions opened")                               \
    COUNTER(MATCHES, "kordon_transactions_match_total", "transactions decided as match")                     \
    COUNTER(NO_MATCHES, "kordon_transactions_no_match_total", "transactions decided as no match")            \
    COUNTER(INCONCLUSIVE, "kordon_transactions_inconclusive_total", "transactions decided as inconclusive")  \
    COUNTER(CANCELLED, "kordon_transactions_cancelled_total", "transactions given up")                       \
    COUNTER(FAILED, "kordon_transactions_failed_total", "transactions whose record could not be made")       \
    COUNTER(SAMPLES, "kordon_samples_accepted_total", "samples accepted")                                    \
    COUNTER(SAMPLES_POOR, "kordon_samples_refused_total", "samples refused")                                 \
    COUNTER(CAPTURES, "kordon_captures_total", "captures begun at scanners")                                 \
    COUNTER(CAPTURE_RETRIES, "kordon_capture_retries_total", "captures with a badly placed finger")          \
    COUNTER(SCANNER_FAULTS, "kordon_scanner_faults_total", "faults of scanners, and of their watcher")       \
    COUNTER(SEARCHES, "kordon_searches_total", "searches of the watchlist, complete ones")                   \
    COUNTER(SUBJECTS_SEARCHED, "kordon_subjects_searched_total", "subjects compared in searches")            \
    COUNTER(ENTRIES, "kordon_journal_entries_total", "entries made durable since start")                     \
    COUNTER(ENTRY_FAILURES, "kordon_journal_failures_total", "entries that could not be made durable")

enum metric {
#define METRIC_ENUM(id, name, help) METRIC_##id,
    METRIC_COUNTERS(METRIC_ENUM)
#undef METRIC_ENUM
        METRIC_COUNT
};

struct metrics {
    uint64_t counters[METRIC_COUNT];
};

/* Adds amount to a counter. Loop thread only, as all of struct metrics. */
void metric_add(struct metrics *metrics, enum metric metric, uint64_t amount);

/* A value read when it is asked for. */
struct metric_gauge {
    const char *name;
    const char *help;
    double value;
};

/* The whole text, malloc'd; NULL without memory. */
char *metrics_text(
    const struct metrics *metrics, const struct metric_gauge *gauges, size_t gauge_count, size_t *size);

#endif
