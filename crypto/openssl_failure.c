#include "crypto/openssl_failure.h"

#include <openssl/err.h>

enum reason openssl_failure(struct failure *failure, const char *what)
{
    char text[256] = "no further detail";
    unsigned long code = ERR_get_error();
    if (code != 0)
        ERR_error_string_n(code, text, sizeof text);
    ERR_clear_error();
    return failure_set(failure, REASON_CRYPTO_FAILED, what, "%s", text);
}
