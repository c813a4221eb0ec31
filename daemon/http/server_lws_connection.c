/* What a connection is made of, and how it ends. */
#include <stdlib.h>
#include <sys/socket.h>

#include "daemon/http/server_lws_internal.h"

/* --- Memory, wiped */

void connection_free_answer(struct connection *connection)
{
    if (connection->answer != NULL)
        memory_wipe(connection->answer, connection->answer_capacity);
    free(connection->answer);
    connection->answer = NULL;
    connection->answer_size = connection->answer_written = connection->answer_capacity = 0;
}

void connection_free_request(struct connection *connection)
{
    struct http_request *request = connection->request;
    connection->request = NULL;
    if (request == NULL)
        return;
    locked_memory_finish(&request->body);
    quota_give_back(connection->server->quota, QUOTA_BODY_BYTES, &request->principal, request->body_charged);
    memory_wipe(request, sizeof *request);
    free(request);
}

void connection_free_input(struct connection *connection)
{
    if (connection->input != NULL)
        memory_wipe(connection->input, connection->input_capacity);
    free(connection->input);
    connection->input = NULL;
    connection->input_size = connection->input_capacity = 0;
}

/* --- Its end */

/* The client is gone, or the server ends: whoever works on the request learns so. */
void connection_abandon(struct connection *connection)
{
    struct server *server = connection->server;
    bool stranger = connection->phase == CONNECTION_SHAKING_HANDS && connection->spoke;
    struct http_request *request = connection->request;
    bool told = connection->phase == CONNECTION_HANDLING || connection->phase == CONNECTION_STREAMING;
    connection->phase = CONNECTION_ENDING;
    if (request != NULL && told && request->gone != NULL)
        request->gone(request);
    connection_free_request(connection);
    connection_free_answer(connection);
    connection_free_input(connection);
    if (stranger && !server->closing)
        server->application.not_let_in(server->application.data, TLS_REFUSAL_OTHER);
}

/* Set outside of its callbacks, libwebsockets sees the timeout only with its next event, which may be half a minute away: the socket's end is
 * one. */
void connection_kill(struct connection *connection)
{
    if (connection->wsi == NULL)
        return;
    lws_set_timeout(connection->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
    shutdown(connection->watched_descriptor, SHUT_RDWR);
}

void connection_set_patience(struct connection *connection, int seconds)
{
    lws_set_timeout(
        connection->wsi, seconds > 0 ? PENDING_TIMEOUT_USER_REASON_BASE : NO_PENDING_TIMEOUT, seconds);
}

/* --- The client leaves while nothing is read */

static void on_socket_event(uv_poll_t *poll, int status, int events)
{
    struct connection *connection = poll->data;
    (void)status;
    (void)events;
    uv_poll_stop(poll);
    connection_abandon(connection);
    connection_kill(connection);
}

void connection_watch(struct connection *connection)
{
    uv_poll_start(&connection->watcher, UV_DISCONNECT, on_socket_event);
}
