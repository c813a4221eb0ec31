#include "daemon/redress/case.h"

#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "base/locked_memory.h"
#include "json/text.h"
#include "json/writer.h"

#define SUBJECT    "redress"
#define NUMBER_MAX (INT64_C(1) << 52)

bool redress_is_over(const struct redress_case *of, int32_t today)
{
    return today > of->until_day;
}

bool redress_case_has_finger(const struct redress_case *of, enum finger_position position)
{
    for (size_t i = 0; i < of->finger_count; i++)
        if (of->fingers[i] == position)
            return true;
    return false;
}

/* --- Written --------------------------------------------------------------------------------------------------- */

static json_t *entry_json(const struct redress_entry *entry)
{
    char id[WATCHLIST_ID_TEXT_SIZE], digest[DIGEST_HEX_SIZE];
    struct json_writer json;
    watchlist_id_format(&entry->entry.id, id);
    json_writer_object(&json);
    json_write_text(&json, "reference", id);
    json_write_text(&json, "digest", hex_format(entry->entry.digest, DIGEST_BYTES, digest));
    json_write_integer(&json, "score", entry->score);
    return json_writer_end(&json);
}

json_t *redress_entries_write(const struct redress_entry *entries, size_t count)
{
    struct json_writer list;
    json_writer_array(&list);
    for (size_t i = 0; i < count; i++)
        json_append_value(&list, entry_json(&entries[i]));
    return json_writer_end(&list);
}

json_t *redress_fingers_json(const struct redress_case *of)
{
    struct json_writer list;
    json_writer_array(&list);
    for (size_t i = 0; i < of->finger_count; i++)
        json_append_text(&list, finger_position_name(of->fingers[i]));
    return json_writer_end(&list);
}

json_t *redress_log_json(const struct redress_case *of)
{
    struct json_writer list;
    json_writer_array(&list);
    for (size_t i = 0; i < of->log_count; i++)
        json_append_integer(&list, (int64_t)of->log[i]);
    return json_writer_end(&list);
}

char *redress_case_text(const struct redress_case *of, size_t *size)
{
    char document[2 * CASE_RECORD_KEY_BYTES + 1], day[DAY_TEXT_SIZE];
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "document", hex_format(of->document, sizeof of->document, document));
    json_write_text(&json, "referral", of->referral);
    json_write_text(&json, "transaction", of->transaction);
    json_write_text(&json, "purpose", of->purpose);
    json_write_text(&json, "legal_basis", of->legal_basis);
    json_write_integer(&json, "since", of->since_ms);
    json_write_text(&json, "until", day_format(of->until_day, day));
    json_write_boolean(&json, "consent", of->consent);
    json_write_boolean(&json, "replaces", of->replaces);
    json_write_text(&json, "by", of->by);
    json_write_text(&json, "reason", of->reason);
    json_write_value(&json, "entries", redress_entries_write(of->entries, of->entry_count));
    json_write_value(&json, "fingers", redress_fingers_json(of));
    json_write_value(&json, "log", redress_log_json(of));
    json_t *value = json_writer_end(&json);
    char *text = json_text(value, size);
    json_decref(value);
    return text;
}

json_t *redress_references_json(const struct redress_case *of)
{
    char id[WATCHLIST_ID_TEXT_SIZE];
    struct json_writer list;
    json_writer_array(&list);
    for (size_t i = 0; i < of->entry_count; i++) {
        watchlist_id_format(&of->entries[i].entry.id, id);
        json_append_text(&list, id);
    }
    return json_writer_end(&list);
}

/* --- Read ------------------------------------------------------------------------------------------------------ */

static void read_hex(struct json_fields *fields, const char *key, uint8_t *bytes, size_t size)
{
    const char *text = json_fields_borrow(fields, key, JSON_REQUIRED, 2 * size);
    if (text != NULL && (strlen(text) != 2 * size || !hex_parse(text, bytes, size)))
        json_fields_refuse(fields, key, "no digits of it");
}

static void read_until(struct json_fields *fields, struct redress_case *of)
{
    const char *day = json_fields_borrow(fields, "until", JSON_REQUIRED, DAY_TEXT_SIZE);
    if (day != NULL && !day_parse(day, &of->until_day))
        json_fields_refuse(fields, "until", "no day");
}

static void refuse_whole(void *context, const char *field, const struct failure *failure)
{
    json_fields_fail(context, field, failure);
}

static void read_entry(struct json_fields *fields, struct redress_entry *entry)
{
    read_hex(fields, "reference", entry->entry.id.bytes, WATCHLIST_ID_BYTES);
    read_hex(fields, "digest", entry->entry.digest, DIGEST_BYTES);
    entry->score =
        (matcher_score)json_fields_integer(fields, "score", JSON_REQUIRED, 0, MATCHER_SCORE_MAX, 0);
}

void redress_entries_read(struct json_fields *fields, const char *key, enum json_need need,
    struct redress_entry entries[static CLEARED_ENTRIES_MAX], size_t *count)
{
    const struct json_faults faults = {refuse_whole, fields};
    const struct json_telling telling = {
        .faults = &faults, .refusal = REASON_BAD_VALUE, .name = "entry", .place = "entry"};
    json_t *array = json_fields_array(fields, key, need, CLEARED_ENTRIES_MAX);
    *count = 0;
    while (*count < json_array_size(array) && fields->reason == REASON_DONE) {
        struct json_fields entry;
        json_fields_tell(&entry, json_array_get(array, *count), &telling);
        read_entry(&entry, &entries[(*count)++]);
        json_fields_end(&entry);
    }
    if (need == JSON_REQUIRED && *count == 0)
        json_fields_refuse(fields, key, "there is none");
}

enum reason redress_entries_note(
    struct store *store, struct redress_entry *entries, size_t count, struct failure *failure)
{
    for (size_t i = 0; i < count; i++)
        TRY(cleared_entry_digest(store, &entries[i].entry.id, entries[i].entry.digest, failure));
    return REASON_DONE;
}

static void read_fingers(struct json_fields *fields, struct redress_case *of)
{
    json_t *array = json_fields_array(fields, "fingers", JSON_REQUIRED, CLEARED_FINGERS_MAX);
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *name = json_string_value(json_array_get(array, i));
        enum finger_position *position = &of->fingers[of->finger_count++];
        if (name == NULL || !finger_position_parse(name, position) || *position == FINGER_UNKNOWN)
            json_fields_refuse(fields, "fingers", "no finger");
    }
}

static void read_log(struct json_fields *fields, struct redress_case *of)
{
    json_t *array = json_fields_array(fields, "log", JSON_REQUIRED, REDRESS_ENTRIES_MAX);
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *number = json_array_get(array, i);
        if (!json_is_integer(number) || json_integer_value(number) < 0)
            json_fields_refuse(fields, "log", "no number of an entry");
        of->log[of->log_count++] = (uint64_t)json_integer_value(number);
    }
}

enum reason redress_case_read(const uint8_t key[static CASE_RECORD_KEY_BYTES], const char *text, size_t size,
    struct redress_case *of, struct failure *failure)
{
    struct json_fields fields;
    struct failure why = {0};
    *of = (struct redress_case){0};
    memcpy(of->key, key, sizeof of->key);
    json_fields_parse(&fields, text, size, &why);
    read_hex(&fields, "document", of->document, sizeof of->document);
    json_fields_text(&fields, "referral", JSON_REQUIRED, of->referral, sizeof of->referral);
    json_fields_text(&fields, "transaction", JSON_REQUIRED, of->transaction, sizeof of->transaction);
    json_fields_text(&fields, "purpose", JSON_REQUIRED, of->purpose, sizeof of->purpose);
    json_fields_text(&fields, "legal_basis", JSON_REQUIRED, of->legal_basis, sizeof of->legal_basis);
    of->since_ms = json_fields_integer(&fields, "since", JSON_REQUIRED, 0, NUMBER_MAX, 0);
    read_until(&fields, of);
    of->consent = json_fields_boolean(&fields, "consent", JSON_REQUIRED, false);
    of->replaces = json_fields_boolean(&fields, "replaces", JSON_OPTIONAL, false);
    json_fields_text(&fields, "by", JSON_REQUIRED, of->by, sizeof of->by);
    json_fields_text(&fields, "reason", JSON_REQUIRED, of->reason, sizeof of->reason);
    redress_entries_read(&fields, "entries", JSON_REQUIRED, of->entries, &of->entry_count);
    read_fingers(&fields, of);
    read_log(&fields, of);
    of->refused =
        (uint32_t)json_fields_integer(&fields, "refused", JSON_OPTIONAL, 0, REDRESS_REFUSALS_MAX, 0);
    enum reason reason = json_fields_end(&fields);
    if (reason == REASON_DONE)
        return REASON_DONE;
    *of = (struct redress_case){0};
    return reason == REASON_NO_MEMORY
               ? failure_set(failure, reason, SUBJECT, NULL)
               : failure_set(failure, REASON_STATE_UNPROVEN, SUBJECT, "a case is not what was written");
}

struct wanted {
    struct redress_case *of;
    bool found;
};

static enum reason visit_wanted(void *context, const uint8_t key[static CASE_RECORD_KEY_BYTES],
    const char *bytes, size_t size, struct failure *failure)
{
    struct wanted *wanted = context;
    wanted->found = true;
    return redress_case_read(key, bytes, size, wanted->of, failure);
}

enum reason redress_case_find(struct store *store, const uint8_t key[static CASE_RECORD_KEY_BYTES],
    struct redress_case *of, struct failure *failure)
{
    struct redress_refusals refusals;
    struct wanted wanted = {.of = of};
    *of = (struct redress_case){0};
    TRY(case_record_visit_one(store, CASE_RECORD_REDRESS, key, visit_wanted, &wanted, failure));
    if (!wanted.found)
        return failure_set(failure, REASON_REDRESS_NOT_FOUND, SUBJECT, NULL);
    enum reason reason = redress_refusals_find(store, of->referral, &refusals, failure);
    if (reason == REASON_DONE)
        of->refused = refusals.count > of->refused ? refusals.count : of->refused;
    else
        *of = (struct redress_case){0};
    return reason;
}

struct of_referral {
    const char *referral;
    const uint8_t *beside;
    bool is;
};

static enum reason visit_of_referral(void *context, const uint8_t key[static CASE_RECORD_KEY_BYTES],
    const char *bytes, size_t size, struct failure *failure)
{
    struct of_referral *wanted = context;
    struct redress_case of;
    TRY(redress_case_read(key, bytes, size, &of, failure));
    const bool other = wanted->beside == NULL || memcmp(key, wanted->beside, CASE_RECORD_KEY_BYTES) != 0;
    wanted->is = wanted->is || (other && strcmp(of.referral, wanted->referral) == 0);
    memory_wipe(&of, sizeof of);
    return REASON_DONE;
}

enum reason redress_case_is_of(
    struct store *store, const char *referral, const uint8_t *beside, bool *is, struct failure *failure)
{
    struct of_referral wanted = {.referral = referral, .beside = beside};
    *is = false;
    TRY(case_record_each(store, CASE_RECORD_REDRESS, visit_of_referral, &wanted, failure));
    *is = wanted.is;
    return REASON_DONE;
}

struct marked {
    const uint8_t *mark;
    uint8_t key[CASE_RECORD_KEY_BYTES];
    size_t count;
};

static enum reason visit_marked(void *context, const uint8_t key[static CASE_RECORD_KEY_BYTES],
    const char *bytes, size_t size, struct failure *failure)
{
    struct marked *marked = context;
    (void)bytes;
    (void)size;
    (void)failure;
    if (memcmp(key, marked->mark, REDRESS_MARK_BYTES) == 0) {
        memcpy(marked->key, key, sizeof marked->key);
        marked->count++;
    }
    return REASON_DONE;
}

/* Where a mark is two cases' nobody knows which one is meant. */
enum reason redress_case_find_marked(struct store *store, const uint8_t mark[static REDRESS_MARK_BYTES],
    struct redress_case *of, struct failure *failure)
{
    struct marked marked = {.mark = mark};
    *of = (struct redress_case){0};
    TRY(case_record_each(store, CASE_RECORD_REDRESS, visit_marked, &marked, failure));
    return marked.count == 1 ? redress_case_find(store, marked.key, of, failure)
                             : failure_set(failure, REASON_REDRESS_NOT_FOUND, SUBJECT, NULL);
}
