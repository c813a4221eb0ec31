/* client.h: requests to kordond over its unix socket, or over the network by TLS (docs/openapi.yaml).
 *
 * An answer with a status of 400 or more comes back as the reason that kordond gave, with its subject and
 * detail, so that a command fails with the same words and exit code as if it had done the work itself.
 * Thread rule: one thread.
 */
#ifndef KORDON_TOOLS_KORDONCTL_CLIENT_H
#define KORDON_TOOLS_KORDONCTL_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/failure.h"
#include "tools/kordonctl/listening.h"

struct client;
struct tls_identity;

/* Where kordond is. */
struct client_place {
    const char *socket;                  /* on this machine; NULL: over the network */
    const char *server;                  /* "https://HOST:PORT" */
    const struct tls_identity *identity; /* lives longer than the client */
};

/* Asks kordond there whether it is alive. On the socket: DAEMON_NOT_REACHABLE where nobody listens, NOT_PERMITTED where it may not be opened.
 * Over the network: BAD_ARGUMENT (server), SERVER_NOT_REACHABLE, SERVER_UNPROVEN, CERTIFICATE_REFUSED; so later requests too.
 * *client is NULL unless DONE. */
enum reason client_open(const struct client_place *place, struct client **client, struct failure *failure);
void client_close(struct client *client); /* takes NULL */

/* One request. path: with its query, from "/v1/" on. bytes may be NULL: no body. type: the body's media type.
 * timeout_ms: for the whole request. */
struct client_request {
    const char *method;
    const char *path;
    const void *bytes;
    size_t size;
    const char *type;
    long timeout_ms;              /* 0: one minute */
    const struct client_ear *ear; /* hears the events meanwhile; NULL: nobody */
    /* It goes with an Idempotency-Key, which its route must take: it is sent again where no answer comes, and done once. */
    bool once;
};

/* Sends it and gives the answer's bytes (malloc'd, ended by a zero byte that *size does not count). The
 * remote reasons, DAEMON_NOT_REACHABLE, TOO_LARGE, NO_MEMORY; of one that is done once OUTCOME_UNKNOWN, where no answer came as often as it was sent.
 * Outputs are zeroed first. */
enum reason client_send(struct client *client, const struct client_request *request, uint8_t **answer,
    size_t *size, struct failure *failure);

/* The same for an answer that is a JSON object; *answer (may be NULL) is a new reference. */
enum reason client_send_json(
    struct client *client, const struct client_request *request, json_t **answer, struct failure *failure);

/* GET and, with a JSON body that is taken (a new reference), any method; both give a JSON object. */
enum reason client_get(struct client *client, const char *path, json_t **answer, struct failure *failure);
enum reason client_put_json(struct client *client, const char *method, const char *path, json_t *body,
    json_t **answer, struct failure *failure);

/* The same for a change that is done once though its answer may be lost. */
enum reason client_do_once(struct client *client, const char *method, const char *path, json_t *body,
    json_t **answer, struct failure *failure);

/* POST, with an ear on the events until the answer comes. */
enum reason client_post_hearing(struct client *client, const char *path, json_t *body,
    const struct client_ear *ear, json_t **answer, struct failure *failure);

/* A path with one query parameter added, its value escaped; the first one is begun with "?". value NULL: path
 * stays as it is. TOO_LARGE. */
enum reason client_add_query(
    char *path, size_t size, const char *name, const char *value, struct failure *failure);

/* GET of a whole list, page by page: the answer is the first page's, with all rows at key and without "next". path: with its query,
 * in memory of size bytes that has room for "after". */
enum reason client_get_all(struct client *client, char *path, size_t size, const char *key, json_t **answer,
    struct failure *failure);

/* A member of an answer: "-", "" or 0 where it is not there or of another type. */
const char *text_of(const json_t *object, const char *key);
const char *text_or_empty(const json_t *object, const char *key);
long long number_of(const json_t *object, const char *key);

#endif
