#include "daemon/scanners/watcher_internal.h"

static void on_listed(struct scanner_process *process, const struct scanner_message *message)
{
    struct scanner_watcher *watcher = process->data;
    struct failure failure;
    enum reason reason = message->type == SCANNER_MESSAGE_DEVICE
                             ? scanner_readers_list(watcher->readers, message, &failure)
                             : scanner_readers_unlist(watcher->readers, message->device_gone.id, &failure);
    if (reason != REASON_DONE)
        scanner_process_refuse(process, &failure);
    watcher->host->changed(watcher->host->data);
}

static void on_greeted(struct scanner_process *process)
{
    struct scanner_watcher *watcher = process->data;
    scanner_readers_begin_listing(watcher->readers);
}

static void emit(const struct scanner_watcher *watcher, enum scanner_event_type type)
{
    watcher->host->event(watcher->host->data, type, &watcher->info);
}

static void on_ready(struct scanner_process *process)
{
    struct scanner_watcher *watcher = process->data;
    bool was_blind = watcher->info.failure.reason != REASON_DONE;
    watcher->info.restarts = process->restarts;
    watcher->info.landlock = process->landlock;
    watcher->info.state = SCANNER_STATE_READY;
    watcher->info.failure = (struct failure){0}; /* is over */
    scanner_readers_end_listing(watcher->readers);
    if (was_blind)
        emit(watcher, SCANNER_EVENT_WATCHING);
    watcher->host->changed(watcher->host->data);
}

static void on_failed(struct scanner_process *process)
{
    struct scanner_watcher *watcher = process->data;
    watcher->info.failure = process->failure;
    watcher->info.last_failure = process->failure;
    watcher->info.restarts = process->restarts;
    watcher->info.state = scanner_process_is_hopeful(process) ? SCANNER_STATE_STARTING : SCANNER_STATE_FAILED;
    if (process->failed_anew)
        emit(watcher, SCANNER_EVENT_WATCHER);
    watcher->host->changed(watcher->host->data);
}

static void on_closed(struct scanner_process *process)
{
    struct scanner_watcher *watcher = process->data;
    watcher->host->closed(watcher->host->data);
}

static const struct scanner_process_callbacks callbacks = {
    .ready = on_ready,
    .greeted = on_greeted,
    .listed = on_listed,
    .failed = on_failed,
    .closed = on_closed,
};

enum reason scanner_watcher_start(struct scanner_watcher *watcher, const struct scanner_host *host,
    struct scanner_readers *readers, struct failure *failure)
{
    watcher->host = host;
    watcher->readers = readers;
    watcher->process = (struct scanner_process){.data = watcher,
        .callbacks = &callbacks,
        .options = host->options,
        .loop = host->loop,
        .role = SCANNER_ROLE_WATCHER};
    return scanner_process_start(&watcher->process, failure);
}

void scanner_watcher_close(struct scanner_watcher *watcher)
{
    scanner_process_close(&watcher->process);
}

bool scanner_watcher_is_closed(const struct scanner_watcher *watcher)
{
    return watcher->process.state == SCANNER_PROCESS_CLOSED;
}

enum reason scanner_watcher_absence(
    const struct scanner_watcher *watcher, const char *id, struct failure *failure)
{
    switch (watcher->info.state) {
    case SCANNER_STATE_READY:
        return failure_set(failure, REASON_SCANNER_NOT_FOUND, id[0] != '\0' ? id : NULL, NULL);
    case SCANNER_STATE_FAILED:
        if (failure != NULL)
            *failure = watcher->info.failure;
        return watcher->info.failure.reason;
    case SCANNER_STATE_STARTING:
    case SCANNER_STATE_CAPTURING:
    case SCANNER_STATE_REFUSED:
    case SCANNER_STATE_COUNT:
        break;
    }
    return REASON_DONE;
}
