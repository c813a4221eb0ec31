/* upgrade_internal.h: a state of an older schema, read and checked. */
#ifndef KORDON_STORE_UPGRADE_INTERNAL_H
#define KORDON_STORE_UPGRADE_INTERNAL_H

#include "store/store_internal.h"

/* Reads identity, keys, log and list of the store's database, which is of schema 1, checks all of it against each other and
 * against the older checkpoint (NULL: none), and fills in the state to be: store->proven, store->edge, store->keys, log key.
 * Reasons: those of store_upgrade(). */
enum reason upgrade_prove(struct store *store, const char *checkpoint, struct failure *failure);

/* Every head, body and node of the log, against the root and the size that the proven state names and against the older checkpoint
 * (NULL: none), which the log must have passed through: LOG_FORKED, LOG_INCOMPLETE. Loads the edge. */
enum reason upgrade_check_log(struct store *store, const char *checkpoint, struct failure *failure);

/* The same of a state of schema 2 or 3: what its sealed row says, proven as when it was opened, its list, its documents and notes, and
 * its anchor. */
enum reason upgrade_prove_sealed(
    struct store *store, int schema, const char *checkpoint, struct failure *failure);

#endif
