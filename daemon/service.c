#include "daemon/service.h"

#include <unistd.h>

#include "daemon/api/events.h"
#include "daemon/evidence.h"
#include "daemon/guard.h"
#include "daemon/list_in_force.h"
#include "daemon/log_reader.h"
#include "daemon/scanner_pool.h"

static void on_reading_failed(void *data, const struct failure *failure)
{
    guard_judge(data, failure);
}

static enum reason start_threads(struct kordond *kordond, struct failure *failure)
{
    const struct configuration *configuration = kordond->configuration;
    enum reason reason =
        search_pool_create(&kordond->search, &kordond->loop, configuration->identification.threads, failure);
    if (reason == REASON_DONE)
        reason = log_reader_create(
            &kordond->log_reader, &kordond->loop, configuration, on_reading_failed, kordond, failure);
    return reason;
}

static const char *left_word(enum store_left left)
{
    switch (left) {
    case STORE_NEW:
        return "new";
    case STORE_LEFT_RUNNING:
        return "without a stop";
    case STORE_LEFT_IN_ORDER:
        return "in order";
    }
    return "?";
}

/* The log says how the last run ended, and what stands guard. */
static void note_start(struct kordond *kordond)
{
    json_t *body = evidence_body(kordond, "kordond", "system");
    struct failure clock = {0};
    evidence_text(body, "before", left_word(kordond->guard.left));
    evidence_integer(body, "calibration", matcher_calibration_version());
    evidence_text(body, "anchor", kordond->guard.anchored ? "set" : "none");
    if (store_guard_check_clock(&kordond->guard, store_now_ms(), &clock) != REASON_DONE)
        evidence_text(body, "clock", reason_name(clock.reason));
    evidence_note(kordond, LOG_EVENT_START, body);
}

static enum reason start_scanners(struct kordond *kordond, struct failure *failure)
{
    const struct configuration *configuration = kordond->configuration;
    if (!configuration->scanner.enabled)
        return REASON_DONE;
    const struct scanner_pool_options options = {
        .program = configuration->scanner.program, .log_descriptor = STDERR_FILENO};
    return scanner_pool_create(
        &kordond->scanners, &kordond->loop, &options, events_on_scanner, kordond, failure);
}

/* Nobody is served before the log says that kordond started, and in which mode. */
static enum reason await_entries(struct kordond *kordond, struct failure *failure)
{
    while (kordond->entries_pending > 0)
        uv_run(&kordond->loop, UV_RUN_ONCE);
    if (kordond->locked.reason != REASON_DONE) {
        if (failure != NULL)
            *failure = kordond->locked;
        return kordond->locked.reason;
    }
    if (kordond->metrics.counters[METRIC_ENTRY_FAILURES] > 0)
        return failure_set(
            failure, REASON_STORE_ERROR, "log", "its start can't be recorded: nobody is served");
    return REASON_DONE;
}

enum reason service_start(struct kordond *kordond, struct reference_set *set,
    const struct failure *list_failure, struct failure *failure)
{
    enum reason reason = start_threads(kordond, failure);
    if (reason != REASON_DONE) {
        reference_set_destroy(set);
        return reason;
    }
    note_start(kordond);
    list_install(kordond, set, list_failure);
    reason = await_entries(kordond, failure);
    if (reason == REASON_DONE && kordond->phase == KORDOND_RUNNING)
        reason = start_scanners(kordond, failure);
    return reason;
}

enum reason service_resume(
    struct kordond *kordond, void (*done)(void *data), void *data, struct failure *failure)
{
    enum reason reason = start_threads(kordond, failure);
    if (reason == REASON_DONE)
        reason = start_scanners(kordond, failure);
    if (reason == REASON_DONE)
        reason = list_reload(kordond, done, data, failure);
    if (reason != REASON_DONE)
        return reason;
    kordond->locked = (struct failure){0};
    failure_set(&kordond->set_failure, REASON_BUSY, "watchlist", "it is being loaded");
    note_start(kordond);
    list_derive_mode(kordond);
    return REASON_DONE;
}
