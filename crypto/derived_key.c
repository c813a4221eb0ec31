#include "crypto/derived_key.h"

#include <stdbool.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

#include "crypto/openssl_failure.h"

static EVP_KDF_CTX *new_context(void)
{
    EVP_KDF *function = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *context = function != NULL ? EVP_KDF_CTX_new(function) : NULL;
    EVP_KDF_free(function);
    return context;
}

/* OpenSSL's parameters take what they only read without const. */
static void *readable(const void *bytes)
{
    return (void *)(uintptr_t)bytes;
}

enum reason key_derive(const uint8_t key[static KEY_BYTES], const char *purpose,
    uint8_t derived[static KEY_BYTES], struct failure *failure)
{
    int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
    EVP_KDF_CTX *context = new_context();
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, readable("SHA256"), 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, readable(key), KEY_BYTES),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, readable(purpose), strlen(purpose)),
        OSSL_PARAM_construct_end(),
    };
    bool made = context != NULL && EVP_KDF_derive(context, derived, KEY_BYTES, parameters) == 1;
    EVP_KDF_CTX_free(context);
    if (made)
        return REASON_DONE;
    OPENSSL_cleanse(derived, KEY_BYTES);
    return openssl_failure(failure, "HKDF");
}
