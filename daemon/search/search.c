/* search.c: 1:N over the search threads, one share each. The memory of the first stage came with the opened list: staged searches
 * follow one another.
 *
 * Staged: all shares are scanned; when the last one is back on the loop's thread, the cut is made there over
 * all of them, and each share goes out again for the fine comparison of its survivors. Short lists and those
 * whose configuration says so are searched exhaustively, in one go.
 */
#include "daemon/search/pool_internal.h"

#include <stdlib.h>

struct search_share {
    struct worker_job work;
    struct search *search;
    struct matcher_range *ranges;
    struct matcher_share share;
    uint8_t *scan_memory; /* staged: its slice of the set's, wiped at the end of the second job */
    size_t scan_size;
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
    share->reason = share_end(
        share, matcher_search_scan(&share->share, share->scan_memory, share->scan_size, &share->scan));
}

static void compare_run(struct worker_job *work, void *context)
{
    struct search_share *share = (struct search_share *)work;
    struct search_thread *thread = context;
    struct matcher_workspace workspace = search_thread_workspace(thread);
    bool whole = share->search->staged ? matcher_search_survivors(&share->share, share->scan,
                                             &share->search->run->cut, workspace, &share->list)
                                       : matcher_search(&share->share, workspace, &share->list);
    share->reason = share_end(share, whole);
    locked_memory_wipe(&thread->scratch);
}

/* --- All of them, on the loop's thread */

static void run_free(struct search_run *run)
{
    for (uint32_t i = 0; run != NULL && i < run->share_count; i++) {
        memory_wipe(run->shares[i].scan_memory, run->shares[i].scan_size);
        free(run->shares[i].ranges);
    }
    free(run);
}

static void begin(struct search *search);

/* The next staged search gets the memory. */
static void hand_on(struct search_pool *pool)
{
    struct search *next = pool->waiting;
    pool->scanning = next;
    if (next == NULL)
        return;
    pool->waiting = next->next;
    begin(next);
}

static void search_end(struct search *search)
{
    struct search_pool *pool = search->pool;
    run_free(search->run);
    search->run = NULL;
    bool had_memory = pool->scanning == search;
    search->done(search);
    if (had_memory)
        hand_on(pool);
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
        worker_pool_submit(search->pool->workers, work, WORKER_DECISION);
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
    share->share = (struct matcher_share){.set = opened_list_references(view->set),
        .probes = run->probes,
        .probe_count = (uint32_t)search->probe_count,
        .ranges = share->ranges,
        .floor = search->floor,
        .stop = &search->stop};
    return reference_view_pieces(view, first, end, add_range, share);
}

/* Cuts the set's memory into slices, each as large as its share can need. */
static bool slice_memory(struct search *search)
{
    size_t size, used = 0;
    uint8_t *memory = opened_list_scan_memory(search->view.set, &size);
    for (uint32_t i = 0; i < search->run->share_count; i++) {
        struct search_share *share = &search->run->shares[i];
        uint32_t references = 0, subjects = 0;
        for (uint32_t r = 0; r < share->share.range_count; r++) {
            references += matcher_reference_set_count_in(share->share.set, &share->ranges[r]);
            subjects += share->ranges[r].end - share->ranges[r].first;
        }
        size_t room = matcher_scan_room(share->share.probe_count, references, subjects);
        if (room > size - used)
            return false;
        share->scan_memory = memory + used;
        share->scan_size = room;
        used += room;
    }
    return true;
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

static enum reason prepare(struct search *search, struct failure *failure)
{
    if (search->probe_count > MATCHER_PROBE_FINGERS_MAX)
        return failure_set(failure, REASON_INTERNAL_ERROR, "search", "%zu probe fingers, at most %d",
            search->probe_count, MATCHER_PROBE_FINGERS_MAX);
    uint32_t threads = search_pool_threads(search->pool), shares = opened_list_scan_shares(search->view.set);
    /* The process may use more processors now than when the list was loaded. */
    if (!init_run(search, search->staged && shares > 0 && shares < threads ? shares : threads))
        return failure_set(failure, REASON_NO_MEMORY, "search", NULL);
    if (search->staged && !slice_memory(search))
        return failure_set(failure, REASON_INTERNAL_ERROR, "search", "the list came without memory for it");
    return REASON_DONE;
}

static void begin(struct search *search)
{
    struct failure failure = {0};
    enum reason reason = prepare(search, &failure);
    if (reason != REASON_DONE) {
        search_fail(search, reason, &failure);
        search_end(search);
    } else if (search->staged) {
        submit_shares(search, scan_run, scan_done);
    } else {
        submit_shares(search, compare_run, compare_done);
    }
}

void search_start(struct search_pool *pool, struct search *search)
{
    search->complete = true;
    search->reason = REASON_DONE;
    search->list = (struct matcher_candidate_list){.capacity = search->candidates};
    search->stop = false;
    search->pool = pool;
    search->next = NULL;
    search->staged = !search->exhaustive && search->view.references > matcher_keep_default.least;
    if (search->staged && pool->scanning != NULL) {
        struct search **last = &pool->waiting;
        while (*last != NULL)
            last = &(*last)->next;
        *last = search;
        return;
    }
    if (search->staged)
        pool->scanning = search;
    begin(search);
}
