/* duplicates_search.c: who is on a list twice, looked for where there is no kordond to do it. */
#include <time.h>

#include "base/locked_memory.h"
#include "list/duplicates_describe.h"
#include "tools/kordonctl/duplicates.h"
#include "tools/kordonctl/interrupt.h"

#define SEARCH_S 5

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* To the end, or as long as anybody waits. */
static enum reason search(
    struct list_duplicates *duplicates, const struct opened_list *set, struct failure *failure)
{
    const double until = now_s() + SEARCH_S;
    struct locked_memory scratch;
    TRY(locked_memory_init(&scratch, matcher_compare_workspace_size(), failure));
    const struct matcher_workspace workspace = {scratch.bytes, scratch.size};
    enum reason reason = REASON_DONE;
    while (reason == REASON_DONE && !list_duplicates_finished(duplicates) && now_s() < until &&
           !interrupt_came())
        reason = list_duplicates_step(duplicates, set, 0, workspace, failure);
    locked_memory_finish(&scratch);
    return reason;
}

/* That it was found, and that it is shown, before it is. */
static enum reason record(struct session *session, const struct opened_list *set,
    const struct list_duplicates *duplicates, struct failure *failure)
{
    struct journal_outcome outcomes[2] = {{0}};
    struct json_writer found, shown;
    session_begin_body(session, &found);
    list_duplicates_write_entry(&found, set, duplicates);
    session_begin_body(session, &shown);
    json_write_text(&shown, "purpose", "watchlist_administration");
    json_write_text(&shown, "legal_basis", "operation of the watchlist");
    json_write_text(&shown, "justification", "listing of ids and categories");
    json_write_text(&shown, "what", LIST_DUPLICATES_SHOWN);
    const struct log_draft drafts[2] = {{.event = LOG_EVENT_COMBINATION, .body = json_writer_end(&found)},
        {.event = LOG_EVENT_ACCESS, .body = json_writer_end(&shown)}};
    enum reason reason = drafts[0].body != NULL && drafts[1].body != NULL
                             ? journal_append(session->store, drafts, 2, outcomes, failure)
                             : failure_set(failure, REASON_NO_MEMORY, "duplicates", NULL);
    for (size_t i = 0; i < 2; i++) {
        journal_outcome_finish(&outcomes[i]);
        json_decref(drafts[i].body);
    }
    return reason;
}

static json_t *describe(const struct opened_list *set, const struct list_duplicates *duplicates)
{
    struct json_writer pairs, answer;
    json_writer_array(&pairs);
    for (size_t i = 0; i < duplicates->count && i < DUPLICATES_SHOWN; i++)
        json_append_value(&pairs, list_duplicates_describe_pair(set, duplicates, i));
    json_writer_object(&answer);
    list_duplicates_write_progress(&answer, set, duplicates);
    json_write_value(&answer, "pairs", json_writer_end(&pairs));
    return json_writer_end(&answer);
}

enum reason duplicates_search(
    struct session *session, const struct opened_list *set, json_t **answer, struct failure *failure)
{
    struct list_duplicates duplicates = {0};
    *answer = NULL;
    enum reason reason = search(&duplicates, set, failure);
    if (reason == REASON_DONE && duplicates.count > 0)
        reason = record(session, set, &duplicates, failure);
    if (reason == REASON_DONE)
        *answer = describe(set, &duplicates);
    if (reason == REASON_DONE && *answer == NULL)
        reason = failure_set(failure, REASON_NO_MEMORY, "duplicates", NULL);
    list_duplicates_finish(&duplicates);
    return reason;
}
