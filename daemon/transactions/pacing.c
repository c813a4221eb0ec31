#include "daemon/transactions/pacing.h"

#include <errno.h>
#include <stddef.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define NS_PER_MS     UINT64_C(1000000)
#define NS_PER_SECOND UINT64_C(1000000000)

uint64_t pacing_now_ns(void)
{
    return uv_hrtime();
}

/* Those that are due, taken out of the rest. */
static struct paced *take_due(struct pacing *pacing, uint64_t now_ns)
{
    struct paced *due = NULL, **last_due = &due, **each = &pacing->paced;
    while (*each != NULL) {
        struct paced *held = *each;
        if (held->due_ns > now_ns) {
            each = &held->next;
            continue;
        }
        *each = held->next;
        held->next = NULL;
        *last_due = held;
        last_due = &held->next;
    }
    return due;
}

static void release(struct pacing *pacing, uint64_t now_ns)
{
    struct paced *next;
    for (struct paced *each = take_due(pacing, now_ns); each != NULL; each = next) {
        next = each->next;
        each->released(each);
    }
}

/* Nobody waits for a timer that can't be set. */
static void set_timer(struct pacing *pacing)
{
    uint64_t earliest = UINT64_MAX;
    for (const struct paced *each = pacing->paced; each != NULL; each = each->next)
        earliest = each->due_ns < earliest ? each->due_ns : earliest;
    struct itimerspec when = {0};
    if (earliest != UINT64_MAX)
        when.it_value = (struct timespec){
            .tv_sec = (time_t)(earliest / NS_PER_SECOND), .tv_nsec = (long)(earliest % NS_PER_SECOND)};
    if (timerfd_settime(pacing->descriptor, TFD_TIMER_ABSTIME, &when, NULL) != 0)
        release(pacing, UINT64_MAX);
}

static void on_due(uv_poll_t *timer, int status, int events)
{
    struct pacing *pacing = timer->data;
    uint64_t times;
    (void)status;
    (void)events;
    /* Nothing to read: it was set anew meanwhile, and what is due is looked for all the same. */
    (void)!read(pacing->descriptor, &times, sizeof times);
    release(pacing, pacing_now_ns());
    set_timer(pacing);
}

static enum reason watch_timer(struct pacing *pacing, uv_loop_t *loop, struct failure *failure)
{
    int error = uv_poll_init(loop, &pacing->timer, pacing->descriptor);
    if (error != 0) {
        close(pacing->descriptor);
        pacing->descriptor = -1;
        return failure_set(failure, REASON_SYSTEM_ERROR, "decisions", "uv_poll_init: %s", uv_strerror(error));
    }
    pacing->timer.data = pacing;
    error = uv_poll_start(&pacing->timer, UV_READABLE, on_due);
    return error == 0 ? REASON_DONE
                      : failure_set(failure, REASON_SYSTEM_ERROR, "decisions", "uv_poll_start: %s",
                            uv_strerror(error));
}

enum reason pacing_init(struct pacing *pacing, uv_loop_t *loop, struct failure *failure)
{
    pacing->descriptor = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (pacing->descriptor < 0)
        return failure_set_errno(failure, errno, "decisions", "timerfd_create");
    return watch_timer(pacing, loop, failure);
}

void pacing_hold(struct pacing *pacing, enum pacing_step step, struct paced *held, uint64_t begun_ns)
{
    struct pace *pace = &pacing->paces[step];
    uint64_t took_ms = (pacing_now_ns() - begun_ns) / NS_PER_MS;
    if (pacing->ended) {
        held->released(held);
        return;
    }
    held->due_ns = begun_ns + pace_told_after_ms(pace, took_ms) * NS_PER_MS;
    held->next = pacing->paced;
    pacing->paced = held;
    pace_note(pace, took_ms);
    set_timer(pacing);
}

void pacing_end(struct pacing *pacing)
{
    pacing->ended = true;
    release(pacing, UINT64_MAX);
    uv_poll_stop(&pacing->timer);
}

void pacing_finish(struct pacing *pacing)
{
    if (pacing->descriptor > 0)
        close(pacing->descriptor);
}
