#include "daemon/threads/journal_thread.h"

#include <pthread.h>
#include <stdlib.h>

#include "store/store.h"

/* One commit: the entries that were waiting when the thread came to it. */
struct journal_commit {
    struct worker_job work;
    struct journal_thread *thread;
    size_t count;
    struct journal_entry *entries[JOURNAL_GROUP_MAX];
    struct store_guard guard;
};

struct journal_thread {
    struct worker_pool *pool;
    struct store *store;  /* the thread's */
    pthread_mutex_t lock; /* over what follows */
    struct journal_entry *waiting;
    struct journal_entry **waiting_end;
    bool commit_queued;
    /* the loop's */
    struct journal_job anchoring; /* of what receipts did not wait for */
    bool anchoring_queued;
    journal_watch watch;
    void *watch_data;
    void (*closed)(void *data);
    void *closed_data;
};

static void write_one_by_one(struct journal_thread *thread, struct journal_commit *commit)
{
    for (size_t i = 0; i < commit->count; i++) {
        struct journal_entry *entry = commit->entries[i];
        struct log_draft draft = {.event = entry->event, .body = entry->body};
        entry->reason = journal_append(thread->store, &draft, 1, &entry->outcome, &entry->failure);
    }
}

static void write_commit(struct journal_thread *thread, struct journal_commit *commit)
{
    struct log_draft drafts[JOURNAL_GROUP_MAX];
    struct journal_outcome outcomes[JOURNAL_GROUP_MAX] = {0};
    for (size_t i = 0; i < commit->count; i++)
        drafts[i] = (struct log_draft){.event = commit->entries[i]->event, .body = commit->entries[i]->body};
    struct failure failure = {0};
    enum reason reason = journal_append(thread->store, drafts, commit->count, outcomes, &failure);
    if (reason == REASON_BAD_VALUE && commit->count > 1) {
        write_one_by_one(thread, commit); /* one wrong draft must not cost the others their record */
        return;
    }
    for (size_t i = 0; i < commit->count; i++) {
        commit->entries[i]->reason = reason;
        commit->entries[i]->failure = failure;
        commit->entries[i]->outcome = outcomes[i];
    }
}

static void queue_commit(struct journal_thread *thread, struct journal_commit *commit);

/* Takes at most a group of the waiting entries; true where more are left. Lock held. */
static bool take_group(struct journal_thread *thread, struct journal_commit *commit)
{
    commit->count = 0;
    while (thread->waiting != NULL && commit->count < JOURNAL_GROUP_MAX) {
        commit->entries[commit->count++] = thread->waiting;
        thread->waiting = thread->waiting->next;
    }
    if (thread->waiting == NULL)
        thread->waiting_end = &thread->waiting;
    return thread->waiting != NULL;
}

static void commit_run(struct worker_job *work, void *context)
{
    (void)context;
    struct journal_commit *commit = (struct journal_commit *)work;
    struct journal_thread *thread = commit->thread;
    pthread_mutex_lock(&thread->lock);
    bool more = take_group(thread, commit);
    /* What comes from now on needs another commit. Where that one can't be allocated, this group's end
     * queues it: see commit_done. */
    struct journal_commit *next = more ? calloc(1, sizeof *next) : NULL;
    thread->commit_queued = next != NULL;
    pthread_mutex_unlock(&thread->lock);
    if (next != NULL)
        queue_commit(thread, next);
    if (commit->count > 0)
        write_commit(thread, commit);
    store_guard(thread->store, &commit->guard);
}

static void fail_waiting(struct journal_thread *thread)
{
    pthread_mutex_lock(&thread->lock);
    struct journal_entry *entry = thread->waiting;
    thread->waiting = NULL;
    thread->waiting_end = &thread->waiting;
    pthread_mutex_unlock(&thread->lock);
    while (entry != NULL) {
        struct journal_entry *next = entry->next;
        entry->reason = failure_set(&entry->failure, REASON_NO_MEMORY, "journal", NULL);
        entry->written(entry);
        entry = next;
    }
}

/* Makes sure that a commit is queued for what waits. */
static void ensure_commit(struct journal_thread *thread)
{
    pthread_mutex_lock(&thread->lock);
    bool needed = thread->waiting != NULL && !thread->commit_queued;
    struct journal_commit *commit = needed ? calloc(1, sizeof *commit) : NULL;
    if (commit != NULL)
        thread->commit_queued = true;
    pthread_mutex_unlock(&thread->lock);
    if (commit != NULL)
        queue_commit(thread, commit);
    else if (needed)
        fail_waiting(thread);
}

/* The anchor follows what receipts did not wait for; while it is being written, further commits only make it go on. */
static enum reason anchoring_run(struct journal_job *job, struct store *store, struct failure *failure)
{
    (void)job;
    return journal_anchor(store, failure);
}

static void anchor_soon(struct journal_thread *thread, const struct store_guard *guard);

static void anchoring_done(struct journal_job *job)
{
    struct journal_thread *thread = job->thread;
    thread->anchoring_queued = false;
    /* After a failure the next commit tries again, or whoever asks for it. */
    if (job->reason == REASON_DONE)
        anchor_soon(thread, &job->guard);
}

void journal_thread_anchor(struct journal_thread *thread)
{
    if (thread->anchoring_queued)
        return;
    thread->anchoring_queued = true;
    thread->anchoring = (struct journal_job){.run = anchoring_run, .done = anchoring_done};
    journal_thread_run(thread, &thread->anchoring);
}

static void anchor_soon(struct journal_thread *thread, const struct store_guard *guard)
{
    bool behind = guard->anchored && guard->held.reason == REASON_DONE && guard->anchored_size < guard->size;
    if (behind && !guard->receipts_wait_for_anchor)
        journal_thread_anchor(thread);
}

static void tell(
    struct journal_thread *thread, const struct store_guard *guard, const struct failure *failure)
{
    if (thread->watch != NULL)
        thread->watch(thread->watch_data, guard, failure);
}

void journal_thread_watch(struct journal_thread *thread, journal_watch watch, void *data)
{
    thread->watch = watch;
    thread->watch_data = data;
}

static void commit_done(struct worker_job *work)
{
    struct journal_commit *commit = (struct journal_commit *)work;
    struct journal_thread *thread = commit->thread;
    tell(thread, &commit->guard, NULL);
    anchor_soon(thread, &commit->guard);
    for (size_t i = 0; i < commit->count; i++)
        commit->entries[i]->written(commit->entries[i]);
    free(commit);
    ensure_commit(thread);
}

static void queue_commit(struct journal_thread *thread, struct journal_commit *commit)
{
    commit->thread = thread;
    commit->work.run = commit_run;
    commit->work.done = commit_done;
    worker_pool_submit(thread->pool, &commit->work, WORKER_URGENT);
}

enum reason journal_thread_create(
    struct journal_thread **thread, uv_loop_t *loop, struct store *store, struct failure *failure)
{
    *thread = NULL;
    struct journal_thread *made = calloc(1, sizeof *made);
    if (made == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "journal", NULL);
    made->store = store;
    made->waiting_end = &made->waiting;
    pthread_mutex_init(&made->lock, NULL);
    const struct worker_pool_options options = {.name = "kordon-journal", .threads = 1};
    enum reason reason = worker_pool_create(&made->pool, loop, &options, failure);
    if (reason != REASON_DONE) {
        pthread_mutex_destroy(&made->lock);
        free(made);
        return reason;
    }
    *thread = made;
    return REASON_DONE;
}

void journal_thread_append(struct journal_thread *thread, struct journal_entry *entry)
{
    entry->next = NULL;
    entry->reason = REASON_DONE;
    entry->outcome = (struct journal_outcome){0};
    if (entry->body == NULL)
        entry->body = json_object(); /* refused by the journal for what it lacks */
    pthread_mutex_lock(&thread->lock);
    *thread->waiting_end = entry;
    thread->waiting_end = &entry->next;
    pthread_mutex_unlock(&thread->lock);
    ensure_commit(thread);
}

void journal_entry_finish(struct journal_entry *entry)
{
    json_decref(entry->body);
    entry->body = NULL;
    journal_outcome_finish(&entry->outcome);
}

static struct journal_job *job_of(struct worker_job *work)
{
    return (struct journal_job *)((char *)work - offsetof(struct journal_job, work));
}

static void job_run(struct worker_job *work, void *context)
{
    (void)context;
    struct journal_job *job = job_of(work);
    job->reason = job->run(job, job->thread->store, &job->failure);
    store_guard(job->thread->store, &job->guard);
}

static void job_done(struct worker_job *work)
{
    struct journal_job *job = job_of(work);
    struct journal_thread *thread = job->thread;
    struct store_guard guard = job->guard;
    tell(thread, &guard, job->reason != REASON_DONE ? &job->failure : NULL);
    bool anchoring = job == &thread->anchoring;
    job->done(job); /* the job is its owner's again */
    if (!anchoring)
        anchor_soon(thread, &guard);
}

void journal_thread_run(struct journal_thread *thread, struct journal_job *job)
{
    job->thread = thread;
    job->work.run = job_run;
    job->work.done = job_done;
    /* Behind the entries: a traveller's answer does not wait for an import's step. */
    worker_pool_submit(thread->pool, &job->work, WORKER_BACKGROUND);
}

static void on_pool_closed(void *data)
{
    struct journal_thread *thread = data;
    void (*closed)(void *) = thread->closed;
    void *closed_data = thread->closed_data;
    pthread_mutex_destroy(&thread->lock);
    free(thread);
    if (closed != NULL)
        closed(closed_data);
}

void journal_thread_close(struct journal_thread *thread, void (*closed)(void *data), void *data)
{
    thread->closed = closed;
    thread->closed_data = data;
    worker_pool_close(thread->pool, on_pool_closed, thread);
}
