#include "daemon/scanners/pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/scanners/pool_internal.h"

/* More readers than any desk has; a watcher that reports more is lying. */
#define SCANNERS_MOST 32

static const char *const state_names[SCANNER_STATE_COUNT] = {
    [SCANNER_STATE_STARTING] = "starting",
    [SCANNER_STATE_READY] = "ready",
    [SCANNER_STATE_CAPTURING] = "capturing",
    [SCANNER_STATE_FAILED] = "failed",
    [SCANNER_STATE_REFUSED] = "refused",
};

static const char *const event_names[SCANNER_EVENT_COUNT] = {
    [SCANNER_EVENT_ADDED] = "added",
    [SCANNER_EVENT_REMOVED] = "removed",
    [SCANNER_EVENT_STATE] = "state",
    [SCANNER_EVENT_FINGER] = "finger",
    [SCANNER_EVENT_MISBEHAVED] = "misbehaved",
    [SCANNER_EVENT_WATCHER] = "watcher",
};

const char *scanner_state_name(enum scanner_state state)
{
    return state < SCANNER_STATE_COUNT ? state_names[state] : "?";
}

const char *scanner_event_name(enum scanner_event_type type)
{
    return type < SCANNER_EVENT_COUNT ? event_names[type] : "?";
}

void scanner_pool_kick(struct scanner_pool *pool)
{
    if (!uv_is_closing((uv_handle_t *)&pool->timer))
        (void)uv_timer_start(&pool->timer, scanner_pool_on_timer, 0, 0);
}

static void emit(struct scanner_pool *pool, enum scanner_event_type type, const struct scanner_info *info)
{
    if (pool->event != NULL)
        pool->event(pool->data, type, info);
}

void scanner_set_state(struct scanner *scanner, enum scanner_state state)
{
    if (scanner->info.state == state)
        return;
    scanner->info.state = state;
    scanner->state_changed = true;
    scanner_pool_kick(scanner->pool);
}

static void set_finger(struct scanner *scanner, uint8_t finger)
{
    bool needed = (finger & SCANNER_FINGER_NEEDED) != 0, present = (finger & SCANNER_FINGER_PRESENT) != 0;
    if (scanner->info.finger_needed == needed && scanner->info.finger_present == present)
        return;
    scanner->info.finger_needed = needed;
    scanner->info.finger_present = present;
    scanner->finger_changed = true;
    scanner_pool_kick(scanner->pool);
}

static struct scanner *find(const struct scanner_pool *pool, const char *id)
{
    for (struct scanner *scanner = pool->scanners; scanner != NULL; scanner = scanner->next)
        if (!scanner->removing && strcmp(scanner->info.id, id) == 0)
            return scanner;
    return NULL;
}

static void emit_changes(struct scanner_pool *pool)
{
    for (struct scanner *scanner = pool->scanners; scanner != NULL; scanner = scanner->next) {
        if (scanner->removing)
            continue;
        if (scanner->state_changed) {
            scanner->state_changed = false;
            emit(pool, SCANNER_EVENT_STATE, &scanner->info);
        }
        if (scanner->finger_changed) {
            scanner->finger_changed = false;
            emit(pool, SCANNER_EVENT_FINGER, &scanner->info);
        }
    }
}

static void close_all(struct scanner_pool *pool);

void scanner_pool_on_timer(uv_timer_t *timer)
{
    struct scanner_pool *pool = timer->data;
    scanner_captures_advance(pool);
    emit_changes(pool);
    if (pool->closing && pool->captures == NULL)
        close_all(pool);
    else if (!uv_is_active((uv_handle_t *)timer))
        scanner_captures_set_timer(pool);
}

/* --- readers --- */

static void on_reader_ready(struct scanner_process *process)
{
    struct scanner *scanner = process->data;
    scanner->info.landlock = process->landlock;
    scanner->info.restarts = process->restarts;
    scanner_set_state(scanner, SCANNER_STATE_READY);
}

static void on_reader_finger(struct scanner_process *process, uint8_t finger)
{
    set_finger(process->data, finger);
}

static void on_reader_captured(struct scanner_process *process, enum reason reason,
    struct scanner_image *image, const struct failure *failure)
{
    struct scanner *scanner = process->data;
    struct scanner_capture *capture = scanner->capture;
    scanner_set_state(scanner, SCANNER_STATE_READY);
    if (image != NULL)
        snprintf(image->driver, sizeof image->driver, "%s", scanner->info.driver);
    if (capture == NULL || capture->ended != REASON_DONE) {
        scanner_image_free(image);
        if (capture != NULL)
            scanner_capture_answer_failure(capture, capture->ended);
        return;
    }
    scanner_capture_answer(capture, reason, image, failure);
}

static void on_reader_failed(struct scanner_process *process)
{
    struct scanner *scanner = process->data;
    scanner->info.failure = process->failure;
    /* The first failure after work well done is most often over at the next start: worth waiting for. */
    bool first = process->backoff_ms == process->options->backoff_first_ms;
    scanner_set_state(scanner, first ? SCANNER_STATE_STARTING : SCANNER_STATE_FAILED);
    set_finger(scanner, 0);
    if (process->failure.reason == REASON_SCANNER_MISBEHAVED)
        emit(scanner->pool, SCANNER_EVENT_MISBEHAVED, &scanner->info);
    if (scanner->capture != NULL)
        scanner_capture_answer(scanner->capture, process->failure.reason, NULL, &process->failure);
}

static void unlink_and_free(struct scanner *scanner)
{
    for (struct scanner **link = &scanner->pool->scanners; *link != NULL; link = &(*link)->next)
        if (*link == scanner) {
            *link = scanner->next;
            break;
        }
    free(scanner);
}

static void maybe_closed(struct scanner_pool *pool);

static void on_reader_closed(struct scanner_process *process)
{
    struct scanner *scanner = process->data;
    struct scanner_pool *pool = scanner->pool;
    unlink_and_free(scanner);
    pool->unclosed--;
    maybe_closed(pool);
}

static const struct scanner_process_callbacks reader_callbacks = {
    .ready = on_reader_ready,
    .finger = on_reader_finger,
    .captured = on_reader_captured,
    .failed = on_reader_failed,
    .closed = on_reader_closed,
};

static void remove_scanner(struct scanner *scanner)
{
    struct failure failure;
    enum reason reason = failure_set(
        &failure, REASON_SCANNER_FAILED, scanner->info.id, "%s", scanner_fault_text(SCANNER_FAULT_REMOVED));
    scanner->removing = true;
    emit(scanner->pool, SCANNER_EVENT_REMOVED, &scanner->info);
    if (scanner->capture != NULL)
        scanner_capture_answer(scanner->capture, reason, NULL, &failure);
    if (scanner->info.state == SCANNER_STATE_REFUSED)
        unlink_and_free(scanner);
    else
        scanner_process_close(&scanner->process);
}

/* --- the watcher --- */

static void misbehaved(struct scanner_process *watcher, const char *what)
{
    struct failure failure;
    failure_set(&failure, REASON_SCANNER_MISBEHAVED, NULL, "%s", what);
    scanner_process_refuse(watcher, &failure);
}

static enum reason fill_in(struct scanner *scanner, const struct scanner_message *message)
{
    struct scanner_info *info = &scanner->info;
    snprintf(info->id, sizeof info->id, "%s", message->device.id);
    snprintf(info->name, sizeof info->name, "%s", message->device.name);
    snprintf(info->driver, sizeof info->driver, "%s", message->device.driver);
    info->scan_type = message->device.scan_type;
    if (message->device.refusal[0] == '\0')
        return REASON_DONE;
    info->state = SCANNER_STATE_REFUSED;
    return failure_set(&info->failure, REASON_SCANNER_UNUSABLE, info->id, "%s", message->device.refusal);
}

static void add_scanner(struct scanner_pool *pool, const struct scanner_message *message)
{
    struct scanner *scanner = calloc(1, sizeof *scanner);
    if (scanner == NULL) {
        misbehaved(&pool->watcher, "out of memory for its readers");
        return;
    }
    scanner->pool = pool;
    scanner->listed = true;
    bool usable = fill_in(scanner, message) == REASON_DONE;
    scanner->process = (struct scanner_process){.data = scanner,
        .callbacks = &reader_callbacks,
        .options = &pool->options,
        .loop = pool->loop,
        .role = SCANNER_ROLE_READER};
    snprintf(scanner->process.id, sizeof scanner->process.id, "%s", scanner->info.id);
    if (usable && scanner_process_start(&scanner->process, &scanner->info.failure) != REASON_DONE)
        scanner->info.state = SCANNER_STATE_REFUSED; /* without a process, for the reason in failure */
    pool->unclosed += scanner->info.state != SCANNER_STATE_REFUSED;
    struct scanner **link = &pool->scanners;
    while (*link != NULL)
        link = &(*link)->next;
    *link = scanner;
    emit(pool, SCANNER_EVENT_ADDED, &scanner->info);
    scanner_pool_kick(pool);
}

static void on_device(struct scanner_pool *pool, const struct scanner_message *message)
{
    struct scanner *scanner = find(pool, message->device.id);
    if (scanner != NULL && scanner->listed) {
        misbehaved(&pool->watcher, "one reader listed twice");
    } else if (scanner != NULL) {
        scanner->listed = true; /* known from the watcher before this one */
    } else if (scanner_pool_count(pool) >= SCANNERS_MOST) {
        misbehaved(&pool->watcher, "more readers than there can be");
    } else {
        add_scanner(pool, message);
    }
}

static void on_device_gone(struct scanner_pool *pool, const struct scanner_message *message)
{
    struct scanner *scanner = find(pool, message->device_gone.id);
    if (scanner == NULL || !scanner->listed)
        misbehaved(&pool->watcher, "a reader gone that was not listed");
    else
        remove_scanner(scanner);
    scanner_pool_kick(pool);
}

static void on_enumerated(struct scanner_pool *pool)
{
    pool->enumerated = true;
    for (struct scanner *scanner = pool->scanners, *next; scanner != NULL; scanner = next) {
        next = scanner->next;
        if (!scanner->removing && !scanner->listed)
            remove_scanner(scanner); /* went while no watcher looked */
    }
    scanner_pool_kick(pool);
}

static void on_watcher_listed(struct scanner_process *process, const struct scanner_message *message)
{
    struct scanner_pool *pool = process->data;
    if (pool->closing)
        return;
    if (message->type == SCANNER_MESSAGE_DEVICE)
        on_device(pool, message);
    else if (message->type == SCANNER_MESSAGE_DEVICE_GONE)
        on_device_gone(pool, message);
    else
        on_enumerated(pool);
}

static void on_watcher_ready(struct scanner_process *process)
{
    struct scanner_pool *pool = process->data;
    for (struct scanner *scanner = pool->scanners; scanner != NULL; scanner = scanner->next)
        scanner->listed = false;
}

static void on_watcher_failed(struct scanner_process *process)
{
    struct scanner_pool *pool = process->data;
    const struct scanner_info info = {
        .state = SCANNER_STATE_FAILED, .restarts = process->restarts, .failure = process->failure};
    emit(pool, SCANNER_EVENT_WATCHER, &info);
    scanner_pool_kick(pool);
}

static void on_watcher_closed(struct scanner_process *process)
{
    struct scanner_pool *pool = process->data;
    pool->unclosed--;
    maybe_closed(pool);
}

static const struct scanner_process_callbacks watcher_callbacks = {
    .ready = on_watcher_ready,
    .listed = on_watcher_listed,
    .failed = on_watcher_failed,
    .closed = on_watcher_closed,
};

/* --- the pool's life --- */

static void or_default(uint32_t *value, uint32_t fallback)
{
    if (*value == 0)
        *value = fallback;
}

static void take_options(struct scanner_pool *pool, const struct scanner_pool_options *options)
{
    pool->options = *options;
    pool->options.program = pool->program;
    or_default(&pool->options.start_ms, 10000);
    or_default(&pool->options.answer_ms, 5000);
    or_default(&pool->options.ping_ms, 2000);
    or_default(&pool->options.stop_ms, 2000);
    or_default(&pool->options.backoff_first_ms, 200);
    or_default(&pool->options.backoff_most_ms, 30000);
}

enum reason scanner_pool_create(struct scanner_pool **pool, uv_loop_t *loop,
    const struct scanner_pool_options *options, scanner_event_cb event, void *data, struct failure *failure)
{
    *pool = NULL;
    if (options->program == NULL || options->program[0] == '\0')
        return failure_set(failure, REASON_BAD_ARGUMENT, "scanner program", "no path given");
    struct scanner_pool *made = calloc(1, sizeof *made);
    char *program = strdup(options->program);
    enum reason reason = REASON_DONE;
    if (made == NULL || program == NULL) {
        reason = failure_set(failure, REASON_NO_MEMORY, "scanner pool", NULL);
        goto fail_after_memory;
    }
    made->loop = loop;
    made->program = program;
    made->event = event;
    made->data = data;
    take_options(made, options);
    made->watcher = (struct scanner_process){.data = made,
        .callbacks = &watcher_callbacks,
        .options = &made->options,
        .loop = loop,
        .role = SCANNER_ROLE_WATCHER};
    reason = scanner_process_start(&made->watcher, failure);
    if (reason != REASON_DONE)
        goto fail_after_memory;
    (void)uv_timer_init(loop, &made->timer); /* as in scanner_process_start: can't fail */
    made->timer.data = made;
    made->unclosed = 2;
    *pool = made;
    return REASON_DONE;

fail_after_memory:
    free(program);
    free(made);
    return reason;
}

static void maybe_closed(struct scanner_pool *pool)
{
    if (pool->unclosed > 0)
        return;
    void (*closed)(void *) = pool->closed;
    void *data = pool->closed_data;
    for (struct scanner *scanner = pool->scanners, *next; scanner != NULL; scanner = next) {
        next = scanner->next; /* what is left has no process */
        free(scanner);
    }
    free(pool->program);
    free(pool);
    closed(data);
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct scanner_pool *pool = handle->data;
    pool->unclosed--;
    maybe_closed(pool);
}

static void close_all(struct scanner_pool *pool)
{
    uv_close((uv_handle_t *)&pool->timer, on_timer_closed);
    scanner_process_close(&pool->watcher);
    for (struct scanner *scanner = pool->scanners; scanner != NULL; scanner = scanner->next)
        if (scanner->info.state != SCANNER_STATE_REFUSED)
            scanner_process_close(&scanner->process);
}

void scanner_pool_close(struct scanner_pool *pool, void (*closed)(void *data), void *data)
{
    pool->closing = true;
    pool->closed = closed;
    pool->closed_data = data;
    scanner_pool_kick(pool);
}

/* --- asking --- */

bool scanner_pool_enumerated(const struct scanner_pool *pool)
{
    return pool->enumerated;
}

size_t scanner_pool_count(const struct scanner_pool *pool)
{
    size_t count = 0;
    for (const struct scanner *scanner = pool->scanners; scanner != NULL; scanner = scanner->next)
        count += !scanner->removing;
    return count;
}

bool scanner_pool_get(const struct scanner_pool *pool, size_t index, struct scanner_info *info)
{
    *info = (struct scanner_info){0};
    for (const struct scanner *scanner = pool->scanners; scanner != NULL; scanner = scanner->next)
        if (!scanner->removing && index-- == 0) {
            *info = scanner->info;
            return true;
        }
    return false;
}

bool scanner_pool_find(const struct scanner_pool *pool, const char *id, struct scanner_info *info)
{
    const struct scanner *scanner = find(pool, id);
    *info = scanner != NULL ? scanner->info : (struct scanner_info){0};
    return scanner != NULL;
}
