#include "daemon/threads/store_reader.h"

#include <stdlib.h>

#include "crypto/key_provider.h"

struct store_reader {
    struct worker_pool *pool;
    struct store_reader_options options;
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
    struct reader_thread *thread, const struct store_reader_options *options, struct failure *failure)
{
    if (thread->store != NULL)
        return REASON_DONE;
    enum reason reason = REASON_DONE;
    if (thread->provider == NULL)
        reason = key_provider_open(options->machine_key, &thread->provider, failure);
    if (reason != REASON_DONE)
        return reason;
    struct store_options store = options->store;
    store.provider = thread->provider;
    return store_open(&store, STORE_FOLLOW, &thread->store, failure);
}

static struct reader_job *reader_job_of(struct worker_job *work)
{
    return (struct reader_job *)((char *)work - offsetof(struct reader_job, work));
}

static void reader_job_run(struct worker_job *work, void *context)
{
    struct reader_job *job = reader_job_of(work);
    struct reader_thread *thread = context;
    job->reason = open_store(thread, &job->reader->options, &job->failure);
    if (job->reason == REASON_DONE)
        job->reason = job->run(job, thread->store, &job->failure);
}

static void reader_job_done(struct worker_job *work)
{
    struct reader_job *job = reader_job_of(work);
    if (job->reason != REASON_DONE)
        job->reader->options.failed(job->reader->options.data, &job->failure);
    job->done(job);
}

enum reason store_reader_create(struct store_reader **reader, uv_loop_t *loop,
    const struct store_reader_options *options, struct failure *failure)
{
    *reader = calloc(1, sizeof **reader);
    if (*reader == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "log reader", NULL);
    (*reader)->options = *options;
    const struct worker_pool_options pool_options = {.name = "kordon-reader",
        .threads = 1,
        .context_size = sizeof(struct reader_thread),
        .context_finish = thread_finish};
    enum reason reason = worker_pool_create(&(*reader)->pool, loop, &pool_options, failure);
    if (reason != REASON_DONE) {
        free(*reader);
        *reader = NULL;
    }
    return reason;
}

void store_reader_run(struct store_reader *reader, struct reader_job *job)
{
    job->reader = reader;
    job->work.run = reader_job_run;
    job->work.done = reader_job_done;
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
