/* store.h: the state directory and its one database: open, lock, create.
 *
 * One sqlite file, kordon.db, holds the journal (evidence log), the watchlist and the wrapped keys, so that a
 * change of the list and the log entry that records it become durable in one transaction: no record without
 * its change, no change without its record. What is in it: the files of store/schema; every column that says
 * something about a person or a case is sealed.
 *
 * Thread rule: a struct store belongs to one thread at a time. The writing store's connection is the only one
 * that writes and checkpoints (sqlite's WAL-reset race); any number of reading stores may be open beside it
 * in other threads.
 */
#ifndef KORDON_STORE_STORE_H
#define KORDON_STORE_STORE_H

#include <stdint.h>

#include "base/failure.h"

struct key_provider;
struct store;

enum store_access {
    STORE_WRITE, /* takes the directory's lock (kordon.lock); STATE_LOCKED where another process holds it */
    STORE_READ,  /* for reading the log beside a writing store of the same process; takes no lock */
};

/* Makes the state in an existing, empty-of-state directory: lock file, database, keys wrapped by the
 * provider, an empty watchlist, the log's first entry, and log.vkey (the verifier key, one line). origin is
 * the log's name
 * ("<authority domain>/<post>"). Reasons: STATE_EXISTS, FILE_ERROR, BAD_VALUE (origin) and the provider's.
 * Leaves nothing half-made behind: a failed create can be repeated. */
enum reason store_create(
    const char *directory, const char *origin, struct key_provider *provider, struct failure *failure);

/* Opens existing state. provider unwraps the keys and must stay open as long as the store. Checks that the
 * log's tree and the watchlist's state belong together (LOG_BROKEN, LIST_ROLLED_BACK); needs no repair after
 * a crash at any moment. Other reasons: STATE_MISSING, STATE_LOCKED, STATE_NEWER, KEY_WRONG, STORE_ERROR. */
enum reason store_open(const char *directory, enum store_access access, struct key_provider *provider,
    struct store **store, struct failure *failure);

/* Closes and wipes; takes NULL. */
void store_close(struct store *store);

/* The log's origin and its verifier key line (without newline), valid as long as the store. */
const char *store_origin(const struct store *store);
const char *store_verifier_key(const struct store *store);

#endif
