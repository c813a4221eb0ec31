/* command_figures.c: a month's figures, from kordond, from the state, or from an export alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/parse.h"
#include "log/figures.h"
#include "retention/reading.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/export_read.h"
#include "tools/kordonctl/kordonctl.h"

/* --- Where they come from ----------------------------------------------------------------------------------- */

static enum reason count_store(
    struct store *store, struct log_figures *figures, uint64_t *size, struct failure *failure)
{
    struct journal_search search = {.limit = JOURNAL_SEARCH_LOOKS,
        .size = journal_size(store),
        .filter = {.events = FIGURES_EVENTS, .since_ms = figures->since_ms, .until_ms = figures->until_ms}};
    enum reason reason;
    *size = search.size;
    do {
        json_t *entry;
        size_t i;
        reason = retention_search(store, &search, failure);
        json_array_foreach(search.entries, i, entry) log_figures_add_entry(figures, entry);
        json_decref(search.entries);
        search.begins_behind = true;
        search.after = search.looked;
    } while (reason == REASON_DONE && search.more);
    return reason;
}

struct counting {
    struct log_figures *figures;
    bool lacks; /* memory for a body */
};

static void on_body(void *context, const struct entry_head *head, const uint8_t *body, size_t size)
{
    struct counting *counting = context;
    json_t *object = NULL;
    if (size > 0 && json_parse(body, size, &object, NULL) == REASON_NO_MEMORY)
        counting->lacks = true;
    log_figures_add(counting->figures, head->event, (int64_t)head->time_ms, object);
    json_decref(object);
}

/* Nothing is counted of an export that does not hold. */
static enum reason count_export(const struct session *session, const char *directory,
    struct log_figures *figures, uint64_t *size, struct failure *failure)
{
    struct counting counting = {.figures = figures};
    enum reason reason = export_read(session, directory, on_body, &counting, size, failure);
    return reason == REASON_DONE && counting.lacks ? failure_set(failure, REASON_NO_MEMORY, "figures", NULL)
                                                   : reason;
}

static enum reason fetch(
    const struct session *session, const char *month, json_t **answer, struct failure *failure)
{
    char path[256] = "/v1/figures";
    TRY(client_add_query(path, sizeof path, "month", month, failure));
    const struct client_request request = {.method = "GET", .path = path, .timeout_ms = 600000};
    return client_send_json(session->client, &request, answer, failure);
}

static enum reason compute(
    struct session *session, const char *month, json_t **answer, struct failure *failure)
{
    const char *directory = session->arguments.word_count > 0 ? session->arguments.words[0] : NULL;
    struct log_figures figures;
    uint64_t size = 0;
    if (directory == NULL && session->client != NULL)
        return fetch(session, month, answer, failure);
    TRY(log_figures_init(&figures, month, failure));
    enum reason reason = directory != NULL ? count_export(session, directory, &figures, &size, failure)
                                           : count_store(session->store, &figures, &size, failure);
    *answer = reason == REASON_DONE ? log_figures_json(&figures, size) : NULL;
    log_figures_finish(&figures);
    return reason == REASON_DONE && *answer == NULL ? failure_set(failure, REASON_NO_MEMORY, "figures", NULL)
                                                    : reason;
}

/* --- As text ------------------------------------------------------------------------------------------------ */

static const struct {
    const char *name, *words;
} tables[] = {{"decisions", "decisions"}, {"exceptions", "exceptions"}, {"manual_records", "manual records"},
    {"refused_captures", "captures not taken"}, {"quality", "samples by quality"},
    {"attempt", "samples by attempt"}, {"flaws", "flaws of samples"}, {"sensor", "samples by sensor"},
    {"attack_detection", "attack detection"}};

static void print_table(const char *words, json_t *cells)
{
    const char *cell;
    json_t *value;
    if (json_object_size(cells) > 0)
        print_line("  %s", words);
    json_object_foreach(cells, cell, value)
    {
        if (json_is_integer(value))
            print_line("    %-44s %8lld", cell, (long long)json_integer_value(value));
        else
            print_line(
                "    %-44s %8s", cell, json_string_value(value) != NULL ? json_string_value(value) : "-");
    }
}

static void print_purpose(const json_t *purpose)
{
    if (json_is_integer(json_object_get(purpose, "transactions")))
        print_line("%s: %lld transactions", text_of(purpose, "purpose"), number_of(purpose, "transactions"));
    else
        print_line("%s", text_of(purpose, "purpose"));
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        print_table(tables[i].words, json_object_get(purpose, tables[i].name));
}

static void print_score(const json_t *tests, const char *member, const char *words)
{
    if (json_is_integer(json_object_get(tests, member)))
        print_line("    %-44s %8lld", words, number_of(tests, member));
}

static void print_figures(const json_t *answer)
{
    const json_t *purpose, *tests = json_object_get(answer, "self_tests");
    size_t i;
    print_line("%s: %lld entries of %lld", text_of(answer, "month"), number_of(answer, "entries"),
        number_of(answer, "size"));
    if (number_of(answer, "unseen") > 0)
        print_line("not counted     %lld entries whose bodies are not there to be seen",
            number_of(answer, "unseen"));
    json_array_foreach(json_object_get(answer, "purposes"), i, purpose) print_purpose(purpose);
    print_line("self-tests");
    print_line("    %-44s %8lld", "passed", number_of(tests, "passed"));
    print_line("    %-44s %8lld", "failed", number_of(tests, "failed"));
    print_line("    %-44s %8lld", "could not be run to their end", number_of(tests, "incomplete"));
    print_score(tests, "mated_lowest", "lowest score of two prints of one finger");
    print_score(tests, "non_mated_highest", "highest score of prints of two fingers");
    print_line("A count of one to four people is told as <5; \"withheld\" is one that would give such a "
               "count away.");
}

enum reason command_figures_check(const struct session *session, struct failure *failure)
{
    const char *month = session_option(session, OPTION_MONTH, NULL);
    struct log_figures figures;
    if (month == NULL)
        return failure_set(failure, REASON_BAD_ARGUMENT, "--month", "give a month such as 2026-11");
    enum reason reason = log_figures_init(&figures, month, failure);
    log_figures_finish(&figures);
    return reason == REASON_BAD_VALUE
               ? failure_set(failure, REASON_BAD_ARGUMENT, "--month", "give a month such as 2026-11")
               : reason;
}

enum reason command_figures(struct session *session, struct failure *failure)
{
    json_t *answer = NULL;
    TRY(compute(session, session_option(session, OPTION_MONTH, ""), &answer, failure));
    if (session->arguments.json)
        return print_json(answer, failure);
    print_figures(answer);
    json_decref(answer);
    return REASON_DONE;
}
