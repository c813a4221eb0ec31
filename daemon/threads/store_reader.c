#include "daemon/threads/store_reader.h"

#include <stdlib.h>

#include "crypto/key_provider.h"

enum { LONG, AWAITED, KINDS };

struct store_reader {
    struct worker_pool *pools[KINDS]; /* of one thread each */
    size_t open;                      /* of them */
    size_t unfinished;                /* jobs whose done() has not come back yet */
    bool closing;
    struct store_reader_options options;
    void (*closed)(void *data);
    void *closed_data;
};

/* A thread's. A provider belongs to one thread, so each has its own. */
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

static void on_pool_closed(void *data)
{
    struct store_reader *reader = data;
    void (*closed)(void *) = reader->closed;
    void *closed_data = reader->closed_data;
    if (--reader->open > 0)
        return;
    free(reader);
    if (closed != NULL)
        closed(closed_data);
}

/* A job of one thread may hand on one to the other: both are there until nothing is left. */
static void maybe_close(struct store_reader *reader)
{
    if (!reader->closing || reader->unfinished > 0)
        return;
    for (size_t i = reader->open; i-- > 0;)
        worker_pool_close(reader->pools[i], on_pool_closed, reader);
}

static void reader_job_done(struct worker_job *work)
{
    struct reader_job *job = reader_job_of(work);
    struct store_reader *reader = job->reader;
    if (job->reason != REASON_DONE)
        reader->options.failed(reader->options.data, &job->failure);
    job->done(job); /* its memory may be gone */
    reader->unfinished--;
    maybe_close(reader);
}

void store_reader_close(struct store_reader *reader, void (*closed)(void *data), void *data)
{
    reader->closed = closed;
    reader->closed_data = data;
    reader->closing = true;
    maybe_close(reader);
}

enum reason store_reader_create(struct store_reader **reader, uv_loop_t *loop,
    const struct store_reader_options *options, struct failure *failure)
{
    static const char *const names[KINDS] = {[LONG] = "kordon-reader", [AWAITED] = "kordon-awaited"};
    struct store_reader *made = calloc(1, sizeof *made);
    *reader = NULL;
    if (made == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "log reader", NULL);
    made->options = *options;
    enum reason reason = REASON_DONE;
    while (made->open < KINDS && reason == REASON_DONE) {
        const struct worker_pool_options pool_options = {.name = names[made->open],
            .threads = 1,
            .context_size = sizeof(struct reader_thread),
            .context_finish = thread_finish};
        reason = worker_pool_create(&made->pools[made->open], loop, &pool_options, failure);
        made->open += reason == REASON_DONE;
    }
    if (reason == REASON_DONE)
        *reader = made;
    else if (made->open > 0)
        store_reader_close(made, NULL, NULL);
    else
        free(made);
    return reason;
}

void store_reader_run(struct store_reader *reader, struct reader_job *job)
{
    job->reader = reader;
    job->work.run = reader_job_run;
    job->work.done = reader_job_done;
    reader->unfinished++;
    worker_pool_submit(reader->pools[job->awaited ? AWAITED : LONG], &job->work, WORKER_BACKGROUND);
}
