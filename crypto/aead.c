#include "crypto/aead_internal.h"

#include <limits.h>
#include <string.h>

#include <openssl/crypto.h>

#include "crypto/openssl_failure.h"
#include "crypto/random.h"

/* EVP counts in int; sizes that reach this file are bounded far below by their formats. */
static bool fits(size_t size)
{
    return size <= INT_MAX;
}

enum reason aead_init(struct aead *aead, struct failure *failure)
{
    *aead =
        (struct aead){.cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL), .context = EVP_CIPHER_CTX_new()};
    if (aead->cipher == NULL || aead->context == NULL) {
        aead_finish(aead);
        return openssl_failure(failure, "fetching AES-256-GCM");
    }
    return REASON_DONE;
}

/* Cleanses the key schedule. */
static void end_call(struct aead *aead)
{
    aead->has_key = aead->keeps;
    if (!aead->keeps)
        EVP_CIPHER_CTX_reset(aead->context);
}

void aead_forget(struct aead *aead)
{
    aead->keeps = aead->has_key = false;
    EVP_CIPHER_CTX_reset(aead->context);
}

void aead_finish(struct aead *aead)
{
    EVP_CIPHER_CTX_free(aead->context);
    EVP_CIPHER_free(aead->cipher);
    *aead = (struct aead){0};
}

static bool encrypt(struct aead *aead, const uint8_t *key, struct aead_piece associated,
    const struct aead_piece *pieces, size_t count, uint8_t *sealed)
{
    EVP_CIPHER_CTX *context = aead->context;
    int written;
    if (EVP_EncryptInit_ex2(context, aead->has_key ? NULL : aead->cipher, key, sealed, NULL) != 1 ||
        EVP_EncryptUpdate(context, NULL, &written, associated.bytes, (int)associated.size) != 1)
        return false;
    uint8_t *to = sealed + AEAD_NONCE_BYTES;
    for (size_t i = 0; i < count; i++) {
        if (pieces[i].size == 0)
            continue;
        if (!fits(pieces[i].size) ||
            EVP_EncryptUpdate(context, to, &written, pieces[i].bytes, (int)pieces[i].size) != 1)
            return false;
        to += written;
    }
    return EVP_EncryptFinal_ex(context, to, &written) == 1 &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG_BYTES, to) == 1;
}

enum reason aead_seal(struct aead *aead, const uint8_t *key, struct aead_piece associated,
    const struct aead_piece *pieces, size_t count, uint8_t *sealed, struct failure *failure)
{
    TRY(random_bytes(sealed, AEAD_NONCE_BYTES, failure));
    bool done = fits(associated.size) && (key != NULL || aead->has_key) &&
                encrypt(aead, key, associated, pieces, count, sealed);
    end_call(aead);
    return done ? REASON_DONE : openssl_failure(failure, "AES-256-GCM");
}

static bool decrypt(struct aead *aead, const uint8_t *key, struct aead_piece associated,
    const uint8_t *sealed, size_t plain_size, uint8_t *plain, bool *opened)
{
    EVP_CIPHER_CTX *context = aead->context;
    int written;
    uint8_t tag[AEAD_TAG_BYTES], none[AEAD_TAG_BYTES];
    memcpy(tag, sealed + AEAD_NONCE_BYTES + plain_size, sizeof tag);
    if (EVP_DecryptInit_ex2(context, aead->has_key ? NULL : aead->cipher, key, sealed, NULL) != 1 ||
        EVP_DecryptUpdate(context, NULL, &written, associated.bytes, (int)associated.size) != 1 ||
        (plain_size > 0 &&
            EVP_DecryptUpdate(context, plain, &written, sealed + AEAD_NONCE_BYTES, (int)plain_size) != 1) ||
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG_BYTES, tag) != 1)
        return false;
    *opened = EVP_DecryptFinal_ex(context, none, &written) == 1;
    return true;
}

enum reason aead_open(struct aead *aead, const uint8_t *key, struct aead_piece associated,
    const uint8_t *sealed, size_t size, uint8_t *plain, bool *opened, struct failure *failure)
{
    *opened = false;
    size_t plain_size = size - AEAD_OVERHEAD;
    bool done = fits(size) && fits(associated.size) && (key != NULL || aead->has_key) &&
                decrypt(aead, key, associated, sealed, plain_size, plain, opened);
    end_call(aead);
    if (!*opened)
        OPENSSL_cleanse(plain, plain_size);
    return done ? REASON_DONE : openssl_failure(failure, "AES-256-GCM");
}
