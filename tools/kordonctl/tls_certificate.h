/* tls_certificate.h: what the certificates and revocation lists of a trial authority hold; no files.
 *
 * They are what kordond asks of one (daemon/http/tls_files.c): an authority signs itself and issues without any between; a certificate is a
 * server's or a client's, never both. Keys are on the curve P-256, serial numbers random. Thread rule: any thread.
 */
#ifndef KORDON_TOOLS_KORDONCTL_TLS_CERTIFICATE_H
#define KORDON_TOOLS_KORDONCTL_TLS_CERTIFICATE_H

#include <stdint.h>

#include <openssl/x509.h>

#include "base/failure.h"
#include "tools/kordonctl/tls_names.h"

/* Who signs. */
struct tls_signer {
    X509 *certificate;
    EVP_PKEY *key;
};

/* A new key. CRYPTO_FAILED. */
enum reason tls_key_make(EVP_PKEY **key, struct failure *failure);

/* An authority's certificate for its own key, from now on for so many days. CRYPTO_FAILED. */
enum reason tls_certificate_authority(
    EVP_PKEY *key, const char *name, uint32_t days, X509 **certificate, struct failure *failure);

/* A certificate for key. BAD_ARGUMENT where it would outlast its signer; CRYPTO_FAILED. */
enum reason tls_certificate_issue(const struct tls_signer *signer, EVP_PKEY *key, enum tls_usage usage,
    const struct tls_names *names, uint32_t days, X509 **certificate, struct failure *failure);

/* The list that comes behind old (NULL: the first one), with everybody whom that revoked and revoked too (NULL: nobody), to be renewed within
 * so many days. BAD_ARGUMENT where that one is on it already; BAD_FORMAT where old has no number; CRYPTO_FAILED. */
enum reason tls_list_make(const struct tls_signer *signer, X509_CRL *old, X509 *revoked, uint32_t days,
    X509_CRL **list, struct failure *failure);

/* Seconds since 1970 as ms; INT64_MIN where it is no time. */
int64_t tls_time_ms(const ASN1_TIME *time);

#endif
