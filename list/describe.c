#include "list/describe.h"

#include <string.h>

#include "base/day.h"
#include "base/language.h"

static void write_summary(struct json_writer *writer, const struct watchlist_summary *summary)
{
    json_write_text(writer, "name", summary->list_name);
    json_write_integer(writer, "version", (int64_t)summary->list_version);
    json_write_integer(writer, "entries", (int64_t)summary->entry_count);
    json_write_integer(writer, "fingers", (int64_t)summary->finger_count);
    json_write_integer(writer, "installed_ms", summary->installed_ms);
}

json_t *list_describe(const struct watchlist_summary *summary)
{
    struct json_writer writer;
    json_writer_object(&writer);
    write_summary(&writer, summary);
    return json_writer_end(&writer);
}

#define NUMBER(field) offsetof(struct reference_counts, field)

const struct list_unsearched list_unsearched[LIST_UNSEARCHED] = {
    {"expired", N_("expired"), NUMBER(expired)},
    {"not_yet_valid", N_("not yet valid"), NUMBER(not_yet_valid)},
    {"undeclared", N_("only for purposes that are not declared here"), NUMBER(undeclared)},
    {"not_permitted", N_("of a category that the policy shows to none of their purposes"),
        NUMBER(not_permitted)},
    {"unsearchable", N_("without a searchable finger"), NUMBER(unsearchable)},
};

uint64_t list_unsearched_count(const struct list_unsearched *why, const struct reference_counts *counts)
{
    uint64_t count;
    memcpy(&count, (const char *)counts + why->offset, sizeof count);
    return count;
}

uint64_t list_count_expiring(const struct opened_list *set)
{
    int32_t today = day_of_ms(store_now_ms());
    return opened_list_count_ending(set, today, today + LIST_WARNING_DAYS);
}

void list_write_counts(struct json_writer *writer, const struct opened_list *set)
{
    const struct reference_counts *counts = opened_list_counts(set);
    char day[DAY_TEXT_SIZE];
    json_write_integer(writer, "searchable", (int64_t)counts->people);
    json_write_integer(writer, "searchable_fingers", (int64_t)counts->fingers);
    for (size_t i = 0; i < LIST_UNSEARCHED; i++)
        json_write_integer(
            writer, list_unsearched[i].key, (int64_t)list_unsearched_count(&list_unsearched[i], counts));
    json_write_integer(writer, "expiring", (int64_t)list_count_expiring(set));
    if (counts->next_change != DAY_NEVER)
        json_write_text(writer, "next_change", day_format(counts->next_change, day));
}

json_t *list_describe_set(const struct opened_list *set)
{
    struct json_writer writer;
    json_writer_object(&writer);
    write_summary(&writer, opened_list_summary(set));
    list_write_counts(&writer, set);
    return json_writer_end(&writer);
}

static json_t *purposes_json(const struct watchlist_entry *entry)
{
    struct json_writer writer;
    json_writer_array(&writer);
    for (size_t i = 0; i < entry->purpose_count; i++)
        json_append_text(&writer, entry->purposes[i]);
    return json_writer_end(&writer);
}

json_t *list_describe_entry(const struct watchlist_entry *entry, unsigned parts)
{
    struct json_writer writer;
    char id[WATCHLIST_ID_TEXT_SIZE];
    watchlist_id_format(&entry->id, id);
    json_writer_object(&writer);
    json_write_text(&writer, "entry", id);
    json_write_text(&writer, "category", alert_category_name(entry->category));
    json_write_boolean(&writer, "protection", alert_category_is_protection(entry->category));
    json_write_text_if(&writer, "action", entry->action);
    json_write_text_if(&writer, "instruction", entry->instruction);
    json_write_text_if(&writer, "authority", entry->authority);
    json_write_text_if(&writer, "legal_basis", entry->legal_basis);
    json_write_text_if(&writer, "entered", entry->entered);
    json_write_text_if(&writer, "expires", entry->expires);
    json_write_value(&writer, "purposes", purposes_json(entry));
    if ((parts & WATCHLIST_PART_IDENTITY) != 0) {
        json_write_text_if(&writer, "case_number", entry->case_number);
        json_write_text_if(&writer, "name", entry->name);
    }
    return json_writer_end(&writer);
}
