/* run.h: one run of the erasure of what may no longer be kept: in small steps on the journal's thread, between the commits of entries.
 *
 *     begin      policy, holds and how far it came, from the state, proven; our own time goes on
 *     look       some entries at a time, each proven: is it under the rule, is it held?
 *     commit     what was found is erased, with the entry that says so and how far it came, also where much was looked at and nothing
 *                found; a run that finds nothing ends with one such entry
 *
 * Policy and holds are those of the state at the moment of the commit: where another person changed them meanwhile the run ends, and the next
 * begins anew. A crash between two commits loses looking alone, at RETENTION_LOOKED_MAX entries. An entry that can't be read stops no run: it
 * is passed, said, and asked again by each run; once it can be read the rules look again from there.
 */
#ifndef KORDON_DAEMON_RETENTION_RUN_H
#define KORDON_DAEMON_RETENTION_RUN_H

#include "retention/holds.h"
#include "retention/record.h"
#include "store/journal_erasure.h"

#define RETENTION_LOOKED_MAX 4096 /* entries looked at between two commits: a second or so */

struct retention_run {
    /* filled in by the caller */
    int64_t now_ms; /* by a clock that can be right */
    int64_t ran_ms; /* kordond, since the time of its own was last made durable */
    json_t *body;   /* of its entries: who erases; owned by the run */
    /* what it came to */
    uint64_t entries, erased;       /* entries written, bodies erased */
    bool more;                      /* another step is wanted */
    bool changed;                   /* another policy, or other holds: to be begun anew */
    struct retention_record record; /* how far it came; valid once begun */
    /* private */
    bool begun, said;
    char policy_hash[DIGEST_HEX_SIZE];
    uint8_t holds_digest[DIGEST_BYTES];
    struct legal_holds holds;
    uint64_t
        again_from; /* what was held and is no more lies behind so many entries; UINT64_MAX: that is durable */
    uint64_t size;  /* of the log when it began */
    size_t rule;
    /* since the last commit, by this rule: */
    struct seq_ranges due;    /* bodies to be erased */
    uint64_t due_count, held; /* bodies held back */
    uint64_t looked;
};

/* One step; sets more. The journal's thread. Reasons of reading and writing, after which the run is over: what was committed stays. */
enum reason retention_run_step(struct retention_run *run, struct store *store, struct failure *failure);

void retention_run_finish(struct retention_run *run);

#endif
