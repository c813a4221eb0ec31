/* sample.h: a finger that the person of a case consents to have kept: read as any sample, compared with those from whom he is told apart, and only then
 * kept.
 *
 * Whoever would be cleared by the finger of the very person who is sought must be stopped here, whatever people said of it: it is refused where it, one of
 * those that are kept for the document, or all of them together agree with an entry of any of its cases better than the traveller did whom people told apart
 * from it. Each such refusal is in the log before it is told, and is counted (REDRESS_REFUSALS_MAX). Loop's thread.
 */
#ifndef KORDON_DAEMON_REDRESS_SAMPLE_H
#define KORDON_DAEMON_REDRESS_SAMPLE_H

#include "daemon/redress/change.h"
#include "daemon/search/pool.h"
#include "daemon/threads/store_reader.h"

/* In the memory of whoever waits, from a start until done(), which comes exactly once. */
struct redress_sample {
    /* first. evidence, of.key and today are filled in by the caller. In done() its reason, failure, outcome and of say what came of it; further reasons
     * are those of enrol_file(), FINGER_LIKE_ENTRY, BAD_VALUE (no position), STOPPING */
    struct redress_change change;
    void (*done)(struct redress_sample *sample);
    const struct workers *workers;
    struct quota *quota;
    struct principal by;
    uint64_t charged;               /* to his share of bytes, until they have been read */
    struct enrolment_job enrolment; /* bytes, size and claim are filled in by the caller; an image */
    /* private */
    struct reader_job reading;
    struct comparison_job comparison;
    struct redress_entry entries[CLEARED_ENTRIES_MAX]; /* that the pair has then */
    size_t entry_count;
    /* The new one first, then those that are kept. */
    struct locked_template consented[CLEARED_FINGERS_MAX + 1];
    struct locked_template references[WATCHLIST_FINGERS_MAX]; /* of the entry */
    size_t consented_count, reference_count, entry;
    size_t finger;                   /* that is compared; behind the last one all of them together */
    struct locked_template anywhere; /* it, as if nobody had said which it is; borrowed */
};

void redress_sample_start(struct redress_sample *sample);

#endif
