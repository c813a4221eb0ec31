/* statement.c: running statements. */
#include "store/statement_internal.h"

static const char *const statement_texts[] = {
#define DATABASE_STATEMENT_TEXT(name, sql) (sql),
    DATABASE_STATEMENTS(DATABASE_STATEMENT_TEXT)
#undef DATABASE_STATEMENT_TEXT
};

static void fail(struct statement *statement, const char *doing)
{
    statement->reason = database_failure(statement->database, doing, statement->failure);
}

static void prepare(struct statement *statement, const char *sql, unsigned flags, sqlite3_stmt **prepared)
{
    struct database *database = statement->database;
    if (database->connection == NULL)
        statement->reason = failure_set(
            statement->failure, REASON_STORE_ERROR, database->directory, "the database is not open");
    else if (sqlite3_prepare_v3(database->connection, sql, -1, flags, prepared, NULL) != SQLITE_OK)
        fail(statement, "prepare");
    statement->row = *prepared;
}

void statement_begin(struct statement *statement, struct database *database, enum database_statement name,
    struct failure *failure)
{
    sqlite3_stmt **prepared = &database->statements[name];
    *statement = (struct statement){.row = *prepared, .database = database, .failure = failure};
    if (*prepared == NULL)
        prepare(statement, statement_texts[name], SQLITE_PREPARE_PERSISTENT, prepared);
}

void statement_begin_sql(
    struct statement *statement, struct database *database, const char *sql, struct failure *failure)
{
    sqlite3_stmt *prepared = NULL;
    *statement = (struct statement){.database = database, .failure = failure, .owned = true};
    prepare(statement, sql, 0, &prepared);
}

static void take_bound(struct statement *statement, int code)
{
    if (code != SQLITE_OK)
        fail(statement, "bind");
}

void statement_bind_integer(struct statement *statement, int parameter, int64_t value)
{
    if (statement->reason == REASON_DONE)
        take_bound(statement, sqlite3_bind_int64(statement->row, parameter, value));
}

void statement_bind_blob(struct statement *statement, int parameter, const void *bytes, size_t size)
{
    if (statement->reason == REASON_DONE)
        take_bound(statement, sqlite3_bind_blob64(statement->row, parameter, bytes, size, SQLITE_STATIC));
}

void statement_bind_text(struct statement *statement, int parameter, const char *text)
{
    if (statement->reason == REASON_DONE)
        take_bound(statement, sqlite3_bind_text(statement->row, parameter, text, -1, SQLITE_STATIC));
}

void statement_bind_value(struct statement *statement, int parameter, const sqlite3_value *value)
{
    if (statement->reason == REASON_DONE)
        take_bound(statement, sqlite3_bind_value(statement->row, parameter, value));
}

bool statement_next(struct statement *statement)
{
    if (statement->reason != REASON_DONE || statement->ended)
        return false;
    int code = sqlite3_step(statement->row);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        fail(statement, "step");
    statement->ended = code != SQLITE_ROW; /* one more step would begin anew */
    return code == SQLITE_ROW;
}

/* A step's failure was taken when it came: finalizing and resetting only say it again. */
enum reason statement_end(struct statement *statement, enum reason reason)
{
    if (statement->owned) {
        sqlite3_finalize(statement->row);
    } else if (statement->row != NULL) {
        sqlite3_reset(statement->row);
        sqlite3_clear_bindings(statement->row);
    }
    statement->row = NULL;
    return statement->reason != REASON_DONE ? statement->reason : reason;
}

enum reason statement_run(struct statement *statement)
{
    statement_next(statement);
    return statement_end(statement, REASON_DONE);
}

enum reason statement_act(struct database *database, enum database_statement name, struct failure *failure)
{
    struct statement statement;
    statement_begin(&statement, database, name, failure);
    return statement_run(&statement);
}

const void *statement_column(sqlite3_stmt *row, int column, size_t least, size_t most, size_t *size)
{
    int type = sqlite3_column_type(row, column);
    *size = 0;
    if (type != SQLITE_BLOB && type != SQLITE_TEXT)
        return NULL;
    const void *bytes = sqlite3_column_blob(row, column);
    size_t length = (size_t)sqlite3_column_bytes(row, column);
    if (bytes == NULL || length < least || length > most)
        return NULL;
    *size = length;
    return bytes;
}
