/* command_transaction_records.c: transactions that were made: listed, shown, proven, handed over. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/kordonctl/client.h"
#include "tools/kordonctl/kordonctl.h"
#include "tools/kordonctl/transaction_result.h"

#define PATH_SIZE 2048

#define COLUMN_SIZE 128

static const char *column(const char *of, const char *code, int width, char text[static COLUMN_SIZE])
{
    return padded(code_in_words(of, code), width, text, COLUMN_SIZE);
}

/* Its time is that of its end; what is under way has none yet. */
static void print_row(const json_t *row)
{
    char time[32] = "-", state[COLUMN_SIZE], kind[COLUMN_SIZE], decided[COLUMN_SIZE];
    const json_t *ended = json_object_get(row, "time_ms");
    const char *decision = json_string_value(json_object_get(row, "decision"));
    if (ended != NULL)
        time_in_words(json_integer_value(ended), time, sizeof time);
    print_line("%s  %-27s  %s  %s  %s  %s", text_of(row, "transaction"), time,
        column("state", text_of(row, "state"), 10, state), column("kind", text_of(row, "kind"), 14, kind),
        column("decision", decision != NULL ? decision : "-", 12, decided), text_of(row, "purpose"));
}

enum reason command_transaction_list(struct session *session, struct failure *failure)
{
    char path[PATH_SIZE] = "/v1/transactions";
    json_t *answer;
    const json_t *each;
    size_t i;
    TRY(client_add_query(
        path, sizeof path, "justification", session_option(session, OPTION_JUSTIFICATION, NULL), failure));
    TRY(client_get_all(session->client, path, sizeof path, "transactions", &answer, failure));
    if (session->arguments.json)
        return print_json(answer, failure);
    const json_t *rows = json_object_get(answer, "transactions");
    json_array_foreach(rows, i, each) print_row(each);
    if (json_array_size(rows) == 0)
        print_line("%s", _("no transaction that kordond's memory knows and you are shown"));
    json_decref(answer);
    return REASON_DONE;
}

/* The path of a part of the transaction that the command line names. BAD_ARGUMENT for what is no id. */
static enum reason make_path(
    const struct session *session, const char *part, char path[static PATH_SIZE], struct failure *failure)
{
    const char *id = session->arguments.words[0];
    if (strlen(id) != 32 || id[strspn(id, "0123456789abcdef")] != '\0')
        return failure_set(failure, REASON_BAD_ARGUMENT, "ID", N_("32 hexadecimal digits are needed"));
    snprintf(path, PATH_SIZE, "/v1/transactions/%s%s", id, part);
    return client_add_query(
        path, PATH_SIZE, "justification", session_option(session, OPTION_JUSTIFICATION, NULL), failure);
}

enum reason command_transaction_show(struct session *session, struct failure *failure)
{
    char path[PATH_SIZE];
    json_t *answer;
    TRY(make_path(session, "", path, failure));
    TRY(client_get(session->client, path, &answer, failure));
    if (session->arguments.json)
        return print_json(answer, failure);
    transaction_print(answer);
    json_decref(answer);
    return REASON_DONE;
}

enum reason command_transaction_receipt(struct session *session, struct failure *failure)
{
    char path[PATH_SIZE], *text;
    size_t size;
    TRY(make_path(session, "/receipt", path, failure));
    const struct client_request request = {.method = "GET", .path = path};
    TRY(client_send(session->client, &request, (uint8_t **)&text, &size, failure));
    enum reason reason = deliver_text(session, "receipt", text, failure);
    free(text);
    return reason;
}

/* --- Evidence */

static void print_summary(const json_t *answer)
{
    const json_t *summary = json_object_get(answer, "summary");
    print_line(_("case            %s"), text_of(summary, "case_number"));
    print_line(_("decision        %s, by a machine: people decide what follows"),
        code_in_words("decision", text_of(summary, "decision")));
    print_line(_("legal basis     %s"), text_of(summary, "legal_basis"));
    reference_files_print(summary);
    print_line(_("recipient       %s, recorded in the log"), text_of(answer, "recipient"));
}

static enum reason hand_over(
    struct session *session, json_t *answer, const char *out, struct failure *failure)
{
    const char *receipt = json_string_value(json_object_get(answer, "receipt"));
    if (receipt == NULL)
        return failure_set(failure, REASON_BAD_FORMAT, "evidence", "kordond's answer has no receipt");
    TRY(write_new_file(out, receipt, strlen(receipt), 0644, failure));
    if (session->arguments.json)
        return print_json(json_incref(answer), failure);
    print_summary(answer);
    print_line(
        _("written to      %s; kordonctl log verify-receipt checks it by the verifier key alone"), out);
    return REASON_DONE;
}

enum reason command_transaction_evidence(struct session *session, struct failure *failure)
{
    static const struct {
        enum option_name option;
        const char *name;
    } mandatory[] = {
        {OPTION_RECIPIENT, "--recipient"}, {OPTION_JUSTIFICATION, "--justification"}, {OPTION_OUT, "--out"}};
    char path[PATH_SIZE];
    json_t *answer;
    for (size_t i = 0; i < sizeof mandatory / sizeof mandatory[0]; i++)
        if (session_option(session, mandatory[i].option, NULL) == NULL)
            return failure_set(failure, REASON_BAD_ARGUMENT, mandatory[i].name, N_("it is mandatory here"));
    TRY(make_path(session, "/evidence", path, failure));
    TRY(client_add_query(
        path, sizeof path, "recipient", session_option(session, OPTION_RECIPIENT, NULL), failure));
    TRY(client_get(session->client, path, &answer, failure));
    enum reason reason = hand_over(session, answer, session_option(session, OPTION_OUT, NULL), failure);
    json_decref(answer);
    return reason;
}
