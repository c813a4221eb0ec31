/* store_reader.h: the threads that read the state directory for others, each with a reading store of its own, so that exports, checks and reloads hold up
 * no commit: one for whatever may take long, and one for what a traveller waits for, so that they don't hold up him either. Called from the loop's thread;
 * done() comes there.
 */
#ifndef KORDON_DAEMON_THREADS_STORE_READER_H
#define KORDON_DAEMON_THREADS_STORE_READER_H

#include "daemon/threads/worker_pool.h"
#include "store/store.h"

struct store_reader;

/* In the caller's memory until done(). */
struct reader_job {
    enum reason (*run)(struct reader_job *job, struct store *store, struct failure *failure); /* thread */
    void (*done)(struct reader_job *job); /* loop, exactly once */
    void *data;
    bool
        awaited; /* by a traveller: it is short, or a short step, and stands behind none that may take long */
    enum reason reason; /* run's, or why the store could not be opened */
    struct failure failure;
    struct worker_job work; /* private */
    struct store_reader *reader;
};

/* Copied; the texts are the caller's and outlive the reader. */
struct store_reader_options {
    const char *machine_key;    /* URI: a provider belongs to one thread, so the reader opens its own */
    struct store_options store; /* without a provider */
    /* Loop's thread: told why a job failed, before its done(). */
    void (*failed)(void *data, const struct failure *failure);
    void *data;
};

/* Each thread opens provider and store at its first job; where that fails, the next job tries again. The thread's end closes and wipes
 * them. NO_MEMORY, SYSTEM_ERROR. */
enum reason store_reader_create(struct store_reader **reader, uv_loop_t *loop,
    const struct store_reader_options *options, struct failure *failure);

/* Jobs of one kind, awaited or not, run one after another, in the order in which they came. */
void store_reader_run(struct store_reader *reader, struct reader_job *job);

/* Runs what is queued, and what done() callbacks go on to hand over; then closed(data) from the loop. */
void store_reader_close(struct store_reader *reader, void (*closed)(void *data), void *data);

#endif
