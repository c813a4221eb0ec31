/* metrics.h: counters and times for /metrics, each named once. Loop's thread. */
#ifndef KORDON_DAEMON_METRICS_H
#define KORDON_DAEMON_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* id, name in Prometheus text, help */
#define METRIC_COUNTERS(COUNTER)                                                                             \
    COUNTER(SCANNER_FAULTS, "kordon_scanner_faults_total", "faults of scanners, and of their watcher")       \
    COUNTER(SELF_TESTS_PASSED, "kordon_self_tests_passed_total", "self-tests that passed")                   \
    COUNTER(SELF_TESTS_FAILED, "kordon_self_tests_failed_total", "self-tests that failed")                   \
    COUNTER(SELF_TESTS_INCOMPLETE, "kordon_self_tests_incomplete_total",                                     \
        "self-tests that could not be run to their end")                                                     \
    COUNTER(EXPIRED_ERASED, "kordon_list_expired_erased_total",                                              \
        "list entries erased, their last day being past")

/* What becomes of travellers, and all by which that can be reckoned: what was opened and neither searched nor given up is an exception, and on a
 * match the second line works: it asks, is refused and fails, writes, and is erased (P6). Who reads this at every moment sees when somebody matched: it is for those alone who may see figures. */
#define METRIC_OUTCOMES(COUNTER)                                                                             \
    COUNTER(REQUESTS, "kordon_http_requests_total", "HTTP requests handled")                                 \
    COUNTER(REQUESTS_REFUSED, "kordon_http_requests_refused_total", "HTTP requests answered with 400-499")   \
    COUNTER(REQUESTS_FAILED, "kordon_http_requests_failed_total", "HTTP requests answered with 500-599")     \
    COUNTER(ACCESS_DENIED, "kordon_access_denied_total", "requests for which the caller lacked a role")      \
    COUNTER(OPENED, "kordon_transactions_opened_total", "transactions opened")                               \
    COUNTER(CANCELLED, "kordon_transactions_cancelled_total", "transactions given up")                       \
    COUNTER(FAILED, "kordon_transactions_failed_total", "transactions whose record could not be made")       \
    COUNTER(SAMPLES, "kordon_samples_accepted_total", "samples accepted")                                    \
    COUNTER(SAMPLES_REFUSED, "kordon_samples_refused_total", "samples refused")                              \
    COUNTER(CAPTURES, "kordon_captures_total", "captures begun at scanners")                                 \
    COUNTER(CAPTURE_RETRIES, "kordon_capture_retries_total", "captures with a badly placed finger")          \
    COUNTER(SEARCHES, "kordon_searches_total", "searches of the watchlist, complete ones")                   \
    COUNTER(SUBJECTS_SEARCHED, "kordon_subjects_searched_total", "subjects compared in searches")            \
    COUNTER(ENTRIES, "kordon_journal_entries_total", "entries made durable since start")                     \
    COUNTER(ENTRY_FAILURES, "kordon_journal_failures_total", "entries that could not be made durable")       \
    COUNTER(BODIES_ERASED, "kordon_journal_bodies_erased_total",                                             \
        "bodies of entries erased, their retention being over")                                              \
    COUNTER(MATCHES, "kordon_transactions_match_total", "transactions decided as match")                     \
    COUNTER(NO_MATCHES, "kordon_transactions_no_match_total", "transactions decided as no match")            \
    COUNTER(INCONCLUSIVE, "kordon_transactions_inconclusive_total", "transactions decided as inconclusive")  \
    COUNTER(NOT_APPLICABLE, "kordon_transactions_not_applicable_total",                                      \
        "travellers of whom the rules take no fingerprints")                                                 \
    COUNTER(                                                                                                 \
        IMPOSSIBLE, "kordon_transactions_impossible_total", "travellers whose fingers can't be captured")    \
    COUNTER(TEMPORARILY_IMPOSSIBLE, "kordon_transactions_temporarily_impossible_total",                      \
        "travellers whose capture was put off")                                                              \
    COUNTER(UNCHECKED, "kordon_transactions_unchecked_total", "travellers who crossed unchecked")

enum metric {
#define METRIC_ENUM(id, name, help) METRIC_##id,
    METRIC_COUNTERS(METRIC_ENUM) METRIC_OUTCOMES(METRIC_ENUM)
#undef METRIC_ENUM
        METRIC_COUNT,
    METRIC_FIRST_OUTCOME = METRIC_REQUESTS /* from there on: outcomes */
};

/* What a transaction takes its time for: id, its name in the label "step". */
#define METRIC_STEPS(STEP)                                                                                   \
    STEP(CAPTURE, "capturing")     /* a person lays the finger */                                            \
    STEP(EXTRACTION, "extracting") /* waiting for a thread included, as in all of them */                    \
    STEP(COLLECTION, "collecting")                                                                           \
    STEP(COMPARISON, "comparing")                                                                            \
    STEP(RECORDING, "recording")

enum metric_step {
#define METRIC_STEP_ENUM(id, name) METRIC_STEP_##id,
    METRIC_STEPS(METRIC_STEP_ENUM)
#undef METRIC_STEP_ENUM
        METRIC_STEP_COUNT
};

/* Upper bounds of a histogram's buckets in ms; times above the last are in the sum and the count alone. */
#define METRIC_BUCKETS_MS 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 30000
#define METRIC_BUCKETS    14

struct metric_histogram {
    uint64_t buckets[METRIC_BUCKETS]; /* times in each, without those of the smaller ones */
    uint64_t count;
    double seconds; /* sum */
};

struct metrics {
    uint64_t counters[METRIC_COUNT];
    struct metric_histogram steps[METRIC_STEP_COUNT];
};

/* Adds amount to a counter. Loop thread only, as all of struct metrics. */
void metric_add(struct metrics *metrics, enum metric metric, uint64_t amount);

/* One more step took so many nanoseconds. */
void metric_took(struct metrics *metrics, enum metric_step step, uint64_t nanoseconds);

/* A value read when it is asked for. Rows of one name stand together. */
struct metric_gauge {
    const char *name;
    const char *help;
    double value;
    bool counts;                     /* it only grows: Prometheus' counter */
    const char *label, *label_value; /* NULL: it has none */
};

/* The whole text, malloc'd; NULL without memory. outcomes: with METRIC_OUTCOMES and METRIC_STEPS; without them nothing stands there, not 0. */
char *metrics_text(const struct metrics *metrics, bool outcomes, const struct metric_gauge *gauges,
    size_t gauge_count, size_t *size);

#endif
