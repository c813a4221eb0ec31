/* adversary_rows.c: rows and columns written, table by table as the database itself lists them.
 *
 * The guards that a schema has against its owner's own faults are no guards against this one: triggers are dropped, and put
 * back byte for byte in every other case; types and NOT NULL are taken out of the schema's text and put back behind the edit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/adversary_table.h"

/* --- Edits of one value -------------------------------------------------------------------------------------- */

static sqlite3_value *other_bits(struct opened *opened, sqlite3_value *old)
{
    static const int64_t steps[] = {1, -1, 2, 256, INT64_MAX / 2, INT64_MIN / 2};
    struct adversary_case *work = opened->work;
    if (sqlite3_value_type(old) == SQLITE_INTEGER)
        return value_make(opened->database, SQLITE_INTEGER, NULL, 0,
            (int64_t)((uint64_t)sqlite3_value_int64(old) +
                      (uint64_t)steps[adversary_below(work, sizeof steps / sizeof steps[0])]));
    int type = sqlite3_value_type(old), size = sqlite3_value_bytes(old);
    if (size == 0)
        return NULL;
    uint8_t *bytes = malloc((size_t)size);
    if (bytes == NULL)
        return NULL;
    memcpy(bytes, sqlite3_value_blob(old), (size_t)size);
    bytes[adversary_below(work, (uint64_t)size)] ^=
        (uint8_t)(1u << adversary_below(work, type == SQLITE_TEXT ? 7 : 8));
    sqlite3_value *value = value_make(opened->database, type, bytes, size, 0);
    free(bytes);
    return value;
}

static sqlite3_value *other_length(struct opened *opened, sqlite3_value *old)
{
    struct adversary_case *work = opened->work;
    if (sqlite3_value_type(old) == SQLITE_INTEGER)
        return value_make(opened->database, SQLITE_INTEGER, NULL, 0, -sqlite3_value_int64(old));
    static const int lengths[] = {1, 15, 16, 28, 60, 255, 256, 284, 70000};
    int size = sqlite3_value_bytes(old);
    int wanted = adversary_below(work, 2) == 0
                     ? lengths[adversary_below(work, sizeof lengths / sizeof lengths[0])]
                     : size + (int)adversary_below(work, 5) - 2;
    if (wanted <= 0)
        wanted = 1;
    uint8_t *bytes = calloc(1, (size_t)wanted);
    if (bytes == NULL)
        return NULL;
    memset(bytes, 'a', (size_t)wanted);
    if (size > 0)
        memcpy(bytes, sqlite3_value_blob(old), (size_t)(size < wanted ? size : wanted));
    sqlite3_value *value = value_make(opened->database, sqlite3_value_type(old), bytes, wanted, 0);
    free(bytes);
    return value;
}

static sqlite3_value *other_type(struct opened *opened, sqlite3_value *old)
{
    static const int types[] = {SQLITE_INTEGER, SQLITE_FLOAT, SQLITE_TEXT, SQLITE_BLOB};
    int type = types[adversary_below(opened->work, 4)];
    if (type == sqlite3_value_type(old))
        type = type == SQLITE_BLOB ? SQLITE_TEXT : SQLITE_BLOB;
    sqlite3_value *copy = sqlite3_value_dup(old);
    int64_t number = sqlite3_value_int64(copy);
    const void *bytes = sqlite3_value_blob(copy);
    sqlite3_value *value = value_make(opened->database, type, bytes, sqlite3_value_bytes(copy), number);
    sqlite3_value_free(copy);
    return value;
}

static sqlite3_value *no_value(struct opened *opened, sqlite3_value *old)
{
    (void)old;
    return value_make(opened->database, SQLITE_NULL, NULL, 0, 0);
}

static sqlite3_value *empty_value(struct opened *opened, sqlite3_value *old)
{
    return value_make(opened->database, sqlite3_value_type(old), "", 0, 0);
}

static bool edit(struct adversary_case *work, const char *how,
    sqlite3_value *(*change)(struct opened *opened, sqlite3_value *old), bool relaxed)
{
    struct opened opened;
    struct row row = {0};
    bool done = false;
    if (tables_begin(&opened, work)) {
        const struct table *table = tables_next(&opened);
        int column = tables_next_column(&opened, table);
        if (relaxed)
            tables_relax(&opened, table);
        if (row_pick(&opened, table, &row)) {
            sqlite3_value *value = change(&opened, row.values[column]);
            done = value != NULL && row_set(&opened, table, &row, column, value);
            sqlite3_value_free(value);
            adversary_said(work, "%s.%s: %s", table->name, table->columns[column], how);
        }
        row_finish(&row);
    }
    return tables_end(&opened, done);
}

static bool edit_bits(struct adversary_case *work)
{
    return edit(work, "bits or number changed", other_bits, false);
}

static bool edit_length(struct adversary_case *work)
{
    return edit(work, "another length or sign", other_length, false);
}

static bool edit_type(struct adversary_case *work)
{
    return edit(work, "another type", other_type, true);
}

static bool edit_null(struct adversary_case *work)
{
    return edit(work, "NULL", no_value, true);
}

static bool edit_empty(struct adversary_case *work)
{
    return edit(work, "empty", empty_value, false);
}

/* --- Rows ---------------------------------------------------------------------------------------------------- */

static bool delete_row(struct adversary_case *work)
{
    struct opened opened;
    struct row row = {0};
    bool done = false;
    if (tables_begin(&opened, work)) {
        const struct table *table = tables_next(&opened);
        char sql[512];
        snprintf(sql, sizeof sql, "DELETE FROM \"%s\"", table->name);
        row_where(table, 1, sql, sizeof sql);
        sqlite3_stmt *statement = row_pick(&opened, table, &row) ? tables_prepare(&opened, sql) : NULL;
        if (statement != NULL) {
            row_bind(statement, table, &row, 1);
            done = tables_run(&opened, statement);
            adversary_said(work, "%s: a row deleted", table->name);
        }
        row_finish(&row);
    }
    return tables_end(&opened, done);
}

static bool delete_all(struct adversary_case *work)
{
    struct opened opened;
    bool done = false;
    if (tables_begin(&opened, work)) {
        const struct table *table = tables_next(&opened);
        done = adversary_sql(opened.database, "DELETE FROM \"%s\"", table->name);
        adversary_said(work, "%s: all rows deleted", table->name);
    }
    return tables_end(&opened, done);
}

/* The newest rows of one table, or of all tables that count by seq. */
static bool cut(struct adversary_case *work)
{
    struct opened opened;
    bool done = false;
    if (tables_begin(&opened, work)) {
        const struct table *table = tables_next(&opened);
        uint64_t count = 1 + adversary_below(work, 8);
        if (adversary_below(work, 2) == 0) {
            const char *key = table->columns[0];
            done = adversary_sql(opened.database,
                "DELETE FROM \"%s\" WHERE \"%s\" > (SELECT max(\"%s\") FROM \"%s\") - %d", table->name, key,
                key, table->name, (int)count);
            adversary_said(work, "%s: newest rows cut", table->name);
        } else {
            int64_t size = adversary_number(opened.database, "SELECT count(*) FROM entry") - (int64_t)count;
            done = adversary_sql(opened.database,
                "DELETE FROM body WHERE seq >= %d;"
                "DELETE FROM entry WHERE seq >= %d; DELETE FROM node WHERE ((place + 1) << level) > %d",
                (int)size, (int)size, (int)size);
            adversary_said(work, "the log cut to %d entries", (int)size);
        }
    }
    return tables_end(&opened, done);
}

/* A row's copy under a key that is free. */
static bool insert_copy(struct adversary_case *work)
{
    struct opened opened;
    struct row row = {0};
    bool done = false;
    if (tables_begin(&opened, work)) {
        const struct table *table = tables_next(&opened);
        int keys[COLUMNS_MAX], count = 0;
        for (int i = 0; i < table->count; i++)
            if (table->key[i])
                keys[count++] = i;
        if (count > 0 && row_pick(&opened, table, &row)) {
            int column = keys[adversary_below(work, (uint64_t)count)];
            sqlite3_value *old = row.values[column];
            int64_t above = adversary_number(opened.database, "SELECT max(\"%s\") FROM \"%s\"",
                                table->columns[column], table->name) +
                            1 + (int64_t)adversary_below(work, 3);
            row.values[column] = sqlite3_value_type(old) == SQLITE_INTEGER
                                     ? value_make(opened.database, SQLITE_INTEGER, NULL, 0, above)
                                     : other_bits(&opened, old);
            sqlite3_value_free(old);
            done = row.values[column] != NULL && row_insert(&opened, table, &row);
            adversary_said(work, "%s: a row copied under another %s", table->name, table->columns[column]);
        }
        row_finish(&row);
    }
    return tables_end(&opened, done);
}

/* One column's values, or all but the keys, change places between two rows. */
static bool swap(struct adversary_case *work, bool whole)
{
    struct opened opened;
    struct row a = {0}, b = {0};
    bool done = false;
    if (tables_begin(&opened, work)) {
        const struct table *table = tables_next(&opened);
        int only = tables_next_column(&opened, table);
        if (row_pick(&opened, table, &a) && row_pick(&opened, table, &b))
            for (int i = 0; i < table->count; i++)
                if (!table->key[i] && (whole || i == only)) {
                    done = row_set(&opened, table, &a, i, b.values[i]) || done;
                    done = row_set(&opened, table, &b, i, a.values[i]) || done;
                }
        adversary_said(
            work, "%s.%s swapped between two rows", table->name, whole ? "*" : table->columns[only]);
        row_finish(&a);
        row_finish(&b);
    }
    return tables_end(&opened, done);
}

static bool swap_values(struct adversary_case *work)
{
    return swap(work, false);
}

static bool swap_rows(struct adversary_case *work)
{
    return swap(work, true);
}

/* --- From older copies --------------------------------------------------------------------------------------- */

static bool attach_older(struct opened *opened, const char **when)
{
    static const char *const names[] = {"init", "list 1", "entries", "list 2", "erasure", "last", "the fork"};
    const struct adversary_snapshot *older = adversary_older(opened->work);
    *when = names[older - opened->work->world->snapshots];
    return adversary_sql(opened->database, "ATTACH 'file:%s?immutable=1' AS older", older->path);
}

static bool put_back_row(struct adversary_case *work)
{
    struct opened opened;
    bool done = false;
    const char *when;
    if (tables_begin(&opened, work) && attach_older(&opened, &when)) {
        const struct table *table = tables_next(&opened);
        int64_t count = adversary_number(opened.database, "SELECT count(*) FROM older.\"%s\"", table->name);
        done = count > 0 &&
               adversary_sql(opened.database,
                   "INSERT OR REPLACE INTO main.\"%s\" SELECT * FROM older.\"%s\" LIMIT 1 OFFSET %d",
                   table->name, table->name, (int)adversary_below(work, (uint64_t)count));
        adversary_said(work, "%s: a row put back from %s", table->name, when);
    }
    return tables_end(&opened, done);
}

static bool put_back_column(struct adversary_case *work)
{
    struct opened opened;
    bool done = false;
    const char *when;
    if (tables_begin(&opened, work) && attach_older(&opened, &when)) {
        const struct table *table = tables_next(&opened);
        int column = tables_next_column(&opened, table);
        char same[256] = "";
        for (int i = 0; i < table->count; i++)
            if (table->key[i]) {
                adversary_join(same, sizeof same, "%so.\"%s\" IS m.\"%s\"", same[0] != '\0' ? " AND " : "",
                    table->columns[i], table->columns[i]);
            }
        done = same[0] != '\0' && adversary_sql(opened.database,
                                      "UPDATE OR REPLACE main.\"%s\" AS m SET \"%s\" = (SELECT o.\"%s\" FROM "
                                      "older.\"%s\" o WHERE %s)"
                                      " WHERE EXISTS (SELECT 1 FROM older.\"%s\" o WHERE %s)",
                                      table->name, table->columns[column], table->columns[column],
                                      table->name, same, table->name, same);
        adversary_said(work, "%s.%s put back from %s", table->name, table->columns[column], when);
    }
    return tables_end(&opened, done);
}

static bool put_back_table(struct opened *opened, const struct table *table)
{
    return adversary_sql(opened->database,
        "DELETE FROM main.\"%s\"; INSERT INTO main.\"%s\" SELECT * FROM older.\"%s\"", table->name,
        table->name, table->name);
}

static bool put_back_one_table(struct adversary_case *work)
{
    struct opened opened;
    bool done = false;
    const char *when;
    if (tables_begin(&opened, work) && attach_older(&opened, &when)) {
        const struct table *table = tables_next(&opened);
        done = put_back_table(&opened, table);
        adversary_said(work, "%s put back from %s", table->name, when);
    }
    return tables_end(&opened, done);
}

/* Any choice of tables, all of them included: which do not belong together? */
static bool put_back_tables(struct adversary_case *work)
{
    struct opened opened;
    bool done = false;
    const char *when;
    if (tables_begin(&opened, work) && attach_older(&opened, &when)) {
        uint64_t chosen = adversary_random(work);
        char names[160] = "";
        for (size_t i = 0; i < opened.table_count; i++)
            if (chosen >> i & 1) {
                adversary_join(names, sizeof names, " %s", opened.tables[i].name);
                done = put_back_table(&opened, &opened.tables[i]) || done;
            }
        adversary_said(work, "put back from %s:%s", when, names);
    }
    return tables_end(&opened, done);
}

/* Two or three of the others on one copy. */
static bool several(struct adversary_case *work)
{
    static const adversary_mutation others[] = {edit_bits, delete_row, insert_copy, swap_values, swap_rows,
        cut, put_back_row, put_back_column, put_back_one_table, delete_all};
    char said[sizeof work->what] = "";
    bool done = false;
    uint64_t turn = work->turn;
    for (uint64_t i = 0, count = 2 + adversary_below(work, 2); i < count; i++) {
        work->turn = turn % 2 + 2 * adversary_below(work, 1000);
        work->what[0] = '\0';
        bool one = others[adversary_below(work, sizeof others / sizeof others[0])](work);
        if (one)
            adversary_join(said, sizeof said, "%s%s", said[0] != '\0' ? "; " : "", work->what);
        done = done || one;
    }
    snprintf(work->what, sizeof work->what, "%s", said);
    return done;
}

const struct adversary_kind adversary_row_kinds[] = {
    {"a row deleted", delete_row, false},
    {"all rows deleted", delete_all, false},
    {"newest rows cut", cut, false},
    {"a row copied", insert_copy, false},
    {"bits edited", edit_bits, false},
    {"another length", edit_length, false},
    {"another type", edit_type, false},
    {"NULL", edit_null, false},
    {"empty", edit_empty, false},
    {"values swapped", swap_values, false},
    {"rows swapped", swap_rows, false},
    {"a row put back", put_back_row, true},
    {"a column put back", put_back_column, true},
    {"a table put back", put_back_one_table, true},
    {"tables put back", put_back_tables, true},
    {"several of these", several, true},
};
const size_t adversary_row_kind_count = sizeof adversary_row_kinds / sizeof adversary_row_kinds[0];
