/* libwebsockets behind server.h: the only file that knows it.
 *
 * What libwebsockets does not do for us, found by reading its source and held by tests/protocol: it takes the
 * first of two Content-Lengths, negative ones, and 100 MB where there is none; it ignores
 * Transfer-Encoding; it upgrades to WebSocket and to HTTP/2 unless told not to; it calls
 * HTTP_BODY_COMPLETION again when a pipelined request follows while an answer is awaited, and spins where a
 * client hangs up then. So reading is switched off while an answer is awaited, and a poll of our own on a
 * duplicate of the socket notices the client's leaving (see "whose turn" below).
 */
#include "daemon/server.h"

#include <errno.h>
#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/listener.h"

#define HEADER_BYTES       8192  /* of one request, all header lines together */
#define CHUNK_BYTES        16384 /* written in one turn, so that large answers share the loop */
#define KEEP_ALIVE_SECONDS 60
#define SILENCE_SECONDS    20 /* to the next byte of a request that has begun */
#define DISCARD_BYTES_MAX                                                                                    \
    (64 << 20) /* of a refused body that is read away; a longer one costs the connection */
#define STREAM_BACKLOG_MAX        (256 << 10) /* bytes a stream's client may lag behind before it is cut off */
#define CONTENT_LENGTH_DIGITS_MAX 12

enum connection_phase {
    CONNECTION_READING,   /* between requests, or in the middle of one */
    CONNECTION_HANDLING,  /* the application has the request */
    CONNECTION_ANSWERING, /* head and body are being written */
    CONNECTION_STREAMING,
    CONNECTION_ENDING, /* nothing more is to be done but close */
};

struct connection {
    struct server *server;
    struct lws *wsi;   /* NULL once libwebsockets let go of it */
    uv_poll_t watcher; /* of a duplicate of the socket */
    int watched_descriptor;
    struct peer peer;
    enum connection_phase phase;
    struct http_request *request;
    bool discarding;  /* the request was refused; the rest of its body is read away */
    bool close_after; /* this answer is the connection's last */
    bool head_written;
    int status;
    char content_type[64];
    uint8_t *answer;
    size_t answer_size, answer_written, answer_capacity;
    struct connection *previous, *next;
};

struct server {
    uv_loop_t *loop;
    struct server_application application;
    const struct peer_grants *grants;
    uint32_t connection_limit;
    uint32_t connection_count;
    uint64_t refused_connections;
    struct connection *connections;
    struct listener listener;
    struct lws_context *context;
    struct lws_vhost *vhost;
    bool draining;
    bool listening;
    bool closing;
    void (*closed)(void *data);
    void *closed_data;
    uint8_t chunk[LWS_PRE + CHUNK_BYTES];
};

static const char *const method_names[HTTP_METHOD_COUNT] = {"GET", "POST", "PUT", "DELETE"};

const char *http_method_name(enum http_method method)
{
    return (unsigned)method < HTTP_METHOD_COUNT ? method_names[method] : "?";
}

const char *http_request_query(const struct http_request *request, const char *name)
{
    for (size_t i = 0; i < request->query_count; i++)
        if (strcmp(request->query[i].name, name) == 0)
            return request->query[i].value;
    return NULL;
}

/* --- Requests: memory and end */

static void free_request(struct connection *connection)
{
    struct http_request *request = connection->request;
    connection->request = NULL;
    if (request == NULL)
        return;
    locked_memory_finish(&request->body);
    memory_wipe(request, sizeof *request);
    free(request);
}

static void free_answer(struct connection *connection)
{
    if (connection->answer != NULL)
        memory_wipe(connection->answer, connection->answer_capacity);
    free(connection->answer);
    connection->answer = NULL;
    connection->answer_size = connection->answer_written = connection->answer_capacity = 0;
}

/* The client is gone, or the server ends: whoever works on the request learns so. */
static void abandon_request(struct connection *connection)
{
    struct http_request *request = connection->request;
    bool told = connection->phase == CONNECTION_HANDLING || connection->phase == CONNECTION_STREAMING;
    connection->phase = CONNECTION_ENDING;
    if (request != NULL && told && request->gone != NULL)
        request->gone(request);
    free_request(connection);
    free_answer(connection);
}

static void kill_connection(struct connection *connection)
{
    if (connection->wsi != NULL)
        lws_set_timeout(connection->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
}

/* --- Whose turn it is to read and write
 *
 * Switching reading off also keeps libwebsockets from writing, and leaving it on would have it spin on what
 * a client sends meanwhile. So between two writes reading is off and our own poll waits for room; then
 * reading is on for just the one write. Of a refused body the rest is read away all the time. */

static void on_socket_event(uv_poll_t *poll, int status, int events);

static void watch(struct connection *connection, int events)
{
    uv_poll_start(&connection->watcher, events, on_socket_event);
}

static void write_now(struct connection *connection)
{
    if (!connection->discarding) {
        watch(connection, UV_DISCONNECT);
        lws_rx_flow_control(connection->wsi, 1);
    }
    lws_callback_on_writable(connection->wsi);
}

static void wait_for_room(struct connection *connection)
{
    if (connection->discarding) {
        lws_callback_on_writable(connection->wsi);
        return;
    }
    lws_rx_flow_control(connection->wsi, 0);
    watch(connection, UV_DISCONNECT | UV_WRITABLE);
}

static void stop_reading(struct connection *connection)
{
    lws_rx_flow_control(connection->wsi, 0);
    watch(connection, UV_DISCONNECT);
}

static void on_socket_event(uv_poll_t *poll, int status, int events)
{
    struct connection *connection = poll->data;
    if (status == 0 && (events & UV_DISCONNECT) == 0) {
        write_now(connection);
        return;
    }
    uv_poll_stop(poll);
    abandon_request(connection);
    kill_connection(connection);
}

/* --- Answers */

void server_answer(
    struct http_request *request, int status, const char *content_type, void *body, size_t size)
{
    struct connection *connection = request->connection;
    connection->phase = CONNECTION_ANSWERING;
    connection->status = status;
    snprintf(connection->content_type, sizeof connection->content_type, "%s", content_type);
    connection->answer = body;
    connection->answer_size = connection->answer_capacity = size;
    connection->answer_written = 0;
    connection->close_after = connection->close_after || connection->server->draining;
    connection->head_written = false;
    free_request(connection);
    write_now(connection);
}

void server_stream_start(struct http_request *request)
{
    struct connection *connection = request->connection;
    connection->phase = CONNECTION_STREAMING;
    connection->status = 200;
    snprintf(connection->content_type, sizeof connection->content_type, "text/event-stream");
    connection->head_written = false;
    lws_set_timeout(connection->wsi, NO_PENDING_TIMEOUT, 0);
    write_now(connection);
}

bool server_stream_send(struct http_request *request, const char *text, size_t size)
{
    struct connection *connection = request->connection;
    size_t left = connection->answer_size - connection->answer_written;
    if (left + size > STREAM_BACKLOG_MAX) {
        kill_connection(connection);
        return false;
    }
    if (connection->answer_written > 0) {
        memmove(connection->answer, connection->answer + connection->answer_written, left);
        connection->answer_written = 0;
        connection->answer_size = left;
    }
    if (left + size > connection->answer_capacity) {
        size_t capacity = 2 * (left + size);
        uint8_t *answer = realloc(connection->answer, capacity);
        if (answer == NULL) {
            kill_connection(connection);
            return false;
        }
        connection->answer = answer;
        connection->answer_capacity = capacity;
    }
    memcpy(connection->answer + left, text, size);
    connection->answer_size += size;
    if (connection->head_written)
        wait_for_room(connection);
    return true;
}

static int write_head(struct connection *connection)
{
    uint8_t *start = connection->server->chunk + LWS_PRE, *end = start + CHUNK_BYTES, *at = start;
    bool stream = connection->phase == CONNECTION_STREAMING;
    struct lws *wsi = connection->wsi;
    if (lws_add_http_common_headers(wsi, (unsigned)connection->status, connection->content_type,
            stream ? LWS_ILLEGAL_HTTP_CONTENT_LEN : connection->answer_size, &at, end) != 0)
        return -1;
    if (lws_add_http_header_by_name(
            wsi, (const uint8_t *)"cache-control:", (const uint8_t *)"no-store", 8, &at, end) != 0 ||
        lws_add_http_header_by_name(
            wsi, (const uint8_t *)"x-content-type-options:", (const uint8_t *)"nosniff", 7, &at, end) != 0)
        return -1;
    if (connection->close_after && !stream &&
        lws_add_http_header_by_token(wsi, WSI_TOKEN_CONNECTION, (const uint8_t *)"close", 5, &at, end) != 0)
        return -1;
    if (lws_finalize_write_http_header(wsi, start, &at, end) != 0)
        return -1;
    connection->head_written = true;
    return 0;
}

/* The answer is out: ready for the next request, or the end. */
static int complete_answer(struct connection *connection)
{
    struct lws *wsi = connection->wsi;
    free_answer(connection);
    uv_poll_stop(&connection->watcher);
    if (connection->close_after) {
        connection->phase = CONNECTION_ENDING;
        return -1;
    }
    connection->phase = CONNECTION_READING;
    connection->discarding = false;
    return lws_http_transaction_completed(wsi) != 0 ? -1 : 0;
}

/* The next part; *done where it was the last. */
static int write_body(struct connection *connection, bool *done)
{
    size_t left = connection->answer_size - connection->answer_written;
    size_t size = left < CHUNK_BYTES ? left : CHUNK_BYTES;
    *done = size == left && connection->phase == CONNECTION_ANSWERING;
    if (size == 0)
        return 0;
    uint8_t *chunk = connection->server->chunk + LWS_PRE;
    memcpy(chunk, connection->answer + connection->answer_written, size);
    int written = lws_write(connection->wsi, chunk, size, *done ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP);
    memory_wipe(chunk, size);
    connection->answer_written += size;
    return written < (int)size ? -1 : 0;
}

static int on_writable(struct connection *connection)
{
    if (connection->phase == CONNECTION_ENDING)
        return lws_partial_buffered(connection->wsi) ? 0 : -1;
    if (connection->phase != CONNECTION_ANSWERING && connection->phase != CONNECTION_STREAMING)
        return 0;
    if (connection->phase == CONNECTION_ANSWERING)
        lws_set_timeout(connection->wsi, PENDING_TIMEOUT_HTTP_CONTENT, SILENCE_SECONDS);
    bool done;
    if ((!connection->head_written && write_head(connection) != 0) || write_body(connection, &done) != 0)
        return -1;
    if (done)
        return complete_answer(connection);
    if (connection->answer_written < connection->answer_size)
        wait_for_room(connection);
    else
        stop_reading(connection); /* a stream with nothing to say */
    return 0;
}

/* --- Requests: headers */

static bool has_header(struct lws *wsi, enum lws_token_indexes token)
{
    return lws_hdr_total_length(wsi, token) > 0;
}

static bool is_repeated(struct lws *wsi, enum lws_token_indexes token)
{
    return lws_hdr_fragment_length(wsi, token, 1) > 0;
}

static int refuse(int status, struct failure *failure, const char *detail)
{
    failure_set(failure, status == 413 ? REASON_TOO_LARGE : REASON_BAD_REQUEST, "request", "%s", detail);
    return status;
}

/* 0 and *length (-1: none given), or the status to refuse with. */
static int read_content_length(struct lws *wsi, int64_t *length, struct failure *failure)
{
    *length = -1;
    if (has_header(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING))
        return refuse(411, failure, "Transfer-Encoding is not accepted: give Content-Length");
    if (!has_header(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH))
        return 0;
    char text[32];
    if (is_repeated(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH))
        return refuse(400, failure, "Content-Length is given twice");
    int size = lws_hdr_copy(wsi, text, sizeof text, WSI_TOKEN_HTTP_CONTENT_LENGTH);
    if (size <= 0 || size > CONTENT_LENGTH_DIGITS_MAX || strspn(text, "0123456789") != (size_t)size)
        return refuse(400, failure, "Content-Length is no number");
    *length = strtoll(text, NULL, 10);
    return 0;
}

static int read_method(struct lws *wsi, struct http_request *request, struct failure *failure)
{
    char *path;
    int size;
    switch (lws_http_get_uri_and_method(wsi, &path, &size)) {
    case LWSHUMETH_GET:
        request->method = HTTP_GET;
        return 0;
    case LWSHUMETH_POST:
        request->method = HTTP_POST;
        return 0;
    case LWSHUMETH_PUT:
        request->method = HTTP_PUT;
        return 0;
    case LWSHUMETH_DELETE:
        request->method = HTTP_DELETE;
        return 0;
    default:
        return refuse(405, failure, "method not known here");
    }
}

static int read_query(struct lws *wsi, struct http_request *request, struct failure *failure)
{
    char text[HTTP_QUERY_NAME_SIZE + HTTP_QUERY_VALUE_SIZE];
    for (int i = 0;; i++) {
        int length = lws_hdr_fragment_length(wsi, WSI_TOKEN_HTTP_URI_ARGS, i);
        if (length <= 0)
            return 0;
        int size = lws_hdr_copy_fragment(wsi, text, sizeof text, WSI_TOKEN_HTTP_URI_ARGS, i);
        if (size < 0 || i >= HTTP_QUERY_MAX)
            return refuse(414, failure, "too much in the query");
        const char *equals = memchr(text, '=', (size_t)size);
        size_t name_size = equals != NULL ? (size_t)(equals - text) : (size_t)size;
        if (strlen(text) != (size_t)size || name_size >= HTTP_QUERY_NAME_SIZE ||
            (size_t)size - name_size > HTTP_QUERY_VALUE_SIZE)
            return refuse(400, failure, "query not understood");
        struct http_query *query = &request->query[request->query_count++];
        memcpy(query->name, text, name_size);
        if (equals != NULL)
            snprintf(query->value, sizeof query->value, "%s", equals + 1);
    }
}

/* Everything that is wrong before the application is asked. */
static int read_request_head(struct lws *wsi, const char *path, size_t path_size,
    struct http_request *request, int64_t *length, struct failure *failure)
{
    int status = read_method(wsi, request, failure);
    if (status == 0)
        status = read_content_length(wsi, length, failure);
    if (status != 0)
        return status;
    if (!has_header(wsi, WSI_TOKEN_HOST) || is_repeated(wsi, WSI_TOKEN_HOST))
        return refuse(400, failure, "one Host is needed");
    if (path_size >= sizeof request->path)
        return refuse(414, failure, "the path is too long");
    if (memchr(path, '\0', path_size) != NULL)
        return refuse(400, failure, "the path holds a zero byte");
    memcpy(request->path, path, path_size);
    bool takes_body = request->method == HTTP_POST || request->method == HTTP_PUT;
    if (takes_body && *length < 0)
        return refuse(411, failure, "give Content-Length");
    if (!takes_body && *length > 0)
        return refuse(400, failure, "this method has no body");
    return read_query(wsi, request, failure);
}

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
    stop_reading(connection);
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
    request->peer = connection->peer;
    connection->close_after = false;
    struct failure failure = {0};
    int64_t length;
    int status = read_request_head(wsi, path, path_size, request, &length, &failure);
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
        reason = locked_memory_init(&request->body, (size_t)length, &failure);
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
    abandon_request(connection);
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
        if (has_header(wsi, WSI_TOKEN_UPGRADE))
            lws_return_http_status(wsi, HTTP_STATUS_BAD_REQUEST, NULL);
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
        return on_writable(connection);
    case LWS_CALLBACK_CLOSED_HTTP:
        abandon_request(connection);
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
    if (peer_identify(socket, server->grants, &connection->peer, &failure) != REASON_DONE)
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

void server_close(struct server *server, void (*closed)(void *data), void *data)
{
    server_drain(server);
    server->closing = true;
    server->closed = closed;
    server->closed_data = data;
    for (struct connection *connection = server->connections; connection != NULL;
         connection = connection->next)
        abandon_request(connection);
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
