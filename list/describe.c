#include "list/describe.h"

#include "base/day.h"

json_t *list_describe(const struct watchlist_summary *summary)
{
    return json_pack("{s:s, s:I, s:I, s:I, s:I}", "name", summary->list_name, "version",
        (json_int_t)summary->list_version, "entries", (json_int_t)summary->entry_count, "fingers",
        (json_int_t)summary->finger_count, "installed_ms", (json_int_t)summary->installed_ms);
}

void list_describe_counts(json_t *json, const struct reference_set *set)
{
    const struct reference_counts *counts = reference_set_counts(set);
    char day[DAY_TEXT_SIZE];
    const struct {
        const char *key;
        uint64_t value;
    } rows[] = {
        {"searchable", counts->people},
        {"searchable_fingers", counts->fingers},
        {"undeclared_purposes", counts->undeclared},
        {"unsearchable", counts->unsearchable},
        {"expired", counts->expired},
        {"not_yet_valid", counts->not_yet_valid},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        json_object_set_new(json, rows[i].key, json_integer((json_int_t)rows[i].value));
    if (counts->next_change != DAY_NEVER)
        json_object_set_new(json, "next_change", json_string(day_format(counts->next_change, day)));
}

static void set_text(json_t *json, const char *key, const char *value)
{
    if (value != NULL)
        json_object_set_new(json, key, json_string(value));
}

json_t *list_describe_entry(const struct watchlist_entry *entry, unsigned parts)
{
    char id[WATCHLIST_ID_TEXT_SIZE];
    watchlist_id_format(&entry->id, id);
    json_t *json =
        json_pack("{s:s, s:s, s:b}", "entry", id, "category", watchlist_category_name(entry->category),
            "protection", (int)watchlist_category_is_protection(entry->category));
    set_text(json, "action", entry->action);
    set_text(json, "instruction", entry->instruction);
    set_text(json, "authority", entry->authority);
    set_text(json, "legal_basis", entry->legal_basis);
    set_text(json, "entered", entry->entered);
    set_text(json, "expires", entry->expires);
    json_t *purposes = json_array();
    for (size_t i = 0; i < entry->purpose_count; i++)
        json_array_append_new(purposes, json_string(entry->purposes[i]));
    json_object_set_new(json, "purposes", purposes);
    if ((parts & WATCHLIST_PART_IDENTITY) != 0) {
        set_text(json, "case_number", entry->case_number);
        set_text(json, "name", entry->name);
    }
    return json;
}
