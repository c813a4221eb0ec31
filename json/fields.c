#include "json/fields.h"

#include <string.h>

#include "base/text.h"

void json_fields_parse(struct json_fields *fields, const void *bytes, size_t size, struct failure *failure)
{
    *fields = (struct json_fields){.failure = failure, .owned = true};
    json_error_t error;
    fields->object = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, &error);
    if (fields->object == NULL)
        /* The parser's text quotes the input; its place is enough. */
        fields->reason =
            failure_set(failure, REASON_BAD_JSON, "body", "at line %d, column %d", error.line, error.column);
    else if (!json_is_object(fields->object))
        fields->reason = failure_set(failure, REASON_BAD_JSON, "body", "an object is needed");
}

void json_fields_over(
    struct json_fields *fields, json_t *object, const char *subject, struct failure *failure)
{
    *fields = (struct json_fields){.object = object, .failure = failure};
    if (!json_is_object(object))
        fields->reason = failure_set(failure, REASON_BAD_VALUE, subject, "an object is needed");
}

void json_fields_refuse(struct json_fields *fields, const char *key, const char *why)
{
    if (fields->reason == REASON_DONE)
        fields->reason = failure_set(fields->failure, REASON_BAD_VALUE, key, "%s", why);
}

static json_t *find(struct json_fields *fields, const char *key, enum json_need need)
{
    if (fields->reason != REASON_DONE)
        return NULL;
    json_t *value = json_object_get(fields->object, key);
    if (value != NULL)
        fields->read++;
    else if (need == JSON_REQUIRED)
        json_fields_refuse(fields, key, "is missing");
    return value;
}

static void check_harmless(struct json_fields *fields, const char *key, const char *text, size_t size)
{
    struct text_harm harm;
    char why[TEXT_HARM_WHY_SIZE];
    if (text_find_harm((struct text){text, size}, &harm))
        json_fields_refuse(fields, key, text_harm_why(&harm, why));
}

const char *json_fields_borrow(struct json_fields *fields, const char *key, enum json_need need, size_t limit)
{
    json_t *value = find(fields, key, need);
    if (value == NULL)
        return NULL;
    if (!json_is_string(value)) {
        json_fields_refuse(fields, key, "a text is needed");
        return NULL;
    }
    size_t size = json_string_length(value);
    const char *text = json_string_value(value);
    if (size > limit)
        json_fields_refuse(fields, key, "is too long");
    else if (size == 0 && need == JSON_REQUIRED)
        json_fields_refuse(fields, key, "is empty");
    else
        check_harmless(fields, key, text, size);
    return fields->reason == REASON_DONE ? text : NULL;
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
    json_t *value = find(fields, key, need);
    if (value == NULL)
        return fallback;
    if (!json_is_integer(value) || json_integer_value(value) < lowest ||
        json_integer_value(value) > highest) {
        json_fields_refuse(fields, key, "is no whole number in the allowed range");
        return fallback;
    }
    return json_integer_value(value);
}

bool json_fields_boolean(struct json_fields *fields, const char *key, enum json_need need, bool fallback)
{
    json_t *value = find(fields, key, need);
    if (value != NULL && !json_is_boolean(value))
        json_fields_refuse(fields, key, "true or false is needed");
    return value != NULL ? json_is_true(value) : fallback;
}

json_t *json_fields_array(struct json_fields *fields, const char *key, enum json_need need, size_t limit)
{
    json_t *value = find(fields, key, need);
    if (value != NULL && (!json_is_array(value) || json_array_size(value) > limit)) {
        json_fields_refuse(fields, key, "is no list, or too long");
        return NULL;
    }
    return value;
}

enum reason json_fields_end(struct json_fields *fields)
{
    if (fields->reason == REASON_DONE && json_object_size(fields->object) != fields->read)
        fields->reason =
            failure_set(fields->failure, REASON_BAD_VALUE, "body", "there is a key that is not known here");
    if (fields->owned)
        json_decref(fields->object);
    return fields->reason;
}
