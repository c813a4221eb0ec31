#include "daemon/api/redress_json.h"

#include "base/day.h"
#include "daemon/transactions/redress_number.h"

enum reason path_redress(struct kordond *kordond, const struct http_request *request,
    uint8_t key[static CASE_RECORD_KEY_BYTES], struct failure *failure)
{
    const struct document_secrets *secrets = kordond->transactions.document_secrets.bytes;
    char number[REDRESS_NUMBER_SIZE];
    if (!redress_number_parse(request->parameter, request->parameter_size, number))
        return failure_set(failure, REASON_REDRESS_NOT_FOUND, "redress", NULL);
    if (secrets == NULL)
        return failure_set(failure, REASON_KEY_MISSING, "redress", NULL);
    enum reason reason = redress_number_key(secrets->redress, number, key, failure);
    memory_wipe(number, sizeof number);
    return reason;
}

static json_t *fingers_json(const struct redress_case *of)
{
    struct json_writer list;
    json_writer_array(&list);
    for (size_t i = 0; i < of->finger_count; i++)
        json_append_text(&list, finger_position_name(of->fingers[i]));
    return json_writer_end(&list);
}

static json_t *log_json(const struct redress_case *of)
{
    struct json_writer list;
    json_writer_array(&list);
    for (size_t i = 0; i < of->log_count; i++)
        json_append_integer(&list, (int64_t)of->log[i]);
    return json_writer_end(&list);
}

void redress_write(struct json_writer *json, const struct redress_case *of)
{
    char mark[REDRESS_MARK_SIZE], day[DAY_TEXT_SIZE];
    json_write_text(json, "case", redress_mark(of->key, mark));
    json_write_text(json, "referral", of->referral);
    json_write_text(json, "purpose", of->purpose);
    json_write_text(json, "legal_basis", of->legal_basis);
    json_write_integer(json, "since_ms", of->since_ms);
    json_write_text(json, "until", day_format(of->until_day, day));
    json_write_boolean(json, "consent", of->consent);
    json_write_text(json, "by", of->by);
    json_write_text(json, "reason", of->reason);
    json_write_value(json, "references", redress_references_json(of));
    json_write_value(json, "fingers", fingers_json(of));
    json_write_value(json, "log", log_json(of));
}
