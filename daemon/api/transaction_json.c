#include "daemon/api/transaction_json.h"

#include "daemon/api/reply.h"
#include "daemon/sample_report.h"

/* --- The result */

static void set_text(json_t *json, const char *key, const char *text)
{
    json_object_set_new(json, key, json_string(text));
}

static void set_integer(json_t *json, const char *key, int64_t value)
{
    json_object_set_new(json, key, json_integer(value));
}

/* Why a part is inconclusive. */
static void set_why(json_t *json, enum comparison_decision decision, const struct failure *why)
{
    if (decision != DECISION_INCONCLUSIVE)
        return;
    set_text(json, "why", reason_name(why->reason));
    if (why->detail[0] != '\0')
        set_text(json, "detail", why->detail);
}

static json_t *candidate_json(const struct identification_candidate *candidate, uint32_t rank)
{
    char id[WATCHLIST_ID_TEXT_SIZE];
    watchlist_id_format(&candidate->id, id);
    return json_pack("{s:i, s:s, s:i, s:i, s:i, s:f, s:s, s:b, s:s, s:s}", "rank", (int)rank, "reference", id,
        "score", (int)candidate->score, "fingers", (int)candidate->fingers, "swapped",
        (int)candidate->swapped, "fmr", candidate->false_match_rate, "category",
        watchlist_category_name(candidate->category), "protection",
        (int)watchlist_category_is_protection(candidate->category), "action", candidate->action,
        "instruction", candidate->instruction);
}

static json_t *identification_json(const struct identification_outcome *outcome)
{
    json_t *json = json_pack(
        "{s:s, s:f}", "decision", decision_name(outcome->decision), "target_fpir", outcome->target_fpir);
    set_why(json, outcome->decision, &outcome->why);
    if (outcome->threshold_known)
        set_integer(json, "threshold", outcome->threshold);
    if (outcome->list_known) {
        set_text(json, "list", outcome->list_name);
        set_integer(json, "list_version", (int64_t)outcome->list_version);
        set_integer(json, "fingers", outcome->fingers);
        set_integer(json, "visible", outcome->visible);
    }
    if (outcome->list_known && outcome->people_known) {
        set_integer(json, "searched", outcome->searched);
        set_integer(json, "searched_other_fingers", outcome->other_people);
    }
    if (outcome->whole)
        set_text(json, "search", outcome->staged ? "staged" : "exhaustive");
    json_t *candidates = json_array();
    for (uint32_t i = 0; i < outcome->candidate_count; i++)
        json_array_append_new(candidates, candidate_json(&outcome->candidates[i], i + 1));
    json_object_set_new(json, "candidates", candidates);
    return json;
}

static json_t *verification_json(const struct verification_outcome *outcome)
{
    json_t *json = json_pack("{s:s}", "decision", decision_name(outcome->decision));
    set_why(json, outcome->decision, &outcome->why);
    if (outcome->threshold_known)
        set_integer(json, "threshold", outcome->threshold);
    if (outcome->decision == DECISION_INCONCLUSIVE)
        return json;
    set_integer(json, "fingers", outcome->fingers);
    set_integer(json, "score", outcome->score);
    set_integer(json, "swapped", outcome->swapped);
    json_object_set_new(json, "fmr", json_real(outcome->false_match_rate));
    return json;
}

static json_t *result_json(const struct transaction_result *result)
{
    json_t *json = json_pack("{s:s, s:I, s:I}", "decision", decision_name(result->decision), "seq",
        (json_int_t)result->seq, "time_ms", (json_int_t)result->time_ms);
    if (result->why.reason != REASON_DONE) {
        set_text(json, "why", reason_name(result->why.reason));
        json_object_set_new(json, "failure", reply_failure_json(&result->why)); /* in words */
    }
    if (result->compared)
        set_integer(json, "calibration", result->calibration);
    if (result->identified)
        json_object_set_new(json, "identification", identification_json(&result->identification));
    if (result->verified)
        json_object_set_new(json, "verification", verification_json(&result->verification));
    return json;
}

/* --- The transaction */

static json_t *sample_json(const struct sample_note *sample)
{
    json_t *json = json_pack("{s:s, s:i, s:s}", "position", finger_position_name(sample->position),
        "minutiae", (int)sample->report.minutiae_count, "device", sample->device);
    sample_report_add(json, &sample->report);
    return json;
}

/* Why the last sample should be taken again, and what to do about it. */
static json_t *again_json(const struct transaction *transaction)
{
    const char *advice = matcher_sample_advice(&transaction->last_report);
    json_t *json = json_pack("{s:s}", "position", finger_position_name(transaction->position));
    sample_report_add(json, &transaction->last_report);
    json_object_set_new(json, "advice", json_string(advice != NULL ? advice : "capture again"));
    return json;
}

static json_t *notes_json(const struct transaction *transaction)
{
    json_t *notes = json_array();
    for (size_t i = 0; i < transaction->note_count; i++)
        json_array_append_new(notes, json_string(transaction->notes[i]));
    return notes;
}

json_t *transaction_json_of(const struct transaction *transaction, const struct transaction_view *view)
{
    uint32_t attempts_left = transaction_attempts_left(transaction, transaction->position);
    json_t *json = json_pack("{s:s, s:s, s:s, s:s, s:I}", "transaction", transaction->id, "state",
        transaction_state_name(view->state), "kind", transaction_kind_name(transaction->request.kind),
        "purpose", transaction->request.purpose, "attempts_left", (json_int_t)attempts_left);
    json_t *samples = json_array();
    for (size_t i = 0; i < transaction->sample_count; i++)
        json_array_append_new(samples, sample_json(&transaction->samples[i]));
    json_object_set_new(json, "samples", samples);
    if (transaction->again && attempts_left > 0 && !transaction_state_is_final(view->state))
        json_object_set_new(json, "again", again_json(transaction));
    set_integer(json, "references", (int64_t)transaction->reference_count);
    if (transaction->note_count > 0)
        json_object_set_new(json, "notes", notes_json(transaction));
    if (view->result != NULL)
        json_object_set_new(json, "result", result_json(view->result));
    if (view->failure->reason != REASON_DONE)
        json_object_set_new(json, "failure", reply_failure_json(view->failure));
    return json;
}

json_t *transaction_json(const struct transaction *transaction)
{
    const struct transaction_view view = {
        .state = transaction->state, .result = transaction->result, .failure = &transaction->failure};
    return transaction_json_of(transaction, &view);
}
