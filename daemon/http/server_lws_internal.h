/* server_lws_internal.h: one connection and the server, shared by the files of server_lws; private. */
#ifndef KORDON_DAEMON_HTTP_SERVER_LWS_INTERNAL_H
#define KORDON_DAEMON_HTTP_SERVER_LWS_INTERNAL_H

#include <libwebsockets.h>
#include <netinet/in.h>

#include "daemon/http/listener.h"
#include "daemon/http/request_head.h"
#include "daemon/http/server.h"
#include "daemon/http/tls_session.h"

#define CHUNK_BYTES        16384 /* read or written in one turn, so that large ones share the loop */
#define SILENCE_SECONDS    20    /* for a head to come whole; to the next bytes of a body, or of an answer */
#define KEEP_ALIVE_SECONDS 60    /* to the next request */
#define HANDSHAKE_SECONDS  5     /* for a client to prove who it is */
#define LINGER_SECONDS     2     /* for a client that is refused to read why */
#define TURNED_AWAY_KEPT   16

enum connection_phase {
    CONNECTION_SHAKING_HANDS, /* over the network: nobody knows yet who it is */
    CONNECTION_READING,       /* between requests, or in the middle of one */
    CONNECTION_HANDLING,      /* the application has the request */
    CONNECTION_ANSWERING,     /* head and body are being written */
    CONNECTION_STREAMING,
    CONNECTION_ENDING, /* nothing more is to be done but close */
};

struct connection {
    struct server *server;
    struct lws *wsi;   /* NULL once libwebsockets let go of it */
    uv_poll_t watcher; /* of a duplicate of the socket: notices that the client left while nothing is read */
    int watched_descriptor;
    struct principal principal; /* with the roles that he has now; unproven until hands are shaken */
    struct tls_session *tls;    /* NULL: a unix socket */
    struct in6_addr address;    /* over the network: whence */
    bool spoke;                 /* over the network: something came */
    uint64_t began_ms;          /* loop time */
    int64_t proven_until;       /* seconds since 1970: when its certificate must be looked at anew */
    enum connection_phase phase;
    struct http_request *request;

    /* on the way in */
    /* what has come and could not be taken yet: part of a head, or a request behind the present one */
    uint8_t *input;
    size_t input_size, input_capacity;
    bool head_begun;                   /* the time for the head to come whole runs */
    uint64_t body_length;              /* of the request, as announced */
    uint64_t discard_left;             /* of a refused body: read away */
    uint64_t body_began_ms, body_came; /* of either: loop time, and bytes so far */

    /* on the way out */
    bool close_after; /* this answer is the connection's last */
    int status;
    bool head_only, head_written;
    uint64_t waiting_ms; /* a stream: loop time since when none was taken of what waits; 0: nothing waits */
    char content_type[64];
    char headers[HTTP_HEADERS_SIZE];
    uint8_t *answer;
    size_t answer_size, answer_written, answer_capacity;
    struct connection *previous, *next;
};

struct server {
    uv_loop_t *loop;
    struct server_application application;
    const struct peer_grants *grants;
    struct quota *quota;
    uint32_t connection_count;
    uint64_t refused_connections, streams_cut_off;
    uint64_t stream_patience_ms;
    int turned_away[TURNED_AWAY_KEPT]; /* the last ones, so that they can read why; -1: none */
    size_t turned_away_next;
    struct connection *connections;
    struct listener listener, network;
    struct tls_context *tls; /* in force; NULL: nobody is served over the network */
    bool network_bound;
    struct lws_context *context;
    struct lws_vhost *vhost;
    bool draining;
    bool listening;
    bool closing;
    void (*closed)(void *data);
    void *closed_data;
    uint8_t chunk[LWS_PRE + CHUNK_BYTES];
    uint8_t opened[CHUNK_BYTES];           /* by TLS */
    uint8_t sealed[LWS_PRE + CHUNK_BYTES]; /* by TLS */
};

/* server_lws_send.c. Sends bytes of HTTP, in front of which LWS_PRE bytes are free. False: the connection ends. */
bool connection_send(struct connection *connection, uint8_t *bytes, size_t size);
/* Sends what TLS has to say by itself; over the network only. False: the connection ends. */
bool connection_flush(struct connection *connection);
/* Says that nothing more comes, where that is said. */
void connection_say_end(struct connection *connection);

/* server_lws_tls.c: the network's side. What an accepted socket becomes, with nothing taken of the socket yet; NULL: it is not taken. */
struct connection *network_connection(struct server *server, int socket);
/* Who may shake hands at once. */
size_t network_strangers_max(const struct quota *quota);
/* Bytes came. */
void network_receive(struct connection *connection, const uint8_t *bytes, size_t size);
/* Who it is by now, by the context in force; an unproven principal where its certificate no longer holds. */
void network_identify(struct connection *connection, struct principal *principal);

/* server_lws_connection.c. The client is gone, or the server ends: whoever works on the request learns so. */
void connection_abandon(struct connection *connection);
/* Ends it from outside of libwebsockets' callbacks, from the loop. */
void connection_kill(struct connection *connection);
/* Ends it where it says nothing for so long; 0: for as long as it likes. */
void connection_set_patience(struct connection *connection, int seconds);
/* The client's leaving is noticed while nothing is read. */
void connection_watch(struct connection *connection);
/* Wiped and given back; they take what is not there. */
void connection_free_request(struct connection *connection);
void connection_free_input(struct connection *connection);
void connection_free_answer(struct connection *connection);

/* server_lws_read.c: bytes came (and are wiped); the answer is out, so the next request may begin. */
void connection_receive(struct connection *connection, uint8_t *bytes, size_t size);
void connection_next(struct connection *connection);

/* server_lws_answer.c: ends a stream whose client takes nothing, where that lasts too long. */
void connection_check_stream(struct connection *connection);

/* server_lws_answer.c: there is room to write: 0, or -1 where the connection ends. */
int connection_on_writable(struct connection *connection);

#endif
