#include "daemon/policy_change.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/writer.h"
#include "store/document.h"

#define PERSON_PREFIX "person:"

/* On its way through the journal's thread. */
struct policy_step {
    struct journal_job job; /* first: the job is the step */
    struct kordond *kordond;
    struct policy_waiter *waiter;
    enum policy_act act;
    struct policy_proposal proposal; /* that is made; its text is the step's */
    char hash[DIGEST_HEX_SIZE];
    char person[PRINCIPAL_IDENTITY_SIZE];
    bool demonstration;
    json_t *body;
    struct journal_outcome outcome;
};

static void step_free(struct policy_step *step)
{
    policy_proposal_finish(&step->proposal);
    json_decref(step->body);
    journal_outcome_finish(&step->outcome);
    free(step);
}

/* --- On the thread --------------------------------------------------------------------------------------------- */

/* Which policy is in force is asked here, where nobody changes it meanwhile. */
static enum reason approve(
    struct policy_step *step, struct store *store, const struct log_draft *draft, struct failure *failure)
{
    struct policy_text now;
    enum reason reason = policy_text_read(store, &now, failure);
    if (reason != REASON_DONE && reason != REASON_DOCUMENT_NOT_FOUND)
        return reason;
    const struct policy_approval approval = {.hash = step->hash,
        .in_force_hash = reason == REASON_DONE ? now.hash : NULL,
        .approver = step->person,
        .now_ms = store_now_ms(),
        .one_person_may = step->demonstration};
    reason = policy_approve(store, &approval, draft, &step->outcome, failure);
    policy_text_finish(&now);
    return reason;
}

static enum reason run(struct journal_job *job, struct store *store, struct failure *failure)
{
    struct policy_step *step = (struct policy_step *)job;
    const struct log_draft draft = {LOG_EVENT_CONFIGURATION, step->body};
    switch (step->act) {
    case POLICY_ACT_PROPOSE:
        step->proposal.proposed_ms = store_now_ms();
        return policy_propose(store, &step->proposal, &draft, &step->outcome, failure);
    case POLICY_ACT_WITHDRAW:
        return policy_withdraw(store, step->hash, &draft, &step->outcome, failure);
    case POLICY_ACT_APPROVE:
        return approve(step, store, &draft, failure);
    }
    return failure_set(failure, REASON_INTERNAL_ERROR, "policy", NULL);
}

/* --- On the loop ------------------------------------------------------------------------------------------------ */

static void done(struct journal_job *job)
{
    struct policy_step *step = (struct policy_step *)job;
    struct kordond *kordond = step->kordond;
    if (job->reason == REASON_DONE)
        metric_add(&kordond->metrics, METRIC_ENTRIES, 1);
    step->waiter->told(
        step->waiter, step->hash, &step->outcome, job->reason != REASON_DONE ? &job->failure : NULL);
    step_free(step);
    work_end(&kordond->work);
}

/* Two proofs of one human being are two principals where the register does not know them: so it must. */
static enum reason check_person(
    const struct kordond *kordond, const struct policy_request *request, struct failure *failure)
{
    const struct principal *principal = request->principal;
    bool person =
        principal->registered && strncmp(principal->name, PERSON_PREFIX, strlen(PERSON_PREFIX)) == 0;
    if (person || kordond->evidence.staff->demonstration || request->act == POLICY_ACT_WITHDRAW)
        return REASON_DONE;
    return failure_set(failure, REASON_NOT_PERMITTED, principal->name,
        "only a person of the register changes the policy: [person NAME] in the configuration");
}

static const char *act_text(enum policy_act act)
{
    switch (act) {
    case POLICY_ACT_PROPOSE:
        return "policy proposed";
    case POLICY_ACT_WITHDRAW:
        return "policy proposal withdrawn";
    case POLICY_ACT_APPROVE:
        return "policy approved";
    }
    return "";
}

static enum role role_of(const struct policy_request *request)
{
    return (request->principal->roles & ROLE_SUPERVISOR) != 0 ? ROLE_SUPERVISOR : ROLE_ADMINISTRATOR;
}

static enum reason take_text(
    struct policy_step *step, const struct policy_request *request, struct failure *failure)
{
    struct policy_text *policy = &step->proposal.policy;
    const struct document_change change = {DOCUMENT_POLICY_PROPOSAL, request->text, request->size};
    if (request->size == 0)
        return failure_set(failure, REASON_BAD_VALUE, "policy", "it is empty");
    TRY(document_check_change(&change, failure));
    policy->text = malloc(request->size);
    if (policy->text == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "policy", NULL);
    memcpy(policy->text, request->text, request->size);
    policy->size = request->size;
    return policy_hash(policy->text, policy->size, step->hash, failure);
}

static enum reason fill(
    struct policy_step *step, const struct policy_request *request, struct failure *failure)
{
    struct policy_proposal *proposal = &step->proposal;
    struct json_writer body;
    step->act = request->act;
    step->demonstration = step->kordond->evidence.staff->demonstration;
    principal_identity(request->principal, step->person);
    snprintf(proposal->proposer, sizeof proposal->proposer, "%s", step->person);
    snprintf(proposal->justification, sizeof proposal->justification, "%s", request->justification);
    json_writer_over(
        &body, evidence_body_of(&step->kordond->evidence, request->principal, NULL, role_of(request)));
    json_write_text(&body, "what", act_text(request->act));
    json_write_text(&body, "justification", request->justification);
    step->body = json_writer_end(&body);
    if (step->body == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "log entry", NULL);
    if (request->act == POLICY_ACT_PROPOSE)
        return take_text(step, request, failure);
    snprintf(step->hash, sizeof step->hash, "%s", request->hash);
    return REASON_DONE;
}

enum reason policy_change_start(struct kordond *kordond, const struct policy_request *request,
    struct policy_waiter *waiter, struct failure *failure)
{
    if (kordond->phase != KORDOND_RUNNING)
        return failure_set(failure, REASON_STOPPING, NULL, NULL);
    TRY(check_person(kordond, request, failure));
    struct policy_step *step = calloc(1, sizeof *step);
    if (step == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "policy", NULL);
    step->kordond = kordond;
    step->waiter = waiter;
    enum reason reason = fill(step, request, failure);
    if (reason != REASON_DONE) {
        step_free(step);
        return reason;
    }
    step->job.run = run;
    step->job.done = done;
    work_begin(&kordond->work);
    journal_thread_run(kordond->workers.journal, &step->job);
    return REASON_DONE;
}
