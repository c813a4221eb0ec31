/* random.h: bytes that nobody can guess, from OpenSSL's generator (seeded by the kernel).
 *
 * Thread rule: any thread.
 */
#ifndef KORDON_CRYPTO_RANDOM_H
#define KORDON_CRYPTO_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

/* Fills bytes that may become public: ids, salts, nonces. CRYPTO_FAILED, and then they are zeroed. */
enum reason random_bytes(void *bytes, size_t size, struct failure *failure);

/* Fills a secret, from the generator that OpenSSL keeps apart for secrets. CRYPTO_FAILED, and then it is
 * zeroed. */
enum reason random_secret(void *bytes, size_t size, struct failure *failure);

#endif
