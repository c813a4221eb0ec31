#include "daemon/http/tls_session.h"

#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/http/tls_internal.h"

struct tls_session {
    struct tls_context *context;
    SSL *tls;
    BIO *incoming, *outgoing; /* the tls' */
};

struct tls_session *tls_session_create(struct tls_context *context)
{
    struct tls_session *session = calloc(1, sizeof *session);
    if (session == NULL)
        return NULL;
    session->context = tls_context_keep(context);
    session->tls = SSL_new(context->settings);
    session->incoming = BIO_new(BIO_s_mem());
    session->outgoing = BIO_new(BIO_s_mem());
    if (session->tls == NULL || session->incoming == NULL || session->outgoing == NULL) {
        BIO_free(session->incoming);
        BIO_free(session->outgoing);
        SSL_free(session->tls);
        tls_context_release(session->context);
        free(session);
        return NULL;
    }
    SSL_set_bio(session->tls, session->incoming, session->outgoing);
    SSL_set_accept_state(session->tls);
    return session;
}

void tls_session_destroy(struct tls_session *session)
{
    if (session == NULL)
        return;
    SSL_free(session->tls);
    tls_context_release(session->context);
    free(session);
}

bool tls_session_take(struct tls_session *session, const uint8_t *bytes, size_t size)
{
    return BIO_write(session->incoming, bytes, (int)size) == (int)size;
}

size_t tls_session_give(struct tls_session *session, uint8_t *bytes, size_t size)
{
    int given = BIO_read(session->outgoing, bytes, (int)size);
    return given > 0 ? (size_t)given : 0;
}

/* --- The handshake */

/* After one that failed; empties the library's queue of errors. */
static enum tls_refusal why_refused(const struct tls_session *session)
{
    unsigned long error = ERR_peek_last_error();
    long verification = SSL_get_verify_result(session->tls);
    ERR_clear_error();
    if (verification != X509_V_OK)
        return tls_refusal_of((int)verification);
    bool none =
        ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE;
    return none ? TLS_REFUSAL_NO_CERTIFICATE : TLS_REFUSAL_OTHER;
}

enum tls_progress tls_session_handshake(struct tls_session *session, enum tls_refusal *refusal)
{
    ERR_clear_error();
    int done = SSL_do_handshake(session->tls);
    if (done == 1)
        return TLS_ESTABLISHED;
    if (SSL_get_error(session->tls, done) == SSL_ERROR_WANT_READ)
        return TLS_GOES_ON;
    *refusal = why_refused(session);
    return TLS_REFUSED;
}

/* --- Bytes of HTTP */

int tls_session_read(struct tls_session *session, uint8_t *bytes, size_t size)
{
    ERR_clear_error();
    int got = SSL_read(session->tls, bytes, (int)size);
    if (got > 0)
        return got;
    bool waits = SSL_get_error(session->tls, got) == SSL_ERROR_WANT_READ;
    ERR_clear_error();
    return waits ? 0 : -1;
}

bool tls_session_write(struct tls_session *session, const uint8_t *bytes, size_t size)
{
    ERR_clear_error();
    bool written = SSL_write(session->tls, bytes, (int)size) == (int)size;
    ERR_clear_error();
    return written;
}

void tls_session_end(struct tls_session *session)
{
    SSL_shutdown(session->tls);
    ERR_clear_error();
}

/* --- Who it is */

static int64_t earlier(int64_t one, int64_t other)
{
    return one < other ? one : other;
}

static bool describe(
    const struct tls_context *context, X509 *certificate, const STACK_OF(X509) * chain, struct tls_peer *peer)
{
    const struct tls_authority *authority =
        tls_authority_of(context, sk_X509_value(chain, sk_X509_num(chain) - 1));
    if (authority == NULL)
        return false;
    snprintf(peer->authority, sizeof peer->authority, "%s", authority->name);
    peer->certificate.until = tls_seconds(X509_get0_notAfter(certificate));
    /* What can't be written is "", which revocation lists are not asked for (tls_context_still_holds()). */
    (void)tls_write_number(X509_get0_serialNumber(certificate), peer->certificate.serial);
    memcpy(peer->certificate.authority, authority->mark.authority, sizeof peer->certificate.authority);
    peer->until = earlier(peer->certificate.until, authority->until);
    if (authority->has_list)
        peer->until = earlier(peer->until, authority->next_update + context->grace_seconds);
    return certificate_names_read(certificate, &peer->names);
}

static enum tls_progress prove(const struct tls_context *context, X509 *certificate,
    X509_STORE_CTX *verification, struct tls_peer *peer, enum tls_refusal *refusal)
{
    if (X509_STORE_CTX_init(verification, context->trust, certificate, NULL) != 1)
        return TLS_REFUSED;
    if (X509_verify_cert(verification) != 1)
        *refusal = tls_refusal_of(X509_STORE_CTX_get_error(verification));
    else if (describe(context, certificate, X509_STORE_CTX_get0_chain(verification), peer))
        return TLS_ESTABLISHED;
    return TLS_REFUSED;
}

enum tls_progress tls_session_prove(const struct tls_session *session, const struct tls_context *context,
    struct tls_peer *peer, enum tls_refusal *refusal)
{
    X509 *certificate = SSL_get0_peer_certificate(session->tls);
    X509_STORE_CTX *verification = certificate != NULL ? X509_STORE_CTX_new() : NULL;
    enum tls_progress progress = TLS_REFUSED;
    *peer = (struct tls_peer){0};
    *refusal = TLS_REFUSAL_OTHER;
    if (verification != NULL && SSL_get_verify_result(session->tls) == X509_V_OK)
        progress = prove(context, certificate, verification, peer, refusal);
    X509_STORE_CTX_free(verification);
    ERR_clear_error();
    return progress;
}
