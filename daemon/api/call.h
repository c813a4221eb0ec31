/* call.h: a client that waits for a step of the domain. Where he leaves, the step goes on without him. Lies in the memory of the step's
 * waiter. Loop's thread. */
#ifndef KORDON_DAEMON_API_CALL_H
#define KORDON_DAEMON_API_CALL_H

#include "daemon/api/reply.h"
#include "daemon/kordond.h"

struct call {
    struct kordond *kordond;
    struct http_request *request;    /* NULL: he has left, or was answered */
    enum language language;          /* what the last one who waited wants to read, */
    bool spoken;                     /* and whether the answer holds sentences for people, */
    bool reads_log;                  /* and whether he may read the log */
    void (*left)(struct call *call); /* he has just left; may be NULL */
    struct repeatable *repeatable;   /* where the answer is kept for who repeats the request; NULL: nowhere */
};

void call_start(struct call *call, struct kordond *kordond, struct http_request *request);

/* Lets another request wait in the place of the one whose client has left; false where he still waits. */
bool call_take_over(struct call *call, struct http_request *request);

/* Each answers him, where he is still there; one of them comes, once. json is taken over. call_created: 201; location: the path of what was made,
 * of printable ASCII. call_refuse: the step was not begun. */
void call_answer(struct call *call, int status, json_t *json);
void call_created(struct call *call, const char *location, json_t *json);
void call_fail(struct call *call, const struct failure *failure);
void call_refuse(struct call *call, const struct failure *failure);

#endif
