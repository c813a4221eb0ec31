/* database_internal.h: the sqlite connection: how it is opened, its prepared statements, and what it knows of the disk.
 *
 * All SQL of the current schema stands in one table, DATABASE_STATEMENTS; each statement is prepared once a connection, and run by
 * store/statement_internal.h. Thread rule: that of the store.
 */
#ifndef KORDON_STORE_DATABASE_INTERNAL_H
#define KORDON_STORE_DATABASE_INTERNAL_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <sqlite3.h>

#include "base/failure.h"
#include "store/store.h"

#define DATABASE_NAME       "kordon.db"
#define DATABASE_BEING_MADE ".new" /* behind the name of a file that is being written: worth nothing yet */
#define DATABASE_PAGE_BYTES 4096   /* sqlite's, unless somebody made the file otherwise */
#define DATABASE_PATH_MAX   (PATH_MAX + 32)

#define DATABASE_STATEMENTS(STATEMENT)                                                                       \
    STATEMENT(BEGIN_WRITE, "BEGIN IMMEDIATE")                                                                \
    STATEMENT(BEGIN_READ, "BEGIN")                                                                           \
    STATEMENT(COMMIT, "COMMIT")                                                                              \
    STATEMENT(ROLLBACK, "ROLLBACK")                                                                          \
    STATEMENT(SCHEMA_COOKIE, "PRAGMA schema_version")                                                        \
    STATEMENT(STATE_READ, "SELECT database_id, sealed, checkpoint FROM state WHERE one = 1")                 \
    STATEMENT(STATE_WRITE, "INSERT OR REPLACE INTO state VALUES (1, ?, ?, ?)")                               \
    STATEMENT(KEY_READ, "SELECT wrapped FROM wrapped_key WHERE purpose = ? AND epoch = ?")                   \
    STATEMENT(KEY_WRITE, "INSERT OR REPLACE INTO wrapped_key VALUES (?, ?, ?)")                              \
    STATEMENT(ENTRY_READ, "SELECT head FROM entry WHERE seq = ?")                                            \
    STATEMENT(ENTRY_RANGE, "SELECT seq, head FROM entry WHERE seq >= ? AND seq < ? ORDER BY seq")            \
    STATEMENT(ENTRY_LAST, "SELECT max(seq) FROM entry")                                                      \
    STATEMENT(ENTRY_WRITE, "INSERT INTO entry VALUES (?, ?)")                                                \
    STATEMENT(BODY_READ, "SELECT wrapped, sealed FROM body WHERE seq = ?")                                   \
    STATEMENT(BODY_RANGE, "SELECT seq, wrapped, sealed FROM body WHERE seq >= ? AND seq < ? ORDER BY seq")   \
    STATEMENT(BODY_LAST, "SELECT max(seq) FROM body")                                                        \
    STATEMENT(BODY_WRITE, "INSERT INTO body VALUES (?, ?, ?)")                                               \
    STATEMENT(BODY_ERASE,                                                                                    \
        "UPDATE body SET wrapped = zeroblob(0), sealed = ?2 WHERE seq = ?1 AND length(wrapped) > 0")         \
    STATEMENT(NODE_READ, "SELECT hash FROM node WHERE level = ? AND place = ?")                              \
    STATEMENT(NODE_RANGE,                                                                                    \
        "SELECT place, hash FROM node WHERE level = ? AND place >= ? AND place < ? ORDER BY place")          \
    STATEMENT(NODE_LAST, "SELECT max(place) FROM node WHERE level = ?")                                      \
    STATEMENT(NODE_TOP, "SELECT max(level) FROM node")                                                       \
    STATEMENT(NODE_WRITE, "INSERT INTO node VALUES (?, ?, ?)")                                               \
    STATEMENT(ALERT_ALL,                                                                                     \
        "SELECT id, wrapped, alert, identity, templates, originals FROM alert WHERE import = ? ORDER BY id") \
    STATEMENT(ALERT_ONE,                                                                                     \
        "SELECT id, wrapped, alert, identity, templates, originals FROM alert WHERE import = ? AND id = ?")  \
    STATEMENT(ALERT_RANGE, "SELECT id, wrapped, alert, identity, templates, originals FROM alert "           \
                           "WHERE import = ?1 AND id >= ?2 AND id < ?3 ORDER BY id")                         \
    STATEMENT(ALERT_WRITE, "INSERT INTO alert VALUES (?, ?, ?, ?, ?, ?, ?)")                                 \
    STATEMENT(ALERT_DELETE, "DELETE FROM alert WHERE import = ? AND id = ?")                                 \
    STATEMENT(ALERT_STALE, "SELECT import FROM alert WHERE import < ?1 UNION ALL "                           \
                           "SELECT import FROM alert WHERE import > ?1 AND import < ?2 UNION ALL "           \
                           "SELECT import FROM alert WHERE import > ?2 LIMIT 1")                             \
    STATEMENT(ALERT_SIZES,                                                                                   \
        "SELECT id, length(alert) + length(identity) + length(templates) + length(originals) FROM alert "    \
        "WHERE import = ?1 ORDER BY id LIMIT ?2")                                                            \
    STATEMENT(ALERT_SWEEP, "DELETE FROM alert WHERE import = ?1 AND id <= ?2")                               \
    STATEMENT(DOCUMENT_ALL, "SELECT name, sealed FROM document ORDER BY name")                               \
    STATEMENT(DOCUMENT_WRITE, "INSERT OR REPLACE INTO document VALUES (?, ?)")                               \
    STATEMENT(DOCUMENT_DELETE, "DELETE FROM document WHERE name = ?")                                        \
    STATEMENT(NOTE_RANGE, "SELECT key, sealed FROM capture_note WHERE key >= ?1 AND key < ?2 ORDER BY key")  \
    STATEMENT(NOTE_WRITE, "INSERT OR REPLACE INTO capture_note VALUES (?, ?)")                               \
    STATEMENT(NOTE_DELETE, "DELETE FROM capture_note WHERE key = ?")                                         \
    STATEMENT(BUCKETS_READ, "SELECT digests FROM capture_buckets WHERE one = 1")                             \
    STATEMENT(BUCKETS_WRITE, "INSERT OR REPLACE INTO capture_buckets VALUES (1, ?)")                         \
    STATEMENT(CASE_RANGE,                                                                                    \
        "SELECT key, sealed FROM case_record WHERE kind = ?3 AND key >= ?1 AND key < ?2 ORDER BY key")       \
    STATEMENT(CASE_WRITE, "INSERT OR REPLACE INTO case_record VALUES (?, ?, ?)")                             \
    STATEMENT(CASE_DELETE, "DELETE FROM case_record WHERE kind = ? AND key = ?")                             \
    STATEMENT(CASE_BUCKETS_READ, "SELECT digests FROM case_buckets WHERE kind = ?")                          \
    STATEMENT(CASE_BUCKETS_WRITE, "INSERT OR REPLACE INTO case_buckets VALUES (?2, ?1)")                     \
    STATEMENT(SLOT_READ, "SELECT sealed FROM probe_slot WHERE slot = ?")                                     \
    STATEMENT(                                                                                               \
        SLOT_WRITE, "INSERT INTO probe_slot VALUES (?1, ?2) ON CONFLICT (slot) DO UPDATE SET sealed = ?2")   \
    STATEMENT(POOL_READ, "SELECT sealed FROM probe_pool WHERE one = 1")                                      \
    STATEMENT(                                                                                               \
        POOL_WRITE, "INSERT INTO probe_pool VALUES (1, ?1) ON CONFLICT (one) DO UPDATE SET sealed = ?1")     \
    STATEMENT(GIVE_PAGES_BACK, "PRAGMA incremental_vacuum(1024)")

enum database_statement {
#define DATABASE_STATEMENT_ENUM(name, sql) STATEMENT_##name,
    DATABASE_STATEMENTS(DATABASE_STATEMENT_ENUM)
#undef DATABASE_STATEMENT_ENUM
        STATEMENT_COUNT
};

/* What a file is, however it is called. */
struct file_identity {
    dev_t device;
    ino_t number;
    int64_t size, changed_ns; /* for reading stores: whether somebody wrote */
};

struct database {
    char directory[PATH_MAX];
    const char *name; /* of the file in it: DATABASE_NAME, or another one while it is being made */
    enum store_access access;
    int folder; /* descriptor of the directory, which carries the owner's lock; -1 unless STORE_WRITE */
    sqlite3 *connection;
    sqlite3_stmt *statements[STATEMENT_COUNT];
    struct file_identity file; /* the database's when it was connected */
    struct file_identity log;  /* its write-ahead log's */
    int64_t cookie;            /* of the schema that was compared */
    int frames;                /* in the write-ahead log after the last commit */
    int frames_moved;          /* of these, when they were last moved */
    bool gives_pages;          /* the file can be cut at its end */
    bool was_connected;
    bool unsynced;        /* commits are not synced now: database_begin_staging */
    bool staging;         /* such commits were made since the write-ahead log was moved */
    bool truncation_owed; /* erased data may still lie in the write-ahead log */
    /* After an I/O error the page cache may show what the disk has lost: nothing is signed until what it shows stands in a new,
     * synced file (database_renew). */
    bool distrusted;
};

/* Copies directory and, for STORE_WRITE, takes the lock on it: STATE_LOCKED, STATE_MISSING, FILE_ERROR, BAD_ARGUMENT. */
enum reason database_init(
    struct database *database, const char *directory, enum store_access access, struct failure *failure);
/* Disconnects and gives the lock back; takes a zeroed struct. */
void database_finish(struct database *database);

/* Opens the connection and compares the schema. The writing one finishes a renewal that a crash interrupted and, when it is the
 * first, writes again what was left in the write-ahead log, so that what is then read is on the disk. STATE_OLD, STATE_NEWER,
 * STATE_FOREIGN, STATE_MISSING, STATE_UNREADABLE, LOG_BROKEN, STORE_ERROR. */
enum reason database_connect(struct database *database, struct failure *failure);
void database_disconnect(struct database *database);

/* The same without looking at schema and version: for making and upgrading. */
enum reason database_connect_raw(struct database *database, struct failure *failure);

/* A number that the file's header holds, by the PRAGMA that reads it; -1 where it gives none. */
#define DATABASE_VERSION_SQL "PRAGMA user_version"
enum reason database_read_header(
    struct database *database, const char *sql, int *number, struct failure *failure);

/* Says that a file to be made can be cut at its end later. */
#define DATABASE_GIVES_PAGES_SQL    "PRAGMA auto_vacuum = INCREMENTAL;"
#define DATABASE_VACUUM_INCREMENTAL 2 /* as PRAGMA auto_vacuum numbers it */

/* Takes the file and the schema as they are now for those that stay: after making or upgrading them. */
enum reason database_note_schema(struct database *database, struct failure *failure);

/* Puts the file into WAL mode: also before it gets its name, so that it never has a rollback journal under that. */
enum reason database_set_wal(struct database *database, struct failure *failure);

/* Fills in failure from the connection's last error and notes an I/O error: DISK_FULL, NO_MEMORY, NOT_PERMITTED, LOG_BROKEN for
 * damage, or STORE_ERROR. doing: what was tried. */
enum reason database_failure(struct database *database, const char *doing, struct failure *failure);

/* Runs SQL that gives no rows, for making and upgrading. */
enum reason database_execute(struct database *database, const char *sql, struct failure *failure);

/* Begins to write, as the owner still: STATE_LOST where directory or database were replaced meanwhile, STATE_FOREIGN where
 * somebody changed the schema. */
enum reason database_begin_writing(struct database *database, struct failure *failure);

/* The same for a commit that is not synced by itself, but with the next one that is: for rows that nothing vouches for. */
enum reason database_begin_staging(struct database *database, struct failure *failure);
void database_rollback(struct database *database);

/* Moves the write-ahead log into the database when it has grown long, or whole and truncated where erased data may lie in it;
 * where a reader is in the way that stays owed. */
void database_tidy(struct database *database);

/* Whether it would move it. */
bool database_log_is_long(const struct database *database);
/* Moves it now, as far as no reader is in the way: what was staged is on the disk then. */
void database_move_log(struct database *database);
void database_truncate_log(struct database *database);

/* What of the file lies in this connection's memory is released; outside of transactions. */
void database_forget_pages(struct database *database);

/* Writes what the connection shows into a new file, syncs it, puts it in the database's place and connects to it. On failure
 * the database stays distrusted, and where the failure came after the new file was whole, the next connect goes on. */
enum reason database_renew(struct database *database, struct failure *failure);

/* Writes what the connection shows to path, a new file, and syncs it. */
enum reason database_copy(struct database *database, const char *path, struct failure *failure);

/* As store_space(); false with errno, and nothing free, where the file system does not say. */
bool database_space(const struct database *database, struct store_space *space);

/* How the file's free pages can be given back: there are none, or it does not pay; by STATEMENT_GIVE_PAGES_BACK; or, where an older
 * kordon made the file, more than half of it is free and there is room for the rest, by database_compact(). */
enum database_room { DATABASE_ROOM_KEPT, DATABASE_ROOM_CUT, DATABASE_ROOM_COPY };
enum reason database_free_pages(struct database *database, enum database_room *room, struct failure *failure);

/* As database_renew(), of a database that is sound: where the copy fails all is as it was. Takes the time to write what is not
 * free. */
enum reason database_compact(struct database *database, struct failure *failure);

/* Whether the files are other ones, or were written, since they were connected. */
bool database_replaced(const struct database *database);
bool database_disturbed(const struct database *database);

#endif
