#include "json/fields.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "json/parse.h"

#define FIELD_SIZE 128

static void note(struct json_fields *fields, const char *field, const struct failure *failure)
{
    if (fields->faults != NULL)
        fields->faults->found(fields->faults->context, field, failure);
    else if (fields->reason == REASON_DONE)
        failure_set(fields->failure, failure->reason, field, "%s", failure->detail);
    if (fields->reason == REASON_DONE)
        fields->reason = failure->reason;
}

static bool is_over(const struct json_fields *fields)
{
    return fields->object == NULL || (fields->faults == NULL && fields->reason != REASON_DONE);
}

/* Where it is no object there is nothing more to say. */
static void require_object(struct json_fields *fields, const char *name)
{
    struct failure failure = {0};
    if (json_is_object(fields->object))
        return;
    failure_set(&failure, fields->refusal, NULL, N_("an object is needed"));
    note(fields, name, &failure);
    if (fields->owned)
        json_decref(fields->object);
    fields->object = NULL;
}

void json_fields_parse(struct json_fields *fields, const void *bytes, size_t size, struct failure *failure)
{
    *fields =
        (struct json_fields){.failure = failure, .owned = true, .place = "", .refusal = REASON_BAD_JSON};
    json_error_t error;
    fields->reason = json_parse(bytes, size, &fields->object, &error);
    if (fields->reason == REASON_DONE)
        require_object(fields, "body");
    else if (fields->reason == REASON_NO_MEMORY)
        failure_set(failure, REASON_NO_MEMORY, "body", NULL);
    else
        /* The parser's text quotes the input; its place is enough. */
        failure_set(failure, REASON_BAD_JSON, "body", "at line %d, column %d", error.line, error.column);
    fields->refusal = REASON_BAD_VALUE;
}

void json_fields_tell(struct json_fields *fields, json_t *object, const struct json_telling *telling)
{
    *fields = (struct json_fields){
        .object = object, .place = telling->place, .faults = telling->faults, .refusal = telling->refusal};
    require_object(fields, telling->name);
}

void json_fields_fail(struct json_fields *fields, const char *key, const struct failure *failure)
{
    char field[FIELD_SIZE];
    if (fields->object == NULL)
        return; /* the whole was refused */
    snprintf(field, sizeof field, "%s%s%s", fields->place, fields->place[0] != '\0' ? "." : "", key);
    note(fields, field, failure);
}

void json_fields_refuse(struct json_fields *fields, const char *key, const char *why)
{
    struct failure failure = {0};
    failure_set(&failure, fields->refusal, NULL, "%s", why);
    json_fields_fail(fields, key, &failure);
}

void json_fields_refuse_word(struct json_fields *fields, const char *key, const struct word_list *words)
{
    struct failure failure = {0};
    failure_set(&failure, fields->refusal, NULL, N_("must be one of: %s"), words->text);
    json_fields_fail(fields, key, &failure);
}

json_t *json_fields_any(struct json_fields *fields, const char *key)
{
    if (is_over(fields))
        return NULL;
    if (fields->known_count == JSON_FIELDS_MAX) {
        json_fields_refuse(fields, key, "a reader asks for more keys than it has room for");
        return NULL;
    }
    fields->known[fields->known_count++] = key;
    return json_object_get(fields->object, key);
}

static json_t *find(struct json_fields *fields, const char *key, enum json_need need)
{
    json_t *value = json_fields_any(fields, key);
    if (value == NULL && need == JSON_REQUIRED && !is_over(fields))
        json_fields_refuse(fields, key, N_("it is missing"));
    return value;
}

bool json_fields_check_harmless(struct json_fields *fields, const char *key, const json_t *value)
{
    struct text_harm harm;
    char why[TEXT_HARM_WHY_SIZE];
    if (!text_find_harm((struct text){json_string_value(value), json_string_length(value)}, &harm))
        return true;
    json_fields_refuse(fields, key, text_harm_why(&harm, why));
    return false;
}

const char *json_fields_borrow(struct json_fields *fields, const char *key, enum json_need need, size_t limit)
{
    const json_t *value = find(fields, key, need);
    size_t size = json_string_length(value);
    if (value == NULL)
        return NULL;
    if (!json_is_string(value))
        json_fields_refuse(fields, key, N_("a text is needed"));
    else if (size > limit)
        json_fields_refuse(fields, key, N_("it is too long"));
    else if (size == 0 && need == JSON_REQUIRED)
        json_fields_refuse(fields, key, N_("it is empty"));
    else if (json_fields_check_harmless(fields, key, value))
        return json_string_value(value);
    return NULL;
}

void json_fields_text(
    struct json_fields *fields, const char *key, enum json_need need, char *text, size_t size)
{
    text[0] = '\0';
    const char *value = json_fields_borrow(fields, key, need, size - 1);
    if (value != NULL)
        memcpy(text, value, strlen(value) + 1);
}

int64_t json_fields_integer(struct json_fields *fields, const char *key, enum json_need need, int64_t lowest,
    int64_t highest, int64_t fallback)
{
    const json_t *value = find(fields, key, need);
    int64_t number = json_integer_value(value);
    char why[96];
    if (value == NULL)
        return fallback;
    if (json_is_integer(value) && number >= lowest && number <= highest)
        return number;
    snprintf(why, sizeof why, "a whole number from %" PRId64 " to %" PRId64 " is needed", lowest, highest);
    json_fields_refuse(fields, key, why);
    return fallback;
}

bool json_fields_boolean(struct json_fields *fields, const char *key, enum json_need need, bool fallback)
{
    const json_t *value = find(fields, key, need);
    if (json_is_boolean(value))
        return json_is_true(value);
    if (value != NULL)
        json_fields_refuse(fields, key, N_("true or false is needed"));
    return fallback;
}

bool json_fields_enter(struct json_fields *fields, const char *key, struct json_fields *nested)
{
    json_t *value = json_fields_any(fields, key);
    if (value != NULL && !json_is_object(value))
        json_fields_refuse(fields, key, N_("an object is needed"));
    *nested = (struct json_fields){.object = value,
        .place = key,
        .faults = fields->faults,
        .refusal = fields->refusal,
        .failure = fields->failure};
    return json_is_object(value);
}

void json_fields_leave(struct json_fields *fields, struct json_fields *nested)
{
    enum reason reason = json_fields_end(nested);
    if (fields->reason == REASON_DONE)
        fields->reason = reason;
}

json_t *json_fields_array(struct json_fields *fields, const char *key, enum json_need need, size_t limit)
{
    json_t *value = find(fields, key, need);
    char why[64];
    if (value == NULL || (json_is_array(value) && json_array_size(value) <= limit))
        return value;
    snprintf(why, sizeof why, "a list of at most %zu is needed", limit);
    json_fields_refuse(fields, key, why);
    return NULL;
}

static bool is_known(const struct json_fields *fields, const char *key)
{
    for (size_t i = 0; i < fields->known_count; i++)
        if (strcmp(fields->known[i], key) == 0)
            return true;
    return false;
}

/* A key is the sender's text: one that could change how the line reads is not shown. */
static void refuse_unknown_keys(struct json_fields *fields)
{
    const char *key;
    json_t *value;
    json_object_foreach(fields->object, key, value)
    {
        struct text_harm harm;
        char why[128];
        if (is_known(fields, key))
            continue;
        bool harmful = text_find_harm((struct text){key, strlen(key)}, &harm);
        snprintf(why, sizeof why, "there is no \"%.64s\" here", harmful ? "?" : key);
        json_fields_refuse(fields, "keys", why);
    }
}

enum reason json_fields_end(struct json_fields *fields)
{
    if (!is_over(fields))
        refuse_unknown_keys(fields);
    if (fields->owned)
        json_decref(fields->object);
    fields->object = NULL;
    return fields->reason;
}
