/* events.h: what the rooms tell of themselves to whoever wants to know. Rooms publish and know no listener; the API and others
 * subscribe. Loop's thread; listeners are called in the order in which they subscribed, before events_publish() returns.
 */
#ifndef KORDON_DAEMON_EVENTS_H
#define KORDON_DAEMON_EVENTS_H

#include "daemon/scanners/pool.h"

struct list_import;
struct referral;
struct transaction;

enum event_type {
    EVENT_SCANNER,         /* scanner: what happened to a reader, or to the watcher */
    EVENT_TRANSACTION,     /* transaction: it was opened, or is in another state */
    EVENT_GUIDANCE,        /* transaction: its officer is told something else to do */
    EVENT_LIST,            /* another list is in force, or none */
    EVENT_IMPORT,          /* import: how far it is; NULL: it is over */
    EVENT_REFERRAL,        /* referral: it is there, or is shown otherwise; for whoever may see it */
    EVENT_REFERRAL_PLACES, /* places for matches are few, or are not any more; for supervisors */
    EVENT_MODE,            /* the mode, or its reason, is another one */
};

/* Valid during the call. */
struct event {
    enum event_type type;
    const struct transaction *transaction;
    const struct list_import *import;
    const struct referral *referral;
    struct {
        enum scanner_event_type type;
        const struct scanner_info *info;
    } scanner;
};

/* In the listener's own struct, as long as there are events. */
struct event_listener {
    void (*told)(struct event_listener *listener, const struct event *event);
    struct event_listener *next; /* private */
};

/* Zeroed: nobody listens. */
struct events {
    struct event_listener *first;
};

void events_subscribe(struct events *events, struct event_listener *listener);
void events_publish(const struct events *events, const struct event *event);

#endif
