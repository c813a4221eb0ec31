#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "json/parse.h"
#include "log/plain_receipt.h"
#include "log/receipt.h"
#include "tools/kordonctl/kordonctl.h"
#include "tools/kordonctl/transaction_result.h"
#include "tools/kordonctl/verifier_key.h"

/* What the receipt is judged by. */
struct judge {
    char *line;
    bool unproven; /* nothing but the state directory vouches for it */
    struct verifier_key key;
};

/* The recorded body, JSON's null where the receipt has none. */
static enum reason read_body(const struct receipt *receipt, const struct receipt_statement *statement,
    json_t **body, struct failure *failure)
{
    *body = json_null();
    if (!statement->has_body)
        return REASON_DONE;
    enum reason reason = json_parse(receipt->entry.body, receipt->entry.body_size, body, NULL);
    if (reason == REASON_BAD_JSON)
        reason = REASON_ENTRY_BROKEN;
    return reason == REASON_DONE ? reason : failure_set(failure, reason, "receipt", "its body can't be read");
}

static json_t *statement_json(
    const struct judge *judge, const struct receipt_statement *statement, json_t *body)
{
    struct json_writer writer;
    json_writer_object(&writer);
    json_write_boolean(&writer, "valid", true);
    json_write_integer(&writer, "seq", (int64_t)statement->seq);
    json_write_integer(&writer, "time_ms", (int64_t)statement->time_ms);
    json_write_text(&writer, "event", statement->event);
    json_write_text(&writer, "key", statement->key_id);
    json_write_text(&writer, "verifier_key", judge->line);
    json_write_boolean(&writer, "verifier_key_unproven", judge->unproven);
    json_write_integer(&writer, "log_size", (int64_t)statement->checkpoint.size);
    json_write_value(&writer, "body", json_incref(body));
    return json_writer_end(&writer);
}

static void print_statement(
    const struct judge *judge, const struct receipt_statement *statement, const json_t *body)
{
    char time[64];
    const char *decision = json_string_value(json_object_get(body, "decision"));
    print_line("the receipt holds: entry %llu of %s was recorded at %s", (unsigned long long)statement->seq,
        statement->checkpoint.origin, time_in_words((int64_t)statement->time_ms, time, sizeof time));
    print_line("event           %s%s%s", statement->event, decision != NULL ? ", decision " : "",
        decision != NULL ? decision : "");
    reference_files_print(body);
    print_line("log             %llu %s when it was signed", (unsigned long long)statement->checkpoint.size,
        counted(statement->checkpoint.size, "entry", "entries"));
    print_line("verifier key    %s%s", judge->line, judge->unproven ? " (" VERIFIER_KEY_UNPROVEN ")" : "");
    if (!statement->has_body)
        print_line("body            not in the receipt (erased before it was made)");
}

static enum reason tell(const struct session *session, const struct judge *judge,
    const struct receipt *receipt, const struct receipt_statement *statement, struct failure *failure)
{
    json_t *body;
    enum reason reason = read_body(receipt, statement, &body, failure);
    if (reason == REASON_DONE && session->arguments.json)
        reason = print_json(statement_json(judge, statement, body), failure);
    else if (reason == REASON_DONE)
        print_statement(judge, statement, body);
    json_decref(body);
    return reason;
}

/* --- The plain one */

static json_t *plain_json(const struct judge *judge, const struct plain_receipt *receipt)
{
    struct json_writer writer;
    json_writer_object(&writer);
    json_write_boolean(&writer, "valid", true);
    json_write_text(&writer, "origin", receipt->origin);
    json_write_text(&writer, "id", receipt->id);
    json_write_text(&writer, PLAIN_RECEIPT_NUMBER, receipt->number);
    json_write_integer(&writer, "time_ms", receipt->time_ms);
    json_write_text(&writer, "verifier_key", judge->line);
    json_write_boolean(&writer, "verifier_key_unproven", judge->unproven);
    return json_writer_end(&writer);
}

static void print_plain(const struct judge *judge, const struct plain_receipt *receipt)
{
    char time[64];
    print_line("the receipt holds: the end of %s was recorded by %s at %s", receipt->id, receipt->origin,
        time_in_words(receipt->time_ms, time, sizeof time));
    print_line("receipt number  %s, which the entry in the log has as well", receipt->number);
    print_line("verifier key    %s%s", judge->line, judge->unproven ? " (" VERIFIER_KEY_UNPROVEN ")" : "");
}

static enum reason check_plain(const struct session *session, const char *text, size_t size,
    const struct judge *judge, struct failure *failure)
{
    struct plain_receipt receipt;
    TRY(plain_receipt_verify(text, size, &judge->key, &receipt, failure));
    if (session->arguments.json)
        return print_json(plain_json(judge, &receipt), failure);
    print_plain(judge, &receipt);
    return REASON_DONE;
}

static enum reason check(const struct session *session, const char *text, size_t size,
    const struct judge *judge, struct failure *failure)
{
    if (plain_receipt_is_one(text, size))
        return check_plain(session, text, size, judge, failure);
    struct receipt receipt = {0};
    struct receipt_statement statement;
    struct digest *digest = NULL;
    enum reason reason = receipt_parse(text, size, &receipt, failure);
    if (reason == REASON_DONE)
        reason = digest_create(&digest, failure);
    if (reason == REASON_DONE)
        reason = receipt_verify(&receipt, digest, &judge->key, &statement, failure);
    if (reason == REASON_DONE)
        reason = tell(session, judge, &receipt, &statement, failure);
    digest_destroy(digest);
    receipt_finish(&receipt);
    return reason;
}

/* With --vkey nothing else is needed; without it the configuration says where there may be a key. */
static enum reason find_judge(struct session *session, struct judge *judge, struct failure *failure)
{
    enum reason reason = REASON_DONE;
    if (session_option(session, OPTION_VKEY, NULL) == NULL)
        reason = session_look_for_daemon(session, failure);
    if (reason == REASON_DONE)
        reason = verifier_key_find(session, &judge->line, &judge->unproven, failure);
    return reason == REASON_DONE ? verifier_key_parse(judge->line, strlen(judge->line), &judge->key, failure)
                                 : reason;
}

enum reason command_log_verify_receipt(struct session *session, struct failure *failure)
{
    struct judge judge = {0};
    uint8_t *text = NULL;
    size_t size;
    enum reason reason = find_judge(session, &judge, failure);
    if (reason == REASON_DONE)
        reason = file_read(session->arguments.words[0], RECEIPT_TEXT_MAX, &text, &size, failure);
    if (reason == REASON_DONE)
        reason = check(session, (const char *)text, size, &judge, failure);
    free(text);
    free(judge.line);
    return reason;
}
