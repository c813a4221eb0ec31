/* fields.h: reading the fields of a JSON object strictly, with an error that sticks.
 *
 * As base/bytes.h for byte layouts: one reads straight down and asks once at the end. Thread rule: a reader
 * belongs to one thread.
 */
#ifndef KORDON_JSON_FIELDS_H
#define KORDON_JSON_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"

struct json_fields {
    json_t *object; /* owned where it was parsed here */
    size_t read;    /* keys asked for that were there */
    enum reason reason;
    struct failure *failure;
    bool owned;
};

/* Parses bytes as one JSON object without repeated keys; BAD_JSON says where it is none. */
void json_fields_parse(struct json_fields *fields, const void *bytes, size_t size, struct failure *failure);

/* Over an object that stays the caller's; BAD_VALUE where it is none. */
void json_fields_over(
    struct json_fields *fields, json_t *object, const char *subject, struct failure *failure);

enum json_need { JSON_OPTIONAL, JSON_REQUIRED };

/* The text of a key: 1 to size-1 bytes without characters that could change how its line reads (base/text.h), copied; "" where it is not there. */
void json_fields_text(
    struct json_fields *fields, const char *key, enum json_need need, char *text, size_t size);

/* The same without a copy, as long as the object lives; at most limit bytes; NULL where it is not there. */
const char *json_fields_borrow(
    struct json_fields *fields, const char *key, enum json_need need, size_t limit);

/* An integer within lowest..highest; fallback where it is not there. */
int64_t json_fields_integer(struct json_fields *fields, const char *key, enum json_need need, int64_t lowest,
    int64_t highest, int64_t fallback);

/* true or false; fallback where it is not there. */
bool json_fields_boolean(struct json_fields *fields, const char *key, enum json_need need, bool fallback);

/* An array of at most limit elements; NULL where it is not there. Borrowed. */
json_t *json_fields_array(struct json_fields *fields, const char *key, enum json_need need, size_t limit);

/* Notes that the value of a key is wrong. */
void json_fields_refuse(struct json_fields *fields, const char *key, const char *why);

/* Refuses keys that nobody asked for, frees what was parsed here, and says how it went. */
enum reason json_fields_end(struct json_fields *fields);

#endif
