/* list_waiter.h: a client that waits for a change of the list, which goes on without him where he leaves. Loop's thread. */
#ifndef KORDON_DAEMON_LIST_WAITER_H
#define KORDON_DAEMON_LIST_WAITER_H

#include <jansson.h>

#include "daemon/kordond.h"

/* In the memory of the job that he waits for. Counts as a list job from start to end, so that a stop waits for it. */
struct list_waiter {
    struct kordond *kordond;
    struct http_request *request; /* NULL: nobody waits */
};

/* request may be NULL. */
void list_waiter_start(struct list_waiter *waiter, struct kordond *kordond, struct http_request *request);

/* Each answers him, where he is still there. json is taken over. */
void list_waiter_fail(struct list_waiter *waiter, const struct failure *failure);
void list_waiter_answer(struct list_waiter *waiter, int status, json_t *json);

/* The job is over. */
void list_waiter_end(struct list_waiter *waiter);

/* Answers a request for which no job was begun. */
void list_refuse(struct http_request *request, enum reason reason, const char *subject, const char *detail);

#endif
