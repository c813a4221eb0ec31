/* service_manager.h: what systemd is told (sd_notify(3)): that kordond serves, in one line what it can do, that it reads its configuration
 * again, that it ends, and, for its watchdog, that the loop still turns. Where none listens nothing is told. Loop's thread.
 */
#ifndef KORDON_DAEMON_SERVICE_MANAGER_H
#define KORDON_DAEMON_SERVICE_MANAGER_H

#include <uv.h>

#include "daemon/events.h"

struct kordond;

/* Everything is private. */
struct service_manager {
    struct event_listener listener;
    const struct kordond *kordond;
    uv_timer_t watchdog; /* closed with the loop's other handles */
};

void service_manager_init(struct service_manager *manager, struct kordond *kordond);

/* The socket answers: READY. From now on it is told each change of the mode, which standard error is told, too, and at half of the
 * watchdog's time that the loop turns. */
void service_manager_serving(struct service_manager *manager);

/* Around a reload, whatever comes of it. */
void service_manager_reloading(void);
void service_manager_reloaded(void);

void service_manager_stopping(void);

#endif
