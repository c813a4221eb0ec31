/* fields.h: reading the fields of a JSON object strictly, with an error that sticks.
 *
 * As base/bytes.h for byte layouts: one reads straight down and asks once at the end. Either the first fault ends the reading, or
 * each is told and reading goes on. Strict is: no key twice, none that nobody asked for, the type that is wanted, texts without
 * characters that could change how their line reads (base/text.h). Thread rule: a reader belongs to one thread.
 */
#ifndef KORDON_JSON_FIELDS_H
#define KORDON_JSON_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/word_list.h"

#define JSON_FIELDS_MAX 64 /* keys that a reader may ask for; a further one is refused whatever it is */

/* Told of each fault. field: the key with its place ("expires", "fingers[2].ppi", "keys" for one that is not known, or the name of
 * the whole); failure: what is wrong with it in its detail, with an empty subject. */
struct json_faults {
    void (*found)(void *context, const char *field, const struct failure *failure);
    void *context;
};

/* Private but for reason: the first fault's, DONE so far. */
struct json_fields {
    json_t *object; /* NULL: there is nothing to read (any more) */
    bool owned;     /* it was parsed here */
    const char *place;
    const char *known[JSON_FIELDS_MAX]; /* that were asked for: literals, or as lasting */
    size_t known_count;
    const struct json_faults *faults; /* NULL: the first ends it and stands in failure */
    enum reason refusal;
    enum reason reason;
    struct failure *failure;
};

/* Parses bytes as one JSON object without repeated keys. BAD_JSON says where it is none; NO_MEMORY (as of json_parse). The
 * first fault ends the reading. */
void json_fields_parse(struct json_fields *fields, const void *bytes, size_t size, struct failure *failure);

/* What is read with each fault told. */
struct json_telling {
    const struct json_faults *faults;
    enum reason refusal; /* of what is wrong with the object */
    const char *name;    /* the whole's, where it is no object */
    const char *place;   /* that holds the keys: "", "fingers[2]" */
};

/* Over an object that stays the caller's; what telling points to must outlive the reader. */
void json_fields_tell(struct json_fields *fields, json_t *object, const struct json_telling *telling);

enum json_need { JSON_OPTIONAL, JSON_REQUIRED };

/* The text of a key: 1 to size-1 bytes without harmful characters, copied; "" where it is not there or was refused. An optional one
 * may be empty. */
void json_fields_text(
    struct json_fields *fields, const char *key, enum json_need need, char *text, size_t size);

/* The same without a copy, as long as the object lives; at most limit bytes; NULL where it is not there or was refused. */
const char *json_fields_borrow(
    struct json_fields *fields, const char *key, enum json_need need, size_t limit);

/* An integer within lowest..highest; fallback where it is not there or was refused. */
int64_t json_fields_integer(struct json_fields *fields, const char *key, enum json_need need, int64_t lowest,
    int64_t highest, int64_t fallback);

/* true or false; fallback where it is not there or was refused. */
bool json_fields_boolean(struct json_fields *fields, const char *key, enum json_need need, bool fallback);

/* Reads the object of an optional key with nested, until json_fields_leave(), which refuses keys that nobody asked for. False where it
 * is not there or was refused: then there is nothing to leave. */
bool json_fields_enter(struct json_fields *fields, const char *key, struct json_fields *nested);
void json_fields_leave(struct json_fields *fields, struct json_fields *nested);

/* An array of at most limit elements; NULL where it is not there or was refused. Borrowed. */
json_t *json_fields_array(struct json_fields *fields, const char *key, enum json_need need, size_t limit);

/* Whatever the key has, for a caller who judges it himself; NULL where it is not there. Borrowed. */
json_t *json_fields_any(struct json_fields *fields, const char *key);

/* False, and refused, where value (a string: of this key or within it) has a harmful character. */
bool json_fields_check_harmless(struct json_fields *fields, const char *key, const json_t *value);

/* Notes that the value of a key is wrong. */
void json_fields_refuse(struct json_fields *fields, const char *key, const char *why);

/* The same of a word that is none of those. */
void json_fields_refuse_word(struct json_fields *fields, const char *key, const struct word_list *words);

/* Notes that something else keeps it from being read (memory): with that failure's own reason. */
void json_fields_fail(struct json_fields *fields, const char *key, const struct failure *failure);

/* Refuses keys that nobody asked for, frees what was parsed here, and says how it went. */
enum reason json_fields_end(struct json_fields *fields);

#endif
