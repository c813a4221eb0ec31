/* pool_internal.h: the pool's inside, shared by pool.c (life, turns, what others ask) and captures.c. */
#ifndef KORDON_DAEMON_SCANNERS_POOL_INTERNAL_H
#define KORDON_DAEMON_SCANNERS_POOL_INTERNAL_H

#include "daemon/scanners/watcher_internal.h"

struct scanner_pool {
    struct scanner_host host;
    struct scanner_pool_options options;
    scanner_event_cb event;
    void *data;
    struct scanner_readers readers;
    struct scanner_watcher watcher;
    struct scanner_capture *captures; /* all that have not been answered, oldest first */
    uv_timer_t timer; /* to the next deadline of a capture, or at once after a call from outside */
    uv_timer_cb turn; /* its callback: looks at captures, sends events, goes on with the closing */
    bool timer_closed;
    bool closing;
    void (*closed)(void *data);
    void *closed_data;
    char program[]; /* the options' */
};

/* Has the loop take a turn as soon as it runs again. */
void scanner_pool_wake(struct scanner_pool *pool);

/* A reader's answer to the capture that runs on it, which is not told where the capture was ended before; and a failure in
 * its place, which always is. From the loop only. */
void scanner_capture_settle(struct scanner_capture *capture, enum reason reason, struct scanner_image *image,
    const struct failure *failure);
void scanner_capture_lose(struct scanner_capture *capture, const struct failure *failure);

/* Looks at every open capture: what can begin begins, what is late or cancelled is ended, and when the pool is closing
 * all are answered. From the loop only. */
void scanner_captures_advance(struct scanner_pool *pool);

/* Sets the timer to the next deadline of a capture, if there is one. */
void scanner_captures_set_timer(struct scanner_pool *pool);

#endif
