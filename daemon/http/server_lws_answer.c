/* Answers and streams on their way out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "daemon/http/server_lws_internal.h"

#define STREAM_BACKLOG_MAX (256 << 10) /* bytes a stream's client may lag behind before it is cut off */

static const char *status_words(int status)
{
    static const struct {
        int status;
        const char *words;
    } rows[] = {{200, "OK"}, {201, "Created"}, {400, "Bad Request"}, {403, "Forbidden"}, {404, "Not Found"},
        {405, "Method Not Allowed"}, {409, "Conflict"}, {411, "Length Required"}, {413, "Content Too Large"},
        {414, "URI Too Long"}, {417, "Expectation Failed"}, {422, "Unprocessable Content"},
        {431, "Request Header Fields Too Large"}, {500, "Internal Server Error"},
        {503, "Service Unavailable"}, {505, "HTTP Version Not Supported"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].status == status)
            return rows[i].words;
    return "";
}

/* --- Answers */

void http_request_add_header(struct http_request *request, const char *name, const char *value)
{
    size_t used = strlen(request->headers), room = sizeof request->headers - used;
    int size = snprintf(request->headers + used, room, "%s: %s\r\n", name, value);
    if (size < 0 || (size_t)size >= room)
        request->headers[used] = '\0';
}

static void begin_answer(struct connection *connection, enum connection_phase phase, int status)
{
    struct server_application *application = &connection->server->application;
    const struct http_request *request = connection->request;
    connection->phase = phase;
    connection->status = status;
    connection->head_only = request->head_only;
    connection->head_written = false;
    connection->answer_written = 0;
    memcpy(connection->headers, request->headers, sizeof connection->headers);
    connection_set_patience(connection, phase == CONNECTION_ANSWERING ? SILENCE_SECONDS : 0);
    connection_watch(connection);
    application->answered(application->data, status);
    lws_callback_on_writable(connection->wsi);
}

void server_answer(
    struct http_request *request, int status, const char *content_type, void *body, size_t size)
{
    struct connection *connection = request->connection;
    snprintf(connection->content_type, sizeof connection->content_type, "%s", content_type);
    connection->answer = body;
    connection->answer_size = connection->answer_capacity = size;
    connection->close_after = connection->close_after || connection->server->draining;
    begin_answer(connection, CONNECTION_ANSWERING, status);
    connection_free_request(connection);
}

/* --- Streams */

void server_stream_start(struct http_request *request)
{
    struct connection *connection = request->connection;
    snprintf(connection->content_type, sizeof connection->content_type, "text/event-stream");
    connection->close_after = true;
    begin_answer(connection, CONNECTION_STREAMING, 200);
}

static bool make_room(struct connection *connection, size_t size)
{
    if (size <= connection->answer_capacity)
        return true;
    uint8_t *answer = malloc(2 * size);
    if (answer == NULL)
        return false;
    size_t left = connection->answer_size;
    if (left > 0)
        memcpy(answer, connection->answer, left);
    connection_free_answer(connection);
    connection->answer = answer;
    connection->answer_size = left;
    connection->answer_capacity = 2 * size;
    return true;
}

static void cut_off(struct connection *connection, const char *why)
{
    connection->server->streams_cut_off++;
    say(SAY_WARNING, "a stream of events of %s is cut off: %s", connection->principal.name, why);
    connection_kill(connection);
}

/* The bytes that may wait bound what one client holds; only time bounds how long he holds it, and one of the streams that there may be. */
void connection_check_stream(struct connection *connection)
{
    uint64_t now = uv_now(connection->server->loop);
    bool waits = connection->phase == CONNECTION_STREAMING && connection->waiting_ms != 0;
    if (!waits || now - connection->waiting_ms < connection->server->stream_patience_ms)
        return;
    connection_abandon(connection);
    cut_off(connection, "nothing was taken of what waits for it");
}

bool server_stream_send(struct http_request *request, const char *text, size_t size)
{
    struct connection *connection = request->connection;
    if (connection->head_only)
        return true;
    size_t left = connection->answer_size - connection->answer_written;
    if (connection->answer_written > 0)
        memmove(connection->answer, connection->answer + connection->answer_written, left);
    connection->answer_written = 0;
    connection->answer_size = left;
    if (left + size > STREAM_BACKLOG_MAX || !make_room(connection, left + size)) {
        cut_off(connection, "it lags too far behind");
        return false;
    }
    if (connection->waiting_ms == 0)
        connection->waiting_ms = uv_now(connection->server->loop);
    memcpy(connection->answer + left, text, size);
    connection->answer_size += size;
    lws_callback_on_writable(connection->wsi);
    return true;
}

/* --- Writing */

static int write_bytes(struct connection *connection, size_t size)
{
    uint8_t *chunk = connection->server->chunk + LWS_PRE;
    bool sent = connection_send(connection, chunk, size);
    memory_wipe(chunk, size);
    return sent ? 0 : -1;
}

static int write_head(struct connection *connection)
{
    char length[64] = "";
    if (connection->phase != CONNECTION_STREAMING)
        snprintf(length, sizeof length, "content-length: %zu\r\n", connection->answer_size);
    int size = snprintf((char *)connection->server->chunk + LWS_PRE, CHUNK_BYTES,
        "HTTP/1.1 %d %s\r\ncontent-type: %s\r\n%scache-control: no-store\r\nx-content-type-options: "
        "nosniff\r\n"
        "%s%s\r\n",
        connection->status, status_words(connection->status), connection->content_type, length,
        connection->headers, connection->close_after ? "connection: close\r\n" : "");
    connection->head_written = true;
    return size > 0 && size < CHUNK_BYTES ? write_bytes(connection, (size_t)size) : -1;
}

static int write_part(struct connection *connection)
{
    size_t left = connection->answer_size - connection->answer_written;
    size_t size = left < CHUNK_BYTES ? left : CHUNK_BYTES;
    memcpy(connection->server->chunk + LWS_PRE, connection->answer + connection->answer_written, size);
    connection->answer_written += size;
    return write_bytes(connection, size);
}

/* The end, or the next request; in either case when libwebsockets has got rid of what the socket did not take. */
static int complete_answer(struct connection *connection)
{
    connection_free_answer(connection);
    uv_poll_stop(&connection->watcher);
    if (!connection->close_after) {
        connection_next(connection);
        return 0;
    }
    connection->phase = CONNECTION_ENDING;
    connection_say_end(connection);
    lws_callback_on_writable(connection->wsi);
    return 0;
}

/* What libwebsockets keeps waits as well: it tells when the socket has taken that, where it is asked to. */
static void note_progress(struct connection *connection)
{
    bool waits =
        connection->answer_written < connection->answer_size || lws_partial_buffered(connection->wsi);
    connection->waiting_ms = waits ? uv_now(connection->server->loop) : 0;
    if (waits)
        lws_callback_on_writable(connection->wsi);
}

int connection_on_writable(struct connection *connection)
{
    bool streams = connection->phase == CONNECTION_STREAMING;
    if (connection->phase == CONNECTION_ENDING)
        return -1;
    if (!streams && connection->phase != CONNECTION_ANSWERING)
        return 0;
    if (!streams)
        connection_set_patience(connection, SILENCE_SECONDS);
    if (!connection->head_written && write_head(connection) != 0)
        return -1;
    if (connection->head_only && streams) {
        connection_abandon(connection);
        return complete_answer(connection);
    }
    bool more = !connection->head_only && connection->answer_written < connection->answer_size;
    if (more && write_part(connection) != 0)
        return -1;
    if (streams)
        note_progress(connection);
    else if (connection->answer_written < connection->answer_size && !connection->head_only)
        lws_callback_on_writable(connection->wsi);
    else
        return complete_answer(connection);
    return 0;
}
