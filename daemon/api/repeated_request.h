/* repeated_request.h: a request with an Idempotency-Key, before it is handled: is it new, or was it sent before? Loop's thread. */
#ifndef KORDON_DAEMON_API_REPEATED_REQUEST_H
#define KORDON_DAEMON_API_REPEATED_REQUEST_H

#include "daemon/kordond.h"

/* True where it is new and to be handled: its answer is kept then. Otherwise it has been answered, or has taken the place of the one
 * before, which is under way and whose client has left. */
bool repeated_request_begin(struct kordond *kordond, struct http_request *request);

#endif
