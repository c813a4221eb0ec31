#include "daemon/revocation_marks.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "json/fields.h"
#include "json/text.h"
#include "json/writer.h"

/* --- In the state */

static json_t *mark_json(const struct revocation_mark *mark)
{
    struct json_writer row;
    json_writer_object(&row);
    json_write_text(&row, "authority", mark->seen.authority);
    json_write_text_if(&row, "number", mark->seen.number[0] != '\0' ? mark->seen.number : NULL);
    json_write_integer(&row, "this_update", mark->seen.this_update);
    if (mark->gave_up)
        json_write_boolean(&row, "given_up", true);
    return json_writer_end(&row);
}

static char *text_of(const struct revocation_marks *marks)
{
    struct json_writer json, rows;
    size_t size;
    json_writer_array(&rows);
    for (size_t i = 0; i < marks->count; i++)
        json_append_value(&rows, mark_json(&marks->list[i]));
    json_writer_object(&json);
    json_write_value(&json, "lists", json_writer_end(&rows));
    json_t *value = json_writer_end(&json);
    char *text = value != NULL ? json_text(value, &size) : NULL;
    json_decref(value);
    return text;
}

#define TIME_SECONDS_MAX (INT64_C(1) << 40)

static bool is_hex(const char *text, size_t length)
{
    return strlen(text) == length && strspn(text, "0123456789abcdef") == length;
}

static bool parse_mark(json_t *object, struct revocation_mark *into)
{
    struct tls_list_mark *mark = &into->seen;
    struct json_fields fields;
    const struct json_telling telling = {.refusal = REASON_BAD_VALUE, .name = "lists", .place = "lists"};
    json_fields_tell(&fields, object, &telling);
    json_fields_text(&fields, "authority", JSON_REQUIRED, mark->authority, sizeof mark->authority);
    json_fields_text(&fields, "number", JSON_OPTIONAL, mark->number, sizeof mark->number);
    mark->this_update =
        json_fields_integer(&fields, "this_update", JSON_REQUIRED, -TIME_SECONDS_MAX, TIME_SECONDS_MAX, 0);
    into->gave_up = json_fields_boolean(&fields, "given_up", JSON_OPTIONAL, false);
    if (!is_hex(mark->authority, sizeof mark->authority - 1))
        json_fields_refuse(&fields, "authority", "no SHA-256 in hex");
    if (mark->number[0] != '\0' && !is_hex(mark->number, sizeof mark->number - 1))
        json_fields_refuse(&fields, "number", "no number in hex");
    return json_fields_end(&fields) == REASON_DONE;
}

enum reason revocation_marks_parse(
    const char *text, size_t size, struct revocation_marks *marks, struct failure *failure)
{
    struct json_fields fields;
    *marks = (struct revocation_marks){0};
    json_fields_parse(&fields, text, size, failure);
    json_t *rows = json_fields_array(&fields, "lists", JSON_REQUIRED, REVOCATION_MARKS_MAX), *row;
    size_t i;
    json_array_foreach(rows, i, row) if (!parse_mark(row, &marks->list[marks->count++]))
        json_fields_refuse(&fields, "lists", "one of them is none");
    return json_fields_end(&fields);
}

static enum reason parse(const char *text, size_t size, void *into, struct failure *failure)
{
    return revocation_marks_parse(text, size, into, failure);
}

enum reason revocation_marks_read(
    struct store *store, struct revocation_marks *marks, struct failure *failure)
{
    *marks = (struct revocation_marks){0};
    return document_read_into(store, DOCUMENT_REVOCATION_LISTS, NULL, parse, marks, failure);
}

const struct journal_change *revocation_change_put(
    struct revocation_change *change, const struct revocation_marks *marks)
{
    change->text = text_of(marks);
    if (change->text == NULL)
        return NULL;
    change->document = (struct document_change){
        .name = DOCUMENT_REVOCATION_LISTS, .bytes = change->text, .size = strlen(change->text)};
    change->change = (struct journal_change){.documents = &change->document, .document_count = 1};
    return &change->change;
}

void revocation_change_finish(struct revocation_change *change)
{
    free(change->text);
    change->text = NULL;
}

/* --- What was seen */

static struct revocation_mark *mark_of(struct revocation_marks *marks, const char *authority)
{
    for (size_t i = 0; i < marks->count; i++)
        if (strcmp(marks->list[i].seen.authority, authority) == 0)
            return &marks->list[i];
    return NULL;
}

/* A list that has lost its number is older as well: authorities that give numbers give one to each list. */
static bool is_older(const struct tls_list_mark *mark, const struct tls_list_mark *seen)
{
    return strcmp(mark->number, seen->number) < 0 || mark->this_update < seen->this_update;
}

static bool is_same(const struct tls_list_mark *one, const struct tls_list_mark *other)
{
    return strcmp(one->authority, other->authority) == 0 && strcmp(one->number, other->number) == 0 &&
           one->this_update == other->this_update;
}

/* By a wrong clock, this machine's or the authority's. Until then it is no list for anybody; and it must not make the right one an older one. */
static bool lies_ahead(const struct tls_list_mark *mark)
{
    return mark->this_update > (int64_t)time(NULL);
}

static bool is_named(const struct tls_context *context, const struct revocation_mark *mark)
{
    for (size_t i = 0; i < tls_context_authorities(context); i++)
        if (strcmp(tls_context_authority(context, i, 0).digest, mark->seen.authority) == 0)
            return true;
    return false;
}

/* Authorities come and go over the years: what was seen of one that is long gone must not keep out a new one. */
_Static_assert(REVOCATION_MARKS_MAX > CONFIG_AUTHORITIES_MAX, "one of them is not named");
static struct revocation_mark *drop_oldest(
    struct revocation_marks *marks, const struct tls_context *context, struct revocation_raise *raise)
{
    struct revocation_mark *oldest = marks->list;
    bool found = false;
    for (size_t i = 0; i < marks->count; i++) {
        struct revocation_mark *mark = &marks->list[i];
        bool older = !found || mark->seen.this_update < oldest->seen.this_update;
        if (!older || is_named(context, mark))
            continue;
        oldest = mark;
        found = true;
    }
    raise->dropped[raise->dropped_count++] = oldest->seen;
    return oldest;
}

/* Whoever writes the configuration could otherwise let in who was revoked by naming no list at all, and nobody would know. */
static enum reason give_up(struct revocation_mark *mark, const struct tls_authority_view *authority,
    struct revocation_raise *raise, struct failure *failure)
{
    if (!authority->gave_up_list)
        return failure_set(failure, REASON_CONFIGURATION_BAD, authority->name,
            "it had a revocation list, and names none: who was revoked would be let in; name its list, or "
            "say "
            "no_revocation_list = yes if that is meant");
    raise->raised = raise->raised || !mark->gave_up;
    mark->gave_up = true;
    return REASON_DONE;
}

static enum reason raise_one(struct revocation_marks *marks, const struct tls_context *context, size_t index,
    struct revocation_raise *raise, struct failure *failure)
{
    const struct tls_authority_view authority = tls_context_authority(context, index, 0);
    const struct tls_list_mark *mark = tls_context_mark(context, index);
    struct revocation_mark *seen = mark_of(marks, authority.digest);
    if (mark == NULL)
        return seen != NULL ? give_up(seen, &authority, raise, failure) : REASON_DONE;
    if (seen != NULL && is_older(mark, &seen->seen))
        return failure_set(failure, REASON_CONFIGURATION_BAD, authority.name,
            "its revocation list is older than one that was in force: who was revoked since would be let in");
    if (lies_ahead(mark))
        return REASON_DONE;
    if (seen == NULL)
        seen = marks->count < REVOCATION_MARKS_MAX ? &marks->list[marks->count++]
                                                   : drop_oldest(marks, context, raise);
    raise->raised = raise->raised || seen->gave_up || !is_same(&seen->seen, mark);
    *seen = (struct revocation_mark){.seen = *mark};
    return REASON_DONE;
}

enum reason revocation_marks_raise(struct revocation_marks *marks, const struct tls_context *context,
    struct revocation_raise *raise, struct failure *failure)
{
    for (size_t i = 0; i < tls_context_authorities(context); i++)
        TRY(raise_one(marks, context, i, raise, failure));
    return REASON_DONE;
}

static bool has_list(const struct tls_context *context, const struct tls_list_mark *wanted)
{
    for (size_t i = 0; i < tls_context_authorities(context); i++) {
        const struct tls_list_mark *mark = tls_context_mark(context, i);
        if (mark != NULL && is_same(mark, wanted))
            return true;
    }
    return false;
}

enum reason revocation_lists_check_begun(
    const struct tls_context *context, const struct tls_context *in_force, struct failure *failure)
{
    for (size_t i = 0; i < tls_context_authorities(context); i++) {
        const struct tls_list_mark *mark = tls_context_mark(context, i);
        if (mark != NULL && lies_ahead(mark) && !has_list(in_force, mark))
            return failure_set(failure, REASON_CONFIGURATION_BAD, tls_context_authority(context, i, 0).name,
                "its revocation list is of a time to come: nobody of it would be let in until then; compare "
                "the clocks");
    }
    return REASON_DONE;
}

/* --- What is said of it */

static json_t *list_json(const char *authority, const struct tls_list_mark *mark)
{
    const char *number = mark->number + strspn(mark->number, "0");
    struct json_writer row;
    json_writer_object(&row);
    json_write_text(&row, "authority", authority);
    json_write_text_if(&row, "number", mark->number[0] != '\0' ? number[0] != '\0' ? number : "0" : NULL);
    json_write_integer(&row, "this_update", mark->this_update);
    return json_writer_end(&row);
}

static json_t *given_up_json(const char *authority)
{
    struct json_writer row;
    json_writer_object(&row);
    json_write_text(&row, "authority", authority);
    json_write_boolean(&row, "given_up", true);
    return json_writer_end(&row);
}

void revocation_raise_tell(
    struct json_writer *body, const struct tls_context *context, const struct revocation_raise *raise)
{
    struct json_writer rows;
    json_writer_array(&rows);
    for (size_t i = 0; i < tls_context_authorities(context); i++) {
        const struct tls_authority_view authority = tls_context_authority(context, i, 0);
        const struct tls_list_mark *mark = tls_context_mark(context, i);
        if (mark != NULL)
            json_append_value(&rows, list_json(authority.name, mark));
        else if (authority.gave_up_list)
            json_append_value(&rows, given_up_json(authority.name));
    }
    json_write_value(body, "revocation_lists", json_writer_end(&rows));
    if (raise->dropped_count == 0)
        return;
    json_writer_array(&rows);
    for (size_t i = 0; i < raise->dropped_count; i++)
        json_append_value(&rows, list_json(raise->dropped[i].authority, &raise->dropped[i]));
    json_write_value(body, "revocation_lists_forgotten", json_writer_end(&rows));
}
