/* Answers and streams on their way out, and whose turn it is to read and write. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/http/server_lws_internal.h"

#define STREAM_BACKLOG_MAX (256 << 10) /* bytes a stream's client may lag behind before it is cut off */

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
void connection_abandon(struct connection *connection)
{
    struct http_request *request = connection->request;
    bool told = connection->phase == CONNECTION_HANDLING || connection->phase == CONNECTION_STREAMING;
    connection->phase = CONNECTION_ENDING;
    if (request != NULL && told && request->gone != NULL)
        request->gone(request);
    free_request(connection);
    free_answer(connection);
}

void connection_kill(struct connection *connection)
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
static void flush_stream(struct connection *connection);

static void watch(struct connection *connection, int events)
{
    uv_poll_start(&connection->watcher, events, on_socket_event);
}

static bool has_room(const struct connection *connection)
{
    struct pollfd socket = {.fd = connection->watched_descriptor, .events = POLLOUT};
    return poll(&socket, 1, 0) == 1 && (socket.revents & POLLOUT) != 0;
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

static void write_soon(struct connection *connection)
{
    if (has_room(connection))
        write_now(connection);
    else
        wait_for_room(connection);
}

void connection_stop_reading(struct connection *connection)
{
    lws_rx_flow_control(connection->wsi, 0);
    watch(connection, UV_DISCONNECT);
}

static void on_socket_event(uv_poll_t *poll, int status, int events)
{
    struct connection *connection = poll->data;
    if (status == 0 && (events & UV_DISCONNECT) == 0) {
        if (connection->phase == CONNECTION_STREAMING)
            flush_stream(connection);
        else
            write_now(connection);
        return;
    }
    uv_poll_stop(poll);
    connection_abandon(connection);
    connection_kill(connection);
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
    write_soon(connection);
}

/* --- Streams
 *
 * Written past libwebsockets, whose reading stays off for the stream's life: with anything that the client
 * sent behind its request it would ask for each turn of the loop as soon as reading is switched again. */

static void flush_stream(struct connection *connection)
{
    while (connection->answer_written < connection->answer_size) {
        ssize_t sent = send(connection->watched_descriptor, connection->answer + connection->answer_written,
            connection->answer_size - connection->answer_written, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) {
            watch(connection, UV_DISCONNECT | UV_WRITABLE);
            return;
        }
        if (sent < 0) {
            connection_kill(connection);
            return;
        }
        connection->answer_written += (size_t)sent;
    }
    connection->answer_written = connection->answer_size = 0;
    watch(connection, UV_DISCONNECT);
}

void server_stream_start(struct http_request *request)
{
    static const char head[] =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-store\r\n"
        "x-content-type-options: nosniff\r\nconnection: close\r\n\r\n";
    struct connection *connection = request->connection;
    connection->phase = CONNECTION_STREAMING;
    lws_set_timeout(connection->wsi, NO_PENDING_TIMEOUT, 0);
    server_stream_send(request, head, sizeof head - 1);
}

bool server_stream_send(struct http_request *request, const char *text, size_t size)
{
    struct connection *connection = request->connection;
    size_t left = connection->answer_size - connection->answer_written;
    if (left + size > STREAM_BACKLOG_MAX) {
        connection_kill(connection);
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
            connection_kill(connection);
            return false;
        }
        connection->answer = answer;
        connection->answer_capacity = capacity;
    }
    memcpy(connection->answer + left, text, size);
    connection->answer_size += size;
    flush_stream(connection);
    return true;
}

static int write_head(struct connection *connection)
{
    uint8_t *start = connection->server->chunk + LWS_PRE, *end = start + CHUNK_BYTES, *at = start;
    struct lws *wsi = connection->wsi;
    if (lws_add_http_common_headers(wsi, (unsigned)connection->status, connection->content_type,
            connection->answer_size, &at, end) != 0)
        return -1;
    if (lws_add_http_header_by_name(
            wsi, (const uint8_t *)"cache-control:", (const uint8_t *)"no-store", 8, &at, end) != 0 ||
        lws_add_http_header_by_name(
            wsi, (const uint8_t *)"x-content-type-options:", (const uint8_t *)"nosniff", 7, &at, end) != 0)
        return -1;
    if (connection->close_after &&
        lws_add_http_header_by_token(wsi, WSI_TOKEN_CONNECTION, (const uint8_t *)"close", 5, &at, end) != 0)
        return -1;
    if (lws_finalize_write_http_header(wsi, start, &at, end) != 0)
        return -1;
    connection->head_written = true;
    return 0;
}

static int next_request(struct connection *connection)
{
    uv_poll_stop(&connection->watcher);
    connection->phase = CONNECTION_READING;
    connection->discarding = false;
    return lws_http_transaction_completed(connection->wsi) != 0 ? -1 : 0;
}

/* The answer is out: ready for the next request, or the end. libwebsockets waits for room before it reads
 * again, and spins meanwhile where the next request is there already: so it is told only then. */
static int complete_answer(struct connection *connection)
{
    free_answer(connection);
    if (connection->close_after) {
        uv_poll_stop(&connection->watcher);
        connection->phase = CONNECTION_ENDING;
        return -1;
    }
    if (has_room(connection))
        return next_request(connection);
    connection->phase = CONNECTION_ANSWERED;
    wait_for_room(connection);
    return 0;
}

/* The next part; *done where it was the last. */
static int write_body(struct connection *connection, bool *done)
{
    size_t left = connection->answer_size - connection->answer_written;
    size_t size = left < CHUNK_BYTES ? left : CHUNK_BYTES;
    *done = size == left;
    if (size == 0)
        return 0;
    uint8_t *chunk = connection->server->chunk + LWS_PRE;
    memcpy(chunk, connection->answer + connection->answer_written, size);
    int written = lws_write(connection->wsi, chunk, size, *done ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP);
    memory_wipe(chunk, size);
    connection->answer_written += size;
    return written < (int)size ? -1 : 0;
}

int connection_on_writable(struct connection *connection)
{
    if (connection->phase == CONNECTION_ENDING)
        return lws_partial_buffered(connection->wsi) ? 0 : -1;
    if (connection->phase == CONNECTION_ANSWERED)
        return next_request(connection);
    if (connection->phase != CONNECTION_ANSWERING)
        return 0;
    lws_set_timeout(connection->wsi, PENDING_TIMEOUT_HTTP_CONTENT, SILENCE_SECONDS);
    bool done;
    if ((!connection->head_written && write_head(connection) != 0) || write_body(connection, &done) != 0)
        return -1;
    if (done)
        return complete_answer(connection);
    wait_for_room(connection);
    return 0;
}
