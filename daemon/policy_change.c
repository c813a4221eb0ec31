/* policy_change.c: how another policy comes into force, step by step. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/identity.h"
#include "daemon/policy_step_internal.h"
#include "daemon/standing.h"
#include "json/writer.h"
#include "store/document.h"

static struct policy_step *step_of_job(struct journal_job *job)
{
    return (struct policy_step *)((char *)job - offsetof(struct policy_step, job));
}

static struct policy_step *step_of_reading(struct reader_job *reading)
{
    return (struct policy_step *)((char *)reading - offsetof(struct policy_step, reading));
}

static struct policy_step *step_of_preparation(struct list_preparation *preparation)
{
    return (struct policy_step *)((char *)preparation - offsetof(struct policy_step, preparation));
}

static void step_free(struct policy_step *step)
{
    policy_proposal_finish(&step->proposal);
    policy_text_finish(&step->compared_text);
    policy_destroy(step->proposed);
    policy_destroy(step->compared);
    json_decref(step->body);
    journal_outcome_finish(&step->outcome);
    free(step);
}

/* --- On the loop: the end ---------------------------------------------------------------------------------------- */

static void end(struct policy_step *step, const struct failure *failure)
{
    struct kordond *kordond = step->kordond;
    const struct policy_told told = {.hash = step->hash,
        .proposed = step->standing == STANDS_PROPOSED ? kordond->policy.policy : step->proposed,
        .compared = step->compared,
        .compared_hash = step->compared_text.hash,
        .expires_ms = step->proposal.expires_ms,
        .outcome = &step->outcome};
    step->waiter->told(step->waiter, &told, failure);
    step_free(step);
    work_end(&kordond->work);
}

/* Policy and list in one turn of the loop: nobody is asked by the one and searched by the other. Only a policy that is known to be durable
 * comes here, so none is in force that the log does not name. */
static void put_in_force(struct policy_step *step)
{
    struct policy_text *text = &step->proposal.policy;
    struct policy_in_force next = {.policy = step->proposed, .text = text->text, .size = text->size};
    memcpy(next.hash, step->hash, sizeof next.hash);
    step->proposed = NULL;
    *text = (struct policy_text){0};
    policy_in_force_replace(&step->kordond->policy, &next);
    list_swap_prepared(&step->preparation);
}

/* Which policy the state holds nobody knows: none is served by until a start has read it. */
static void lock(struct policy_step *step)
{
    struct failure failure = {0};
    char what[FAILURE_WHAT_SIZE];
    failure_set(&failure, REASON_OUTCOME_UNKNOWN, "policy",
        "which one is in force can't be read back: %s; start kordond again",
        failure_what(&step->job.failure, what));
    guard_lock(&step->kordond->guard, &failure);
}

static void end_approval(struct policy_step *step)
{
    switch (step->standing) {
    case STANDS_PROPOSED:
        put_in_force(step);
        break;
    case STANDS_UNKNOWN:
        list_drop_prepared(&step->preparation);
        lock(step);
        break;
    case STANDS_BEFORE:
        list_drop_prepared(&step->preparation);
        break;
    }
}

static void done(struct journal_job *job)
{
    struct policy_step *step = step_of_job(job);
    struct failure failure = job->failure;
    enum reason reason = job->reason;
    if (reason == REASON_DONE)
        metric_add(&step->kordond->metrics, METRIC_ENTRIES, 1);
    if (step->act == POLICY_ACT_APPROVE)
        end_approval(step);
    end(step, reason != REASON_DONE ? &failure : NULL);
}

/* --- On the loop: an approval's way to its commit ------------------------------------------------------------------ */

/* Two proofs of one human being are two principals where the register does not know them: so it must. */
static enum reason check_person(const struct kordond *kordond, enum policy_act act,
    const struct principal *principal, struct failure *failure)
{
    bool person = principal->registered && identity_is(principal->name, IDENTITY_PERSON);
    if (person || kordond->evidence.staff->demonstration || act == POLICY_ACT_WITHDRAW)
        return REASON_DONE;
    return failure_set(failure, REASON_NOT_PERMITTED, principal->name,
        "only a person of the register changes the policy: [person NAME] in the configuration");
}

static enum reason journal_run(struct journal_job *job, struct store *store, struct failure *failure)
{
    return policy_step_run(step_of_job(job), store, failure);
}

static void run_journal(struct policy_step *step)
{
    step->job.run = journal_run;
    step->job.done = done;
    journal_thread_run(step->kordond->workers.journal, &step->job);
}

static bool stands_for_it(const struct kordond *kordond, const char *person, const char *proof,
    const struct principal_certificate *certificate, unsigned roles)
{
    return peer_person_may(&kordond->reload.in_force->grants, person, proof, roles) &&
           standing_certificate_holds(kordond, proof, certificate);
}

/* Whoever proposed it may be nobody any more, and who approves may have lost his role while the list was built: two must stand for it now. */
static enum reason check_both(const struct policy_step *step, struct failure *failure)
{
    const struct kordond *kordond = step->kordond;
    const char *proposer = step->proposal.proposer;
    if (step->demonstration != kordond->evidence.staff->demonstration || kordond->reload.wanted != NULL)
        return failure_set(failure, REASON_BUSY, "policy", "the configuration is being changed meanwhile");
    if (step->demonstration)
        return REASON_DONE;
    struct principal_certificate certificate = {.until = step->proposal.certificate_until};
    snprintf(certificate.serial, sizeof certificate.serial, "%s", step->proposal.certificate);
    memcpy(certificate.authority, step->proposal.certificate_authority, sizeof certificate.authority);
    if (!stands_for_it(kordond, step->person, step->proof, &step->certificate, ROLE_SUPERVISOR))
        return failure_set(
            failure, REASON_NOT_PERMITTED, step->person, "he is no supervisor of the register any more");
    if (stands_for_it(
            kordond, proposer, step->proposal.proof, &certificate, ROLE_SUPERVISOR | ROLE_ADMINISTRATOR))
        return REASON_DONE;
    return failure_set(failure, REASON_SECOND_PERSON_NEEDED, step->hash,
        "%s, who proposed it, may not any more as he was known then: somebody who may proposes it again",
        proposer);
}

/* The list waits for the policy from here on: nothing else changes it. */
static void on_prepared(struct list_preparation *preparation, const struct failure *failure)
{
    struct policy_step *step = step_of_preparation(preparation);
    struct failure why = {0};
    if (failure != NULL) {
        end(step, failure);
    } else if (check_both(step, &why) != REASON_DONE) {
        list_drop_prepared(preparation);
        end(step, &why);
    } else {
        run_journal(step);
    }
}

static enum reason look_run(struct reader_job *reading, struct store *store, struct failure *failure)
{
    return policy_step_look(step_of_reading(reading), store, failure);
}

static void look_done(struct reader_job *reading)
{
    struct policy_step *step = step_of_reading(reading);
    struct failure failure = reading->failure;
    enum reason reason = reading->reason;
    if (reason == REASON_DONE && step->kordond->phase != KORDOND_RUNNING)
        reason = failure_set(&failure, REASON_STOPPING, NULL, NULL);
    if (reason == REASON_DONE)
        reason = check_both(step, &failure); /* before the list is built for it */
    if (reason == REASON_DONE) {
        step->preparation.told = on_prepared;
        reason = list_prepare_policy(&step->kordond->list, step->proposed, &step->preparation, &failure);
    }
    if (reason != REASON_DONE)
        end(step, &failure);
}

static void begin(struct policy_step *step)
{
    work_begin(&step->kordond->work);
    if (step->act != POLICY_ACT_APPROVE) {
        run_journal(step);
        return;
    }
    step->reading = (struct reader_job){.run = look_run, .done = look_done};
    store_reader_run(step->kordond->workers.reader, &step->reading);
}

/* --- On the loop: the beginning ------------------------------------------------------------------------------------ */

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

/* What proves him, whatever he is called: "uid:1000", "certificate:post-ca/DNS:lane-3". */
static void write_proof(const struct principal *principal, char text[static POLICY_PROOF_SIZE])
{
    if (principal->proof == PRINCIPAL_BY_SOCKET)
        snprintf(text, POLICY_PROOF_SIZE, IDENTITY_UID "%u", (unsigned)principal->uid);
    else
        snprintf(text, POLICY_PROOF_SIZE, "%s", principal->proven_by);
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
    step->guard = step->kordond->guard.store;
    principal_identity(request->principal, step->person);
    write_proof(request->principal, step->proof);
    step->certificate = request->principal->certificate;
    json_writer_over(
        &body, evidence_body_of(&step->kordond->evidence, request->principal, NULL, role_of(request)));
    json_write_text(&body, "what", act_text(request->act));
    json_write_text(&body, "justification", request->justification);
    step->body = json_writer_end(&body);
    if (step->body == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "log entry", NULL);
    if (request->act != POLICY_ACT_PROPOSE) {
        snprintf(step->hash, sizeof step->hash, "%s", request->hash);
        return REASON_DONE;
    }
    snprintf(proposal->proposer, sizeof proposal->proposer, "%s", step->person);
    snprintf(proposal->proof, sizeof proposal->proof, "%s", step->proof);
    snprintf(
        proposal->certificate, sizeof proposal->certificate, "%s", request->principal->certificate.serial);
    memcpy(proposal->certificate_authority, request->principal->certificate.authority,
        sizeof proposal->certificate_authority);
    proposal->certificate_until = request->principal->certificate.until;
    snprintf(proposal->justification, sizeof proposal->justification, "%s", request->justification);
    return take_text(step, request, failure);
}

enum reason policy_change_start(struct kordond *kordond, const struct policy_request *request,
    struct policy_waiter *waiter, struct failure *failure)
{
    if (kordond->phase != KORDOND_RUNNING)
        return failure_set(failure, REASON_STOPPING, NULL, NULL);
    TRY(check_person(kordond, request->act, request->principal, failure));
    struct policy_step *step = calloc(1, sizeof *step);
    if (step == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "policy", NULL);
    step->kordond = kordond;
    step->waiter = waiter;
    enum reason reason = fill(step, request, failure);
    if (reason == REASON_DONE)
        begin(step);
    else
        step_free(step);
    return reason;
}
