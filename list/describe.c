#include "list/describe.h"

#include <string.h>

#include "base/day.h"

json_t *list_describe(const struct watchlist_summary *summary)
{
    return json_pack("{s:s, s:I, s:I, s:I, s:I}", "name", summary->list_name, "version",
        (json_int_t)summary->list_version, "entries", (json_int_t)summary->entry_count, "fingers",
        (json_int_t)summary->finger_count, "installed_ms", (json_int_t)summary->installed_ms);
}

#define NUMBER(field) offsetof(struct reference_counts, field)

const struct list_unsearched list_unsearched[LIST_UNSEARCHED] = {
    {"expired", "expired", NUMBER(expired)},
    {"not_yet_valid", "not yet valid", NUMBER(not_yet_valid)},
    {"undeclared", "only for purposes that are not declared here", NUMBER(undeclared)},
    {"unsearchable", "without a searchable finger", NUMBER(unsearchable)},
};

uint64_t list_unsearched_count(const struct list_unsearched *why, const struct reference_counts *counts)
{
    uint64_t count;
    memcpy(&count, (const char *)counts + why->offset, sizeof count);
    return count;
}

void list_describe_counts(json_t *json, const struct reference_set *set)
{
    const struct reference_counts *counts = reference_set_counts(set);
    char day[DAY_TEXT_SIZE];
    json_object_set_new(json, "searchable", json_integer((json_int_t)counts->people));
    json_object_set_new(json, "searchable_fingers", json_integer((json_int_t)counts->fingers));
    for (size_t i = 0; i < LIST_UNSEARCHED; i++)
        json_object_set_new(json, list_unsearched[i].key,
            json_integer((json_int_t)list_unsearched_count(&list_unsearched[i], counts)));
    if (counts->next_change != DAY_NEVER)
        json_object_set_new(json, "next_change", json_string(day_format(counts->next_change, day)));
}

json_t *list_describe_set(const struct reference_set *set)
{
    json_t *json = list_describe(reference_set_summary(set));
    list_describe_counts(json, set);
    return json;
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
