/* keys_internal.h: the store's keys, each wrapped by the machine key for its purpose, its epoch and this database.
 *
 * Thread rule: that of the store.
 */
#ifndef KORDON_STORE_KEYS_INTERNAL_H
#define KORDON_STORE_KEYS_INTERNAL_H

#include "base/locked_memory.h"
#include "crypto/key_provider.h"
#include "crypto/log_key.h"
#include "crypto/sealed_record.h"
#include "store/database_internal.h"

#define KEY_EPOCH 1 /* of all keys, until they can be rotated */

/* The unwrapped keys, in one locked region. */
struct store_keys {
    uint8_t state[KEY_BYTES]; /* seals what the next signature and decision rest on */
    uint8_t list[KEY_BYTES];  /* wraps the keys of watchlist records */
    uint8_t body[KEY_BYTES];  /* wraps the keys of log bodies */
    uint8_t seed[LOG_KEY_SEED_BYTES];
};

#define KEY_PURPOSES 4

/* New keys, wrapped and written. CRYPTO_FAILED, the provider's and the database's reasons. */
enum reason keys_make(struct database *database, struct key_provider *provider,
    const uint8_t id[static SEALED_ID_BYTES], struct store_keys *keys, struct failure *failure);

/* The stored keys. KEY_MISSING, KEY_WRONG, SEAL_BROKEN, the database's reasons. */
enum reason keys_read(struct database *database, struct key_provider *provider,
    const uint8_t id[static SEALED_ID_BYTES], struct store_keys *keys, struct failure *failure);

/* The keys of a state of schema 1, and a new one for what that schema did not seal. */
enum reason keys_read_schema_1(struct database *database, struct key_provider *provider,
    const uint8_t id[static SEALED_ID_BYTES], struct store_keys *keys, struct failure *failure);

/* Wraps the keys anew by that provider, and writes them in place of the old. */
enum reason keys_write(struct database *database, struct key_provider *provider,
    const uint8_t id[static SEALED_ID_BYTES], const struct store_keys *keys, struct failure *failure);

#endif
