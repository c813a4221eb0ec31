/* derived_key.h: one key from another, for one purpose: who has the one learns nothing of the other.
 *
 * HKDF-Expand with SHA-256 (RFC 5869 section 2.3) of a key that is random already. Thread rule: any thread.
 */
#ifndef KORDON_CRYPTO_DERIVED_KEY_H
#define KORDON_CRYPTO_DERIVED_KEY_H

#include <stdint.h>

#include "base/failure.h"
#include "crypto/key_provider.h"

/* purpose: names it, and what it is bound to; two purposes never give one key. derived should lie in locked memory; it is wiped where
 * that fails. CRYPTO_FAILED. */
enum reason key_derive(const uint8_t key[static KEY_BYTES], const char *purpose,
    uint8_t derived[static KEY_BYTES], struct failure *failure);

#endif
