/* verification.h: one traveller against the reference he carries, 1:1. Loop's thread; the comparison itself
 * runs in the search pool.
 */
#ifndef KORDON_DAEMON_TRANSACTIONS_VERIFICATION_H
#define KORDON_DAEMON_TRANSACTIONS_VERIFICATION_H

#include <jansson.h>

#include "daemon/search/pool.h"
#include "daemon/transactions/result.h"
#include "daemon/transactions/table.h"

/* In the owner's struct; zeroed before the start. Must stay until done(). */
struct verification {
    void (*done)(struct verification *verification);
    void *data;
    struct verification_outcome outcome; /* valid in done() */
    struct comparison_job comparison;    /* private */
};

/* probes and references stay valid until done(), which may be called before this returns. */
void verification_start(struct transactions *transactions, struct verification *verification,
    const struct locked_template *probes, size_t probe_count, const struct locked_template *references,
    size_t reference_count);

/* What the log says of it: the score only for a match. New object; NULL without memory. */
json_t *verification_evidence(const struct verification_outcome *outcome);

#endif
