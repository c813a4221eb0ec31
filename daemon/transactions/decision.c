/* decision.c: how a transaction is decided: compared, recorded, and only then told.
 *
 * What was decided lies with the entry on its way to the log, where nobody else finds it; it becomes the transaction's result when
 * the entry is durable. A decision that could not be recorded was never there.
 */
#include <stdlib.h>

#include "base/day.h"
#include "daemon/sample_report.h"
#include "daemon/transactions/first_line.h"
#include "daemon/transactions/referring.h"
#include "daemon/transactions/rules.h"
#include "daemon/transactions/transaction.h"
#include "json/writer.h"

struct transaction_recording {
    struct journal_entry entry; /* first: the entry is the recording */
    struct paced held;
    uint64_t begun_ns; /* the comparison, then its record: pacing_now_ns() */
    struct transaction *transaction;
    struct transaction_result *found;  /* what came out: for the log and the second line alone */
    struct transaction_result *result; /* what is told of it (first_line.h) */
    struct referring referring;
    struct failure unkept; /* why it can't be kept for those who verify it: then it is not told */
};

static void free_recording(struct transaction_recording *recording)
{
    referring_finish(&recording->referring);
    transaction_result_destroy(recording->found);
    transaction_result_destroy(recording->result);
    free(recording);
}

static void end_recording(struct transaction_recording *recording)
{
    recording->transaction->recording = NULL;
    journal_entry_finish(&recording->entry);
    free_recording(recording);
}

/* --- Recorded */

static enum metric decision_metric(enum comparison_decision decision)
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

/* The one place where a transaction comes to have a result. */
static void take_result(struct transaction *transaction, struct transaction_recording *recording)
{
    struct journal_outcome *outcome = &recording->entry.outcome;
    transaction->result = recording->result;
    transaction->result->time_ms = transaction->time_ms = outcome->time_ms;
    transaction_take_receipts(transaction, outcome);
    recording->result = NULL;
}

/* More than any block that JSON is made of. */
#define LARGE_BLOCK_BYTES ((size_t)64 << 10)

/* glibc's allocator leaves it to the next large block to sort what was freed: that would be the next request's, which came 4 µs later behind a match. */
static void settle_heap(void)
{
    void *volatile large = malloc(LARGE_BLOCK_BYTES);
    free(large);
}

/* P6: a match leaves more to be wiped and freed than anything else. */
static void drop_what_was_found(struct transaction_recording *recording)
{
    referring_finish(&recording->referring);
    transaction_result_destroy(recording->found);
    recording->found = NULL;
    json_decref(recording->entry.body);
    recording->entry.body = NULL;
    settle_heap();
}

/* Those who verify a match hear of it when it is durable; the terminal, when it is told. Then nothing is left to be done that depends on what was found. */
static void take_record(struct transaction_recording *recording)
{
    struct transaction *transaction = recording->transaction;
    const struct journal_entry *entry = &recording->entry;
    evidence_written(transaction->transactions->evidence, entry);
    if (entry->reason == REASON_DONE)
        referring_hand_over(&recording->referring, transaction);
    else if (entry->reason == REASON_OUTCOME_UNKNOWN)
        referring_doubt(transaction);
    drop_what_was_found(recording);
}

static void tell(struct transaction_recording *recording)
{
    struct transaction *transaction = recording->transaction;
    const struct journal_entry *entry = &recording->entry;
    struct failure failure = recording->unkept.reason != REASON_DONE ? recording->unkept : entry->failure;
    bool durable = entry->reason == REASON_DONE;
    if (durable)
        take_result(transaction, recording);
    end_recording(recording);
    if (!durable) {
        transaction_fail(transaction, &failure);
        transaction_tell(transaction, &failure);
        return;
    }
    metric_add(transaction->transactions->metrics, decision_metric(transaction->result->decision), 1);
    transaction_move(transaction, TRANSACTION_STATE_DECIDED);
    transaction_tell(transaction, NULL);
}

static void on_written(struct journal_entry *entry)
{
    struct transaction_recording *recording = (struct transaction_recording *)entry;
    take_record(recording);
    tell(recording);
}

static void on_record_step_ended(struct paced *held)
{
    tell(held->data);
}

/* P6: a match's entry is longer, and takes longer. */
static void on_comparison_written(struct journal_entry *entry)
{
    struct transaction_recording *recording = (struct transaction_recording *)entry;
    take_record(recording);
    recording->held = (struct paced){.released = on_record_step_ended, .data = recording};
    pacing_hold(
        &recording->transaction->transactions->pacing, PACING_RECORD, &recording->held, recording->begun_ns);
}

/* body: of transaction_consultation(), so no probe is left (M1); taken over. */
static void prepare(
    struct transaction *transaction, json_t *body, void (*written)(struct journal_entry *entry))
{
    struct transaction_recording *recording = transaction->recording;
    const struct transaction_view told = {
        .state = TRANSACTION_STATE_DECIDED, .result = recording->result, .failure = &transaction->failure};
    recording->entry = (struct journal_entry){.event = LOG_EVENT_CONSULTATION,
        .body = transaction_keep_answer(transaction, &told, body),
        .change = transaction_end_change(transaction),
        .written = written};
}

static void record_prepared(struct transaction *transaction)
{
    transaction_move(transaction, TRANSACTION_STATE_RECORDING);
    evidence_append(transaction->transactions->evidence, &transaction->recording->entry);
}

/* Nothing was compared: there is nobody who could have been found. */
static void record(struct transaction *transaction, json_t *body)
{
    prepare(transaction, body, on_written);
    record_prepared(transaction);
}

static void on_comparison_step_ended(struct paced *held)
{
    struct transaction_recording *recording = held->data;
    const uint64_t now_ns = pacing_now_ns();
    /* Of what is let go sooner, at stop, the end of the step is still to come. */
    recording->begun_ns = held->due_ns < now_ns ? held->due_ns : now_ns;
    record_prepared(recording->transaction);
}

/* P6: however long the comparison took, it is recorded at the end of one step and told at the end of another. */
static void record_at_end_of_step(struct transaction *transaction, json_t *body)
{
    struct transaction_recording *recording = transaction->recording;
    prepare(transaction, body, on_comparison_written);
    recording->held = (struct paced){.released = on_comparison_step_ended, .data = recording};
    pacing_hold(&transaction->transactions->pacing, PACING_COMPARISON, &recording->held, recording->begun_ns);
}

/* --- Decided */

/* What is to be done with the traveller follows from the watchlist where it was searched; the claim he made
 * is judged apart, in "verification". Any part that is inconclusive makes the whole so: nobody reads an
 * unfinished check as a finished one. */
static void decide_whole(struct transaction_result *result)
{
    const struct identification_outcome *identification = &result->identification;
    const struct verification_outcome *verification = &result->verification;
    if (result->identified && identification->decision == DECISION_MATCH) {
        result->decision = DECISION_MATCH; /* an alert is an alert, whatever became of the claim */
    } else if (result->identified && identification->decision == DECISION_INCONCLUSIVE) {
        result->decision = DECISION_INCONCLUSIVE;
        result->why = identification->why;
    } else if (result->verified && verification->decision == DECISION_INCONCLUSIVE) {
        result->decision = DECISION_INCONCLUSIVE;
        result->why = verification->why;
    } else {
        result->decision = result->identified ? identification->decision : verification->decision;
    }
}

/* DONE: no sample is in doubt. That a sensor could not tell is not held against anybody as an imitation is. */
static enum reason doubt_of_samples(const struct transaction *transaction, struct failure *why)
{
    bool doubted = false;
    for (size_t i = 0; i < transaction->sample_count; i++) {
        const enum attack_result result = transaction->samples[i].attack_result;
        if (result == ATTACK_RESULT_ATTACK)
            return failure_set(why, REASON_PRESENTATION_ATTACK, "sample", NULL);
        doubted = doubted || sensor_doubts(&transaction->sensor_need, result);
    }
    return doubted ? failure_set(why, REASON_SAMPLE_TOO_POOR, "sample",
                         N_("its sensor can't tell whether it is an imitation"))
                   : REASON_DONE;
}

/* Q8, Q10: what its own sensor takes for an imitation is nobody's finger: that nobody was found with it clears nobody, and whom it agrees with is not
 * proven to be here; so is what it can't tell from one where the policy requires that. An alert is one all the same. */
static void doubt_imitations(const struct transaction *transaction, struct transaction_result *result)
{
    struct failure why = {0};
    if (doubt_of_samples(transaction, &why) == REASON_DONE)
        return;
    if (result->identified && result->identification.decision == DECISION_NO_MATCH) {
        result->identification.decision = DECISION_INCONCLUSIVE;
        result->identification.why = why;
    }
    if (result->verified && result->verification.decision != DECISION_INCONCLUSIVE) {
        result->verification.decision = DECISION_INCONCLUSIVE;
        result->verification.why = why;
    }
}

static void take_outcomes(struct transaction *transaction, struct transaction_result *found)
{
    found->compared = true;
    found->calibration = matcher_calibration_version();
    found->identified = (transaction->request.kind & TRANSACTION_IDENTIFICATION) != 0;
    found->verified = (transaction->request.kind & TRANSACTION_VERIFICATION) != 0;
    found->identification = transaction->identification.outcome;
    found->verification = transaction->verification.outcome;
    transaction->identification.outcome = (struct identification_outcome){0};
    transaction->verification.outcome = (struct verification_outcome){0};
}

static void judge(const struct transaction *transaction, struct transaction_result *result)
{
    doubt_imitations(transaction, result);
    decide_whole(result);
}

/* body, which is taken over; NULL, which nothing is told of, where the match could not be handed on to anybody. */
static json_t *what_can_be_verified(const struct transaction_recording *recording, json_t *body)
{
    if (recording->unkept.reason == REASON_DONE)
        return body;
    json_decref(body);
    return NULL;
}

/* H6: whom the traveller was told apart from is no candidate, before anything follows from who was found. NULL where no document was given. */
static json_t *clear(const struct transaction *transaction, struct identification_outcome *found)
{
    const struct request_document *document = &transaction->request.document;
    struct failure ignored;
    if (!document->named)
        return NULL;
    const struct cleared_traveller traveller = {.document = document->pair_key,
        .doubtful = doubt_of_samples(transaction, &ignored) != REASON_DONE,
        .today = day_of_ms(store_now_ms())};
    return cleared_apply(&transaction->cleared, &traveller, found);
}

/* What is told is judged as what was found is: without the candidate a discreet match goes the way of any no-match (P6). */
static void conclude(struct transaction *transaction)
{
    struct transaction_recording *recording = transaction->recording;
    struct transaction_result *found = recording->found, *told = recording->result;
    struct json_writer body;
    take_outcomes(transaction, found);
    json_t *redress = clear(transaction, &found->identification);
    *told = *found;
    first_line_view(&found->identification, &told->identification);
    judge(transaction, found);
    judge(transaction, told);
    referring_pack(&recording->referring, transaction, found, told, &recording->unkept);
    json_writer_over(&body, transaction_consultation(transaction));
    json_write_text(&body, "decision", decision_name(found->decision));
    json_write_text(&body, "told", decision_name(told->decision));
    if (told->decision != found->decision && told->why.reason != REASON_DONE)
        json_write_text(&body, "told_why", reason_name(told->why.reason));
    json_write_integer(&body, "calibration", found->calibration);
    if (found->why.reason != REASON_DONE)
        json_write_text(&body, "why", reason_name(found->why.reason));
    if (found->identified)
        json_write_value(&body, "identification", identification_evidence(&found->identification));
    referring_write_due(&recording->referring, &body);
    if (transaction->request.document.named)
        json_write_value(&body, "redress", redress);
    postponed_delete(&transaction->postponed, &transaction->request.document, &body); /* P2: it is done */
    if (found->verified)
        json_write_value(&body, "verification", verification_evidence(&found->verification));
    record_at_end_of_step(transaction, what_can_be_verified(recording, json_writer_end(&body)));
}

/* Every sample was too poor: nothing was compared, and that is recorded as such, never as a no-match. A concealer
 * wants just this. */
static void conclude_without_sample(struct transaction *transaction)
{
    struct transaction_result *result = transaction->recording->result;
    struct json_writer body;
    result->decision = DECISION_INCONCLUSIVE;
    failure_set(&result->why, REASON_SAMPLE_TOO_POOR, NULL, NULL);
    json_writer_over(&body, transaction_consultation(transaction));
    json_write_text(&body, "decision", decision_name(result->decision));
    json_write_text(&body, "why", reason_name(result->why.reason));
    json_write_integer(&body, "attempts", transaction_attempts_made(transaction));
    if (transaction->again)
        sample_report_add(&body, &transaction->last_report); /* of the last one */
    record(transaction, json_writer_end(&body));
}

/* The policy that was in force when it was opened permitted it, the one in force now does not: nothing is compared, and that is no "no match". */
static void conclude_refused(struct transaction *transaction, const struct failure *why)
{
    struct transaction_result *result = transaction->recording->result;
    struct json_writer body;
    result->decision = DECISION_INCONCLUSIVE;
    result->why = *why;
    json_writer_over(&body, transaction_consultation(transaction));
    json_write_text(&body, "decision", decision_name(result->decision));
    json_write_text(&body, "why", reason_name(why->reason));
    record(transaction, json_writer_end(&body));
}

/* --- Compared */

static void comparison_ended(struct transaction *transaction)
{
    if (--transaction->comparisons_left == 0)
        conclude(transaction);
}

static void on_identified(struct identification *identification)
{
    comparison_ended(identification->data);
}

static void on_cleared(struct cleared *cleared)
{
    comparison_ended(cleared->data);
}

static void on_verified(struct verification *verification)
{
    comparison_ended(verification->data);
}

/* Q3: of which fingers the policy has samples compared may be another matter than at the opening, and how many it needs. */
static enum reason check_samples(
    const struct transaction *transaction, const struct policy *policy, struct failure *failure)
{
    struct transaction_fingers now;
    struct transaction_request any_finger = transaction->request;
    any_finger.finger_count = 0;
    TRY(transaction_fingers_choose(
        policy, policy_find_purpose(policy, any_finger.purpose), &any_finger, &now, failure));
    for (size_t i = 0; i < transaction->sample_count; i++)
        if (!transaction_fingers_take(&now, transaction->samples[i].position))
            return failure_set(failure, REASON_POLICY_CHANGED, "fingers",
                N_("the policy does not take %s any more"),
                finger_position_name(transaction->samples[i].position));
    if (now.needed <= transaction->fingers.needed || transaction->probe_count >= now.needed)
        return REASON_DONE;
    return failure_set(failure, REASON_POLICY_CHANGED, "fingers",
        N_("the policy needs %u fingers by now, %zu are taken"), (unsigned)now.needed,
        transaction->probe_count);
}

static enum reason check_policy(struct transaction *transaction, struct failure *failure)
{
    const struct policy *policy = transaction->transactions->policy->policy;
    TRY(rules_check_capture(policy, transaction->owner.roles, &transaction->request, failure));
    TRY(check_samples(transaction, policy, failure));
    TRY(reference_files_check(transaction, failure));
    return sensor_check_samples(transaction, policy, failure);
}

static void compare(struct transaction *transaction)
{
    struct transactions *transactions = transaction->transactions;
    struct failure why = {0};
    transaction_note_policy(transaction);
    if (check_policy(transaction, &why) != REASON_DONE) {
        conclude_refused(transaction, &why);
        return;
    }
    transaction->identification = (struct identification){.done = on_identified,
        .data = transaction,
        .owner = &transaction->owner,
        .officer = transaction->request.officer};
    transaction->verification = (struct verification){.done = on_verified, .data = transaction};
    transaction->cleared = (struct cleared){.done = on_cleared, .data = transaction};
    /* One more than there are, so that a part that ends at once does not end the whole. */
    transaction->comparisons_left = 1;
    if ((transaction->request.kind & TRANSACTION_IDENTIFICATION) != 0) {
        transaction->comparisons_left++;
        identification_start(transactions, &transaction->identification, transaction->request.purpose,
            transaction->probes, transaction->probe_count);
    }
    if (transaction->request.document.named) {
        transaction->comparisons_left++;
        cleared_start(transactions, &transaction->cleared, transaction->request.document.pair_key,
            transaction->probes, transaction->probe_count);
    }
    if ((transaction->request.kind & TRANSACTION_VERIFICATION) != 0) {
        transaction->comparisons_left++;
        verification_start(transactions, &transaction->verification, transaction->probes,
            transaction->probe_count, transaction->references, transaction->reference_count);
    }
    comparison_ended(transaction);
}

/* Q3: fewer than the policy's number are compared only where no finger is left that could be tried. */
static enum reason check_fingers(const struct transaction *transaction, struct failure *failure)
{
    enum finger_position next;
    const size_t taken = transaction->probe_count;
    if (taken == 0 || taken >= transaction->fingers.needed || !transaction_next_finger(transaction, &next))
        return REASON_DONE;
    return failure_set(failure, REASON_TRANSACTION_STATE, "fingers",
        N_("%zu of %u are taken that are needed for %s; the next one is %s"), taken,
        (unsigned)transaction->fingers.needed, transaction->request.purpose, finger_position_name(next));
}

static enum reason check_decidable(const struct transaction *transaction, struct failure *failure)
{
    TRY(transaction_check_open(transaction, failure));
    if (transaction->probe_count == 0 && transaction_attempts_made(transaction) == 0)
        return failure_set(failure, REASON_TRANSACTION_STATE, "transaction", N_("it has no sample yet"));
    TRY(check_fingers(transaction, failure));
    if ((transaction->request.kind & TRANSACTION_VERIFICATION) != 0 && transaction->reference_count == 0)
        return failure_set(failure, REASON_TRANSACTION_STATE, "transaction", N_("it has no reference yet"));
    return REASON_DONE;
}

/* What the decision needs is there before anything is compared: a decision must not come to nothing for want of memory. */
static enum reason make_recording(struct transaction *transaction, struct failure *failure)
{
    struct transaction_recording *recording = calloc(1, sizeof *recording);
    if (recording == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "transaction", NULL);
    recording->transaction = transaction;
    recording->begun_ns = pacing_now_ns();
    recording->found = calloc(1, sizeof *recording->found);
    recording->result = calloc(1, sizeof *recording->result);
    enum reason reason = recording->found != NULL && recording->result != NULL
                             ? REASON_DONE
                             : failure_set(failure, REASON_NO_MEMORY, "transaction", NULL);
    if (reason == REASON_DONE && (transaction->request.kind & TRANSACTION_IDENTIFICATION) != 0)
        reason = referring_begin(&recording->referring, failure);
    if (reason == REASON_DONE)
        transaction->recording = recording;
    else
        free_recording(recording);
    return reason;
}

enum reason transaction_decide(
    struct transaction *transaction, struct transaction_waiter *waiter, struct failure *failure)
{
    TRY(check_decidable(transaction, failure));
    TRY(make_recording(transaction, failure));
    transaction->waiting = waiter;
    transaction->mark = waiter->mark;
    transaction_move(transaction, TRANSACTION_STATE_COMPARING);
    if (transaction->probe_count == 0)
        conclude_without_sample(transaction);
    else
        compare(transaction);
    return REASON_DONE;
}
