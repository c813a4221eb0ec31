/* adversary_schema.c: things planted in the schema, and the schema's own table written. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/adversary.h"

struct planting {
    struct adversary_case *work;
    sqlite3 *database;
    char table[64];    /* the one whose turn it is */
    char columns[256]; /* its columns, with commas */
    char last[64];     /* its last column */
    bool rowless;      /* WITHOUT ROWID */
};

static bool begin(struct planting *planting, struct adversary_case *work)
{
    sqlite3_stmt *statement;
    *planting = (struct planting){.work = work, .database = adversary_database(work)};
    if (planting->database == NULL)
        return false;
    int64_t count = adversary_number(planting->database,
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%%'");
    if (count <= 0 ||
        sqlite3_prepare_v2(planting->database,
            "SELECT t.name, group_concat(c.name, ', '), (SELECT name FROM pragma_table_info(t.name)"
            " ORDER BY cid DESC LIMIT 1), t.sql LIKE '%WITHOUT ROWID%'"
            " FROM (SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            " ORDER BY name LIMIT 1 OFFSET ?1) t, pragma_table_info(t.name) c GROUP BY t.name",
            -1, &statement, NULL) != SQLITE_OK)
        return false;
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)(work->turn % (uint64_t)count));
    bool found = sqlite3_step(statement) == SQLITE_ROW;
    if (found) {
        snprintf(
            planting->table, sizeof planting->table, "%s", (const char *)sqlite3_column_text(statement, 0));
        snprintf(planting->columns, sizeof planting->columns, "%s",
            (const char *)sqlite3_column_text(statement, 1));
        snprintf(
            planting->last, sizeof planting->last, "%s", (const char *)sqlite3_column_text(statement, 2));
        planting->rowless = sqlite3_column_int(statement, 3) != 0;
    }
    sqlite3_finalize(statement);
    return found;
}

static bool end(struct planting *planting, bool done)
{
    sqlite3_close(planting->database);
    return done;
}

/* "INSERT INTO kept VALUES (OLD.a, OLD.b ..)" */
static char *kept_row(const struct planting *planting, const char *row)
{
    char columns[sizeof planting->columns], values[512] = "", *rest = columns;
    memcpy(columns, planting->columns, sizeof columns);
    for (char *name; (name = strsep(&rest, ", ")) != NULL;)
        if (name[0] != '\0')
            adversary_join(values, sizeof values, "%s%s.\"%s\"", values[0] != '\0' ? ", " : "", row, name);
    return sqlite3_mprintf("INSERT INTO kept VALUES (%s)", values);
}

/* A trigger for each verb and moment: one that stops the row, one that keeps it, one that writes elsewhere. */
static bool plant_trigger(struct adversary_case *work)
{
    static const char *const verbs[] = {"INSERT", "UPDATE", "DELETE"};
    static const char *const moments[] = {"BEFORE", "AFTER"};
    struct planting planting;
    bool done = false;
    if (begin(&planting, work)) {
        const char *verb = verbs[work->turn / 7 % 3], *moment = moments[adversary_below(work, 2)];
        const char *row = strcmp(verb, "INSERT") == 0 ? "NEW" : "OLD", *table = planting.table;
        uint64_t body = adversary_below(work, 4);
        char *what = NULL;
        if (body == 0) {
            what = sqlite3_mprintf("SELECT RAISE(IGNORE)");
        } else if (body == 1) {
            adversary_sql(planting.database, "CREATE TABLE kept AS SELECT * FROM \"%s\" WHERE 0", table);
            what = kept_row(&planting, row);
        } else if (body == 2) {
            what = sqlite3_mprintf("DELETE FROM body_token");
        } else {
            what = sqlite3_mprintf(
                "UPDATE alert SET import = import + 1 WHERE import = (SELECT max(import) FROM alert)");
        }
        done = adversary_sql(planting.database, "CREATE TRIGGER planted %s %s ON \"%s\" BEGIN %s; END",
            moment, verb, table, what);
        sqlite3_free(what);
        adversary_said(work, "trigger %s %s ON %s, body %d", moment, verb, table, (int)body);
    }
    return end(&planting, done);
}

static bool plant_view(struct adversary_case *work)
{
    struct planting planting;
    bool done = false;
    if (begin(&planting, work)) {
        const char *table = planting.table;
        done = adversary_sql(planting.database,
            "PRAGMA legacy_alter_table = ON; ALTER TABLE \"%s\" RENAME TO behind;"
            "CREATE VIEW \"%s\" AS SELECT * FROM behind",
            table, table);
        if (adversary_below(work, 2) == 0)
            adversary_sql(planting.database,
                "CREATE TRIGGER planted INSTEAD OF DELETE ON \"%s\" BEGIN SELECT 1; END;"
                "CREATE TRIGGER planted_u INSTEAD OF UPDATE ON \"%s\" BEGIN SELECT 1; END;"
                "CREATE TRIGGER planted_i INSTEAD OF INSERT ON \"%s\" BEGIN SELECT 1; END",
                table, table, table);
        adversary_said(work, "a view in place of %s", table);
    }
    return end(&planting, done);
}

static bool plant_index(struct adversary_case *work)
{
    static const char *const tails[] = {"", " WHERE 0", " WHERE 1"};
    struct planting planting;
    bool done = false;
    if (begin(&planting, work)) {
        const char *tail = tails[adversary_below(work, 3)];
        bool unique = adversary_below(work, 2) == 0;
        done = adversary_sql(planting.database, "CREATE %s INDEX planted ON \"%s\"(%s)%s",
            unique ? "UNIQUE" : "", planting.table,
            adversary_below(work, 2) == 0 ? planting.columns : planting.last, tail);
        adversary_said(work, "%sindex on %s%s", unique ? "unique " : "", planting.table, tail);
    }
    return end(&planting, done);
}

/* An index that gives another answer than its table: made right, then its rows are written by way of the schema. */
static bool plant_wrong_index(struct adversary_case *work)
{
    struct planting planting;
    bool done = false;
    if (begin(&planting, work)) {
        done = adversary_sql(planting.database,
            "CREATE INDEX planted ON \"%s\"(%s) WHERE 0; PRAGMA writable_schema = ON;"
            "UPDATE sqlite_schema SET sql = replace(sql, ' WHERE 0', '') WHERE name = 'planted';"
            "PRAGMA writable_schema = RESET",
            planting.table, planting.columns);
        adversary_said(work, "an empty index over %s", planting.table);
    }
    return end(&planting, done);
}

static bool plant_table(struct adversary_case *work)
{
    static const char *const texts[] = {"CREATE TABLE planted(a, b); INSERT INTO planted VALUES (1, 2)",
        "CREATE TABLE planted AS SELECT * FROM alert", "CREATE VIEW planted AS SELECT * FROM alert",
        "ANALYZE", "CREATE VIRTUAL TABLE planted USING fts5(a)",
        "CREATE TABLE planted(a INTEGER PRIMARY KEY AUTOINCREMENT)"};
    struct planting planting;
    bool done = false;
    if (begin(&planting, work)) {
        const char *text = texts[adversary_below(work, sizeof texts / sizeof texts[0])];
        done = adversary_sql(planting.database, "%s", text);
        adversary_said(work, "%s", text);
    }
    return end(&planting, done);
}

static bool plant_column(struct adversary_case *work)
{
    static const char *const texts[] = {"planted ANY GENERATED ALWAYS AS (1) VIRTUAL", "planted BLOB",
        "planted TEXT NOT NULL DEFAULT 'x'", "planted INTEGER CHECK (planted IS NULL)"};
    struct planting planting;
    bool done = false;
    if (begin(&planting, work)) {
        const char *text = texts[adversary_below(work, sizeof texts / sizeof texts[0])];
        done = adversary_sql(planting.database, "ALTER TABLE \"%s\" ADD COLUMN %s", planting.table, text);
        adversary_said(work, "%s: column %s", planting.table, text);
    }
    return end(&planting, done);
}

/* The text of a table changed under it. */
static bool edit_text(struct adversary_case *work)
{
    static const struct {
        const char *from, *to;
    } edits[] = {{"CHECK (one = 1)", "CHECK (one <> 1)"}, {"CHECK (one = 1)", ""}, {" NOT NULL", ""},
        {" STRICT", ""}, {"STRICT, WITHOUT ROWID", "STRICT"},
        {"BLOB NOT NULL", "BLOB NOT NULL COLLATE NOCASE"},
        {"INTEGER PRIMARY KEY", "INTEGER PRIMARY KEY ON CONFLICT IGNORE"}, {"REFERENCES entry(seq)", ""},
        {"PRIMARY KEY (import, id)", "PRIMARY KEY (import, id) ON CONFLICT IGNORE"},
        {"CREATE TABLE", "CREATE  TABLE"}, {"wrapped BLOB", "wrapped TEXT"},
        {"hash BLOB", "hash BLOB UNIQUE"}};
    struct planting planting;
    bool done = false;
    if (begin(&planting, work)) {
        size_t which = adversary_below(work, sizeof edits / sizeof edits[0]);
        done = adversary_sql(planting.database,
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, '%s', '%s')"
            " WHERE type = 'table' AND instr(sql, '%s') > 0; PRAGMA writable_schema = RESET",
            edits[which].from, edits[which].to, edits[which].from);
        adversary_said(work, "'%s' made '%s'", edits[which].from, edits[which].to);
    }
    return end(&planting, done);
}

/* Which b-tree a table stands for. */
static bool edit_root(struct adversary_case *work)
{
    struct planting planting;
    bool done = false;
    if (begin(&planting, work)) {
        const char *table = planting.table;
        int64_t pages = adversary_number(planting.database, "PRAGMA page_count");
        uint64_t how = adversary_below(work, 4);
        adversary_sql(planting.database, "PRAGMA writable_schema = ON");
        if (how == 0)
            done = adversary_sql(planting.database,
                "UPDATE sqlite_schema SET rootpage = %d WHERE name = '%s' AND type = 'table'",
                (int)adversary_below(work, (uint64_t)pages + 3), table);
        else if (how == 1)
            done = adversary_sql(planting.database,
                "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE type = "
                "'table' AND"
                " name <> '%s' ORDER BY name LIMIT 1 OFFSET %d) WHERE name = '%s' AND type = 'table'",
                table, (int)adversary_below(work, 6), table);
        else if (how == 2)
            done = adversary_sql(planting.database, "DELETE FROM sqlite_schema WHERE name = '%s'", table);
        else
            done = adversary_sql(planting.database,
                "INSERT INTO sqlite_schema SELECT type, 'planted', tbl_name, rootpage, sql FROM sqlite_schema"
                " WHERE name = '%s'",
                table);
        adversary_sql(planting.database, "PRAGMA writable_schema = RESET");
        adversary_said(work, "sqlite_schema's row of %s written, way %d", table, (int)how);
    }
    return end(&planting, done);
}

static bool edit_pragma(struct adversary_case *work)
{
    static const char *const texts[] = {"PRAGMA user_version = 0", "PRAGMA user_version = 3",
        "PRAGMA user_version = -1", "PRAGMA application_id = 7", "PRAGMA schema_version = 1",
        "PRAGMA journal_mode = DELETE", "PRAGMA auto_vacuum = INCREMENTAL; VACUUM",
        "PRAGMA auto_vacuum = FULL; VACUUM", "VACUUM", "PRAGMA default_cache_size = 1", "REINDEX",
        "PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM",
        "PRAGMA journal_mode = DELETE; PRAGMA page_size = 65536; VACUUM; PRAGMA journal_mode = WAL"};
    struct planting planting;
    bool done = false;
    if (begin(&planting, work)) {
        const char *text = texts[work->turn % (sizeof texts / sizeof texts[0])];
        done = adversary_sql(planting.database, "%s", text);
        adversary_said(work, "%s", text);
    }
    return end(&planting, done);
}

/* The database header's fields, which no row says. */
static bool edit_header(struct adversary_case *work)
{
    static const struct {
        const char *name;
        uint8_t at, size;
    } fields[] = {{"magic", 0, 16}, {"page size", 16, 2}, {"write version", 18, 1}, {"read version", 19, 1},
        {"reserved bytes", 20, 1}, {"payload fractions", 21, 3}, {"change counter", 24, 4}, {"size", 28, 4},
        {"first freelist page", 32, 4}, {"freelist count", 36, 4}, {"schema cookie", 40, 4},
        {"schema format", 44, 4}, {"cache size", 48, 4}, {"largest root", 52, 4}, {"text encoding", 56, 4},
        {"user version", 60, 4}, {"incremental vacuum", 64, 4}, {"application", 68, 4}, {"reserved", 72, 20},
        {"valid for", 92, 4}, {"sqlite version", 96, 4}};
    char path[192];
    size_t which = work->turn % (sizeof fields / sizeof fields[0]);
    adversary_path(work, "kordon.db", path);
    struct adversary_bytes bytes = adversary_read(path);
    if (bytes.size < 100)
        return false;
    uint8_t *field = bytes.bytes + fields[which].at;
    size_t last = fields[which].size - 1u;
    uint64_t how = adversary_below(work, 3);
    if (how == 0)
        field[last] = (uint8_t)(field[last] + 1 + adversary_below(work, 3));
    else if (how == 1)
        field[adversary_below(work, fields[which].size)] ^= (uint8_t)(1u << adversary_below(work, 8));
    else
        memset(field, 0, fields[which].size);
    adversary_write(path, bytes.bytes, bytes.size);
    free(bytes.bytes);
    adversary_said(work, "header: %s, way %d", fields[which].name, (int)how);
    return true;
}

const struct adversary_kind adversary_schema_kinds[] = {
    {"a trigger planted", plant_trigger, false},
    {"a view planted", plant_view, false},
    {"an index planted", plant_index, false},
    {"a lying index planted", plant_wrong_index, false},
    {"a table planted", plant_table, false},
    {"a column planted", plant_column, false},
    {"a table's text edited", edit_text, false},
    {"sqlite_schema edited", edit_root, false},
    {"a pragma set", edit_pragma, false},
    {"the header edited", edit_header, true},
};
const size_t adversary_schema_kind_count = sizeof adversary_schema_kinds / sizeof adversary_schema_kinds[0];
