/* digest.h: SHA-256, HMAC-SHA256 commitments, lower-case hex, comparison in constant time.
 *
 * A struct digest holds the fetched algorithm and one working context, because fetching them for each hash
 * costs three times the hash of a tree node. Thread rule: a struct digest belongs to one thread at a time;
 * the other functions touch only their arguments.
 */
#ifndef KORDON_CRYPTO_DIGEST_H
#define KORDON_CRYPTO_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

#define DIGEST_BYTES      32 /* SHA-256 */
#define DIGEST_HEX_SIZE   (2 * DIGEST_BYTES + 1)
#define COMMIT_SALT_BYTES 32

struct digest;

/* CRYPTO_FAILED, NO_MEMORY; *digest is NULL then. */
enum reason digest_create(struct digest **digest, struct failure *failure);
void digest_destroy(struct digest *digest); /* takes NULL */

/* SHA-256 of size bytes. bytes may be NULL only with size 0. CRYPTO_FAILED. */
enum reason digest_bytes(struct digest *digest, const void *bytes, size_t size,
    uint8_t hash[static DIGEST_BYTES], struct failure *failure);

/* The same in parts: begin, any number of add, end. An error of begin or add sticks and comes back from end.
 * Only one such run at a time for a struct digest, and no other of its functions in between. */
void digest_begin(struct digest *digest);
void digest_add(struct digest *digest, const void *bytes, size_t size);
/* With its length, 8 bytes big-endian, before it: nothing that moves from one member to the next leaves the hash as it was. */
void digest_add_sized(struct digest *digest, const void *bytes, size_t size);
enum reason digest_end(struct digest *digest, uint8_t hash[static DIGEST_BYTES], struct failure *failure);

/* HMAC-SHA256 under a key of key_size bytes (1 or more). CRYPTO_FAILED. */
enum reason digest_hmac(struct digest *digest, const void *key, size_t key_size, const void *bytes,
    size_t size, uint8_t code[static DIGEST_BYTES], struct failure *failure);

/* A log entry's commitment to its body: HMAC-SHA256(salt, body). Without the salt, 32 random bytes, nobody
 * can confirm a guess at the body. CRYPTO_FAILED. */
enum reason digest_commit(struct digest *digest, const uint8_t salt[static COMMIT_SALT_BYTES],
    const void *body, size_t size, uint8_t commitment[static DIGEST_BYTES], struct failure *failure);

/* Lower-case hex of size bytes and a zero byte into text, which has room for 2 * size + 1. Returns text. */
char *hex_format(const void *bytes, size_t size, char *text);

/* The bytes of exactly 2 * size lower-case hex digits at text (no zero byte needed); false, and bytes zeroed,
 * where it is anything else. */
bool hex_parse(const char *text, void *bytes, size_t size);

/* Whether size bytes are equal, in a time that depends on size only. */
bool equal_in_constant_time(const void *a, const void *b, size_t size);

#endif
