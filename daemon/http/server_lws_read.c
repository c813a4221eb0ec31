/* Requests on their way in: heads, bodies, and what is read away. */
#include <stdlib.h>
#include <string.h>

#include "daemon/http/server_lws_internal.h"

/* Of a refused body so much is read away; a longer one costs the connection. */
#define DISCARD_BYTES_MAX (64u << 20)
#define BODY_STEP         (256u << 10) /* locked memory is taken in such steps as the body comes */
#define BODY_SMALL        8192u        /* up to here at once: such regions are kept ready */
#define KEEP_DISCARDING   UINT64_MAX   /* nobody knows where the next request begins */

/* A body that comes slower than this, reckoned from SILENCE_SECONDS behind its beginning, ends its connection: a byte now and then would
 * keep it, and what is reserved for it, for as long as its client likes. */
#define BODY_BYTES_PER_SECOND 4096

/* --- What could not be taken yet */

/* Room for what could not be taken: at most a head and what one reading brought behind it; over the network that opens one part more. */
static bool keep_input(struct connection *connection, const uint8_t *bytes, size_t size)
{
    if (connection->input == NULL) {
        connection->input_capacity = REQUEST_HEAD_MAX + 3 * CHUNK_BYTES;
        connection->input = malloc(connection->input_capacity);
    }
    if (connection->input == NULL || size > connection->input_capacity - connection->input_size)
        return false;
    memcpy(connection->input + connection->input_size, bytes, size);
    connection->input_size += size;
    return true;
}

static void drop_input(struct connection *connection, size_t size)
{
    connection->input_size -= size;
    memmove(connection->input, connection->input + size, connection->input_size);
    if (connection->input_size == 0)
        connection_free_input(connection);
    else
        memory_wipe(connection->input + connection->input_size, size);
}

/* --- Requests */

static void refuse_request(
    struct connection *connection, uint64_t discard, int status, const struct failure *failure)
{
    struct server_application *application = &connection->server->application;
    connection->discard_left = discard;
    connection->close_after = connection->close_after || discard > DISCARD_BYTES_MAX;
    application->refuse(application->data, connection->request, status, failure);
}

static void handle_request(struct connection *connection)
{
    struct server_application *application = &connection->server->application;
    connection->phase = CONNECTION_HANDLING;
    connection_set_patience(connection, 0);
    connection_watch(connection);
    application->handle(application->data, connection->request);
}

static bool begin_request(struct connection *connection)
{
    connection->head_begun = false;
    connection->close_after = false;
    connection->body_began_ms = uv_now(connection->server->loop);
    connection->body_came = 0;
    connection->request = calloc(1, sizeof *connection->request);
    if (connection->request == NULL) {
        connection_kill(connection);
        return false;
    }
    connection->request->connection = connection;
    connection->request->principal = connection->principal;
    return true;
}

static void refuse_head(struct connection *connection, int status, const char *detail)
{
    struct failure failure = {0};
    failure_set(&failure, status == 431 ? REASON_TOO_LARGE : REASON_BAD_REQUEST, "request", "%s", detail);
    if (begin_request(connection))
        refuse_request(connection, KEEP_DISCARDING, status, &failure);
}

/* A client that asks first whether its body is wanted. What does not get out is not missed: it sends the body after a while, too. */
static void say_continue(struct connection *connection)
{
    static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
    uint8_t line[LWS_PRE + sizeof text];
    memcpy(line + LWS_PRE, text, sizeof text - 1);
    if (!connection_send(connection, line + LWS_PRE, sizeof text - 1))
        connection_kill(connection);
}

static void admit_request(struct connection *connection, const struct request_head *head)
{
    struct server_application *application = &connection->server->application;
    struct failure failure = {0};
    size_t limit = 0;
    int status = 0;
    uint64_t length = head->length > 0 ? (uint64_t)head->length : 0;
    enum reason reason =
        application->admit(application->data, connection->request, &limit, &status, &failure);
    if (reason == REASON_DONE && length > limit) {
        status = 413;
        reason = failure_set(&failure, REASON_TOO_LARGE, "request", "%llu bytes, at most %zu are taken here",
            (unsigned long long)length, limit);
    }
    connection->body_length = length;
    if (reason != REASON_DONE)
        refuse_request(connection, length, status, &failure);
    else if (length == 0)
        handle_request(connection);
    else if (head->awaits_continue)
        say_continue(connection);
}

/* How many of the bytes were taken: a whole head, or none yet. */
static size_t take_head(struct connection *connection, const uint8_t *bytes, size_t size)
{
    struct request_head head;
    struct failure failure = {0};
    size_t end = request_head_end(bytes, size);
    if (end == 0 && size <= REQUEST_HEAD_MAX && request_head_may_begin(bytes, size)) {
        if (!connection->head_begun)
            connection_set_patience(connection, SILENCE_SECONDS);
        connection->head_begun = true;
        return 0;
    }
    if (end == 0 || end > REQUEST_HEAD_MAX) {
        bool text = request_head_may_begin(bytes, size);
        refuse_head(connection, text ? 431 : 400, text ? "its head is too long" : "it is no HTTP");
        return size;
    }
    if (!begin_request(connection))
        return size;
    int status = request_head_read(bytes, end, connection->request, &head, &failure);
    connection->close_after = head.close;
    if (status != 0)
        refuse_request(connection, KEEP_DISCARDING, status, &failure);
    else
        admit_request(connection, &head);
    return end;
}

/* --- Bodies */

/* So many bytes of a body came: how long it may take from here on. */
static void await_more(struct connection *connection, size_t size)
{
    connection->body_came += size;
    uint64_t took_ms = uv_now(connection->server->loop) - connection->body_began_ms;
    uint64_t may_take_ms = SILENCE_SECONDS * 1000 + connection->body_came * 1000 / BODY_BYTES_PER_SECOND;
    if (took_ms < may_take_ms)
        connection_set_patience(connection, SILENCE_SECONDS);
    else
        connection_kill(connection);
}

/* Locked memory for what has come, in steps: what is only announced takes nothing from others. */
static enum reason make_room(struct connection *connection, size_t needed, struct failure *failure)
{
    struct http_request *request = connection->request;
    struct quota *quota = connection->server->quota;
    size_t length = (size_t)connection->body_length,
           size = length <= BODY_SMALL ? length : needed + BODY_STEP - 1;
    size = size < length ? size - size % BODY_STEP : length;
    if (size <= request->body.size)
        return REASON_DONE;
    enum reason reason =
        quota_take(quota, QUOTA_BODY_BYTES, &request->principal, size - request->body_charged, failure);
    if (reason != REASON_DONE)
        return reason;
    request->body_charged = size;
    bool assured = quota_held(quota, QUOTA_BODY_BYTES, &request->principal) <= request->body_assured;
    size_t keep = assured ? 0 : request->keep_free;
    if (length <= BODY_SMALL)
        return locked_memory_init_keeping(&request->body, length, keep, failure);
    if (request->body.bytes == NULL)
        reason = locked_memory_reserve(&request->body, length, failure);
    return reason == REASON_DONE ? locked_memory_grow(&request->body, size, keep, failure) : reason;
}

static size_t take_body(struct connection *connection, const uint8_t *bytes, size_t size)
{
    struct http_request *request = connection->request;
    uint64_t left = connection->body_length - request->body_size;
    struct failure failure = {0};
    size = size < left ? size : (size_t)left;
    if (make_room(connection, request->body_size + size, &failure) != REASON_DONE) {
        refuse_request(connection, left - size, 0, &failure);
        return size;
    }
    memcpy((uint8_t *)request->body.bytes + request->body_size, bytes, size);
    request->body_size += size;
    if (size == left)
        handle_request(connection);
    else
        await_more(connection, size);
    return size;
}

/* --- What comes next */

static size_t discard(struct connection *connection, size_t size)
{
    size = size < connection->discard_left ? size : (size_t)connection->discard_left;
    if (connection->discard_left != KEEP_DISCARDING)
        connection->discard_left -= size;
    if (connection->phase == CONNECTION_READING && connection->discard_left > 0)
        await_more(connection, size);
    else if (connection->phase == CONNECTION_READING)
        connection_set_patience(connection, KEEP_ALIVE_SECONDS);
    return size;
}

/* How many of the bytes were taken; 0 where it is not their turn, or a head is not whole yet. */
static size_t take_part(struct connection *connection, const uint8_t *bytes, size_t size)
{
    if (connection->discard_left > 0)
        return discard(connection, size);
    if (connection->phase != CONNECTION_READING)
        return 0;
    return connection->request == NULL ? take_head(connection, bytes, size)
                                       : take_body(connection, bytes, size);
}

static size_t take(struct connection *connection, const uint8_t *bytes, size_t size)
{
    size_t taken = 0, part = 1;
    while (taken < size && part > 0) {
        part = take_part(connection, bytes + taken, size - taken);
        taken += part;
    }
    return taken;
}

/* Reading goes on only where what comes can be taken. */
static void read_on_or_not(struct connection *connection)
{
    bool reads = connection->phase == CONNECTION_READING || connection->discard_left > 0;
    lws_rx_flow_control(connection->wsi, reads);
}

void connection_receive(struct connection *connection, uint8_t *bytes, size_t size)
{
    size_t taken = 0;
    bool kept = true;
    if (connection->phase == CONNECTION_ENDING) {
        memory_wipe(bytes, size);
        return;
    }
    if (connection->input_size > 0) {
        kept = keep_input(connection, bytes, size);
        if (kept)
            drop_input(connection, take(connection, connection->input, connection->input_size));
    } else {
        taken = take(connection, bytes, size);
        kept = taken == size || keep_input(connection, bytes + taken, size - taken);
    }
    memory_wipe(bytes, size);
    if (!kept)
        connection_kill(connection);
    read_on_or_not(connection);
}

void connection_next(struct connection *connection)
{
    connection->phase = CONNECTION_READING;
    connection_set_patience(connection, connection->discard_left > 0 ? SILENCE_SECONDS : KEEP_ALIVE_SECONDS);
    if (connection->input_size > 0)
        drop_input(connection, take(connection, connection->input, connection->input_size));
    read_on_or_not(connection);
}
