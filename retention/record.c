#include "retention/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/fields.h"
#include "json/text.h"
#include "json/writer.h"
#include "store/document.h"

#define NUMBER_MAX (INT64_C(1) << 52)
#define DAYS_MAX   UINT32_MAX

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

static json_t *rules_json(const struct retention_rules *rules)
{
    struct json_writer list, rule;
    json_writer_array(&list);
    for (size_t i = 0; i < rules->count; i++) {
        json_writer_object(&rule);
        json_write_text(&rule, "purpose", rules->items[i].purpose);
        json_write_integer(&rule, "days", rules->items[i].days);
        json_write_integer(&rule, "looked", (int64_t)rules->items[i].looked);
        json_append_value(&list, json_writer_end(&rule));
    }
    return json_writer_end(&list);
}

static json_t *unreadable_json(const struct retention_unreadable *unreadable)
{
    struct json_writer list;
    json_writer_array(&list);
    for (size_t i = 0; i < unreadable->count; i++)
        json_append_integer(&list, (int64_t)unreadable->items[i]);
    return json_writer_end(&list);
}

char *retention_record_text(const struct retention_record *record)
{
    struct json_writer json;
    size_t size;
    json_writer_object(&json);
    json_write_integer(&json, "time", record->ages.time_ms);
    json_write_value(&json, "marks", marks_json(&record->ages));
    json_write_value(&json, "rules", rules_json(&record->rules));
    json_write_integer(&json, "former_days", record->rules.former_days);
    json_write_value(&json, "unreadable", unreadable_json(&record->unreadable));
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
    bool begun = ages->mark_count > 0;
    if (marks != NULL && (begun != (ages->time_ms > 0) || !retention_ages_sound(ages)))
        json_fields_refuse(fields, "marks", "they do not ascend");
}

static void parse_rule(struct json_fields *fields, json_t *object, struct retention_rule *rule)
{
    struct json_fields of;
    const struct json_telling telling = {.refusal = REASON_BAD_VALUE, .name = "rules", .place = "rules"};
    json_fields_tell(&of, object, &telling);
    json_fields_text(&of, "purpose", JSON_OPTIONAL, rule->purpose, sizeof rule->purpose);
    rule->days = (uint32_t)json_fields_integer(&of, "days", JSON_REQUIRED, 0, DAYS_MAX, 0);
    rule->looked = (uint64_t)json_fields_integer(&of, "looked", JSON_REQUIRED, 0, NUMBER_MAX, 0);
    if (json_fields_end(&of) != REASON_DONE)
        json_fields_refuse(fields, "rules", "no rule");
}

static void parse_rules(struct json_fields *fields, struct retention_rules *rules)
{
    json_t *array = json_fields_array(fields, "rules", JSON_REQUIRED, RETENTION_RULES_MAX), *object;
    size_t i;
    json_array_foreach(array, i, object) parse_rule(fields, object, &rules->items[rules->count++]);
    rules->former_days = (uint32_t)json_fields_integer(fields, "former_days", JSON_REQUIRED, 0, DAYS_MAX, 0);
}

static void parse_unreadable(struct json_fields *fields, struct retention_unreadable *unreadable)
{
    json_t *array = json_fields_array(fields, "unreadable", JSON_REQUIRED, RETENTION_UNREADABLE_MAX), *value;
    size_t i;
    json_array_foreach(array, i, value) unreadable->items[unreadable->count++] =
        (uint64_t)json_integer_value(value);
}

static enum reason parse(const char *text, size_t size, void *into, struct failure *failure)
{
    struct retention_record *record = into;
    struct json_fields fields;
    json_fields_parse(&fields, text, size, failure);
    record->ages.time_ms = json_fields_integer(&fields, "time", JSON_REQUIRED, 0, NUMBER_MAX, 0);
    parse_marks(&fields, &record->ages);
    /* An earlier form said how far each purpose had come, and not for how long it is kept: what it had looked at is looked at again. */
    if (json_fields_any(&fields, "looked") == NULL) {
        parse_rules(&fields, &record->rules);
        parse_unreadable(&fields, &record->unreadable);
    }
    return json_fields_end(&fields);
}

enum reason retention_record_read(
    struct store *store, struct retention_record *record, struct failure *failure)
{
    *record = (struct retention_record){0};
    return document_read_into(store, DOCUMENT_RETENTION, NULL, parse, record, failure);
}

/* --- Rules */

static const struct retention_rule *find_rule(const struct retention_rules *rules, const char *purpose)
{
    for (size_t i = 0; i < rules->count; i++)
        if (strcmp(rules->items[i].purpose, purpose) == 0)
            return &rules->items[i];
    return NULL;
}

/* With the days it is to have now, as far as it had come. */
static void put_rule(
    struct retention_rules *next, const struct retention_rules *before, const char *purpose, uint32_t days)
{
    const struct retention_rule *known = find_rule(before, purpose);
    struct retention_rule *rule = &next->items[next->count++];
    *rule = (struct retention_rule){.days = days, .looked = known != NULL ? known->looked : 0};
    snprintf(rule->purpose, sizeof rule->purpose, "%s", purpose);
}

static void keep_former(struct retention_rules *next, const struct retention_rule *rule)
{
    if (rule->purpose[0] == '\0' || find_rule(next, rule->purpose) != NULL)
        return;
    if (next->count < RETENTION_RULES_MAX - 1)
        next->items[next->count++] = *rule;
    else if (rule->days > next->former_days)
        next->former_days = rule->days;
}

static uint32_t longest_days(const struct retention_rules *rules)
{
    uint32_t longest = rules->former_days;
    for (size_t i = 0; i < rules->count; i++)
        if (rules->items[i].days > longest)
            longest = rules->items[i].days;
    return longest;
}

void retention_rules_take_policy(struct retention_rules *rules, const struct policy *policy)
{
    const struct retention_rules before = *rules;
    rules->count = 0;
    for (size_t i = 0; i < policy->purpose_count; i++)
        put_rule(rules, &before, policy->purposes[i].name, policy->purposes[i].retention_days);
    for (size_t i = 0; i < before.count; i++)
        keep_former(rules, &before.items[i]);
    put_rule(rules, &before, "", longest_days(rules) + RETENTION_LOG_DAYS);
}

void retention_rules_look_again(struct retention_rules *rules, uint64_t from)
{
    for (size_t i = 0; i < rules->count; i++)
        if (rules->items[i].looked > from)
            rules->items[i].looked = from;
}

/* --- What could not be read */

bool retention_unreadable_note(struct retention_unreadable *unreadable, uint64_t seq)
{
    for (size_t i = 0; i < unreadable->count; i++)
        if (unreadable->items[i] == seq)
            return true;
    if (unreadable->count == RETENTION_UNREADABLE_MAX)
        return false;
    unreadable->items[unreadable->count++] = seq;
    return true;
}

/* --- With a change of the policy */

enum reason retention_record_follow(struct store *store, const struct policy *before,
    const struct policy *next, char **text, struct failure *failure)
{
    struct retention_record *record = malloc(sizeof *record);
    *text = NULL;
    if (record == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "retention", NULL);
    enum reason reason = retention_record_read(store, record, failure);
    if (reason == REASON_DONE) {
        retention_rules_take_policy(&record->rules, before);
        retention_rules_take_policy(&record->rules, next);
        *text = retention_record_text(record);
        if (*text == NULL)
            reason = failure_set(failure, REASON_NO_MEMORY, "retention", NULL);
    }
    free(record);
    return reason;
}
