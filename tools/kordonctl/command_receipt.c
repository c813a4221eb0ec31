#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "log/receipt.h"
#include "tools/kordonctl/kordonctl.h"
#include "tools/kordonctl/log_source.h"

#define VKEY_FILE_MAX 65536

static enum reason print_statement(const struct session *session, const struct receipt *receipt,
    const struct receipt_statement *statement, struct failure *failure)
{
    json_t *body = statement->has_body ? json_loadb((const char *)receipt->entry.body,
                                             receipt->entry.body_size, JSON_REJECT_DUPLICATES, NULL)
                                       : json_null();
    if (session->arguments.json)
        return print_json(
            json_pack("{s:b,s:I,s:I,s:s,s:s,s:I,s:o}", "valid", 1, "seq", (json_int_t)statement->seq,
                "time_ms", (json_int_t)statement->time_ms, "event", statement->event, "key",
                statement->key_id, "log_size", (json_int_t)statement->checkpoint.size, "body",
                body != NULL ? body : json_null()),
            failure);
    char time[64];
    const char *decision = json_string_value(json_object_get(body, "decision"));
    print_line("the receipt holds: entry %llu of %s was recorded at %s", (unsigned long long)statement->seq,
        statement->checkpoint.origin, time_in_words((int64_t)statement->time_ms, time, sizeof time));
    print_line("event           %s%s%s", statement->event, decision != NULL ? ", decision " : "",
        decision != NULL ? decision : "");
    print_line(
        "log             %llu entries when it was signed", (unsigned long long)statement->checkpoint.size);
    if (!statement->has_body)
        print_line("body            not in the receipt (erased before it was made)");
    json_decref(body);
    return REASON_DONE;
}

static enum reason check(const struct session *session, const char *text, size_t size,
    const struct verifier_key *key, struct failure *failure)
{
    struct receipt receipt = {0};
    struct receipt_statement statement;
    struct digest *digest = NULL;
    enum reason reason = receipt_parse(text, size, &receipt, failure);
    if (reason == REASON_DONE)
        reason = digest_create(&digest, failure);
    if (reason == REASON_DONE)
        reason = receipt_verify(&receipt, digest, key, &statement, failure);
    if (reason == REASON_DONE)
        reason = print_statement(session, &receipt, &statement, failure);
    digest_destroy(digest);
    receipt_finish(&receipt);
    return reason;
}

/* The key named with --vkey, or the one that init left in the state directory. */
static enum reason read_key(struct session *session, struct verifier_key *key, struct failure *failure)
{
    char path[4096], *line;
    size_t size;
    const char *given = session_option(session, OPTION_VKEY, NULL);
    enum reason reason = given == NULL ? session_read_configuration(session, failure) : REASON_DONE;
    if (reason != REASON_DONE)
        return reason;
    if (given != NULL)
        snprintf(path, sizeof path, "%s", given);
    else
        log_verifier_key_place(session, path, sizeof path);
    reason = file_read(path, VKEY_FILE_MAX, (uint8_t **)&line, &size, failure);
    if (reason != REASON_DONE)
        return reason;
    line[strcspn(line, "\r\n")] = '\0';
    reason = verifier_key_parse(line, strlen(line), key, failure);
    free(line);
    return reason;
}

enum reason command_log_verify_receipt(struct session *session, struct failure *failure)
{
    struct verifier_key key;
    uint8_t *text;
    size_t size;
    enum reason reason = read_key(session, &key, failure);
    if (reason == REASON_DONE)
        reason = file_read(session->arguments.words[0], RECEIPT_TEXT_MAX, &text, &size, failure);
    if (reason != REASON_DONE)
        return reason;
    reason = check(session, (const char *)text, size, &key, failure);
    free(text);
    return reason;
}
