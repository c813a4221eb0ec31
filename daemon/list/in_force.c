/* in_force.c: the set that is searched, and what may be searched with it. */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "base/language.h"
#include "daemon/list/duplicate_search.h"
#include "daemon/memory_need.h"
#include "daemon/search/pool.h"
#include "daemon/threads/store_reader.h"
#include "list/describe.h"

void list_destroy_set(struct list *list, struct opened_list *set)
{
    search_pool_destroy_set(list->workers->search, set);
}

static void let_go(struct list *list, struct opened_list *set)
{
    if (set != NULL && opened_list_release(set))
        list_destroy_set(list, set);
}

static void replace_set(struct list *list, struct opened_list *set)
{
    struct opened_list *before = list->set;
    list->set = set != NULL ? opened_list_hold(set) : NULL;
    duplicates_follow(list, before);
    let_go(list, before);
    events_publish(list->events, &(struct event){.type = EVENT_LIST});
}

void list_follow_day(struct list *list, int64_t now_ms)
{
    int32_t today = day_of_ms(now_ms);
    struct opened_list *light;
    if (list->set != NULL && !opened_list_is_for(list->set, today) &&
        opened_list_on(list->set, today, &light, NULL) == REASON_DONE)
        replace_set(list, light);
}

void list_put_in_force(struct list *list, struct opened_list *set, const struct failure *failure)
{
    if (list->closed) {
        if (set != NULL)
            list_destroy_set(list, set);
        return;
    }
    if (set != NULL)
        memset(&list->set_failure, 0, sizeof list->set_failure);
    else
        list->set_failure = *failure;
    replace_set(list, set);
}

enum reason list_put_in_force_without(
    struct list *list, const struct watchlist_ids *ids, struct failure *failure)
{
    struct opened_list *light;
    if (list->set == NULL)
        return failure_set(failure, REASON_ENTRY_NOT_FOUND, "watchlist", NULL);
    enum reason reason = opened_list_without(list->set, ids, &light, failure);
    if (reason == REASON_DONE)
        list_put_in_force(list, light, failure);
    return reason;
}

void list_close(struct list *list)
{
    struct opened_list *set = list->set;
    list->set = NULL;
    list->closed = true;
    failure_set(&list->set_failure, REASON_STOPPING, "watchlist", NULL);
    duplicates_follow(list, set);
    let_go(list, set);
    watchlist_rows_destroy(list->rows);
    list->rows = NULL;
}

/* --- What may be searched */

enum reason list_check_open(const struct list *list, struct failure *failure)
{
    if (list->set != NULL && list->guard->locked.reason == REASON_DONE)
        return REASON_DONE;
    *failure = list->guard->locked.reason != REASON_DONE ? list->guard->locked : list->set_failure;
    /* No reason was found yet; nothing is not a list. */
    return failure->reason != REASON_DONE
               ? failure->reason
               : failure_set(failure, REASON_BUSY, "watchlist", "it is being loaded");
}

enum reason list_check_today(const struct list *list, int64_t now_ms, struct failure *failure)
{
    return opened_list_is_for(list->set, day_of_ms(now_ms))
               ? REASON_DONE
               : failure_set(failure, REASON_NO_MEMORY, "watchlist", "it could not be arranged for today");
}

/* Why nobody of the list is searched for, in text. */
static enum reason nobody(const struct reference_counts *counts, struct failure *failure)
{
    char text[256] = "";
    for (size_t i = 0, used = 0; i < LIST_UNSEARCHED && used < sizeof text; i++) {
        uint64_t count = list_unsearched_count(&list_unsearched[i], counts);
        if (count > 0)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%" PRIu64 " %s",
                used > 0 ? ", " : "", count, list_unsearched[i].words);
    }
    if (counts->entries == 0)
        return failure_set(failure, REASON_NOBODY_SEARCHED, "watchlist", "the list is empty");
    return failure_set(
        failure, REASON_NOBODY_SEARCHED, "watchlist", "of %" PRIu64 " entries: %s", counts->entries, text);
}

enum reason list_check_somebody(const struct list *list, const char *purpose, struct failure *failure)
{
    const struct reference_counts *counts = opened_list_counts(list->set);
    if (opened_list_summary(list->set)->list_version == 0)
        return failure_set(failure, REASON_LIST_MISSING, "watchlist", NULL);
    if (counts->people == 0)
        return nobody(counts, failure);
    if (purpose == NULL || opened_list_view(list->set, purpose).subjects > 0)
        return REASON_DONE;
    return failure_set(failure, REASON_NOBODY_SEARCHED, "watchlist",
        N_("none of the %u people searchable today may be seen for %s"), (unsigned)counts->people, purpose);
}

enum reason list_threshold(
    const struct list *list, uint32_t fingers, matcher_score *threshold, struct failure *failure)
{
    TRY(list_check_open(list, failure));
    TRY(list_check_somebody(list, NULL, failure));
    return matcher_identification_threshold(list->configuration->identification.target_fpir,
        (uint32_t)opened_list_counts(list->set)->people, fingers, threshold, failure);
}

/* --- Building one */

struct list_plan list_plan_of(
    const struct configuration *configuration, const struct policy *policy, uint32_t threads)
{
    struct list_plan plan = {.configuration = configuration, .threads = threads};
    if (policy != NULL)
        list_purposes_of(policy, &plan.purposes);
    return plan;
}

/* On the reading thread alone: the others belong to the travellers who wait. */
struct list_plan list_plan_in_force(const struct list *list)
{
    return list_plan_of(list->configuration, list->policy->policy, 1);
}

enum reason list_build(const struct list_plan *plan, const struct reference_source *source,
    struct opened_list **set, struct failure *failure)
{
    const struct configuration *configuration = plan->configuration;
    const struct reference_options options = {.purposes = &plan->purposes,
        .day = day_of_ms(store_now_ms()),
        .threads = plan->threads,
        .scan_shares = configuration->identification.first_stage
                           ? search_pool_thread_count(configuration->identification.threads)
                           : 0,
        .keep_free = memory_kept()};
    return opened_list_build(source, &options, set, failure);
}

enum reason list_measure(const struct list_plan *plan, const struct reference_source *source,
    struct reference_totals *totals, struct failure *failure)
{
    const struct reference_options options = {.purposes = &plan->purposes};
    return opened_list_measure(source, &options, totals, failure);
}

/* --- Reading it anew */

struct reload {
    struct reader_job job; /* first: the job is the reload */
    struct list *list;
    struct list_plan plan;
    struct opened_list *set;
    void (*done)(void *data);
    void *data;
};

static enum reason reload_run(struct reader_job *job, struct store *store, struct failure *failure)
{
    struct reload *reload = (struct reload *)job;
    struct reference_source source;
    TRY(reference_source_installed(store, &source, failure));
    return list_build(&reload->plan, &source, &reload->set, failure);
}

static void reload_done(struct reader_job *job)
{
    struct reload *reload = (struct reload *)job;
    struct list *list = reload->list;
    /* What only could not be built leaves the set in force, which was proven; what was found altered ends it. */
    if (reload->set != NULL || list->set == NULL || evidence_is_broken(job->failure.reason))
        list_put_in_force(list, reload->set, &job->failure);
    reload->done(reload->data);
    free(reload);
    work_end(list->work);
}

enum reason list_reload(struct list *list, void (*done)(void *data), void *data, struct failure *failure)
{
    struct reload *reload = calloc(1, sizeof *reload);
    if (reload == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "watchlist", NULL);
    reload->job.run = reload_run;
    reload->job.done = reload_done;
    reload->list = list;
    reload->plan = list_plan_in_force(list);
    reload->done = done;
    reload->data = data;
    work_begin(list->work);
    store_reader_run(list->workers->reader, &reload->job);
    return REASON_DONE;
}

#define RETRY_PERIOD_MS 30000 /* a long list takes seconds to be read */

static void on_read_again(void *data)
{
    struct list *list = data;
    list->retrying = false;
    list_turn_end(list);
}

/* Whatever had the turn before may have opened it. */
static void read_again(struct list_turn *turn)
{
    struct list *list = (struct list *)((char *)turn - offsetof(struct list, retry));
    struct failure failure;
    bool over = list->set != NULL || list->stopping || list->workers->reader == NULL;
    if (over || list_reload(list, on_read_again, list, &failure) != REASON_DONE)
        on_read_again(list);
}

static bool may_have_passed(enum reason reason)
{
    return reason_class(reason) == REASON_CLASS_SYSTEM || reason == REASON_OUTCOME_UNKNOWN;
}

void list_look(struct list *list)
{
    uint64_t now = uv_now(list->loop);
    if (list->set != NULL || list->stopping || list->retrying || list->guard->locked.reason != REASON_DONE ||
        !may_have_passed(list->set_failure.reason) || now - list->retried_ms < RETRY_PERIOD_MS)
        return;
    list->retrying = true;
    list->retried_ms = now;
    list_turn_wait(list, &list->retry, read_again);
}
