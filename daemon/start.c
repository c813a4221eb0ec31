/* start.c: how kordond begins to work on its state: at once, or when a supervisor has accepted what held it. */
#include <stdlib.h>
#include <unistd.h>

#include "base/say.h"
#include "daemon/lifecycle.h"
#include "daemon/search/pool.h"
#include "daemon/suspension_document.h"
#include "daemon/threads/store_reader.h"
#include "json/writer.h"

/* --- The threads */

static void on_reading_failed(void *data, const struct failure *failure)
{
    guard_judge(data, failure);
}

/* The search threads with their locked memory: before the list, which then takes what is left. */
static enum reason start_search(struct kordond *kordond, struct failure *failure)
{
    if (kordond->workers.search != NULL)
        return REASON_DONE;
    return search_pool_create(
        &kordond->workers.search, &kordond->loop, kordond->configuration->identification.threads, failure);
}

static enum reason start_threads(struct kordond *kordond, struct failure *failure)
{
    const struct configuration *configuration = kordond->configuration;
    const struct store_reader_options reading = {.machine_key = configuration->state.machine_key,
        .store = guard_store_options(configuration, NULL),
        .failed = on_reading_failed,
        .data = &kordond->guard};
    TRY(start_search(kordond, failure));
    return store_reader_create(&kordond->workers.reader, &kordond->loop, &reading, failure);
}

static void on_store_guard(void *data, const struct store_guard *store, const struct failure *failure)
{
    guard_take(data, store);
    if (failure != NULL)
        guard_judge(data, failure);
}

static enum reason start_journal(struct kordond *kordond, struct store *store, struct failure *failure)
{
    enum reason reason = journal_thread_create(&kordond->workers.journal, &kordond->loop, store, failure);
    if (reason == REASON_DONE)
        journal_thread_watch(kordond->workers.journal, on_store_guard, &kordond->guard);
    return reason;
}

/* --- The scanners */

static void on_scanner(void *data, enum scanner_event_type type, const struct scanner_info *info)
{
    const struct kordond *kordond = data;
    events_publish(
        &kordond->events, &(struct event){.type = EVENT_SCANNER, .scanner = {.type = type, .info = info}});
}

static enum reason start_scanners(struct kordond *kordond, struct failure *failure)
{
    const struct configuration *configuration = kordond->configuration;
    if (!configuration->scanner.enabled)
        return REASON_DONE;
    const struct scanner_pool_options options = {
        .program = configuration->scanner.program, .log_descriptor = STDERR_FILENO};
    return scanner_pool_create(
        &kordond->workers.scanners, &kordond->loop, &options, on_scanner, kordond, failure);
}

/* --- The start's entry */

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
    const struct store_guard *store = &kordond->guard.store;
    struct json_writer body;
    struct failure clock = {0};
    json_writer_over(&body, evidence_body(&kordond->evidence, "kordond", "system"));
    json_write_text(&body, "before", left_word(store->left));
    json_write_integer(&body, "calibration", matcher_calibration_version());
    json_write_text(&body, "anchor", store->anchored ? "set" : "none");
    if (store_guard_check_clock(store, store_now_ms(), &clock) != REASON_DONE)
        json_write_text(&body, "clock", reason_name(clock.reason));
    return json_writer_end(&body);
}

/* Nobody is served before the log says that kordond started, and in which mode. */
static enum reason await_entries(struct kordond *kordond, struct failure *failure)
{
    while (kordond->evidence.pending > 0 || kordond->network.settling)
        uv_run(&kordond->loop, UV_RUN_ONCE);
    if (kordond->guard.locked.reason != REASON_DONE) {
        *failure = kordond->guard.locked;
        return failure->reason;
    }
    if (kordond->metrics.counters[METRIC_ENTRY_FAILURES] > 0)
        return failure_set(
            failure, REASON_STORE_ERROR, "log", "its start can't be recorded: nobody is served");
    return REASON_DONE;
}

/* --- At the start */

/* Q5: whether it compares as it was proven to is known before anything is armed. */
static enum reason test_itself(struct kordond *kordond, struct failure *failure)
{
    const struct self_test_request request = {.trigger = SELF_TEST_AT_START};
    TRY(self_test_begin(&kordond->mode.self_test, &request, NULL, failure));
    while (kordond->mode.self_test.running)
        uv_run(&kordond->loop, UV_RUN_ONCE);
    return REASON_DONE;
}

/* The list is read by the store that the journal thread then has for itself. Without one kordond is locked, but verification and the
 * log go on. */
static struct opened_list *load_list(struct kordond *kordond, struct store *store, struct failure *failure)
{
    struct opened_list *set = NULL;
    struct reference_source source;
    uint32_t threads = search_pool_thread_count(kordond->configuration->identification.threads);
    const struct list_plan plan = list_plan_of(kordond->configuration, kordond->policy.policy, threads);
    if (reference_source_installed(store, &source, failure) == REASON_DONE)
        list_build(&plan, &source, &set, failure);
    return set;
}

/* With a state that holds: threads, list, journal, and then all that serves. */
static enum reason start_service(struct kordond *kordond, struct store *store, struct failure *failure)
{
    struct failure list_failure = {0};
    TRY(start_search(kordond, failure));
    struct opened_list *set = load_list(kordond, store, &list_failure);
    enum reason reason = start_journal(kordond, store, failure);
    if (reason == REASON_DONE)
        reason = start_threads(kordond, failure);
    if (reason != REASON_DONE) {
        opened_list_destroy(set);
        return reason;
    }
    evidence_note(&kordond->evidence, LOG_EVENT_START, start_body(kordond));
    reason = test_itself(kordond, failure);
    list_put_in_force(&kordond->list, set, &list_failure);
    if (reason == REASON_DONE)
        network_settle(&kordond->network);
    if (reason == REASON_DONE)
        reason = await_entries(kordond, failure);
    kordond->guard.begun = reason == REASON_DONE;
    return reason == REASON_DONE && kordond->phase == KORDOND_RUNNING ? start_scanners(kordond, failure)
                                                                      : reason;
}

/* What the state knows of the time before. Until the last entry that it holds kordond ran; since when it runs again a clock that can't be right
 * does not say. */
static enum reason take_up(struct kordond *kordond, struct store *store, struct failure *failure)
{
    const struct store_guard *guard = &kordond->guard.store;
    const int64_t now_ms = store_now_ms();
    struct suspension_record record;
    TRY(policy_in_force_read(&kordond->policy, store, kordond->evidence.staff->demonstration, failure));
    TRY(transactions_take_keys(&kordond->transactions, store, failure));
    TRY(suspension_read(store, &record, failure));
    TRY(revocation_marks_read(store, &kordond->network.marks, failure));
    TRY(referrals_load(&kordond->referrals, store, failure));
    second_line_say(kordond->mode.second_line, mode_examiners(&kordond->mode));
    suspension_take(&kordond->mode.suspension, &record);
    if (guard->left != STORE_NEW && store_guard_check_clock(guard, now_ms, NULL) == REASON_DONE)
        storage_gaps_add(&kordond->mode.gaps, guard->believed_ms, now_ms, "not_running");
    return REASON_DONE;
}

enum reason lifecycle_start(struct kordond *kordond, struct store *store, struct failure *failure)
{
    char line[700];
    if (store != NULL)
        TRY(take_up(kordond, store, failure));
    if (kordond->guard.locked.reason == REASON_DONE)
        return start_service(kordond, store, failure);
    kordond->mode.why = kordond->guard.locked;
    network_keep_closed(&kordond->network, &kordond->guard.locked);
    say(SAY_ERROR, "locked: %s", failure_line(&kordond->guard.locked, line, sizeof line));
    return store != NULL ? start_journal(kordond, store, failure) : REASON_DONE;
}

/* --- After the start */

struct resumption {
    struct journal_entry start; /* first: the entry is the resumption */
    struct self_test_waiter tested;
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
    say(SAY_ERROR, "what was accepted is recorded, but work can't begin: %s",
        failure_line(failure, line, sizeof line));
    kordond->exit_status = reason_exit_code(failure->reason);
    lifecycle_stop(kordond);
}

static void on_list_loaded(void *data)
{
    struct resumption *resumption = data;
    list_turn_end(&resumption->kordond->list);
    end_resumption(resumption, NULL);
}

static void load_list_again(struct list_turn *turn)
{
    struct resumption *resumption = (struct resumption *)((char *)turn - offsetof(struct resumption, turn));
    struct list *list = &resumption->kordond->list;
    struct failure failure = {0};
    if (list_reload(list, on_list_loaded, resumption, &failure) == REASON_DONE)
        return;
    list_put_in_force(list, NULL, &failure);
    on_list_loaded(resumption);
}

/* The start is in the log: what follows serves. */
static void serve(struct resumption *resumption)
{
    struct kordond *kordond = resumption->kordond;
    kordond->guard.locked = (struct failure){0};
    kordond->guard.begun = true;
    mode_derive(&kordond->mode);
    evidence_say_denials(&kordond->evidence);
    network_settle(&kordond->network);
    list_turn_wait(&kordond->list, &resumption->turn, load_list_again);
}

/* Nor is anybody served whose result would come of what is not proven. */
static void on_self_tested(struct self_test_waiter *waiter, const struct self_test_result *result,
    uint64_t seq, const struct failure *failure)
{
    struct resumption *resumption =
        (struct resumption *)((char *)waiter - offsetof(struct resumption, tested));
    struct kordond *kordond = resumption->kordond;
    (void)result, (void)seq;
    if (failure == NULL) {
        serve(resumption);
        return;
    }
    struct failure kept = *failure;
    end_resumption(resumption, &kept);
    give_up(kordond, &kept);
}

static void on_start_written(struct journal_entry *entry)
{
    const struct self_test_request request = {.trigger = SELF_TEST_AT_START};
    struct resumption *resumption = (struct resumption *)entry;
    struct kordond *kordond = resumption->kordond;
    struct failure failure = entry->failure;
    evidence_written(&kordond->evidence, entry);
    enum reason reason = entry->reason;
    journal_entry_finish(entry);
    if (reason == REASON_DONE && kordond->phase != KORDOND_RUNNING)
        reason = failure_set(&failure, REASON_STOPPING, NULL, NULL);
    if (reason == REASON_DONE)
        reason = start_scanners(kordond, &failure);
    resumption->tested.told = on_self_tested;
    if (reason == REASON_DONE)
        reason = self_test_begin(&kordond->mode.self_test, &request, &resumption->tested, &failure);
    if (reason == REASON_DONE)
        return;
    end_resumption(resumption, &failure);
    give_up(kordond, &failure);
}

void lifecycle_resume(
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
    resumption->kordond = kordond;
    resumption->done = done;
    resumption->data = data;
    resumption->start.event = LOG_EVENT_START;
    resumption->start.body = start_body(kordond);
    resumption->start.written = on_start_written;
    evidence_append(&kordond->evidence, &resumption->start);
}
