/* aead_internal.h: AES-256-GCM with a random nonce, as sealed records and wrapped keys use it.
 *
 * The one place that calls the cipher: the nonce is always fresh, the tag always whole, and plain bytes that did
 * not authenticate never stay. Thread rule: a struct aead belongs to one thread at a time.
 */
#ifndef KORDON_CRYPTO_AEAD_INTERNAL_H
#define KORDON_CRYPTO_AEAD_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>

#include "base/failure.h"

#define AEAD_KEY_BYTES   32
#define AEAD_NONCE_BYTES 12
#define AEAD_TAG_BYTES   16
#define AEAD_OVERHEAD    (AEAD_NONCE_BYTES + AEAD_TAG_BYTES)

/* Zeroed means unused; holds no key between calls unless it keeps. */
struct aead {
    EVP_CIPHER *cipher;
    EVP_CIPHER_CTX *context;
    bool keeps;   /* what was set up stays until aead_forget() */
    bool has_key; /* of the last call, while it keeps */
};

enum reason aead_init(struct aead *aead, struct failure *failure); /* CRYPTO_FAILED */
void aead_finish(struct aead *aead);

/* Cleanses what was kept, and keeps no longer. */
void aead_forget(struct aead *aead);

/* A piece of what is encrypted: several are taken after each other, so that padding needs no copy of a body. */
struct aead_piece {
    const void *bytes;
    size_t size;
};

/* Writes nonce, ciphertext of all pieces, tag: the pieces' sizes and AEAD_OVERHEAD together. key: AEAD_KEY_BYTES, or NULL for the
 * one that is kept. CRYPTO_FAILED. */
enum reason aead_seal(struct aead *aead, const uint8_t *key, struct aead_piece associated,
    const struct aead_piece *pieces, size_t count, uint8_t *sealed, struct failure *failure);

/* Opens size (>= AEAD_OVERHEAD) bytes into plain, which has room for size - AEAD_OVERHEAD. key: AEAD_KEY_BYTES, or NULL
 * for the one that is kept. *opened is false, with DONE, where key, associated data or bytes are not the ones sealed;
 * plain is wiped then and on any failure. */
enum reason aead_open(struct aead *aead, const uint8_t *key, struct aead_piece associated,
    const uint8_t *sealed, size_t size, uint8_t *plain, bool *opened, struct failure *failure);

#endif
