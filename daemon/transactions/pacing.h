/* pacing.h: what is ready to be recorded, and what is ready to be told, and waits for the end of its step (pace.h).
 *
 * The end is kept to the microsecond, by the kernel's own timer: the loop's timers come as late within a millisecond as the loop last went to sleep,
 * which is when it was ready, so that they tell how long it took by the part of a millisecond (P6). Loop's thread.
 */
#ifndef KORDON_DAEMON_TRANSACTIONS_PACING_H
#define KORDON_DAEMON_TRANSACTIONS_PACING_H

#include <stdbool.h>
#include <uv.h>

#include "base/failure.h"
#include "daemon/transactions/pace.h"

/* What goes by steps of its own. */
enum pacing_step {
    PACING_COMPARISON, /* goes to the log when it is over */
    PACING_RECORD,     /* is told when it is over */
    PACING_STEP_COUNT
};

/* In the memory of whoever waits. */
struct paced {
    struct paced *next;
    uint64_t due_ns; /* pacing_now_ns() */
    void *data;
    void (*released)(struct paced *held); /* once */
};

struct pacing {
    struct pace paces[PACING_STEP_COUNT];
    struct paced *paced;
    bool ended;      /* nothing is held any more */
    int descriptor;  /* a timer of the kernel's, set to the earliest one */
    uv_poll_t timer; /* watches it; to be closed with the loop's handles */
};

/* SYSTEM_ERROR. Where it fails, the loop does not run. */
enum reason pacing_init(struct pacing *pacing, uv_loop_t *loop, struct failure *failure);

/* What was begun at begun_ns (pacing_now_ns()) is ready; released is set, and is called at the end of that step. */
void pacing_hold(struct pacing *pacing, enum pacing_step step, struct paced *held, uint64_t begun_ns);

/* Of the clock by which steps are counted. */
uint64_t pacing_now_ns(void);

/* At stop: releases all, and holds nothing from then on. */
void pacing_end(struct pacing *pacing);

/* When its handle is closed; takes zeroed memory. */
void pacing_finish(struct pacing *pacing);

#endif
