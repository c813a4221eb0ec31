/* store_reader.h: the thread that reads the state directory for others, with a reading store of its own, so that
 * exports, checks and reloads hold up no commit. Called from the loop's thread; done() comes there.
 */
#ifndef KORDON_DAEMON_THREADS_STORE_READER_H
#define KORDON_DAEMON_THREADS_STORE_READER_H

#include "config/config.h"
#include "daemon/threads/worker_pool.h"

struct store;
struct store_reader;

/* In the caller's memory until done(). */
struct reader_job {
    enum reason (*run)(struct reader_job *job, struct store *store, struct failure *failure); /* thread */
    void (*done)(struct reader_job *job); /* loop, exactly once */
    void *data;
    enum reason reason; /* run's, or why the store could not be opened */
    struct failure failure;
    struct worker_job work; /* private */
    struct store_reader *reader;
};

/* The store is opened by the thread when it is needed first. configuration outlives the reader. failed (loop's thread) is told
 * why a job failed, before its done(). */
enum reason store_reader_create(struct store_reader **reader, uv_loop_t *loop,
    const struct configuration *configuration, void (*failed)(void *data, const struct failure *failure),
    void *data, struct failure *failure);
void store_reader_run(struct store_reader *reader, struct reader_job *job);
void store_reader_close(struct store_reader *reader, void (*closed)(void *data), void *data);

#endif
