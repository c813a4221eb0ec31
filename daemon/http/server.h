/* server.h: HTTP/1.1 on a unix socket and over the network (TLS), as the API sees it: requests come whole, answers leave whole or as a
 * stream of events.
 *
 * server_lws*.c implement it and are the only files that know libwebsockets, which moves the bytes; request_head.c reads what they
 * say, by the library http-parser. What a request must not contain (chunked or unsized bodies, double or negative lengths, a missing Host, upgrades, header lines
 * that could be read in two ways) is refused before the application sees anything. It never blocks, lets no slow or silent client
 * hold up another, and no principal hold more than quota.h lets him. HEAD is answered as GET, without the body.
 *
 * Everything here belongs to the loop's thread.
 */
#ifndef KORDON_DAEMON_HTTP_SERVER_H
#define KORDON_DAEMON_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/language.h"
#include "base/locked_memory.h"
#include "daemon/http/peer.h"
#include "daemon/http/tls_context.h"
#include "daemon/quota.h"

/* HTTP_OTHER: none that the API has. */
enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_DELETE, HTTP_OTHER, HTTP_METHOD_COUNT };
/* "GET", "POST", ..., "other"; constant. */
const char *http_method_name(enum http_method method);

#define HTTP_PATH_SIZE        512
#define HTTP_QUERY_MAX        12
#define HTTP_QUERY_NAME_SIZE  24
#define HTTP_QUERY_VALUE_SIZE 512
#define HTTP_HEADERS_SIZE     256

struct http_query {
    char name[HTTP_QUERY_NAME_SIZE];
    char value[HTTP_QUERY_VALUE_SIZE];
};

/* Header lines of a request that the application reads. */
enum http_header { HTTP_LAST_EVENT_ID, HTTP_IDEMPOTENCY_KEY, HTTP_HEADER_COUNT };

#define HTTP_HEADER_VALUE_SIZE 128

struct connection;
struct repeatable;

/* Lives from admit() until it was answered, or its client is gone and gone() was called, if it is set. A
 * handler that answers later keeps the pointer and takes it back in gone(). */
struct http_request {
    enum http_method method;
    bool head_only;            /* HEAD: the answer to a GET, without its body */
    char path[HTTP_PATH_SIZE]; /* decoded, without the query */
    struct http_query query[HTTP_QUERY_MAX];
    size_t query_count;
    char header_values[HTTP_HEADER_COUNT][HTTP_HEADER_VALUE_SIZE]; /* "" where not given */
    enum language language; /* the one that the client wants to read, of those that there are */
    struct principal principal;
    struct locked_memory body;       /* wiped with the request; a handler may take it over by zeroing this */
    size_t body_size;                /* of what body holds */
    uint64_t body_charged;           /* to its principal's share of bytes; goes where the body goes */
    size_t keep_free;                /* set by admit: locked memory that bodies must leave to others ... */
    size_t body_assured;             /* ... where their principal holds more than so many bytes of them */
    char headers[HTTP_HEADERS_SIZE]; /* further ones of the answer: http_request_add_header() */
    const void *route;               /* the application's, set by admit() */
    bool spoken;                     /* the application's: its answer holds sentences for people */
    const char *parameter;           /* the application's: points into path */
    size_t parameter_size;
    struct repeatable *repeatable; /* the application's: where the answer is kept; NULL: nowhere */
    void *data;                    /* the handler's */
    void (*gone)(struct http_request *request); /* the client left before the answer */
    struct connection *connection;              /* private */
};

/* The query's value, or NULL. */
const char *http_request_query(const struct http_request *request, const char *name);

/* The header's value, or NULL. */
const char *http_request_header(const struct http_request *request, enum http_header header);

/* One more header line of the answer. name and value: the program's own text, of printable ASCII; one that does not fit is left
 * out. */
void http_request_add_header(struct http_request *request, const char *name, const char *value);

/* What the server asks. admit: headers are read, the body is not: may this request come, and how many bytes?
 * Anything but DONE is answered with refuse. handle: the request is whole; answer now or later. refuse: must
 * answer at once. status 0: the reason's own. answered: each answer's status, also of a stream. turn_away: what a connection is told
 * that is closed at once: JSON, malloc'd, or NULL. */
struct server_application {
    void *data;
    enum reason (*admit)(
        void *data, struct http_request *request, size_t *body_limit, int *status, struct failure *failure);
    void (*handle)(void *data, struct http_request *request);
    void (*refuse)(void *data, struct http_request *request, int status, const struct failure *failure);
    void (*answered)(void *data, int status);
    char *(*turn_away)(void *data, const struct failure *failure, size_t *size);
    /* Somebody from the network was not let in, or his certificate ceased to hold while he was connected. */
    void (*not_let_in)(void *data, enum tls_refusal refusal);
};

struct server_options {
    const char *socket;
    uint32_t socket_mode;
    struct quota *quota; /* connections and bodies count in it; further ones are refused at once */
    uint32_t
        stream_patience_seconds; /* a stream's client may take nothing for so long of what waits for it */
    const struct peer_grants *grants; /* must stay; see server_grants_changed() */
    const char *network; /* [tls] address, where nobody can connect before server_open_network(); "": none */
    struct tls_context *tls; /* kept; NULL with network "" */
};

struct server;

/* Both must outlive it: loop, and what options point to. On failure *server may be there, too: it is closed and destroyed as one that
 * runs, since what has begun ends on the loop. CONFIGURATION_BAD, STATE_LOCKED, FILE_NOT_FOUND and the like: the socket;
 * SYSTEM_ERROR, NO_MEMORY. */
enum reason server_create(struct server **server, uv_loop_t *loop, const struct server_options *options,
    const struct server_application *application, struct failure *failure);

/* Descriptors that connections take at most, by the quota's limit of them: two each, those who still shake hands as well. */
uint64_t server_descriptors(const struct quota *quota);

/* Clients of the network can connect from now on, where it has an address; to be told so again is no failure. STATE_LOCKED, SYSTEM_ERROR. */
enum reason server_open_network(struct server *server, struct failure *failure);

/* New handshakes use this context from now on; it is kept. To be followed by server_grants_changed(), which looks at each certificate anew.
 * Where the network is not listened to it is ignored. */
void server_use_tls(struct server *server, struct tls_context *tls);

/* Ends what time has ended: connections whose certificate has expired, or whose authority's revocation list is too old; streams whose clients
 * take nothing of what waits for them. About each second. */
void server_look(struct server *server);

/* The grants are others now: whoever is connected has the roles that they give. What such a peer has half sent, and a stream that it
 * listens to, end with their connection where its roles changed; what is being worked on is answered. */
void server_grants_changed(struct server *server);

/* No new connections from now on, and each connection ends with its next answer. */
void server_drain(struct server *server);

/* Whether an answer is on its way to its client. */
bool server_answering(const struct server *server);

/* Ends all connections, whatever they wait for; then closed(data), from the loop or at once. Not to be called
 * from inside a request's handling. */
void server_close(struct server *server, void (*closed)(void *data), void *data);

/* Frees it, once the loop has run to its end after server_close(). Takes NULL. */
void server_destroy(struct server *server);

uint32_t server_connections(const struct server *server);
uint64_t server_refused_connections(const struct server *server);
/* Streams whose clients lagged too far behind, or took nothing for too long. */
uint64_t server_streams_cut_off(const struct server *server);

/* Answers. body is malloc'd (or NULL with size 0), taken over and wiped. The request must not be used any more. */
void server_answer(
    struct http_request *request, int status, const char *content_type, void *body, size_t size);

/* Turns the answer into an endless text/event-stream; gone() must be set and is called at its end. send
 * copies text; false where the client is so slow that the stream was ended. */
void server_stream_start(struct http_request *request);
bool server_stream_send(struct http_request *request, const char *text, size_t size);

#endif
