/* libwebsockets behind server.h: with server_lws_head.c and server_lws_answer.c the only files that know it.
 *
 * What libwebsockets does not do for us, found by reading its source and held by tests/protocol: it takes the
 * first of two Content-Lengths, negative ones, and 100 MB where there is none; it ignores
 * Transfer-Encoding; it upgrades to WebSocket and to HTTP/2 unless told not to; it calls
 * HTTP_BODY_COMPLETION again when a pipelined request follows while an answer is awaited, and spins where a
 * client hangs up then. So reading is switched off while an answer is awaited, and a poll of our own on a
 * duplicate of the socket notices the client's leaving (see "whose turn" below).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/http/server_lws_internal.h"

#define HEADER_BYTES       8192 /* of one request, all header lines together */
#define KEEP_ALIVE_SECONDS 60
#define DISCARD_BYTES_MAX                                                                                    \
    (64 << 20) /* of a refused body that is read away; a longer one costs the connection */

static void refuse_request(
    struct connection *connection, bool length_left, int status, const struct failure *failure)
{
    struct server_application *application = &connection->server->application;
    connection->discarding = length_left;
    application->refuse(application->data, connection->request, status, failure);
}

static void handle_request(struct connection *connection)
{
    struct server_application *application = &connection->server->application;
    connection->phase = CONNECTION_HANDLING;
    lws_set_timeout(connection->wsi, NO_PENDING_TIMEOUT, 0);
    connection_stop_reading(connection);
    application->handle(application->data, connection->request);
}

static int on_request(struct connection *connection, const char *path, size_t path_size)
{
    struct lws *wsi = connection->wsi;
    struct server_application *application = &connection->server->application;
    if (connection->request != NULL || connection->phase != CONNECTION_READING)
        return -1;
    struct http_request *request = connection->request = calloc(1, sizeof *request);
    if (request == NULL)
        return -1;
    request->connection = connection;
    request->principal = connection->principal;
    connection->close_after = false;
    struct failure failure = {0};
    int64_t length;
    int status = request_read_head(wsi, path, path_size, request, &length, &failure);
    if (status != 0) {
        connection->close_after = true; /* where its next request begins is not certain */
        refuse_request(connection, true, status, &failure);
        return 0;
    }
    connection->close_after = length > DISCARD_BYTES_MAX;
    size_t limit = 0;
    enum reason reason = application->admit(application->data, request, &limit, &status, &failure);
    if (reason == REASON_DONE && length > (int64_t)limit) {
        failure_set(&failure, REASON_TOO_LARGE, "request", "%lld bytes, at most %zu are taken here",
            (long long)length, limit);
        status = 413;
        reason = REASON_TOO_LARGE;
    }
    if (reason == REASON_DONE && length > 0)
        reason = locked_memory_init_keeping(&request->body, (size_t)length, request->keep_free, &failure);
    if (reason != REASON_DONE)
        refuse_request(connection, length > 0, status, &failure);
    else if (length <= 0)
        handle_request(connection);
    return 0;
}

static bool is_reading_body(const struct connection *connection)
{
    return connection->phase == CONNECTION_READING && connection->request != NULL &&
           connection->request->body.size > 0;
}

static int on_body(struct connection *connection, const void *bytes, size_t size)
{
    if (!is_reading_body(connection))
        return 0; /* of a refused request: dropped */
    struct http_request *request = connection->request;
    if (size > request->body.size - request->body_size)
        return -1;
    if (size > 0)
        memcpy((uint8_t *)request->body.bytes + request->body_size, bytes, size);
    request->body_size += size;
    return 0;
}

static int on_body_complete(struct connection *connection)
{
    if (!is_reading_body(connection))
        return 0;
    if (connection->request->body_size != connection->request->body.size)
        return -1;
    handle_request(connection);
    return 0;
}

/* --- Connections */

static void maybe_closed(struct server *server)
{
    if (server->closing && !server->listening && server->connection_count == 0)
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
    switch ((int)reason) {
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        /* The header table is gone where libwebsockets has answered an upgrade it does not know itself. */
        if (lws_hdr_total_length(wsi, WSI_TOKEN_UPGRADE) > 0)
            lws_return_http_status(wsi, HTTP_STATUS_BAD_REQUEST, NULL);
        return -1;
    case LWS_CALLBACK_RAW_ADOPT:
    case LWS_CALLBACK_RAW_CONNECTED:
    case LWS_CALLBACK_RAW_RX:
    case LWS_CALLBACK_RAW_WRITEABLE:
        /* CONNECT makes a raw connection of it, whatever we say; so it is ended. */
        if (wsi != NULL)
            lws_set_timeout(wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
        return -1;
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
        return -1; /* a WebSocket that came past the refusal above */
    default:
        break;
    }
    if (connection == NULL)
        return 0;
    switch ((int)reason) {
    case LWS_CALLBACK_HTTP:
        return on_request(connection, in, size);
    case LWS_CALLBACK_HTTP_BODY:
        return on_body(connection, in, size);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        return on_body_complete(connection);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return connection_on_writable(connection);
    case LWS_CALLBACK_CLOSED_HTTP:
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
    {.name = "http", .callback = on_callback, .rx_buffer_size = 4096},
    {0},
};

static void on_accepted(void *data, int socket)
{
    struct server *server = data;
    struct connection *connection = NULL;
    struct failure failure;
    if (server->connection_count >= server->connection_limit || server->draining)
        goto refuse_socket;
    connection = calloc(1, sizeof *connection);
    if (connection == NULL)
        goto refuse_socket;
    connection->server = server;
    if (peer_identify(socket, server->grants, &connection->principal, &failure) != REASON_DONE)
        goto refuse_socket;
    connection->watched_descriptor = fcntl(socket, F_DUPFD_CLOEXEC, 0);
    if (connection->watched_descriptor < 0)
        goto refuse_socket;
    if (uv_poll_init(server->loop, &connection->watcher, connection->watched_descriptor) != 0) {
        close(connection->watched_descriptor);
        goto refuse_socket;
    }
    connection->watcher.data = connection;
    connection->next = server->connections;
    if (connection->next != NULL)
        connection->next->previous = connection;
    server->connections = connection;
    server->connection_count++;
    connection->wsi = lws_adopt_socket_vhost(server->vhost, socket); /* closes it where it fails */
    if (connection->wsi == NULL)
        uv_close((uv_handle_t *)&connection->watcher, on_watcher_closed);
    else
        lws_set_opaque_user_data(connection->wsi, connection);
    return;

refuse_socket:
    server->refused_connections++;
    close(socket);
    free(connection);
}

/* --- The server */

static void on_listener_closed(void *data)
{
    struct server *server = data;
    server->listening = false;
    maybe_closed(server);
}

enum reason server_create(struct server **server, uv_loop_t *loop, const struct server_options *options,
    const struct server_application *application, struct failure *failure)
{
    *server = NULL;
    struct server *made = calloc(1, sizeof *made);
    if (made == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "server", NULL);
    made->loop = loop;
    made->application = *application;
    made->grants = options->grants;
    made->connection_limit = options->connections;
    lws_set_log_level(0, NULL); /* its messages quote what clients sent */
    void *loops[1] = {loop};
    const struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .protocols = protocols,
        .options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
        .foreign_loops = loops,
        .pcontext = &made->context,
        .server_string = "kordond",
        .gid = (gid_t)-1,
        .uid = (uid_t)-1,
        .keepalive_timeout = KEEP_ALIVE_SECONDS,
        .timeout_secs = SILENCE_SECONDS,
        .max_http_header_data = HEADER_BYTES,
        .max_http_header_pool = (unsigned short)options->connections,
        .vhost_name = "kordond",
    };
    enum reason reason = REASON_DONE;
    made->context = lws_create_context(&info);
    if (made->context != NULL)
        made->vhost = lws_create_vhost(made->context, &info);
    if (made->vhost == NULL)
        reason = failure_set(failure, REASON_SYSTEM_ERROR, "server", "libwebsockets could not start");
    if (reason == REASON_DONE)
        reason = listener_start(
            &made->listener, loop, options->socket, options->socket_mode, on_accepted, made, failure);
    if (reason != REASON_DONE) {
        if (made->context != NULL)
            lws_context_destroy(made->context);
        server_destroy(made);
        return reason;
    }
    made->listening = true;
    *server = made;
    return REASON_DONE;
}

void server_drain(struct server *server)
{
    if (server->draining)
        return;
    server->draining = true;
    listener_close(&server->listener, on_listener_closed);
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
    lws_context_destroy(server->context);
    maybe_closed(server);
}

void server_destroy(struct server *server)
{
    if (server == NULL)
        return;
    /* Second stage, with all handles closed; the context clears the pointer where it is gone already. */
    if (server->context != NULL)
        lws_context_destroy(server->context);
    free(server);
}

uint32_t server_connections(const struct server *server)
{
    return server->connection_count;
}

uint64_t server_refused_connections(const struct server *server)
{
    return server->refused_connections;
}
