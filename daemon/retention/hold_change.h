/* hold_change.h: a legal hold is placed or lifted: what the state keeps of it, with the entry that says who did it, and why. Loop's thread. */
#ifndef KORDON_DAEMON_RETENTION_HOLD_CHANGE_H
#define KORDON_DAEMON_RETENTION_HOLD_CHANGE_H

#include "daemon/evidence.h"
#include "retention/holds.h"

/* In the memory of whoever waits, from a start until done(), which comes exactly once. */
struct hold_change {
    /* filled in by the caller */
    void (*done)(struct hold_change *change);
    void *data;
    struct evidence *evidence;
    bool lifts;             /* otherwise one is placed */
    struct legal_hold hold; /* what it names; auditor: who asks is one; reason: why it is placed, or lifted */
    /* valid in done(). DONE: it is in force, outcome is its entry's. TRANSACTION_HELD, TRANSACTION_ERASED, ENTRY_ERASED, ENTRY_NOT_FOUND,
     * HOLD_NOT_FOUND, NOT_PERMITTED, TOO_LARGE, STATE_UNPROVEN,
     * those of an entry that could not be written */
    enum reason reason;
    struct failure failure;
    struct journal_outcome outcome;
    /* private */
    json_t *body;
    struct journal_job job;
    uint64_t next; /* the entry to be looked at for something of the transaction, or for its being erased */
    bool looks, found, erased;
};

/* principal: who asks, in the role of a supervisor or an auditor. */
void hold_change_start(struct hold_change *change, const struct principal *principal);

#endif
