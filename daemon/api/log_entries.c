/* log_entries.c: pages of the log's entries, from either end, all or those that somebody looks for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/log_access.h"
#include "daemon/api/page.h"
#include "daemon/api/query.h"
#include "daemon/api/routes.h"
#include "daemon/api/state_reading.h"
#include "retention/reading.h"

#define WORD_SIZE 256

struct entries_reading {
    struct state_reading base; /* first: the base's job is the reading */
    struct journal_search search;
    /* what the filter's texts point to: the request may be gone when they are needed */
    char officer[WORD_SIZE], purpose[WORD_SIZE], decision[WORD_SIZE], transaction[WORD_SIZE];
};

/* --- What is asked for */

static enum reason read_word(const struct http_request *request, const char *name,
    char text[static WORD_SIZE], const char **word, struct failure *failure)
{
    const char *value = http_request_query(request, name);
    *word = NULL;
    if (value == NULL)
        return REASON_DONE;
    if (value[0] == '\0' || strlen(value) >= WORD_SIZE)
        return failure_set(failure, REASON_BAD_REQUEST, name, "must have 1 to %d bytes", WORD_SIZE - 1);
    memcpy(text, value, strlen(value) + 1);
    *word = text;
    return REASON_DONE;
}

static enum reason read_events(
    const struct http_request *request, struct log_filter *filter, struct failure *failure)
{
    const char *events = http_request_query(request, "event");
    if (events == NULL || log_events_parse(events, strlen(events), &filter->events, failure) == REASON_DONE)
        return REASON_DONE;
    failure->reason = REASON_BAD_REQUEST;
    return failure->reason;
}

static enum reason read_order(
    const struct http_request *request, struct journal_search *search, struct failure *failure)
{
    const char *order = http_request_query(request, "order");
    search->newest_first = order != NULL && strcmp(order, "newest_first") == 0;
    if (order == NULL || search->newest_first || strcmp(order, "oldest_first") == 0)
        return REASON_DONE;
    return failure_set(failure, REASON_BAD_REQUEST, "order", "must be oldest_first or newest_first");
}

static enum reason read_time(
    const struct http_request *request, const char *name, int64_t *time_ms, struct failure *failure)
{
    uint64_t value;
    TRY(query_number(request, name, 1, QUERY_NUMBER_MAX, 0, &value, failure));
    *time_ms = (int64_t)value;
    return REASON_DONE;
}

static enum reason read_search(
    const struct http_request *request, struct entries_reading *reading, struct failure *failure)
{
    struct journal_search *search = &reading->search;
    struct log_filter *filter = &search->filter;
    struct page page;
    TRY(page_parse(request, &page, failure));
    TRY(query_number(request, "after", 0, QUERY_NUMBER_MAX, 0, &search->after, failure));
    search->begins_behind = page.after != NULL;
    search->limit = page.limit;
    TRY(read_order(request, search, failure));
    TRY(read_events(request, filter, failure));
    TRY(read_time(request, "since", &filter->since_ms, failure));
    TRY(read_time(request, "until", &filter->until_ms, failure));
    TRY(read_word(request, "officer", reading->officer, &filter->officer, failure));
    TRY(read_word(request, "purpose", reading->purpose, &filter->purpose, failure));
    TRY(read_word(request, "decision", reading->decision, &filter->decision, failure));
    return read_word(request, "transaction", reading->transaction, &filter->transaction, failure);
}

/* --- What the log says of it */

/* L2: by what was looked for. */
static json_t *filter_json(const struct log_filter *filter)
{
    struct json_writer json;
    char events[LOG_EVENTS_TEXT_SIZE];
    json_writer_object(&json);
    if (filter->events != 0)
        json_write_text(&json, "event", log_events_format(filter->events, events));
    json_write_integer_if(&json, "since", filter->since_ms);
    json_write_integer_if(&json, "until", filter->until_ms);
    json_write_text_if(&json, "officer", filter->officer);
    json_write_text_if(&json, "purpose", filter->purpose);
    json_write_text_if(&json, "decision", filter->decision);
    json_write_text_if(&json, "transaction", filter->transaction);
    return json_writer_end(&json);
}

static json_t *access_body(
    const struct kordond *kordond, const struct http_request *request, const struct journal_search *search)
{
    struct json_writer body;
    log_access_begin(&body, kordond, request, "entries");
    json_write_text(&body, "order", search->newest_first ? "newest_first" : "oldest_first");
    if (search->begins_behind)
        json_write_integer(&body, "after", (int64_t)search->after);
    json_write_integer(&body, "count", (int64_t)search->limit);
    if (log_filter_is_set(&search->filter))
        json_write_value(&body, "filter", filter_json(&search->filter));
    return json_writer_end(&body);
}

/* --- The reading */

static enum reason entries_run(struct reader_job *job, struct store *store, struct failure *failure)
{
    struct entries_reading *reading = (struct entries_reading *)job;
    struct journal_search *search = &reading->search;
    TRY(journal_newest_size(store, &search->size, failure));
    search->size = log_access_size(&reading->base, search->size);
    return retention_search(store, search, failure);
}

/* Whether the filter asks for what stands in bodies: which entries it takes tells of them. */
static bool asks_bodies(const struct log_filter *filter)
{
    return filter->officer != NULL || filter->purpose != NULL || filter->decision != NULL ||
           filter->transaction != NULL;
}

static json_t *withheld_json(const json_t *entry)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_value(&json, "head", json_incref(json_object_get(entry, "head")));
    json_write_null(&json, "body");
    json_write_boolean(&json, LOG_WITHHELD, true);
    return json_writer_end(&json);
}

/* Those that the reader is shown, in place of those found. */
static json_t *shown_json(const struct entries_reading *reading)
{
    const struct journal_search *search = &reading->search;
    struct json_writer shown;
    json_writer_array(&shown);
    for (size_t i = 0; i < json_array_size(search->entries); i++) {
        json_t *entry = json_array_get(search->entries, i);
        if (!log_access_is_withheld(&reading->base, entry))
            json_append_value(&shown, json_incref(entry));
        else if (!asks_bodies(&search->filter))
            json_append_value(&shown, withheld_json(entry));
    }
    return json_writer_end(&shown);
}

static void entries_done(struct reader_job *job)
{
    struct entries_reading *reading = (struct entries_reading *)job;
    struct journal_search *search = &reading->search;
    if (job->reason != REASON_DONE)
        call_fail(&reading->base.call, &job->failure);
    if (reading->base.call.request != NULL) {
        struct json_writer answer;
        json_writer_object(&answer);
        json_write_integer(&answer, "size", (int64_t)search->size);
        json_write_integer(&answer, "erased", (int64_t)search->erased);
        page_write_numbered(&answer, "entries", shown_json(reading), search->more, search->looked);
        reply_json(reading->base.call.request, 200, json_writer_end(&answer));
    }
    json_decref(search->entries);
    state_reading_end(&reading->base);
    free(reading);
}

void handle_log_entries(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    struct entries_reading *reading = calloc(1, sizeof *reading);
    if (reading == NULL) {
        reply_refuse(request, REASON_NO_MEMORY, "log", NULL);
        return;
    }
    if (read_search(request, reading, &failure) != REASON_DONE) {
        free(reading);
        reply_failure(request, &failure);
        return;
    }
    reading->base.job.run = entries_run;
    reading->base.job.done = entries_done;
    state_reading_start_recorded(
        &reading->base, kordond, request, LOG_EVENT_ACCESS, access_body(kordond, request, &reading->search));
}
