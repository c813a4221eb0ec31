/* list_sweep.c: what is not the list goes, and the room that it took is given back, in steps between which the journal
 * gets its turn. */
#include <string.h>

#include "store/list_internal.h"

#define STEP_ROWS  256
#define STEP_BYTES ((int64_t)1 << 20)

/* An import whose rows are neither the list's nor being staged; *found false where there is none. Found by the key: the list is
 * not read through. */
static enum reason find_stale(
    struct store *store, sqlite3_int64 *import, bool *found, struct failure *failure)
{
    sqlite3_stmt *statement;
    sqlite3_int64 list = (sqlite3_int64)store->proven.state.list.import;
    sqlite3_int64 staged = store->import != NULL ? (sqlite3_int64)store->import->state.import : list;
    enum reason reason = database_statement(&store->database, STATEMENT_ALERT_STALE, &statement, failure);
    if (reason != REASON_DONE)
        return reason;
    sqlite3_bind_int64(statement, 1, list < staged ? list : staged);
    sqlite3_bind_int64(statement, 2, list < staged ? staged : list);
    reason = database_step(&store->database, statement, found, failure);
    *import = *found ? sqlite3_column_int64(statement, 0) : 0;
    database_reset(statement);
    return reason;
}

/* Binds the last row that this step deletes to the deletion. */
static enum reason choose_rows(
    struct store *store, sqlite3_int64 import, sqlite3_stmt *deletion, struct failure *failure)
{
    sqlite3_stmt *sizes;
    int64_t bytes = 0;
    bool row = true;
    enum reason reason = database_statement(&store->database, STATEMENT_ALERT_SIZES, &sizes, failure);
    if (reason != REASON_DONE)
        return reason;
    sqlite3_bind_int64(sizes, 1, import);
    sqlite3_bind_int(sizes, 2, STEP_ROWS);
    while (reason == REASON_DONE && bytes < STEP_BYTES) {
        reason = database_step(&store->database, sizes, &row, failure);
        if (reason != REASON_DONE || !row)
            break;
        sqlite3_bind_value(deletion, 2, sqlite3_column_value(sizes, 0));
        bytes += sqlite3_column_int64(sizes, 1);
    }
    database_reset(sizes);
    return reason;
}

static enum reason delete_rows(struct store *store, sqlite3_int64 import, struct failure *failure)
{
    sqlite3_stmt *deletion;
    enum reason reason = database_statement(&store->database, STATEMENT_ALERT_SWEEP, &deletion, failure);
    if (reason != REASON_DONE)
        return reason;
    sqlite3_bind_int64(deletion, 1, import);
    reason = choose_rows(store, import, deletion, failure);
    if (reason != REASON_DONE) {
        database_reset(deletion);
        return reason;
    }
    reason = database_run(&store->database, deletion, failure);
    if (reason == REASON_DONE && sqlite3_changes(store->database.connection) == 0)
        reason =
            failure_set(failure, REASON_STORE_ERROR, "watchlist", "rows that are there can't be deleted");
    return reason;
}

/* sqlite cuts one page off with each step of the statement. */
static enum reason give_pages_back(struct store *store, struct failure *failure)
{
    sqlite3_stmt *statement;
    bool row = true;
    enum reason reason = database_statement(&store->database, STATEMENT_GIVE_PAGES_BACK, &statement, failure);
    if (reason != REASON_DONE)
        return reason;
    while (reason == REASON_DONE && row)
        reason = database_step(&store->database, statement, &row, failure);
    database_reset(statement);
    return reason;
}

/* One transaction. It is synced with the last step: until then a power cut only brings back what is swept again. */
static enum reason step(struct store *store, sqlite3_int64 import, bool rows, struct failure *failure)
{
    struct database *database = &store->database;
    enum reason reason = database_begin_staging(database, failure);
    if (reason != REASON_DONE)
        return reason;
    reason = rows ? delete_rows(store, import, failure) : give_pages_back(store, failure);
    if (reason == REASON_DONE)
        reason = database_act(database, STATEMENT_COMMIT, failure);
    database_rollback(database); /* nothing where the commit went through */
    database_tidy(database);
    store->list_changed = true;
    return reason;
}

static enum reason sweep(struct store *store, bool *more, struct failure *failure)
{
    struct database *database = &store->database;
    sqlite3_int64 import;
    bool rows;
    enum database_room room = DATABASE_ROOM_KEPT;
    enum reason reason = find_stale(store, &import, &rows, failure);
    if (reason == REASON_DONE && !rows)
        reason = database_free_pages(database, &room, failure);
    *more = reason == REASON_DONE && (rows || room != DATABASE_ROOM_KEPT);
    if (*more)
        return room == DATABASE_ROOM_COPY ? database_compact(database, failure)
                                          : step(store, import, rows, failure);
    if (reason == REASON_DONE && (store->list_changed || database->truncation_owed)) {
        database_truncate_log(database);
        store->list_changed = false;
    }
    return reason;
}

enum reason watchlist_sweep(struct store *store, bool *more, struct failure *failure)
{
    *more = false;
    if (store->held.reason != REASON_DONE || store->database.connection == NULL || store->database.distrusted)
        return REASON_DONE;
    enum reason reason = sweep(store, more, failure);
    /* What is in the write-ahead log already may have a place in the database: then its room is free for the next step. */
    if (reason == REASON_DISK_FULL) {
        database_move_log(&store->database);
        reason = sweep(store, more, failure);
    }
    *more = *more && reason == REASON_DONE;
    return reason;
}

enum reason watchlist_sweep_all(struct store *store, struct failure *failure)
{
    bool more = true;
    enum reason reason = REASON_DONE;
    while (reason == REASON_DONE && more)
        reason = watchlist_sweep(store, &more, failure);
    return reason;
}
