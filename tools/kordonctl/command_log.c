#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/memory.h"
#include "json/text.h"
#include "store/journal.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/kordonctl.h"
#include "tools/kordonctl/log_source.h"

#define COUNT_MOST 1000
#define SEQ_MOST   ((UINT64_C(1) << 53) - 1)

/* --- show ------------------------------------------------------------------------------------------------- */

static void print_body(json_t *body)
{
    const char *key;
    json_t *value;
    json_object_foreach(body, key, value)
    {
        size_t size;
        char *text = json_is_string(value) ? NULL : json_text(value, &size);
        print_line("    %-16s %s", key,
            json_is_string(value) ? json_string_value(value)
            : text != NULL        ? text
                                  : "-");
        json_text_free(text);
    }
}

static void print_entry(const json_t *entry)
{
    const json_t *head = json_object_get(entry, "head");
    json_t *body = json_object_get(entry, "body");
    const char *event = json_string_value(json_object_get(head, "event"));
    char time[64];
    print_line("entry %lld  %s  %s", (long long)json_integer_value(json_object_get(head, "seq")),
        time_in_words(json_integer_value(json_object_get(head, "t")), time, sizeof time),
        event != NULL ? event : "-");
    if (json_is_object(body))
        print_body(body);
    else
        print_line("    (erased)");
}

/* As kordond says it: the last entry that is shown, where others follow. */
static json_t *next_of(uint64_t behind, uint64_t size)
{
    return behind < size ? json_sprintf("%llu", (unsigned long long)behind - 1) : json_null();
}

static enum reason show_from_daemon(
    struct session *session, uint64_t from, uint64_t count, json_t **answer, struct failure *failure)
{
    char path[128], text[24];
    snprintf(path, sizeof path, "/v1/log/entries?limit=%llu", (unsigned long long)count);
    snprintf(text, sizeof text, "%llu", (unsigned long long)from - 1);
    enum reason reason = client_add_query(path, sizeof path, "after", from > 0 ? text : NULL, failure);
    return reason == REASON_DONE ? client_get(session->client, path, answer, failure) : reason;
}

static enum reason show_from_store(
    struct session *session, uint64_t from, uint64_t count, json_t **answer, struct failure *failure)
{
    enum reason reason = REASON_DONE;
    uint64_t size = journal_size(session->store);
    struct json_writer entries, writer;
    json_writer_array(&entries);
    for (uint64_t seq = from; seq < size && seq - from < count && reason == REASON_DONE; seq++) {
        json_t *entry;
        reason = journal_read(session->store, seq, &entry, failure);
        if (reason == REASON_DONE)
            json_append_value(&entries, entry);
    }
    json_writer_object(&writer);
    json_write_integer(&writer, "size", (int64_t)size);
    json_write_value(&writer, "entries", json_writer_end(&entries));
    json_write_value(&writer, "next", next_of(from + count, size));
    *answer = json_writer_end(&writer);
    if (reason == REASON_DONE && *answer == NULL)
        reason = failure_set(failure, REASON_NO_MEMORY, "entries", NULL);
    return reason;
}

static enum reason show_range(
    const struct session *session, uint64_t *from, uint64_t *count, struct failure *failure)
{
    const char *seq = session->arguments.word_count > 0 ? session->arguments.words[0] : NULL;
    if (seq != NULL) {
        *count = 1;
        return arguments_number("SEQ", seq, 0, SEQ_MOST, from, failure);
    }
    enum reason reason =
        arguments_number("--from", session_option(session, OPTION_FROM, "0"), 0, SEQ_MOST, from, failure);
    if (reason == REASON_DONE)
        reason = arguments_number(
            "--count", session_option(session, OPTION_COUNT, "20"), 1, COUNT_MOST, count, failure);
    return reason;
}

enum reason command_log_show(struct session *session, struct failure *failure)
{
    uint64_t from, count;
    json_t *answer = NULL, *entry;
    size_t i;
    TRY(show_range(session, &from, &count, failure));
    enum reason reason = session->client != NULL ? show_from_daemon(session, from, count, &answer, failure)
                                                 : show_from_store(session, from, count, &answer, failure);
    if (reason != REASON_DONE) {
        json_decref(answer);
        return reason;
    }
    const json_t *entries = json_object_get(answer, "entries");
    if (session->arguments.word_count > 0 && json_array_size(entries) == 0)
        reason = failure_set(failure, REASON_ENTRY_NOT_FOUND, session->arguments.words[0],
            "the log has %lld entries", (long long)json_integer_value(json_object_get(answer, "size")));
    else if (session->arguments.json)
        reason = print_json(json_incref(answer), failure);
    else
        json_array_foreach(entries, i, entry) print_entry(entry);
    json_decref(answer);
    return reason;
}

/* --- prove, checkpoint ------------------------------------------------------------------------------------ */

enum reason command_log_out_check(const struct session *session, struct failure *failure)
{
    return check_new_file(session_option(session, OPTION_OUT, NULL), failure);
}

/* Text to --out, or to the standard output (as {"<key>": text} with --json). */
static enum reason deliver(
    struct session *session, const char *key, const char *text, struct failure *failure)
{
    const char *out = session_option(session, OPTION_OUT, NULL);
    TRY(out != NULL ? write_new_file(out, text, strlen(text), 0644, failure) : REASON_DONE);
    if (session->arguments.json) {
        struct json_writer writer;
        json_writer_object(&writer);
        json_write_text(&writer, out != NULL ? "written" : key, out != NULL ? out : text);
        return print_json(json_writer_end(&writer), failure);
    }
    if (out != NULL)
        print_line("written to %s", out);
    else
        fputs(text, stdout);
    return REASON_DONE;
}

/* A text from kordond; malloc'd. */
static enum reason fetch_text(struct session *session, const char *path, char **text, struct failure *failure)
{
    size_t size;
    struct client_request request = {.method = "GET", .path = path};
    return client_send(session->client, &request, (uint8_t **)text, &size, failure);
}

enum reason command_log_prove(struct session *session, struct failure *failure)
{
    uint64_t seq;
    char path[128], *text = NULL;
    TRY(arguments_number("SEQ", session->arguments.words[0], 0, SEQ_MOST, &seq, failure));
    snprintf(path, sizeof path, "/v1/log/entries/%llu/receipt", (unsigned long long)seq);
    enum reason reason = session->client != NULL ? fetch_text(session, path, &text, failure)
                                                 : journal_receipt(session->store, seq, &text, failure);
    if (reason == REASON_DONE)
        reason = deliver(session, "receipt", text, failure);
    free(text);
    return reason;
}

enum reason command_log_checkpoint(struct session *session, struct failure *failure)
{
    char *text = NULL;
    enum reason reason = session->client != NULL
                             ? fetch_text(session, "/v1/log/files/checkpoint", &text, failure)
                             : journal_checkpoint(session->store, &text, failure);
    if (reason == REASON_DONE)
        reason = deliver(session, "checkpoint", text, failure);
    free(text);
    return reason;
}
