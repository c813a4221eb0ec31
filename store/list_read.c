/* list_read.c: gives the rows of a list, and proves that they are it. */
#include <string.h>

#include "store/list_internal.h"

/* Opens the rows that are asked for, and adds up all of them, as they are delivered: what is used is what was proven. */
static enum reason give_all(struct list_row_reader *reader, sqlite3_stmt *statement, list_entry_callback each,
    void *context, struct list_sum *sum, struct failure *failure)
{
    struct store *store = reader->store;
    enum reason reason = REASON_DONE;
    bool row = true;
    while (reason == REASON_DONE) {
        struct watchlist_entry entry;
        reason = database_step(&store->database, statement, &row, failure);
        if (reason != REASON_DONE || !row)
            break;
        if (!list_add_row(store->root_digest, statement, sum))
            return failure_set(failure, REASON_SEAL_BROKEN, "watchlist", "a row is damaged");
        reason = list_open_row(reader, statement, &entry, failure);
        if (reason == REASON_DONE)
            reason = each(context, &entry, failure);
    }
    return reason;
}

enum reason list_give(struct store *store, const struct list_state *state, unsigned parts,
    list_entry_callback each, void *context, struct failure *failure)
{
    struct list_row_reader reader;
    struct list_sum sum = {0};
    struct failure ended;
    sqlite3_stmt *statement;
    enum reason reason = database_statement(&store->database, STATEMENT_ALERT_ALL, &statement, failure);
    if (reason != REASON_DONE)
        return reason;
    list_row_reader_init(&reader, store, state->import, parts);
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)state->import);
    digest_begin(store->root_digest);
    sealer_begin(store->sealer, store->keys->list);
    reason = give_all(&reader, statement, each, context, &sum, failure);
    sealer_end(store->sealer);
    database_reset(statement);
    locked_memory_wipe(&store->scratch);
    enum reason end = digest_end(store->root_digest, sum.root, reason == REASON_DONE ? failure : &ended);
    if (reason == REASON_DONE)
        reason = end;
    return reason == REASON_DONE ? list_check(state, &sum, failure) : reason;
}
