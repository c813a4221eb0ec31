#include "json/writer.h"

#include <stdlib.h>
#include <string.h>

#include "base/locked_memory.h"
#include "base/text.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

void json_writer_over(struct json_writer *writer, json_t *value)
{
    *writer = (struct json_writer){.value = value, .failed = value == NULL};
}

void json_writer_object(struct json_writer *writer)
{
    json_writer_over(writer, json_object());
}

void json_writer_array(struct json_writer *writer)
{
    json_writer_over(writer, json_array());
}

/* jansson takes the value over and refuses a NULL; a refusal may have other reasons, none of which leaves a whole. */
void json_write_value(struct json_writer *writer, const char *key, json_t *value)
{
    if (writer->failed)
        json_decref(value);
    else
        writer->failed = json_object_set_new(writer->value, key, value) != 0;
}

void json_append_value(struct json_writer *writer, json_t *value)
{
    if (writer->failed)
        json_decref(value);
    else
        writer->failed = json_array_append_new(writer->value, value) != 0;
}

static bool is_no_utf8(const struct text_harm *harm)
{
    return harm->malformed || (harm->code_point >= 0xd800 && harm->code_point <= 0xdfff);
}

/* The text with a replacement for each byte (or surrogate) that is no UTF-8; mended has room for three bytes for each of text's. */
static size_t mend(struct text text, char *mended)
{
    struct text_harm harm;
    size_t used = 0;
    while (text_find_harm(text, &harm)) {
        bool broken = is_no_utf8(&harm);
        size_t kept = broken ? harm.offset : harm.offset + harm.size;
        memcpy(mended + used, text.bytes, kept);
        used += kept;
        if (broken) {
            memcpy(mended + used, REPLACEMENT, sizeof REPLACEMENT - 1);
            used += sizeof REPLACEMENT - 1;
        }
        text.bytes += harm.offset + harm.size;
        text.size -= harm.offset + harm.size;
    }
    memcpy(mended + used, text.bytes, text.size);
    return used + text.size;
}

/* Texts may be names: the copy is wiped. */
static json_t *mended_string(const char *text)
{
    size_t size = strlen(text), room = size * (sizeof REPLACEMENT - 1) + 1;
    char *mended = malloc(room);
    if (mended == NULL)
        return NULL;
    json_t *value = json_stringn(mended, mend((struct text){text, size}, mended));
    memory_wipe(mended, room);
    free(mended);
    return value;
}

static json_t *text_value(const char *text)
{
    json_t *value = json_string(text);
    return value != NULL ? value : mended_string(text);
}

void json_write_text(struct json_writer *writer, const char *key, const char *text)
{
    json_write_value(writer, key, text_value(text));
}

void json_append_text(struct json_writer *writer, const char *text)
{
    json_append_value(writer, text_value(text));
}

void json_write_text_if(struct json_writer *writer, const char *key, const char *text)
{
    if (text != NULL)
        json_write_text(writer, key, text);
}

void json_write_integer(struct json_writer *writer, const char *key, int64_t value)
{
    json_write_value(writer, key, json_integer(value));
}

void json_write_integer_if(struct json_writer *writer, const char *key, int64_t value)
{
    if (value != 0)
        json_write_integer(writer, key, value);
}

void json_append_integer(struct json_writer *writer, int64_t value)
{
    json_append_value(writer, json_integer(value));
}

void json_write_real(struct json_writer *writer, const char *key, double value)
{
    json_write_value(writer, key, json_real(value));
}

void json_write_boolean(struct json_writer *writer, const char *key, bool value)
{
    json_write_value(writer, key, json_boolean(value));
}

void json_write_null(struct json_writer *writer, const char *key)
{
    json_write_value(writer, key, json_null());
}

void json_write_text_or_null(struct json_writer *writer, const char *key, const char *text)
{
    if (text != NULL)
        json_write_text(writer, key, text);
    else
        json_write_null(writer, key);
}

void json_write_failure(struct json_writer *writer, const struct failure *failure)
{
    json_write_text(writer, "reason", reason_name(failure->reason));
    json_write_text(writer, "subject", failure->subject);
    json_write_text(writer, "text", reason_text(failure->reason));
    json_write_text(writer, "detail", failure->detail);
    json_write_text(writer, "remedy", reason_remedy(failure->reason));
    json_write_integer(writer, "exit_code", reason_exit_code(failure->reason));
}

enum reason json_append(json_t *array, json_t *value, const char *subject, struct failure *failure)
{
    return json_array_append_new(array, value) == 0 ? REASON_DONE
                                                    : failure_set(failure, REASON_NO_MEMORY, subject, NULL);
}

json_t *json_writer_end(struct json_writer *writer)
{
    json_t *value = writer->value;
    if (writer->failed) {
        json_decref(value);
        value = NULL;
    }
    *writer = (struct json_writer){.failed = true};
    return value;
}

enum reason json_writer_close(struct json_writer *writer, const char *subject, struct failure *failure)
{
    json_t *value = json_writer_end(writer);
    if (value == NULL)
        return failure_set(failure, REASON_NO_MEMORY, subject, NULL);
    json_decref(value);
    return REASON_DONE;
}
