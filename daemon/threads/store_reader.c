#include "daemon/threads/store_reader.h"

#include <stdlib.h>

#include "crypto/key_provider.h"
#include "daemon/guard.h"
#include "store/store.h"

struct store_reader {
    struct worker_pool *pool;
    const struct configuration *configuration;
    void (*failed)(void *data, const struct failure *failure);
    void *failed_data;
    void (*closed)(void *data);
    void *closed_data;
};

/* The thread's. A provider belongs to one thread, so this one has its own. */
struct reader_thread {
    struct key_provider *provider;
    struct store *store;
};

static void thread_finish(void *context)
{
    struct reader_thread *thread = context;
    store_close(thread->store);
    key_provider_close(thread->provider);
}

static enum reason open_store(
    struct reader_thread *thread, const struct configuration *configuration, struct failure *failure)
{
    if (thread->store != NULL)
        return REASON_DONE;
    enum reason reason = REASON_DONE;
    if (thread->provider == NULL)
        reason = key_provider_open(configuration->state.machine_key, &thread->provider, failure);
    const struct store_options options = guard_store_options(configuration, thread->provider);
    return reason == REASON_DONE ? store_open(&options, STORE_FOLLOW, &thread->store, failure) : reason;
}

static struct reader_job *job_of(struct worker_job *work)
{
    return (struct reader_job *)((char *)work - offsetof(struct reader_job, work));
}

static void job_run(struct worker_job *work, void *context)
{
    struct reader_job *job = job_of(work);
    struct reader_thread *thread = context;
    job->reason = open_store(thread, job->reader->configuration, &job->failure);
    if (job->reason == REASON_DONE)
        job->reason = job->run(job, thread->store, &job->failure);
}

static void job_done(struct worker_job *work)
{
    struct reader_job *job = job_of(work);
    if (job->reason != REASON_DONE)
        job->reader->failed(job->reader->failed_data, &job->failure);
    job->done(job);
}

enum reason store_reader_create(struct store_reader **reader, uv_loop_t *loop,
    const struct configuration *configuration, void (*failed)(void *data, const struct failure *failure),
    void *data, struct failure *failure)
{
    *reader = calloc(1, sizeof **reader);
    if (*reader == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "log reader", NULL);
    (*reader)->configuration = configuration;
    (*reader)->failed = failed;
    (*reader)->failed_data = data;
    const struct worker_pool_options options = {.name = "kordon-reader",
        .threads = 1,
        .context_size = sizeof(struct reader_thread),
        .context_finish = thread_finish};
    enum reason reason = worker_pool_create(&(*reader)->pool, loop, &options, failure);
    if (reason != REASON_DONE) {
        free(*reader);
        *reader = NULL;
    }
    return reason;
}

void store_reader_run(struct store_reader *reader, struct reader_job *job)
{
    job->reader = reader;
    job->work.run = job_run;
    job->work.done = job_done;
    worker_pool_submit(reader->pool, &job->work, WORKER_BACKGROUND);
}

static void on_pool_closed(void *data)
{
    struct store_reader *reader = data;
    void (*closed)(void *) = reader->closed;
    void *closed_data = reader->closed_data;
    free(reader);
    if (closed != NULL)
        closed(closed_data);
}

void store_reader_close(struct store_reader *reader, void (*closed)(void *data), void *data)
{
    reader->closed = closed;
    reader->closed_data = data;
    worker_pool_close(reader->pool, on_pool_closed, reader);
}
