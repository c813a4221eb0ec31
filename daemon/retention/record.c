#include "daemon/retention/record.h"

#include <stdio.h>
#include <string.h>

#include "json/fields.h"
#include "json/text.h"
#include "json/writer.h"
#include "store/document.h"

#define NUMBER_MAX (INT64_C(1) << 52)

/* --- As text */

static json_t *marks_json(const struct retention_ages *ages)
{
    struct json_writer list;
    json_writer_array(&list);
    for (size_t i = 0; i < ages->mark_count; i++) {
        json_append_integer(&list, ages->marks[i].time_ms);
        json_append_integer(&list, ages->marks[i].latest_ms);
        json_append_integer(&list, (int64_t)ages->marks[i].size);
    }
    return json_writer_end(&list);
}

static json_t *rules_json(const struct retention_record *record)
{
    struct json_writer object;
    json_writer_object(&object);
    for (size_t i = 0; i < record->rule_count; i++)
        json_write_integer(&object, record->rules[i].purpose, (int64_t)record->rules[i].looked);
    return json_writer_end(&object);
}

char *retention_record_text(const struct retention_record *record)
{
    struct json_writer json;
    size_t size;
    json_writer_object(&json);
    json_write_integer(&json, "time", record->ages.time_ms);
    json_write_value(&json, "marks", marks_json(&record->ages));
    json_write_value(&json, "looked", rules_json(record));
    json_t *value = json_writer_end(&json);
    char *text = json_text(value, &size);
    json_decref(value);
    return text;
}

static void parse_marks(struct json_fields *fields, struct retention_ages *ages)
{
    json_t *marks = json_fields_array(fields, "marks", JSON_REQUIRED, 3 * RETENTION_MARKS_MAX);
    for (size_t i = 0; i + 2 < json_array_size(marks); i += 3)
        ages->marks[ages->mark_count++] = (struct retention_mark){
            json_integer_value(json_array_get(marks, i)), json_integer_value(json_array_get(marks, i + 1)),
            (uint64_t)json_integer_value(json_array_get(marks, i + 2))};
    if (marks != NULL && (ages->mark_count == 0 || !retention_ages_sound(ages)))
        json_fields_refuse(fields, "marks", "they do not ascend");
}

static void parse_rules(struct json_fields *fields, struct retention_record *record)
{
    json_t *looked = json_fields_any(fields, "looked"), *value;
    const char *purpose;
    json_object_foreach(looked, purpose, value)
    {
        if (record->rule_count == RETENTION_RULES_MAX || strlen(purpose) >= POLICY_NAME_SIZE ||
            !json_is_integer(value) || json_integer_value(value) < 0) {
            json_fields_refuse(fields, "looked", "no number of an entry for a purpose");
            return;
        }
        struct retention_rule *rule = &record->rules[record->rule_count++];
        *rule = (struct retention_rule){.looked = (uint64_t)json_integer_value(value)};
        snprintf(rule->purpose, sizeof rule->purpose, "%s", purpose);
    }
}

static enum reason parse(const char *text, size_t size, void *into, struct failure *failure)
{
    struct retention_record *record = into;
    struct json_fields fields;
    json_fields_parse(&fields, text, size, failure);
    record->ages.time_ms = json_fields_integer(&fields, "time", JSON_REQUIRED, 0, NUMBER_MAX, 0);
    parse_marks(&fields, &record->ages);
    parse_rules(&fields, record);
    return json_fields_end(&fields);
}

enum reason retention_record_read(
    struct store *store, struct retention_record *record, struct failure *failure)
{
    *record = (struct retention_record){0};
    return document_read_into(store, DOCUMENT_RETENTION, NULL, parse, record, failure);
}

/* --- Rules */

static uint64_t looked_so_far(const struct retention_record *record, const char *purpose)
{
    for (size_t i = 0; i < record->rule_count; i++)
        if (strcmp(record->rules[i].purpose, purpose) == 0)
            return record->rules[i].looked;
    return 0;
}

void retention_record_take_policy(struct retention_record *record, const struct policy *policy)
{
    struct retention_rule rules[RETENTION_RULES_MAX];
    uint32_t longest = 0;
    for (size_t i = 0; i < policy->purpose_count; i++) {
        const struct policy_purpose *purpose = &policy->purposes[i];
        rules[i] = (struct retention_rule){
            .days = purpose->retention_days, .looked = looked_so_far(record, purpose->name)};
        snprintf(rules[i].purpose, sizeof rules[i].purpose, "%s", purpose->name);
        longest = purpose->retention_days > longest ? purpose->retention_days : longest;
    }
    rules[policy->purpose_count] =
        (struct retention_rule){.days = longest + RETENTION_LOG_DAYS, .looked = looked_so_far(record, "")};
    record->rule_count = policy->purpose_count + 1;
    memcpy(record->rules, rules, record->rule_count * sizeof rules[0]);
}

void retention_record_look_again(struct retention_record *record, uint64_t from)
{
    for (size_t i = 0; i < record->rule_count; i++)
        if (record->rules[i].looked > from)
            record->rules[i].looked = from;
}
