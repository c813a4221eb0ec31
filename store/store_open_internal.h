/* store_open_internal.h: what making, opening and upgrading a store have in common. */
#ifndef KORDON_STORE_STORE_OPEN_INTERNAL_H
#define KORDON_STORE_STORE_OPEN_INTERNAL_H

#include "store/store_internal.h"

#define STORE_VERIFIER_NAME "log.vkey"

/* A store without connection and keys; takes the lock for STORE_WRITE. NULL on failure. */
enum reason store_allocate(const struct store_options *options, enum store_access access,
    struct store **store, struct failure *failure);

/* Gives back all of it, without a last word; takes NULL. */
void store_free(struct store *store);

/* The log's key from the unwrapped seed. */
enum reason store_take_log_key(struct store *store, const char *origin, struct failure *failure);

/* Writes log.vkey. */
enum reason store_write_verifier_key(const struct store *store, struct failure *failure);

#endif
