/* pacing.h: what is ready to be recorded and told, and waits for the end of its step (pace.h). Loop's thread. */
#ifndef KORDON_DAEMON_TRANSACTIONS_PACING_H
#define KORDON_DAEMON_TRANSACTIONS_PACING_H

#include <stdbool.h>
#include <uv.h>

#include "daemon/transactions/pace.h"

/* In the memory of whoever waits. */
struct paced {
    struct paced *next;
    uint64_t due_ms; /* loop time */
    void *data;
    void (*released)(struct paced *held); /* once */
};

struct pacing {
    struct pace pace;
    struct paced *paced;
    bool ended;       /* nothing is held any more */
    uv_timer_t timer; /* to the earliest one; to be closed with the loop's others */
};

void pacing_init(struct pacing *pacing, uv_loop_t *loop);

/* What was asked for at begun_ms (pacing_now_ms()) is ready; released is set, and is called at the end of its step. */
void pacing_hold(struct pacing *pacing, struct paced *held, uint64_t begun_ms);

/* Of the clock by which steps are counted, which the loop's timers have, too. */
uint64_t pacing_now_ms(void);

/* At stop: releases all, and holds nothing from then on. */
void pacing_end(struct pacing *pacing);

#endif
