#include "daemon/threads/worker_pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/locked_memory.h"

#define STACK_SPARE ((size_t)8 << 10)

struct job_queue {
    struct worker_job *first;
    struct worker_job **end;
};

struct worker_thread {
    pthread_t thread;
    struct worker_pool *pool;
    void *context;
    struct locked_memory stack; /* empty where it is an ordinary one */
};

struct worker_pool {
    uv_async_t finished_async; /* loop: something is in finished, or the last thread went */
    pthread_mutex_t lock;      /* over everything down to the next comment */
    pthread_cond_t wake;
    struct job_queue waiting[WORKER_URGENCY_COUNT];
    unsigned decisions_ahead; /* taken one after another while an urgent job waited */
    struct job_queue finished;
    size_t unfinished; /* jobs submitted whose done() has not been called yet */
    bool stopping;
    /* the loop's */
    uint32_t thread_count;
    void (*context_finish)(void *thread_context);
    bool closing;
    void (*closed)(void *data);
    void *closed_data;
    struct worker_thread threads[];
};

static void queue_init(struct job_queue *queue)
{
    queue->first = NULL;
    queue->end = &queue->first;
}

static void queue_push(struct job_queue *queue, struct worker_job *job)
{
    job->next = NULL;
    *queue->end = job;
    queue->end = &job->next;
}

static struct worker_job *queue_pop(struct job_queue *queue)
{
    struct worker_job *job = queue->first;
    if (job == NULL)
        return NULL;
    queue->first = job->next;
    if (queue->first == NULL)
        queue->end = &queue->first;
    job->next = NULL;
    return job;
}

/* Whose turn it is, or WORKER_URGENCY_COUNT where nothing waits. Lock held. */
static int most_urgent(const struct worker_pool *pool)
{
    int urgency = 0;
    if (pool->waiting[WORKER_URGENT].first != NULL && pool->decisions_ahead == WORKER_DECISIONS_AHEAD)
        return WORKER_URGENT;
    while (urgency < WORKER_URGENCY_COUNT && pool->waiting[urgency].first == NULL)
        urgency++;
    return urgency;
}

/* The next job, or NULL when the thread is to end. Called with the lock held. */
static struct worker_job *wait_for_job(struct worker_pool *pool)
{
    for (;;) {
        int urgency = most_urgent(pool);
        if (urgency < WORKER_URGENCY_COUNT) {
            bool passed = urgency == WORKER_DECISION && pool->waiting[WORKER_URGENT].first != NULL;
            pool->decisions_ahead = passed ? pool->decisions_ahead + 1 : 0;
            return queue_pop(&pool->waiting[urgency]);
        }
        if (pool->stopping)
            return NULL;
        pthread_cond_wait(&pool->wake, &pool->lock);
    }
}

/* Below what stays in use nothing is left of a job; some room at the far end is for the wiping itself. */
static void wipe_stack(const struct worker_thread *thread)
{
    if (thread->stack.bytes == NULL)
        return;
    const uint8_t *here = __builtin_frame_address(0), *end = thread->stack.bytes;
    stack_wipe((size_t)(here - end) - STACK_SPARE);
}

static void *thread_main(void *argument)
{
    struct worker_thread *thread = argument;
    struct worker_pool *pool = thread->pool;
    pthread_mutex_lock(&pool->lock);
    struct worker_job *job;
    while ((job = wait_for_job(pool)) != NULL) {
        pthread_mutex_unlock(&pool->lock);
        job->run(job, thread->context);
        wipe_stack(thread);
        pthread_mutex_lock(&pool->lock);
        queue_push(&pool->finished, job);
        uv_async_send(&pool->finished_async);
    }
    pthread_mutex_unlock(&pool->lock);
    if (pool->context_finish != NULL && thread->context != NULL)
        pool->context_finish(thread->context);
    return NULL;
}

static void free_pool(struct worker_pool *pool)
{
    for (uint32_t i = 0; i < pool->thread_count; i++) {
        free(pool->threads[i].context);
        locked_memory_finish(&pool->threads[i].stack);
    }
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

static void on_async_closed(uv_handle_t *handle)
{
    struct worker_pool *pool = handle->data;
    void (*closed)(void *) = pool->closed;
    void *data = pool->closed_data;
    free_pool(pool);
    if (closed != NULL)
        closed(data);
}

/* The threads end once nothing is left; then they are joined, which does not wait long any more. */
static void maybe_finish(struct worker_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    bool idle = pool->unfinished == 0;
    if (idle) {
        pool->stopping = true;
        pthread_cond_broadcast(&pool->wake);
    }
    pthread_mutex_unlock(&pool->lock);
    if (!idle || uv_is_closing((uv_handle_t *)&pool->finished_async))
        return;
    for (uint32_t i = 0; i < pool->thread_count; i++)
        pthread_join(pool->threads[i].thread, NULL);
    uv_close((uv_handle_t *)&pool->finished_async, on_async_closed);
}

static void on_finished(uv_async_t *handle)
{
    struct worker_pool *pool = handle->data;
    pthread_mutex_lock(&pool->lock);
    struct worker_job *job = pool->finished.first;
    queue_init(&pool->finished);
    pthread_mutex_unlock(&pool->lock);
    while (job != NULL) {
        struct worker_job *next = job->next;
        job->done(job);
        pthread_mutex_lock(&pool->lock);
        pool->unfinished--;
        pthread_mutex_unlock(&pool->lock);
        job = next;
    }
    if (pool->closing)
        maybe_finish(pool);
}

/* With a stack of its own where there is one. */
static int create_thread(struct worker_thread *thread)
{
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (error != 0)
        return error;
    if (thread->stack.bytes != NULL)
        error = pthread_attr_setstack(&attributes, thread->stack.bytes, thread->stack.size);
    if (error == 0)
        error = pthread_create(&thread->thread, &attributes, thread_main, thread);
    pthread_attr_destroy(&attributes);
    return error;
}

static enum reason start_thread(
    struct worker_pool *pool, const struct worker_pool_options *options, struct failure *failure)
{
    struct worker_thread *thread = &pool->threads[pool->thread_count];
    thread->pool = pool;
    if (options->context_size > 0) {
        thread->context = calloc(1, options->context_size);
        if (thread->context == NULL)
            return failure_set(failure, REASON_NO_MEMORY, options->name, NULL);
    }
    enum reason reason = REASON_DONE;
    if (options->wiped_stacks)
        reason = locked_memory_init(&thread->stack, WORKER_STACK_BYTES, failure);
    if (reason == REASON_DONE && options->context_init != NULL)
        reason = options->context_init(thread->context, failure);
    if (reason != REASON_DONE)
        goto fail;
    int error = create_thread(thread);
    if (error != 0) {
        if (options->context_finish != NULL)
            options->context_finish(thread->context);
        reason =
            failure_set(failure, REASON_SYSTEM_ERROR, options->name, "pthread_create: %s", strerror(error));
        goto fail;
    }
    pthread_setname_np(thread->thread, options->name);
    pool->thread_count++;
    return REASON_DONE;
fail:
    locked_memory_finish(&thread->stack);
    free(thread->context);
    return reason;
}

enum reason worker_pool_create(struct worker_pool **pool, uv_loop_t *loop,
    const struct worker_pool_options *options, struct failure *failure)
{
    *pool = NULL;
    struct worker_pool *made = calloc(1, sizeof *made + options->threads * sizeof made->threads[0]);
    if (made == NULL)
        return failure_set(failure, REASON_NO_MEMORY, options->name, NULL);
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->wake, NULL);
    for (int urgency = 0; urgency < WORKER_URGENCY_COUNT; urgency++)
        queue_init(&made->waiting[urgency]);
    queue_init(&made->finished);
    made->context_finish = options->context_finish;
    int error = uv_async_init(loop, &made->finished_async, on_finished);
    if (error != 0) {
        free_pool(made);
        return failure_set(
            failure, REASON_SYSTEM_ERROR, options->name, "uv_async_init: %s", uv_strerror(error));
    }
    made->finished_async.data = made;
    /* Signals belong to the loop's thread alone. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    enum reason reason = REASON_DONE;
    for (uint32_t i = 0; i < options->threads && reason == REASON_DONE; i++)
        reason = start_thread(made, options, failure);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (reason != REASON_DONE) {
        worker_pool_close(made, NULL, NULL);
        return reason;
    }
    *pool = made;
    return REASON_DONE;
}

uint32_t worker_pool_threads(const struct worker_pool *pool)
{
    return pool->thread_count;
}

void worker_pool_submit(struct worker_pool *pool, struct worker_job *job, enum worker_urgency urgency)
{
    pthread_mutex_lock(&pool->lock);
    queue_push(&pool->waiting[urgency], job);
    pool->unfinished++;
    pthread_cond_signal(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
}

void worker_pool_close(struct worker_pool *pool, void (*closed)(void *data), void *data)
{
    pool->closing = true;
    pool->closed = closed;
    pool->closed_data = data;
    maybe_finish(pool);
}
