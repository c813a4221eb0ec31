#include "list/not_permitted.h"

#include "json/writer.h"

struct looking {
    const struct list_purposes *purposes;
    struct json_writer ids;
    uint64_t limit, found;
};

static enum reason look_at(void *context, const struct watchlist_entry *entry, struct failure *failure)
{
    struct looking *looking = context;
    char id[WATCHLIST_ID_TEXT_SIZE];
    uint64_t seen;
    (void)failure;
    if (list_purposes_see(looking->purposes, entry->purposes, entry->purpose_count, entry->category, &seen) !=
        LIST_NOT_PERMITTED)
        return REASON_DONE;
    if (looking->found++ < looking->limit) {
        watchlist_id_format(&entry->id, id);
        json_append_text(&looking->ids, id);
    }
    return REASON_DONE;
}

enum reason list_find_not_permitted(struct store *store, const struct list_purposes *purposes, uint64_t limit,
    json_t **found, struct failure *failure)
{
    struct looking looking = {.purposes = purposes, .limit = limit};
    struct json_writer json;
    *found = NULL;
    json_writer_array(&looking.ids);
    enum reason reason = watchlist_load(store, WATCHLIST_PART_ALERT, look_at, &looking, failure);
    json_writer_object(&json);
    json_write_integer(&json, "found", (int64_t)looking.found);
    json_write_value(&json, "entries", json_writer_end(&looking.ids));
    json_t *made = json_writer_end(&json);
    if (reason == REASON_DONE && made == NULL)
        reason = failure_set(failure, REASON_NO_MEMORY, "not_permitted", NULL);
    if (reason == REASON_DONE)
        *found = made;
    else
        json_decref(made);
    return reason;
}
