/* reading.h: the log's entries read to be shown or gone by: what was erased stays erased, also where somebody put it back.
 *
 * Whoever writes the files can put a body back from an older copy of them, key and all: it is the one that its head commits to, and only the
 * state's record of what was erased tells. So daemon and tools read bodies through here (tests/structure), and the store's readings (store/journal.h)
 * are for what asks this itself: the work of retention, and the verification, which reports all that it finds. Thread rule: that of the store.
 */
#ifndef KORDON_RETENTION_READING_H
#define KORDON_RETENTION_READING_H

#include "retention/due.h"
#include "store/journal.h"

/* journal_read() by a basis that was read before: for many entries. Its reasons, and retention_check_gone()'s. *entry is NULL unless DONE. */
enum reason retention_read(struct store *store, const struct retention_basis *basis, uint64_t seq,
    json_t **entry, struct failure *failure);

/* The same by the state's basis as it is now, which it reads; reasons of retention_basis_read() as well. */
enum reason retention_read_one(struct store *store, uint64_t seq, json_t **entry, struct failure *failure);

/* journal_search(), journal_receipt() and journal_render() by the state's basis as it is now: their reasons, those of retention_basis_read(), and
 * ENTRY_BROKEN for a body that was put back among what they would give: then they give nothing. */
enum reason retention_search(struct store *store, struct journal_search *search, struct failure *failure);
enum reason retention_receipt(struct store *store, uint64_t seq, char **text, struct failure *failure);
enum reason retention_render(struct store *store, uint64_t size, uint32_t withheld, const char *path,
    uint8_t **bytes, size_t *bytes_size, struct failure *failure);

#endif
