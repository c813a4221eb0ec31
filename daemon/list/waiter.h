/* waiter.h: who waits for a change of the list. Loop's thread. */
#ifndef KORDON_DAEMON_LIST_WAITER_H
#define KORDON_DAEMON_LIST_WAITER_H

#include "list/entry.h"
#include "list/findings.h"
#include "list/opened_list.h"
#include "store/journal.h"

struct list_import;

/* What a step came to, as far as it has it; valid while the waiter is told. */
struct list_outcome {
    const struct list_import *import;       /* NULL: an erasure, or the import is over */
    const struct list_findings *findings;   /* of entries that were added */
    const struct list_entry *entry;         /* of one that was added alone */
    const struct list_change *change;       /* that was made, or tried */
    const struct opened_list *set;          /* in force now, or in a dry run, what would be; NULL: none */
    const struct journal_outcome *recorded; /* of a change that was made */
};

/* In the memory of whoever waits. A verb that takes one and returns DONE calls told exactly once, maybe before it returns; with any other
 * reason it never does. failure NULL: the step was done. A step goes on though nobody may listen any more. */
struct list_waiter {
    void (*told)(
        struct list_waiter *waiter, const struct list_outcome *outcome, const struct failure *failure);
};

#endif
