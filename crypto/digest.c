#include "crypto/digest.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "crypto/openssl_failure.h"

struct digest {
    EVP_MD *sha256;
    EVP_MD_CTX *context;
    EVP_MAC *hmac;
    EVP_MAC_CTX *hmac_context;
    bool failed; /* sticks from digest_begin to digest_end */
};

enum reason digest_create(struct digest **digest, struct failure *failure)
{
    *digest = NULL;
    struct digest *made = OPENSSL_zalloc(sizeof *made);
    if (made == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "digest", NULL);
    made->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    made->context = EVP_MD_CTX_new();
    made->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    if (made->hmac != NULL)
        made->hmac_context = EVP_MAC_CTX_new(made->hmac);
    char name[] = "SHA256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0), OSSL_PARAM_construct_end()};
    if (made->sha256 == NULL || made->context == NULL || made->hmac_context == NULL ||
        EVP_MAC_CTX_set_params(made->hmac_context, parameters) != 1) {
        digest_destroy(made);
        return openssl_failure(failure, "fetching SHA-256 and HMAC");
    }
    *digest = made;
    return REASON_DONE;
}

void digest_destroy(struct digest *digest)
{
    if (digest == NULL)
        return;
    EVP_MAC_CTX_free(digest->hmac_context);
    EVP_MAC_free(digest->hmac);
    EVP_MD_CTX_free(digest->context);
    EVP_MD_free(digest->sha256);
    OPENSSL_free(digest);
}

void digest_begin(struct digest *digest)
{
    digest->failed = EVP_DigestInit_ex2(digest->context, digest->sha256, NULL) != 1;
}

void digest_add(struct digest *digest, const void *bytes, size_t size)
{
    if (!digest->failed && size > 0)
        digest->failed = EVP_DigestUpdate(digest->context, bytes, size) != 1;
}

void digest_add_sized(struct digest *digest, const void *bytes, size_t size)
{
    uint8_t length[8];
    for (size_t i = 0; i < sizeof length; i++)
        length[i] = (uint8_t)((uint64_t)size >> (56 - 8 * i));
    digest_add(digest, length, sizeof length);
    digest_add(digest, bytes, size);
}

enum reason digest_end(struct digest *digest, uint8_t hash[static DIGEST_BYTES], struct failure *failure)
{
    if (digest->failed || EVP_DigestFinal_ex(digest->context, hash, NULL) != 1) {
        OPENSSL_cleanse(hash, DIGEST_BYTES);
        return openssl_failure(failure, "SHA-256");
    }
    return REASON_DONE;
}

enum reason digest_bytes(struct digest *digest, const void *bytes, size_t size,
    uint8_t hash[static DIGEST_BYTES], struct failure *failure)
{
    digest_begin(digest);
    digest_add(digest, bytes, size);
    return digest_end(digest, hash, failure);
}

enum reason digest_hmac(struct digest *digest, const void *key, size_t key_size, const void *bytes,
    size_t size, uint8_t code[static DIGEST_BYTES], struct failure *failure)
{
    size_t written = 0;
    EVP_MAC_CTX *context = digest->hmac_context;
    if (key_size == 0 || EVP_MAC_init(context, key, key_size, NULL) != 1 ||
        (size > 0 && EVP_MAC_update(context, bytes, size) != 1) ||
        EVP_MAC_final(context, code, &written, DIGEST_BYTES) != 1 || written != DIGEST_BYTES) {
        OPENSSL_cleanse(code, DIGEST_BYTES);
        return openssl_failure(failure, "HMAC-SHA256");
    }
    return REASON_DONE;
}

enum reason digest_commit(struct digest *digest, const uint8_t salt[static COMMIT_SALT_BYTES],
    const void *body, size_t size, uint8_t commitment[static DIGEST_BYTES], struct failure *failure)
{
    return digest_hmac(digest, salt, COMMIT_SALT_BYTES, body, size, commitment, failure);
}

char *hex_format(const void *bytes, size_t size, char *text)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *from = bytes;
    for (size_t i = 0; i < size; i++) {
        text[2 * i] = digits[from[i] >> 4];
        text[2 * i + 1] = digits[from[i] & 15];
    }
    text[2 * size] = '\0';
    return text;
}

static int hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    return -1;
}

bool hex_parse(const char *text, void *bytes, size_t size)
{
    uint8_t *to = bytes;
    for (size_t i = 0; i < size; i++) {
        int high = hex_digit(text[2 * i]);
        /* A text that ends early is not read beyond its zero byte. */
        int low = high >= 0 ? hex_digit(text[2 * i + 1]) : -1;
        if (low < 0) {
            OPENSSL_cleanse(bytes, size);
            return false;
        }
        to[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

bool equal_in_constant_time(const void *a, const void *b, size_t size)
{
    return CRYPTO_memcmp(a, b, size) == 0;
}
