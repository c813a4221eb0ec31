/* expiry.c: what it takes to erase the half of a list whose last day is past, commit by commit, as kordond does. */
#include "tools/bench/journal/journal_bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "store/journal.h"
#include "store/watchlist.h"

#define WITHOUT 5 /* commits */

struct ended {
    struct watchlist_id *ids;
    size_t count;
};

static enum reason note_ended(void *context, const struct watchlist_entry *entry, struct failure *failure)
{
    struct ended *ended = context;
    (void)failure;
    if (entry->expired)
        ended->ids[ended->count++] = entry->id;
    return REASON_DONE;
}

static struct ended find_ended(struct bench *bench)
{
    struct failure failure = {0};
    struct ended ended = {.ids = calloc(bench->people, sizeof *ended.ids)};
    if (ended.ids == NULL ||
        watchlist_load(bench->store, WATCHLIST_PART_ALERT, note_ended, &ended, &failure) != REASON_DONE)
        bench_stop("expiry", &failure);
    return ended;
}

static double processor_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static double erase_part(struct bench *bench, struct watchlist_rows *rows, const struct watchlist_ids *part)
{
    struct failure failure = {0};
    json_t *body =
        json_pack("{s:s, s:s, s:s}", "actor", "kordond", "role", "system", "justification", "bench");
    struct log_draft draft = {LOG_EVENT_ERASURE, body};
    struct journal_outcome outcome = {0};
    const double started = processor_us();
    if (watchlist_erase_several(bench->store, rows, part, &draft, &outcome, &failure) != REASON_DONE)
        bench_stop("expiry", &failure);
    const double time = processor_us() - started;
    journal_outcome_finish(&outcome);
    json_decref(body);
    return time;
}

struct commits {
    size_t entries;
    double sum_us, longest_us;
};

/* The last ones first, as kordond does. */
static struct commits erase(
    struct bench *bench, struct watchlist_rows *rows, struct ended *ended, size_t count, size_t most)
{
    struct commits commits = {.entries = count};
    for (size_t left = count; left > 0;) {
        const size_t part = most < left ? most : left;
        left -= part;
        ended->count -= part;
        const struct watchlist_ids ids = {&ended->ids[ended->count], part};
        const double time = erase_part(bench, rows, &ids);
        commits.sum_us += time;
        commits.longest_us = time > commits.longest_us ? time : commits.longest_us;
    }
    return commits;
}

static void give(struct bench *bench, const char *way, const struct commits *commits)
{
    char name[64];
    snprintf(name, sizeof name, "expiry_%s_entry_us", way);
    bench_figure(bench, name, commits->sum_us / (double)commits->entries);
    snprintf(name, sizeof name, "expiry_%s_longest_ms", way);
    bench_figure(bench, name, commits->longest_us / 1e3);
}

void bench_expiry(struct bench *bench)
{
    struct failure failure = {0};
    struct watchlist_rows *rows = NULL;
    struct ended ended = find_ended(bench);
    const size_t most = watchlist_erasure_most(bench->people);
    const size_t few = ended.count / 2 < WITHOUT * most ? ended.count / 2 : WITHOUT * most;
    const struct commits without = erase(bench, NULL, &ended, few, most);
    double at = processor_us();
    if (watchlist_rows_load(bench->store, &rows, &failure) != REASON_DONE)
        bench_stop("expiry", &failure);
    bench_figure(bench, "expiry_load_ms", (processor_us() - at) / 1e3);
    const struct commits with = erase(bench, rows, &ended, ended.count, most);
    at = processor_us();
    if (watchlist_sweep_all(bench->store, &failure) != REASON_DONE)
        bench_stop("sweep", &failure);
    bench_figure(bench, "expiry_sweep_s", (processor_us() - at) / 1e6);
    give(bench, "without_rows", &without);
    give(bench, "with_rows", &with);
    bench_figure(bench, "expiry_longest_to_longest", without.longest_us / with.longest_us);
    watchlist_rows_destroy(rows);
    free(ended.ids);
}
