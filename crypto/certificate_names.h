/* certificate_names.h: whom a certificate names, as a register says it: "DNS:lane-3.example", "email:anna@border.example", "URI:...".
 *
 * Thread rule: any thread.
 */
#ifndef KORDON_CRYPTO_CERTIFICATE_NAMES_H
#define KORDON_CRYPTO_CERTIFICATE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#define CERTIFICATE_NAMES_MAX 16
#define CERTIFICATE_NAME_SIZE 200 /* with its kind and a zero byte */

struct certificate_names {
    size_t count;
    char list[CERTIFICATE_NAMES_MAX][CERTIFICATE_NAME_SIZE];
};

struct x509_st; /* OpenSSL's X509 */

/* The subject's alternative names of those three kinds. One with a blank, a zero byte or a character beyond ASCII, or that is longer, is
 * nobody's name and left out. False where there are more than fit, or without memory: nobody is judged by some of his names. */
bool certificate_names_read(const struct x509_st *certificate, struct certificate_names *names);

#endif
