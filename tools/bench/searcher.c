#include "tools/bench/searcher.h"

#include <pthread.h>
#include <stdlib.h>

struct search_thread {
    struct searcher *searcher;
    pthread_t thread;
    struct matcher_range range;
    struct matcher_share share;
    struct matcher_workspace workspace;
    void *scan_memory;
    size_t scan_size;
    struct matcher_scan *scan;
    struct matcher_candidate_list list;
    double processor_milliseconds;
    bool whole;
};

struct searcher {
    const struct matcher_reference_set *set;
    struct matcher_keep keep;
    bool exhaustive, ending;
    uint32_t probe_count, thread_count, running;
    struct matcher_probe probes[MATCHER_PROBE_FINGERS_MAX];
    /* All threads and the caller meet at gate, all threads at halfway. */
    pthread_barrier_t gate, halfway;
    bool barriers;
    const struct matcher_scan **scans;
    struct search_thread *threads;
};

/* --- A thread --- */

static bool search_staged(struct search_thread *thread)
{
    struct searcher *searcher = thread->searcher;
    bool scanned = matcher_search_scan(&thread->share, thread->scan_memory, thread->scan_size, &thread->scan);
    searcher->scans[thread - searcher->threads] = scanned ? thread->scan : NULL;
    pthread_barrier_wait(&searcher->halfway);
    for (uint32_t i = 0; i < searcher->thread_count; i++)
        if (searcher->scans[i] == NULL)
            return false;
    struct matcher_cut cut = matcher_search_cut(searcher->scans, searcher->thread_count, &searcher->keep);
    return matcher_search_survivors(&thread->share, thread->scan, &cut, thread->workspace, &thread->list);
}

static void *run_thread(void *argument)
{
    struct search_thread *thread = argument;
    struct searcher *searcher = thread->searcher;
    for (;;) {
        pthread_barrier_wait(&searcher->gate);
        if (searcher->ending)
            return NULL;
        thread->list = (struct matcher_candidate_list){.capacity = MATCHER_CANDIDATES_MAX};
        double start = measure_thread_milliseconds();
        thread->whole = searcher->exhaustive
                            ? matcher_search(&thread->share, thread->workspace, &thread->list)
                            : search_staged(thread);
        thread->processor_milliseconds = measure_thread_milliseconds() - start;
        pthread_barrier_wait(&searcher->gate);
    }
}

/* --- Start and end --- */

static void *take_memory(size_t size)
{
    return aligned_alloc(64, (size + 63) / 64 * 64);
}

static enum reason prepare_thread(struct searcher *searcher, uint32_t index, struct failure *failure)
{
    struct search_thread *thread = &searcher->threads[index];
    uint64_t subjects = matcher_reference_set_subjects(searcher->set);
    thread->searcher = searcher;
    thread->range = (struct matcher_range){(uint32_t)(subjects * index / searcher->thread_count),
        (uint32_t)(subjects * (index + 1) / searcher->thread_count)};
    thread->share = (struct matcher_share){.set = searcher->set,
        .probes = searcher->probes,
        .probe_count = searcher->probe_count,
        .ranges = &thread->range,
        .range_count = 1,
        .floor = 1};
    thread->scan_size = searcher->exhaustive ? 64 : matcher_scan_size(&thread->share);
    thread->scan_memory = take_memory(thread->scan_size);
    thread->workspace.size = matcher_compare_workspace_size();
    thread->workspace.memory = take_memory(thread->workspace.size);
    if (thread->scan_memory == NULL || thread->workspace.memory == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "search", NULL);
    return REASON_DONE;
}

enum reason searcher_start(struct searcher **made, const struct matcher_reference_set *set,
    const enum finger_position *positions, uint32_t probe_count, const struct matcher_keep *keep,
    uint32_t threads, struct failure *failure)
{
    struct searcher *searcher = *made = calloc(1, sizeof *searcher);
    if (searcher == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "search", NULL);
    searcher->set = set;
    searcher->exhaustive = keep == NULL;
    if (keep != NULL)
        searcher->keep = *keep;
    searcher->probe_count = probe_count;
    for (uint32_t p = 0; p < probe_count; p++)
        searcher->probes[p].position = positions[p];
    searcher->thread_count = threads;
    searcher->threads = calloc(threads, sizeof searcher->threads[0]);
    searcher->scans = calloc(threads, sizeof searcher->scans[0]);
    if (searcher->threads == NULL || searcher->scans == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "search", NULL);
    for (uint32_t i = 0; i < threads; i++) {
        enum reason reason = prepare_thread(searcher, i, failure);
        if (reason != REASON_DONE)
            return reason;
    }
    if (pthread_barrier_init(&searcher->gate, NULL, threads + 1) != 0 ||
        pthread_barrier_init(&searcher->halfway, NULL, threads) != 0)
        return failure_set(failure, REASON_SYSTEM_ERROR, "search", "pthread_barrier_init");
    searcher->barriers = true;
    for (; searcher->running < threads; searcher->running++) {
        struct search_thread *thread = &searcher->threads[searcher->running];
        int error = pthread_create(&thread->thread, NULL, run_thread, thread);
        if (error != 0)
            return failure_set_errno(failure, error, "thread", "pthread_create");
    }
    return REASON_DONE;
}

size_t searcher_bytes(const struct searcher *searcher)
{
    size_t sum = 0;
    for (uint32_t i = 0; i < searcher->thread_count; i++)
        sum += searcher->threads[i].scan_size + searcher->threads[i].workspace.size;
    return sum;
}

enum reason searcher_search(struct searcher *searcher, const struct matcher_template *const *prints,
    struct search_outcome *outcome, struct failure *failure)
{
    for (uint32_t p = 0; p < searcher->probe_count; p++)
        searcher->probes[p].template = prints[p];
    *outcome = (struct search_outcome){.list.capacity = MATCHER_CANDIDATES_MAX};
    double start = measure_wall_milliseconds();
    pthread_barrier_wait(&searcher->gate);
    pthread_barrier_wait(&searcher->gate);
    bool whole = true;
    for (uint32_t i = 0; i < searcher->thread_count; i++) {
        whole = whole && searcher->threads[i].whole;
        matcher_candidates_merge(&outcome->list, &searcher->threads[i].list);
        double milliseconds = searcher->threads[i].processor_milliseconds;
        outcome->processor_milliseconds += milliseconds;
        if (milliseconds > outcome->slowest_milliseconds)
            outcome->slowest_milliseconds = milliseconds;
    }
    outcome->wall_milliseconds = measure_wall_milliseconds() - start;
    return whole ? REASON_DONE : failure_set(failure, REASON_INTERNAL_ERROR, "search", "not whole");
}

void searcher_finish(struct searcher *searcher)
{
    if (searcher == NULL)
        return;
    /* Where not all threads could be started the others wait at the gate for ever: the process ends with its
     * message. */
    if (searcher->running == searcher->thread_count && searcher->running > 0) {
        searcher->ending = true;
        pthread_barrier_wait(&searcher->gate);
        for (uint32_t i = 0; i < searcher->running; i++)
            pthread_join(searcher->threads[i].thread, NULL);
    } else if (searcher->running > 0) {
        return;
    }
    if (searcher->barriers) {
        pthread_barrier_destroy(&searcher->gate);
        pthread_barrier_destroy(&searcher->halfway);
    }
    for (uint32_t i = 0; searcher->threads != NULL && i < searcher->thread_count; i++) {
        free(searcher->threads[i].scan_memory);
        free(searcher->threads[i].workspace.memory);
    }
    free(searcher->threads);
    free(searcher->scans);
    free(searcher);
}
