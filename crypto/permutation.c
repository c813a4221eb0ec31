#include "crypto/permutation.h"

#include <stdbool.h>
#include <string.h>

#include <openssl/evp.h>

#include "crypto/openssl_failure.h"

enum direction { BACK = 0, FORTH = 1 };

static bool run(const uint8_t *key, enum direction direction, const uint8_t *block, uint8_t *other)
{
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-256-ECB", NULL);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int size = 0;
    bool done = cipher != NULL && context != NULL &&
                EVP_CipherInit_ex2(context, cipher, key, NULL, (int)direction, NULL) == 1 &&
                EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
                EVP_CipherUpdate(context, other, &size, block, PERMUTATION_BYTES) == 1 &&
                size == PERMUTATION_BYTES;
    EVP_CIPHER_CTX_free(context);
    EVP_CIPHER_free(cipher);
    return done;
}

static enum reason permute(const uint8_t *key, enum direction direction, const uint8_t *block, uint8_t *other,
    struct failure *failure)
{
    if (run(key, direction, block, other))
        return REASON_DONE;
    memset(other, 0, PERMUTATION_BYTES);
    return openssl_failure(failure, "AES-256-ECB");
}

enum reason permutation_apply(const uint8_t key[static KEY_BYTES],
    const uint8_t block[static PERMUTATION_BYTES], uint8_t other[static PERMUTATION_BYTES],
    struct failure *failure)
{
    return permute(key, FORTH, block, other, failure);
}

enum reason permutation_invert(const uint8_t key[static KEY_BYTES],
    const uint8_t block[static PERMUTATION_BYTES], uint8_t other[static PERMUTATION_BYTES],
    struct failure *failure)
{
    return permute(key, BACK, block, other, failure);
}
