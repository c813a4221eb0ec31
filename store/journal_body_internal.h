/* journal_body_internal.h: bodies of entries, sealed each under a key of its own. */
#ifndef KORDON_STORE_JOURNAL_BODY_INTERNAL_H
#define KORDON_STORE_JOURNAL_BODY_INTERNAL_H

#include "store/store_internal.h"

/* Seals salt and body together, so that erasing the key erases both, and writes the row inside the open transaction. */
enum reason journal_body_write(struct store *store, uint64_t seq,
    const uint8_t salt[static COMMIT_SALT_BYTES], const char *body, size_t size, struct failure *failure);

/* Replaces the row by the number of the entry that erases it, inside the open transaction. ENTRY_ERASED where that was done before. */
enum reason journal_body_erase(struct store *store, uint64_t seq, uint64_t by, struct failure *failure);

/* Whether a row, from the column wrapped on, is what such an erasure leaves; *by: the entry that it names. Nothing is proven by that. */
bool journal_body_erased(sqlite3_stmt *statement, int first_column, uint64_t *by);

/* ENTRY_ERASED with that entry as the subject. */
enum reason journal_entry_erased(uint64_t seq, uint64_t by, struct failure *failure);

/* The sealed body that a row holds, in the statement's memory until it goes on. */
struct sealed_body {
    const void *wrapped, *sealed;
    size_t wrapped_size, sealed_size;
    size_t room; /* bytes that opening takes */
};

/* ENTRY_BROKEN where the row holds none. */
enum reason journal_body_find(uint64_t seq, sqlite3_stmt *statement, int first_column,
    struct sealed_body *body, struct failure *failure);

/* Salt and body into memory of body->room bytes, wiped where it fails. ENTRY_BROKEN. */
enum reason journal_body_open_into(struct store *store, uint64_t seq, const struct sealed_body *body,
    uint8_t *salted, size_t *size, struct failure *failure);

/* Salt and body, opened from the columns wrapped and sealed of a row: into *salted, malloc'd, of room bytes (to be wiped), size of
 * which are used. ENTRY_BROKEN; NO_MEMORY. */
enum reason journal_body_open(struct store *store, uint64_t seq, sqlite3_stmt *statement, int first_column,
    uint8_t **salted, size_t *size, size_t *room, struct failure *failure);

/* ENTRY_BROKEN with that entry as the subject. */
enum reason journal_entry_broken(uint64_t seq, const char *why, struct failure *failure);

#endif
