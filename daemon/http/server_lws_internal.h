/* server_lws_internal.h: one connection and the server, shared by the files of server_lws; private. */
#ifndef KORDON_DAEMON_HTTP_SERVER_LWS_INTERNAL_H
#define KORDON_DAEMON_HTTP_SERVER_LWS_INTERNAL_H

#include <libwebsockets.h>

#include "daemon/http/listener.h"
#include "daemon/http/server.h"

#define CHUNK_BYTES     16384 /* written in one turn, so that large answers share the loop */
#define SILENCE_SECONDS 20    /* to the next byte of a request that has begun, or of an answer */

enum connection_phase {
    CONNECTION_READING,   /* between requests, or in the middle of one */
    CONNECTION_HANDLING,  /* the application has the request */
    CONNECTION_ANSWERING, /* head and body are being written */
    CONNECTION_ANSWERED,  /* all is written; libwebsockets is told when there is room again */
    CONNECTION_STREAMING,
    CONNECTION_ENDING, /* nothing more is to be done but close */
};

struct connection {
    struct server *server;
    struct lws *wsi;   /* NULL once libwebsockets let go of it */
    uv_poll_t watcher; /* of a duplicate of the socket */
    int watched_descriptor;
    struct principal principal;
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

/* server_lws_answer.c */

/* The client is gone, or the server ends: whoever works on the request learns so. */
void connection_abandon(struct connection *connection);
void connection_kill(struct connection *connection);
void connection_stop_reading(struct connection *connection);
int connection_on_writable(struct connection *connection);

/* server_lws_head.c: everything that is wrong before the application is asked: the status to refuse with, or
 * 0. *length: of the body, -1 where none is given. */
int request_read_head(struct lws *wsi, const char *path, size_t path_size, struct http_request *request,
    int64_t *length, struct failure *failure);

#endif
