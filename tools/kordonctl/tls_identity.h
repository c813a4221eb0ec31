/* tls_identity.h: by what kordonctl is known over the network, and by what it knows kordond: a certificate, its key, and the authorities whose
 * server certificates are taken.
 *
 * A TLS 1.3 client's handshake ends before the server has looked at its certificate: that this is refused is an alert at the first read. It is
 * caught by OpenSSL itself (curl's words for it are a string), and said in one sentence. Thread rule: what was read is const for any
 * thread; a struct tls_alert is one connection's.
 */
#ifndef KORDON_TOOLS_KORDONCTL_TLS_IDENTITY_H
#define KORDON_TOOLS_KORDONCTL_TLS_IDENTITY_H

#include <stdbool.h>

#include "base/failure.h"

struct tls_identity;

/* Reads three files in PEM and proves that certificate and key belong together. BAD_FORMAT, KEY_UNSAFE (the key's file is readable by others),
 * file_read()'s reasons. */
enum reason tls_identity_read(const char *certificate, const char *key, const char *authority,
    struct tls_identity **identity, struct failure *failure);
void tls_identity_free(struct tls_identity *identity); /* takes NULL */

struct tls_alert {
    const struct tls_identity *identity;
    int number; /* the last one that the other end sent, but for its orderly end; -1: none */
};

/* Sets up a connection's context (an SSL_CTX), and notes in alert, which lives as long as that, what the other end objects to. False without
 * memory. */
bool tls_identity_use(void *context, struct tls_alert *alert);

/* CERTIFICATE_REFUSED, with why: the alert's number says the kind, the certificate itself often the rest. */
enum reason tls_identity_refused(const struct tls_alert *alert, struct failure *failure);

/* Why a server does not prove itself, by what OpenSSL's verification of it came to (X509_V_...); constant. */
const char *tls_identity_unproven(long verified);

#endif
