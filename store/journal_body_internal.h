/* journal_body_internal.h: bodies of entries, sealed each under a key of its own, and the tokens by which they are found. */
#ifndef KORDON_STORE_JOURNAL_BODY_INTERNAL_H
#define KORDON_STORE_JOURNAL_BODY_INTERNAL_H

#include "store/store_internal.h"

#define JOURNAL_TOKEN_BYTES 16

/* Seals salt and body together, so that erasing the key erases both, and writes the row inside the open transaction. */
enum reason journal_body_write(struct store *store, uint64_t seq,
    const uint8_t salt[static COMMIT_SALT_BYTES], const char *body, size_t size, struct failure *failure);

/* Salt and body, opened from the columns wrapped and sealed of a row: into *salted, malloc'd, of room bytes (to be wiped), size of
 * which are used. ENTRY_BROKEN; NO_MEMORY. */
enum reason journal_body_open(struct store *store, uint64_t seq, sqlite3_stmt *statement, int first_column,
    uint8_t **salted, size_t *size, size_t *room, struct failure *failure);

/* By what entries of one transaction are found: nothing that tells the transaction's id to a reader of the file. */
enum reason journal_token(struct store *store, const char *transaction,
    uint8_t token[static JOURNAL_TOKEN_BYTES], struct failure *failure);

/* Writes the token's row; nothing where transaction is NULL. */
enum reason journal_token_write(
    struct store *store, uint64_t seq, const char *transaction, struct failure *failure);

/* ENTRY_BROKEN with that entry as the subject. */
enum reason journal_entry_broken(uint64_t seq, const char *why, struct failure *failure);

#endif
