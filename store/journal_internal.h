/* journal_internal.h: the log's rows, for writing (journal.c) and reading (journal_read.c). */
#ifndef KORDON_STORE_JOURNAL_INTERNAL_H
#define KORDON_STORE_JOURNAL_INTERNAL_H

#include "store/store_internal.h"

#define JOURNAL_TOKEN_BYTES 16

/* Where the body of that entry is sealed. */
void journal_body_place(const struct store *store, uint64_t seq, struct sealed_place *place);

/* By what entries of one transaction are found: nothing that tells the transaction's id to a reader of the file. */
enum reason journal_token(struct store *store, const char *text, uint8_t token[static JOURNAL_TOKEN_BYTES],
    struct failure *failure);

#endif
