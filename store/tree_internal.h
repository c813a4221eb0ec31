/* tree_internal.h: the log's tree: stored nodes, each proven against the proven root before anything rests on it, and the
 * signature over that root. Thread rule: that of the store.
 */
#ifndef KORDON_STORE_TREE_INTERNAL_H
#define KORDON_STORE_TREE_INTERNAL_H

#include "store/store_internal.h"

/* Reads the stored nodes as they stand in the file. LOG_INCOMPLETE where one is not there. */
struct merkle_reader tree_reader(struct store *store);

/* Loads the edge of the proven size: it must give the proven root, and there must be no entry, body or node beyond.
 * LOG_BROKEN, LOG_INCOMPLETE; the edge is as before then. */
enum reason tree_load(struct store *store, struct failure *failure);

/* The root of the tree's first size entries, proven to be its beginning. LOG_BROKEN, LOG_INCOMPLETE. */
enum reason tree_root(
    struct store *store, uint64_t size, uint8_t root[static DIGEST_BYTES], struct failure *failure);

/* That the first size entries have that root. LOG_BROKEN where they don't, or where the nodes don't prove it: whoever must tell a
 * broken node from another past asks for tree_root() and compares. */
enum reason tree_check_past(
    struct store *store, uint64_t size, const uint8_t root[static DIGEST_BYTES], struct failure *failure);

/* The proof that leaf is entry seq of the tree of that size, checked against root. ENTRY_BROKEN where it is not. */
enum reason tree_prove(struct store *store, uint64_t seq, const uint8_t leaf[static DIGEST_BYTES],
    uint64_t size, const uint8_t root[static DIGEST_BYTES], struct merkle_proof *proof,
    struct failure *failure);

/* Signs the proven tree, which must be durable, into the store's checkpoint. */
enum reason tree_sign(struct store *store, struct failure *failure);

/* Takes a stored note for the store's checkpoint: it must be the signed tree's. STATE_UNPROVEN; NO_MEMORY, CRYPTO_FAILED. */
enum reason tree_take_note(struct store *store, const char *note, struct failure *failure);

/* --- One look at the database: what is read until snapshot_end() belongs together --- */

/* Begins to read, and proves again what somebody has written since the last look: a following store goes along with its writer's
 * commits, a tree must extend the one seen before; for a writing store a row that it did not write is STATE_UNPROVEN.
 * LOG_BROKEN, LOG_INCOMPLETE. Looks don't nest. */
enum reason snapshot_begin(struct store *store, struct failure *failure);
void snapshot_end(struct store *store);

#endif
