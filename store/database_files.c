/* database_files.c: the files below the connection: who they are, reading them without leaving a trace, taking over a renewed
 * one. */
#include "store/database_files_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"
#include "store/schema_internal.h"

/* --- What it says ---------------------------------------------------------------------------------------------- */

/* sqlite also says "malformed" of a page that the disk did not give: that accuses nobody. */
static bool disk_failed(const struct database *database)
{
    int error = 0;
    return database->connection != NULL &&
           sqlite3_file_control(database->connection, "main", SQLITE_FCNTL_LAST_ERRNO, &error) == SQLITE_OK &&
           error == EIO;
}

enum reason database_failure(struct database *database, const char *doing, struct failure *failure)
{
    int code = database->connection != NULL ? sqlite3_errcode(database->connection) & 0xff : SQLITE_NOMEM;
    const char *text =
        database->connection != NULL ? sqlite3_errmsg(database->connection) : "there is no connection";
    enum reason reason = REASON_STORE_ERROR;
    if (code == SQLITE_FULL)
        reason = REASON_DISK_FULL;
    else if (code == SQLITE_NOMEM)
        reason = REASON_NO_MEMORY;
    else if (code == SQLITE_PERM || code == SQLITE_READONLY || code == SQLITE_AUTH)
        reason = REASON_NOT_PERMITTED;
    else if ((code == SQLITE_CORRUPT || code == SQLITE_NOTADB) && !disk_failed(database))
        reason = REASON_LOG_BROKEN;
    if ((code == SQLITE_IOERR || disk_failed(database)) && database->access == STORE_WRITE)
        database->distrusted = true;
    return failure_set(failure, reason, database->directory, "%s: %s", doing, text);
}

/* --- Files --- */

void database_path(const struct database *database, const char *suffix, char path[static DATABASE_PATH_MAX])
{
    snprintf(path, DATABASE_PATH_MAX, "%s/%s%s", database->directory, database->name, suffix);
}

bool database_identify(const struct database *database, const char *suffix, struct file_identity *identity)
{
    char path[DATABASE_PATH_MAX];
    struct stat status;
    database_path(database, suffix, path);
    *identity = (struct file_identity){0};
    if (lstat(path, &status) != 0)
        return false;
    *identity = (struct file_identity){.device = status.st_dev,
        .number = status.st_ino,
        .size = status.st_size,
        .changed_ns = (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec};
    return true;
}

enum reason database_check_plain(const struct database *database, const char *suffix, struct failure *failure)
{
    char path[DATABASE_PATH_MAX];
    struct stat status;
    database_path(database, suffix, path);
    if (lstat(path, &status) != 0 || S_ISREG(status.st_mode))
        return REASON_DONE;
    return failure_set(failure, REASON_STATE_FOREIGN, path, "it is no plain file");
}

bool database_is_renewing(const struct database *database)
{
    struct file_identity identity;
    return database_identify(database, DATABASE_RENEWED, &identity);
}

static bool same(const struct file_identity *a, const struct file_identity *b)
{
    return a->device == b->device && a->number == b->number && a->size == b->size &&
           a->changed_ns == b->changed_ns;
}

bool database_disturbed(const struct database *database)
{
    struct file_identity file, log;
    database_identify(database, "", &file);
    database_identify(database, "-wal", &log);
    return !same(&file, &database->file) || !same(&log, &database->log);
}

#define RESERVE_LEAST ((uint64_t)4 << 20)
#define RESERVE_MOST  ((uint64_t)64 << 20)
#define RESERVE_PART  20 /* of the file system */

bool database_space(const struct database *database, struct store_space *space)
{
    struct statvfs disk;
    *space = (struct store_space){.reserve_bytes = RESERVE_MOST};
    if (statvfs(database->directory, &disk) != 0)
        return false;
    uint64_t part = (uint64_t)disk.f_blocks * disk.f_frsize / RESERVE_PART;
    space->free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
    space->reserve_bytes = part < RESERVE_LEAST ? RESERVE_LEAST : part > RESERVE_MOST ? RESERVE_MOST : part;
    return true;
}

/* --- Reading --------------------------------------------------------------------------------------------------------- */

/* A path as part of a URI. */
static bool encode_path(const char *path, char *text, size_t size)
{
    size_t used = 0;
    for (; *path != '\0'; path++) {
        bool plain = strchr("%?#", *path) == NULL;
        int length = snprintf(text + used, size - used, plain ? "%c" : "%%%02X", (unsigned char)*path);
        if (length < 0 || (size_t)length >= size - used)
            return false;
        used += (size_t)length;
    }
    return true;
}

static enum reason open_uri(
    struct database *database, const char *suffix, const char *parameters, struct failure *failure)
{
    char path[DATABASE_PATH_MAX], encoded[3 * DATABASE_PATH_MAX], uri[3 * DATABASE_PATH_MAX + 64];
    database_path(database, suffix, path);
    if (!encode_path(path, encoded, sizeof encoded))
        return failure_set(failure, REASON_BAD_ARGUMENT, path, "the path is too long");
    snprintf(uri, sizeof uri, "file:%s?mode=ro%s", encoded, parameters);
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI | SQLITE_OPEN_NOFOLLOW;
    if (sqlite3_open_v2(uri, &database->connection, flags, NULL) != SQLITE_OK)
        return database_failure(database, "open for reading", failure);
    return REASON_DONE;
}

static enum reason open_renewed(struct database *database, struct failure *failure)
{
    enum reason reason = database_check_plain(database, DATABASE_RENEWED, failure);
    return reason == REASON_DONE ? open_uri(database, DATABASE_RENEWED, "&immutable=1", failure) : reason;
}

/* The log of frames is read into this process's memory and applied there. */
static enum reason apply_log(struct database *database, struct failure *failure)
{
    char path[DATABASE_PATH_MAX];
    database_path(database, "-wal", path);
    if (sqlite3_exec(database->connection,
            "PRAGMA locking_mode = EXCLUSIVE; SELECT count(*) FROM sqlite_schema;", NULL, NULL,
            NULL) == SQLITE_OK)
        return REASON_DONE;
    if (access(path, R_OK) != 0)
        return failure_set_errno(failure, errno, path, "read");
    return failure_set(failure, REASON_STATE_UNREADABLE, path, "%lld bytes of it can't be applied: %s",
        (long long)database->log.size, sqlite3_errmsg(database->connection));
}

/* Whether a process owns the state now. Asked for by a shared lock that is given back at once: reading takes none. */
static bool is_owned(const struct database *database)
{
    int folder = open(database->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return false;
    bool owned = flock(folder, LOCK_SH | LOCK_NB) != 0;
    close(folder);
    return owned;
}

enum reason database_open_reading(struct database *database, struct failure *failure)
{
    database_identify(database, "-wal", &database->log);
    if (database_is_renewing(database))
        return open_renewed(database, failure);
    if (is_owned(database))
        return open_uri(database, "", "", failure);
    if (database->log.size == 0)
        return open_uri(database, "", "&immutable=1", failure);
    enum reason reason = open_uri(database, "", "&vfs=unix-none", failure);
    return reason == REASON_DONE ? apply_log(database, failure) : reason;
}

/* --- Renewing -------------------------------------------------------------------------------------------------------- */

enum reason database_remove_file(const char *path, struct failure *failure)
{
    if (unlink(path) == 0 || errno == ENOENT)
        return REASON_DONE;
    return failure_set_errno(failure, errno, path, "unlink");
}

#define PIECE_BYTES 65536

/* Each piece upon itself. The same bytes: whoever reads beside sees no difference, and a power cut leaves old or new, which is
 * one. Or zeroes, so that what was there is gone with the file. */
enum rewriting { SAME_BYTES, ZEROES };

static enum reason write_again(int log, const char *path, enum rewriting rewriting, struct failure *failure)
{
    uint8_t bytes[PIECE_BYTES];
    ssize_t got;
    for (off_t offset = 0; (got = pread(log, bytes, sizeof bytes, offset)) != 0;) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failure_set_errno(failure, errno, path, "read");
        if (rewriting == ZEROES)
            memset(bytes, 0, (size_t)got);
        ssize_t put = pwrite(log, bytes, (size_t)got, offset);
        if (put < 0 && errno != EINTR)
            return failure_set_errno(failure, errno, path, "write");
        offset += put > 0 ? put : 0;
    }
    return fsync(log) == 0 ? REASON_DONE : failure_set_errno(failure, errno, path, "fsync");
}

enum reason database_settle_log(struct database *database, struct failure *failure)
{
    char path[DATABASE_PATH_MAX];
    struct stat status;
    database_path(database, "-wal", path);
    int log = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (log < 0 && errno == ENOENT)
        return REASON_DONE;
    if (log < 0)
        return errno == ELOOP ? failure_set(failure, REASON_STATE_FOREIGN, path, "it is no plain file")
                              : failure_set_errno(failure, errno, path, "open");
    enum reason reason = fstat(log, &status) == 0 && S_ISREG(status.st_mode)
                             ? write_again(log, path, SAME_BYTES, failure)
                             : failure_set(failure, REASON_STATE_FOREIGN, path, "it is no plain file");
    /* Whoever ended may have erased, and come to its end before the log was cut. */
    database->truncation_owed = reason == REASON_DONE && status.st_size > 0;
    close(log);
    return reason;
}

/* A file of its own alone is written over: what another name leads to, too, is somebody else's. */
static enum reason discard(const char *path, struct failure *failure)
{
    struct stat status;
    int file = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (file < 0)
        return database_remove_file(path, failure);
    enum reason reason = REASON_DONE;
    if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 1)
        reason = write_again(file, path, ZEROES, failure);
    close(file);
    return reason == REASON_DONE ? database_remove_file(path, failure) : reason;
}

enum reason database_discard_unfinished(struct database *database, struct failure *failure)
{
    static const char *const suffixes[] = {DATABASE_BEING_MADE, DATABASE_BEING_MADE "-wal",
        DATABASE_BEING_MADE "-shm", DATABASE_BEING_MADE "-journal"};
    struct file_identity identity;
    bool found = false;
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        char path[DATABASE_PATH_MAX];
        if (!database_identify(database, suffixes[i], &identity))
            continue;
        database_path(database, suffixes[i], path);
        TRY(discard(path, failure));
        found = true;
    }
    return found ? file_sync_folder(database->directory, failure) : REASON_DONE;
}

/* Before anything goes for it. Whether it is the newest state is judged behind this, as of any file that lies there. */
static enum reason check_renewed(struct database *database, struct failure *failure)
{
    enum reason reason = open_renewed(database, failure);
    if (reason == REASON_DONE)
        reason = schema_compare(database->connection, schema_sql, database->directory, failure);
    sqlite3_close(database->connection);
    database->connection = NULL;
    return reason;
}

/* The copy stands; the files that it replaces go, the write-ahead log first and for certain: sqlite would apply it to the
 * copy. */
enum reason database_finish_renewal(struct database *database, struct failure *failure)
{
    char path[DATABASE_PATH_MAX], renewed[DATABASE_PATH_MAX], log[DATABASE_PATH_MAX],
        index[DATABASE_PATH_MAX];
    database_path(database, "", path);
    database_path(database, DATABASE_RENEWED, renewed);
    database_path(database, "-wal", log);
    database_path(database, "-shm", index);
    if (!database_is_renewing(database))
        return REASON_DONE;
    enum reason reason = check_renewed(database, failure);
    if (reason == REASON_DONE)
        reason = database_remove_file(log, failure);
    if (reason == REASON_DONE)
        reason = database_remove_file(index, failure);
    if (reason == REASON_DONE)
        reason = file_sync_folder(database->directory, failure);
    if (reason == REASON_DONE && rename(renewed, path) != 0)
        reason = failure_set_errno(failure, errno, path, "rename");
    return reason == REASON_DONE ? file_sync_folder(database->directory, failure) : reason;
}
