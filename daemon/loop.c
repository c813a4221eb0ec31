#include "daemon/loop.h"

#include <signal.h>
#include <stdio.h>

#include "daemon/evidence.h"
#include "daemon/list/import.h"
#include "daemon/threads/store_reader.h"
#include "daemon/scanners/pool.h"
#include "daemon/transactions/transaction.h"

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

/* --- How long the loop was busy: one turn of it without the time it waited */

static void on_turn(uv_prepare_t *prepare)
{
    struct kordond *kordond = prepare->data;
    uint64_t now = uv_hrtime(), waited = uv_metrics_idle_time(&kordond->loop);
    if (kordond->turn_began_ns != 0) {
        uint64_t busy = now - kordond->turn_began_ns - (waited - kordond->waited_ns);
        if (busy > kordond->longest_block_ns)
            kordond->longest_block_ns = busy;
    }
    kordond->turn_began_ns = now;
    kordond->waited_ns = waited;
}

/* --- Closing: connections and scanners, then the threads one after the other, then the loop's own handles.
 * What an earlier one still hands on, a later one still takes. */

static void on_handle_closed(uv_handle_t *handle)
{
    ((struct kordond *)handle->data)->closing_parts--;
}

static void close_handles(struct kordond *kordond)
{
    uv_handle_t *const handles[] = {(uv_handle_t *)&kordond->terminate, (uv_handle_t *)&kordond->interrupt,
        (uv_handle_t *)&kordond->turn, (uv_handle_t *)&kordond->transaction_timer,
        (uv_handle_t *)&kordond->guard_timer, (uv_handle_t *)&kordond->stop_timer,
        (uv_handle_t *)&kordond->stop_step};
    for (size_t i = 0; i < sizeof handles / sizeof handles[0]; i++) {
        kordond->closing_parts++;
        uv_close(handles[i], on_handle_closed);
    }
}

static void on_journal_closed(void *data)
{
    struct kordond *kordond = data;
    kordond->journal = NULL;
    list_import_drop(kordond);
    close_handles(kordond);
}

static void on_log_reader_closed(void *data)
{
    struct kordond *kordond = data;
    if (kordond->journal != NULL)
        journal_thread_close(kordond->journal, on_journal_closed, kordond);
    else
        close_handles(kordond);
}

static void on_search_closed(void *data)
{
    struct kordond *kordond = data;
    struct store_reader *store_reader = kordond->store_reader;
    kordond->search = NULL;
    kordond->store_reader = NULL;
    if (store_reader != NULL)
        store_reader_close(store_reader, on_log_reader_closed, kordond);
    else
        on_log_reader_closed(kordond);
}

/* Search threads and journal stay where they are found until they are closed: what comes back from one of their jobs may hand on the next
 * one. */
static void close_threads(struct kordond *kordond)
{
    if (kordond->search != NULL)
        search_pool_close(kordond->search, on_search_closed, kordond);
    else
        on_search_closed(kordond);
}

static void on_part_closed(void *data)
{
    struct kordond *kordond = data;
    if (--kordond->closing_parts > 0)
        return;
    if (kordond->set != NULL && reference_set_release(kordond->set))
        search_pool_destroy_set(kordond->search, kordond->set);
    kordond->set = NULL;
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
    if (kordond->scanners == NULL)
        return;
    struct scanner_pool *scanners = kordond->scanners;
    kordond->scanners = NULL;
    kordond->scanners_closing = true;
    scanner_pool_close(scanners, on_scanners_closed, kordond);
}

void loop_close_all(struct kordond *kordond)
{
    if (kordond->phase == KORDOND_CLOSING)
        return;
    kordond->phase = KORDOND_CLOSING;
    uv_timer_stop(&kordond->stop_timer);
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
    evidence_written(kordond, entry);
    if (entry->reason != REASON_DONE)
        kordond->exit_status = 1;
    journal_entry_finish(entry);
    loop_close_all(kordond);
}

static void sign_off(struct kordond *kordond)
{
    kordond->phase = KORDOND_SIGNING_OFF;
    if (kordond->locked.reason != REASON_DONE) {
        loop_close_all(kordond); /* a locked state takes no entry */
        return;
    }
    kordond->sign_off = (struct journal_entry){.event = LOG_EVENT_STOP,
        .body = evidence_body(kordond, "kordond", "system"),
        .written = on_signed_off,
        .data = kordond};
    journal_thread_append(kordond->journal, &kordond->sign_off);
}

/* Something came to its end: is it time for the next step? */
static void on_stop_step(uv_async_t *async)
{
    struct kordond *kordond = async->data;
    if (kordond->phase != KORDOND_DRAINING)
        return;
    /* Without a stop entry nothing else gives the last answers the time to get out. */
    if (kordond->locked.reason != REASON_DONE && kordond->server != NULL &&
        server_answering(kordond->server)) {
        uv_async_send(async);
        return;
    }
    list_import_stop(kordond);
    if (kordond->unfinished_transactions == 0 && kordond->list_jobs == 0 && kordond->import == NULL &&
        kordond->entries_pending == 0 && !kordond->scanners_closing)
        sign_off(kordond);
}

static void on_stop_limit(uv_timer_t *timer)
{
    struct kordond *kordond = timer->data;
    fprintf(stderr, "kordond: the orderly stop took more than %d ms: closing\n", STOP_LIMIT_MS);
    kordond->exit_status = 1;
    loop_close_all(kordond);
}

void loop_stop(struct kordond *kordond)
{
    if (kordond->phase != KORDOND_RUNNING)
        return;
    kordond->phase = KORDOND_DRAINING;
    uv_timer_start(&kordond->stop_timer, on_stop_limit, STOP_LIMIT_MS, 0);
    if (kordond->server != NULL)
        server_drain(kordond->server);
    transactions_stop(kordond);
    close_scanners(kordond);
    uv_async_send(&kordond->stop_step);
}

static void on_signal(uv_signal_t *handle, int number)
{
    struct kordond *kordond = handle->data;
    (void)number;
    if (kordond->phase == KORDOND_RUNNING) {
        loop_stop(kordond);
        return;
    }
    fprintf(stderr, "kordond: second signal: closing without an orderly stop\n");
    kordond->exit_status = 1;
    loop_close_all(kordond);
}

enum reason loop_start(struct kordond *kordond, struct failure *failure)
{
    int error = uv_loop_init(&kordond->loop);
    if (error != 0)
        return failure_set(failure, REASON_SYSTEM_ERROR, "loop", "uv_loop_init: %s", uv_strerror(error));
    uv_loop_configure(&kordond->loop, UV_METRICS_IDLE_TIME);
    uv_timer_init(&kordond->loop, &kordond->transaction_timer);
    uv_timer_init(&kordond->loop, &kordond->guard_timer);
    uv_timer_init(&kordond->loop, &kordond->stop_timer);
    uv_prepare_init(&kordond->loop, &kordond->turn);
    uv_signal_init(&kordond->loop, &kordond->terminate);
    uv_signal_init(&kordond->loop, &kordond->interrupt);
    error = uv_async_init(&kordond->loop, &kordond->stop_step, on_stop_step);
    if (error != 0)
        return failure_set(failure, REASON_SYSTEM_ERROR, "loop", "uv_async_init: %s", uv_strerror(error));
    kordond->transaction_timer.data = kordond->guard_timer.data = kordond->stop_timer.data = kordond;
    kordond->turn.data = kordond;
    kordond->terminate.data = kordond->interrupt.data = kordond->stop_step.data = kordond;
    uv_prepare_start(&kordond->turn, on_turn);
    uv_unref((uv_handle_t *)&kordond->turn);
    uv_signal_start(&kordond->terminate, on_signal, SIGTERM);
    uv_signal_start(&kordond->interrupt, on_signal, SIGINT);
    return REASON_DONE;
}
