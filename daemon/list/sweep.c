#include <stdlib.h>

#include "daemon/list/list.h"
#include "daemon/threads/journal_thread.h"
#include "store/watchlist.h"

struct sweep {
    struct journal_job job; /* first: the job is the sweep */
    struct list *list;
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
    struct list *list = sweep->list;
    /* After a failure (a full disk) the next change's sweep, or the next start's, goes on. */
    if (job->reason == REASON_DONE && sweep->more && !list->stopping) {
        journal_thread_run(list->workers->journal, job);
        return;
    }
    free(sweep);
    list->sweeping = false;
    work_end(list->work);
}

void list_sweep_soon(struct list *list)
{
    struct sweep *sweep = !list->sweeping ? calloc(1, sizeof *sweep) : NULL;
    if (sweep == NULL)
        return;
    sweep->list = list;
    sweep->job.run = sweep_run;
    sweep->job.done = sweep_done;
    list->sweeping = true;
    work_begin(list->work);
    journal_thread_run(list->workers->journal, &sweep->job);
}
