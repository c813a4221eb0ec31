#include "daemon/list/sweep.h"

#include <stdlib.h>

#include "store/watchlist.h"

struct sweep {
    struct journal_job job; /* first: the job is the sweep */
    struct kordond *kordond;
    bool more;
};

static enum reason sweep_run(struct journal_job *job, struct store *store, struct failure *failure)
{
    struct sweep *sweep = (struct sweep *)job;
    return watchlist_sweep(store, &sweep->more, failure);
}

static void sweep_done(struct journal_job *job)
{
    struct sweep *sweep = (struct sweep *)job;
    struct kordond *kordond = sweep->kordond;
    /* After a failure (a full disk) the next change's sweep, or the next start's, goes on. */
    if (job->reason == REASON_DONE && sweep->more && kordond->phase == KORDOND_RUNNING) {
        journal_thread_run(kordond->journal, job);
        return;
    }
    free(sweep);
    kordond->sweeping = false;
    kordond->list_jobs--;
    uv_async_send(&kordond->stop_step);
}

void list_sweep_soon(struct kordond *kordond)
{
    struct sweep *sweep = !kordond->sweeping ? calloc(1, sizeof *sweep) : NULL;
    if (sweep == NULL)
        return;
    sweep->kordond = kordond;
    sweep->job.run = sweep_run;
    sweep->job.done = sweep_done;
    kordond->sweeping = true;
    kordond->list_jobs++;
    journal_thread_run(kordond->journal, &sweep->job);
}
