/* request_head.h: the head of an HTTP/1.1 request, read strictly: what two readers could understand differently is refused.
 *
 * The library http-parser finds its lines (head_parser.h); here is what this API reads of them, and refuses. libwebsockets only moves
 * the bytes (and will bring TLS): its own reader is lax, and shows nobody what it read. Pure; any thread. Every refusal ends the connection, since where the next request begins is not certain then.
 */
#ifndef KORDON_DAEMON_HTTP_REQUEST_HEAD_H
#define KORDON_DAEMON_HTTP_REQUEST_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/http/server.h"

#define REQUEST_HEAD_MAX 8192 /* bytes of request line and header lines together */

/* What the head says of what follows it. */
struct request_head {
    int64_t length;       /* of the body in bytes; -1: not given */
    bool close;           /* the client sends no further request */
    bool awaits_continue; /* it sends the body when it is told to */
};

/* Where the head ends that begins at bytes; 0: not yet. */
size_t request_head_end(const uint8_t *bytes, size_t size);

/* Whether these may be the first bytes of a head; false for what is no HTTP at all, so that nobody waits for its end. */
bool request_head_may_begin(const uint8_t *bytes, size_t size);

/* Fills in method, path and query of the request, and head. bytes: up to request_head_end(). 0, or the status to refuse with and
 * why. */
int request_head_read(const uint8_t *bytes, size_t size, struct http_request *request,
    struct request_head *head, struct failure *failure);

#endif
