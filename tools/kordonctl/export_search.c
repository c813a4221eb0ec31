#include "tools/kordonctl/export_search.h"

#include <string.h>

#include "json/parse.h"
#include "tools/kordonctl/export_read.h"

struct finding {
    struct journal_search *search;
    json_t *found; /* the newest of them so far, or the oldest; in the log's order */
    uint64_t unseen;
    enum reason reason; /* why nothing can come of it */
    struct failure *failure;
};

/* {"head", "body"} as journal_read() gives it, the body null where it is not there. */
static enum reason make_entry(
    const struct entry_head *head, const uint8_t *body, size_t size, json_t **entry, struct failure *failure)
{
    char text[ENTRY_HEAD_SIZE];
    size_t length;
    struct json_writer writer;
    json_t *parsed_head = NULL, *parsed_body = NULL;
    TRY(entry_head_format(head, text, &length, failure));
    enum reason reason = json_parse(text, length, &parsed_head, NULL);
    if (reason == REASON_DONE && size > 0)
        reason = json_parse(body, size, &parsed_body, NULL);
    json_writer_object(&writer);
    json_write_value(&writer, "head", parsed_head);
    json_write_value(&writer, "body", size > 0 ? parsed_body : json_null());
    *entry = json_writer_end(&writer);
    if (reason == REASON_BAD_JSON)
        return failure_set(failure, REASON_ENTRY_BROKEN, "log entry", "the body of entry %llu is not JSON",
            (unsigned long long)head->seq);
    return *entry != NULL ? REASON_DONE : failure_set(failure, REASON_NO_MEMORY, "log entry", NULL);
}

/* Whether the page may have it by its place alone. */
static bool is_in_reach(const struct finding *finding, uint64_t seq)
{
    const struct journal_search *search = finding->search;
    if (search->newest_first)
        return !search->begins_behind || seq < search->after;
    return (!search->begins_behind || seq > search->after) && json_array_size(finding->found) < search->limit;
}

/* Whether nothing but the missing body keeps the filter from taking it. */
static bool is_unseen(const struct log_filter *filter, const json_t *entry)
{
    const struct log_filter of_head = {
        .events = filter->events, .since_ms = filter->since_ms, .until_ms = filter->until_ms};
    return json_is_null(json_object_get(entry, "body")) && log_filter_takes(&of_head, entry) &&
           !log_filter_takes(filter, entry);
}

static enum reason add(struct finding *finding, json_t *entry)
{
    const struct journal_search *search = finding->search;
    TRY(json_append(finding->found, entry, "entries", finding->failure));
    if (search->newest_first && json_array_size(finding->found) > search->limit)
        json_array_remove(finding->found, 0);
    return REASON_DONE;
}

static void on_entry(void *context, const struct entry_head *head, const uint8_t *body, size_t size)
{
    struct finding *finding = context;
    json_t *entry = NULL;
    if (finding->reason != REASON_DONE || !is_in_reach(finding, head->seq))
        return;
    finding->reason = make_entry(head, body, size, &entry, finding->failure);
    if (finding->reason == REASON_DONE && log_filter_takes(&finding->search->filter, entry)) {
        finding->reason = add(finding, entry);
        return;
    }
    finding->unseen += finding->reason == REASON_DONE && is_unseen(&finding->search->filter, entry);
    json_decref(entry);
}

static uint64_t seq_of(const json_t *entry)
{
    return (uint64_t)json_integer_value(json_object_get(json_object_get(entry, "head"), "seq"));
}

/* Everything was looked at, unless the page is full: then up to its last one. */
static void say_how_far(struct journal_search *search)
{
    size_t count = json_array_size(search->entries);
    search->more = false;
    if (count < search->limit)
        return;
    search->looked = seq_of(json_array_get(search->entries, count - 1));
    search->more = search->newest_first ? search->looked > 0 : search->looked + 1 < search->size;
}

/* found in the page's order. */
static enum reason put_in_order(struct finding *finding)
{
    struct journal_search *search = finding->search;
    size_t count = json_array_size(finding->found);
    for (size_t i = 0; i < count; i++)
        TRY(json_append(search->entries,
            json_incref(json_array_get(finding->found, search->newest_first ? count - 1 - i : i)), "entries",
            finding->failure));
    say_how_far(search);
    return REASON_DONE;
}

enum reason export_search(const struct session *session, const char *directory, struct journal_search *search,
    uint64_t *unseen, struct failure *failure)
{
    struct finding finding = {.search = search, .found = json_array(), .failure = failure};
    search->entries = json_array();
    enum reason reason = search->entries != NULL && finding.found != NULL
                             ? export_read(session, directory, on_entry, &finding, &search->size, failure)
                             : failure_set(failure, REASON_NO_MEMORY, "entries", NULL);
    if (reason == REASON_DONE)
        reason = finding.reason;
    if (reason == REASON_DONE)
        reason = put_in_order(&finding);
    *unseen = finding.unseen;
    json_decref(finding.found);
    return reason;
}
