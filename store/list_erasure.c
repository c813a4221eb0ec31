/* list_erasure.c: takes one entry off the list, in one transaction with the log entry that records it. */
#include <string.h>

#include "json/writer.h"
#include "store/journal_append_internal.h"
#include "store/list_internal.h"
#include "store/statement_internal.h"

struct erasure {
    struct store *store;
    const struct watchlist_id *id;
};

/* Fingers of the row, which is proven. */
static enum reason count_fingers(
    const struct erasure *erasure, const struct list_state *list, size_t *count, struct failure *failure)
{
    struct store *store = erasure->store;
    struct watchlist_entry entry = {0};
    struct list_row_reader reader;
    struct statement read;
    enum reason reason = REASON_DONE;
    *count = 0;
    list_row_reader_init(&reader, store, list->import, WATCHLIST_PART_TEMPLATES);
    statement_begin(&read, &store->database, STATEMENT_ALERT_ONE, failure);
    statement_bind_integer(&read, 1, (int64_t)list->import);
    statement_bind_blob(&read, 2, erasure->id->bytes, WATCHLIST_ID_BYTES);
    if (statement_next(&read))
        reason = list_open_row(&reader, read.row, &entry, failure);
    if (reason == REASON_DONE)
        *count = entry.finger_count;
    locked_memory_wipe(&store->scratch);
    return statement_end(&read, reason);
}

/* The rows are proven before one of them goes: an erasure must not vouch for what somebody put among them. */
static enum reason erase_row(const struct erasure *erasure, struct list_state *list, struct failure *failure)
{
    struct store *store = erasure->store;
    struct list_sum whole, rest;
    struct statement delete;
    size_t fingers;
    TRY(list_add_up(store, list->import, erasure->id, &whole, &rest, failure));
    TRY(list_check(list, &whole, failure));
    if (rest.count + 1 != whole.count)
        return failure_set(failure, REASON_ENTRY_NOT_FOUND, "watchlist", NULL);
    TRY(count_fingers(erasure, list, &fingers, failure));
    statement_begin(&delete, &store->database, STATEMENT_ALERT_DELETE, failure);
    statement_bind_integer(&delete, 1, (int64_t)list->import);
    statement_bind_blob(&delete, 2, erasure->id->bytes, WATCHLIST_ID_BYTES);
    enum reason reason = statement_run(&delete);
    if (reason == REASON_DONE && sqlite3_changes(store->database.connection) != 1)
        reason = failure_set(failure, REASON_STORE_ERROR, "watchlist", "the row was not deleted");
    store->database.truncation_owed = true;
    memcpy(list->root, rest.root, DIGEST_BYTES);
    list->entry_count = rest.count;
    /* Where an older kordon did not count erased fingers off, the number is too high, never below none. */
    list->finger_count -= fingers < list->finger_count ? fingers : list->finger_count;
    return reason;
}

static enum reason apply(
    void *context, uint64_t seq, struct proven_state *next, json_t *body, struct failure *failure)
{
    const struct erasure *erasure = context;
    struct json_writer writer;
    char id[WATCHLIST_ID_TEXT_SIZE];
    TRY(erase_row(erasure, &next->list, failure));
    /* The entry says which record is gone: its local id, which names nobody. */
    watchlist_id_format(erasure->id, id);
    json_writer_over(&writer, json_incref(body));
    json_write_text(&writer, "reference", id);
    enum reason reason = json_writer_close(&writer, "log entry", failure);
    return reason == REASON_DONE ? list_state_change(&next->list, seq, body, failure) : reason;
}

enum reason watchlist_erase(struct store *store, const struct watchlist_id *id, const struct log_draft *draft,
    struct journal_outcome *outcome, struct failure *failure)
{
    struct erasure erasure = {.store = store, .id = id};
    struct journal_companion companion = {apply, &erasure};
    if (store->proven.state.list.generation == 0)
        return failure_set(failure, REASON_ENTRY_NOT_FOUND, "watchlist", NULL);
    return journal_append_with(store, draft, 1, &companion, outcome, failure);
}
