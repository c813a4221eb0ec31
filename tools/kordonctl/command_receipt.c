#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "log/receipt.h"
#include "tools/kordonctl/client.h"
#include "tools/kordonctl/kordonctl.h"
#include "tools/kordonctl/verifier_key.h"

/* What the receipt is judged by. */
struct judge {
    char *line;
    bool unproven; /* nothing but the state directory vouches for it */
    struct verifier_key key;
};

static enum reason print_statement(const struct session *session, const struct judge *judge,
    const struct receipt *receipt, const struct receipt_statement *statement, struct failure *failure)
{
    json_t *body = statement->has_body ? json_loadb((const char *)receipt->entry.body,
                                             receipt->entry.body_size, JSON_REJECT_DUPLICATES, NULL)
                                       : json_null();
    if (session->arguments.json)
        return print_json(
            json_pack("{s:b,s:I,s:I,s:s,s:s,s:s,s:b,s:I,s:o}", "valid", 1, "seq", (json_int_t)statement->seq,
                "time_ms", (json_int_t)statement->time_ms, "event", statement->event, "key",
                statement->key_id, "verifier_key", judge->line, "verifier_key_unproven", judge->unproven,
                "log_size", (json_int_t)statement->checkpoint.size, "body",
                body != NULL ? body : json_null()),
            failure);
    char time[64];
    const char *decision = json_string_value(json_object_get(body, "decision"));
    print_line("the receipt holds: entry %llu of %s was recorded at %s", (unsigned long long)statement->seq,
        statement->checkpoint.origin, time_in_words((int64_t)statement->time_ms, time, sizeof time));
    print_line("event           %s%s%s", statement->event, decision != NULL ? ", decision " : "",
        decision != NULL ? decision : "");
    print_line("log             %llu %s when it was signed", (unsigned long long)statement->checkpoint.size,
        counted(statement->checkpoint.size, "entry", "entries"));
    print_line("verifier key    %s%s", judge->line, judge->unproven ? " (" VERIFIER_KEY_UNPROVEN ")" : "");
    if (!statement->has_body)
        print_line("body            not in the receipt (erased before it was made)");
    json_decref(body);
    return REASON_DONE;
}

static enum reason check(const struct session *session, const char *text, size_t size,
    const struct judge *judge, struct failure *failure)
{
    struct receipt receipt = {0};
    struct receipt_statement statement;
    struct digest *digest = NULL;
    enum reason reason = receipt_parse(text, size, &receipt, failure);
    if (reason == REASON_DONE)
        reason = digest_create(&digest, failure);
    if (reason == REASON_DONE)
        reason = receipt_verify(&receipt, digest, &judge->key, &statement, failure);
    if (reason == REASON_DONE)
        reason = print_statement(session, judge, &receipt, &statement, failure);
    digest_destroy(digest);
    receipt_finish(&receipt);
    return reason;
}

/* With --vkey nothing else is needed; without it the configuration says where there may be a key. */
static enum reason find_judge(struct session *session, struct judge *judge, struct failure *failure)
{
    struct failure ignored = {0};
    enum reason reason = REASON_DONE;
    if (session_option(session, OPTION_VKEY, NULL) == NULL) {
        reason = session_read_configuration(session, failure);
        if (reason == REASON_DONE)
            client_open(session->configuration.api.socket, &session->client, &ignored);
    }
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
