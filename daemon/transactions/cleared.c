#include "daemon/transactions/cleared.h"

#include <stdlib.h>
#include <string.h>

#include "base/locked_memory.h"
#include "daemon/transactions/redress_number.h"
#include "json/writer.h"

/* --- Looked for ---------------------------------------------------------------------------------------------------- */

static enum reason take_template(
    const struct cleared_finger *finger, struct locked_template *template, struct failure *failure)
{
    TRY(matcher_template_check(finger->template_bytes, finger->template_size, failure));
    TRY(locked_memory_init(&template->memory, sizeof(struct matcher_template), failure));
    struct matcher_template *held = locked_template_get(template);
    memcpy(held->bytes, finger->template_bytes, finger->template_size);
    held->size = (uint32_t)finger->template_size;
    template->position = finger->position;
    return REASON_DONE;
}

static enum reason take_fingers(struct cleared *cleared, struct failure *failure)
{
    struct cleared_pair *pair = &cleared->pair;
    enum reason reason = REASON_DONE;
    for (size_t i = 0; i < pair->finger_count && reason == REASON_DONE; i++)
        reason = take_template(&pair->fingers[i], &cleared->references[cleared->reference_count++], failure);
    memset(pair->fingers, 0, sizeof pair->fingers);
    return reason;
}

static enum reason read_pair(
    struct cleared *cleared, struct store *store, bool *there, struct failure *failure)
{
    struct cleared_pair_kept kept;
    enum reason reason = cleared_pair_find(store, cleared->document, &kept, failure);
    cleared->pair = kept.pair;
    if (reason == REASON_DONE)
        reason = take_fingers(cleared, failure);
    *there = reason == REASON_DONE && kept.found;
    cleared_pair_kept_finish(&kept);
    return reason;
}

/* What the entries say now. One that can't be read is not known, and so clears nobody. */
static enum reason read_entries(struct cleared *cleared, struct store *store, struct failure *failure)
{
    struct watchlist_summary before, after;
    TRY(watchlist_summarize(store, &before, failure));
    for (size_t i = 0; i < cleared->pair.entry_count; i++) {
        struct cleared_entry *now = &cleared->now[cleared->now_count];
        struct failure ignored;
        now->id = cleared->pair.entries[i].id;
        if (cleared_entry_digest(store, &now->id, now->digest, &ignored) == REASON_DONE)
            cleared->now_count++;
    }
    TRY(watchlist_summarize(store, &after, failure));
    if (before.generation != after.generation)
        cleared->now_count = 0;
    cleared->generation = after.generation;
    return REASON_DONE;
}

static enum reason run_look(struct reader_job *job, struct store *store, struct failure *failure)
{
    struct cleared *cleared = job->data;
    bool there;
    TRY(read_pair(cleared, store, &there, failure));
    if (there)
        TRY(read_entries(cleared, store, failure));
    cleared->found = there;
    return REASON_DONE;
}

void cleared_finish(struct cleared *cleared)
{
    for (size_t i = 0; i < cleared->reference_count; i++)
        locked_template_finish(&cleared->references[i]);
    memory_wipe(cleared, sizeof *cleared);
}

/* --- Compared ------------------------------------------------------------------------------------------------------ */

static void on_compared(struct comparison_job *job)
{
    struct cleared *cleared = job->data;
    if (job->reason == REASON_DONE) {
        cleared->consent.score = job->score;
        cleared->consent.agreeing = job->agreeing;
        cleared->consent.swapped = job->swapped;
    }
    cleared->done(cleared);
}

static void compare(struct cleared *cleared)
{
    const struct transactions *transactions = cleared->transactions;
    struct consent_comparison *consent = &cleared->consent;
    struct failure ignored;
    *consent = (struct consent_comparison){.probes = (uint32_t)cleared->probe_count};
    consent->threshold_known =
        matcher_verification_threshold(transactions->configuration->verification.target_fmr,
            &consent->threshold, &ignored) == REASON_DONE;
    cleared->comparison = (struct comparison_job){.probes = cleared->probes,
        .probe_count = cleared->probe_count,
        .references = cleared->references,
        .reference_count = cleared->reference_count,
        .done = on_compared,
        .data = cleared};
    comparison_job_start(transactions->workers->search, &cleared->comparison);
}

static void on_looked(struct reader_job *job)
{
    struct cleared *cleared = job->data;
    struct work *work = cleared->transactions->work;
    cleared->why = job->failure;
    if (cleared->found && cleared->reference_count > 0)
        compare(cleared);
    else
        cleared->done(cleared);
    work_end(work);
}

void cleared_start(struct transactions *transactions, struct cleared *cleared,
    const uint8_t document[static CASE_RECORD_KEY_BYTES], const struct locked_template *probes,
    size_t probe_count)
{
    cleared->transactions = transactions;
    cleared->document = document;
    cleared->probes = probes;
    cleared->probe_count = probe_count;
    if (transactions->workers->reader == NULL) {
        failure_set(&cleared->why, REASON_STOPPING, NULL, NULL);
        cleared->done(cleared);
        return;
    }
    cleared->reading =
        (struct reader_job){.run = run_look, .done = on_looked, .data = cleared, .awaited = true};
    work_begin(transactions->work);
    store_reader_run(transactions->workers->reader, &cleared->reading);
}

/* --- Applied ------------------------------------------------------------------------------------------------------- */

/* NULL: what the entry says in the list that was searched is not known. */
static const uint8_t *entry_now(const struct cleared *cleared, const struct identification_outcome *outcome,
    const struct watchlist_id *id)
{
    if (!outcome->list_known || outcome->list_generation != cleared->generation)
        return NULL;
    for (size_t i = 0; i < cleared->now_count; i++)
        if (watchlist_id_compare(&cleared->now[i].id, id) == 0)
            return cleared->now[i].digest;
    return NULL;
}

static enum clearing judge(const struct cleared *cleared, const struct cleared_traveller *traveller,
    const struct identification_outcome *outcome, const struct identification_candidate *candidate)
{
    const struct clearing_question question = {.document = traveller->document,
        .pair = cleared->found ? &cleared->pair : NULL,
        .candidate = &candidate->id,
        .entry = entry_now(cleared, outcome, &candidate->id),
        .candidate_score = candidate->score,
        .today = traveller->today,
        .doubtful = traveller->doubtful || outcome->decision_without != DECISION_NO_MATCH,
        .consent = cleared->consent};
    return clearing_judge(&question);
}

static json_t *clearing_json(const struct watchlist_id *candidate, enum clearing clearing)
{
    char id[WATCHLIST_ID_TEXT_SIZE];
    struct json_writer json;
    watchlist_id_format(candidate, id);
    json_writer_object(&json);
    json_write_text(&json, "reference", id);
    json_write_text(&json, "clearing", clearing_name(clearing));
    return json_writer_end(&json);
}

/* Those that stay close up; who goes is wiped. */
static json_t *take_away(const struct cleared *cleared, const struct cleared_traveller *traveller,
    struct identification_outcome *outcome)
{
    struct json_writer candidates;
    uint32_t kept = 0;
    json_writer_array(&candidates);
    for (uint32_t i = 0; i < outcome->candidate_count; i++) {
        struct identification_candidate *each = &outcome->candidates[i];
        enum clearing clearing = judge(cleared, traveller, outcome, each);
        json_append_value(&candidates, clearing_json(&each->id, clearing));
        if (clearing == CLEARING_DONE)
            identification_candidate_finish(each);
        else
            outcome->candidates[kept++] = *each;
    }
    outcome->candidate_count = kept;
    return json_writer_end(&candidates);
}

json_t *cleared_apply(const struct cleared *cleared, const struct cleared_traveller *traveller,
    struct identification_outcome *outcome)
{
    struct json_writer json;
    char mark[REDRESS_MARK_SIZE];
    json_writer_object(&json);
    if (cleared->why.reason != REASON_DONE)
        json_write_text(&json, "unknown", reason_name(cleared->why.reason));
    if (!cleared->found)
        return json_writer_end(&json);
    json_write_text(&json, "case", redress_mark(cleared->pair.case_number, mark));
    json_write_value(&json, "candidates", take_away(cleared, traveller, outcome));
    if (outcome->decision == DECISION_MATCH && outcome->candidate_count == 0) {
        identification_outcome_finish(outcome);
        outcome->decision = outcome->decision_without;
        outcome->why = outcome->why_without;
    }
    return json_writer_end(&json);
}
