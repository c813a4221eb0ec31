/* list_sweep.h: what is no longer the list is deleted, and its space given back, in steps between the journal's commits. Loop's thread. */
#ifndef KORDON_DAEMON_LIST_SWEEP_H
#define KORDON_DAEMON_LIST_SWEEP_H

#include "daemon/kordond.h"

/* Goes on until nothing is left, or kordond stops: what is left then is swept at the next start. */
void list_sweep_soon(struct kordond *kordond);

#endif
