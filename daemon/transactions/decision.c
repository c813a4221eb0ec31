/* transaction_record.c: how a transaction ends: compared, decided, recorded, and only then told. */
#include <stdlib.h>
#include <string.h>

#include "daemon/api/reply.h"
#include "daemon/evidence.h"
#include "daemon/sample_report.h"
#include "daemon/transactions/transaction.h"

/* --- What the entry says */

static json_t *consultation_body(const struct transaction *transaction)
{
    const struct transaction_request *request = &transaction->request;
    json_t *body =
        evidence_body_of(transaction->kordond, &transaction->owner, request->officer, ROLE_TERMINAL);
    evidence_text(body, "transaction", transaction->id);
    evidence_text(body, "kind", transaction_kind_name(request->kind));
    evidence_text(body, "purpose", request->purpose);
    evidence_text(body, "legal_basis", request->legal_basis);
    evidence_text(
        body, "justification", request->justification[0] != '\0' ? request->justification : "not given");
    json_object_set_new(body, "recipients", json_pack("[s]", transaction->owner.name));
    json_t *fingers = json_array();
    for (size_t i = 0; i < transaction->sample_count; i++)
        json_array_append_new(fingers, json_string(finger_position_name(transaction->samples[i].position)));
    json_object_set_new(body, "fingers", fingers);
    return body;
}

static void append(
    struct transaction *transaction, json_t *body, void (*written)(struct journal_entry *entry))
{
    transaction->entry = (struct journal_entry){
        .event = LOG_EVENT_CONSULTATION, .body = body, .written = written, .data = transaction};
    journal_thread_append(transaction->kordond->journal, &transaction->entry);
}

/* The entry could not be made: there is no result, and the client is told so. */
static void fail(struct transaction *transaction, const struct failure *failure)
{
    json_decref(transaction->result);
    transaction->result = NULL;
    transaction->failure = *failure;
    metric_add(&transaction->kordond->metrics, METRIC_FAILED, 1);
    transaction_move(transaction, TRANSACTION_STATE_FAILED);
}

/* Takes the outcome over: where it is, and its receipt. */
static bool take_outcome(struct transaction *transaction, struct journal_entry *entry)
{
    evidence_written(transaction->kordond, entry);
    bool durable = entry->reason == REASON_DONE;
    if (durable) {
        transaction->seq = entry->outcome.seq;
        transaction->receipt = entry->outcome.receipt;
        entry->outcome.receipt = NULL;
        if (transaction->result != NULL) {
            json_object_set_new(transaction->result, "seq", json_integer((json_int_t)entry->outcome.seq));
            json_object_set_new(transaction->result, "time_ms", json_integer(entry->outcome.time_ms));
        }
    } else {
        fail(transaction, &entry->failure);
    }
    journal_entry_finish(entry);
    return durable;
}

/* --- Decision */

/* What is to be done with the traveller follows from the watchlist where it was searched; the claim he made
 * is judged apart, in "verification". Any part that is inconclusive makes the whole so: nobody reads an
 * unfinished check as a finished one. */
static enum decision overall(const struct transaction *transaction, const struct failure **why)
{
    const struct identification *identification = &transaction->identification;
    const struct verification *verification = &transaction->verification;
    bool searched = (transaction->request.kind & TRANSACTION_IDENTIFICATION) != 0;
    bool verified = (transaction->request.kind & TRANSACTION_VERIFICATION) != 0;
    if (searched && identification->decision == DECISION_MATCH)
        return DECISION_MATCH; /* an alert is an alert, whatever became of the claim */
    if (searched && identification->decision == DECISION_INCONCLUSIVE) {
        *why = &identification->why;
        return DECISION_INCONCLUSIVE;
    }
    if (verified && verification->decision == DECISION_INCONCLUSIVE) {
        *why = &verification->why;
        return DECISION_INCONCLUSIVE;
    }
    return searched ? identification->decision : verification->decision;
}

static enum metric decision_metric(enum decision decision)
{
    switch (decision) {
    case DECISION_MATCH:
        return METRIC_MATCHES;
    case DECISION_NO_MATCH:
        return METRIC_NO_MATCHES;
    case DECISION_INCONCLUSIVE:
        break;
    }
    return METRIC_INCONCLUSIVE;
}

static void on_decision_written(struct journal_entry *entry)
{
    struct transaction *transaction = entry->data;
    if (!take_outcome(transaction, entry)) {
        transaction_answer(transaction, &transaction->failure);
        return;
    }
    transaction_move(transaction, TRANSACTION_STATE_DECIDED);
    transaction_answer(transaction, NULL);
}

static void conclude(struct transaction *transaction)
{
    const struct failure *why = NULL;
    enum decision decision = overall(transaction, &why);
    json_t *body = consultation_body(transaction);
    json_t *result = json_pack(
        "{s:s, s:i}", "decision", decision_name(decision), "calibration", (int)matcher_calibration_version());
    evidence_text(body, "decision", decision_name(decision));
    evidence_integer(body, "calibration", matcher_calibration_version());
    if (why != NULL) {
        json_object_set_new(result, "why", json_string(reason_name(why->reason)));
        json_object_set_new(result, "failure", reply_failure_json(why)); /* in words */
        evidence_text(body, "why", reason_name(why->reason));
    }
    if ((transaction->request.kind & TRANSACTION_IDENTIFICATION) != 0) {
        json_object_set_new(result, "identification", identification_result(&transaction->identification));
        json_object_set_new(body, "identification", identification_evidence(&transaction->identification));
        identification_finish(&transaction->identification);
    }
    if ((transaction->request.kind & TRANSACTION_VERIFICATION) != 0) {
        json_object_set_new(result, "verification", verification_result(&transaction->verification));
        json_object_set_new(body, "verification", verification_evidence(&transaction->verification));
    }
    metric_add(&transaction->kordond->metrics, decision_metric(decision), 1);
    transaction->result = result;
    transaction_wipe(transaction); /* M1: no probe outlives its comparison */
    transaction_move(transaction, TRANSACTION_STATE_RECORDING);
    append(transaction, body, on_decision_written);
}

static void comparison_ended(struct transaction *transaction)
{
    if (--transaction->comparisons_left == 0)
        conclude(transaction);
}

static void on_identified(struct identification *identification)
{
    comparison_ended(identification->data);
}

static void on_verified(struct verification *verification)
{
    comparison_ended(verification->data);
}

static uint32_t attempts_used(const struct transaction *transaction)
{
    uint32_t used = 0;
    for (int position = 0; position < FINGER_POSITION_COUNT; position++)
        used += transaction->attempts_used[position];
    return used;
}

/* Every sample was too poor: nothing was compared, and that is recorded as such, never as a no-match. A concealer
 * wants just this. */
static void conclude_without_sample(struct transaction *transaction)
{
    json_t *body = consultation_body(transaction);
    const char *decision = decision_name(DECISION_INCONCLUSIVE), *why = reason_name(REASON_SAMPLE_TOO_POOR);
    transaction->result = json_pack("{s:s, s:s}", "decision", decision, "why", why);
    evidence_text(body, "decision", decision);
    evidence_text(body, "why", why);
    evidence_integer(body, "attempts", attempts_used(transaction));
    if (transaction->again)
        sample_report_add(body, &transaction->last_report); /* of the last one */
    metric_add(&transaction->kordond->metrics, METRIC_INCONCLUSIVE, 1);
    transaction_wipe(transaction);
    transaction_move(transaction, TRANSACTION_STATE_RECORDING);
    append(transaction, body, on_decision_written);
}

static enum reason check_decidable(const struct transaction *transaction, struct failure *failure)
{
    if (transaction->kordond->phase != KORDOND_RUNNING)
        return failure_set(failure, REASON_STOPPING, NULL, NULL);
    if (transaction->state != TRANSACTION_STATE_OPEN)
        return failure_set(failure, REASON_TRANSACTION_STATE, "transaction", "it is %s",
            transaction_state_name(transaction->state));
    if (transaction->probe_count == 0 && attempts_used(transaction) == 0)
        return failure_set(failure, REASON_TRANSACTION_STATE, "transaction", "it has no sample yet");
    if ((transaction->request.kind & TRANSACTION_VERIFICATION) != 0 && transaction->reference_count == 0)
        return failure_set(failure, REASON_TRANSACTION_STATE, "transaction", "it has no reference yet");
    return REASON_DONE;
}

void transaction_decide(struct transaction *transaction, struct http_request *request)
{
    struct failure failure = {0};
    if (check_decidable(transaction, &failure) != REASON_DONE) {
        reply_failure(request, &failure);
        return;
    }
    transaction_wait(transaction, request);
    transaction_move(transaction, TRANSACTION_STATE_COMPARING);
    if (transaction->probe_count == 0) {
        conclude_without_sample(transaction);
        return;
    }
    transaction->identification = (struct identification){.done = on_identified, .data = transaction};
    transaction->verification = (struct verification){.done = on_verified, .data = transaction};
    /* One more than there are, so that a part that ends at once does not end the whole. */
    transaction->comparisons_left = 1;
    if ((transaction->request.kind & TRANSACTION_IDENTIFICATION) != 0) {
        transaction->comparisons_left++;
        identification_start(transaction->kordond, &transaction->identification, transaction->request.purpose,
            transaction->probes, transaction->probe_count);
    }
    if ((transaction->request.kind & TRANSACTION_VERIFICATION) != 0) {
        transaction->comparisons_left++;
        verification_start(transaction->kordond, &transaction->verification, transaction->probes,
            transaction->probe_count, transaction->references, transaction->reference_count);
    }
    comparison_ended(transaction);
}

/* --- Given up */

static void answer_cancelling(struct transaction *transaction, const struct failure *failure)
{
    struct http_request *request = transaction->cancelling;
    transaction->cancelling = NULL;
    if (request == NULL)
        return;
    if (failure != NULL)
        reply_failure(request, failure);
    else
        reply_json(request, 200, transaction_json(transaction));
}

static void on_end_written(struct journal_entry *entry)
{
    struct transaction *transaction = entry->data;
    if (!take_outcome(transaction, entry)) {
        answer_cancelling(transaction, &transaction->failure);
        return;
    }
    transaction->failure = transaction->given_up;
    metric_add(&transaction->kordond->metrics, METRIC_CANCELLED, 1);
    transaction_move(transaction, TRANSACTION_STATE_CANCELLED);
    answer_cancelling(transaction, NULL);
}

void transaction_record_end(struct transaction *transaction)
{
    transaction_wipe(transaction);
    transaction_move(transaction, TRANSACTION_STATE_CANCELLING);
    json_t *body = consultation_body(transaction);
    evidence_text(body, "decision", decision_name(DECISION_INCONCLUSIVE));
    evidence_text(body, "why", reason_name(transaction->given_up.reason));
    append(transaction, body, on_end_written);
}
