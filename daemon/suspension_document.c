#include "daemon/suspension_document.h"

#include <stdlib.h>
#include <string.h>

#include "json/fields.h"
#include "json/text.h"
#include "json/writer.h"
#include "store/document.h"

static json_t *moment_json(const struct suspension_moment *moment)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_integer(&json, "wall_ms", moment->wall_ms);
    json_write_integer(&json, "boot_ms", moment->boot_ms);
    json_write_text(&json, "boot", moment->boot);
    json_write_boolean(&json, "believed", moment->believed);
    return json_writer_end(&json);
}

char *suspension_record_text(const struct suspension_record *record)
{
    struct json_writer json;
    size_t size;
    json_writer_object(&json);
    json_write_value(&json, "first", moment_json(&record->first));
    json_write_value(&json, "began", moment_json(&record->began));
    json_write_integer(&json, "since_ms", record->since_ms);
    json_write_integer(&json, "lasts_ms", record->lasts_ms);
    if (record->ended)
        json_write_value(&json, "end", moment_json(&record->end));
    json_write_text(&json, "by", record->by);
    json_write_text(&json, "reason", record->reason);
    json_t *value = json_writer_end(&json);
    char *text = value != NULL ? json_text(value, &size) : NULL;
    json_decref(value);
    return text;
}

#define TIME_MS_MAX (INT64_C(1) << 52)

static void read_moment(struct json_fields *fields, const char *key, struct suspension_moment *moment)
{
    struct json_fields of;
    const struct json_telling telling = {.refusal = REASON_BAD_VALUE, .name = key, .place = key};
    json_t *object = json_fields_any(fields, key);
    json_fields_tell(&of, object, &telling);
    moment->wall_ms = json_fields_integer(&of, "wall_ms", JSON_REQUIRED, -TIME_MS_MAX, TIME_MS_MAX, 0);
    moment->boot_ms = json_fields_integer(&of, "boot_ms", JSON_REQUIRED, 0, TIME_MS_MAX, 0);
    json_fields_text(&of, "boot", JSON_OPTIONAL, moment->boot, sizeof moment->boot);
    moment->believed = json_fields_boolean(&of, "believed", JSON_REQUIRED, false);
    if (json_fields_end(&of) != REASON_DONE)
        json_fields_refuse(fields, key, "no moment");
}

enum reason suspension_record_parse(
    const char *text, size_t size, struct suspension_record *record, struct failure *failure)
{
    struct json_fields fields;
    *record = (struct suspension_record){0};
    json_fields_parse(&fields, text, size, failure);
    read_moment(&fields, "first", &record->first);
    read_moment(&fields, "began", &record->began);
    record->since_ms = json_fields_integer(&fields, "since_ms", JSON_REQUIRED, -TIME_MS_MAX, TIME_MS_MAX, 0);
    record->lasts_ms =
        json_fields_integer(&fields, "lasts_ms", JSON_REQUIRED, 1, SUSPENSION_MOST_MS, SUSPENSION_MOST_MS);
    record->ended = json_fields_any(&fields, "end") != NULL;
    if (record->ended)
        read_moment(&fields, "end", &record->end);
    json_fields_text(&fields, "by", JSON_REQUIRED, record->by, sizeof record->by);
    json_fields_text(&fields, "reason", JSON_REQUIRED, record->reason, sizeof record->reason);
    return json_fields_end(&fields);
}

/* --- In the state */

static enum reason parse(const char *text, size_t size, void *into, struct failure *failure)
{
    return suspension_record_parse(text, size, into, failure);
}

enum reason suspension_read(struct store *store, struct suspension_record *record, struct failure *failure)
{
    *record = (struct suspension_record){0};
    return document_read_into(store, DOCUMENT_SUSPENSION, NULL, parse, record, failure);
}

bool suspension_change_put(struct suspension_change *change, const char *text)
{
    change->text = strdup(text);
    return change->text != NULL;
}

void suspension_change_join(struct suspension_change *change, struct journal_entry *entry)
{
    if (change->text == NULL)
        return;
    change->document = (struct document_change){
        .name = DOCUMENT_SUSPENSION, .bytes = change->text, .size = strlen(change->text)};
    change->change = (struct journal_change){.documents = &change->document, .document_count = 1};
    entry->change = &change->change;
}

void suspension_change_finish(struct suspension_change *change)
{
    free(change->text);
    change->text = NULL;
}
