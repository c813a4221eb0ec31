/* tls_internal.h: what the files that know OpenSSL share; private. */
#ifndef KORDON_DAEMON_HTTP_TLS_INTERNAL_H
#define KORDON_DAEMON_HTTP_TLS_INTERNAL_H

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "daemon/http/tls_context.h"
#include "daemon/principal.h"

struct tls_authority {
    char name[CONFIG_ITEM_NAME_SIZE];
    X509 *certificate;
    int64_t until; /* when its certificate ends; seconds since 1970 */
    bool has_list;
    bool gave_up_list;         /* the configuration says so */
    X509_CRL *list;            /* NULL: it has none */
    int64_t next_update;       /* the list's */
    struct tls_list_mark mark; /* whose it is also where there is no list; the rest is the list's */
};

struct tls_context {
    uint32_t owners;
    SSL_CTX *settings;
    X509_STORE *trust; /* the settings' */
    int64_t grace_seconds;
    int64_t until;
    struct tls_authority authorities[CONFIG_AUTHORITIES_MAX];
    size_t authority_count;
    struct digest *digest; /* of what was read, while it is */
    char hash[DIGEST_HEX_SIZE];
};

/* Certificates, key and lists, from their files into a zeroed context whose settings and trust are there. */
enum reason tls_files_read(
    const struct configuration *configuration, struct tls_context *context, struct failure *failure);

/* The authority whose certificate this is, byte for byte; NULL: none. */
const struct tls_authority *tls_authority_of(const struct tls_context *context, const X509 *certificate);

/* Seconds since 1970; INT64_MIN where it is no time. */
int64_t tls_seconds(const ASN1_TIME *time);

/* A certificate's or a revocation list's number; false, and "", for one that is longer than any may be, or negative. */
#define TLS_NUMBER_BYTES TLS_LIST_NUMBER_BYTES
_Static_assert(
    TLS_LIST_NUMBER_SIZE == PRINCIPAL_SERIAL_SIZE, "both have 20 bytes at most: RFC 5280, 4.1.2.2, 5.2.3");
bool tls_write_number(const ASN1_INTEGER *number, char text[static TLS_LIST_NUMBER_SIZE]);

/* What a verification's error code means here. */
enum tls_refusal tls_refusal_of(int verification);

#endif
