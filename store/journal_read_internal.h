/* journal_read_internal.h: entries proven inside a transaction that is open already. */
#ifndef KORDON_STORE_JOURNAL_READ_INTERNAL_H
#define KORDON_STORE_JOURNAL_READ_INTERNAL_H

#include "log/entry_head.h"
#include "store/store_internal.h"

/* Proves the entry, its body with it, to be the log's as it was before the transaction. ENTRY_NOT_FOUND; ENTRY_BROKEN; ENTRY_ERASED
 * where its body was erased. */
enum reason journal_prove_entry(
    struct store *store, uint64_t seq, struct entry_head *head, struct failure *failure);

/* Proves the head alone, whatever became of the body. ENTRY_NOT_FOUND; ENTRY_BROKEN. */
enum reason journal_prove_head(
    struct store *store, uint64_t seq, struct entry_head *head, struct failure *failure);

#endif
