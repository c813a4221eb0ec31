/* call.h: a client that waits for a step of the domain, which goes on without him where he leaves. In the memory of the step's waiter.
 * Loop's thread. */
#ifndef KORDON_DAEMON_API_CALL_H
#define KORDON_DAEMON_API_CALL_H

#include "daemon/api/reply.h"
#include "daemon/kordond.h"

struct call {
    struct kordond *kordond;
    struct http_request *request;    /* NULL: he has left, or was answered */
    void (*left)(struct call *call); /* he has just left; may be NULL */
};

void call_start(struct call *call, struct kordond *kordond, struct http_request *request);

/* Each answers him, where he is still there. json is taken over. */
void call_answer(struct call *call, int status, json_t *json);
void call_fail(struct call *call, const struct failure *failure);

#endif
