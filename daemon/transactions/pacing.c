#include "daemon/transactions/pacing.h"

#include <stddef.h>

#define NS_PER_MS 1000000

uint64_t pacing_now_ms(void)
{
    return uv_hrtime() / NS_PER_MS;
}

/* Those that are due, taken out of the rest. */
static struct paced *take_due(struct pacing *pacing, uint64_t now_ms)
{
    struct paced *due = NULL, **last_due = &due, **each = &pacing->paced;
    while (*each != NULL) {
        struct paced *held = *each;
        if (held->due_ms > now_ms) {
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

static void on_due(uv_timer_t *timer);

static void set_timer(struct pacing *pacing)
{
    uint64_t earliest = UINT64_MAX, now_ms = uv_now(pacing->timer.loop);
    for (const struct paced *each = pacing->paced; each != NULL; each = each->next)
        earliest = each->due_ms < earliest ? each->due_ms : earliest;
    if (earliest == UINT64_MAX)
        uv_timer_stop(&pacing->timer);
    else
        uv_timer_start(&pacing->timer, on_due, earliest > now_ms ? earliest - now_ms : 0, 0);
}

static void release(struct pacing *pacing, uint64_t now_ms)
{
    struct paced *next;
    for (struct paced *each = take_due(pacing, now_ms); each != NULL; each = next) {
        next = each->next;
        each->released(each);
    }
}

static void on_due(uv_timer_t *timer)
{
    struct pacing *pacing = timer->data;
    release(pacing, uv_now(timer->loop));
    set_timer(pacing);
}

void pacing_init(struct pacing *pacing, uv_loop_t *loop)
{
    uv_timer_init(loop, &pacing->timer);
    pacing->timer.data = pacing;
}

void pacing_hold(struct pacing *pacing, struct paced *held, uint64_t begun_ms)
{
    uint64_t took_ms = pacing_now_ms() - begun_ms;
    if (pacing->ended) {
        held->released(held);
        return;
    }
    held->due_ms = begun_ms + pace_told_after_ms(&pacing->pace, took_ms);
    held->next = pacing->paced;
    pacing->paced = held;
    pace_note(&pacing->pace, took_ms);
    set_timer(pacing);
}

void pacing_end(struct pacing *pacing)
{
    pacing->ended = true;
    release(pacing, UINT64_MAX);
    uv_timer_stop(&pacing->timer);
}
