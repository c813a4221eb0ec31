/* command_log_show.c: entries of the log as people ask for them: the newest first, those of one officer, as they come. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/day.h"
#include "base/instant.h"
#include "json/memory.h"
#include "json/text.h"
#include "retention/reading.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/entry_in_words.h"
#include "tools/kordonctl/export_search.h"
#include "tools/kordonctl/kordonctl.h"

#define COUNT_MOST 1000
#define SEQ_MOST   ((UINT64_C(1) << 53) - 1)
#define PATH_SIZE  4096

/* Seconds between two looks whether there are new ones; more, up to the last one, while nothing but looks at the log is new: two who
 * follow would show each other nothing else. */
#define FOLLOW_SECONDS      1
#define FOLLOW_SECONDS_MOST 30

/* --- As text ------------------------------------------------------------------------------------------------ */

/* What the transaction's owner was told is sealed for him: of no use to who reads the log, and longer than all the rest. */
static bool is_sealed(const char *key, const json_t *value)
{
    return strcmp(key, "answer") == 0 && json_is_string(value);
}

static void print_body(json_t *body)
{
    const char *key;
    json_t *value;
    json_object_foreach(body, key, value)
    {
        size_t size;
        if (strcmp(key, LOG_BODY_PADDING) == 0)
            continue; /* it says nothing */
        if (is_sealed(key, value)) {
            print_line("    %-16s sealed, %zu bytes; --json shows them", key, json_string_length(value));
            continue;
        }
        char *text = json_is_string(value) ? NULL : json_text(value, &size);
        print_line("    %-16s %s", key,
            json_is_string(value) ? json_string_value(value)
            : text != NULL        ? text
                                  : "-");
        json_text_free(text);
    }
}

static void print_whole(const json_t *entry)
{
    const json_t *head = json_object_get(entry, "head");
    json_t *body = json_object_get(entry, "body");
    const char *event = json_string_value(json_object_get(head, "event"));
    char time[64], text[64];
    print_line("entry %lld  %s  %s", (long long)json_integer_value(json_object_get(head, "seq")),
        time_in_words(json_integer_value(json_object_get(head, "t")), time, sizeof time),
        event != NULL ? event : "-");
    if (json_is_object(body))
        print_body(body);
    else
        print_line("    %s", missing_body_in_words(entry, text, sizeof text));
}

static void print_entry(const struct session *session, const json_t *entry)
{
    if (session_option(session, OPTION_BRIEF, NULL) != NULL)
        print_entry_in_words(entry);
    else
        print_whole(entry);
}

/* --- What is asked for -------------------------------------------------------------------------------------- */

/* A time of the command line: a day, or a moment. */
static enum reason read_time(
    const struct session *session, enum option_name option, int64_t *time_ms, struct failure *failure)
{
    int32_t day;
    const char *text = session_option(session, option, NULL);
    *time_ms = 0;
    if (text == NULL || instant_parse(text, time_ms))
        return REASON_DONE;
    if (!day_parse(text, &day))
        return failure_set(failure, REASON_BAD_ARGUMENT, option == OPTION_SINCE ? "--since" : "--until",
            "must be a day such as 2026-11-27, or a time such as 2026-11-27T08:30:00Z");
    *time_ms = (int64_t)day * 86400 * 1000;
    return REASON_DONE;
}

static enum reason read_filter(
    const struct session *session, struct log_filter *filter, struct failure *failure)
{
    const char *events = session_option(session, OPTION_EVENT, NULL);
    TRY(read_time(session, OPTION_SINCE, &filter->since_ms, failure));
    TRY(read_time(session, OPTION_UNTIL, &filter->until_ms, failure));
    if (events != NULL)
        TRY(log_events_parse(events, strlen(events), &filter->events, failure));
    filter->officer = session_option(session, OPTION_OFFICER, NULL);
    filter->purpose = session_option(session, OPTION_PURPOSE, NULL);
    filter->decision = session_option(session, OPTION_DECISION, NULL);
    filter->transaction = session_option(session, OPTION_TRANSACTION, NULL);
    return REASON_DONE;
}

/* The newest entries, unless somebody says where to begin. */
static enum reason read_search(
    const struct session *session, struct journal_search *search, struct failure *failure)
{
    const char *from = session_option(session, OPTION_FROM, NULL);
    const char *seq = session->arguments.word_count > 0 ? session->arguments.words[0] : from;
    uint64_t first = 0;
    TRY(arguments_number(
        "--count", session_option(session, OPTION_COUNT, "20"), 1, COUNT_MOST, &search->limit, failure));
    if (session->arguments.word_count > 0)
        search->limit = 1;
    if (seq != NULL)
        TRY(arguments_number(seq == from ? "--from" : "SEQ", seq, 0, SEQ_MOST, &first, failure));
    search->newest_first = seq == NULL;
    search->begins_behind = first > 0;
    search->after = first > 0 ? first - 1 : 0;
    return read_filter(session, &search->filter, failure);
}

/* What an export is judged by is nothing that kordond or a state would be asked with. */
static enum reason check_proofs(const struct session *session, bool exported, struct failure *failure)
{
    bool key = session_option(session, OPTION_VKEY, NULL) != NULL;
    if (exported || (!key && session_option(session, OPTION_OLD, NULL) == NULL))
        return REASON_DONE;
    return failure_set(failure, REASON_BAD_ARGUMENT, key ? "--vkey" : "--old", "goes with --export alone");
}

enum reason command_log_show_check(const struct session *session, struct failure *failure)
{
    struct journal_search search = {0};
    bool follow = session_option(session, OPTION_FOLLOW, NULL) != NULL;
    bool exported = session_option(session, OPTION_EXPORT, NULL) != NULL;
    if (follow && (session->arguments.word_count > 0 || exported ||
                      session_option(session, OPTION_UNTIL, NULL) != NULL))
        return failure_set(
            failure, REASON_BAD_ARGUMENT, "--follow", "goes with no SEQ, no --until and no --export");
    TRY(check_proofs(session, exported, failure));
    return read_search(session, &search, failure);
}

/* --- Pages -------------------------------------------------------------------------------------------------- */

static enum reason add_number(
    char path[static PATH_SIZE], const char *name, uint64_t number, bool given, struct failure *failure)
{
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    return client_add_query(path, PATH_SIZE, name, given ? text : NULL, failure);
}

static enum reason make_path(
    const struct journal_search *search, char path[static PATH_SIZE], struct failure *failure)
{
    const struct log_filter *filter = &search->filter;
    char events[LOG_EVENTS_TEXT_SIZE];
    snprintf(path, PATH_SIZE, "/v1/log/entries");
    TRY(add_number(path, "limit", search->limit, true, failure));
    TRY(add_number(path, "after", search->after, search->begins_behind, failure));
    TRY(client_add_query(path, PATH_SIZE, "order", search->newest_first ? "newest_first" : NULL, failure));
    TRY(client_add_query(path, PATH_SIZE, "event",
        filter->events != 0 ? log_events_format(filter->events, events) : NULL, failure));
    TRY(add_number(path, "since", (uint64_t)filter->since_ms, filter->since_ms != 0, failure));
    TRY(add_number(path, "until", (uint64_t)filter->until_ms, filter->until_ms != 0, failure));
    TRY(client_add_query(path, PATH_SIZE, "officer", filter->officer, failure));
    TRY(client_add_query(path, PATH_SIZE, "purpose", filter->purpose, failure));
    TRY(client_add_query(path, PATH_SIZE, "decision", filter->decision, failure));
    return client_add_query(path, PATH_SIZE, "transaction", filter->transaction, failure);
}

static enum reason fetch_page(struct session *session, struct journal_search *search, struct failure *failure)
{
    char path[PATH_SIZE];
    json_t *answer = NULL;
    TRY(make_path(search, path, failure));
    TRY(client_get(session->client, path, &answer, failure));
    const char *next = json_string_value(json_object_get(answer, "next"));
    search->entries = json_incref(json_object_get(answer, "entries"));
    search->size = (uint64_t)json_integer_value(json_object_get(answer, "size"));
    search->erased += (uint64_t)json_integer_value(json_object_get(answer, "erased"));
    search->more = next != NULL;
    enum reason reason = json_is_array(search->entries)
                             ? REASON_DONE
                             : failure_set(failure, REASON_BAD_FORMAT, "/v1/log/entries", "no entries");
    if (reason == REASON_DONE && next != NULL)
        reason = arguments_number("next", next, 0, SEQ_MOST, &search->looked, failure);
    json_decref(answer);
    return reason;
}

static enum reason add_page(
    struct session *session, struct journal_search *search, json_t *found, struct failure *failure)
{
    search->entries = NULL;
    if (session->client == NULL)
        search->size = journal_size(session->store);
    enum reason reason = session->client != NULL ? fetch_page(session, search, failure)
                                                 : retention_search(session->store, search, failure);
    if (reason == REASON_DONE && json_array_extend(found, search->entries) != 0)
        reason = failure_set(failure, REASON_NO_MEMORY, "entries", NULL);
    json_decref(search->entries);
    /* Where nothing is left, the next page is what comes behind the log's end. */
    search->after = search->more ? search->looked : search->size - 1;
    search->begins_behind = search->more || search->size > 0;
    return reason;
}

/* As many as are wanted, or all that there are. found: a new array, or NULL, which is refused. */
static enum reason collect(
    struct session *session, struct journal_search *search, json_t *found, struct failure *failure)
{
    uint64_t wanted = search->limit;
    enum reason reason =
        found != NULL ? REASON_DONE : failure_set(failure, REASON_NO_MEMORY, "entries", NULL);
    do {
        search->limit = wanted - json_array_size(found);
        if (reason == REASON_DONE)
            reason = add_page(session, search, found, failure);
    } while (reason == REASON_DONE && search->more && json_array_size(found) < wanted);
    search->limit = wanted;
    return reason;
}

/* --- Shown -------------------------------------------------------------------------------------------------- */

/* What the reader of an export must know beside it. */
static void say_of_export(const struct session *session, uint64_t unseen)
{
    char line[200];
    if (session_option(session, OPTION_VKEY, NULL) == NULL)
        print_error_line("the verifier key came with the export: compare it with the one you were given");
    snprintf(line, sizeof line, "%llu more may be such entries: their bodies are not there to be seen",
        (unsigned long long)unseen);
    if (unseen > 0)
        print_error_line("%s", line);
}

/* A page that is full looks as if it were all: of who asks for a time or an officer, or goes through the log, that is said. */
static void say_what_is_left(const struct journal_search *search)
{
    char line[120];
    if (!search->more || (search->newest_first && !log_filter_is_set(&search->filter)))
        return;
    if (search->newest_first)
        snprintf(line, sizeof line, "the entries before %llu were not looked at: a higher --count shows more",
            (unsigned long long)search->looked);
    else
        snprintf(line, sizeof line, "the entries from %llu on were not looked at: --from goes on there",
            (unsigned long long)search->looked + 1);
    print_error_line("%s", line);
}

/* found is taken over. */
static enum reason show(const struct session *session, const struct journal_search *search, json_t *found,
    uint64_t unseen, struct failure *failure)
{
    json_t *entry;
    size_t i;
    if (session_option(session, OPTION_EXPORT, NULL) != NULL)
        say_of_export(session, unseen);
    if (session->arguments.word_count > 0 && json_array_size(found) == 0) {
        json_decref(found);
        return failure_set(failure, REASON_ENTRY_NOT_FOUND, session->arguments.words[0],
            "the log has %llu entries", (unsigned long long)search->size);
    }
    if (session->arguments.json) {
        struct json_writer writer;
        json_writer_object(&writer);
        json_write_integer(&writer, "size", (int64_t)search->size);
        json_write_value(&writer, "entries", found);
        if (session_option(session, OPTION_EXPORT, NULL) != NULL)
            json_write_integer(&writer, "unseen", (int64_t)unseen);
        else
            json_write_integer(&writer, "erased", (int64_t)search->erased);
        json_write_value(&writer, "next",
            search->more ? json_sprintf("%llu", (unsigned long long)search->looked) : json_null());
        return print_json(json_writer_end(&writer), failure);
    }
    json_array_foreach(found, i, entry) print_entry(session, entry);
    if (json_array_size(found) == 0)
        print_line("no entry");
    if (session->arguments.word_count == 0)
        say_what_is_left(search);
    if (log_filter_is_set(&search->filter) && search->erased > 0)
        print_line("erased, so that what they said could not be asked: %llu of the entries looked at",
            (unsigned long long)search->erased);
    json_decref(found);
    return REASON_DONE;
}

/* --- As they come ------------------------------------------------------------------------------------------- */

/* One entry after the other, the oldest first; *quiet: nothing but looks at the log was among them. */
static enum reason print_new(
    const struct session *session, json_t *found, bool backwards, bool *quiet, struct failure *failure)
{
    size_t count = json_array_size(found);
    enum reason reason = REASON_DONE;
    *quiet = true;
    for (size_t i = 0; i < count && reason == REASON_DONE; i++) {
        json_t *entry = json_array_get(found, backwards ? count - 1 - i : i);
        const char *event = json_string_value(json_object_get(json_object_get(entry, "head"), "event"));
        *quiet = *quiet && event != NULL && strcmp(event, log_event_name(LOG_EVENT_ACCESS)) == 0;
        if (session->arguments.json)
            reason = print_json(json_incref(entry), failure);
        else
            print_entry(session, entry);
    }
    if (reason == REASON_DONE && fflush(stdout) != 0)
        reason = failure_set(failure, REASON_FILE_ERROR, "standard output", "it takes no more");
    return reason;
}

/* Waits until the log is longer than it was. */
static enum reason wait_for_more(
    struct session *session, uint64_t size, unsigned seconds, struct failure *failure)
{
    uint64_t now;
    do {
        json_t *status = NULL;
        sleep(seconds);
        TRY(client_get(session->client, "/v1/status", &status, failure));
        now = (uint64_t)json_integer_value(json_object_get(json_object_get(status, "log"), "size"));
        json_decref(status);
    } while (now <= size);
    return REASON_DONE;
}

static enum reason follow(struct session *session, struct journal_search *search, struct failure *failure)
{
    unsigned seconds = FOLLOW_SECONDS;
    bool backwards = search->newest_first, quiet;
    for (;;) {
        json_t *found = json_array();
        enum reason reason = collect(session, search, found, failure);
        if (reason == REASON_DONE)
            reason = print_new(session, found, backwards, &quiet, failure);
        json_decref(found);
        if (reason != REASON_DONE)
            return reason;
        if (backwards)
            search->after = search->size - 1;
        backwards = search->newest_first = false;
        search->limit = COUNT_MOST;
        seconds = quiet && seconds < FOLLOW_SECONDS_MOST ? 2 * seconds : quiet ? seconds : FOLLOW_SECONDS;
        if (!search->more || search->after + 1 >= search->size)
            TRY(wait_for_more(session, search->size, seconds, failure));
    }
}

enum reason command_log_show(struct session *session, struct failure *failure)
{
    const char *directory = session_option(session, OPTION_EXPORT, NULL);
    struct journal_search search = {0};
    uint64_t unseen = 0;
    json_t *found = NULL;
    enum reason reason;
    TRY(read_search(session, &search, failure));
    if (session_option(session, OPTION_FOLLOW, NULL) != NULL) {
        if (session->client == NULL)
            return failure_set(failure, REASON_DAEMON_NOT_REACHABLE, "--follow",
                "nothing is written without kordond; leave --follow out");
        return follow(session, &search, failure);
    }
    if (directory != NULL) {
        reason = export_search(session, directory, &search, &unseen, failure);
        found = search.entries;
    } else {
        found = json_array();
        reason = collect(session, &search, found, failure);
    }
    if (reason == REASON_DONE)
        return show(session, &search, found, unseen, failure);
    json_decref(found);
    return reason;
}
