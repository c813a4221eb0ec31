#include "daemon/threads/journal_thread.h"

#include <stdlib.h>

#include "store/store.h"

/* The entries that become durable together. The loop's, but while it is under way. */
struct journal_commit {
    struct worker_job work;
    struct journal_thread *thread;
    struct journal_entry *first; /* by next; NULL: no commit is under way */
    struct store_guard guard;
};

/* The loop's. The pool's one thread gets nothing before it is free, so that a commit takes all that waits until then. */
struct journal_thread {
    struct worker_pool *pool;      /* NULL from when nothing is written any more */
    struct store *store;           /* the thread's */
    struct journal_entry *entries; /* that wait, by next */
    struct journal_entry **entries_end;
    struct journal_job *jobs; /* that wait, by next */
    struct journal_job **jobs_end;
    struct journal_commit commit;   /* under way, or none */
    struct journal_job *job;        /* under way; NULL: none */
    unsigned commits_ahead;         /* commits that went before the first waiting job */
    size_t unreturned;              /* entries and jobs handed over whose callback has not returned yet */
    struct journal_job catching_up; /* with what commits left undone */
    bool catching_up_queued;
    journal_watch watch;
    void *watch_data;
    bool closing;
    void (*closed)(void *data);
    void *closed_data;
};

/* --- On the thread */

static void write_one_by_one(struct store *store, struct journal_entry *first)
{
    for (struct journal_entry *entry = first; entry != NULL; entry = entry->next) {
        struct log_draft draft = {.event = entry->event, .body = entry->body};
        entry->reason =
            journal_append_changing(store, &draft, &entry->change, 1, &entry->outcome, &entry->failure);
    }
}

/* Nothing was written, and another entry alone need not fail. */
static bool is_of_one(enum reason reason)
{
    return reason == REASON_BAD_VALUE || reason == REASON_NO_MEMORY || reason == REASON_STATE_UNPROVEN ||
           reason == REASON_REFERRALS_FULL;
}

static void write_commit(struct store *store, struct journal_entry *first)
{
    struct log_draft drafts[JOURNAL_GROUP_MAX] = {0};
    const struct journal_change *changes[JOURNAL_GROUP_MAX] = {NULL};
    struct journal_outcome outcomes[JOURNAL_GROUP_MAX];
    size_t count = 0;
    for (struct journal_entry *entry = first; entry != NULL; entry = entry->next) {
        changes[count] = entry->change;
        drafts[count++] = (struct log_draft){.event = entry->event, .body = entry->body};
    }
    struct failure failure = {0};
    enum reason reason = journal_append_changing(store, drafts, changes, count, outcomes, &failure);
    /* Nothing was written: one draft that is wrong, could not be made, or would change what does not prove itself, must not cost the others
     * their record. */
    if (is_of_one(reason) && count > 1) {
        write_one_by_one(store, first);
        return;
    }
    count = 0;
    for (struct journal_entry *entry = first; entry != NULL; entry = entry->next) {
        entry->reason = reason;
        entry->failure = failure;
        entry->outcome = outcomes[count++];
    }
}

static void commit_run(struct worker_job *work, void *context)
{
    (void)context;
    struct journal_commit *commit = (struct journal_commit *)work;
    write_commit(commit->thread->store, commit->first);
    store_guard(commit->thread->store, &commit->guard);
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

/* --- What the thread gets next */

static void commit_done(struct worker_job *work);
static void job_done(struct worker_job *work);

/* The first waiting entries, a commit at most, as a list of their own. */
static struct journal_entry *take_entries(struct journal_thread *thread)
{
    struct journal_entry *first = thread->entries, *last = first;
    for (size_t count = 1; count < JOURNAL_GROUP_MAX && last->next != NULL; count++)
        last = last->next;
    thread->entries = last->next;
    if (thread->entries == NULL)
        thread->entries_end = &thread->entries;
    last->next = NULL;
    return first;
}

static struct journal_job *take_job(struct journal_thread *thread)
{
    struct journal_job *first = thread->jobs;
    thread->jobs = first->next;
    if (thread->jobs == NULL)
        thread->jobs_end = &thread->jobs;
    return first;
}

static void hand_over(struct journal_thread *thread, struct worker_job *work,
    void (*run)(struct worker_job *work, void *context), void (*done)(struct worker_job *work))
{
    work->run = run;
    work->done = done;
    worker_pool_submit(thread->pool, work, WORKER_URGENT);
}

static void start_next(struct journal_thread *thread)
{
    if (thread->pool == NULL || thread->commit.first != NULL || thread->job != NULL)
        return;
    bool job_waits = thread->jobs != NULL;
    if (thread->entries != NULL && (!job_waits || thread->commits_ahead < JOURNAL_COMMITS_AHEAD)) {
        thread->commits_ahead = job_waits ? thread->commits_ahead + 1 : 0;
        thread->commit.first = take_entries(thread);
        hand_over(thread, &thread->commit.work, commit_run, commit_done);
    } else if (job_waits) {
        thread->commits_ahead = 0;
        thread->job = take_job(thread);
        hand_over(thread, &thread->job->work, job_run, job_done);
    }
}

/* --- The end */

/* What came after the last callback, too late for the thread. */
static void refuse_waiting(struct journal_thread *thread)
{
    while (thread->entries != NULL) {
        struct journal_entry *entry = take_entries(thread), *next;
        for (; entry != NULL; entry = next) {
            next = entry->next;
            entry->reason = failure_set(&entry->failure, REASON_STOPPING, "journal", NULL);
            entry->written(entry);
        }
    }
    while (thread->jobs != NULL) {
        struct journal_job *job = take_job(thread);
        job->reason = failure_set(&job->failure, REASON_STOPPING, "journal", NULL);
        job->done(job);
    }
}

static void on_pool_closed(void *data)
{
    struct journal_thread *thread = data;
    while (thread->entries != NULL || thread->jobs != NULL)
        refuse_waiting(thread);
    void (*closed)(void *) = thread->closed;
    void *closed_data = thread->closed_data;
    free(thread);
    if (closed != NULL)
        closed(closed_data);
}

/* The thread goes when everything has come back and nobody is left who would hand over more in his callback. */
static void maybe_finish(struct journal_thread *thread)
{
    if (!thread->closing || thread->unreturned > 0 || thread->pool == NULL)
        return;
    struct worker_pool *pool = thread->pool;
    thread->pool = NULL;
    worker_pool_close(pool, on_pool_closed, thread);
}

void journal_thread_close(struct journal_thread *thread, void (*closed)(void *data), void *data)
{
    thread->closing = true;
    thread->closed = closed;
    thread->closed_data = data;
    maybe_finish(thread);
}

/* --- The anchor follows what receipts did not wait for, and a long log is moved; while that is done, further commits only make it go on. */

static enum reason catching_up_run(struct journal_job *job, struct store *store, struct failure *failure)
{
    (void)job;
    journal_tidy(store);
    return journal_anchor(store, failure);
}

static void anchor_soon(struct journal_thread *thread, const struct store_guard *guard);

static void catching_up_done(struct journal_job *job)
{
    struct journal_thread *thread = job->thread;
    thread->catching_up_queued = false;
    /* After a failure the next commit tries again, or whoever asks for it. */
    if (job->reason == REASON_DONE)
        anchor_soon(thread, &job->guard);
}

void journal_thread_catch_up(struct journal_thread *thread)
{
    if (thread->catching_up_queued)
        return;
    thread->catching_up_queued = true;
    thread->catching_up = (struct journal_job){.run = catching_up_run, .done = catching_up_done};
    journal_thread_run(thread, &thread->catching_up);
}

/* Behind those who wait for their entries. */
static void catch_up_soon(struct journal_thread *thread, const struct store_guard *guard)
{
    if (guard->log_long)
        journal_thread_catch_up(thread);
    else
        anchor_soon(thread, guard);
}

static void anchor_soon(struct journal_thread *thread, const struct store_guard *guard)
{
    bool behind = guard->anchored && guard->held.reason == REASON_DONE && guard->anchored_size < guard->size;
    if (behind && !guard->receipts_wait_for_anchor)
        journal_thread_catch_up(thread);
}

/* --- What comes back */

static void tell(
    struct journal_thread *thread, const struct store_guard *guard, const struct failure *failure)
{
    if (thread->watch != NULL)
        thread->watch(thread->watch_data, guard, failure);
}

/* The thread goes on before the callbacks: it has all that waited already. */
static void commit_done(struct worker_job *work)
{
    struct journal_commit *commit = (struct journal_commit *)work;
    struct journal_thread *thread = commit->thread;
    struct store_guard guard = commit->guard;
    struct journal_entry *entry = commit->first, *next;
    commit->first = NULL;
    start_next(thread);
    tell(thread, &guard, NULL);
    catch_up_soon(thread, &guard);
    for (; entry != NULL; entry = next) {
        next = entry->next;
        entry->written(entry); /* the entry is its owner's again */
        thread->unreturned--;
    }
    maybe_finish(thread);
}

static void job_done(struct worker_job *work)
{
    struct journal_job *job = job_of(work);
    struct journal_thread *thread = job->thread;
    struct store_guard guard = job->guard;
    bool catching_up = job == &thread->catching_up;
    thread->job = NULL;
    start_next(thread);
    tell(thread, &guard, job->reason != REASON_DONE ? &job->failure : NULL);
    job->done(job); /* the job is its owner's again */
    if (!catching_up)
        catch_up_soon(thread, &guard);
    thread->unreturned--;
    maybe_finish(thread);
}

/* --- What is handed over */

enum reason journal_thread_create(
    struct journal_thread **thread, uv_loop_t *loop, struct store *store, struct failure *failure)
{
    *thread = NULL;
    struct journal_thread *made = calloc(1, sizeof *made);
    if (made == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "journal", NULL);
    made->store = store;
    journal_tidy_apart(store);
    made->commit.thread = made;
    made->entries_end = &made->entries;
    made->jobs_end = &made->jobs;
    const struct worker_pool_options options = {.name = "kordon-journal", .threads = 1};
    enum reason reason = worker_pool_create(&made->pool, loop, &options, failure);
    if (reason != REASON_DONE) {
        free(made);
        return reason;
    }
    *thread = made;
    return REASON_DONE;
}

void journal_thread_watch(struct journal_thread *thread, journal_watch watch, void *data)
{
    thread->watch = watch;
    thread->watch_data = data;
}

void journal_thread_append(struct journal_thread *thread, struct journal_entry *entry)
{
    entry->next = NULL;
    entry->reason = REASON_DONE;
    entry->outcome = (struct journal_outcome){0};
    *thread->entries_end = entry;
    thread->entries_end = &entry->next;
    thread->unreturned++;
    start_next(thread);
}

void journal_entry_finish(struct journal_entry *entry)
{
    json_decref(entry->body);
    entry->body = NULL;
    journal_outcome_finish(&entry->outcome);
}

void journal_thread_run(struct journal_thread *thread, struct journal_job *job)
{
    job->next = NULL;
    job->thread = thread;
    *thread->jobs_end = job;
    thread->jobs_end = &job->next;
    thread->unreturned++;
    start_next(thread);
}
