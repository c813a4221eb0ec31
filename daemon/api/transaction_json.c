#include "daemon/api/transaction_json.h"

#include "base/language.h"
#include "daemon/api/guidance_json.h"
#include "daemon/api/reply.h"
#include "daemon/sample_report.h"
#include "daemon/transactions/exception.h"
#include "daemon/transactions/traveller_record.h"
#include "json/writer.h"
#include "policy/referral.h"

/* --- The result */

/* Why a part is inconclusive. */
static void write_why(struct json_writer *json, enum comparison_decision decision, const struct failure *why)
{
    if (decision != DECISION_INCONCLUSIVE)
        return;
    json_write_text(json, "why", reason_name(why->reason));
    if (why->detail[0] != '\0')
        json_write_text(json, "detail", why->detail);
}

static json_t *candidate_json(const struct identification_candidate *candidate, uint32_t rank)
{
    struct json_writer json;
    json_writer_object(&json);
    identification_write_candidate(candidate, rank, &json);
    json_write_real(&json, "fmr", candidate->false_match_rate);
    json_write_text(&json, "category", alert_category_name(candidate->category));
    json_write_boolean(&json, "protection", alert_category_is_protection(candidate->category));
    json_write_text(&json, "action", candidate->action);
    json_write_text(&json, "instruction", candidate->instruction);
    return json_writer_end(&json);
}

static json_t *candidates_json(const struct identification_outcome *outcome)
{
    struct json_writer candidates;
    json_writer_array(&candidates);
    for (uint32_t i = 0; i < outcome->candidate_count; i++)
        json_append_value(&candidates, candidate_json(&outcome->candidates[i], i + 1));
    return json_writer_end(&candidates);
}

static json_t *identification_json(const struct identification_outcome *outcome)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "decision", decision_name(outcome->decision));
    json_write_real(&json, "target_fpir", outcome->target_fpir);
    write_why(&json, outcome->decision, &outcome->why);
    if (outcome->threshold_known)
        json_write_integer(&json, "threshold", outcome->threshold);
    identification_write_list(outcome, &json);
    json_write_value(&json, "candidates", candidates_json(outcome));
    return json_writer_end(&json);
}

static json_t *verification_json(const struct verification_outcome *outcome)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "decision", decision_name(outcome->decision));
    write_why(&json, outcome->decision, &outcome->why);
    if (outcome->threshold_known)
        json_write_integer(&json, "threshold", outcome->threshold);
    if (outcome->decision != DECISION_INCONCLUSIVE) {
        json_write_integer(&json, "fingers", outcome->fingers);
        json_write_integer(&json, "score", outcome->score);
        json_write_integer(&json, "swapped", outcome->swapped);
        json_write_real(&json, "fmr", outcome->false_match_rate);
    }
    return json_writer_end(&json);
}

/* To whom the traveller goes on by what is told of him; of what is not told nothing stands here (P6). It has the transaction's id. */
static void write_referral(struct json_writer *json, const struct transaction *transaction,
    const struct identification_outcome *told)
{
    struct json_writer referral;
    uint32_t categories = identification_outcome_categories(told);
    if (categories == 0)
        return;
    json_writer_object(&referral);
    json_write_text(&referral, "id", transaction->id);
    json_write_text(&referral, "route",
        referral_route_name(referral_route_of(categories, transaction->request.traveller_group)));
    json_write_value(json, "referral", json_writer_end(&referral));
}

static json_t *result_json(const struct transaction *transaction, const struct transaction_result *result)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "decision", decision_name(result->decision));
    json_write_integer(&json, "time_ms", result->time_ms);
    if (result->why.reason != REASON_DONE) {
        json_write_text(&json, "why", reason_name(result->why.reason));
        json_write_value(&json, "failure", reply_failure_json(&result->why)); /* in words */
    }
    if (result->compared)
        json_write_integer(&json, "calibration", result->calibration);
    if (result->identified) {
        json_write_value(&json, "identification", identification_json(&result->identification));
        write_referral(&json, transaction, &result->identification);
    }
    if (result->verified)
        json_write_value(&json, "verification", verification_json(&result->verification));
    return json_writer_end(&json);
}

/* --- The transaction */

static json_t *sample_json(const struct sample_note *sample)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "position", finger_position_name(sample->position));
    json_write_integer(&json, "minutiae", sample->report.minutiae_count);
    json_write_text(&json, "device", sample->device);
    sample_report_add(&json, &sample->report);
    return json_writer_end(&json);
}

static json_t *samples_json(const struct transaction *transaction)
{
    struct json_writer samples;
    json_writer_array(&samples);
    for (size_t i = 0; i < transaction->sample_count; i++)
        json_append_value(&samples, sample_json(&transaction->samples[i]));
    return json_writer_end(&samples);
}

/* Why the last sample should be taken again, and what to do about it. */
static json_t *again_json(const struct transaction *transaction)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "position", finger_position_name(transaction->position));
    sample_report_add(&json, &transaction->last_report);
    json_write_text(&json, "advice", guidance_text(transaction_better(&transaction->last_report)));
    return json_writer_end(&json);
}

static json_t *notes_json(const struct transaction *transaction)
{
    struct json_writer notes;
    json_writer_array(&notes);
    for (size_t i = 0; i < transaction->note_count; i++)
        json_append_text(&notes, transaction->notes[i]);
    return json_writer_end(&notes);
}

static json_t *exception_json(const struct transaction *transaction)
{
    struct json_writer json;
    json_writer_object(&json);
    exception_write(transaction, &json);
    json_write_text(&json, "procedure", exception_procedure(transaction->request.exception.kind));
    if (transaction->time_ms != 0) /* recall.c adds it to what was kept in the entry */
        json_write_integer(&json, "time_ms", transaction->time_ms);
    return json_writer_end(&json);
}

json_t *transaction_json_of(const struct transaction *transaction, const struct transaction_view *view)
{
    uint32_t attempts_left = transaction_attempts_left(transaction, transaction->position);
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "transaction", transaction->id);
    json_write_text(&json, "state", transaction_state_name(view->state));
    json_write_text(&json, "kind", transaction_kind_name(transaction->request.kind));
    json_write_text(&json, "purpose", transaction->request.purpose);
    traveller_write(&transaction->request, &json);
    if (age_band_may_be_child(transaction->request.age_band))
        json_write_text(&json, "scores_note", N_("scores are not validated for children"));
    if (!transaction_state_is_final(view->state))
        postponed_write(&transaction->postponed, &transaction->request.document, &json);
    json_write_integer(&json, "attempts_left", attempts_left);
    json_write_value(&json, "samples", samples_json(transaction));
    if (transaction->again && attempts_left > 0 && !transaction_state_is_final(view->state))
        json_write_value(&json, "again", again_json(transaction));
    if (!transaction_state_is_final(view->state))
        guidance_add(&json, transaction);
    fingers_write_missing(&transaction->request, &json);
    json_write_integer(&json, "references", (int64_t)transaction->reference_count);
    if (transaction->note_count > 0)
        json_write_value(&json, "notes", notes_json(transaction));
    if (view->state == TRANSACTION_STATE_EXCEPTED)
        json_write_value(&json, "exception", exception_json(transaction));
    if (view->result != NULL)
        json_write_value(&json, "result", result_json(transaction, view->result));
    if (view->failure->reason != REASON_DONE)
        json_write_value(&json, "failure", reply_failure_json(view->failure));
    return json_writer_end(&json);
}

json_t *transaction_json(const struct transaction *transaction)
{
    const struct transaction_view view = {
        .state = transaction->state, .result = transaction->result, .failure = &transaction->failure};
    return transaction_json_of(transaction, &view);
}
