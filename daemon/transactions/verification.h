/* verification.h: one traveller against the reference he carries, 1:1. Loop's thread; the comparison itself
 * runs in the search pool.
 */
#ifndef KORDON_DAEMON_TRANSACTIONS_VERIFICATION_H
#define KORDON_DAEMON_TRANSACTIONS_VERIFICATION_H

#include <jansson.h>

#include "daemon/transactions/comparison_decision.h"
#include "daemon/search/pool.h"

struct kordond;

/* In the owner's struct; zeroed before the start. Must stay until done(). */
struct verification {
    void (*done)(struct verification *verification);
    void *data;
    /* output */
    enum decision decision;
    struct failure why; /* of an inconclusive one */
    matcher_score threshold;
    bool threshold_known;
    /* private */
    struct kordond *kordond;
    struct comparison comparison;
};

/* probes and references stay valid until done(), which may be called before this returns. */
void verification_start(struct kordond *kordond, struct verification *verification,
    const struct locked_template *probes, size_t probe_count, const struct locked_template *references,
    size_t reference_count);

/* What the answer says, and what the log says (the score only for a match). New objects. */
json_t *verification_result(const struct verification *verification);
json_t *verification_evidence(const struct verification *verification);

#endif
