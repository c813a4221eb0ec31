/* identification.h: one traveller against the alerts that the purpose may see: threshold, search, decision.
 * Loop's thread; the search itself runs in the search pool.
 */
#ifndef KORDON_DAEMON_TRANSACTIONS_IDENTIFICATION_H
#define KORDON_DAEMON_TRANSACTIONS_IDENTIFICATION_H

#include <jansson.h>

#include "daemon/transactions/comparison_decision.h"
#include "daemon/search/pool.h"

struct kordond;

/* In the owner's struct; zeroed before the start. Must stay until done(). */
struct identification {
    void (*done)(struct identification *identification);
    void *data;
    /* output */
    enum decision decision;
    struct failure why; /* of an inconclusive one */
    matcher_score threshold;
    bool threshold_known;
    /* private */
    struct kordond *kordond;
    struct reference_set *set; /* held from start to finish */
    struct reference_view view;
    struct reference_reach reach; /* of the search, once the view is known */
    struct search search;
};

/* Whether a search for this purpose with that many fingers may begin: DONE where identification is armed, and either the target can be
 * reached or this purpose sees nobody now, which is for the decision to say. Reasons: why it is not armed, THRESHOLD_UNREACHABLE. */
enum reason identification_check(
    struct kordond *kordond, const char *purpose, uint32_t fingers, struct failure *failure);

/* probes stay valid until done(), which may be called before this returns. Where nobody is to be searched for, or nobody has a
 * captured finger, nothing is: the decision is inconclusive then (NOBODY_SEARCHED, NO_COMMON_FINGER), never a no-match (Q10). */
void identification_start(struct kordond *kordond, struct identification *identification, const char *purpose,
    const struct locked_template *probes, size_t probe_count);

/* What the answer says, and what the log says (candidates only for a match). New objects. */
json_t *identification_result(const struct identification *identification);
json_t *identification_evidence(const struct identification *identification);

/* Lets go of the list. */
void identification_finish(struct identification *identification);

#endif
