/* list_erasure.c: takes entries off the list, in one transaction with the log entry that records it. */
#include <string.h>

#include "json/writer.h"
#include "store/journal_append_internal.h"
#include "store/list_internal.h"
#include "store/statement_internal.h"

struct erasure {
    struct store *store;
    struct watchlist_rows *rows; /* of the list, or NULL */
    struct watchlist_ids ids;
    bool several; /* the log entry names them as some of those that a rule erases */
};

/* What the list adds up to without them. By the rows in the file these are all proven first: an erasure must not vouch for what somebody
 * put among them. By those in memory nothing that lies in the file is vouched for. */
static enum reason add_up_rest(const struct erasure *erasure, const struct list_state *list,
    struct list_sum *rest, struct failure *failure)
{
    struct list_sum whole;
    if (erasure->rows != NULL)
        return list_rows_rest(erasure->rows, &erasure->ids, rest, failure);
    TRY(list_add_up(erasure->store, list->import, &erasure->ids, &whole, rest, failure));
    TRY(list_check(list, &whole, failure));
    return rest->count + erasure->ids.count == whole.count
               ? REASON_DONE
               : failure_set(failure, REASON_ENTRY_NOT_FOUND, "watchlist", NULL);
}

/* row: NULL where there is none of that id. */
static bool is_proven(const struct erasure *erasure, sqlite3_stmt *row, const struct watchlist_id *id)
{
    struct list_mark mark;
    if (row == NULL || erasure->rows == NULL)
        return row != NULL; /* proven with all the others in this transaction */
    const struct list_mark *proven = list_rows_mark(erasure->rows, id);
    return proven != NULL && list_read_mark(row, &mark) && equal_in_constant_time(&mark, proven, sizeof mark);
}

/* Adds the fingers of the row, which it proves. */
static enum reason count_fingers(const struct erasure *erasure, const struct list_state *list,
    const struct watchlist_id *id, uint64_t *count, struct failure *failure)
{
    struct store *store = erasure->store;
    struct watchlist_entry entry = {0};
    struct list_row_reader reader;
    struct statement read;
    enum reason reason = REASON_DONE;
    list_row_reader_init(&reader, store, list->import, WATCHLIST_PART_TEMPLATES);
    statement_begin(&read, &store->database, STATEMENT_ALERT_ONE, failure);
    statement_bind_integer(&read, 1, (int64_t)list->import);
    statement_bind_blob(&read, 2, id->bytes, WATCHLIST_ID_BYTES);
    sqlite3_stmt *row = statement_next(&read) ? read.row : NULL;
    if (read.reason == REASON_DONE)
        reason = is_proven(erasure, row, id)
                     ? list_open_row(&reader, row, &entry, failure)
                     : failure_set(failure, REASON_SEAL_BROKEN, "watchlist",
                           "a row to erase is not the one that was installed: swapped, changed or put back");
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

static enum reason erase_rows(const struct erasure *erasure, struct list_state *list, struct failure *failure)
{
    struct store *store = erasure->store;
    const struct watchlist_ids *ids = &erasure->ids;
    struct list_sum rest;
    uint64_t fingers = 0;
    TRY(add_up_rest(erasure, list, &rest, failure));
    store->database.truncation_owed = true;
    for (size_t i = 0; i < ids->count; i++) {
        TRY(count_fingers(erasure, list, &ids->items[i], &fingers, failure));
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
    struct erasure *erasure = context;
    struct json_writer writer;
    char id[WATCHLIST_ID_TEXT_SIZE];
    if (erasure->rows != NULL && !list_rows_are_of(erasure->rows, &next->list))
        erasure->rows = NULL;
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
    const struct list_state *list = &store->proven.state.list;
    struct journal_companion companion = {apply, erasure};
    if (list->generation == 0)
        return failure_set(failure, REASON_ENTRY_NOT_FOUND, "watchlist", NULL);
    enum reason reason = journal_append_with(store, draft, 1, &companion, outcome, failure);
    if (reason == REASON_DONE && erasure->rows != NULL)
        list_rows_take_off(erasure->rows, &erasure->ids, list);
    return reason;
}

enum reason watchlist_erase(struct store *store, struct watchlist_rows *rows, const struct watchlist_id *id,
    const struct log_draft *draft, struct journal_outcome *outcome, struct failure *failure)
{
    struct erasure erasure = {.store = store, .rows = rows, .ids = {.items = id, .count = 1}};
    return erase(&erasure, draft, outcome, failure);
}

#define ERASURE_LEAST 128 /* adding up a short list costs less than the commit */
#define ERASURE_PART  512

size_t watchlist_erasure_most(uint64_t entry_count)
{
    uint64_t most = entry_count / ERASURE_PART;
    if (most < ERASURE_LEAST)
        return ERASURE_LEAST;
    return most < WATCHLIST_ERASURE_MAX ? (size_t)most : WATCHLIST_ERASURE_MAX;
}

enum reason watchlist_erase_several(struct store *store, struct watchlist_rows *rows,
    const struct watchlist_ids *ids, const struct log_draft *draft, struct journal_outcome *outcome,
    struct failure *failure)
{
    struct erasure erasure = {.store = store, .rows = rows, .ids = *ids, .several = true};
    if (ids->count == 0)
        return failure_set(failure, REASON_BAD_VALUE, "watchlist", "no entry to erase");
    if (ids->count > WATCHLIST_ERASURE_MAX)
        return failure_set(failure, REASON_TOO_LARGE, "watchlist", "entries to erase");
    return erase(&erasure, draft, outcome, failure);
}
