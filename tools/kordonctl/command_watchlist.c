#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "list/describe.h"
#include "list/not_permitted.h"
#include "store/policy_change.h"
#include "store/watchlist.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/kordonctl.h"

#define PATH_SIZE 8192
#define PAGE_SIZE 1000

/* --- list and show ---------------------------------------------------------------------------------------- */

static enum reason check_identity_options(const struct session *session, struct failure *failure)
{
    if (session_option(session, OPTION_IDENTITY, NULL) == NULL)
        return REASON_DONE;
    if (session_option(session, OPTION_JUSTIFICATION, NULL) == NULL)
        return failure_set(failure, REASON_BAD_ARGUMENT, "--justification", "seeing an identity needs one");
    if (session->client == NULL)
        return failure_set(failure, REASON_DAEMON_NOT_REACHABLE, session->configuration.api.socket,
            "identities are shown through kordond only");
    return REASON_DONE;
}

static enum reason collect_entry(void *context, const struct watchlist_entry *entry, struct failure *failure)
{
    struct json_writer *entries = context;
    json_append_value(entries, list_describe_entry(entry, WATCHLIST_PART_ALERT));
    return entries->failed ? failure_set(failure, REASON_NO_MEMORY, "entries", NULL) : REASON_DONE;
}

/* A look at the list is a consultation also where no daemon is asked (L1). */
static enum reason journal_look(struct session *session, const char *what, struct failure *failure)
{
    struct journal_outcome outcome = {0};
    struct json_writer writer;
    session_begin_body(session, &writer);
    json_write_text(&writer, "purpose", "watchlist_administration");
    json_write_text(&writer, "legal_basis", "operation of the watchlist");
    json_write_text(&writer, "justification", session_option(session, OPTION_JUSTIFICATION, what));
    const struct log_draft draft = {.event = LOG_EVENT_CONSULTATION, .body = json_writer_end(&writer)};
    enum reason reason = journal_append(session->store, &draft, 1, &outcome, failure);
    journal_outcome_finish(&outcome);
    json_decref(draft.body);
    return reason;
}

static enum reason list_from_store(struct session *session, json_t **answer, struct failure *failure)
{
    struct watchlist_summary summary;
    struct json_writer entries, writer;
    TRY(watchlist_summarize(session->store, &summary, failure));
    TRY(journal_look(session, "listing of ids, categories and dates", failure));
    json_writer_array(&entries);
    enum reason reason =
        watchlist_load(session->store, WATCHLIST_PART_ALERT, collect_entry, &entries, failure);
    json_writer_object(&writer);
    json_write_value(&writer, "list", list_describe(&summary));
    json_write_value(&writer, "entries", json_writer_end(&entries));
    *answer = json_writer_end(&writer);
    if (reason == REASON_DONE && *answer == NULL)
        reason = failure_set(failure, REASON_NO_MEMORY, "entries", NULL);
    return reason;
}

static enum reason list_from_daemon(struct session *session, json_t **answer, struct failure *failure)
{
    char path[PATH_SIZE] = "/v1/watchlist", limit[16];
    bool identity = session_option(session, OPTION_IDENTITY, NULL) != NULL;
    *answer = NULL;
    snprintf(limit, sizeof limit, "%d", PAGE_SIZE);
    enum reason reason = client_add_query(path, sizeof path, "limit", limit, failure);
    if (reason == REASON_DONE)
        reason = client_add_query(path, sizeof path, "identity", identity ? "1" : NULL, failure);
    if (reason == REASON_DONE)
        reason = client_add_query(
            path, sizeof path, "justification", session_option(session, OPTION_JUSTIFICATION, NULL), failure);
    return reason == REASON_DONE
               ? client_get_all(session->client, path, sizeof path, "entries", answer, failure)
               : reason;
}

static void print_entry_line(const json_t *entry)
{
    const char *name = json_string_value(json_object_get(entry, "name"));
    print_line("%s  %-32s %s to %s%s%s%s%s", text_of(entry, "entry"), text_of(entry, "category"),
        text_of(entry, "entered"), text_of(entry, "expires"), name != NULL ? "  " : "",
        name != NULL ? name : "", name != NULL ? "  case " : "",
        name != NULL ? text_of(entry, "case_number") : "");
}

static enum reason get_list(struct session *session, json_t **answer, struct failure *failure)
{
    enum reason reason = check_identity_options(session, failure);
    *answer = NULL;
    if (reason != REASON_DONE)
        return reason;
    return session->client != NULL ? list_from_daemon(session, answer, failure)
                                   : list_from_store(session, answer, failure);
}

enum reason command_watchlist_list(struct session *session, struct failure *failure)
{
    json_t *answer, *entry;
    size_t i;
    enum reason reason = get_list(session, &answer, failure);
    if (reason != REASON_DONE) {
        json_decref(answer);
        return reason;
    }
    if (session->arguments.json)
        return print_json(answer, failure);
    const json_t *list = json_object_get(answer, "list");
    if (json_integer_value(json_object_get(list, "version")) == 0)
        print_line("no list is installed");
    else
        print_line("list %s version %lld: %lld people, %lld fingers", text_of(list, "name"),
            (long long)json_integer_value(json_object_get(list, "version")),
            (long long)json_integer_value(json_object_get(list, "entries")),
            (long long)json_integer_value(json_object_get(list, "fingers")));
    json_array_foreach(json_object_get(answer, "entries"), i, entry) print_entry_line(entry);
    json_decref(answer);
    return REASON_DONE;
}

static enum reason parse_id(const struct session *session, struct watchlist_id *id, struct failure *failure)
{
    if (!watchlist_id_parse(session->arguments.words[0], id))
        return failure_set(
            failure, REASON_BAD_ARGUMENT, session->arguments.words[0], "an id is 32 hex digits");
    return REASON_DONE;
}

static void print_entry(const json_t *entry)
{
    static const char *const keys[] = {"entry", "category", "case_number", "name", "action", "instruction",
        "legal_basis", "authority", "entered", "expires"};
    const json_t *purpose;
    size_t i;
    for (i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (json_object_get(entry, keys[i]) != NULL)
            print_line("%-15s %s", keys[i], text_of(entry, keys[i]));
    json_array_foreach(json_object_get(entry, "purposes"), i, purpose) print_line("%-15s %s",
        i == 0 ? "purposes" : "", json_string_value(purpose) != NULL ? json_string_value(purpose) : "-");
}

static enum reason entry_from_store(
    struct session *session, const struct watchlist_id *id, json_t **entry, struct failure *failure)
{
    TRY(journal_look(session, "showing an entry's category and dates", failure));
    struct json_writer writer;
    json_writer_array(&writer);
    enum reason reason =
        watchlist_read(session->store, id, WATCHLIST_PART_ALERT, collect_entry, &writer, failure);
    json_t *found = json_writer_end(&writer);
    *entry = json_incref(json_array_get(found, 0));
    json_decref(found);
    if (reason == REASON_DONE && *entry == NULL)
        reason = failure_set(failure, REASON_NO_MEMORY, "entries", NULL);
    return reason;
}

static enum reason entry_from_daemon(struct session *session, json_t **entry, struct failure *failure)
{
    char path[PATH_SIZE];
    bool identity = session_option(session, OPTION_IDENTITY, NULL) != NULL;
    snprintf(path, sizeof path, "/v1/watchlist/%s", session->arguments.words[0]);
    enum reason reason = client_add_query(path, sizeof path, "identity", identity ? "1" : NULL, failure);
    if (reason == REASON_DONE)
        reason = client_add_query(
            path, sizeof path, "justification", session_option(session, OPTION_JUSTIFICATION, NULL), failure);
    return reason == REASON_DONE ? client_get(session->client, path, entry, failure) : reason;
}

enum reason command_watchlist_show(struct session *session, struct failure *failure)
{
    struct watchlist_id id;
    json_t *entry = NULL;
    enum reason reason = parse_id(session, &id, failure);
    if (reason == REASON_DONE)
        reason = check_identity_options(session, failure);
    if (reason == REASON_DONE)
        reason = session->client != NULL ? entry_from_daemon(session, &entry, failure)
                                         : entry_from_store(session, &id, &entry, failure);
    if (reason == REASON_ENTRY_NOT_FOUND)
        failure_set(failure, reason, session->arguments.words[0], NULL);
    if (reason == REASON_DONE && session->arguments.json)
        reason = print_json(json_incref(entry), failure);
    else if (reason == REASON_DONE)
        print_entry(entry);
    json_decref(entry);
    return reason;
}

/* --- erase ------------------------------------------------------------------------------------------------ */

static enum reason erase_in_store(struct session *session, const struct watchlist_id *id,
    const char *justification, json_t **result, struct failure *failure)
{
    struct journal_outcome outcome = {0};
    struct json_writer writer;
    session_begin_body(session, &writer);
    json_write_text(&writer, "justification", justification);
    const struct log_draft draft = {.event = LOG_EVENT_ERASURE, .body = json_writer_end(&writer)};
    enum reason reason = watchlist_erase(session->store, NULL, id, &draft, &outcome, failure);
    *result = json_object();
    if (reason == REASON_DONE)
        reason = session_add_outcome(result, &outcome, failure);
    journal_outcome_finish(&outcome);
    json_decref(draft.body);
    return reason;
}

static enum reason erase_through_daemon(
    struct session *session, const char *justification, json_t **result, struct failure *failure)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "/v1/watchlist/%s", session->arguments.words[0]);
    enum reason reason = client_add_query(path, sizeof path, "justification", justification, failure);
    struct client_request request = {.method = "DELETE", .path = path};
    return reason == REASON_DONE ? client_send_json(session->client, &request, result, failure) : reason;
}

enum reason command_watchlist_erase(struct session *session, struct failure *failure)
{
    struct watchlist_id id;
    json_t *result = NULL;
    const char *justification = session_option(session, OPTION_JUSTIFICATION, NULL);
    if (justification == NULL)
        return failure_set(failure, REASON_BAD_ARGUMENT, "--justification", "an erasure needs one");
    enum reason reason = parse_id(session, &id, failure);
    if (reason == REASON_DONE)
        reason = session->client != NULL ? erase_through_daemon(session, justification, &result, failure)
                                         : erase_in_store(session, &id, justification, &result, failure);
    if (reason == REASON_DONE && session->arguments.json)
        return print_json(result, failure);
    if (reason == REASON_DONE)
        print_line("erased; recorded as entry %lld of the log", number_of(result, "seq"));
    json_decref(result);
    return reason;
}

/* --- check ------------------------------------------------------------------------------------------------ */

static void collect_problem(void *context, const struct watchlist_id *id, const struct failure *problem)
{
    char text[WATCHLIST_ID_TEXT_SIZE] = "list";
    struct json_writer writer;
    if (id != NULL)
        watchlist_id_format(id, text);
    json_writer_object(&writer);
    json_write_text(&writer, "entry", text);
    json_write_text(&writer, "reason", reason_name(problem->reason));
    json_write_text(&writer, "detail", problem->detail);
    json_append_value(context, json_writer_end(&writer));
}

/* By the policy that lies in the state. NULL where nobody knows. */
static json_t *find_not_permitted(struct session *session)
{
    struct list_purposes purposes;
    struct policy *policy = NULL;
    struct policy_text text;
    json_t *found = NULL;
    enum reason reason = policy_text_read(session->store, &text, NULL);
    if (reason == REASON_DONE)
        reason = policy_parse("policy", text.text, text.size, &policy, NULL);
    if (reason == REASON_DONE) {
        list_purposes_of(policy, &purposes);
        list_find_not_permitted(session->store, &purposes, PAGE_SIZE, &found, NULL);
    }
    policy_destroy(policy);
    policy_text_finish(&text);
    return found;
}

static enum reason check_store(struct session *session, json_t **result, struct failure *failure)
{
    struct watchlist_summary summary = {0};
    struct failure ignored;
    uint64_t problems = 0;
    struct json_writer list, writer;
    json_writer_array(&list);
    enum reason reason = watchlist_check(session->store, collect_problem, &list, &problems, failure);
    if (watchlist_summarize(session->store, &summary, &ignored) != REASON_DONE)
        summary.entry_count = 0;
    json_writer_object(&writer);
    json_write_integer(&writer, "entries", (int64_t)summary.entry_count);
    json_write_integer(&writer, "found", (int64_t)problems);
    json_write_value(&writer, "problems", json_writer_end(&list));
    json_t *not_permitted = reason == REASON_DONE ? find_not_permitted(session) : NULL;
    if (not_permitted != NULL)
        json_write_value(&writer, "not_permitted", not_permitted);
    else
        json_write_null(&writer, "not_permitted");
    json_write_null(&writer, "next");
    *result = json_writer_end(&writer);
    if (reason != REASON_DONE && problems == 0)
        return reason;
    return *result != NULL ? REASON_DONE : failure_set(failure, REASON_NO_MEMORY, "problems", NULL);
}

static void print_not_permitted(const json_t *not_permitted)
{
    const json_t *entries = json_object_get(not_permitted, "entries"), *id;
    long long found = number_of(not_permitted, "found");
    size_t i;
    if (found == 0)
        return;
    print_line(
        "%lld of them are searched for by nobody: the policy shows their category to none of their purposes",
        found);
    json_array_foreach(entries, i, id) print_line("%s", json_string_value(id));
    if ((size_t)found > json_array_size(entries))
        print_line("... these are the first %zu", json_array_size(entries));
}

enum reason command_watchlist_check(struct session *session, struct failure *failure)
{
    json_t *result = NULL, *problem;
    size_t i;
    struct client_request request = {
        .method = "POST", .path = "/v1/watchlist/check?limit=1000", .timeout_ms = 600000};
    enum reason reason = session->client != NULL
                             ? client_send_json(session->client, &request, &result, failure)
                             : check_store(session, &result, failure);
    if (reason != REASON_DONE) {
        json_decref(result);
        return reason;
    }
    const json_t *problems = json_object_get(result, "problems");
    long long entries = json_integer_value(json_object_get(result, "entries"));
    long long found = json_integer_value(json_object_get(result, "found"));
    session->exit_code = found > 0 ? 1 : 0;
    if (session->arguments.json)
        return print_json(result, failure);
    json_array_foreach(problems, i, problem) print_line(
        "%s  %s: %s", text_of(problem, "entry"), text_of(problem, "reason"), text_of(problem, "detail"));
    if (json_is_string(json_object_get(result, "next")))
        print_line("... these are the first %zu", json_array_size(problems));
    if (session->exit_code == 0)
        print_line("all %lld entries open in their place and belong to this list", entries);
    else
        print_error_line("watchlist: %lld problems in %lld entries; the state directory was altered: keep it "
                         "as "
                         "evidence, "
                         "restore the list from its issuer",
            found, entries);
    print_not_permitted(json_object_get(result, "not_permitted"));
    json_decref(result);
    return REASON_DONE;
}
