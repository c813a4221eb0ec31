/* lifecycle.c: the orderly stop, and the end: see stop by stop in lifecycle.h. How it begins is in start.c. */
#include "daemon/lifecycle.h"

#include <signal.h>

#include "base/boot.h"
#include "base/day.h"
#include "base/say.h"
#include "daemon/list/duplicate_search.h"
#include "daemon/list/import.h"
#include "daemon/search/pool.h"
#include "daemon/standing.h"
#include "daemon/threads/store_reader.h"

const char *kordond_phase_name(enum kordond_phase phase)
{
    switch (phase) {
    case KORDOND_RUNNING:
        return "running";
    case KORDOND_DRAINING:
        return "draining";
    case KORDOND_SIGNING_OFF:
        return "signing_off";
    case KORDOND_CLOSING:
        return "closing";
    }
    return "?";
}

/* --- Closing: connections and scanners, then the threads one after the other, then the loop's own handles.
 * What an earlier one still hands on, a later one still takes. */

static void on_handle_closed(uv_handle_t *handle)
{
    (void)handle;
}

static void close_handles(struct kordond *kordond)
{
    uv_handle_t *const handles[] = {(uv_handle_t *)&kordond->terminate, (uv_handle_t *)&kordond->interrupt,
        (uv_handle_t *)&kordond->watch.turn, (uv_handle_t *)&kordond->transactions.timer,
        (uv_handle_t *)&kordond->transactions.pacing.timer, (uv_handle_t *)&kordond->reload.poll,
        (uv_handle_t *)&kordond->service_manager.watchdog, (uv_handle_t *)&kordond->look_timer,
        (uv_handle_t *)&kordond->stop_timer, (uv_handle_t *)&kordond->stop_step};
    for (size_t i = 0; i < sizeof handles / sizeof handles[0]; i++)
        uv_close(handles[i], on_handle_closed);
}

static void on_journal_closed(void *data)
{
    struct kordond *kordond = data;
    kordond->workers.journal = NULL;
    list_import_drop(&kordond->list);
    close_handles(kordond);
}

static void on_reader_closed(void *data)
{
    struct kordond *kordond = data;
    if (kordond->workers.journal != NULL)
        journal_thread_close(kordond->workers.journal, on_journal_closed, kordond);
    else
        on_journal_closed(kordond);
}

static void on_search_closed(void *data)
{
    struct kordond *kordond = data;
    struct store_reader *reader = kordond->workers.reader;
    kordond->workers.search = NULL;
    kordond->workers.reader = NULL;
    if (reader != NULL)
        store_reader_close(reader, on_reader_closed, kordond);
    else
        on_reader_closed(kordond);
}

/* Search threads and journal stay where they are found until they are closed: what comes back from one of their jobs may hand on the next
 * one. */
static void close_threads(struct kordond *kordond)
{
    if (kordond->workers.search != NULL)
        search_pool_close(kordond->workers.search, on_search_closed, kordond);
    else
        on_search_closed(kordond);
}

static void on_part_closed(void *data)
{
    struct kordond *kordond = data;
    if (--kordond->closing_parts > 0)
        return;
    list_close(&kordond->list);
    close_threads(kordond);
}

static void on_scanners_closed(void *data)
{
    struct kordond *kordond = data;
    kordond->scanners_closing = false;
    if (kordond->phase == KORDOND_CLOSING)
        on_part_closed(kordond);
    else
        uv_async_send(&kordond->stop_step);
}

static void close_scanners(struct kordond *kordond)
{
    struct scanner_pool *scanners = kordond->workers.scanners;
    kordond->workers.scanners = NULL;
    if (scanners == NULL)
        return;
    kordond->scanners_closing = true;
    scanner_pool_close(scanners, on_scanners_closed, kordond);
}

void lifecycle_close_all(struct kordond *kordond)
{
    if (kordond->phase == KORDOND_CLOSING)
        return;
    kordond->phase = KORDOND_CLOSING;
    uv_timer_stop(&kordond->stop_timer);
    kordond->transactions.stopping = kordond->list.stopping = true;
    self_test_stop(&kordond->mode.self_test);
    close_scanners(kordond);
    kordond->closing_parts = 1u + kordond->scanners_closing + (kordond->server != NULL);
    if (kordond->server != NULL)
        server_close(kordond->server, on_part_closed, kordond);
    on_part_closed(kordond);
}

/* --- The orderly stop */

static void on_signed_off(struct journal_entry *entry)
{
    struct kordond *kordond = entry->data;
    evidence_written(&kordond->evidence, entry);
    if (entry->reason != REASON_DONE)
        kordond->exit_status = 1;
    journal_entry_finish(entry);
    lifecycle_close_all(kordond);
}

static void sign_off(struct kordond *kordond)
{
    kordond->phase = KORDOND_SIGNING_OFF;
    if (kordond->guard.locked.reason != REASON_DONE) {
        lifecycle_close_all(kordond); /* a locked state takes no entry */
        return;
    }
    kordond->sign_off = (struct journal_entry){.event = LOG_EVENT_STOP,
        .body = evidence_body(&kordond->evidence, "kordond", "system"),
        .written = on_signed_off,
        .data = kordond};
    evidence_append(&kordond->evidence, &kordond->sign_off);
}

/* Something came to its end: is it time for the next step? */
static void on_stop_step(uv_async_t *async)
{
    struct kordond *kordond = async->data;
    if (kordond->phase != KORDOND_DRAINING)
        return;
    /* Without a stop entry nothing else gives the last answers the time to get out. */
    if (kordond->guard.locked.reason != REASON_DONE && kordond->server != NULL &&
        server_answering(kordond->server)) {
        uv_async_send(async);
        return;
    }
    list_import_stop(&kordond->list);
    evidence_say_denials(&kordond->evidence); /* what was denied meanwhile */
    if (kordond->work.count == 0 && kordond->list.import == NULL && !kordond->scanners_closing)
        sign_off(kordond);
}

static void on_stop_limit(uv_timer_t *timer)
{
    struct kordond *kordond = timer->data;
    say(SAY_ERROR, "the orderly stop took more than %d ms: closing", STOP_LIMIT_MS);
    kordond->exit_status = 1;
    lifecycle_close_all(kordond);
}

void lifecycle_stop(struct kordond *kordond)
{
    if (kordond->phase != KORDOND_RUNNING)
        return;
    kordond->phase = KORDOND_DRAINING;
    service_manager_stopping();
    uv_timer_start(&kordond->stop_timer, on_stop_limit, STOP_LIMIT_MS, 0);
    if (kordond->server != NULL)
        server_drain(kordond->server);
    evidence_say_denials(&kordond->evidence);
    degraded_log_look(&kordond->mode.degraded_log, true);
    transactions_stop(&kordond->transactions);
    list_stop(&kordond->list);
    kordond->retention.stopping = true;
    kordond->referrals.stopping = true;
    self_test_stop(&kordond->mode.self_test);
    close_scanners(kordond);
    uv_async_send(&kordond->stop_step);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct kordond *kordond = handle->data;
    (void)number;
    if (kordond->phase == KORDOND_RUNNING) {
        lifecycle_stop(kordond);
        return;
    }
    say(SAY_WARNING, "second signal: closing without an orderly stop");
    kordond->exit_status = 1;
    lifecycle_close_all(kordond);
}

void lifecycle_look(struct kordond *kordond)
{
    if (kordond->phase == KORDOND_RUNNING)
        mode_derive(&kordond->mode);
}

static void expire(struct kordond *kordond)
{
    int64_t past_ms = retention_past_ms(&kordond->retention, store_now_ms());
    list_expire(&kordond->list, past_ms > 0 ? day_of_ms(past_ms) : LIST_NOT_EXPIRING);
}

static void on_look(uv_timer_t *timer)
{
    struct kordond *kordond = timer->data;
    if (kordond->phase != KORDOND_RUNNING)
        return;
    lifecycle_look(kordond);
    list_look(&kordond->list);
    list_import_look(&kordond->list);
    duplicates_look(&kordond->list);
    guard_look(&kordond->guard, uv_now(&kordond->loop));
    evidence_look(&kordond->evidence);
    self_test_look(&kordond->mode.self_test);
    const int64_t past_ms = retention_reached_ms(&kordond->retention, store_now_ms(), boot_elapsed_ms());
    note_sweep_look(&kordond->note_sweep, &kordond->evidence, &kordond->guard.store, store_now_ms(), past_ms);
    retention_look(&kordond->retention, store_now_ms(), boot_elapsed_ms());
    redress_expiry_look(
        &kordond->redress_expiry, &kordond->evidence, &kordond->guard.store, store_now_ms(), past_ms);
    referrals_tick(&kordond->referrals, store_now_ms(), past_ms);
    expire(kordond);
    network_look(&kordond->network);
    if (kordond->reload.wanted == NULL)
        network_note_begun(&kordond->network);
    server_look(kordond->server);
}

void lifecycle_watch(struct kordond *kordond)
{
    const uint64_t period_ms = 1000;
    uv_timer_start(&kordond->look_timer, on_look, period_ms, period_ms);
    reload_listen(&kordond->reload);
}

/* --- The rooms are put together */

static void on_work_ended(void *data)
{
    uv_async_send(&((struct kordond *)data)->stop_step);
}

static void on_state_broken(void *data, const struct failure *failure)
{
    guard_lock(&((struct kordond *)data)->guard, failure);
}

static void on_guard_changed(void *data)
{
    struct kordond *kordond = data;
    if (kordond->phase != KORDOND_CLOSING) /* the list is gone then */
        mode_derive(&kordond->mode);
}

static void on_state_lost(void *data)
{
    struct kordond *kordond = data;
    if (kordond->phase != KORDOND_RUNNING)
        return;
    kordond->exit_status = 1;
    lifecycle_stop(kordond);
}

static unsigned roles_now(void *data, const struct principal *principal)
{
    return standing_roles(data, principal);
}

static void join_rooms(struct kordond *kordond)
{
    const struct configuration *configuration = kordond->configuration;
    kordond->work = (struct work){.ended = on_work_ended, .data = kordond};
    kordond->network.evidence = &kordond->evidence;
    kordond->evidence = (struct evidence){.unit = configuration->log.unit,
        .staff = &kordond->reload.in_force->grants.staff,
        .workers = &kordond->workers,
        .metrics = &kordond->metrics,
        .quota = &kordond->quota,
        .work = &kordond->work,
        .loop = &kordond->loop,
        .locked = &kordond->guard.locked,
        .broken = on_state_broken,
        .roles_now = roles_now,
        .data = kordond};
    kordond->began_ms = uv_now(&kordond->loop);
    kordond->retention.evidence = &kordond->evidence;
    kordond->retention.guard = &kordond->guard;
    kordond->referrals = (struct referrals){.workers = &kordond->workers,
        .evidence = &kordond->evidence,
        .guard = &kordond->guard,
        .events = &kordond->events,
        .list = &kordond->list,
        .work = &kordond->work,
        .secrets = &kordond->transactions.secrets};
    kordond->guard.configuration = configuration;
    kordond->guard.workers = &kordond->workers;
    kordond->guard.changed = on_guard_changed;
    kordond->guard.lost = on_state_lost;
    kordond->guard.data = kordond;
    kordond->list = (struct list){.configuration = configuration,
        .policy = &kordond->policy,
        .loop = &kordond->loop,
        .workers = &kordond->workers,
        .guard = &kordond->guard,
        .evidence = &kordond->evidence,
        .events = &kordond->events,
        .metrics = &kordond->metrics,
        .work = &kordond->work};
    kordond->mode = (struct mode){.configuration = configuration,
        .guard = &kordond->guard,
        .list = &kordond->list,
        .evidence = &kordond->evidence,
        .events = &kordond->events,
        .second_line = &kordond->reload.in_force->second_line,
        .unfinished_transactions = &kordond->transactions.unfinished,
        .looks = &kordond->referrals.looks,
        .word = MODE_LOCKED};
    mode_init(&kordond->mode);
    /* Until a list is open nothing is searched, and a look at the mode before that finds no other reason than this. */
    (void)list_check_open(&kordond->list, &kordond->mode.why);
    kordond->transactions = (struct transactions){.configuration = configuration,
        .policy = &kordond->policy,
        .staff = &kordond->reload.in_force->grants.staff,
        .loop = &kordond->loop,
        .workers = &kordond->workers,
        .guard = &kordond->guard,
        .list = &kordond->list,
        .mode = &kordond->mode,
        .evidence = &kordond->evidence,
        .events = &kordond->events,
        .metrics = &kordond->metrics,
        .quota = &kordond->quota,
        .work = &kordond->work};
    mode_follow_list(&kordond->mode);
    faults_init(&kordond->faults, &kordond->events, &kordond->evidence);
}

enum reason lifecycle_init(struct kordond *kordond, struct failure *failure)
{
    TRY(loop_init(&kordond->loop, &kordond->watch, failure));
    int error = uv_async_init(&kordond->loop, &kordond->stop_step, on_stop_step);
    if (error != 0)
        return failure_set(failure, REASON_SYSTEM_ERROR, "loop", "uv_async_init: %s", uv_strerror(error));
    TRY(reload_init(&kordond->reload, kordond, failure));
    join_rooms(kordond);
    TRY(transactions_init(&kordond->transactions, failure));
    service_manager_init(&kordond->service_manager, kordond);
    uv_timer_init(&kordond->loop, &kordond->look_timer);
    uv_timer_init(&kordond->loop, &kordond->stop_timer);
    uv_signal_init(&kordond->loop, &kordond->terminate);
    uv_signal_init(&kordond->loop, &kordond->interrupt);
    kordond->look_timer.data = kordond->stop_timer.data = kordond;
    kordond->terminate.data = kordond->interrupt.data = kordond->stop_step.data = kordond;
    uv_signal_start(&kordond->terminate, on_signal, SIGTERM);
    uv_signal_start(&kordond->interrupt, on_signal, SIGINT);
    return REASON_DONE;
}
