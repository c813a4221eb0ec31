/* ending.c: given up: by whoever owns it, by time, at stop. That it was opened and given up is recorded all the same. */
#include "daemon/transactions/transaction.h"

#include <stdlib.h>

#include "base/locked_memory.h"
#include "daemon/transactions/rules.h"
#include "daemon/transactions/traveller_record.h"
#include "json/writer.h"
#include "log/plain_receipt.h"

/* Q3: how many fingers the policy wanted, and which were not there, stand beside those that were taken. */
static void write_demand(const struct transaction *transaction, struct json_writer *body)
{
    json_write_integer(body, "fingers_needed", transaction->fingers.needed);
    fingers_write_missing(&transaction->request, body);
}

static const char *nature_now(const struct transaction *transaction)
{
    return rules_nature(transaction->transactions->policy->policy, transaction->request.purpose);
}

void transaction_note_policy(struct transaction *transaction)
{
    transaction->policy = policy_in_force_named(transaction->transactions->policy);
    transaction->nature = nature_now(transaction);
}

static void write_refused(const struct refused_captures *refused, struct json_writer *body)
{
    const struct {
        enum reason reason;
        uint32_t count;
    } rows[] = {{REASON_SAMPLE_TOO_POOR, refused->too_poor}, {REASON_SAMPLE_TOO_SMALL, refused->too_small},
        {REASON_CAPTURE_RETRY, refused->badly_placed}};
    struct json_writer counts;
    if (refused->too_poor + refused->too_small + refused->badly_placed == 0)
        return;
    json_writer_object(&counts);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].count > 0)
            json_write_integer(&counts, reason_name(rows[i].reason), rows[i].count);
    json_write_value(body, "refused_captures", json_writer_end(&counts));
}

/* What an outcome adds to the body: so many bytes are there whatever it is, so that nobody learns of it by words that bring the body near a step. */
#define OUTCOME_BYTES ((size_t)6 << 10)

/* body: of what was known before anything came of it; NULL: there is none. */
static void note_size(struct transaction *transaction, const json_t *body)
{
    char *bytes;
    size_t size;
    if (body == NULL || log_body_bytes(body, &bytes, &size, NULL) != REASON_DONE)
        return; /* nor can it be written */
    transaction->slot.body_least = size + OUTCOME_BYTES;
    memory_wipe(bytes, size);
    free(bytes);
}

json_t *transaction_consultation(struct transaction *transaction)
{
    const struct transaction_request *request = &transaction->request;
    const char *nature = transaction->nature != NULL ? transaction->nature : nature_now(transaction);
    struct json_writer body, recipients, fingers;
    char number[PLAIN_RECEIPT_ID_SIZE];
    transaction_wipe(transaction); /* M1: before it is said that it was done */
    json_writer_array(&recipients);
    json_append_text(&recipients, transaction->owner.name);
    json_writer_array(&fingers);
    for (size_t i = 0; i < transaction->sample_count; i++)
        json_append_text(&fingers, finger_position_name(transaction->samples[i].position));
    json_writer_over(&body, evidence_body_of(transaction->transactions->evidence, &transaction->owner,
                                request->officer, ROLE_TERMINAL));
    json_write_text(&body, "transaction", transaction->id);
    json_write_text(&body, "kind", transaction_kind_name(request->kind));
    json_write_text(&body, "purpose", request->purpose);
    json_write_text_if(&body, "nature", nature);
    json_write_text(&body, "legal_basis", request->legal_basis);
    json_write_text(
        &body, "justification", request->justification[0] != '\0' ? request->justification : "not given");
    traveller_write(request, &body);
    if (request->case_number[0] != '\0')
        json_write_text(&body, "case_number", request->case_number);
    reference_files_write(transaction, nature, &body);
    json_write_value(&body, "recipients", json_writer_end(&recipients));
    json_write_value(&body, "fingers", json_writer_end(&fingers));
    write_demand(transaction, &body);
    write_refused(&transaction->refused, &body);
    json_write_value(&body, "deletion", deletion_json(&transaction->deletion));
    json_write_text(
        &body, PLAIN_RECEIPT_NUMBER, plain_receipt_number_make(number, NULL) == REASON_DONE ? number : NULL);
    log_write_policy(&body, &transaction->policy);
    json_t *made = json_writer_end(&body);
    note_size(transaction, made);
    return made;
}

static void tell_cancelling(struct transaction *transaction, const struct failure *failure)
{
    struct transaction_waiter *waiter = transaction->cancelling;
    transaction->cancelling = NULL;
    if (waiter != NULL)
        waiter->told(waiter, transaction, failure);
}

static void on_end_written(struct journal_entry *entry)
{
    struct transaction *transaction = entry->data;
    if (!transaction_take_end(transaction)) {
        tell_cancelling(transaction, &transaction->failure);
        return;
    }
    transaction->failure = transaction->given_up;
    metric_add(transaction->transactions->metrics, METRIC_CANCELLED, 1);
    transaction_move(transaction, TRANSACTION_STATE_CANCELLED);
    tell_cancelling(transaction, NULL);
}

static void record_end(struct transaction *transaction)
{
    struct json_writer writer;
    transaction_move(transaction, TRANSACTION_STATE_CANCELLING);
    json_writer_over(&writer, transaction_consultation(transaction));
    json_write_text(&writer, "decision", decision_name(DECISION_INCONCLUSIVE));
    json_write_text(&writer, "why", reason_name(transaction->given_up.reason));
    const struct transaction_view told = {
        .state = TRANSACTION_STATE_CANCELLED, .failure = &transaction->given_up};
    json_t *body = transaction_keep_answer(transaction, &told, json_writer_end(&writer));
    transaction_append_end(transaction, body, on_end_written);
}

void transaction_end_step(struct transaction *transaction, const struct failure *failure)
{
    struct failure told = {0};
    if (failure != NULL)
        told = *failure;
    if (transaction->state == TRANSACTION_STATE_WITHDRAWN) {
        told = transaction->given_up;
        record_end(transaction);
    } else {
        transaction_move(transaction, TRANSACTION_STATE_OPEN);
    }
    transaction_tell(transaction, told.reason != REASON_DONE ? &told : NULL);
}

void transaction_give_up(struct transaction *transaction, const struct failure *failure)
{
    switch (transaction->state) {
    case TRANSACTION_STATE_OPEN:
        transaction->given_up = *failure;
        record_end(transaction);
        break;
    case TRANSACTION_STATE_CAPTURING:
        scanner_pool_cancel(&transaction->capture);
        transaction->given_up = *failure;
        transaction_move(transaction, TRANSACTION_STATE_WITHDRAWN);
        break;
    case TRANSACTION_STATE_EXTRACTING:
    case TRANSACTION_STATE_COLLECTING:
        transaction->given_up = *failure;
        transaction_move(transaction, TRANSACTION_STATE_WITHDRAWN);
        break;
    case TRANSACTION_STATE_WITHDRAWN:
    case TRANSACTION_STATE_COMPARING:
    case TRANSACTION_STATE_RECORDING:
    case TRANSACTION_STATE_CANCELLING:
    case TRANSACTION_STATE_DECIDED:
    case TRANSACTION_STATE_EXCEPTED:
    case TRANSACTION_STATE_CANCELLED:
    case TRANSACTION_STATE_FAILED:
    case TRANSACTION_STATE_COUNT:
        break; /* on its way to its entry, or there */
    }
}

enum reason transaction_cancel(
    struct transaction *transaction, struct transaction_waiter *waiter, struct failure *failure)
{
    bool possible = transaction->state == TRANSACTION_STATE_OPEN ||
                    transaction->state == TRANSACTION_STATE_CAPTURING ||
                    transaction->state == TRANSACTION_STATE_EXTRACTING ||
                    transaction->state == TRANSACTION_STATE_COLLECTING;
    if (!possible)
        return failure_set(failure, REASON_TRANSACTION_STATE, "transaction", N_("its state is %s"),
            transaction_state_name(transaction->state));
    struct failure why = {0};
    failure_set(&why, REASON_CAPTURE_CANCELLED, "transaction", N_("by its terminal"));
    transaction->cancelling = waiter;
    transaction->mark = waiter->mark;
    transaction_give_up(transaction, &why);
    return REASON_DONE;
}
