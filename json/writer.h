/* writer.h: building JSON objects and arrays with an error that sticks.
 *
 * As base/bytes.h for byte layouts: one writes straight down and asks once at the end. What lacks a part because memory failed is
 * never handed out: a log entry or an answer without one of its members would say something else than what was meant.
 *
 *     struct json_writer writer;
 *     json_writer_object(&writer);
 *     json_write_text(&writer, "unit", unit);
 *     json_write_value(&writer, "list", list_describe(summary));   a NULL from within makes the whole one NULL
 *     return json_writer_end(&writer);
 *
 * A writer owns what it builds until json_writer_end or json_writer_close, one of which must be called. Thread rule: a writer belongs
 * to one thread.
 */
#ifndef KORDON_JSON_WRITER_H
#define KORDON_JSON_WRITER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/failure.h"

struct json_writer {
    json_t *value; /* private */
    /* a part is missing: nothing will come of it. To be asked where going on would be much work */
    bool failed;
};

/* Begins an empty object, an empty array. */
void json_writer_object(struct json_writer *writer);
void json_writer_array(struct json_writer *writer);

/* Goes on with an object or array, which it takes over; NULL is one that could not be made. */
void json_writer_over(struct json_writer *writer, json_t *value);

/* Sets a member of an object, in place of one of that name. value is taken over, whatever comes of it; where it is NULL, it could
 * not be made, and the whole can't either. */
void json_write_value(struct json_writer *writer, const char *key, json_t *value);

/* text must not be NULL. Bytes in it that are no UTF-8 (a file's name from elsewhere, a detail that was cut) are written as U+FFFD:
 * JSON can't hold them, and they must not keep an answer or a log entry from being made. */
void json_write_text(struct json_writer *writer, const char *key, const char *text);

/* The same where there is a text; where it is NULL nothing, or a null. */
void json_write_text_if(struct json_writer *writer, const char *key, const char *text);
void json_write_text_or_null(struct json_writer *writer, const char *key, const char *text);

/* The second where it is not 0, which means that there is none: a time, a number, a count. */
void json_write_integer(struct json_writer *writer, const char *key, int64_t value);
void json_write_integer_if(struct json_writer *writer, const char *key, int64_t value);
void json_write_real(struct json_writer *writer, const char *key, double value); /* finite */
void json_write_boolean(struct json_writer *writer, const char *key, bool value);
void json_write_null(struct json_writer *writer, const char *key);

/* A failure's members, as every answer tells them: "reason", "subject", "text", "detail", "remedy", "exit_code". */
void json_write_failure(struct json_writer *writer, const struct failure *failure);

/* Elements at the end of an array. */
void json_append_value(struct json_writer *writer, json_t *value);
void json_append_text(struct json_writer *writer, const char *text);
void json_append_integer(struct json_writer *writer, int64_t value);

/* One more element of an array that grows over several calls, without a writer. value is taken over; NULL is one that could not be
 * made. DONE, or NO_MEMORY about subject: then the array lacks it. */
enum reason json_append(json_t *array, json_t *value, const char *subject, struct failure *failure);

/* The whole, the caller's; NULL without memory for all of it: then what there was is freed. */
json_t *json_writer_end(struct json_writer *writer);

/* For additions to a value that somebody else holds too (json_writer_over(writer, json_incref(value))): gives the writer's share
 * back. DONE, or NO_MEMORY about subject: then the value lacks some of the additions, and must not be used. */
enum reason json_writer_close(struct json_writer *writer, const char *subject, struct failure *failure);

#endif
