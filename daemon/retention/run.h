/* run.h: one run of the erasure of what may no longer be kept: in small steps on the journal's thread, between the commits of entries.
 *
 *     begin      policy, holds and how far it came, from the state, proven; our own time goes on
 *     look       some entries at a time, each proven: is it under the rule, is it held?
 *     commit     what was found is erased, with the entry that says so and how far it came; a run that finds nothing ends with one such entry
 *
 * Policy and holds are those of the state at the moment of the commit: where another person changed them meanwhile the run ends, and the next
 * begins anew. A crash between two commits loses looking alone.
 */
#ifndef KORDON_DAEMON_RETENTION_RUN_H
#define KORDON_DAEMON_RETENTION_RUN_H

#include "daemon/retention/holds.h"
#include "daemon/retention/record.h"
#include "store/journal_erasure.h"

struct retention_run {
    /* filled in by the caller */
    int64_t now_ms; /* by a clock that can be right */
    int64_t ran_ms; /* kordond, since the time of its own was last made durable */
    json_t *body;   /* of its entries: who erases; owned by the run */
    /* what it came to */
    uint64_t entries, erased, held; /* entries written, bodies erased, bodies held back */
    bool more;                      /* another step is wanted */
    bool changed;                   /* another policy, or other holds: to be begun anew */
    struct retention_record record; /* how far it came; valid once begun */
    /* private */
    bool begun, said;
    char policy_hash[DIGEST_HEX_SIZE];
    uint8_t holds_digest[DIGEST_BYTES];
    struct legal_holds holds;
    uint64_t size; /* of the log when it began */
    size_t rule;
    struct seq_ranges due; /* bodies to be erased by this rule */
    uint64_t due_count;
};

/* One step; sets more. The journal's thread. Reasons of reading and writing, after which the run is over: what was committed stays. */
enum reason retention_run_step(struct retention_run *run, struct store *store, struct failure *failure);

void retention_run_finish(struct retention_run *run);

#endif
