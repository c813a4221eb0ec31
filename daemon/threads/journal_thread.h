/* journal_thread.h: the one thread that writes: it owns the writing store, makes entries durable in groups
 * and runs the changes of the watchlist.
 *
 * Entries that wait while a commit is under way become durable together with the next one (no timer, no
 * delay for a lone entry). Nothing is allocated between journal_thread_append() and the store, so that no entry is lost to a lack of
 * memory here. Called from the loop's thread; callbacks come there. Where to read on: worker_pool.h (the thread), store/journal.h (what
 * durable means).
 */
#ifndef KORDON_DAEMON_THREADS_JOURNAL_THREAD_H
#define KORDON_DAEMON_THREADS_JOURNAL_THREAD_H

#include <uv.h>

#include "daemon/threads/worker_pool.h"
#include "store/journal.h"

#define JOURNAL_GROUP_MAX 256 /* entries in one commit */

/* Commits that may go before a waiting job. So an answer waits for a step of an import (some ms) once in so many commits at most, and
 * the import goes on though travellers come without a pause. */
#define JOURNAL_COMMITS_AHEAD 8

struct journal_thread;

/* Takes over the open writing store, which only the thread uses from now on. */
enum reason journal_thread_create(
    struct journal_thread **thread, uv_loop_t *loop, struct store *store, struct failure *failure);

/* One entry on its way, in the caller's memory until written() is called. */
struct journal_entry {
    /* filled in by the caller */
    enum log_event event;
    json_t *body; /* owned by the entry; NULL, which could not be made, comes back with NO_MEMORY */
    const struct journal_change
        *change; /* what becomes durable with it; borrowed until written(); NULL: nothing */
    void (*written)(struct journal_entry *entry); /* on the loop, exactly once; finish the entry there */
    void *data;
    /* filled in when written() is called. DONE: durable, outcome is valid. OUTCOME_UNKNOWN: as in journal.h.
     * Anything else, STOPPING among it: not written */
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

/* A change of the list or anything else that needs the writing store. Jobs run one after another, in the order in which they came, each
 * behind the entries that wait when its turn comes (but see JOURNAL_COMMITS_AHEAD). In the caller's memory until done(). */
struct journal_job {
    enum reason (*run)(struct journal_job *job, struct store *store, struct failure *failure); /* thread */
    void (*done)(struct journal_job *job); /* loop, exactly once */
    void *data;
    enum reason reason;     /* run's; STOPPING: it did not run */
    struct failure failure; /* run's */
    struct worker_job work; /* private */
    struct journal_job *next;
    struct journal_thread *thread;
    struct store_guard guard;
};

void journal_thread_run(struct journal_thread *thread, struct journal_job *job);

/* Tries again to write the anchor where that failed, and to cut the write-ahead log where a reader was in the way; once at a time. The watch is
 * told what came of it. */
void journal_thread_catch_up(struct journal_thread *thread);

/* Writes and runs what waits, and what callbacks go on to hand over until the last one has returned; then ends the thread and frees it, and
 * calls closed(data) from the loop: the store is the caller's again. Every callback comes once, before closed(). Entries and jobs that
 * come later than the last callback, but before closed(), come back with STOPPING. May be called from a callback. */
void journal_thread_close(struct journal_thread *thread, void (*closed)(void *data), void *data);

#endif
