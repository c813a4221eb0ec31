/* worker_pool.h: threads that run jobs off the loop's thread, and bring each finished job back to it.
 *
 * The one place where the daemon's threads meet: the search threads, the journal thread and the store reader
 * are such pools. A job belongs to the pool from worker_pool_submit() until its done() is called on the
 * loop's thread; it is handed over whole, so nothing in it needs a lock. No lock is held while run() or
 * done() is called.
 */
#ifndef KORDON_DAEMON_THREADS_WORKER_POOL_H
#define KORDON_DAEMON_THREADS_WORKER_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/failure.h"

#define WORKER_THREADS_MAX 256

/* Embedded in the job of a user of the pool, who finds his own struct by it. */
struct worker_job {
    void (*run)(struct worker_job *job, void *thread_context); /* on one of the pool's threads */
    void (*done)(
        struct worker_job *job); /* on the loop's thread, exactly once; the job is the user's again */
    struct worker_job *next;     /* private */
};

/* Which of the waiting jobs a free thread takes: the first of the most urgent. A job that runs is not interrupted.
 *
 * Decisions take some ms and end a traveller's wait, so they don't stand behind other travellers' pictures. A decision needs pictures that
 * were enrolled before it, so decisions run out where enrolments wait. Nobody has to count on that: an urgent job that has waited for
 * WORKER_DECISIONS_AHEAD decisions is the next. Background jobs wait while any traveller does, however long that is. */
enum worker_urgency {
    WORKER_DECISION,   /* a comparison, a search */
    WORKER_URGENT,     /* what else a traveller waits for: a picture */
    WORKER_BACKGROUND, /* an import, an export */
    WORKER_URGENCY_COUNT
};
#define WORKER_DECISIONS_AHEAD 32

/* What a job of a pool with wiped stacks can use at most. Pictures, searches and imports were seen to take 27 kB; JSON is no deeper than
 * JSON_DEPTH_MAX (json/parse.h). */
#if defined(__SANITIZE_THREAD__)
#define WORKER_STACK_BYTES ((size_t)912 << 10) /* it wants 900 KiB, most of them for itself */
#elif defined(__SANITIZE_ADDRESS__)
#define WORKER_STACK_BYTES ((size_t)768 << 10) /* frames are larger */
#else
#define WORKER_STACK_BYTES ((size_t)128 << 10)
#endif

struct worker_pool_options {
    const char *name; /* of the threads, at most 15 characters */
    uint32_t threads; /* 1..WORKER_THREADS_MAX */
    bool
        wiped_stacks; /* stacks lie in locked memory, WORKER_STACK_BYTES each, and are wiped after each job */
    size_t context_size; /* bytes, zeroed, that each thread hands to run(); 0: run() gets NULL */
    /* Before the thread starts, on the loop's; may be NULL. Where it fails there is no pool. */
    enum reason (*context_init)(void *thread_context, struct failure *failure);
    void (*context_finish)(void *thread_context); /* at the thread's end, on the thread; may be NULL */
};

struct worker_pool;

/* Starts the threads. Loop's thread. NO_MEMORY, SYSTEM_ERROR, MEMLOCK_LIMIT (wiped stacks), and context_init's reasons. */
enum reason worker_pool_create(struct worker_pool **pool, uv_loop_t *loop,
    const struct worker_pool_options *options, struct failure *failure);

uint32_t worker_pool_threads(const struct worker_pool *pool);

/* Hands a job over. Any thread: a job's run() may submit another one. */
void worker_pool_submit(struct worker_pool *pool, struct worker_job *job, enum worker_urgency urgency);

/* Runs what is queued to its end, calls every done(), joins the threads, frees the pool; then closed(data),
 * once, from the loop. Loop's thread; nothing may be submitted any more, except by done() callbacks and by
 * jobs, which are still run. */
void worker_pool_close(struct worker_pool *pool, void (*closed)(void *data), void *data);

#endif
