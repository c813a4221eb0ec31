/* list_read.c: gives the rows of a list, and proves that they are it. */
#include <string.h>

#include "store/list_internal.h"
#include "store/statement_internal.h"

/* Opens the rows that are asked for, and adds up all of them, as they are delivered: what is used is what was proven. */
static enum reason give_all(struct list_row_reader *reader, struct statement *rows, list_entry_callback each,
    void *context, struct list_sum *sum, struct failure *failure)
{
    struct store *store = reader->store;
    enum reason reason = REASON_DONE;
    while (reason == REASON_DONE && statement_next(rows)) {
        struct watchlist_entry entry;
        if (!list_add_row(store->root_digest, rows->row, sum))
            reason = failure_set(failure, REASON_SEAL_BROKEN, "watchlist", "a row is damaged");
        if (reason == REASON_DONE)
            reason = list_open_row(reader, rows->row, &entry, failure);
        if (reason == REASON_DONE)
            reason = each(context, &entry, failure);
    }
    return statement_end(rows, reason);
}

enum reason list_give(struct store *store, const struct list_state *state, unsigned parts,
    list_entry_callback each, void *context, struct failure *failure)
{
    struct list_row_reader reader;
    struct list_sum sum = {0};
    struct failure ended;
    struct statement rows;
    list_row_reader_init(&reader, store, state->import, parts);
    statement_begin(&rows, &store->database, STATEMENT_ALERT_ALL, failure);
    statement_bind_integer(&rows, 1, (int64_t)state->import);
    digest_begin(store->root_digest);
    sealer_begin(store->sealer, store->keys->list);
    enum reason reason = give_all(&reader, &rows, each, context, &sum, failure);
    sealer_end(store->sealer);
    locked_memory_wipe(&store->scratch);
    enum reason end = digest_end(store->root_digest, sum.root, reason == REASON_DONE ? failure : &ended);
    if (reason == REASON_DONE)
        reason = end;
    return reason == REASON_DONE ? list_check(state, &sum, failure) : reason;
}
