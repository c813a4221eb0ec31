/* secrets.h: what kordond alone can read of what it hands out and writes down: ids, kept answers, marks.
 *
 * An id looks like 16 random bytes to everybody else. It is one block under a permutation (crypto/permutation.h) and says how long the
 * log was when the transaction was opened, which log, and for whom: where its entry can be, and who may ask for it, is known when nothing
 * else is. Each of the keys is derived from one that is derived from the state's own. Loop's thread.
 */
#ifndef KORDON_DAEMON_TRANSACTIONS_SECRETS_H
#define KORDON_DAEMON_TRANSACTIONS_SECRETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"
#include "base/locked_memory.h"
#include "crypto/digest.h"
#include "crypto/sealed_record.h"

#define TRANSACTION_ID_BYTES 16
#define TRANSACTION_ID_SIZE  (2 * TRANSACTION_ID_BYTES + 1) /* lower-case hex and a zero byte */

/* In the owner's struct; zeroed: there are none, and whoever needs them gets KEY_MISSING. */
struct transaction_secrets {
    struct locked_memory memory;
    const struct transaction_keys *keys; /* in it */
    struct sealer *sealer;
    struct digest *digest;
};

/* root: one random key of this state. MEMLOCK_LIMIT, NO_MEMORY, CRYPTO_FAILED, and then there are none. */
enum reason transaction_secrets_init(
    struct transaction_secrets *secrets, const uint8_t root[static KEY_BYTES], struct failure *failure);

/* Wipes them. Takes a zeroed struct. */
void transaction_secrets_finish(struct transaction_secrets *secrets);

/* What an id says. */
struct transaction_origin {
    uint64_t log_size;   /* entries of the log when it was made: its own come behind them */
    uint16_t log_mark;   /* of those entries: transaction_log_mark() */
    uint32_t owner_mark; /* of whom it was made for: transaction_owner_mark() */
};

/* By what a log is known again that was put back to an older copy and went on otherwise. root: of its tree. */
uint16_t transaction_log_mark(const uint8_t root[static DIGEST_BYTES]);

/* By what an owner is known again in an id. identity: principal_identity(). Of two billion owners some have one mark: it only spares the
 * reading for others, and the entry that is found says whose it is. KEY_MISSING, CRYPTO_FAILED. */
enum reason transaction_owner_mark(
    const struct transaction_secrets *secrets, const char *identity, uint32_t *mark, struct failure *failure);

/* A new id. KEY_MISSING, CRYPTO_FAILED; BAD_ARGUMENT for a log of 2^40 entries or more. */
enum reason transaction_id_make(const struct transaction_secrets *secrets,
    const struct transaction_origin *origin, char id[static TRANSACTION_ID_SIZE], struct failure *failure);

/* What the id says. One that is not ours says nonsense: in all likelihood a log longer than any. False where it has not even the form
 * of an id. */
bool transaction_id_read(const struct transaction_secrets *secrets, const char *id, size_t size,
    struct transaction_origin *origin);

/* An answer as it is kept in the log: for nobody but kordond to read, bound to its transaction, and in steps of size, so that little can be
 * told by it. *sealed: base64, malloc'd. KEY_MISSING, NO_MEMORY, CRYPTO_FAILED. */
enum reason transaction_answer_seal(const struct transaction_secrets *secrets,
    const char id[static TRANSACTION_ID_SIZE], const char *answer, size_t size, char **sealed,
    struct failure *failure);

/* The answer again, malloc'd, without a zero byte, with white space at its end; to be wiped. SEAL_BROKEN where it is not that
 * transaction's; else as above. */
enum reason transaction_answer_open(const struct transaction_secrets *secrets,
    const char id[static TRANSACTION_ID_SIZE], const char *sealed, char **answer, size_t *size,
    struct failure *failure);

/* What stands in the log for the request that ended a transaction, where its sender gave it a key (Idempotency-Key). */
struct request_mark {
    char key[DIGEST_HEX_SIZE];     /* of the key; "": it had none */
    char request[DIGEST_HEX_SIZE]; /* of all of it but the key */
};

/* Whether both are of one request with one key. */
bool request_mark_is(const struct request_mark *mark, const struct request_mark *other);

/* What stands for a text in the log: kordond can tell by it whether another text is the same, and nobody else can try guesses. Reasons:
 * KEY_MISSING, CRYPTO_FAILED. */
enum reason transaction_mark(const struct transaction_secrets *secrets, const void *text, size_t size,
    char mark[static DIGEST_HEX_SIZE], struct failure *failure);

#endif
