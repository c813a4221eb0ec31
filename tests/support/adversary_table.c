/* adversary_table.c: tables and rows of a copy, listed at run time: the tests follow the schema.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/adversary_table.h"

/* --- The tables as they are ---------------------------------------------------------------------------------- */

static void read_columns(sqlite3 *database, struct table *table)
{
    sqlite3_stmt *statement;
    char sql[160];
    snprintf(sql, sizeof sql, "SELECT name, pk FROM pragma_table_info('%s') ORDER BY cid", table->name);
    if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK)
        return;
    while (sqlite3_step(statement) == SQLITE_ROW && table->count < COLUMNS_MAX) {
        snprintf(table->columns[table->count], sizeof table->columns[0], "%s",
            (const char *)sqlite3_column_text(statement, 0));
        table->key[table->count++] = sqlite3_column_int(statement, 1) > 0;
    }
    sqlite3_finalize(statement);
}

static void read_tables(struct opened *opened)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(opened->database,
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
            -1, &statement, NULL) != SQLITE_OK)
        return;
    while (sqlite3_step(statement) == SQLITE_ROW && opened->table_count < TABLES_MAX) {
        struct table *table = &opened->tables[opened->table_count++];
        snprintf(table->name, sizeof table->name, "%s", (const char *)sqlite3_column_text(statement, 0));
        read_columns(opened->database, table);
    }
    sqlite3_finalize(statement);
}

static void take_triggers(struct opened *opened)
{
    sqlite3_stmt *statement;
    char names[TRIGGERS_MAX][64];
    size_t count = 0;
    if (sqlite3_prepare_v2(opened->database, "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'", -1,
            &statement, NULL) != SQLITE_OK)
        return;
    while (sqlite3_step(statement) == SQLITE_ROW && count < TRIGGERS_MAX) {
        snprintf(names[count], sizeof names[0], "%s", (const char *)sqlite3_column_text(statement, 0));
        opened->triggers[count++] = strdup((const char *)sqlite3_column_text(statement, 1));
    }
    sqlite3_finalize(statement);
    opened->trigger_count = count;
    for (size_t i = 0; i < count; i++)
        adversary_sql(opened->database, "DROP TRIGGER \"%s\"", names[i]);
}

bool tables_begin(struct opened *opened, struct adversary_case *work)
{
    *opened = (struct opened){.work = work, .database = adversary_database(work)};
    if (opened->database == NULL)
        return false;
    read_tables(opened);
    take_triggers(opened);
    return opened->table_count > 0;
}

bool tables_end(struct opened *opened, bool done)
{
    bool back = opened->work->turn % 2 == 0;
    if (opened->strict != NULL) {
        adversary_sql(opened->database, "PRAGMA writable_schema = ON");
        char *sql = sqlite3_mprintf("UPDATE sqlite_schema SET sql = %Q WHERE type = 'table' AND name = %Q",
            opened->strict, opened->relaxed);
        adversary_sql(opened->database, "%s", sql);
        sqlite3_free(sql);
        adversary_sql(opened->database, "PRAGMA writable_schema = RESET");
    }
    for (size_t i = 0; i < opened->trigger_count; i++) {
        if (back && opened->triggers[i] != NULL)
            adversary_sql(opened->database, "%s", opened->triggers[i]);
        free(opened->triggers[i]);
    }
    free(opened->strict);
    sqlite3_close(opened->database);
    if (done && opened->trigger_count > 0) {
        adversary_join(
            opened->work->what, sizeof opened->work->what, ", triggers %s", back ? "back" : "dropped");
    }
    return done;
}

void tables_relax(struct opened *opened, const struct table *table)
{
    sqlite3_stmt *statement;
    if (opened->strict != NULL || sqlite3_prepare_v2(opened->database,
                                      "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", -1,
                                      &statement, NULL) != SQLITE_OK)
        return;
    sqlite3_bind_text(statement, 1, table->name, -1, SQLITE_STATIC);
    if (sqlite3_step(statement) == SQLITE_ROW)
        opened->strict = strdup((const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    snprintf(opened->relaxed, sizeof opened->relaxed, "%s", table->name);
    adversary_sql(opened->database, "PRAGMA writable_schema = ON");
    char *sql =
        sqlite3_mprintf("UPDATE sqlite_schema SET sql = replace(replace(replace(sql, ' STRICT, WITHOUT',"
                        " ' WITHOUT'), ' STRICT', ''), ' NOT NULL', '')"
                        " WHERE type = 'table' AND name = %Q",
            table->name);
    adversary_sql(opened->database, "%s", sql);
    sqlite3_free(sql);
    adversary_sql(opened->database, "PRAGMA writable_schema = RESET");
}

/* --- Choosing ------------------------------------------------------------------------------------------------ */

struct table *tables_next(struct opened *opened)
{
    return &opened->tables[opened->work->turn / 2 % opened->table_count];
}

int tables_next_column(const struct opened *opened, const struct table *table)
{
    return (int)(opened->work->turn / 2 / opened->table_count % (uint64_t)table->count);
}

static int64_t row_count(struct opened *opened, const struct table *table)
{
    return adversary_number(opened->database, "SELECT count(*) FROM \"%s\"", table->name);
}

static bool read_row(struct opened *opened, const struct table *table, int64_t offset, struct row *row)
{
    sqlite3_stmt *statement;
    char sql[160];
    *row = (struct row){0};
    snprintf(sql, sizeof sql, "SELECT * FROM \"%s\" LIMIT 1 OFFSET %lld", table->name, (long long)offset);
    if (sqlite3_prepare_v2(opened->database, sql, -1, &statement, NULL) != SQLITE_OK)
        return false;
    if (sqlite3_step(statement) == SQLITE_ROW)
        for (; row->count < sqlite3_column_count(statement) && row->count < table->count; row->count++)
            row->values[row->count] = sqlite3_value_dup(sqlite3_column_value(statement, row->count));
    sqlite3_finalize(statement);
    return row->count == table->count;
}

void row_finish(struct row *row)
{
    for (int i = 0; i < row->count; i++)
        sqlite3_value_free(row->values[i]);
}

bool row_pick(struct opened *opened, const struct table *table, struct row *row)
{
    int64_t count = row_count(opened, table);
    *row = (struct row){0};
    return count > 0 && read_row(opened, table, (int64_t)adversary_below(opened->work, (uint64_t)count), row);
}

void row_where(const struct table *table, int first, char *sql, size_t size)
{
    const char *word = " WHERE";
    for (int i = 0; i < table->count; i++)
        if (table->key[i]) {
            adversary_join(sql, size, "%s \"%s\" IS ?%d", word, table->columns[i], first++);
            word = " AND";
        }
}

void row_bind(sqlite3_stmt *statement, const struct table *table, const struct row *row, int first)
{
    for (int i = 0; i < table->count; i++)
        if (table->key[i])
            sqlite3_bind_value(statement, first++, row->values[i]);
}

bool tables_run(struct opened *opened, sqlite3_stmt *statement)
{
    bool done = sqlite3_step(statement) == SQLITE_DONE && sqlite3_changes(opened->database) > 0;
    sqlite3_finalize(statement);
    return done;
}

sqlite3_stmt *tables_prepare(struct opened *opened, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    sqlite3_prepare_v2(opened->database, sql, -1, &statement, NULL);
    return statement;
}

bool row_set(struct opened *opened, const struct table *table, const struct row *row, int column,
    const sqlite3_value *value)
{
    char sql[512];
    snprintf(
        sql, sizeof sql, "UPDATE OR REPLACE \"%s\" SET \"%s\" = ?1", table->name, table->columns[column]);
    row_where(table, 2, sql, sizeof sql);
    sqlite3_stmt *statement = tables_prepare(opened, sql);
    if (statement == NULL)
        return false;
    sqlite3_bind_value(statement, 1, value);
    row_bind(statement, table, row, 2);
    return tables_run(opened, statement);
}

bool row_insert(struct opened *opened, const struct table *table, const struct row *row)
{
    char sql[512];
    snprintf(sql, sizeof sql, "INSERT OR REPLACE INTO \"%s\" VALUES (?1", table->name);
    for (int i = 1; i < table->count; i++) {
        adversary_join(sql, sizeof sql, ", ?%d", i + 1);
    }
    strncat(sql, ")", sizeof sql - strlen(sql) - 1);
    sqlite3_stmt *statement = tables_prepare(opened, sql);
    if (statement == NULL)
        return false;
    for (int i = 0; i < table->count; i++)
        sqlite3_bind_value(statement, i + 1, row->values[i]);
    return tables_run(opened, statement);
}

sqlite3_value *value_make(sqlite3 *database, int type, const void *bytes, int size, int64_t number)
{
    sqlite3_stmt *statement;
    sqlite3_value *value = NULL;
    if (sqlite3_prepare_v2(database, "SELECT ?1", -1, &statement, NULL) != SQLITE_OK)
        return NULL;
    if (type == SQLITE_INTEGER)
        sqlite3_bind_int64(statement, 1, number);
    else if (type == SQLITE_FLOAT)
        sqlite3_bind_double(statement, 1, (double)number + 0.5);
    else if (type == SQLITE_TEXT)
        sqlite3_bind_text(statement, 1, bytes, size, SQLITE_TRANSIENT);
    else if (type == SQLITE_BLOB)
        sqlite3_bind_blob(statement, 1, size > 0 ? bytes : "", size, SQLITE_TRANSIENT);
    if (sqlite3_step(statement) == SQLITE_ROW)
        value = sqlite3_value_dup(sqlite3_column_value(statement, 0));
    sqlite3_finalize(statement);
    return value;
}
