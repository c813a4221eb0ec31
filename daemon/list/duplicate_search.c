#include "daemon/list/duplicate_search.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/memory_need.h"
#include "daemon/search/pool.h"
#include "list/duplicates_describe.h"

#define AGAIN_MS 30000 /* after a failure: memory may come back */

/* One search of the people of one memory, whatever sets of it are in force one after another. */
struct duplicate_search {
    struct list *list;
    bool abandoned;               /* its memory is in force no more: it goes when its step is back */
    struct opened_list *searched; /* by the step under way; held. NULL: none is */
    struct duplicates_job job;
    struct list_duplicates found; /* the step's, while one is under way */
    struct list_duplicates told;  /* a copy: what was known before that step */
    struct duplicate pairs[DUPLICATES_MAX];
    struct failure failure; /* of the last step */
    uint64_t not_before;    /* loop time */
    bool recorded;
};

static void search_destroy(struct duplicate_search *search)
{
    list_duplicates_finish(&search->found);
    free(search);
}

struct duplicates_told duplicates_tell(const struct list *list)
{
    const struct duplicate_search *search = list->duplicates;
    if (search == NULL)
        return (struct duplicates_told){0};
    return (struct duplicates_told){.known = &search->told, .failure = search->failure};
}

static void take_over(struct duplicate_search *search)
{
    search->told = search->found;
    search->told.memory = (struct locked_memory){0};
    search->told.pairs = search->pairs;
    if (search->found.count > 0)
        memcpy(search->pairs, search->found.pairs, search->found.count * sizeof search->pairs[0]);
}

/* That there are some, and how many: not who. */
static void record(struct duplicate_search *search)
{
    struct list *list = search->list;
    const struct watchlist_summary *summary = opened_list_summary(list->set);
    struct json_writer body;
    if (search->recorded || search->told.count == 0)
        return;
    search->recorded = true;
    /* The same list was read anew. */
    if (list->duplicates_recorded == summary->generation)
        return;
    list->duplicates_recorded = summary->generation;
    json_writer_over(&body, evidence_body(list->evidence, "kordond", "system"));
    list_duplicates_write_entry(&body, list->set, &search->told);
    evidence_note(list->evidence, LOG_EVENT_COMBINATION, json_writer_end(&body));
}

static bool may_go_on(const struct duplicate_search *search)
{
    const struct list *list = search->list;
    return !list->stopping && list->import == NULL && list->workers->search != NULL &&
           list->guard->locked.reason == REASON_DONE && uv_now(list->loop) >= search->not_before;
}

static void step(struct duplicate_search *search);

static void step_done(struct duplicates_job *job)
{
    struct duplicate_search *search = job->data;
    struct list *list = search->list;
    struct opened_list *searched = search->searched;
    search->searched = NULL;
    if (!search->abandoned && list->set != searched)
        list_duplicates_forget(&search->found, list->set);
    if (opened_list_release(searched))
        search_pool_destroy_set(list->workers->search, searched);
    if (search->abandoned) {
        search_destroy(search);
    } else {
        search->failure = job->reason != REASON_DONE ? job->failure : (struct failure){0};
        search->not_before = job->reason != REASON_DONE ? uv_now(list->loop) + AGAIN_MS : 0;
        take_over(search);
        step(search);
    }
    work_end(list->work);
}

/* The next one, or the end. */
static void step(struct duplicate_search *search)
{
    struct list *list = search->list;
    if (search->searched != NULL)
        return;
    if (list_duplicates_finished(&search->found))
        record(search);
    if (list_duplicates_finished(&search->found) || !may_go_on(search)) {
        list_duplicates_rest(&search->found);
        return;
    }
    search->searched = opened_list_hold(list->set);
    search->job = (struct duplicates_job){.duplicates = &search->found,
        .set = list->set,
        .keep = memory_kept() + memory_of_look(),
        .done = step_done,
        .data = search};
    work_begin(list->work);
    duplicates_job_start(list->workers->search, &search->job);
}

static void drop(struct list *list)
{
    struct duplicate_search *search = list->duplicates;
    list->duplicates = NULL;
    if (search == NULL)
        return;
    if (search->searched != NULL)
        search->abandoned = true;
    else
        search_destroy(search);
}

void duplicates_look(struct list *list)
{
    if (list->set == NULL)
        return;
    if (list->duplicates == NULL) {
        list->duplicates = calloc(1, sizeof *list->duplicates);
        if (list->duplicates == NULL)
            return; /* the next look tries again */
        list->duplicates->list = list;
    }
    step(list->duplicates);
}

void duplicates_follow(struct list *list, const struct opened_list *before)
{
    struct duplicate_search *search = list->duplicates;
    bool same = list->set != NULL && before != NULL && opened_list_shares(list->set, before);
    if (same && search != NULL) {
        list_duplicates_forget(&search->told, list->set);
        if (search->searched == NULL)
            list_duplicates_forget(&search->found, list->set);
    } else {
        drop(list);
    }
    duplicates_look(list);
}
