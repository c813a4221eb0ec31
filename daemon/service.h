/* service.h: the parts of kordond that work on its state: started when the state is proven, at once or when a supervisor has
 * accepted what held it. Loop's thread. */
#ifndef KORDON_DAEMON_SERVICE_H
#define KORDON_DAEMON_SERVICE_H

#include "daemon/kordond.h"

/* Starts the search threads with their locked memory, where they do not run yet: before the list, which then takes what is left. */
enum reason service_start_search(struct kordond *kordond, struct failure *failure);

/* Starts searching, reading and scanners, and notes the start in the log, with the list that was loaded beforehand (NULL:
 * list_failure says why there is none: kordond is locked but verification and the log go on). On failure what was started is
 * closed with kordond. */
enum reason service_start(struct kordond *kordond, struct reference_set *set,
    const struct failure *list_failure, struct failure *failure);

/* The same after the start: the state, held until now, may be worked on. Nobody is served before the start's entry is durable; the
 * list is loaded beside the loop, then done(data, NULL). done's failure says what kept it from starting: that ends kordond, as it
 * does at the start, since what was accepted stays accepted. done may come before this returns. */
void service_resume(
    struct kordond *kordond, void (*done)(void *data, const struct failure *failure), void *data);

#endif
