/* journal_search.c: pages of the entries that somebody looks for, from either end of the log. */
#include "store/journal.h"

#include "json/writer.h"

/* The first entry to be looked at; false: there is none. */
static bool find_first(const struct journal_search *search, uint64_t *seq)
{
    if (search->newest_first) {
        bool behind = search->begins_behind && search->after < search->size;
        *seq = (behind ? search->after : search->size) - 1;
        return (behind ? search->after : search->size) > 0;
    }
    *seq = search->begins_behind ? search->after + 1 : 0;
    return *seq < search->size;
}

static enum reason look(
    struct store *store, struct journal_search *search, uint64_t seq, struct failure *failure)
{
    json_t *entry = NULL;
    TRY(journal_read(store, seq, &entry, failure));
    if (json_object_get(entry, "erased_by") != NULL)
        search->erased++;
    if (log_filter_takes(&search->filter, entry))
        return json_append(search->entries, entry, "entries", failure);
    json_decref(entry);
    return REASON_DONE;
}

enum reason journal_search(struct store *store, struct journal_search *search, struct failure *failure)
{
    uint64_t seq, looks = 0;
    search->entries = json_array();
    if (search->entries == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "entries", NULL);
    for (bool left = find_first(search, &seq); left; seq += search->newest_first ? UINT64_MAX : 1) {
        TRY(look(store, search, seq, failure));
        left = search->newest_first ? seq > 0 : seq + 1 < search->size;
        search->looked = seq;
        search->more = left;
        if (json_array_size(search->entries) == search->limit || ++looks == JOURNAL_SEARCH_LOOKS)
            break;
    }
    return REASON_DONE;
}
