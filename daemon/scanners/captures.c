/* scanner_captures.c: the capture requests of a pool, from the asking to the answer. */
#include "daemon/scanners/pool_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAPTURE_MS_LEAST 100
#define CAPTURE_MS_MOST  600000

void scanner_capture_answer(struct scanner_capture *capture, enum reason reason, struct scanner_image *image,
    const struct failure *failure)
{
    struct scanner_pool *pool = capture->pool;
    for (struct scanner_capture **link = &pool->captures; *link != NULL; link = &(*link)->next)
        if (*link == capture) {
            *link = capture->next;
            break;
        }
    if (capture->scanner != NULL)
        capture->scanner->capture = NULL;
    capture->scanner = NULL;
    capture->next = NULL;
    capture->callback(capture, reason, image, failure);
}

void scanner_capture_answer_failure(struct scanner_capture *capture, enum reason reason)
{
    struct failure failure;
    const char *id = capture->scanner != NULL ? capture->scanner->info.id : capture->scanner_id;
    failure_set(&failure, reason, id[0] != '\0' ? id : NULL, NULL);
    scanner_capture_answer(capture, reason, NULL, &failure);
}

/* Why this scanner, which is neither free nor about to be, can't do it. */
static enum reason refusal_of(const struct scanner *scanner, struct failure *failure)
{
    switch (scanner->info.state) {
    case SCANNER_STATE_CAPTURING:
        return failure_set(failure, REASON_SCANNER_BUSY, scanner->info.id, NULL);
    case SCANNER_STATE_FAILED:
    case SCANNER_STATE_REFUSED:
        if (failure != NULL)
            *failure = scanner->info.failure;
        return scanner->info.failure.reason;
    case SCANNER_STATE_STARTING:
    case SCANNER_STATE_READY:
    case SCANNER_STATE_COUNT:
        break;
    }
    return REASON_DONE;
}

/* Nothing is known about readers before the first listing; where that fails, its failure is the answer. */
static enum reason unlisted(const struct scanner_pool *pool, const char *id, struct failure *failure)
{
    if (pool->enumerated)
        return failure_set(failure, REASON_SCANNER_NOT_FOUND, id[0] != '\0' ? id : NULL, NULL);
    if (pool->watcher.failure.reason == REASON_DONE)
        return REASON_DONE;
    if (failure != NULL)
        *failure = pool->watcher.failure;
    return pool->watcher.failure.reason;
}

/* Which scanner can do it now. DONE with NULL: none yet, but waiting makes sense. */
static enum reason choose(
    const struct scanner_pool *pool, const char *id, struct scanner **chosen, struct failure *failure)
{
    *chosen = NULL;
    const struct scanner *starting = NULL, *refusing = NULL;
    for (struct scanner *scanner = pool->scanners; scanner != NULL; scanner = scanner->next) {
        if (scanner->removing || (id[0] != '\0' && strcmp(scanner->info.id, id) != 0))
            continue;
        if (scanner->info.state == SCANNER_STATE_READY && scanner->capture == NULL) {
            *chosen = scanner;
            return REASON_DONE;
        }
        if (scanner->info.state == SCANNER_STATE_STARTING)
            starting = scanner;
        /* The states stand in the order of hope: a busy one says more than a failed or refused one. */
        else if (refusing == NULL || scanner->info.state < refusing->info.state)
            refusing = scanner;
    }
    if (starting != NULL)
        return REASON_DONE;
    if (refusing != NULL && (pool->enumerated || id[0] != '\0'))
        return refusal_of(refusing, failure);
    return unlisted(pool, id, failure);
}

static void begin(struct scanner_capture *capture, struct scanner *scanner)
{
    capture->scanner = scanner;
    scanner->capture = capture;
    scanner_set_state(scanner, SCANNER_STATE_CAPTURING);
    scanner_process_capture(&scanner->process);
}

/* One step for one capture. True where it was answered, and the list has to be looked at anew. */
static bool advance(struct scanner_pool *pool, struct scanner_capture *capture)
{
    bool late = capture->ended == REASON_DONE && uv_now(pool->loop) >= capture->deadline;
    if (late)
        capture->ended = REASON_CAPTURE_TIMED_OUT;
    if (capture->scanner != NULL && !pool->closing) {
        if (capture->ended != REASON_DONE)
            scanner_process_cancel(&capture->scanner->process); /* it answers, or it is killed */
        return false;
    }
    if (pool->closing) {
        scanner_capture_answer_failure(capture, REASON_STOPPING);
        return true;
    }
    if (capture->ended != REASON_DONE) {
        scanner_capture_answer_failure(capture, capture->ended);
        return true;
    }
    struct scanner *scanner;
    struct failure failure;
    enum reason reason = choose(pool, capture->scanner_id, &scanner, &failure);
    if (reason != REASON_DONE) {
        scanner_capture_answer(capture, reason, NULL, &failure);
        return true;
    }
    if (scanner != NULL)
        begin(capture, scanner);
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
    uint64_t next = UINT64_MAX, now = uv_now(pool->loop);
    for (struct scanner_capture *capture = pool->captures; capture != NULL; capture = capture->next)
        if (capture->ended == REASON_DONE && capture->deadline < next)
            next = capture->deadline;
    if (next != UINT64_MAX)
        (void)uv_timer_start(&pool->timer, scanner_pool_on_timer, next > now ? next - now : 0, 0);
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
    struct scanner *scanner;
    enum reason reason = choose(pool, id, &scanner, failure);
    if (reason != REASON_DONE)
        return reason;
    *capture = (struct scanner_capture){.data = capture->data,
        .callback = callback,
        .pool = pool,
        .deadline = uv_now(pool->loop) + timeout_ms};
    snprintf(capture->scanner_id, sizeof capture->scanner_id, "%s", id);
    struct scanner_capture **link = &pool->captures;
    while (*link != NULL)
        link = &(*link)->next;
    *link = capture;
    if (scanner != NULL)
        begin(capture, scanner);
    scanner_pool_kick(pool);
    return REASON_DONE;
}

void scanner_pool_cancel(struct scanner_capture *capture)
{
    if (capture->ended == REASON_DONE)
        capture->ended = REASON_CAPTURE_CANCELLED;
    scanner_pool_kick(capture->pool);
}
