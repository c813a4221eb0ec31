/* event_json.h: what an event is called at /v1/events, what is said of it, and who may hear it. Loop's thread. */
#ifndef KORDON_DAEMON_API_EVENT_JSON_H
#define KORDON_DAEMON_API_EVENT_JSON_H

#include <jansson.h>

#include "daemon/kordond.h"

struct event_message {
    const char *name;                /* constant */
    unsigned roles;                  /* whoever holds one of these hears it, */
    const struct principal *owner;   /* and he, where he is still a terminal; NULL: nobody */
    json_t *data;                    /* new; NULL: there is no memory */
    const struct referral *referral; /* who knows of it hears it, and nobody else; NULL: it tells of none */
};

/* What an event says; valid as long as the event is. */
struct event_message event_message(const struct kordond *kordond, const struct event *event);

/* The mode as it is now. */
json_t *event_mode_json(const struct kordond *kordond);

bool event_message_is_for(const struct event_message *message, const struct principal *principal);

#endif
