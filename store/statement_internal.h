/* statement_internal.h: one run of a statement, with an error that sticks.
 *
 * As base/bytes.h for byte layouts: one begins, binds and steps straight down, and asks once at the end. A statement of which a
 * parameter could not be bound never runs: sqlite would take NULL for it, and give a row another number or none.
 *
 *     struct statement read;
 *     statement_begin(&read, database, STATEMENT_ENTRY_READ, failure);
 *     statement_bind_integer(&read, 1, seq);
 *     while (reason == REASON_DONE && statement_next(&read))
 *         reason = take(read.row, failure);
 *     return statement_end(&read, reason);
 *
 * What is bound must live until the end. Whoever began one ends it, by statement_end or statement_run: a reading statement that
 * is not at its end would keep its snapshot open. Thread rule: that of the store.
 */
#ifndef KORDON_STORE_STATEMENT_INTERNAL_H
#define KORDON_STORE_STATEMENT_INTERNAL_H

#include "store/database_internal.h"

struct statement {
    sqlite3_stmt
        *row; /* what it stands on after statement_next said true; its columns live until the next call */
    enum reason reason;        /* DONE so far */
    struct database *database; /* private, and the rest */
    struct failure *failure;
    bool owned, ended; /* prepared for this run alone; at its last row's end */
};

/* The statement of that name, prepared once a connection. STORE_ERROR where there is none, and database_failure's reasons, as for all
 * that follows. */
void statement_begin(struct statement *statement, struct database *database, enum database_statement name,
    struct failure *failure);

/* SQL that is not of the current schema, or that runs once. */
void statement_begin_sql(
    struct statement *statement, struct database *database, const char *sql, struct failure *failure);

/* Parameters are numbered from 1. */
void statement_bind_integer(struct statement *statement, int parameter, int64_t value);
void statement_bind_blob(struct statement *statement, int parameter, const void *bytes, size_t size);
void statement_bind_text(struct statement *statement, int parameter, const char *text);
/* A copy of another statement's column. */
void statement_bind_value(struct statement *statement, int parameter, const sqlite3_value *value);

/* Steps to the next row; false at the end, and where it failed. */
bool statement_next(struct statement *statement);

/* Ends the run: its snapshot, its bindings. The statement's reason where it failed, otherwise reason: what the caller made of its rows. */
enum reason statement_end(struct statement *statement, enum reason reason);

/* Steps a statement that gives no rows, and ends it. */
enum reason statement_run(struct statement *statement);

/* Begins and runs one without parameters. */
enum reason statement_act(struct database *database, enum database_statement name, struct failure *failure);

/* A column that must be a blob or text of least to most bytes; NULL where it is anything else. */
const void *statement_column(sqlite3_stmt *row, int column, size_t least, size_t most, size_t *size);

#endif
