/* libwebsockets behind server.h: with the other server_lws*.c the only files that know it.
 *
 * It moves bytes and keeps time; it does not read HTTP for us, nor speak TLS (docs/architecture.md says what was measured). Its own reader takes the first of two
 * Content-Lengths, negative ones, lines that go on with the line before, a space before the colon that hides a header, and ends
 * queries at their first empty part; and it shows nobody the bytes that it read so. What it allocates is wiped when it is released: it
 * buffers what a socket does not take at once.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/wiping_memory.h"
#include "daemon/http/server_lws_internal.h"

/* --- Connections' end */

static void maybe_closed(struct server *server)
{
    bool listens = server->listening || server->network_bound;
    if (server->closing && !listens && server->connection_count == 0)
        server->closed(server->closed_data);
}

static void on_watcher_closed(uv_handle_t *handle)
{
    struct connection *connection = handle->data;
    struct server *server = connection->server;
    close(connection->watched_descriptor);
    if (connection->previous != NULL)
        connection->previous->next = connection->next;
    else
        server->connections = connection->next;
    if (connection->next != NULL)
        connection->next->previous = connection->previous;
    server->connection_count--;
    tls_session_destroy(connection->tls);
    quota_give_back(server->quota, QUOTA_CONNECTIONS, &connection->principal, 1);
    free(connection);
    maybe_closed(server);
}

static void on_connection_end(struct connection *connection)
{
    connection_abandon(connection);
    connection->wsi = NULL;
    uv_close((uv_handle_t *)&connection->watcher, on_watcher_closed);
}

static int on_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size)
{
    (void)user;
    struct connection *connection = wsi != NULL ? lws_get_opaque_user_data(wsi) : NULL;
    if (connection == NULL)
        return 0;
    switch ((int)reason) {
    case LWS_CALLBACK_RAW_RX:
        if (connection->tls != NULL)
            network_receive(connection, in, size);
        else
            connection_receive(connection, in, size);
        return 0;
    case LWS_CALLBACK_RAW_WRITEABLE:
        return connection_on_writable(connection);
    case LWS_CALLBACK_RAW_CLOSE:
        connection_abandon(connection);
        return 0;
    case LWS_CALLBACK_WSI_DESTROY:
        lws_set_opaque_user_data(wsi, NULL);
        on_connection_end(connection);
        return 0;
    default:
        return 0;
    }
}

static const struct lws_protocols protocols[] = {
    {.name = "http", .callback = on_callback, .rx_buffer_size = CHUNK_BYTES, .tx_packet_size = CHUNK_BYTES},
    {0},
};

/* --- Connections' beginning */

/* Closed behind those that are turned away after it: a client that finds its connection closed while it makes it says that nobody is
 * there. */
static void keep_for_a_while(struct server *server, int socket)
{
    int *place = &server->turned_away[server->turned_away_next++ % TURNED_AWAY_KEPT];
    if (*place >= 0)
        close(*place);
    *place = socket;
}

static void close_turned_away(struct server *server)
{
    for (size_t i = 0; i < TURNED_AWAY_KEPT; i++)
        keep_for_a_while(server, -1);
}

/* One attempt: who is turned away need not be told at any price. */
static void turn_away(struct server *server, int socket, const struct failure *failure)
{
    size_t size = 0;
    char head[256], *body = server->application.turn_away(server->application.data, failure, &size);
    int head_size = snprintf(head, sizeof head,
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\ncontent-length: %zu\r\n"
        "connection: close\r\n\r\n",
        size);
    const struct iovec parts[] = {{head, (size_t)head_size}, {body, size}};
    const struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)parts, .msg_iovlen = 2};
    if (body != NULL)
        sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    shutdown(socket, SHUT_WR);
    free(body);
    keep_for_a_while(server, socket);
    server->refused_connections++;
}

/* Counted and watched, but not yet with libwebsockets. */
static bool prepare(struct server *server, int socket, struct connection *connection)
{
    connection->server = server;
    connection->began_ms = uv_now(server->loop);
    connection->watched_descriptor = fcntl(socket, F_DUPFD_CLOEXEC, 0);
    if (connection->watched_descriptor < 0)
        return false;
    if (uv_poll_init(server->loop, &connection->watcher, connection->watched_descriptor) == 0)
        return true;
    close(connection->watched_descriptor);
    return false;
}

/* Of a unix socket, whose peer the kernel names. */
static enum reason make_connection(
    struct server *server, int socket, struct connection *connection, struct failure *failure)
{
    connection->phase = CONNECTION_READING;
    TRY(peer_identify(socket, server->grants, &connection->principal, failure));
    TRY(quota_take(server->quota, QUOTA_CONNECTIONS, &connection->principal, 1, failure));
    if (prepare(server, socket, connection))
        return REASON_DONE;
    quota_give_back(server->quota, QUOTA_CONNECTIONS, &connection->principal, 1);
    return failure_set(failure, REASON_SYSTEM_ERROR, "connections", "no descriptor is left");
}

static void start_connection(struct server *server, int socket, struct connection *connection)
{
    connection->watcher.data = connection;
    connection->next = server->connections;
    if (connection->next != NULL)
        connection->next->previous = connection;
    server->connections = connection;
    server->connection_count++;
    const lws_sock_file_fd_type descriptor = {.sockfd = socket};
    /* closes it where it fails */
    connection->wsi =
        lws_adopt_descriptor_vhost(server->vhost, LWS_ADOPT_SOCKET, descriptor, protocols[0].name, NULL);
    if (connection->wsi == NULL) {
        uv_close((uv_handle_t *)&connection->watcher, on_watcher_closed);
        return;
    }
    lws_set_opaque_user_data(connection->wsi, connection);
    connection_set_patience(connection, connection->tls != NULL ? HANDSHAKE_SECONDS : SILENCE_SECONDS);
}

static void on_accepted(void *data, int socket)
{
    struct server *server = data;
    struct failure failure = {0};
    struct connection *connection = calloc(1, sizeof *connection);
    enum reason reason = REASON_DONE;
    if (server->draining)
        reason = failure_set(&failure, REASON_STOPPING, "connections", NULL);
    else if (connection == NULL)
        reason = failure_set(&failure, REASON_NO_MEMORY, "connections", NULL);
    else
        reason = make_connection(server, socket, connection, &failure);
    if (connection != NULL && reason == REASON_DONE) {
        start_connection(server, socket, connection);
        return;
    }
    turn_away(server, socket, &failure);
    free(connection);
}

static void on_network_accepted(void *data, int socket)
{
    struct server *server = data;
    struct connection *connection = network_connection(server, socket);
    if (connection != NULL && prepare(server, socket, connection)) {
        start_connection(server, socket, connection);
        return;
    }
    if (connection != NULL)
        tls_session_destroy(connection->tls);
    free(connection);
    close(socket);
    server->refused_connections++;
}

/* --- The server */

static void on_listener_closed(void *data)
{
    struct server *server = data;
    server->listening = false;
    maybe_closed(server);
}

static void on_network_closed(void *data)
{
    struct server *server = data;
    server->network_bound = false;
    maybe_closed(server);
}

/* What was released is wiped first: requests and answers pass through what libwebsockets allocates. */
static void *reallocate(void *memory, size_t size, const char *purpose)
{
    (void)purpose;
    return wiping_realloc(memory, size);
}

static enum reason create_context(struct server *server, struct failure *failure)
{
    void *loops[1] = {server->loop};
    const struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .protocols = protocols,
        .options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
        .foreign_loops = loops,
        .pcontext = &server->context,
        .gid = (gid_t)-1,
        .uid = (uid_t)-1,
        .pt_serv_buf_size = LWS_PRE + CHUNK_BYTES,
        .vhost_name = "kordond",
    };
    lws_set_log_level(0, NULL); /* its messages quote what clients sent */
    lws_set_allocator(reallocate);
    server->context = lws_create_context(&info);
    if (server->context != NULL)
        server->vhost = lws_create_vhost(server->context, &info);
    return server->vhost != NULL
               ? REASON_DONE
               : failure_set(failure, REASON_SYSTEM_ERROR, "server", "libwebsockets could not start");
}

static enum reason bind_to_network(
    struct server *server, const struct server_options *options, struct failure *failure)
{
    char host[CONFIG_TEXT_MAX], port[6];
    if (options->network[0] == '\0')
        return REASON_DONE;
    if (!config_tls_address(options->network, host, port))
        return failure_set(failure, REASON_CONFIGURATION_BAD, options->network, "[tls] address");
    server->tls = tls_context_keep(options->tls);
    enum reason reason = listener_start_network(
        &server->network, server->loop, host, port, on_network_accepted, server, failure);
    server->network_bound = reason == REASON_DONE;
    return reason;
}

enum reason server_create(struct server **server, uv_loop_t *loop, const struct server_options *options,
    const struct server_application *application, struct failure *failure)
{
    struct server *made = *server = calloc(1, sizeof *made);
    if (made == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "server", NULL);
    made->loop = loop;
    made->application = *application;
    made->grants = options->grants;
    made->quota = options->quota;
    made->stream_patience_ms = (uint64_t)options->stream_patience_seconds * 1000;
    for (size_t i = 0; i < TURNED_AWAY_KEPT; i++)
        made->turned_away[i] = -1;
    enum reason reason = create_context(made, failure);
    if (reason == REASON_DONE)
        reason = listener_start(
            &made->listener, loop, options->socket, options->socket_mode, on_accepted, made, failure);
    made->listening = reason == REASON_DONE;
    return reason == REASON_DONE ? bind_to_network(made, options, failure) : reason;
}

enum reason server_open_network(struct server *server, struct failure *failure)
{
    return server->network_bound && !server->draining ? listener_open(&server->network, failure)
                                                      : REASON_DONE;
}

/* A body that still comes, or a stream, would go on under roles that were taken away, for as long as its client likes. */
static void follow_grants(struct connection *connection)
{
    struct principal found;
    struct failure failure;
    enum reason reason = REASON_DONE;
    if (connection->tls != NULL)
        network_identify(connection, &found);
    else
        reason = peer_identify(connection->watched_descriptor, connection->server->grants, &found, &failure);
    bool known = reason == REASON_DONE && principal_is(&connection->principal, &found);
    bool same = known && connection->principal.roles == found.roles;
    if (known)
        connection->principal = found;
    else /* it still says whose share the connection holds, but not what may be done with it */
        connection->principal.roles = 0;
    if (same)
        return;
    bool half_sent = connection->phase == CONNECTION_READING && connection->request != NULL;
    if (known && !half_sent && connection->phase != CONNECTION_STREAMING)
        return;
    bool working = connection->phase == CONNECTION_HANDLING || connection->phase == CONNECTION_ANSWERING;
    if (reason == REASON_DONE && working) {
        connection->close_after = true;
        return;
    }
    connection_abandon(connection);
    connection_say_end(connection);
    connection_kill(connection);
}

void server_grants_changed(struct server *server)
{
    for (struct connection *each = server->connections; each != NULL; each = each->next)
        if (each->wsi != NULL && !server->closing && each->principal.proof != PRINCIPAL_UNPROVEN)
            follow_grants(each);
}

void server_use_tls(struct server *server, struct tls_context *tls)
{
    if (server->tls == NULL || tls == NULL)
        return;
    tls_context_release(server->tls);
    server->tls = tls_context_keep(tls);
}

void server_look(struct server *server)
{
    int64_t now = (int64_t)time(NULL);
    for (struct connection *each = server->connections; each != NULL; each = each->next) {
        bool due =
            each->tls != NULL && each->principal.proof != PRINCIPAL_UNPROVEN && now >= each->proven_until;
        if (each->wsi == NULL || server->closing)
            continue;
        if (due && each->phase != CONNECTION_ENDING)
            follow_grants(each);
        connection_check_stream(each);
    }
}

void server_drain(struct server *server)
{
    if (server->draining)
        return;
    server->draining = true;
    if (server->listening)
        listener_close(&server->listener, on_listener_closed);
    if (server->network_bound)
        listener_close(&server->network, on_network_closed);
}

bool server_answering(const struct server *server)
{
    const struct connection *connection = server->connections;
    while (connection != NULL && connection->phase != CONNECTION_ANSWERING)
        connection = connection->next;
    return connection != NULL;
}

void server_close(struct server *server, void (*closed)(void *data), void *data)
{
    server_drain(server);
    server->closing = true;
    server->closed = closed;
    server->closed_data = data;
    for (struct connection *connection = server->connections; connection != NULL;
         connection = connection->next)
        connection_abandon(connection);
    /* First stage: libwebsockets closes its handles, which takes turns of the loop. */
    if (server->context != NULL)
        lws_context_destroy(server->context);
    maybe_closed(server);
}

void server_destroy(struct server *server)
{
    if (server == NULL)
        return;
    close_turned_away(server);
    tls_context_release(server->tls);
    /* Second stage, with all handles closed; the context clears the pointer where it is gone already. */
    if (server->context != NULL)
        lws_context_destroy(server->context);
    free(server);
}

uint64_t server_descriptors(const struct quota *quota)
{
    return 2 * (quota->limits[QUOTA_CONNECTIONS].all + network_strangers_max(quota)) + TURNED_AWAY_KEPT;
}

uint32_t server_connections(const struct server *server)
{
    return server->connection_count;
}

uint64_t server_refused_connections(const struct server *server)
{
    return server->refused_connections;
}

uint64_t server_streams_cut_off(const struct server *server)
{
    return server->streams_cut_off;
}
