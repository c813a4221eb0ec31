/* identification.h: one traveller against the alerts that the purpose may see: threshold, search, decision.
 * Loop's thread; the search itself runs in the search pool.
 */
#ifndef KORDON_DAEMON_TRANSACTIONS_IDENTIFICATION_H
#define KORDON_DAEMON_TRANSACTIONS_IDENTIFICATION_H

#include <jansson.h>

#include "daemon/search/pool.h"
#include "daemon/transactions/fingers.h"
#include "daemon/transactions/result.h"
#include "daemon/transactions/table.h"
#include "json/writer.h"

/* In the owner's struct; what is below data filled in, the rest zeroed before the start. Must stay until done(). */
struct identification {
    void (*done)(struct identification *identification);
    void *data;
    const struct principal *
        owner; /* of the transaction, and the officer named in it: who may not be all that would see a match */
    const char *officer;
    struct identification_outcome outcome; /* valid in done(); the owner's to take over or to finish */
    /* private */
    struct transactions *transactions;
    struct opened_list *set; /* held while it runs */
    struct reference_view view;
    struct reference_reach reach; /* of the search, once the view is known */
    struct search search;
};

/* Whether these fingers are worth taking for a search for this purpose, which is armed: mode_check_purpose() said so, for a traveller who has all of his. DONE
 * where somebody on the list has one of those that are asked for, and the target can be reached with as many. NO_COMMON_FINGER,
 * THRESHOLD_UNREACHABLE. */
enum reason identification_check(const struct transactions *transactions,
    const struct policy_purpose *purpose, const struct transaction_fingers *fingers, struct failure *failure);

/* probes stay valid until done(), which may be called before this returns. Where nobody is to be searched for, or nobody has a
 * captured finger, nothing is: the decision is inconclusive then (NOBODY_SEARCHED, NO_COMMON_FINGER), never a no-match (Q10). */
void identification_start(struct transactions *transactions, struct identification *identification,
    const char *purpose, const struct locked_template *probes, size_t probe_count);

/* What the log and the owner are both told: of a candidate, who is the rank-th from 1 on; of the list, where it is known. Adds members. */
void identification_write_candidate(
    const struct identification_candidate *candidate, uint32_t rank, struct json_writer *json);
void identification_write_list(const struct identification_outcome *outcome, struct json_writer *json);

/* What the log says of it: candidates only for a match. New object; NULL without memory. */
json_t *identification_evidence(const struct identification_outcome *outcome);

#endif
