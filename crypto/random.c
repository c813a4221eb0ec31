#include "crypto/random.h"

#include <limits.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "crypto/openssl_failure.h"

static enum reason fill(int (*generate)(unsigned char *, int), const char *call, void *bytes, size_t size,
    struct failure *failure)
{
    if (size > INT_MAX || generate(bytes, (int)size) != 1) {
        OPENSSL_cleanse(bytes, size);
        return openssl_failure(failure, call);
    }
    return REASON_DONE;
}

enum reason random_bytes(void *bytes, size_t size, struct failure *failure)
{
    return fill(RAND_bytes, "RAND_bytes", bytes, size, failure);
}

enum reason random_secret(void *bytes, size_t size, struct failure *failure)
{
    return fill(RAND_priv_bytes, "RAND_priv_bytes", bytes, size, failure);
}
