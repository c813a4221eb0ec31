/* schema_internal.h: the database's tables, and whether a file holds these and nothing else.
 *
 * What is not sealed says nothing about a person: random ids, sizes in steps, counts.
 */
#ifndef KORDON_STORE_SCHEMA_INTERNAL_H
#define KORDON_STORE_SCHEMA_INTERNAL_H

#include <sqlite3.h>

#include "base/failure.h"
#include "crypto/digest.h"

#define SCHEMA_VERSION 4

/* The SQL that makes version 4, and those that made the ones before (for their upgrade). */
extern const char schema_sql[];
extern const char schema_3_sql[];
extern const char schema_2_sql[];
extern const char schema_1_sql[];

/* That of a version; NULL where there is none of that number. */
const char *schema_of_version(int version);

/* Guards against our own faults on the writing connection. They are its own: triggers in the file are switched off, so that
 * whoever writes it can plant none. */
extern const char schema_guards_sql[];

/* Compares every object of the database with those that sql makes: STATE_FOREIGN names the first that is missing, another
 * or not ours; nothing of the file is run for it. STORE_ERROR, NO_MEMORY. */
enum reason schema_compare(
    sqlite3 *connection, const char *sql, const char *directory, struct failure *failure);

/* Makes today's schema of one of that version, inside the transaction that is open: what there is no more goes, what is new
 * comes. */
enum reason schema_upgrade(sqlite3 *connection, int version, const char *directory, struct failure *failure);

/* SHA-256 over such SQL, as the proven state names it. */
enum reason schema_digest(
    struct digest *digest, const char *sql, uint8_t hash[static DIGEST_BYTES], struct failure *failure);

#endif
