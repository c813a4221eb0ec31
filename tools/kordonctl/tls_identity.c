#include "tools/kordonctl/tls_identity.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/instant.h"
#include "tools/kordonctl/tls_certificate.h"
#include "tools/kordonctl/tls_pem.h"

#define SECURITY_LEVEL 2 /* as kordond's */

struct tls_identity {
    char *path;             /* of the certificate */
    STACK_OF(X509) * chain; /* its own first */
    EVP_PKEY *key;
    STACK_OF(X509) * authorities;
};

void tls_identity_free(struct tls_identity *identity)
{
    if (identity == NULL)
        return;
    sk_X509_pop_free(identity->chain, X509_free);
    sk_X509_pop_free(identity->authorities, X509_free);
    EVP_PKEY_free(identity->key);
    free(identity->path);
    free(identity);
}

static enum reason read_files(struct tls_identity *identity, const char *certificate, const char *key,
    const char *authority, struct failure *failure)
{
    TRY(tls_pem_read_certificates(certificate, &identity->chain, failure));
    TRY(tls_pem_read_key(key, &identity->key, failure));
    TRY(tls_pem_read_certificates(authority, &identity->authorities, failure));
    if (X509_check_private_key(sk_X509_value(identity->chain, 0), identity->key) == 1)
        return REASON_DONE;
    ERR_clear_error();
    return failure_set(failure, REASON_BAD_FORMAT, key, N_("it is not the key of %s"), certificate);
}

enum reason tls_identity_read(const char *certificate, const char *key, const char *authority,
    struct tls_identity **identity, struct failure *failure)
{
    struct tls_identity *made = calloc(1, sizeof *made);
    *identity = NULL;
    if (made == NULL || (made->path = strdup(certificate)) == NULL) {
        free(made);
        return failure_set(failure, REASON_NO_MEMORY, certificate, NULL);
    }
    enum reason reason = read_files(made, certificate, key, authority, failure);
    if (reason == REASON_DONE)
        *identity = made;
    else
        tls_identity_free(made);
    return reason;
}

/* --- A connection */

static void note_alert(const SSL *connection, int where, int value)
{
    struct tls_alert *alert = SSL_CTX_get_app_data(SSL_get_SSL_CTX(connection));
    bool came = (where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT;
    if (came && alert != NULL && (value & 0xff) != SSL_AD_CLOSE_NOTIFY)
        alert->number = value & 0xff;
}

/* The authorities alone: none of those that the system trusts speaks for a post. */
static bool set_trust(SSL_CTX *settings, const struct tls_identity *identity)
{
    X509_STORE *trust = X509_STORE_new();
    bool set = trust != NULL;
    for (int i = 0; set && i < sk_X509_num(identity->authorities); i++)
        set = X509_STORE_add_cert(trust, sk_X509_value(identity->authorities, i)) == 1;
    if (set)
        SSL_CTX_set_cert_store(settings, trust);
    else
        X509_STORE_free(trust);
    return set;
}

bool tls_identity_use(void *context, struct tls_alert *alert)
{
    SSL_CTX *settings = context;
    const struct tls_identity *identity = alert->identity;
    bool set = SSL_CTX_use_certificate(settings, sk_X509_value(identity->chain, 0)) == 1 &&
               SSL_CTX_use_PrivateKey(settings, identity->key) == 1 && set_trust(settings, identity);
    for (int i = 1; set && i < sk_X509_num(identity->chain); i++)
        set = SSL_CTX_add1_chain_cert(settings, sk_X509_value(identity->chain, i)) == 1;
    SSL_CTX_set_security_level(settings, SECURITY_LEVEL);
    SSL_CTX_set_options(settings, SSL_OP_NO_TICKET);
    SSL_CTX_set_app_data(settings, alert);
    SSL_CTX_set_info_callback(settings, note_alert);
    ERR_clear_error();
    return set && SSL_CTX_set_min_proto_version(settings, TLS1_3_VERSION) == 1;
}

/* --- Why it was refused */

static int64_t now_ms(void)
{
    return (int64_t)time(NULL) * 1000;
}

static enum reason refused(const struct tls_alert *alert, struct failure *failure, const char *why)
{
    return failure_set(failure, REASON_CERTIFICATE_REFUSED, alert->identity->path, "%s", why);
}

/* kordond says the same of a certificate that has ended and of an authority's revocation list that is overdue. */
static enum reason refused_as_expired(const struct tls_alert *alert, struct failure *failure)
{
    char until[INSTANT_TEXT_SIZE];
    int64_t end = tls_time_ms(X509_get0_notAfter(sk_X509_value(alert->identity->chain, 0)));
    if (end > now_ms())
        return refused(alert, failure,
            N_("the post takes it for ended, or its authority's revocation list is overdue there: that is "
               "renewed at the post, and both clocks looked at"));
    return failure_set(failure, REASON_CERTIFICATE_REFUSED, alert->identity->path,
        N_("it ended at %s: have a new one issued"), instant_format(end, until));
}

static enum reason refused_as_bad(const struct tls_alert *alert, struct failure *failure)
{
    char since[INSTANT_TEXT_SIZE];
    int64_t begin = tls_time_ms(X509_get0_notBefore(sk_X509_value(alert->identity->chain, 0)));
    if (begin <= now_ms())
        return refused(
            alert, failure, N_("the post takes it for malformed, or not yet valid: look at both clocks"));
    return failure_set(failure, REASON_CERTIFICATE_REFUSED, alert->identity->path,
        N_("it is valid from %s on"), instant_format(begin, since));
}

enum reason tls_identity_refused(const struct tls_alert *alert, struct failure *failure)
{
    switch (alert->number) {
    case SSL_AD_CERTIFICATE_EXPIRED:
        return refused_as_expired(alert, failure);
    case SSL_AD_BAD_CERTIFICATE:
        return refused_as_bad(alert, failure);
    case SSL_AD_CERTIFICATE_REVOKED:
        return refused(alert, failure, N_("it is revoked: have a new one issued"));
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
        return refused(alert, failure, N_("it is not a client's: kordonctl tls show says what it is for"));
    case SSL_AD_UNKNOWN_CA:
        return refused(alert, failure, N_("its authority is none of the post's ([client_authority] there)"));
    default:
        return refused(alert, failure, SSL_alert_desc_string_long(alert->number));
    }
}

const char *tls_identity_unproven(long verified)
{
    switch (verified) {
    case X509_V_OK:
    case X509_V_ERR_UNSPECIFIED: /* libcurl looks at the name before it asks for the result */
        return N_("its certificate is for another name");
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return N_("its certificate has ended, or its authority's: whoever administers the post renews it");
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return N_("its certificate is not valid yet: look at both clocks");
    case X509_V_ERR_INVALID_PURPOSE:
        return N_("its certificate is no server's");
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return N_("its certificate is not of the authority that you name");
    default:
        return X509_verify_cert_error_string(verified);
    }
}
