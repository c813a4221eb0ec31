/* tls_pem.h: keys, certificates and revocation lists as files in PEM. Thread rule: any thread. Objects handed out are the caller's to free. */
#ifndef KORDON_TOOLS_KORDONCTL_TLS_PEM_H
#define KORDON_TOOLS_KORDONCTL_TLS_PEM_H

#include <openssl/x509.h>

#include "base/failure.h"

#define TLS_PEM_BYTES_MAX (4u << 20)

/* A private key that nobody else may read (KEY_UNSAFE), without a passphrase: nobody is asked for one. BAD_FORMAT, the reasons of open(). */
enum reason tls_pem_read_key(const char *path, EVP_PKEY **key, struct failure *failure);

/* The first certificate of a file; the whole stack of them, at least one. BAD_FORMAT, file_read()'s reasons. */
enum reason tls_pem_read_certificate(const char *path, X509 **certificate, struct failure *failure);
enum reason tls_pem_read_certificates(
    const char *path, STACK_OF(X509) * *certificates, struct failure *failure);

enum reason tls_pem_read_list(const char *path, X509_CRL **list, struct failure *failure);

/* New files within an open folder (path: for its name and for people): file_create_in()'s reasons, CRYPTO_FAILED. A key's mode is 0600, and
 * what it was on its way is wiped. */
enum reason tls_pem_create_key(int folder, const char *path, EVP_PKEY *key, struct failure *failure);
enum reason tls_pem_create_certificate(
    int folder, const char *path, X509 *certificate, struct failure *failure);

/* Replaces the list whole or not at all. */
enum reason tls_pem_write_list(int folder, const char *path, X509_CRL *list, struct failure *failure);

#endif
