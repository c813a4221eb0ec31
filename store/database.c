/* database.c: the writing and the following connection. */
#include "store/database_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "store/database_files_internal.h"
#include "store/schema_internal.h"
#include "store/statement_internal.h"

#define BUSY_TIMEOUT_MS 5000
#define LOCK_ATTEMPTS   5
#define LOCK_PAUSE_NS   20000000
#define FRAMES_MANY     1000  /* of the write-ahead log, from which on they are moved into the database */
#define FRAMES_STAGED   16384 /* the same, while commits are not synced: 64 MiB */
#define VACUUM_NONE     0     /* as PRAGMA auto_vacuum numbers them */
#define ROOM_AMPLE      ((uint64_t)1 << 30)

enum reason database_execute(struct database *database, const char *sql, struct failure *failure)
{
    if (database->connection == NULL)
        return failure_set(failure, REASON_STORE_ERROR, database->directory, "the database is not open");
    if (sqlite3_exec(database->connection, sql, NULL, NULL, NULL) == SQLITE_OK)
        return REASON_DONE;
    return database_failure(database, "execute", failure);
}

/* --- The owner --------------------------------------------------------------------------------------------------- */

/* The lock is on the folder itself: a file in it could be deleted or replaced by whoever writes there. */
static enum reason take_lock(struct database *database, struct failure *failure)
{
    database->folder = open(database->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (database->folder < 0)
        return errno == ENOENT || errno == ENOTDIR
                   ? failure_set(failure, REASON_STATE_MISSING, database->directory, "no such folder")
                   : failure_set_errno(failure, errno, database->directory, "open");
    /* A reader that asks whether there is an owner holds it for an instant. */
    int taken = flock(database->folder, LOCK_EX | LOCK_NB);
    for (int i = 0; taken != 0 && errno == EWOULDBLOCK && i < LOCK_ATTEMPTS; i++) {
        const struct timespec pause = {.tv_nsec = LOCK_PAUSE_NS};
        nanosleep(&pause, NULL);
        taken = flock(database->folder, LOCK_EX | LOCK_NB);
    }
    if (taken != 0)
        return errno == EWOULDBLOCK ? failure_set(failure, REASON_STATE_LOCKED, database->directory, NULL)
                                    : failure_set_errno(failure, errno, database->directory, "flock");
    return REASON_DONE;
}

enum reason database_init(
    struct database *database, const char *directory, enum store_access access, struct failure *failure)
{
    *database = (struct database){.folder = -1, .name = DATABASE_NAME, .access = access};
    if (strlen(directory) >= sizeof database->directory - sizeof DATABASE_NAME)
        return failure_set(failure, REASON_BAD_ARGUMENT, directory, "the path is too long");
    snprintf(database->directory, sizeof database->directory, "%s", directory);
    return access == STORE_WRITE ? take_lock(database, failure) : REASON_DONE;
}

void database_finish(struct database *database)
{
    database_disconnect(database);
    if (database->folder >= 0)
        close(database->folder);
    database->folder = -1;
}

bool database_replaced(const struct database *database)
{
    struct file_identity now;
    return !database_identify(database, "", &now) || now.device != database->file.device ||
           now.number != database->file.number;
}

/* Whoever lost folder or database to somebody else must not go on: another kordond may serve what stands there now. */
static enum reason check_owner(const struct database *database, struct failure *failure)
{
    struct stat held, named;
    if (fstat(database->folder, &held) != 0 || stat(database->directory, &named) != 0 ||
        held.st_dev != named.st_dev || held.st_ino != named.st_ino)
        return failure_set(
            failure, REASON_STATE_LOST, database->directory, "another folder stands in its place");
    if (database_replaced(database))
        return failure_set(
            failure, REASON_STATE_LOST, database->directory, "another " DATABASE_NAME " stands in its place");
    /* What is committed into a file without a name is gone with this process. */
    struct file_identity log;
    database_identify(database, "-wal", &log);
    if (log.device != database->log.device || log.number != database->log.number)
        return failure_set(failure, REASON_STATE_LOST, database->directory,
            "its write-ahead log was deleted or replaced under it");
    return REASON_DONE;
}

/* --- Writing ------------------------------------------------------------------------------------------------------ */

static enum reason read_cookie(struct database *database, int64_t *cookie, struct failure *failure)
{
    struct statement read;
    statement_begin(&read, database, STATEMENT_SCHEMA_COOKIE, failure);
    *cookie = statement_next(&read) ? sqlite3_column_int64(read.row, 0) : -1;
    return statement_end(&read, REASON_DONE);
}

enum reason database_note_schema(struct database *database, struct failure *failure)
{
    if (!database_identify(database, "", &database->file))
        return failure_set_errno(failure, errno, database->directory, "lstat");
    database_identify(database, "-wal", &database->log);
    return read_cookie(database, &database->cookie, failure);
}

static enum reason set_unsynced(struct database *database, bool unsynced, struct failure *failure)
{
    if (database->unsynced == unsynced)
        return REASON_DONE;
    enum reason reason = database_execute(
        database, unsynced ? "PRAGMA synchronous = NORMAL" : "PRAGMA synchronous = FULL", failure);
    if (reason == REASON_DONE)
        database->unsynced = unsynced;
    return reason;
}

static enum reason begin(struct database *database, bool unsynced, struct failure *failure)
{
    int64_t cookie = 0;
    TRY(check_owner(database, failure));
    TRY(set_unsynced(database, unsynced, failure));
    TRY(statement_act(database, STATEMENT_BEGIN_WRITE, failure));
    enum reason reason = read_cookie(database, &cookie, failure);
    /* Nobody changes the schema of an open state: kordon itself only does before it is open. */
    if (reason == REASON_DONE && cookie != database->cookie)
        reason = failure_set(
            failure, REASON_STATE_FOREIGN, database->directory, "its schema was changed while it was open");
    if (reason != REASON_DONE)
        database_rollback(database);
    return reason;
}

enum reason database_begin_staging(struct database *database, struct failure *failure)
{
    database->staging = true;
    return begin(database, true, failure);
}

enum reason database_begin_writing(struct database *database, struct failure *failure)
{
    return begin(database, false, failure);
}

void database_rollback(struct database *database)
{
    if (database->connection != NULL && !sqlite3_get_autocommit(database->connection))
        (void)statement_act(database, STATEMENT_ROLLBACK, NULL);
}

static void move_log(struct database *database, int mode)
{
    if (database->connection == NULL)
        return;
    /* Readers are not waited for: the journal goes first. */
    sqlite3_busy_timeout(database->connection, 0);
    int code = sqlite3_wal_checkpoint_v2(database->connection, NULL, mode, NULL, NULL);
    sqlite3_busy_timeout(database->connection, BUSY_TIMEOUT_MS);
    /* A later attempt would only seem to succeed; and a log that somebody wrote can be one that is never moved. */
    if ((code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CORRUPT)
        database->distrusted = true;
    if (mode == SQLITE_CHECKPOINT_TRUNCATE)
        database->truncation_owed = code != SQLITE_OK;
    database->frames_moved = database->frames;
    database->staging = false;
}

void database_truncate_log(struct database *database)
{
    move_log(database, SQLITE_CHECKPOINT_TRUNCATE);
}

void database_move_log(struct database *database)
{
    if (!database->distrusted)
        move_log(database, SQLITE_CHECKPOINT_PASSIVE);
}

void database_forget_pages(struct database *database)
{
    if (database->connection != NULL)
        sqlite3_db_release_memory(database->connection);
}

/* While rows are staged or swept the log may grow longer, where there is room: each move costs syncs of both files, and an entry that is
 * written meanwhile should not wait for it. */
static int frames_most(const struct database *database)
{
    struct store_space space;
    return database->staging && database_space(database, &space) && space.free_bytes > ROOM_AMPLE
               ? FRAMES_STAGED
               : FRAMES_MANY;
}

/* Where a reader keeps the log from beginning anew, frames that were moved stay in it: they are not moved again and again. */
bool database_log_is_long(const struct database *database)
{
    const int unmoved = database->frames - database->frames_moved;
    return unmoved >= FRAMES_MANY && unmoved >= frames_most(database);
}

void database_tidy(struct database *database)
{
    if (database->distrusted)
        return;
    if (database->truncation_owed)
        database_truncate_log(database);
    else if (database_log_is_long(database))
        move_log(database, SQLITE_CHECKPOINT_PASSIVE);
}

/* sqlite's own checkpoints would keep their I/O errors to themselves: it only counts, database_tidy acts. */
static int note_frames(void *context, sqlite3 *connection, const char *name, int frames)
{
    struct database *database = context;
    (void)connection;
    (void)name;
    if (frames < database->frames)
        database->frames_moved = 0; /* it has begun anew */
    database->frames = frames;
    return SQLITE_OK;
}

/* --- Connecting ---------------------------------------------------------------------------------------------------- */

/* journal_mode answers with the mode in force, which need not be the one asked for. */
enum reason database_set_wal(struct database *database, struct failure *failure)
{
    struct statement set;
    enum reason reason = REASON_DONE;
    statement_begin_sql(&set, database, "PRAGMA journal_mode = WAL", failure);
    const unsigned char *mode = statement_next(&set) ? sqlite3_column_text(set.row, 0) : NULL;
    if (set.reason == REASON_DONE && (mode == NULL || strcmp((const char *)mode, "wal") != 0))
        reason = failure_set(failure, REASON_STORE_ERROR, database->directory,
            "the file system does not allow write-ahead logging");
    return statement_end(&set, reason);
}

/* Settings of the one writing connection. */
static enum reason prepare_writing(struct database *database, struct failure *failure)
{
    enum reason reason = database_set_wal(database, failure);
    /* EXTRA only adds the folder's sync behind a rollback journal; WAL with FULL syncs each commit. */
    if (reason == REASON_DONE)
        reason = database_execute(database,
            "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -16384; "
            "PRAGMA wal_autocheckpoint = 0;",
            failure);
    if (reason == REASON_DONE)
        reason = database_execute(database, schema_guards_sql, failure);
    sqlite3_wal_hook(database->connection, note_frames, database);
    /* sqlite opens for reading, without a word, what it could not open for writing: the database, or its log. */
    if (reason == REASON_DONE && sqlite3_db_readonly(database->connection, "main") != 0)
        reason = failure_set(failure, REASON_FILE_ERROR, database->directory,
            "its " DATABASE_NAME " can be opened for reading only");
    if (reason == REASON_DONE)
        reason = statement_act(database, STATEMENT_BEGIN_WRITE, failure);
    database_rollback(database);
    database_identify(database, "-wal", &database->log); /* it is there now */
    /* sqlite goes on where it could not sync the folder for a new write-ahead log. */
    return reason == REASON_DONE ? file_sync_folder(database->directory, failure) : reason;
}

static enum reason configure(struct database *database, struct failure *failure)
{
    if (sqlite3_extended_result_codes(database->connection, 1) != SQLITE_OK ||
        sqlite3_busy_timeout(database->connection, BUSY_TIMEOUT_MS) != SQLITE_OK ||
        sqlite3_db_config(database->connection, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL) != SQLITE_OK ||
        sqlite3_db_config(database->connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL) != SQLITE_OK ||
        sqlite3_db_config(database->connection, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL) != SQLITE_OK ||
        sqlite3_db_config(database->connection, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL) != SQLITE_OK)
        return database_failure(database, "configure", failure);
    enum reason reason = database_execute(database,
        "PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;"
        "PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;",
        failure);
    if (reason == REASON_DONE && database->access != STORE_WRITE) {
        /* Only the writing connection checkpoints (sqlite's WAL-reset race). */
        sqlite3_db_config(database->connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        reason =
            database_execute(database, "PRAGMA query_only = ON; PRAGMA wal_autocheckpoint = 0;", failure);
    }
    return reason;
}

/* Through a link sqlite would write where somebody wants it to, and for a pipe it would wait for ever.
 *
 * A database in WAL mode, as kordon's are before they get their name, has no rollback journal. sqlite would play one back, and
 * delete a file of any name that stands in it. */
static enum reason check_files(const struct database *database, struct failure *failure)
{
    const char *const suffixes[] = {"", "-wal", "-shm"};
    struct file_identity journal;
    enum reason reason = REASON_DONE;
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0] && reason == REASON_DONE; i++)
        reason = database_check_plain(database, suffixes[i], failure);
    if (reason != REASON_DONE || !database_identify(database, "-journal", &journal))
        return reason;
    return failure_set(failure, REASON_STATE_FOREIGN, database->directory,
        "a %s-journal lies in it, which kordon does not make", database->name);
}

enum reason database_connect_raw(struct database *database, struct failure *failure)
{
    char path[DATABASE_PATH_MAX];
    enum reason reason = check_files(database, failure);
    if (reason == REASON_DONE && database->access == STORE_READ) {
        reason = database_open_reading(database, failure);
        return reason == REASON_DONE ? configure(database, failure) : reason;
    }
    if (reason != REASON_DONE)
        return reason;
    snprintf(path, sizeof path, "%s/%s", database->directory, database->name);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
    if (sqlite3_open_v2(path, &database->connection, flags, NULL) != SQLITE_OK)
        return database_failure(database, "open", failure);
    return configure(database, failure);
}

enum reason database_read_header(
    struct database *database, const char *sql, int *number, struct failure *failure)
{
    struct statement read;
    statement_begin_sql(&read, database, sql, failure);
    *number = statement_next(&read) ? sqlite3_column_int(read.row, 0) : -1;
    return statement_end(&read, REASON_DONE);
}

/* Files are made with pointer maps, so that they can be cut; older ones have none until they are written anew. */
static enum reason check_layout(struct database *database, struct failure *failure)
{
    int mode;
    enum reason reason = database_read_header(database, "PRAGMA auto_vacuum", &mode, failure);
    if (reason == REASON_DONE && mode != VACUUM_NONE && mode != DATABASE_VACUUM_INCREMENTAL)
        reason = failure_set(
            failure, REASON_STATE_FOREIGN, database->directory, "its header was changed: auto_vacuum");
    database->gives_pages = mode == DATABASE_VACUUM_INCREMENTAL;
    return reason;
}

static enum reason check_version(struct database *database, struct failure *failure)
{
    int version;
    enum reason reason = database_read_header(database, DATABASE_VERSION_SQL, &version, failure);
    if (reason != REASON_DONE || version == SCHEMA_VERSION)
        return reason;
    if (version > SCHEMA_VERSION)
        return failure_set(failure, REASON_STATE_NEWER, database->directory, "schema %d, this one knows %d",
            version, SCHEMA_VERSION);
    return failure_set(failure, version > 0 ? REASON_STATE_OLD : REASON_STATE_FOREIGN, database->directory,
        "schema %d, this one knows %d", version, SCHEMA_VERSION);
}

static enum reason connect_all(struct database *database, struct failure *failure)
{
    enum reason reason =
        database->access == STORE_WRITE ? database_finish_renewal(database, failure) : REASON_DONE;
    /* Once: a later connection finds only what this process wrote, and knows of what failed (distrusted). */
    const bool first = database->access == STORE_WRITE && !database->was_connected;
    if (reason == REASON_DONE && first)
        reason = database_discard_unfinished(database, failure);
    if (reason == REASON_DONE && first)
        reason = database_settle_log(database, failure);
    if (reason == REASON_DONE && !database_identify(database, "", &database->file))
        reason = errno == ENOENT || errno == ENOTDIR
                     ? failure_set(failure, REASON_STATE_MISSING, database->directory, NULL)
                     : failure_set_errno(failure, errno, database->directory, "lstat");
    if (reason == REASON_DONE)
        reason = database_connect_raw(database, failure);
    if (reason == REASON_DONE)
        reason = check_version(database, failure);
    if (reason == REASON_DONE)
        reason = check_layout(database, failure);
    if (reason == REASON_DONE)
        reason = schema_compare(database->connection, schema_sql, database->directory, failure);
    if (reason == REASON_DONE && database->access == STORE_WRITE)
        reason = prepare_writing(database, failure);
    if (reason == REASON_DONE)
        reason = read_cookie(database, &database->cookie, failure);
    /* Between a log that is gone and the new file in place, what lies there is older than it was. */
    if (reason == REASON_DONE && database->access == STORE_FOLLOW &&
        (database_is_renewing(database) || database_replaced(database)))
        reason = failure_set(failure, REASON_BUSY, database->directory, "its database is being renewed");
    database->was_connected = database->was_connected || reason == REASON_DONE;
    return reason;
}

enum reason database_connect(struct database *database, struct failure *failure)
{
    enum reason reason = connect_all(database, failure);
    if (reason != REASON_DONE)
        database_disconnect(database);
    return reason;
}

void database_disconnect(struct database *database)
{
    for (size_t i = 0; i < STATEMENT_COUNT; i++) {
        sqlite3_finalize(database->statements[i]);
        database->statements[i] = NULL;
    }
    /* What an I/O error made doubtful is not moved into the database by the way. */
    if (database->connection != NULL && database->distrusted)
        sqlite3_db_config(database->connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_close(database->connection);
    database->connection = NULL;
    database->unsynced = database->staging = false;
    database->frames = database->frames_moved = 0;
}
