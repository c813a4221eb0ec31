/* tls_session.h: TLS on one connection: bytes of the network in and out, bytes of HTTP in and out. It moves nothing itself, so that what moves
 * the bytes (server_lws*.c) need not know TLS. Loop's thread.
 */
#ifndef KORDON_DAEMON_HTTP_TLS_SESSION_H
#define KORDON_DAEMON_HTTP_TLS_SESSION_H

#include "crypto/certificate_names.h"
#include "daemon/http/tls_context.h"
#include "daemon/principal.h"

/* Whom a certificate names. */
struct tls_peer {
    char authority[CONFIG_ITEM_NAME_SIZE];
    struct certificate_names names;
    struct principal_certificate certificate;
    int64_t until; /* seconds since 1970: then it must be proven again */
};

struct tls_session;

/* NULL without memory. Keeps the context until it is destroyed. */
struct tls_session *tls_session_create(struct tls_context *context);
/* Takes NULL. */
void tls_session_destroy(struct tls_session *session);

/* Bytes that came. False without memory. */
bool tls_session_take(struct tls_session *session, const uint8_t *bytes, size_t size);

/* What is to be sent next: its bytes, at most size of them; 0: nothing. */
size_t tls_session_give(struct tls_session *session, uint8_t *bytes, size_t size);

enum tls_progress { TLS_GOES_ON, TLS_ESTABLISHED, TLS_REFUSED };

/* Goes on with the handshake. TLS_REFUSED: *refusal says why, and what tells the client so is to be given out. */
enum tls_progress tls_session_handshake(struct tls_session *session, enum tls_refusal *refusal);

/* Bytes of HTTP. Gives how many; 0: none are there yet; -1: the client ended, or what came is no TLS. */
int tls_session_read(struct tls_session *session, uint8_t *bytes, size_t size);

/* All of it, to be given out. False where that is impossible. */
bool tls_session_write(struct tls_session *session, const uint8_t *bytes, size_t size);

/* Says that nothing more comes. */
void tls_session_end(struct tls_session *session);

/* Proves the certificate that the client showed anew, now and by this context, and says whom it names. REFUSED where it does not hold. */
enum tls_progress tls_session_prove(const struct tls_session *session, const struct tls_context *context,
    struct tls_peer *peer, enum tls_refusal *refusal);

#endif
