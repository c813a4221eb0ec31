#include "daemon/retention/holds.h"

#include <string.h>

#include "json/fields.h"
#include "json/text.h"
#include "json/writer.h"
#include "store/document.h"

#define NUMBER_MAX (INT64_C(1) << 52)

/* --- As text */

static json_t *hold_json(const struct legal_hold *hold)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "transaction", hold->transaction);
    json_write_integer(&json, "from", (int64_t)hold->from);
    json_write_integer(&json, "since", hold->since_ms);
    json_write_text(&json, "by", hold->by);
    json_write_text(&json, "reason", hold->reason);
    json_write_boolean(&json, "auditor", hold->auditor);
    return json_writer_end(&json);
}

json_t *legal_holds_json(const struct legal_holds *holds)
{
    struct json_writer list;
    json_writer_array(&list);
    for (size_t i = 0; i < holds->count; i++)
        json_append_value(&list, hold_json(&holds->items[i]));
    return json_writer_end(&list);
}

char *legal_holds_text(const struct legal_holds *holds)
{
    struct json_writer json;
    size_t size;
    json_writer_object(&json);
    json_write_value(&json, "holds", legal_holds_json(holds));
    if (holds->again_from != UINT64_MAX)
        json_write_integer(&json, "again_from", (int64_t)holds->again_from);
    json_t *value = json_writer_end(&json);
    char *text = json_text(value, &size);
    json_decref(value);
    return text;
}

static void parse_hold(struct json_fields *fields, json_t *object, struct legal_hold *hold)
{
    struct json_fields of;
    const struct json_telling telling = {.refusal = REASON_BAD_VALUE, .name = "holds", .place = "holds"};
    json_fields_tell(&of, object, &telling);
    json_fields_text(&of, "transaction", JSON_REQUIRED, hold->transaction, sizeof hold->transaction);
    hold->from = (uint64_t)json_fields_integer(&of, "from", JSON_REQUIRED, 0, NUMBER_MAX, 0);
    hold->since_ms = json_fields_integer(&of, "since", JSON_REQUIRED, -NUMBER_MAX, NUMBER_MAX, 0);
    json_fields_text(&of, "by", JSON_REQUIRED, hold->by, sizeof hold->by);
    json_fields_text(&of, "reason", JSON_REQUIRED, hold->reason, sizeof hold->reason);
    hold->auditor = json_fields_boolean(&of, "auditor", JSON_REQUIRED, false);
    if (json_fields_end(&of) != REASON_DONE)
        json_fields_refuse(fields, "holds", "no hold");
}

static enum reason parse(const char *text, size_t size, void *into, struct failure *failure)
{
    struct legal_holds *holds = into;
    struct json_fields fields;
    json_t *object;
    size_t i;
    json_fields_parse(&fields, text, size, failure);
    json_t *array = json_fields_array(&fields, "holds", JSON_REQUIRED, LEGAL_HOLDS_MAX);
    json_array_foreach(array, i, object) parse_hold(&fields, object, &holds->items[holds->count++]);
    int64_t again = json_fields_integer(&fields, "again_from", JSON_OPTIONAL, 0, NUMBER_MAX, -1);
    holds->again_from = again >= 0 ? (uint64_t)again : UINT64_MAX;
    return json_fields_end(&fields);
}

enum reason legal_holds_read(struct store *store, struct legal_holds *holds,
    uint8_t digest[static DIGEST_BYTES], struct failure *failure)
{
    memset(digest, 0, DIGEST_BYTES);
    holds->count = 0;
    holds->again_from = UINT64_MAX;
    return document_read_into(store, DOCUMENT_LEGAL_HOLDS, digest, parse, holds, failure);
}

/* --- Changed */

const struct legal_hold *legal_holds_find(const struct legal_holds *holds, const char *transaction)
{
    for (size_t i = 0; i < holds->count; i++)
        if (strcmp(holds->items[i].transaction, transaction) == 0)
            return &holds->items[i];
    return NULL;
}

enum reason legal_holds_add(struct legal_holds *holds, const struct legal_hold *hold, struct failure *failure)
{
    if (legal_holds_find(holds, hold->transaction) != NULL)
        return failure_set(failure, REASON_TRANSACTION_HELD, hold->transaction, NULL);
    if (holds->count == LEGAL_HOLDS_MAX)
        return failure_set(
            failure, REASON_TOO_LARGE, "holds", "there are %d, which is the most", LEGAL_HOLDS_MAX);
    holds->items[holds->count++] = *hold;
    return REASON_DONE;
}

enum reason legal_holds_lift(struct legal_holds *holds, const char *transaction, struct failure *failure)
{
    const struct legal_hold *found = legal_holds_find(holds, transaction);
    if (found == NULL)
        return failure_set(failure, REASON_HOLD_NOT_FOUND, transaction, NULL);
    size_t number = (size_t)(found - holds->items);
    if (found->from < holds->again_from)
        holds->again_from = found->from;
    holds->count--;
    for (size_t i = number; i < holds->count; i++)
        holds->items[i] = holds->items[i + 1];
    return REASON_DONE;
}
