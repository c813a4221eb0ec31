#include "daemon/scanners/pool.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/scanners/pool_internal.h"

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
    [SCANNER_EVENT_FAILED] = "failed",
    [SCANNER_EVENT_MISBEHAVED] = "misbehaved",
    [SCANNER_EVENT_WATCHER] = "watcher",
    [SCANNER_EVENT_WATCHING] = "watching",
};

const char *scanner_state_name(enum scanner_state state)
{
    return state < SCANNER_STATE_COUNT ? state_names[state] : "?";
}

const char *scanner_event_name(enum scanner_event_type type)
{
    return type < SCANNER_EVENT_COUNT ? event_names[type] : "?";
}

/* --- turns of the loop --- */

static void close_all(struct scanner_pool *pool);

static void on_turn(uv_timer_t *timer)
{
    struct scanner_pool *pool = timer->data;
    scanner_captures_advance(pool);
    scanner_readers_tell(&pool->readers);
    if (pool->closing && pool->captures == NULL)
        close_all(pool);
    else if (!uv_is_active((uv_handle_t *)timer))
        scanner_captures_set_timer(pool);
}

static void on_changed(void *data)
{
    scanner_pool_wake(data);
}

static void on_event(void *data, enum scanner_event_type type, const struct scanner_info *info)
{
    struct scanner_pool *pool = data;
    if (pool->event != NULL)
        pool->event(pool->data, type, info);
}

/* --- the pool's life --- */

/* Called wherever the last thing that was awaited may have come. */
static void maybe_closed(void *data)
{
    struct scanner_pool *pool = data;
    if (!pool->timer_closed || !scanner_watcher_is_closed(&pool->watcher) ||
        !scanner_readers_are_closed(&pool->readers))
        return;
    void (*closed)(void *) = pool->closed;
    void *closed_data = pool->closed_data;
    scanner_readers_finish(&pool->readers);
    free(pool);
    closed(closed_data);
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct scanner_pool *pool = handle->data;
    pool->timer_closed = true;
    maybe_closed(pool);
}

static void close_all(struct scanner_pool *pool)
{
    uv_close((uv_handle_t *)&pool->timer, on_timer_closed);
    scanner_watcher_close(&pool->watcher);
    scanner_readers_close(&pool->readers);
}

void scanner_pool_close(struct scanner_pool *pool, void (*closed)(void *data), void *data)
{
    pool->closing = true;
    pool->closed = closed;
    pool->closed_data = data;
    scanner_pool_wake(pool);
}

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

static void compose(struct scanner_pool *pool, uv_loop_t *loop)
{
    pool->host = (struct scanner_host){.loop = loop,
        .options = &pool->options,
        .data = pool,
        .changed = on_changed,
        .event = on_event,
        .answered = scanner_capture_settle,
        .lost = scanner_capture_lose,
        .closed = maybe_closed};
    pool->readers.host = &pool->host;
    pool->turn = on_turn;
}

enum reason scanner_pool_create(struct scanner_pool **pool, uv_loop_t *loop,
    const struct scanner_pool_options *options, scanner_event_cb event, void *data, struct failure *failure)
{
    *pool = NULL;
    if (options->program == NULL || options->program[0] == '\0')
        return failure_set(failure, REASON_BAD_ARGUMENT, "scanner program", "no path given");
    size_t size = strlen(options->program) + 1;
    struct scanner_pool *made = calloc(1, sizeof *made + size);
    if (made == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "scanner pool", NULL);
    memcpy(made->program, options->program, size);
    made->event = event;
    made->data = data;
    take_options(made, options);
    compose(made, loop);
    enum reason reason = scanner_watcher_start(&made->watcher, &made->host, &made->readers, failure);
    if (reason != REASON_DONE) {
        free(made);
        return reason;
    }
    (void)uv_timer_init(loop, &made->timer); /* as in scanner_process_begin: can't fail */
    made->timer.data = made;
    *pool = made;
    return REASON_DONE;
}

/* --- asking --- */

void scanner_pool_watcher(const struct scanner_pool *pool, struct scanner_info *info)
{
    *info = pool->watcher.info;
}

size_t scanner_pool_count(const struct scanner_pool *pool)
{
    return scanner_readers_count(&pool->readers);
}

static bool copy_info(const struct scanner_reader *reader, struct scanner_info *info)
{
    *info = reader != NULL ? reader->info : (struct scanner_info){0};
    return reader != NULL;
}

bool scanner_pool_get(const struct scanner_pool *pool, size_t index, struct scanner_info *info)
{
    return copy_info(scanner_readers_get(&pool->readers, index), info);
}

bool scanner_pool_find(const struct scanner_pool *pool, const char *id, struct scanner_info *info)
{
    return copy_info(scanner_readers_find(&pool->readers, id), info);
}
