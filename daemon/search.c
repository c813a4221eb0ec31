/* search.c: 1:N over the search threads, one share each.
 *
 * Staged: all shares are scanned; when the last one is back on the loop's thread, the cut is made there over
 * all of them, and each share goes out again for the fine comparison of its survivors. Short lists and those
 * whose configuration says so are searched exhaustively, in one go.
 */
#include "daemon/search_pool_internal.h"

#include <stdlib.h>

struct search_share {
    struct worker_job work;
    struct search *search;
    struct matcher_range *ranges;
    struct matcher_share share;
    struct locked_memory scan_memory; /* staged: from the first job to the end of the second */
    struct matcher_scan *scan;
    enum reason reason;
    struct failure failure;
    struct matcher_candidate_list list;
};

/* One allocation a search; the loop's but for the shares whose jobs run. */
struct search_run {
    struct matcher_probe probes[MATCHER_PROBE_FINGERS_MAX];
    struct matcher_cut cut;
    uint32_t share_count;
    struct search_share shares[];
};

/* --- A share, on a search thread */

static enum reason share_end(struct search_share *share, bool whole)
{
    return whole ? REASON_DONE
                 : failure_set(&share->failure, REASON_STOPPING, "search", "ended before its end");
}

static void scan_run(struct worker_job *work, void *context)
{
    (void)context;
    struct search_share *share = (struct search_share *)work;
    size_t size = matcher_scan_size(&share->share);
    share->reason =
        size > 0 ? locked_memory_init(&share->scan_memory, size, &share->failure)
                 : failure_set(&share->failure, REASON_INTERNAL_ERROR, "search", "the list is not prepared");
    if (share->reason == REASON_DONE)
        share->reason = share_end(share, matcher_search_scan(&share->share, share->scan_memory.bytes,
                                             share->scan_memory.size, &share->scan));
    if (share->reason != REASON_DONE)
        locked_memory_finish(&share->scan_memory);
}

static void compare_run(struct worker_job *work, void *context)
{
    struct search_share *share = (struct search_share *)work;
    struct search_thread *thread = context;
    struct matcher_workspace workspace;
    share->reason = search_thread_workspace(thread, &workspace, &share->failure);
    if (share->reason == REASON_DONE) {
        bool whole = share->search->staged ? matcher_search_survivors(&share->share, share->scan,
                                                 &share->search->run->cut, workspace, &share->list)
                                           : matcher_search(&share->share, workspace, &share->list);
        share->reason = share_end(share, whole);
        locked_memory_wipe(&thread->scratch);
    }
    locked_memory_finish(&share->scan_memory);
}

/* --- All of them, on the loop's thread */

static void run_free(struct search_run *run)
{
    for (uint32_t i = 0; run != NULL && i < run->share_count; i++) {
        locked_memory_finish(&run->shares[i].scan_memory);
        free(run->shares[i].ranges);
    }
    free(run);
}

static void search_end(struct search *search)
{
    run_free(search->run);
    search->run = NULL;
    search->done(search);
}

static void search_fail(struct search *search, enum reason reason, const struct failure *failure)
{
    search->complete = false;
    search->reason = reason;
    search->failure = *failure;
    search->stop = true; /* what the others find means nothing any more */
}

/* True when the last share is back. */
static bool share_is_back(struct search_share *share)
{
    struct search *search = share->search;
    if (share->reason != REASON_DONE)
        search_fail(search, share->reason, &share->failure);
    return --search->shares_left == 0;
}

static void compare_done(struct worker_job *work)
{
    struct search_share *share = (struct search_share *)work;
    struct search *search = share->search;
    if (share->reason == REASON_DONE)
        matcher_candidates_merge(&search->list, &share->list);
    if (share_is_back(share))
        search_end(search);
}

static void submit_shares(struct search *search, void (*run)(struct worker_job *job, void *thread_context),
    void (*done)(struct worker_job *job))
{
    search->shares_left = search->run->share_count;
    for (uint32_t i = 0; i < search->run->share_count; i++) {
        struct worker_job *work = &search->run->shares[i].work;
        work->run = run;
        work->done = done;
        worker_pool_submit(search->workers, work, WORKER_URGENT);
    }
}

static void make_cut(struct search *search)
{
    const struct matcher_scan *scans[WORKER_THREADS_MAX];
    for (uint32_t i = 0; i < search->run->share_count; i++)
        scans[i] = search->run->shares[i].scan;
    search->run->cut = matcher_search_cut(scans, search->run->share_count, &matcher_keep_default);
}

static void scan_done(struct worker_job *work)
{
    struct search_share *share = (struct search_share *)work;
    struct search *search = share->search;
    if (!share_is_back(share))
        return;
    if (!search->complete) {
        search_end(search);
        return;
    }
    make_cut(search);
    submit_shares(search, compare_run, compare_done);
}

/* --- The start */

static bool add_range(void *context, uint32_t first, uint32_t end)
{
    struct search_share *share = context;
    share->ranges[share->share.range_count++] = (struct matcher_range){first, end};
    return true;
}

static bool init_share(struct search *search, uint32_t index)
{
    struct search_run *run = search->run;
    struct search_share *share = &run->shares[index];
    const struct reference_view *view = &search->view;
    uint32_t first = (uint32_t)((uint64_t)view->subjects * index / run->share_count);
    uint32_t end = (uint32_t)((uint64_t)view->subjects * (index + 1) / run->share_count);
    share->ranges = calloc(reference_view_piece_count(view) + 1, sizeof share->ranges[0]);
    if (share->ranges == NULL)
        return false;
    share->search = search;
    share->list.capacity = search->candidates;
    share->share = (struct matcher_share){.set = reference_set_references(view->set),
        .probes = run->probes,
        .probe_count = (uint32_t)search->probe_count,
        .ranges = share->ranges,
        .floor = search->floor,
        .stop = &search->stop};
    return reference_view_pieces(view, first, end, add_range, share);
}

static bool init_run(struct search *search, uint32_t shares)
{
    search->run = calloc(1, sizeof *search->run + shares * sizeof search->run->shares[0]);
    if (search->run == NULL)
        return false;
    search->run->share_count = shares;
    for (size_t i = 0; i < search->probe_count; i++)
        search->run->probes[i] = (struct matcher_probe){.template = locked_template_get(&search->probes[i]),
            .position = search->probes[i].position,
            .any_position = search->any_position};
    bool whole = true;
    for (uint32_t i = 0; i < shares && whole; i++)
        whole = init_share(search, i);
    return whole;
}

void search_start(struct search_pool *pool, struct search *search)
{
    search->complete = true;
    search->reason = REASON_DONE;
    search->list = (struct matcher_candidate_list){.capacity = search->candidates};
    search->stop = false;
    search->workers = pool->workers;
    search->staged = !search->exhaustive && search->view.references > matcher_keep_default.least;
    struct failure failure = {0};
    enum reason reason = REASON_DONE;
    if (search->probe_count > MATCHER_PROBE_FINGERS_MAX)
        reason = failure_set(&failure, REASON_INTERNAL_ERROR, "search", "%zu probe fingers, at most %d",
            search->probe_count, MATCHER_PROBE_FINGERS_MAX);
    else if (!init_run(search, search_pool_threads(pool)))
        reason = failure_set(&failure, REASON_NO_MEMORY, "search", NULL);
    if (reason != REASON_DONE) {
        search_fail(search, reason, &failure);
        search_end(search);
        return;
    }
    if (search->staged)
        submit_shares(search, scan_run, scan_done);
    else
        submit_shares(search, compare_run, compare_done);
}
