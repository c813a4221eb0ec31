/* database_renew.c: a new, synced file in the database's place, after an I/O error made the page cache's word doubtful. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "store/database_files_internal.h"

enum reason database_copy(struct database *database, const char *path, struct failure *failure)
{
    enum reason reason = database_remove_file(path, failure);
    if (reason != REASON_DONE)
        return reason;
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return failure_set_errno(failure, errno, path, "create");
    sqlite3_stmt *statement = NULL;
    bool row;
    /* The copy can be cut, also where what it is made of could not. */
    reason = database_execute(database, DATABASE_GIVES_PAGES_SQL, failure);
    if (reason == REASON_DONE &&
        (sqlite3_prepare_v2(database->connection, "VACUUM INTO ?", -1, &statement, NULL) != SQLITE_OK ||
            sqlite3_bind_text(statement, 1, path, -1, SQLITE_STATIC) != SQLITE_OK))
        reason = database_failure(database, "copy", failure);
    if (reason == REASON_DONE)
        reason = database_step(database, statement, &row, failure);
    sqlite3_finalize(statement);
    if (reason == REASON_DONE && fsync(file) != 0)
        reason = failure_set_errno(failure, errno, path, "fsync");
    close(file);
    return reason;
}

static enum reason put_into_wal_mode(struct database *database, struct failure *failure)
{
    database->name = DATABASE_NAME DATABASE_BEING_MADE;
    enum reason reason = database_connect_raw(database, failure);
    if (reason == REASON_DONE)
        reason = database_execute(database, "PRAGMA synchronous = EXTRA;", failure);
    if (reason == REASON_DONE)
        reason = database_set_wal(database, failure);
    bool distrusted = database->distrusted;
    database->distrusted = false; /* this file was written whole: closing may move its log into it */
    database_disconnect(database);
    database->distrusted = distrusted;
    database->name = DATABASE_NAME;
    return reason;
}

enum reason database_renew(struct database *database, struct failure *failure)
{
    char renewing[DATABASE_PATH_MAX], renewed[DATABASE_PATH_MAX];
    database_path(database, DATABASE_BEING_MADE, renewing);
    database_path(database, DATABASE_RENEWED, renewed);
    enum reason reason = database_copy(database, renewing, failure);
    database_disconnect(database);
    if (reason == REASON_DONE)
        reason = put_into_wal_mode(database, failure);
    if (reason == REASON_DONE && rename(renewing, renewed) != 0)
        reason = failure_set_errno(failure, errno, renewed, "rename");
    if (reason == REASON_DONE)
        reason = file_sync_folder(database->directory, failure);
    else
        unlink(renewing);
    /* The old connection's error is behind us only when the new file is in place. */
    if (reason == REASON_DONE)
        reason = database_connect(database, failure);
    database->distrusted = reason != REASON_DONE;
    return reason;
}
