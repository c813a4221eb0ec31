/* sample.h: a finger that the person of a case consents to have kept: read as any sample, compared with those from whom he is told apart, and only then
 * kept.
 *
 * Whoever would be cleared by the finger of the very person who is sought must be stopped here, whatever people said of it: it is refused where it, or all
 * that are kept together with it, agree with an entry better than the traveller did whom people told apart from it. Loop's thread.
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
    struct redress_case of; /* as it is when an entry of it is read */
    struct locked_template
        consented[CLEARED_FINGERS_MAX + 1]; /* the new one first, then those that are kept */
    struct locked_template references[WATCHLIST_FINGERS_MAX]; /* of the entry */
    struct locked_template anywhere; /* the new one as if nobody had said which it is; borrowed */
    size_t consented_count, reference_count, entry;
    bool together; /* all of them are compared; else the new one alone */
};

void redress_sample_start(struct redress_sample *sample);

#endif
