#include "daemon/policy_in_force.h"

#include <stdio.h>

#include "store/document.h"
#include "store/policy_change.h"

void policy_in_force_finish(struct policy_in_force *in_force)
{
    policy_destroy(in_force->policy);
    document_finish(in_force->text, in_force->size);
    *in_force = (struct policy_in_force){0};
}

static enum reason read_text(struct policy_in_force *in_force, struct store *store, struct failure *failure)
{
    struct policy_text text;
    enum reason reason = policy_text_read(store, &text, failure);
    if (reason == REASON_DOCUMENT_NOT_FOUND)
        return failure_set(
            failure, reason, "policy", "the state was not made by kordonctl init, which puts one there");
    if (reason != REASON_DONE)
        return reason;
    in_force->text = text.text;
    in_force->size = text.size;
    snprintf(in_force->hash, sizeof in_force->hash, "%s", text.hash);
    return REASON_DONE;
}

/* Another version of kordond took it: none of this one put there what it can't read. */
static enum reason parse(struct policy_in_force *in_force, struct failure *failure)
{
    struct failure why = {0};
    enum reason reason = policy_parse("policy", in_force->text, in_force->size, &in_force->policy, &why);
    if (reason == REASON_POLICY_BAD)
        return failure_set(failure, reason, why.subject,
            "%.180s; start the kordond that took it, and approve one there that this one reads (kordonctl "
            "policy check)",
            why.detail);
    if (reason != REASON_DONE && failure != NULL)
        *failure = why;
    return reason;
}

enum reason policy_in_force_read(
    struct policy_in_force *in_force, struct store *store, bool demonstration, struct failure *failure)
{
    *in_force = (struct policy_in_force){0};
    enum reason reason = read_text(in_force, store, failure);
    if (reason == REASON_DONE)
        reason = parse(in_force, failure);
    if (reason == REASON_DONE)
        reason = policy_check_place(in_force->policy, demonstration, failure);
    if (reason != REASON_DONE) {
        policy_in_force_finish(in_force);
        return reason;
    }
    const struct log_policy named = policy_in_force_named(in_force);
    store_use_policy(store, &named);
    return REASON_DONE;
}

void policy_in_force_replace(struct policy_in_force *in_force, struct policy_in_force *next)
{
    policy_in_force_finish(in_force);
    *in_force = *next;
    *next = (struct policy_in_force){0};
}

struct log_policy policy_in_force_named(const struct policy_in_force *in_force)
{
    struct log_policy named = {.version = in_force->policy != NULL ? in_force->policy->version : 0};
    snprintf(named.hash, sizeof named.hash, "%s", in_force->hash);
    return named;
}
