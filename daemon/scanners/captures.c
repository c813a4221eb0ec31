/* captures.c: the capture requests of a pool, from the asking to the answer. */
#include "daemon/scanners/pool_internal.h"

#include <stdio.h>
#include <string.h>

#define CAPTURE_MS_LEAST 100
#define CAPTURE_MS_MOST  600000

void scanner_pool_wake(struct scanner_pool *pool)
{
    if (!uv_is_closing((uv_handle_t *)&pool->timer))
        (void)uv_timer_start(&pool->timer, pool->turn, 0, 0);
}

/* Takes the capture out of everything, then tells its owner. */
static void answer(struct scanner_capture *capture, enum reason reason, struct scanner_image *image,
    const struct failure *failure)
{
    struct scanner_capture **link = &capture->pool->captures;
    while (*link != capture)
        link = &(*link)->next;
    *link = capture->next;
    if (capture->reader != NULL)
        capture->reader->capture = NULL;
    capture->reader = NULL;
    capture->next = NULL;
    capture->callback(capture, reason, image, failure);
}

/* For a reason that needs no more words. */
static void answer_failure(struct scanner_capture *capture, enum reason reason)
{
    struct failure failure;
    const char *id = capture->reader != NULL ? capture->reader->info.id : capture->scanner_id;
    failure_set(&failure, reason, id[0] != '\0' ? id : NULL, NULL);
    answer(capture, reason, NULL, &failure);
}

void scanner_capture_settle(struct scanner_capture *capture, enum reason reason, struct scanner_image *image,
    const struct failure *failure)
{
    if (capture->ended == REASON_DONE) {
        answer(capture, reason, image, failure);
        return;
    }
    scanner_image_free(image);
    answer_failure(capture, capture->ended);
}

void scanner_capture_lose(struct scanner_capture *capture, const struct failure *failure)
{
    answer(capture, failure->reason, NULL, failure);
}

/* Which reader can do it now. DONE with NULL: none yet, but waiting makes sense. */
static enum reason choose(
    const struct scanner_pool *pool, const char *id, struct scanner_reader **chosen, struct failure *failure)
{
    *chosen = NULL;
    const struct scanner_reader *starting = NULL, *refusing = NULL;
    for (struct scanner_reader *reader = pool->readers.first; reader != NULL; reader = reader->next) {
        if (reader->removing || (id[0] != '\0' && strcmp(reader->info.id, id) != 0))
            continue;
        if (reader->info.state == SCANNER_STATE_READY && reader->capture == NULL) {
            *chosen = reader;
            return REASON_DONE;
        }
        if (reader->info.state == SCANNER_STATE_STARTING)
            starting = reader;
        /* The states stand in the order of hope: a busy one says more than a failed or refused one. */
        else if (refusing == NULL || reader->info.state < refusing->info.state)
            refusing = reader;
    }
    if (starting != NULL)
        return REASON_DONE;
    bool awaits_others = id[0] == '\0' && pool->watcher.info.state == SCANNER_STATE_STARTING;
    if (refusing != NULL && !awaits_others)
        return scanner_reader_refusal(refusing, failure);
    return scanner_watcher_absence(&pool->watcher, id, failure);
}

/* One step for one capture. True where it was answered, and the list has to be looked at anew. */
static bool advance(struct scanner_pool *pool, struct scanner_capture *capture)
{
    bool late = capture->ended == REASON_DONE && uv_now(pool->host.loop) >= capture->deadline;
    if (late)
        capture->ended = REASON_CAPTURE_TIMED_OUT;
    if (capture->reader != NULL && !pool->closing) {
        if (capture->ended != REASON_DONE)
            scanner_process_cancel(&capture->reader->process); /* it answers, or it is killed */
        return false;
    }
    if (pool->closing) {
        answer_failure(capture, REASON_STOPPING);
        return true;
    }
    if (capture->ended != REASON_DONE) {
        answer_failure(capture, capture->ended);
        return true;
    }
    struct scanner_reader *reader;
    struct failure failure;
    enum reason reason = choose(pool, capture->scanner_id, &reader, &failure);
    if (reason != REASON_DONE) {
        answer(capture, reason, NULL, &failure);
        return true;
    }
    if (reader != NULL)
        scanner_reader_capture(reader, capture);
    return false;
}

void scanner_captures_advance(struct scanner_pool *pool)
{
    struct scanner_capture *capture = pool->captures;
    while (capture != NULL)
        capture = advance(pool, capture) ? pool->captures : capture->next;
}

void scanner_captures_set_timer(struct scanner_pool *pool)
{
    uint64_t next = UINT64_MAX, now = uv_now(pool->host.loop);
    for (struct scanner_capture *capture = pool->captures; capture != NULL; capture = capture->next)
        if (capture->ended == REASON_DONE && capture->deadline < next)
            next = capture->deadline;
    if (next != UINT64_MAX)
        (void)uv_timer_start(&pool->timer, pool->turn, next > now ? next - now : 0, 0);
}

enum reason scanner_pool_capture(struct scanner_pool *pool, struct scanner_capture *capture,
    const char *scanner_id, uint32_t timeout_ms, scanner_capture_cb callback, struct failure *failure)
{
    const char *id = scanner_id != NULL ? scanner_id : "";
    if (pool->closing)
        return failure_set(failure, REASON_STOPPING, NULL, NULL);
    if (strlen(id) >= sizeof capture->scanner_id)
        return failure_set(failure, REASON_SCANNER_NOT_FOUND, "scanner", "an id of more than %zu characters",
            sizeof capture->scanner_id - 1);
    if (timeout_ms < CAPTURE_MS_LEAST || timeout_ms > CAPTURE_MS_MOST)
        return failure_set(failure, REASON_BAD_ARGUMENT, "timeout_ms", "%u: must be %d to %d",
            (unsigned)timeout_ms, CAPTURE_MS_LEAST, CAPTURE_MS_MOST);
    struct scanner_reader *reader;
    TRY(choose(pool, id, &reader, failure));
    *capture = (struct scanner_capture){.data = capture->data,
        .finger = capture->finger,
        .callback = callback,
        .pool = pool,
        .deadline = uv_now(pool->host.loop) + timeout_ms};
    snprintf(capture->scanner_id, sizeof capture->scanner_id, "%s", id);
    struct scanner_capture **link = &pool->captures;
    while (*link != NULL)
        link = &(*link)->next;
    *link = capture;
    if (reader != NULL)
        scanner_reader_capture(reader, capture);
    scanner_pool_wake(pool);
    return REASON_DONE;
}

void scanner_pool_cancel(struct scanner_capture *capture)
{
    if (capture->ended == REASON_DONE)
        capture->ended = REASON_CAPTURE_CANCELLED;
    scanner_pool_wake(capture->pool);
}
