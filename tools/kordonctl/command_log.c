#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "crypto/locked_memory.h"
#include "log/export.h"
#include "log/verify.h"
#include "store/journal.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/kordonctl.h"
#include "tools/kordonctl/log_source.h"

#define SMALL_FILE_MAX 65536
#define COUNT_MOST     1000
#define SEQ_MOST       ((UINT64_C(1) << 53) - 1)

/* A look at the log is itself logged (L4); kordond does so where it is asked. */
static enum reason journal_access(struct session *session, const char *what, struct failure *failure)
{
    struct journal_outcome outcome = {0};
    if (session->client != NULL)
        return REASON_DONE;
    json_t *body = session_journal_body(session);
    json_object_set_new(body, "access", json_string(what));
    const struct log_draft draft = {.event = LOG_EVENT_ACCESS, .body = body};
    enum reason reason = journal_append(session->store, &draft, 1, &outcome, failure);
    journal_outcome_finish(&outcome);
    json_decref(body);
    return reason;
}

/* The session's log as a source: kordond's or the open store's. */
static struct log_source open_source(struct session *session, struct log_client_source *client_source)
{
    *client_source = (struct log_client_source){0};
    return session->client != NULL ? log_source_client(client_source, session->client)
                                   : log_source_store(session->store);
}

/* --- verify ----------------------------------------------------------------------------------------------- */

/* One line of text from a small file, without its newline; malloc'd. */
static enum reason read_line(const char *path, char **line, struct failure *failure)
{
    size_t size;
    enum reason reason = file_read(path, SMALL_FILE_MAX, (uint8_t **)line, &size, failure);
    if (reason == REASON_DONE)
        (*line)[strcspn(*line, "\r\n")] = '\0';
    return reason;
}

struct verification_input {
    char vkey_path[4096];
    bool vkey_came_along; /* it lies in the export that it is to judge */
    char *vkey, *old;
};

static enum reason read_input(const struct session *session, const char *directory,
    struct verification_input *input, struct failure *failure)
{
    const char *old = session_option(session, OPTION_OLD, NULL),
               *vkey = session_option(session, OPTION_VKEY, NULL);
    size_t size;
    input->vkey_came_along = vkey == NULL && directory != NULL;
    if (vkey != NULL)
        snprintf(input->vkey_path, sizeof input->vkey_path, "%s", vkey);
    else
        snprintf(input->vkey_path, sizeof input->vkey_path, "%s/log.vkey",
            directory != NULL ? directory : session->configuration.state.directory);
    enum reason reason = read_line(input->vkey_path, &input->vkey, failure);
    if (reason == REASON_DONE && old != NULL)
        reason = file_read(old, SMALL_FILE_MAX, (uint8_t **)&input->old, &size, failure);
    return reason;
}

static enum reason print_verification(const struct session *session, const struct verification_input *input,
    const struct log_verification *verification, struct failure *failure)
{
    if (session->arguments.json)
        return print_json(
            json_pack("{s:b,s:I,s:I,s:I,s:I,s:s,s:b,s:b}", "valid", 1, "size", (json_int_t)verification->size,
                "erased", (json_int_t)verification->erased, "withheld", (json_int_t)verification->withheld,
                "time_reversals", (json_int_t)verification->time_reversals, "verifier_key", input->vkey,
                "verifier_key_came_with_the_export", input->vkey_came_along, "extends_old_checkpoint",
                input->old != NULL),
            failure);
    print_line(
        "the log holds: %llu entries, every one as it was signed", (unsigned long long)verification->size);
    if (verification->erased > 0)
        print_line("erased          %llu bodies, each with its erasure entry",
            (unsigned long long)verification->erased);
    if (verification->withheld > 0)
        print_line("withheld        %llu bodies, by the export", (unsigned long long)verification->withheld);
    if (verification->time_reversals > 0)
        print_line(
            "clock           ran backwards %llu times", (unsigned long long)verification->time_reversals);
    print_line("verifier key    %s%s", input->vkey,
        input->vkey_came_along ? " (it came with the export: compare it with the one you were given)" : "");
    print_line("%s",
        input->old != NULL
            ? "older copy      the log extends the older checkpoint"
            : "not known       whether this is the newest state: --old CHECKPOINT tells, if you kept one");
    return REASON_DONE;
}

/* The failure's line must name the entry also where the detail only says what is wrong with it. */
static void name_broken_entry(const struct log_verification *verification, struct failure *failure)
{
    struct failure cause = *failure;
    char entry[48];
    snprintf(entry, sizeof entry, "entry %llu", (unsigned long long)verification->broken_entry);
    if (verification->broken_entry_known && strcmp(cause.subject, entry) != 0)
        failure_set(failure, cause.reason, entry, "%s%s%s", cause.subject,
            cause.subject[0] != '\0' ? ": " : "", cause.detail);
}

enum reason command_log_verify(struct session *session, struct failure *failure)
{
    const char *directory = session->arguments.word_count > 0 ? session->arguments.words[0] : NULL;
    struct log_directory_source directory_source;
    struct log_client_source client_source = {0};
    struct verification_input input = {0};
    struct log_verification verification = {0};
    struct log_source source = directory != NULL ? log_source_directory(&directory_source, directory)
                                                 : open_source(session, &client_source);
    enum reason reason = read_input(session, directory, &input, failure);
    if (reason == REASON_DONE) {
        const struct log_verify_options options = {.verifier_key = input.vkey, .older_checkpoint = input.old};
        reason = log_verify(source, &options, &verification, failure);
        if (reason == REASON_DONE)
            reason = print_verification(session, &input, &verification, failure);
        else
            name_broken_entry(&verification, failure);
    }
    log_client_source_finish(&client_source);
    free(input.vkey);
    free(input.old);
    return reason;
}

/* --- show ------------------------------------------------------------------------------------------------- */

static void print_body(json_t *body)
{
    const char *key;
    json_t *value;
    json_object_foreach(body, key, value)
    {
        char *text = json_is_string(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
        print_line("    %-16s %s", key,
            json_is_string(value) ? json_string_value(value)
            : text != NULL        ? text
                                  : "-");
        free(text);
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

static enum reason show_from_store(
    struct session *session, uint64_t from, uint64_t count, json_t **answer, struct failure *failure)
{
    enum reason reason = journal_access(session, "entries shown by kordonctl", failure);
    if (reason != REASON_DONE)
        return reason;
    uint64_t size = journal_size(session->store);
    json_t *entries = json_array();
    for (uint64_t seq = from; seq < size && seq - from < count && reason == REASON_DONE; seq++) {
        json_t *entry;
        reason = journal_read(session->store, seq, &entry, failure);
        if (reason == REASON_DONE)
            json_array_append_new(entries, entry);
    }
    if (reason == REASON_DONE)
        *answer = json_pack("{s:I,s:O}", "size", (json_int_t)size, "entries", entries);
    json_decref(entries);
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
    char path[128];
    json_t *answer = NULL, *entry;
    size_t i;
    enum reason reason = show_range(session, &from, &count, failure);
    if (reason != REASON_DONE)
        return reason;
    snprintf(path, sizeof path, "/v1/log/entries?from=%llu&count=%llu", (unsigned long long)from,
        (unsigned long long)count);
    reason = session->client != NULL ? client_get(session->client, path, &answer, failure)
                                     : show_from_store(session, from, count, &answer, failure);
    if (reason != REASON_DONE)
        return reason;
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

/* --- export, prove, checkpoint ---------------------------------------------------------------------------- */

/* The log's verifier key: the one that init left beside the state, or else what kordond says. */
static enum reason verifier_key(struct session *session, char **line, struct failure *failure)
{
    char path[4096];
    json_t *status;
    snprintf(path, sizeof path, "%s/log.vkey", session->configuration.state.directory);
    enum reason reason = read_line(path, line, failure);
    if (reason == REASON_DONE || session->client == NULL)
        return reason;
    reason = client_get(session->client, "/v1/status", &status, failure);
    if (reason != REASON_DONE)
        return reason;
    const char *said = json_string_value(json_object_get(json_object_get(status, "log"), "verifier_key"));
    *line = said != NULL ? strdup(said) : NULL;
    json_decref(status);
    return *line != NULL ? REASON_DONE : failure_set(failure, REASON_FILE_NOT_FOUND, path, NULL);
}

static enum reason add_verifier_key(struct session *session, const char *directory, struct failure *failure)
{
    char path[4096], text[1024], *line;
    enum reason reason = verifier_key(session, &line, failure);
    if (reason != REASON_DONE)
        return reason;
    int length = snprintf(text, sizeof text, "%s\n", line);
    snprintf(path, sizeof path, "%s/log.vkey", directory);
    reason = file_write(path, text, (size_t)length, 0644, failure);
    free(line);
    return reason;
}

enum reason command_log_export(struct session *session, struct failure *failure)
{
    const char *directory = session->arguments.words[0];
    struct log_client_source client_source;
    enum reason reason = journal_access(session, "log exported by kordonctl", failure);
    if (reason != REASON_DONE)
        return reason;
    reason = log_export(open_source(session, &client_source), directory, failure);
    log_client_source_finish(&client_source);
    if (reason == REASON_DONE)
        reason = add_verifier_key(session, directory, failure);
    if (reason != REASON_DONE)
        return reason;
    if (session->arguments.json)
        return print_json(json_pack("{s:s}", "exported", directory), failure);
    print_line("exported to %s; check it anywhere with: kordonctl log verify %s --vkey YOUR-COPY-OF-LOG.VKEY",
        directory, directory);
    return REASON_DONE;
}

/* Text to --out, or to the standard output (as {"<key>": text} with --json). */
static enum reason deliver(
    struct session *session, const char *key, const char *text, struct failure *failure)
{
    const char *out = session_option(session, OPTION_OUT, NULL);
    enum reason reason = out != NULL ? write_new_file(out, text, strlen(text), 0644, failure) : REASON_DONE;
    if (reason != REASON_DONE)
        return reason;
    if (session->arguments.json)
        return print_json(
            json_pack("{s:s}", out != NULL ? "written" : key, out != NULL ? out : text), failure);
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
    enum reason reason = arguments_number("SEQ", session->arguments.words[0], 0, SEQ_MOST, &seq, failure);
    if (reason == REASON_DONE)
        reason = journal_access(session, "receipt given by kordonctl", failure);
    if (reason != REASON_DONE)
        return reason;
    snprintf(path, sizeof path, "/v1/log/entries/%llu/receipt", (unsigned long long)seq);
    reason = session->client != NULL ? fetch_text(session, path, &text, failure)
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
