/* acceptance.h: what a supervisor accepts against the evidence: another anchor, the clock's time. Loop's thread. */
#ifndef KORDON_DAEMON_ACCEPTANCE_H
#define KORDON_DAEMON_ACCEPTANCE_H

#include "daemon/kordond.h"

enum accepted { ACCEPTED_ANCHOR, ACCEPTED_CLOCK };

/* In the memory of whoever waits; told once, where acceptance_start() returned DONE. failure NULL: the acceptance is recorded, as
 * outcome says, and what was held up works again. outcome is valid during the call. */
struct acceptance_waiter {
    void (*told)(struct acceptance_waiter *waiter, const struct journal_outcome *outcome,
        const struct failure *failure);
};

/* DONE: the waiter will be told. Otherwise it will not: STOPPING, NO_MEMORY, or the lock's reason where that can't be accepted. */
enum reason acceptance_start(struct kordond *kordond, const struct principal *principal,
    enum accepted accepted, const char *justification, struct acceptance_waiter *waiter,
    struct failure *failure);

#endif
