/* policy_change.h: another policy is proposed, taken back, approved; each is an entry. Loop's thread.
 *
 *     proposed     read strictly, compared with the one in force, put into the state with its entry
 *     approved     by another person: read from the state and checked again -> the list prepared for it beside the one in force
 *                  -> policy and entry durable in one commit -> both put in force in one turn of the loop
 *
 * Until that commit whatever fails leaves the policy in force, and the proposal, as they were. Behind it nothing can fail: a crash finds the
 * new policy in the state at the next start.
 */
#ifndef KORDON_DAEMON_POLICY_CHANGE_H
#define KORDON_DAEMON_POLICY_CHANGE_H

#include "daemon/kordond.h"
#include "store/policy_change.h"

enum policy_act { POLICY_ACT_PROPOSE, POLICY_ACT_WITHDRAW, POLICY_ACT_APPROVE };

/* Borrowed during the call. */
struct policy_request {
    enum policy_act act;
    const struct principal *principal;
    const void *text; /* POLICY_ACT_PROPOSE: the policy */
    size_t size;
    const char *hash; /* otherwise: of the proposal that is meant */
    const char *justification;
};

/* What came of it. */
struct policy_told {
    const char *hash;              /* of the proposal */
    const struct policy *proposed; /* NULL of one that was taken back */
    const struct policy *compared; /* the one in force before, which it was compared with; NULL as above */
    const char *compared_hash;
    int64_t expires_ms; /* POLICY_ACT_PROPOSE: UTC */
    const struct journal_outcome *outcome;
};

/* In the memory of whoever waits; told once, where policy_change_start() returned DONE. failure NULL: it is done and recorded; otherwise
 * nothing was changed, or it is OUTCOME_UNKNOWN, and told's texts alone are valid. All valid during the call. */
struct policy_waiter {
    void (*told)(struct policy_waiter *waiter, const struct policy_told *told, const struct failure *failure);
};

/* Proposing and approving takes persons of the register, who answer for it; in a demonstration it takes anybody, and one may be both. DONE:
 * the waiter will be told, with the reasons of store/policy_change.h, POLICY_BAD, POLICY_NOT_NEWER, CLOCK_BEHIND, CLOCK_AHEAD, and of an
 * approval those of list_prepare_policy(). Otherwise he will not: NOT_PERMITTED, BAD_VALUE, STOPPING, NO_MEMORY. */
enum reason policy_change_start(struct kordond *kordond, const struct policy_request *request,
    struct policy_waiter *waiter, struct failure *failure);

#endif
