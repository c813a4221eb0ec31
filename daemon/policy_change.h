/* policy_change.h: another policy is proposed, taken back, approved; each is an entry. Loop's thread. */
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

/* In the memory of whoever waits; told once, where policy_change_start() returned DONE. failure NULL: it is done and recorded, as outcome
 * says; otherwise nothing was changed, or it is OUTCOME_UNKNOWN. hash: of the proposal. All valid during the call. */
struct policy_waiter {
    void (*told)(struct policy_waiter *waiter, const char *hash, const struct journal_outcome *outcome,
        const struct failure *failure);
};

/* Proposing and approving takes persons of the register, who answer for it; in a demonstration it takes anybody, and one may be both. DONE:
 * the waiter will be told, with the reasons of store/policy_change.h. Otherwise he will not: NOT_PERMITTED, BAD_VALUE, STOPPING,
 * NO_MEMORY. */
enum reason policy_change_start(struct kordond *kordond, const struct policy_request *request,
    struct policy_waiter *waiter, struct failure *failure);

#endif
