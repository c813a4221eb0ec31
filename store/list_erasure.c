/* list_erasure.c: takes entries off the list, in one transaction with the log entry that records it. */
#include <string.h>

#include "json/writer.h"
#include "store/journal_append_internal.h"
#include "store/list_internal.h"
#include "store/statement_internal.h"

struct erasure {
    struct store *store;
    struct watchlist_ids ids;
    bool several; /* the log entry names them as some of those that a rule erases */
};

/* Adds the fingers of the row, which is proven. */
static enum reason count_fingers(struct store *store, const struct list_state *list,
    const struct watchlist_id *id, uint64_t *count, struct failure *failure)
{
    struct watchlist_entry entry = {0};
    struct list_row_reader reader;
    struct statement read;
    enum reason reason = REASON_DONE;
    list_row_reader_init(&reader, store, list->import, WATCHLIST_PART_TEMPLATES);
    statement_begin(&read, &store->database, STATEMENT_ALERT_ONE, failure);
    statement_bind_integer(&read, 1, (int64_t)list->import);
    statement_bind_blob(&read, 2, id->bytes, WATCHLIST_ID_BYTES);
    if (statement_next(&read))
        reason = list_open_row(&reader, read.row, &entry, failure);
    if (reason == REASON_DONE)
        *count += entry.finger_count;
    locked_memory_wipe(&store->scratch);
    return statement_end(&read, reason);
}

static enum reason delete_row(struct store *store, const struct list_state *list,
    const struct watchlist_id *id, struct failure *failure)
{
    struct statement delete;
    statement_begin(&delete, &store->database, STATEMENT_ALERT_DELETE, failure);
    statement_bind_integer(&delete, 1, (int64_t)list->import);
    statement_bind_blob(&delete, 2, id->bytes, WATCHLIST_ID_BYTES);
    TRY(statement_run(&delete));
    return sqlite3_changes(store->database.connection) == 1
               ? REASON_DONE
               : failure_set(failure, REASON_STORE_ERROR, "watchlist", "the row was not deleted");
}

/* The rows are proven before one of them goes: an erasure must not vouch for what somebody put among them. */
static enum reason erase_rows(const struct erasure *erasure, struct list_state *list, struct failure *failure)
{
    struct store *store = erasure->store;
    const struct watchlist_ids *ids = &erasure->ids;
    struct list_sum whole, rest;
    uint64_t fingers = 0;
    TRY(list_add_up(store, list->import, ids, &whole, &rest, failure));
    TRY(list_check(list, &whole, failure));
    if (rest.count + ids->count != whole.count)
        return failure_set(failure, REASON_ENTRY_NOT_FOUND, "watchlist", NULL);
    store->database.truncation_owed = true;
    for (size_t i = 0; i < ids->count; i++) {
        TRY(count_fingers(store, list, &ids->items[i], &fingers, failure));
        TRY(delete_row(store, list, &ids->items[i], failure));
    }
    memcpy(list->root, rest.root, DIGEST_BYTES);
    list->entry_count = rest.count;
    /* Where an older kordon did not count erased fingers off, the number is too high, never below none. */
    list->finger_count -= fingers < list->finger_count ? fingers : list->finger_count;
    return REASON_DONE;
}

static json_t *references_json(const struct watchlist_ids *ids)
{
    struct json_writer references;
    char id[WATCHLIST_ID_TEXT_SIZE];
    json_writer_array(&references);
    for (size_t i = 0; i < ids->count; i++) {
        watchlist_id_format(&ids->items[i], id);
        json_append_text(&references, id);
    }
    return json_writer_end(&references);
}

static enum reason apply(
    void *context, uint64_t seq, struct proven_state *next, json_t *body, struct failure *failure)
{
    const struct erasure *erasure = context;
    struct json_writer writer;
    char id[WATCHLIST_ID_TEXT_SIZE];
    TRY(erase_rows(erasure, &next->list, failure));
    /* The entry says which records are gone: their local ids, which name nobody. */
    watchlist_id_format(&erasure->ids.items[0], id);
    json_writer_over(&writer, json_incref(body));
    if (erasure->several)
        json_write_value(&writer, "references", references_json(&erasure->ids));
    else
        json_write_text(&writer, "reference", id);
    enum reason reason = json_writer_close(&writer, "log entry", failure);
    return reason == REASON_DONE ? list_state_change(&next->list, seq, body, failure) : reason;
}

static enum reason erase(struct erasure *erasure, const struct log_draft *draft,
    struct journal_outcome *outcome, struct failure *failure)
{
    struct store *store = erasure->store;
    struct journal_companion companion = {apply, erasure};
    if (store->proven.state.list.generation == 0)
        return failure_set(failure, REASON_ENTRY_NOT_FOUND, "watchlist", NULL);
    return journal_append_with(store, draft, 1, &companion, outcome, failure);
}

enum reason watchlist_erase(struct store *store, const struct watchlist_id *id, const struct log_draft *draft,
    struct journal_outcome *outcome, struct failure *failure)
{
    struct erasure erasure = {.store = store, .ids = {.items = id, .count = 1}};
    return erase(&erasure, draft, outcome, failure);
}

#define ERASURE_LEAST 128 /* adding up a small list costs less than the commit */
#define ERASURE_PART  16

size_t watchlist_erasure_most(uint64_t entry_count)
{
    uint64_t most = entry_count / ERASURE_PART;
    if (most < ERASURE_LEAST)
        return ERASURE_LEAST;
    return most < WATCHLIST_ERASURE_MAX ? (size_t)most : WATCHLIST_ERASURE_MAX;
}

enum reason watchlist_erase_several(struct store *store, const struct watchlist_ids *ids,
    const struct log_draft *draft, struct journal_outcome *outcome, struct failure *failure)
{
    struct erasure erasure = {.store = store, .ids = *ids, .several = true};
    if (ids->count == 0)
        return failure_set(failure, REASON_BAD_VALUE, "watchlist", "no entry to erase");
    if (ids->count > WATCHLIST_ERASURE_MAX)
        return failure_set(failure, REASON_TOO_LARGE, "watchlist", "entries to erase");
    return erase(&erasure, draft, outcome, failure);
}
