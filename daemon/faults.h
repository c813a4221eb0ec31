/* faults.h: each fault of a reader or of the watcher is counted, here alone; where a child misbehaved, or readers can't be
 * found, it is said in the log. Loop's thread. */
#ifndef KORDON_DAEMON_FAULTS_H
#define KORDON_DAEMON_FAULTS_H

#include "daemon/events.h"
#include "daemon/evidence.h"

/* Everything is private. */
struct faults {
    struct event_listener listener;
    struct evidence *evidence;
};

/* From now on they are. */
void faults_init(struct faults *faults, struct events *events, struct evidence *evidence);

#endif
