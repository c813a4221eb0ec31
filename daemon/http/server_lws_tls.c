/* The network's side: who comes shakes hands first, by TLS, and is somebody from then on.
 *
 * libwebsockets moves the sealed bytes as it moves those of the unix socket, and does not know that they are TLS: its own TLS accepts with the
 * request still unread in the socket, so that its close resets the connection, and most clients never read why they were refused.
 *
 * Who shakes hands is nobody yet, and holds nothing of what principals share: so many may do it at once, of one address half of them, and
 * who takes longer than others makes room first. So half-open connections keep out neither the unix socket nor other addresses.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/http/server_lws_internal.h"

#define HANDSHAKES_MIN    4
#define HANDSHAKE_SLOW_MS 1000 /* who needs longer gives way */

/* --- Who it is */

/* Reads on for a while, and takes nothing: what is unread when a socket is closed resets the connection, and the client would not see what it
 * was told. */
static void linger(struct connection *connection)
{
    connection_flush(connection);
    shutdown(connection->watched_descriptor, SHUT_WR);
    connection->phase = CONNECTION_ENDING;
    connection_set_patience(connection, LINGER_SECONDS);
}

static void refuse(struct connection *connection, enum tls_refusal refusal)
{
    struct server_application *application = &connection->server->application;
    linger(connection);
    application->not_let_in(application->data, refusal);
}

static enum tls_progress identify(
    struct connection *connection, struct principal *principal, enum tls_refusal *refusal)
{
    const struct server *server = connection->server;
    struct failure failure;
    struct tls_peer peer;
    const char *names[CERTIFICATE_NAMES_MAX];
    *principal = (struct principal){0};
    enum tls_progress progress = tls_session_prove(connection->tls, server->tls, &peer, refusal);
    if (progress != TLS_ESTABLISHED)
        return progress;
    for (size_t i = 0; i < peer.names.count; i++)
        names[i] = peer.names.list[i];
    connection->proven_until = peer.until;
    *refusal = TLS_REFUSAL_OTHER;
    if (peer_of_certificate(server->grants, peer.authority, names, peer.names.count, principal, &failure) !=
        REASON_DONE)
        return TLS_REFUSED;
    principal->certificate = peer.certificate;
    return TLS_ESTABLISHED;
}

void network_identify(struct connection *connection, struct principal *principal)
{
    struct server_application *application = &connection->server->application;
    enum tls_refusal refusal;
    if (identify(connection, principal, &refusal) == TLS_ESTABLISHED)
        return;
    *principal = (struct principal){0};
    connection->proven_until = INT64_MAX; /* it is told once, and ends */
    application->not_let_in(application->data, refusal);
}

/* Told as one on the unix socket is. */
static void turn_away(struct connection *connection, const struct failure *failure)
{
    struct server *server = connection->server;
    size_t size = 0;
    char *body = server->application.turn_away(server->application.data, failure, &size);
    uint8_t *chunk = server->chunk + LWS_PRE;
    int head = snprintf((char *)chunk, CHUNK_BYTES,
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\ncontent-length: %zu\r\n"
        "connection: close\r\n\r\n",
        size);
    if (body != NULL && head > 0 && (size_t)head + size <= CHUNK_BYTES) {
        memcpy(chunk + head, body, size);
        connection_send(connection, chunk, (size_t)head + size);
        tls_session_end(connection->tls);
    }
    free(body);
    server->refused_connections++;
    linger(connection);
}

static void welcome(struct connection *connection)
{
    struct failure failure = {0};
    struct principal principal;
    enum tls_refusal refusal;
    if (identify(connection, &principal, &refusal) != TLS_ESTABLISHED) {
        refuse(connection, refusal);
        return;
    }
    if (quota_take(connection->server->quota, QUOTA_CONNECTIONS, &principal, 1, &failure) != REASON_DONE) {
        turn_away(connection, &failure);
        return;
    }
    connection->principal = principal;
    connection->phase = CONNECTION_READING;
    connection_set_patience(connection, SILENCE_SECONDS);
}

/* --- Bytes */

static void shake_hands(struct connection *connection)
{
    enum tls_refusal refusal;
    enum tls_progress progress = tls_session_handshake(connection->tls, &refusal);
    if (progress == TLS_REFUSED)
        refuse(connection, refusal);
    else if (!connection_flush(connection))
        connection_kill(connection);
    else if (progress == TLS_ESTABLISHED)
        welcome(connection);
}

/* All that has come is opened: what can't be taken yet is kept (connection_receive()). */
static void open_all(struct connection *connection)
{
    uint8_t *opened = connection->server->opened;
    int size = 1;
    while (size > 0 && connection->phase != CONNECTION_ENDING) {
        size = tls_session_read(connection->tls, opened, CHUNK_BYTES);
        if (size > 0)
            connection_receive(connection, opened, (size_t)size);
    }
    bool talks = lws_partial_buffered(connection->wsi) != 0;
    if (connection->phase == CONNECTION_ENDING)
        return;
    if (size < 0 || !connection_flush(connection)) {
        connection_abandon(connection);
        connection_kill(connection);
    } else if (!talks && lws_partial_buffered(connection->wsi) != 0) {
        connection_kill(connection); /* makes TLS answer, and does not read the answers */
    }
}

void network_receive(struct connection *connection, const uint8_t *bytes, size_t size)
{
    connection->spoke = true;
    if (connection->phase == CONNECTION_ENDING)
        return;
    if (!tls_session_take(connection->tls, bytes, size)) {
        connection_kill(connection);
        return;
    }
    if (connection->phase == CONNECTION_SHAKING_HANDS)
        shake_hands(connection);
    if (connection->phase != CONNECTION_SHAKING_HANDS && connection->phase != CONNECTION_ENDING)
        open_all(connection);
}

/* --- A connection's beginning */

/* IPv4 as a part of IPv6. */
static bool address_of(int socket, struct in6_addr *address)
{
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer;
    memset(address, 0, sizeof *address);
    if (getpeername(socket, (struct sockaddr *)&peer, &size) != 0)
        return false;
    if (peer.ss_family == AF_INET6)
        *address = ((const struct sockaddr_in6 *)&peer)->sin6_addr;
    else
        memcpy(&address->s6_addr[12], &((const struct sockaddr_in *)&peer)->sin_addr, 4);
    return true;
}

static bool is_at(const struct connection *connection, const struct in6_addr *address)
{
    return memcmp(&connection->address, address, sizeof *address) == 0;
}

/* Who shakes hands, or was refused and still reads why: one nobody knows. */
static bool is_stranger(const struct connection *connection)
{
    return connection->tls != NULL && connection->wsi != NULL &&
           connection->principal.proof == PRINCIPAL_UNPROVEN;
}

size_t network_strangers_max(const struct quota *quota)
{
    size_t reserve = quota->limits[QUOTA_CONNECTIONS].reserve;
    return reserve > HANDSHAKES_MIN ? reserve : HANDSHAKES_MIN;
}

/* Room for one more who shakes hands: the slowest gives way where there is none. */
static bool make_room(struct server *server, const struct in6_addr *address)
{
    size_t most = network_strangers_max(server->quota), all = 0, here = 0;
    for (const struct connection *each = server->connections; each != NULL; each = each->next) {
        all += is_stranger(each);
        here += is_stranger(each) && is_at(each, address);
    }
    bool crowded = here >= most / 2;
    if (!crowded && all < most)
        return true;
    struct connection *slowest = NULL;
    for (struct connection *each = server->connections; each != NULL; each = each->next)
        if (is_stranger(each) && (!crowded || is_at(each, address)) &&
            (slowest == NULL || each->began_ms < slowest->began_ms))
            slowest = each;
    if (slowest == NULL || uv_now(server->loop) - slowest->began_ms < HANDSHAKE_SLOW_MS)
        return false;
    slowest->began_ms = UINT64_MAX; /* it is on its way out, and is not chosen again */
    connection_abandon(slowest);
    connection_kill(slowest);
    return true;
}

struct connection *network_connection(struct server *server, int socket)
{
    struct in6_addr address;
    const int yes = 1;
    if (server->draining || !address_of(socket, &address) || !make_room(server, &address))
        return NULL;
    struct connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL)
        return NULL;
    connection->address = address;
    connection->phase = CONNECTION_SHAKING_HANDS;
    connection->tls = tls_session_create(server->tls);
    bool set = setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes) == 0 &&
               setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes) == 0;
    if (set && connection->tls != NULL)
        return connection;
    tls_session_destroy(connection->tls);
    free(connection);
    return NULL;
}
