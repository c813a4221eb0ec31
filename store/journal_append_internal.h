/* journal_append_internal.h: what else than entries goes into an append's transaction, and the last word before closing. */
#ifndef KORDON_STORE_JOURNAL_APPEND_INTERNAL_H
#define KORDON_STORE_JOURNAL_APPEND_INTERNAL_H

#include "store/journal.h"
#include "store/store_internal.h"

/* What runs inside an append's transaction, before its entries are written; seq is that of the first of them. It may add members
 * to the draft's body copies and change the state to be, which becomes durable with them. */
struct journal_companion {
    enum reason (*run)(
        void *context, uint64_t seq, struct proven_state *next, json_t *body, struct failure *failure);
    void *context;
};

/* journal_append with a companion (NULL for none): both become durable together or not at all. */
enum reason journal_append_with(struct store *store, const struct log_draft *drafts, size_t count,
    const struct journal_companion *companion, struct journal_outcome *outcomes, struct failure *failure);

/* Writes the newest checkpoint into the database, for readers who cannot sign: before the store is closed. */
enum reason journal_seal_checkpoint(struct store *store, struct failure *failure);

#endif
