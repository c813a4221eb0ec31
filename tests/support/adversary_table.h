/* adversary_table.h: the tables of a copy as the database itself lists them, and their rows, for mutations that write them.
 */
#ifndef KORDON_TESTS_SUPPORT_ADVERSARY_TABLE_H
#define KORDON_TESTS_SUPPORT_ADVERSARY_TABLE_H

#include "tests/support/adversary.h"

#define COLUMNS_MAX  16
#define TABLES_MAX   16
#define TRIGGERS_MAX 16

struct table {
    char name[64];
    char columns[COLUMNS_MAX][64];
    bool key[COLUMNS_MAX];
    int count;
};

struct opened {
    struct adversary_case *work;
    sqlite3 *database;
    struct table tables[TABLES_MAX];
    size_t table_count;
    char *triggers[TRIGGERS_MAX]; /* to be put back */
    size_t trigger_count;
    char relaxed[64]; /* the table whose schema was relaxed, "" for none */
    char *strict;     /* its text before */
};

struct row {
    sqlite3_value *values[COLUMNS_MAX];
    int count;
};

/* Opens the copy, lists its tables and drops its triggers, which are only guards against the owner's own faults. */
bool tables_begin(struct opened *opened, struct adversary_case *work);

/* Puts back, byte for byte, the text of a table that was relaxed and, every other time, the triggers; returns done. */
bool tables_end(struct opened *opened, bool done);

/* Takes STRICT and NOT NULL out of a table's text. */
void tables_relax(struct opened *opened, const struct table *table);

/* A kind's turns walk through the tables, and through a table's columns. */
struct table *tables_next(struct opened *opened);
int tables_next_column(const struct opened *opened, const struct table *table);

sqlite3_stmt *tables_prepare(struct opened *opened, const char *sql); /* NULL where it is not possible */
bool tables_run(
    struct opened *opened, sqlite3_stmt *statement); /* and finalizes; whether a row was changed */

/* A row by chance; false where there is none. row_finish takes what row_pick has left in either case. */
bool row_pick(struct opened *opened, const struct table *table, struct row *row);
void row_finish(struct row *row);

/* Adds " WHERE key IS ?first AND ..", and binds a row's key to it. */
void row_where(const struct table *table, int first, char *sql, size_t size);
void row_bind(sqlite3_stmt *statement, const struct table *table, const struct row *row, int first);

bool row_set(struct opened *opened, const struct table *table, const struct row *row, int column,
    const sqlite3_value *value);
bool row_insert(struct opened *opened, const struct table *table, const struct row *row);

/* A value made of bytes or of a number, as sqlite gives one back; to be freed. */
sqlite3_value *value_make(sqlite3 *database, int type, const void *bytes, int size, int64_t number);

#endif
