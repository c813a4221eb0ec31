/* sweep.c: what is no longer the list is deleted, in steps between the commits of the journal. */
#include "daemon/list/list.h"
#include "daemon/threads/journal_thread.h"
#include "store/watchlist.h"

static struct list *list_of_sweep(struct journal_job *job)
{
    return (struct list *)((char *)job - offsetof(struct list, sweep));
}

static enum reason sweep_run(struct journal_job *job, struct store *store, struct failure *failure)
{
    return watchlist_sweep(store, &list_of_sweep(job)->more_to_sweep, failure);
}

static void sweep_done(struct journal_job *job)
{
    struct list *list = list_of_sweep(job);
    /* After a failure (a full disk) the next change's sweep, or the next start's, goes on. */
    if (job->reason == REASON_DONE && list->more_to_sweep && !list->stopping) {
        journal_thread_run(list->workers->journal, job);
        return;
    }
    list->sweeping = false;
    work_end(list->work);
}

void list_sweep_soon(struct list *list)
{
    if (list->sweeping)
        return;
    list->sweep = (struct journal_job){.run = sweep_run, .done = sweep_done};
    list->sweeping = true;
    work_begin(list->work);
    journal_thread_run(list->workers->journal, &list->sweep);
}
