#include "retention/holds.h"

#include <stdio.h>
#include <string.h>

#include "json/fields.h"
#include "json/text.h"
#include "store/document.h"

#define NUMBER_MAX (INT64_C(1) << 52)

/* --- As text */

void legal_hold_write_name(struct json_writer *json, const struct legal_hold *hold)
{
    if (hold->transaction[0] != '\0')
        json_write_text(json, "transaction", hold->transaction);
    else
        json_write_integer(json, "entry", (int64_t)hold->from);
}

const char *legal_hold_name(const struct legal_hold *hold, char text[static LEGAL_HOLD_ID_SIZE])
{
    if (hold->transaction[0] != '\0')
        snprintf(text, LEGAL_HOLD_ID_SIZE, "%s", hold->transaction);
    else
        snprintf(text, LEGAL_HOLD_ID_SIZE, "entry %llu", (unsigned long long)hold->from);
    return text;
}

static json_t *hold_json(const struct legal_hold *hold)
{
    struct json_writer json;
    json_writer_object(&json);
    legal_hold_write_name(&json, hold);
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
    json_fields_text(&of, "transaction", JSON_OPTIONAL, hold->transaction, sizeof hold->transaction);
    int64_t entry = json_fields_integer(&of, "entry", JSON_OPTIONAL, 0, NUMBER_MAX, -1);
    hold->from = (uint64_t)json_fields_integer(&of, "from", JSON_REQUIRED, 0, NUMBER_MAX, 0);
    hold->since_ms = json_fields_integer(&of, "since", JSON_REQUIRED, -NUMBER_MAX, NUMBER_MAX, 0);
    json_fields_text(&of, "by", JSON_REQUIRED, hold->by, sizeof hold->by);
    json_fields_text(&of, "reason", JSON_REQUIRED, hold->reason, sizeof hold->reason);
    hold->auditor = json_fields_boolean(&of, "auditor", JSON_REQUIRED, false);
    bool named = hold->transaction[0] != '\0' ? entry < 0 : entry == (int64_t)hold->from;
    if (json_fields_end(&of) != REASON_DONE || !named)
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

bool legal_holds_have(const struct legal_holds *holds, const char *transaction)
{
    for (size_t i = 0; i < holds->count; i++)
        if (transaction[0] != '\0' && strcmp(holds->items[i].transaction, transaction) == 0)
            return true;
    return false;
}

bool legal_holds_have_entry(const struct legal_holds *holds, uint64_t seq)
{
    for (size_t i = 0; i < holds->count; i++)
        if (holds->items[i].transaction[0] == '\0' && holds->items[i].from == seq)
            return true;
    return false;
}

/* The number of the hold that one side has on it; count where there is none. */
static size_t find(const struct legal_holds *holds, const struct legal_hold *named, bool auditor)
{
    size_t i = 0;
    while (i < holds->count && (holds->items[i].auditor != auditor ||
                                   strcmp(holds->items[i].transaction, named->transaction) != 0 ||
                                   (named->transaction[0] == '\0' && holds->items[i].from != named->from)))
        i++;
    return i;
}

enum reason legal_holds_add(struct legal_holds *holds, const struct legal_hold *hold, struct failure *failure)
{
    char name[LEGAL_HOLD_ID_SIZE];
    if (find(holds, hold, hold->auditor) < holds->count)
        return failure_set(failure, REASON_TRANSACTION_HELD, legal_hold_name(hold, name), NULL);
    if (holds->count == LEGAL_HOLDS_MAX)
        return failure_set(
            failure, REASON_TOO_LARGE, "holds", "there are %d, which is the most", LEGAL_HOLDS_MAX);
    holds->items[holds->count++] = *hold;
    return REASON_DONE;
}

enum reason legal_holds_lift(
    struct legal_holds *holds, const struct legal_hold *named, struct failure *failure)
{
    char name[LEGAL_HOLD_ID_SIZE];
    const size_t own = find(holds, named, named->auditor), other = find(holds, named, !named->auditor);
    const size_t number = own < holds->count ? own : other;
    if (number == holds->count)
        return failure_set(failure, REASON_HOLD_NOT_FOUND, legal_hold_name(named, name), NULL);
    if (holds->items[number].auditor && !named->auditor)
        return failure_set(
            failure, REASON_NOT_PERMITTED, legal_hold_name(named, name), "an auditor holds it");
    if (holds->items[number].from < holds->again_from)
        holds->again_from = holds->items[number].from;
    holds->count--;
    for (size_t i = number; i < holds->count; i++)
        holds->items[i] = holds->items[i + 1];
    return REASON_DONE;
}
