/* schema.c: the database's tables, and the comparison of a file's with them. */
#include "store/schema_internal.h"

#include <string.h>

const char schema_sql[] =
    /* What the next signature and decision rest on, sealed (proven_state_internal.h); the last checkpoint that was signed before this
     * commit, for readers who cannot sign. */
    "CREATE TABLE state("
    "  one INTEGER PRIMARY KEY CHECK (one = 1),"
    "  database_id BLOB NOT NULL,"
    "  sealed BLOB NOT NULL,"
    "  checkpoint TEXT NOT NULL) STRICT;"
    /* Keys wrapped by the machine key. */
    "CREATE TABLE wrapped_key("
    "  purpose TEXT NOT NULL,"
    "  epoch INTEGER NOT NULL,"
    "  wrapped BLOB NOT NULL,"
    "  PRIMARY KEY (purpose, epoch)) STRICT, WITHOUT ROWID;"
    /* The evidence log: heads and nodes are only ever added. */
    "CREATE TABLE entry(seq INTEGER PRIMARY KEY, head BLOB NOT NULL) STRICT;"
    "CREATE TABLE body("
    "  seq INTEGER PRIMARY KEY REFERENCES entry(seq),"
    "  wrapped BLOB NOT NULL,"
    "  sealed BLOB NOT NULL) STRICT;"
    "CREATE TABLE node("
    "  level INTEGER NOT NULL,"
    "  place INTEGER NOT NULL,"
    "  hash BLOB NOT NULL,"
    "  PRIMARY KEY (level, place)) STRICT, WITHOUT ROWID;"
    /* The watchlist: rows of the import that the proven state names are the list; others are staged or swept. */
    "CREATE TABLE alert("
    "  import INTEGER NOT NULL,"
    "  id BLOB NOT NULL,"
    "  wrapped BLOB NOT NULL,"
    "  alert BLOB NOT NULL,"
    "  identity BLOB NOT NULL,"
    "  templates BLOB NOT NULL,"
    "  originals BLOB NOT NULL,"
    "  PRIMARY KEY (import, id)) STRICT, WITHOUT ROWID;"
    /* Documents that decisions rest on (document.h), and notes of postponed captures (capture_note.h), which lie in 256 buckets by their
     * key's first byte; digests: those of the buckets. */
    "CREATE TABLE document(name TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE capture_note(key BLOB PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE capture_buckets("
    "  one INTEGER PRIMARY KEY CHECK (one = 1),"
    "  digests BLOB NOT NULL) STRICT;"
    /* Records of cases (case_record.h), each kind in buckets as notes are. */
    "CREATE TABLE case_record("
    "  kind TEXT NOT NULL,"
    "  key BLOB NOT NULL,"
    "  sealed BLOB NOT NULL,"
    "  PRIMARY KEY (kind, key)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE case_buckets(kind TEXT PRIMARY KEY, digests BLOB NOT NULL) STRICT, WITHOUT ROWID;"
    /* What of transactions examiners need, or nothing (probe_slot.h), and the table that says which. */
    "CREATE TABLE probe_slot(slot INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT;"
    "CREATE TABLE probe_pool("
    "  one INTEGER PRIMARY KEY CHECK (one = 1),"
    "  sealed BLOB NOT NULL) STRICT;"
    "PRAGMA user_version = 4;";

const char schema_guards_sql[] =
    "CREATE TEMP TRIGGER entry_stays_u BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'entries stay'); END;"
    "CREATE TEMP TRIGGER entry_stays_d BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entries stay'); END;"
    "CREATE TEMP TRIGGER node_stays_u BEFORE UPDATE ON node BEGIN SELECT RAISE(ABORT, 'nodes stay'); END;"
    "CREATE TEMP TRIGGER node_stays_d BEFORE DELETE ON node BEGIN SELECT RAISE(ABORT, 'nodes stay'); END;";

/* What version 3 was made by, byte for byte: its digest stands in its proven state. */
const char schema_3_sql[] =
    /* Without cases and slots. */
    "CREATE TABLE state("
    "  one INTEGER PRIMARY KEY CHECK (one = 1),"
    "  database_id BLOB NOT NULL,"
    "  sealed BLOB NOT NULL,"
    "  checkpoint TEXT NOT NULL) STRICT;"
    "CREATE TABLE wrapped_key("
    "  purpose TEXT NOT NULL,"
    "  epoch INTEGER NOT NULL,"
    "  wrapped BLOB NOT NULL,"
    "  PRIMARY KEY (purpose, epoch)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE entry(seq INTEGER PRIMARY KEY, head BLOB NOT NULL) STRICT;"
    "CREATE TABLE body("
    "  seq INTEGER PRIMARY KEY REFERENCES entry(seq),"
    "  wrapped BLOB NOT NULL,"
    "  sealed BLOB NOT NULL) STRICT;"
    "CREATE TABLE node("
    "  level INTEGER NOT NULL,"
    "  place INTEGER NOT NULL,"
    "  hash BLOB NOT NULL,"
    "  PRIMARY KEY (level, place)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE alert("
    "  import INTEGER NOT NULL,"
    "  id BLOB NOT NULL,"
    "  wrapped BLOB NOT NULL,"
    "  alert BLOB NOT NULL,"
    "  identity BLOB NOT NULL,"
    "  templates BLOB NOT NULL,"
    "  originals BLOB NOT NULL,"
    "  PRIMARY KEY (import, id)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE document(name TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE capture_note(key BLOB PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE capture_buckets("
    "  one INTEGER PRIMARY KEY CHECK (one = 1),"
    "  digests BLOB NOT NULL) STRICT;"
    "PRAGMA user_version = 3;";

/* What version 2 was made by, byte for byte: its digest stands in its proven state. */
const char schema_2_sql[] =
    /* Without documents and notes. */
    "CREATE TABLE state("
    "  one INTEGER PRIMARY KEY CHECK (one = 1),"
    "  database_id BLOB NOT NULL,"
    "  sealed BLOB NOT NULL,"
    "  checkpoint TEXT NOT NULL) STRICT;"
    "CREATE TABLE wrapped_key("
    "  purpose TEXT NOT NULL,"
    "  epoch INTEGER NOT NULL,"
    "  wrapped BLOB NOT NULL,"
    "  PRIMARY KEY (purpose, epoch)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE entry(seq INTEGER PRIMARY KEY, head BLOB NOT NULL) STRICT;"
    "CREATE TABLE body("
    "  seq INTEGER PRIMARY KEY REFERENCES entry(seq),"
    "  wrapped BLOB NOT NULL,"
    "  sealed BLOB NOT NULL) STRICT;"
    "CREATE TABLE node("
    "  level INTEGER NOT NULL,"
    "  place INTEGER NOT NULL,"
    "  hash BLOB NOT NULL,"
    "  PRIMARY KEY (level, place)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE alert("
    "  import INTEGER NOT NULL,"
    "  id BLOB NOT NULL,"
    "  wrapped BLOB NOT NULL,"
    "  alert BLOB NOT NULL,"
    "  identity BLOB NOT NULL,"
    "  templates BLOB NOT NULL,"
    "  originals BLOB NOT NULL,"
    "  PRIMARY KEY (import, id)) STRICT, WITHOUT ROWID;"
    "PRAGMA user_version = 2;";

/* What version 1 was made by, byte for byte: an upgrade reads nothing else. */
const char schema_1_sql[] =
    "CREATE TABLE identity("
    "  one INTEGER PRIMARY KEY CHECK (one = 1),"
    "  database_id BLOB NOT NULL,"
    "  origin TEXT NOT NULL,"
    "  public_key BLOB NOT NULL) STRICT;"
    "CREATE TABLE wrapped_key("
    "  purpose TEXT NOT NULL,"
    "  epoch INTEGER NOT NULL,"
    "  created_ms INTEGER NOT NULL,"
    "  wrapped BLOB NOT NULL,"
    "  PRIMARY KEY (purpose, epoch)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE entry(seq INTEGER PRIMARY KEY, head BLOB NOT NULL) STRICT;"
    "CREATE TABLE body("
    "  seq INTEGER PRIMARY KEY REFERENCES entry(seq),"
    "  wrapped BLOB NOT NULL,"
    "  sealed BLOB NOT NULL) STRICT;"
    "CREATE TABLE body_token("
    "  token BLOB NOT NULL,"
    "  seq INTEGER NOT NULL,"
    "  PRIMARY KEY (token, seq)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE node("
    "  level INTEGER NOT NULL,"
    "  place INTEGER NOT NULL,"
    "  hash BLOB NOT NULL,"
    "  PRIMARY KEY (level, place)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE tree("
    "  one INTEGER PRIMARY KEY CHECK (one = 1),"
    "  size INTEGER NOT NULL,"
    "  root BLOB NOT NULL,"
    "  checkpoint TEXT NOT NULL) STRICT;"
    "CREATE TRIGGER entry_stays_u BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'entries stay'); END;"
    "CREATE TRIGGER entry_stays_d BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entries stay'); END;"
    "CREATE TRIGGER node_stays_u BEFORE UPDATE ON node BEGIN SELECT RAISE(ABORT, 'nodes stay'); END;"
    "CREATE TRIGGER node_stays_d BEFORE DELETE ON node BEGIN SELECT RAISE(ABORT, 'nodes stay'); END;"
    "CREATE TABLE alert("
    "  import INTEGER NOT NULL,"
    "  id BLOB NOT NULL,"
    "  wrapped BLOB NOT NULL,"
    "  alert BLOB NOT NULL,"
    "  identity BLOB NOT NULL,"
    "  templates BLOB NOT NULL,"
    "  originals BLOB NOT NULL,"
    "  PRIMARY KEY (import, id)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE list_state("
    "  one INTEGER PRIMARY KEY CHECK (one = 1),"
    "  generation INTEGER NOT NULL,"
    "  sealed BLOB NOT NULL) STRICT;"
    "PRAGMA user_version = 1;";

/* --- Comparison ---------------------------------------------------------------------------------------------- */

#define OBJECTS "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name"

static enum reason refused(sqlite3 *connection, const char *directory, struct failure *failure)
{
    int code = sqlite3_errcode(connection) & 0xff;
    return failure_set(failure,
        code == SQLITE_CORRUPT || code == SQLITE_NOTADB ? REASON_LOG_BROKEN
        : code == SQLITE_NOMEM                          ? REASON_NO_MEMORY
                                                        : REASON_STORE_ERROR,
        directory, "read the schema: %s", sqlite3_errmsg(connection));
}

/* sqlite makes objects of its own without SQL; there are none in this schema, so a NULL differs as well. */
static bool same_column(sqlite3_stmt *ours, sqlite3_stmt *theirs, int column)
{
    const unsigned char *a = sqlite3_column_text(ours, column), *b = sqlite3_column_text(theirs, column);
    return a != NULL && b != NULL &&
           sqlite3_column_bytes(ours, column) == sqlite3_column_bytes(theirs, column) &&
           memcmp(a, b, (size_t)sqlite3_column_bytes(ours, column)) == 0;
}

static enum reason compare_objects(
    sqlite3_stmt *ours, sqlite3_stmt *theirs, const char *directory, struct failure *failure)
{
    for (;;) {
        int ours_code = sqlite3_step(ours), theirs_code = sqlite3_step(theirs);
        if (ours_code == SQLITE_DONE && theirs_code == SQLITE_DONE)
            return REASON_DONE;
        if (ours_code != SQLITE_ROW && ours_code != SQLITE_DONE)
            return refused(sqlite3_db_handle(ours), directory, failure);
        if (theirs_code != SQLITE_ROW && theirs_code != SQLITE_DONE)
            return refused(sqlite3_db_handle(theirs), directory, failure);
        bool same = ours_code == theirs_code;
        for (int column = 0; column < 4 && same; column++)
            same = same_column(ours, theirs, column);
        if (same)
            continue;
        const unsigned char *expected = ours_code == SQLITE_ROW ? sqlite3_column_text(ours, 1) : NULL;
        const unsigned char *found = theirs_code == SQLITE_ROW ? sqlite3_column_text(theirs, 1) : NULL;
        return failure_set(failure, REASON_STATE_FOREIGN, directory,
            "\"%.60s\" stands where \"%.60s\" belongs", found != NULL ? (const char *)found : "nothing",
            expected != NULL ? (const char *)expected : "nothing");
    }
}

enum reason schema_compare(
    sqlite3 *connection, const char *sql, const char *directory, struct failure *failure)
{
    sqlite3 *model = NULL;
    sqlite3_stmt *ours = NULL, *theirs = NULL;
    enum reason reason = REASON_DONE;
    if (sqlite3_open_v2(":memory:", &model, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, NULL) != SQLITE_OK ||
        sqlite3_exec(model, sql, NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(model, OBJECTS, -1, &ours, NULL) != SQLITE_OK)
        reason = model != NULL ? refused(model, directory, failure)
                               : failure_set(failure, REASON_NO_MEMORY, directory, NULL);
    else if (sqlite3_prepare_v2(connection, OBJECTS, -1, &theirs, NULL) != SQLITE_OK)
        reason = refused(connection, directory, failure);
    else
        reason = compare_objects(ours, theirs, directory, failure);
    sqlite3_finalize(ours);
    sqlite3_finalize(theirs);
    sqlite3_close(model);
    return reason;
}

/* The SQL of an object by which sqlite remembers it is that by which it was made. */
static int make_object(sqlite3 *connection, sqlite3 *model, const char *name)
{
    sqlite3_stmt *statement = NULL;
    int code =
        sqlite3_prepare_v2(model, "SELECT sql FROM sqlite_schema WHERE name = ?", -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC);
    if (code == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
        code = sqlite3_exec(connection, (const char *)sqlite3_column_text(statement, 0), NULL, NULL, NULL);
    sqlite3_finalize(statement);
    return code;
}

/* What a version had that there is no more, and what it had not. */
static const struct upgrade_step {
    const char *sql;
    const char *made[10];
} upgrade_steps[] = {
    [1] = {"DROP TABLE identity; DROP TABLE tree; DROP TABLE list_state; DROP TABLE wrapped_key;"
           "DROP TABLE body_token;"
           "DROP TRIGGER entry_stays_u; DROP TRIGGER entry_stays_d;"
           "DROP TRIGGER node_stays_u; DROP TRIGGER node_stays_d;"
           "PRAGMA user_version = 4;",
        {"state", "wrapped_key", "document", "capture_note", "capture_buckets", "case_record", "case_buckets",
            "probe_slot", "probe_pool"}},
    [2] = {"PRAGMA user_version = 4;", {"document", "capture_note", "capture_buckets", "case_record",
                                           "case_buckets", "probe_slot", "probe_pool"}},
    [3] = {"PRAGMA user_version = 4;", {"case_record", "case_buckets", "probe_slot", "probe_pool"}},
};

const char *schema_of_version(int version)
{
    static const char *const sql[] = {
        [1] = schema_1_sql, [2] = schema_2_sql, [3] = schema_3_sql, [SCHEMA_VERSION] = schema_sql};
    return version > 0 && version <= SCHEMA_VERSION ? sql[version] : NULL;
}

enum reason schema_upgrade(sqlite3 *connection, int version, const char *directory, struct failure *failure)
{
    const struct upgrade_step *step = &upgrade_steps[version];
    sqlite3 *model = NULL;
    enum reason reason = REASON_DONE;
    if (sqlite3_open_v2(":memory:", &model, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, NULL) != SQLITE_OK ||
        sqlite3_exec(model, schema_sql, NULL, NULL, NULL) != SQLITE_OK)
        reason = failure_set(failure, REASON_NO_MEMORY, directory, NULL);
    else if (sqlite3_exec(connection, step->sql, NULL, NULL, NULL) != SQLITE_OK)
        reason = refused(connection, directory, failure);
    for (size_t i = 0; step->made[i] != NULL && reason == REASON_DONE; i++)
        if (make_object(connection, model, step->made[i]) != SQLITE_OK)
            reason = refused(connection, directory, failure);
    sqlite3_close(model);
    return reason;
}

enum reason schema_digest(
    struct digest *digest, const char *sql, uint8_t hash[static DIGEST_BYTES], struct failure *failure)
{
    return digest_bytes(digest, sql, strlen(sql), hash, failure);
}
