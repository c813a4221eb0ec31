/* list_sweep.c: what is not the list goes, and the room that it took is given back, in steps between which the journal
 * gets its turn. */
#include <string.h>

#include "store/list_internal.h"
#include "store/statement_internal.h"

#define STEP_ROWS  256
#define STEP_BYTES ((int64_t)1 << 20)

/* An import whose rows are neither the list's nor being staged; *found false where there is none. Found by the key: the list is
 * not read through. */
static enum reason find_stale(struct store *store, int64_t *import, bool *found, struct failure *failure)
{
    struct statement find;
    int64_t list = (int64_t)store->proven.state.list.import;
    int64_t staged = store->import != NULL ? (int64_t)store->import->state.import : list;
    statement_begin(&find, &store->database, STATEMENT_ALERT_STALE, failure);
    statement_bind_integer(&find, 1, list < staged ? list : staged);
    statement_bind_integer(&find, 2, list < staged ? staged : list);
    *found = statement_next(&find);
    *import = *found ? sqlite3_column_int64(find.row, 0) : 0;
    return statement_end(&find, REASON_DONE);
}

/* Binds the last row that this step deletes to the deletion. */
static enum reason choose_rows(
    struct store *store, int64_t import, struct statement *deletion, struct failure *failure)
{
    struct statement sizes;
    int64_t bytes = 0;
    statement_begin(&sizes, &store->database, STATEMENT_ALERT_SIZES, failure);
    statement_bind_integer(&sizes, 1, import);
    statement_bind_integer(&sizes, 2, STEP_ROWS);
    while (bytes < STEP_BYTES && statement_next(&sizes)) {
        statement_bind_value(deletion, 2, sqlite3_column_value(sizes.row, 0));
        bytes += sqlite3_column_int64(sizes.row, 1);
    }
    return statement_end(&sizes, REASON_DONE);
}

static enum reason delete_rows(struct store *store, int64_t import, struct failure *failure)
{
    struct statement deletion;
    statement_begin(&deletion, &store->database, STATEMENT_ALERT_SWEEP, failure);
    statement_bind_integer(&deletion, 1, import);
    enum reason reason = choose_rows(store, import, &deletion, failure);
    if (reason != REASON_DONE)
        return statement_end(&deletion, reason);
    reason = statement_run(&deletion);
    if (reason == REASON_DONE && sqlite3_changes(store->database.connection) == 0)
        reason =
            failure_set(failure, REASON_STORE_ERROR, "watchlist", "rows that are there can't be deleted");
    return reason;
}

/* sqlite cuts one page off with each step of the statement. */
static enum reason give_pages_back(struct store *store, struct failure *failure)
{
    struct statement give;
    statement_begin(&give, &store->database, STATEMENT_GIVE_PAGES_BACK, failure);
    while (statement_next(&give))
        ;
    return statement_end(&give, REASON_DONE);
}

/* One transaction. It is synced with the last step: until then a power cut only brings back what is swept again. */
static enum reason step(struct store *store, int64_t import, bool rows, struct failure *failure)
{
    struct database *database = &store->database;
    TRY(database_begin_staging(database, failure));
    enum reason reason = rows ? delete_rows(store, import, failure) : give_pages_back(store, failure);
    if (reason == REASON_DONE)
        reason = statement_act(database, STATEMENT_COMMIT, failure);
    database_rollback(database); /* nothing where the commit went through */
    database_tidy(database);
    store->list_changed = true;
    return reason;
}

static enum reason sweep(struct store *store, bool *more, struct failure *failure)
{
    struct database *database = &store->database;
    int64_t import;
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
