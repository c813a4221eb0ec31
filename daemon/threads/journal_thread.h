/* journal_thread.h: the one thread that writes: it owns the writing store, makes entries durable in groups
 * and runs the changes of the watchlist.
 *
 * Entries that wait while a commit is under way become durable together with the next one (no timer, no
 * delay for a lone entry). Called from the loop's thread; callbacks come there. Where to read on:
 * worker_pool.h (the thread), store/journal.h (what durable means).
 */
#ifndef KORDON_DAEMON_THREADS_JOURNAL_THREAD_H
#define KORDON_DAEMON_THREADS_JOURNAL_THREAD_H

#include <uv.h>

#include "daemon/threads/worker_pool.h"
#include "store/journal.h"

#define JOURNAL_GROUP_MAX 256 /* entries in one commit */

struct journal_thread;

/* Takes over the open writing store, which only the thread uses from now on. */
enum reason journal_thread_create(
    struct journal_thread **thread, uv_loop_t *loop, struct store *store, struct failure *failure);

/* One entry on its way, in the caller's memory until written() is called. */
struct journal_entry {
    /* filled in by the caller */
    enum log_event event;
    json_t *body; /* owned by the entry; NULL (out of memory) is refused like any incomplete body */
    void (*written)(struct journal_entry *entry); /* on the loop, exactly once; finish the entry there */
    void *data;
    /* filled in when written() is called. DONE: durable, outcome is valid. OUTCOME_UNKNOWN: as in journal.h.
     * Anything else: not written */
    enum reason reason;
    struct failure failure;
    struct journal_outcome outcome;
    struct journal_entry *next; /* private */
};

void journal_thread_append(struct journal_thread *thread, struct journal_entry *entry);

/* Told after each commit and each job, before their callbacks: what the store says of itself, and why a job failed (NULL where it
 * did not; entries say it themselves). */
typedef void (*journal_watch)(void *data, const struct store_guard *guard, const struct failure *failure);
void journal_thread_watch(struct journal_thread *thread, journal_watch watch, void *data);

/* Frees what the entry holds (body, receipt); not the entry itself. */
void journal_entry_finish(struct journal_entry *entry);

/* A change of the list or anything else that needs the writing store. */
struct journal_job {
    enum reason (*run)(struct journal_job *job, struct store *store, struct failure *failure); /* thread */
    void (*done)(struct journal_job *job); /* loop, exactly once */
    void *data;
    enum reason reason;     /* run's */
    struct failure failure; /* run's */
    struct worker_job work; /* private */
    struct journal_thread *thread;
    struct store_guard guard;
};

void journal_thread_run(struct journal_thread *thread, struct journal_job *job);

/* Tries again to write the anchor where that failed; once at a time. The watch is told what came of it. */
void journal_thread_anchor(struct journal_thread *thread);

/* Writes what waits, ends the thread and frees it; then closed(data) from the loop. The store is the
 * caller's again. */
void journal_thread_close(struct journal_thread *thread, void (*closed)(void *data), void *data);

#endif
