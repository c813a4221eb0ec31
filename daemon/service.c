#include "daemon/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/api/events.h"
#include "daemon/evidence.h"
#include "daemon/guard.h"
#include "daemon/list/in_force.h"
#include "daemon/list/turn.h"
#include "daemon/threads/store_reader.h"
#include "daemon/loop.h"
#include "daemon/scanners/pool.h"

static void on_reading_failed(void *data, const struct failure *failure)
{
    guard_judge(data, failure);
}

enum reason service_start_search(struct kordond *kordond, struct failure *failure)
{
    if (kordond->search != NULL)
        return REASON_DONE;
    return search_pool_create(
        &kordond->search, &kordond->loop, kordond->configuration->identification.threads, failure);
}

static enum reason start_threads(struct kordond *kordond, struct failure *failure)
{
    const struct configuration *configuration = kordond->configuration;
    enum reason reason = service_start_search(kordond, failure);
    if (reason == REASON_DONE)
        reason = store_reader_create(
            &kordond->store_reader, &kordond->loop, configuration, on_reading_failed, kordond, failure);
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
static json_t *start_body(const struct kordond *kordond)
{
    json_t *body = evidence_body(kordond, "kordond", "system");
    struct failure clock = {0};
    evidence_text(body, "before", left_word(kordond->guard.left));
    evidence_integer(body, "calibration", matcher_calibration_version());
    evidence_text(body, "anchor", kordond->guard.anchored ? "set" : "none");
    if (store_guard_check_clock(&kordond->guard, store_now_ms(), &clock) != REASON_DONE)
        evidence_text(body, "clock", reason_name(clock.reason));
    return body;
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
    evidence_note(kordond, LOG_EVENT_START, start_body(kordond));
    list_put_in_force(kordond, set, list_failure);
    reason = await_entries(kordond, failure);
    if (reason == REASON_DONE && kordond->phase == KORDOND_RUNNING)
        reason = start_scanners(kordond, failure);
    return reason;
}

struct resumption {
    struct journal_entry start; /* first: the entry is the resumption */
    struct list_turn turn;
    struct kordond *kordond;
    void (*done)(void *data, const struct failure *failure);
    void *data;
};

static void end_resumption(struct resumption *resumption, const struct failure *failure)
{
    resumption->done(resumption->data, failure);
    free(resumption);
}

/* What can't work on its state must not seem to wait for somebody who accepts it. */
static void give_up(struct kordond *kordond, const struct failure *failure)
{
    char line[700];
    if (kordond->phase != KORDOND_RUNNING)
        return; /* it is being stopped: that was asked for */
    fprintf(stderr, "kordond: what was accepted is recorded, but work can't begin: %s\n",
        failure_line(failure, line, sizeof line));
    kordond->exit_status = reason_exit_code(failure->reason);
    loop_stop(kordond);
}

static void on_list_loaded(void *data)
{
    struct resumption *resumption = data;
    list_turn_end(resumption->kordond);
    end_resumption(resumption, NULL);
}

static void load_list(struct list_turn *turn)
{
    struct resumption *resumption = (struct resumption *)((char *)turn - offsetof(struct resumption, turn));
    struct failure failure = {0};
    if (list_reload(resumption->kordond, on_list_loaded, resumption, &failure) == REASON_DONE)
        return;
    list_put_in_force(resumption->kordond, NULL, &failure);
    on_list_loaded(resumption);
}

/* The start is in the log: what follows serves. */
static void serve(struct resumption *resumption)
{
    struct kordond *kordond = resumption->kordond;
    kordond->locked = (struct failure){0};
    list_derive_mode(kordond);
    evidence_say_denials(kordond);
    list_turn_wait(kordond, &resumption->turn, load_list);
}

static void on_start_written(struct journal_entry *entry)
{
    struct resumption *resumption = (struct resumption *)entry;
    struct kordond *kordond = resumption->kordond;
    struct failure failure = entry->failure;
    evidence_written(kordond, entry);
    enum reason reason = entry->reason;
    journal_entry_finish(entry);
    if (reason == REASON_DONE && kordond->phase != KORDOND_RUNNING)
        reason = failure_set(&failure, REASON_STOPPING, NULL, NULL);
    if (reason == REASON_DONE)
        reason = start_scanners(kordond, &failure);
    if (reason == REASON_DONE) {
        serve(resumption);
        return;
    }
    end_resumption(resumption, &failure);
    give_up(kordond, &failure);
}

void service_resume(
    struct kordond *kordond, void (*done)(void *data, const struct failure *failure), void *data)
{
    struct failure failure = {0};
    struct resumption *resumption = calloc(1, sizeof *resumption);
    enum reason reason = resumption != NULL ? start_threads(kordond, &failure)
                                            : failure_set(&failure, REASON_NO_MEMORY, "start", NULL);
    if (resumption == NULL || reason != REASON_DONE) {
        free(resumption);
        done(data, &failure);
        give_up(kordond, &failure);
        return;
    }
    failure_set(&kordond->set_failure, REASON_BUSY, "watchlist", "it is being loaded");
    resumption->kordond = kordond;
    resumption->done = done;
    resumption->data = data;
    resumption->start.event = LOG_EVENT_START;
    resumption->start.body = start_body(kordond);
    resumption->start.written = on_start_written;
    journal_thread_append(kordond->journal, &resumption->start);
}
