/* connection.c: the sqlite connection: how it is set up, and its small vocabulary. */
#include <stdio.h>
#include <string.h>

#include "store/store_internal.h"

#define BUSY_TIMEOUT_MS 5000

enum reason store_failure(struct store *store, const char *doing, struct failure *failure)
{
    int code = store->database != NULL ? sqlite3_errcode(store->database) & 0xff : SQLITE_NOMEM;
    const char *text = store->database != NULL ? sqlite3_errmsg(store->database) : "no connection";
    enum reason reason = REASON_STORE_ERROR;
    if (code == SQLITE_FULL)
        reason = REASON_DISK_FULL;
    else if (code == SQLITE_NOMEM)
        reason = REASON_NO_MEMORY;
    else if (code == SQLITE_PERM || code == SQLITE_READONLY || code == SQLITE_AUTH)
        reason = REASON_NOT_PERMITTED;
    else if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
        reason = REASON_LOG_BROKEN;
    return failure_set(failure, reason, store->directory, "%s: %s", doing, text);
}

enum reason store_execute(struct store *store, const char *sql, struct failure *failure)
{
    if (sqlite3_exec(store->database, sql, NULL, NULL, NULL) == SQLITE_OK)
        return REASON_DONE;
    return store_failure(store, "execute", failure);
}

enum reason store_prepare(
    struct store *store, const char *sql, sqlite3_stmt **statement, struct failure *failure)
{
    *statement = NULL;
    if (sqlite3_prepare_v2(store->database, sql, -1, statement, NULL) == SQLITE_OK)
        return REASON_DONE;
    return store_failure(store, "prepare", failure);
}

enum reason store_step(struct store *store, sqlite3_stmt *statement, bool *row, struct failure *failure)
{
    int code = sqlite3_step(statement);
    *row = code == SQLITE_ROW;
    return code == SQLITE_ROW || code == SQLITE_DONE ? REASON_DONE : store_failure(store, "step", failure);
}

enum reason store_run(struct store *store, sqlite3_stmt *statement, struct failure *failure)
{
    bool row;
    enum reason reason = store_step(store, statement, &row, failure);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return reason;
}

/* journal_mode answers with the mode in force, which need not be the one asked for. */
static enum reason set_wal(struct store *store, struct failure *failure)
{
    sqlite3_stmt *statement;
    bool row;
    enum reason reason = store_prepare(store, "PRAGMA journal_mode = WAL", &statement, failure);
    if (reason != REASON_DONE)
        return reason;
    reason = store_step(store, statement, &row, failure);
    if (reason == REASON_DONE &&
        (!row || strcmp((const char *)sqlite3_column_text(statement, 0), "wal") != 0))
        reason = failure_set(failure, REASON_STORE_ERROR, store->directory,
            "the file system does not allow write-ahead logging");
    sqlite3_finalize(statement);
    return reason;
}

enum reason store_connect(struct store *store, struct failure *failure)
{
    char path[PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/%s", store->directory, STORE_DATABASE_NAME);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
    if (sqlite3_open_v2(path, &store->database, flags, NULL) != SQLITE_OK)
        return store_failure(store, "open", failure);
    if (sqlite3_extended_result_codes(store->database, 1) != SQLITE_OK ||
        sqlite3_busy_timeout(store->database, BUSY_TIMEOUT_MS) != SQLITE_OK ||
        sqlite3_db_config(store->database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) != SQLITE_OK ||
        sqlite3_db_config(store->database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL) != SQLITE_OK)
        return store_failure(store, "configure", failure);
    enum reason reason = store_execute(store,
        "PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;"
        "PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;",
        failure);
    if (reason != REASON_DONE)
        return reason;
    if (store->access == STORE_READ) {
        /* Only the writing connection checkpoints (sqlite's WAL-reset race). */
        sqlite3_db_config(store->database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        return store_execute(store, "PRAGMA query_only = ON; PRAGMA wal_autocheckpoint = 0;", failure);
    }
    reason = set_wal(store, failure);
    if (reason == REASON_DONE)
        reason = store_execute(store,
            "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1000; PRAGMA journal_size_limit = "
            "67108864;",
            failure);
    return reason;
}

void store_disconnect(struct store *store)
{
    /* Statements are finalized by whoever prepared them, in the call that did: nothing keeps this one open. */
    sqlite3_close(store->database);
    store->database = NULL;
}

void store_truncate_wal(struct store *store)
{
    /* Readers are not waited for: the journal goes first. */
    sqlite3_busy_timeout(store->database, 0);
    int code = sqlite3_wal_checkpoint_v2(store->database, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    sqlite3_busy_timeout(store->database, BUSY_TIMEOUT_MS);
    store->truncation_owed = code != SQLITE_OK;
}
