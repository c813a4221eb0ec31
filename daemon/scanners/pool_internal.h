/* scanner_pool_internal.h: the pool's inside, shared by scanner_pool.c (readers, watcher, life) and scanner_captures.c. */
#ifndef KORDON_DAEMON_SCANNERS_POOL_INTERNAL_H
#define KORDON_DAEMON_SCANNERS_POOL_INTERNAL_H

#include "daemon/scanners/pool.h"
#include "daemon/scanners/process_internal.h"

struct scanner {
    struct scanner *next;
    struct scanner_pool *pool;
    struct scanner_info info;
    struct scanner_process process;     /* unused where refused */
    struct scanner_capture *capture;    /* that runs on it, or NULL */
    bool listed;                        /* the present watcher has reported it */
    bool removing;                      /* gone: its process is being closed, nobody may find it */
    bool state_changed, finger_changed; /* events to be sent from the loop */
};

struct scanner_pool {
    uv_loop_t *loop;
    struct scanner_pool_options options;
    char *program;
    scanner_event_cb event;
    void *data;
    struct scanner *scanners; /* in the order they appeared */
    size_t unclosed;          /* processes, the watcher's included, and the timer */
    struct scanner_process watcher;
    struct scanner_capture *captures; /* all that have not been answered, oldest first */
    uv_timer_t timer; /* to the next deadline of a capture, or at once after a call from outside */
    bool enumerated;
    bool closing;
    void (*closed)(void *data);
    void *closed_data;
};

/* Has the loop look at captures and events as soon as it runs again. */
void scanner_pool_kick(struct scanner_pool *pool);

/* The timer's callback, for whoever starts the pool's timer. */
void scanner_pool_on_timer(uv_timer_t *timer);

/* Changes info.state; the event follows from the loop. */
void scanner_set_state(struct scanner *scanner, enum scanner_state state);

/* Takes the capture out of everything, then tells its owner; from the loop only. The second form is for a reason that
 * needs no more words. */
void scanner_capture_answer(struct scanner_capture *capture, enum reason reason, struct scanner_image *image,
    const struct failure *failure);
void scanner_capture_answer_failure(struct scanner_capture *capture, enum reason reason);

/* Looks at every open capture: what can begin begins, what is late or cancelled is ended, and when the pool is closing
 * all are answered. From the loop only. */
void scanner_captures_advance(struct scanner_pool *pool);

/* Sets the timer to the next deadline of a capture, if there is one. */
void scanner_captures_set_timer(struct scanner_pool *pool);

#endif
