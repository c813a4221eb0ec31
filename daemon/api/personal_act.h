/* personal_act.h: a change that somebody answers for: what was asked, and by whom, is kept until it is done, so that a refusal that comes then
 * is noted as one that comes at once is (L4). Lies in the memory of the act's waiter. Loop's thread.
 */
#ifndef KORDON_DAEMON_API_PERSONAL_ACT_H
#define KORDON_DAEMON_API_PERSONAL_ACT_H

#include "daemon/api/call.h"

struct personal_act {
    struct call call;           /* the answer goes there, or through personal_act_fail() */
    struct principal principal; /* a copy: the client may leave */
    /* private */
    const char *method, *route;
};

void personal_act_start(struct personal_act *act, struct kordond *kordond, struct http_request *request);

/* Answers the call with it; what was not permitted is noted as a denial first: who tried to be both persons of a change is an auditor's to
 * know. */
void personal_act_fail(struct personal_act *act, const struct failure *failure);

/* The same where it was not begun: who repeats the request asks anew. */
void personal_act_refuse(struct personal_act *act, const struct failure *failure);

#endif
