/* schema_internal.h: the database's tables, and whether a file holds these and nothing else.
 *
 * What is not sealed says nothing about a person: random ids, sizes in steps, counts.
 */
#ifndef KORDON_STORE_SCHEMA_INTERNAL_H
#define KORDON_STORE_SCHEMA_INTERNAL_H

#include <sqlite3.h>

#include "base/failure.h"
#include "crypto/digest.h"

#define SCHEMA_VERSION 2

/* The SQL that makes version 2, and the one that made version 1 (for its upgrade). */
extern const char schema_sql[];
extern const char schema_1_sql[];

/* Guards against our own faults on the writing connection. They are its own: triggers in the file are switched off, so that
 * whoever writes it can plant none. */
extern const char schema_guards_sql[];

/* Compares every object of the database with those that sql makes: STATE_FOREIGN names the first that is missing, another
 * or not ours; nothing of the file is run for it. STORE_ERROR, NO_MEMORY. */
enum reason schema_compare(
    sqlite3 *connection, const char *sql, const char *directory, struct failure *failure);

/* Makes today's schema of one of version 1, inside the transaction that is open: what version 2 does not have goes, what
 * version 1 did not have comes. */
enum reason schema_upgrade(sqlite3 *connection, const char *directory, struct failure *failure);

/* SHA-256 over schema_sql, as the proven state names it. */
enum reason schema_digest(struct digest *digest, uint8_t hash[static DIGEST_BYTES], struct failure *failure);

#endif
