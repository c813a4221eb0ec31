/* upgrade_internal.h: a state of schema 1, read and checked. */
#ifndef KORDON_STORE_UPGRADE_INTERNAL_H
#define KORDON_STORE_UPGRADE_INTERNAL_H

#include "store/store_internal.h"

/* Reads identity, keys, log and list of the store's database, which is of schema 1, checks all of it against each other and
 * against the older checkpoint (NULL: none), and fills in the state to be: store->proven, store->edge, store->keys, log key.
 * Reasons: those of store_upgrade(). */
enum reason upgrade_prove(struct store *store, const char *checkpoint, struct failure *failure);

#endif
