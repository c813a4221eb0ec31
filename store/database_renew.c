/* database_renew.c: a new, synced file in the database's place, after an I/O error made the page cache's word doubtful. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "store/database_files_internal.h"
#include "store/statement_internal.h"

enum reason database_copy(struct database *database, const char *path, struct failure *failure)
{
    TRY(database_remove_file(path, failure));
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return failure_set_errno(failure, errno, path, "create");
    /* The copy can be cut, also where what it is made of could not. Where it could, to say so again would write into it. */
    int vacuum;
    enum reason reason = database_read_header(database, "PRAGMA auto_vacuum", &vacuum, failure);
    if (reason == REASON_DONE && vacuum != DATABASE_VACUUM_INCREMENTAL)
        reason = database_execute(database, DATABASE_GIVES_PAGES_SQL, failure);
    if (reason == REASON_DONE) {
        struct statement copy;
        statement_begin_sql(&copy, database, "VACUUM INTO ?", failure);
        statement_bind_text(&copy, 1, path);
        reason = statement_run(&copy);
    }
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

/* The copy is whole: it takes the database's place, and its connection the old one's. */
static enum reason put_in_place(struct database *database, const char *renewing, struct failure *failure)
{
    char renewed[DATABASE_PATH_MAX];
    database_path(database, DATABASE_RENEWED, renewed);
    database_disconnect(database);
    enum reason reason = put_into_wal_mode(database, failure);
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

/* *copied: the copy is whole; without it all is as it was. */
static enum reason renew(struct database *database, bool *copied, struct failure *failure)
{
    char renewing[DATABASE_PATH_MAX];
    database_path(database, DATABASE_BEING_MADE, renewing);
    enum reason reason = database_copy(database, renewing, failure);
    *copied = reason == REASON_DONE;
    if (*copied)
        return put_in_place(database, renewing, failure);
    unlink(renewing);
    return reason;
}

enum reason database_renew(struct database *database, struct failure *failure)
{
    bool copied;
    enum reason reason = renew(database, &copied, failure);
    if (!copied) {
        database_disconnect(database);
        database->distrusted = true;
    }
    return reason;
}

/* --- Room ------------------------------------------------------------------------------------------------------ */

#define COMPACT_PAGES 1024 /* a smaller file is left as it is */

static enum reason read_pages(
    struct database *database, int64_t *pages, int64_t *unused, struct failure *failure)
{
    int whole, free_pages;
    enum reason reason = database_read_header(database, "PRAGMA page_count", &whole, failure);
    if (reason == REASON_DONE)
        reason = database_read_header(database, "PRAGMA freelist_count", &free_pages, failure);
    *pages = reason == REASON_DONE ? whole : 0;
    *unused = reason == REASON_DONE ? free_pages : 0;
    return reason;
}

enum reason database_free_pages(struct database *database, enum database_room *room, struct failure *failure)
{
    struct store_space space;
    int64_t pages, unused;
    *room = DATABASE_ROOM_KEPT;
    enum reason reason = read_pages(database, &pages, &unused, failure);
    if (reason != REASON_DONE || unused == 0)
        return reason;
    uint64_t copy = (uint64_t)(pages - unused) * DATABASE_PAGE_BYTES;
    if (database->gives_pages)
        *room = DATABASE_ROOM_CUT;
    else if (pages >= COMPACT_PAGES && unused > pages / 2 && database_space(database, &space) &&
             space.free_bytes >= space.reserve_bytes + copy)
        *room = DATABASE_ROOM_COPY;
    return REASON_DONE;
}

enum reason database_compact(struct database *database, struct failure *failure)
{
    bool copied;
    return renew(database, &copied, failure);
}
