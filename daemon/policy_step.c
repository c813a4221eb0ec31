/* policy_step.c: the policy in the state is compared, and another put there, where nobody changes it meanwhile. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/policy_step_internal.h"
#include "base/identity.h"
#include "retention/record.h"
#include "store/document.h"

static enum reason parse(
    const struct policy_text *text, const char *name, struct policy **policy, struct failure *failure)
{
    return policy_parse(name, text->text, text->size, policy, failure);
}

/* What is true of a policy that may come into force here, now. */
static enum reason compare(struct policy_step *step, struct store *store, struct failure *failure)
{
    TRY(policy_text_read(store, &step->compared_text, failure));
    TRY(parse(&step->compared_text, "policy in force", &step->compared, failure));
    TRY(parse(&step->proposal.policy, "policy", &step->proposed, failure));
    TRY(policy_check_place(step->proposed, step->demonstration, failure));
    return policy_check_next(step->compared, step->proposed, failure);
}

static enum reason propose(
    struct policy_step *step, struct store *store, const struct log_draft *draft, struct failure *failure)
{
    TRY(store_guard_check_clock(&step->guard, store_now_ms(), failure));
    TRY(compare(step, store, failure));
    step->proposal.proposed_ms = store_now_ms();
    step->proposal.expires_ms = policy_proposal_expires_ms(step->proposal.proposed_ms);
    return policy_propose(store, &step->proposal, draft, &step->outcome, failure);
}

static struct policy_approval approval_of(const struct policy_step *step)
{
    return (struct policy_approval){.hash = step->hash,
        .in_force_hash = step->compared_text.hash,
        .approver = step->person,
        .proof = step->proof,
        .now_ms = store_now_ms(),
        .one_person_may = step->demonstration};
}

/* Who proposed it in a demonstration was nobody that the register knew: he may be the one who approves now. */
static enum reason check_proposer(const struct policy_step *step, struct failure *failure)
{
    const char *proposer = step->proposal.proposer;
    if (step->demonstration || identity_is(proposer, IDENTITY_PERSON))
        return REASON_DONE;
    return failure_set(failure, REASON_SECOND_PERSON_NEEDED, step->hash,
        "%s proposed it in a demonstration: a person of the register proposes it again", proposer);
}

enum reason policy_step_look(struct policy_step *step, struct store *store, struct failure *failure)
{
    TRY(store_guard_check_clock(&step->guard, store_now_ms(), failure));
    TRY(policy_proposal_read(store, &step->proposal, failure));
    const struct policy_approval approval = approval_of(step);
    TRY(policy_check_approval(&step->proposal, &approval, failure));
    TRY(check_proposer(step, failure));
    return compare(step, store, failure);
}

static struct log_policy named(const struct policy_step *step)
{
    struct log_policy policy = {.version = step->proposed->version};
    snprintf(policy.hash, sizeof policy.hash, "%s", step->hash);
    return policy;
}

/* Whether the commit came through is read back, proven, before anybody goes on by either policy. */
static enum standing read_standing(const struct policy_step *step, struct store *store)
{
    struct policy_text now;
    struct failure ignored; /* then nobody is served, for the reason that the commit gave */
    enum standing standing = STANDS_UNKNOWN;
    if (policy_text_read(store, &now, &ignored) != REASON_DONE)
        return STANDS_UNKNOWN;
    if (strcmp(now.hash, step->hash) == 0)
        standing = STANDS_PROPOSED;
    else if (strcmp(now.hash, step->compared_text.hash) == 0)
        standing = STANDS_BEFORE;
    policy_text_finish(&now);
    return standing;
}

/* Proposal, person, time and policy in force are looked at once more by policy_approve(), in the commit itself. How long what was recorded by the
 * policy before is kept stays known with the same commit. */
static enum reason approve(
    struct policy_step *step, struct store *store, const struct log_draft *draft, struct failure *failure)
{
    struct policy_approval approval = approval_of(step);
    char *retention;
    TRY(store_guard_check_clock(&step->guard, store_now_ms(), failure));
    TRY(retention_record_follow(store, step->compared, step->proposed, &retention, failure));
    const struct document_change follows = {
        .name = DOCUMENT_RETENTION, .bytes = retention, .size = strlen(retention)};
    approval.follows = &follows;
    enum reason reason = policy_approve(store, &approval, draft, &step->outcome, failure);
    free(retention);
    if (reason == REASON_DONE)
        step->standing = STANDS_PROPOSED;
    else if (reason == REASON_OUTCOME_UNKNOWN)
        step->standing = read_standing(step, store);
    if (step->standing == STANDS_PROPOSED) {
        const struct log_policy policy = named(step);
        store_use_policy(store, &policy);
    }
    return reason;
}

enum reason policy_step_run(struct policy_step *step, struct store *store, struct failure *failure)
{
    const struct log_draft draft = {LOG_EVENT_CONFIGURATION, step->body};
    switch (step->act) {
    case POLICY_ACT_PROPOSE:
        return propose(step, store, &draft, failure);
    case POLICY_ACT_WITHDRAW:
        return policy_withdraw(store, step->hash, &draft, &step->outcome, failure);
    case POLICY_ACT_APPROVE:
        return approve(step, store, &draft, failure);
    }
    return failure_set(failure, REASON_INTERNAL_ERROR, "policy", NULL);
}
