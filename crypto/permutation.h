/* permutation.h: a permutation of all values of 16 bytes that only the holder of its key can tell from chance.
 *
 * AES-256 of one block. Every block stands for one other, so that what must not come twice (a number that holds a counter and
 * chance) does not, and whoever has no key learns nothing from it but whether two are the same. It proves nothing: any 16 bytes
 * turn back into some block. Thread rule: any thread.
 */
#ifndef KORDON_CRYPTO_PERMUTATION_H
#define KORDON_CRYPTO_PERMUTATION_H

#include <stdint.h>

#include "base/failure.h"
#include "crypto/key_provider.h"

#define PERMUTATION_BYTES 16

/* The block that stands for block, and back; both may be the same memory. CRYPTO_FAILED, and then other is zeroed. */
enum reason permutation_apply(const uint8_t key[static KEY_BYTES],
    const uint8_t block[static PERMUTATION_BYTES], uint8_t other[static PERMUTATION_BYTES],
    struct failure *failure);
enum reason permutation_invert(const uint8_t key[static KEY_BYTES],
    const uint8_t block[static PERMUTATION_BYTES], uint8_t other[static PERMUTATION_BYTES],
    struct failure *failure);

#endif
