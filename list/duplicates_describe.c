#include "list/duplicates_describe.h"

/* null where it is not known yet, so that nothing is taken for none. */
static void write_known(struct json_writer *answer, const char *key, bool known, uint64_t value)
{
    if (known)
        json_write_integer(answer, key, (int64_t)value);
    else
        json_write_null(answer, key);
}

void list_duplicates_write_progress(
    struct json_writer *answer, const struct opened_list *set, const struct list_duplicates *duplicates)
{
    static const struct list_duplicates nothing;
    const struct list_duplicates *known = duplicates != NULL ? duplicates : &nothing;
    const struct watchlist_summary *summary = opened_list_summary(set);
    json_write_text(answer, "list", summary->list_name);
    json_write_integer(answer, "version", (int64_t)summary->list_version);
    json_write_integer(answer, "entries", (int64_t)summary->entry_count);
    json_write_boolean(answer, "finished", list_duplicates_finished(known));
    json_write_integer(answer, "searched", known->next);
    write_known(answer, "compared", known->counted, known->comparable);
    write_known(answer, "not_compared", known->counted, summary->entry_count - known->comparable);
    write_known(answer, "threshold", known->counted, (uint64_t)known->threshold);
    json_write_integer(answer, "found", (int64_t)known->count);
    json_write_integer(answer, "left_out", (int64_t)known->left_out);
}

static json_t *entry_json(const struct opened_list *set, uint32_t subject)
{
    char id[WATCHLIST_ID_TEXT_SIZE];
    struct json_writer json;
    const struct reference_subject *shown = opened_list_subject(set, subject);
    watchlist_id_format(&shown->id, id);
    json_writer_object(&json);
    json_write_text(&json, "entry", id);
    json_write_text(&json, "category", alert_category_name(shown->category));
    return json_writer_end(&json);
}

json_t *list_duplicates_describe_pair(
    const struct opened_list *set, const struct list_duplicates *duplicates, size_t place)
{
    const struct duplicate *pair = &duplicates->pairs[place];
    struct json_writer entries, json;
    json_writer_array(&entries);
    json_append_value(&entries, entry_json(set, pair->subject));
    json_append_value(&entries, entry_json(set, pair->other));
    json_writer_object(&json);
    json_write_value(&json, "entries", json_writer_end(&entries));
    json_write_text(&json, "position", finger_position_name(pair->position));
    json_write_integer(&json, "score", pair->score);
    return json_writer_end(&json);
}

void list_duplicates_write_entry(
    struct json_writer *body, const struct opened_list *set, const struct list_duplicates *duplicates)
{
    const struct watchlist_summary *summary = opened_list_summary(set);
    json_write_text(body, "what", "people who are on the list twice");
    json_write_text(body, "list", summary->list_name);
    json_write_integer(body, "version", (int64_t)summary->list_version);
    json_write_integer(body, "entries", (int64_t)summary->entry_count);
    json_write_integer(body, "compared", (int64_t)duplicates->comparable);
    json_write_integer(body, "threshold", duplicates->threshold);
    json_write_integer(body, "pairs", (int64_t)duplicates->count);
    json_write_integer(body, "left_out", (int64_t)duplicates->left_out);
}
