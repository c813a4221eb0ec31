#include "daemon/transactions/referral_opening.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/transactions/identification.h"
#include "daemon/transactions/referral_rules.h"

void referral_opening_drop_prints(struct referral_opening *opening)
{
    locked_memory_finish(&opening->content);
    for (size_t i = 0; i < opening->finger_count; i++)
        opening->fingers[i].template = opening->fingers[i].png = (struct referral_bytes){0};
}

bool referral_opening_has_picture(const struct referral_opening *opening)
{
    for (size_t i = 0; i < opening->finger_count; i++)
        if (opening->fingers[i].png.size > 0)
            return true;
    return false;
}

void referral_opening_destroy(struct referral_opening *opening)
{
    if (opening == NULL)
        return;
    referral_opening_drop_prints(opening);
    identification_outcome_finish(&opening->identification);
    memory_wipe(opening, sizeof *opening);
    free(opening);
}

/* --- Written */

static json_t *write_candidate(
    const struct identification_candidate *candidate, uint32_t rank, bool with_texts)
{
    char entry[DIGEST_HEX_SIZE];
    struct json_writer json;
    json_writer_object(&json);
    identification_write_candidate(candidate, rank, &json);
    json_write_text(&json, "category", alert_category_name(candidate->category));
    json_write_real(&json, "false_match_rate", candidate->false_match_rate);
    if (candidate->entry_known)
        json_write_text(&json, "entry", hex_format(candidate->entry, sizeof candidate->entry, entry));
    if (with_texts) {
        json_write_text_if(&json, "action", candidate->action);
        json_write_text_if(&json, "instruction", candidate->instruction);
    }
    return json_writer_end(&json);
}

static json_t *write_candidates(const struct identification_outcome *outcome, bool with_texts)
{
    struct json_writer candidates;
    json_writer_array(&candidates);
    for (uint32_t i = 0; i < outcome->candidate_count; i++)
        json_append_value(&candidates, write_candidate(&outcome->candidates[i], i + 1, with_texts));
    return json_writer_end(&candidates);
}

static json_t *write_identification(const struct identification_outcome *outcome, bool with_texts)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_real(&json, "target_fpir", outcome->target_fpir);
    json_write_integer(&json, "threshold", outcome->threshold);
    identification_write_list(outcome, &json);
    json_write_value(&json, "candidates", write_candidates(outcome, with_texts));
    return json_writer_end(&json);
}

json_t *referral_opening_write(const struct referral_opening *opening, bool with_texts)
{
    char key[2 * CASE_RECORD_KEY_BYTES + 1];
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "transaction", opening->transaction);
    json_write_integer(&json, "time_ms", opening->time_ms);
    json_write_text(&json, "purpose", opening->purpose);
    json_write_text(&json, "legal_basis", opening->legal_basis);
    json_write_text(&json, "owner", opening->owner);
    json_write_text(&json, "officer", opening->officer);
    json_write_text(&json, "traveller_group", traveller_group_name(opening->traveller_group));
    json_write_text(&json, "age_band", age_band_name(opening->age_band));
    json_write_boolean(&json, "document", opening->document);
    json_write_text(
        &json, "document_key", hex_format(opening->document_key, sizeof opening->document_key, key));
    json_write_text(&json, "redress_key", hex_format(opening->redress_key, sizeof opening->redress_key, key));
    json_write_text(&json, "told", decision_name(opening->told));
    json_write_value(&json, "rules", referral_rules_write(&opening->rules));
    json_write_value(&json, "identification", write_identification(&opening->identification, with_texts));
    return json_writer_end(&json);
}

/* --- Read */

/* 0 for what is no probability. */
static double read_share(struct json_fields *fields, const char *key)
{
    double share = json_real_value(json_fields_any(fields, key));
    if (share > 0 && share <= 1)
        return share;
    json_fields_refuse(fields, key, "it is no share of one");
    return 0;
}

static char *read_text(struct json_fields *fields, const char *key)
{
    struct failure failure;
    const char *text = json_fields_borrow(fields, key, JSON_OPTIONAL, WATCHLIST_TEXT_MAX);
    char *copy = text != NULL ? strdup(text) : NULL;
    if (text != NULL && copy == NULL) {
        failure_set(&failure, REASON_NO_MEMORY, NULL, NULL);
        json_fields_fail(fields, key, &failure);
    }
    return copy;
}

static uint32_t read_count(struct json_fields *fields, const char *key)
{
    return (uint32_t)json_fields_integer(fields, key, JSON_REQUIRED, 0, UINT32_MAX, 0);
}

static matcher_score read_score(struct json_fields *fields, const char *key)
{
    return (matcher_score)json_fields_integer(fields, key, JSON_REQUIRED, 0, MATCHER_SCORE_MAX, 0);
}

static void read_entry(struct json_fields *fields, struct identification_candidate *candidate)
{
    const char *text = json_fields_borrow(fields, "entry", JSON_OPTIONAL, DIGEST_HEX_SIZE - 1);
    candidate->entry_known = text != NULL;
    if (text != NULL &&
        (strlen(text) != DIGEST_HEX_SIZE - 1 || !hex_parse(text, candidate->entry, sizeof candidate->entry)))
        json_fields_refuse(fields, "entry", "it is no digest");
}

static void read_candidate(
    struct json_fields *fields, uint32_t rank, struct identification_candidate *candidate)
{
    char reference[WATCHLIST_ID_TEXT_SIZE], category[64];
    json_fields_integer(fields, "rank", JSON_REQUIRED, rank, rank, rank);
    json_fields_text(fields, "reference", JSON_REQUIRED, reference, sizeof reference);
    if (!watchlist_id_parse(reference, &candidate->id))
        json_fields_refuse(fields, "reference", "it is no id");
    candidate->score = read_score(fields, "score");
    candidate->fingers = read_count(fields, "fingers");
    candidate->swapped = read_count(fields, "swapped");
    json_fields_text(fields, "category", JSON_REQUIRED, category, sizeof category);
    if (!alert_category_parse(category, &candidate->category))
        json_fields_refuse(fields, "category", "there is no such category");
    candidate->false_match_rate = read_share(fields, "false_match_rate");
    read_entry(fields, candidate);
    candidate->action = read_text(fields, "action");
    candidate->instruction = read_text(fields, "instruction");
}

static void refuse_whole(void *context, const char *field, const struct failure *failure)
{
    json_fields_fail(context, field, failure);
}

/* One that is no candidate ends the reading of the whole. */
static void read_each(struct json_fields *fields, json_t *array, struct identification_outcome *outcome)
{
    const struct json_faults faults = {refuse_whole, fields};
    const struct json_telling telling = {
        .faults = &faults, .refusal = REASON_BAD_VALUE, .name = "candidate", .place = "candidate"};
    while (outcome->candidate_count < json_array_size(array) && fields->reason == REASON_DONE) {
        const uint32_t at = outcome->candidate_count++;
        struct json_fields candidate;
        json_fields_tell(&candidate, json_array_get(array, at), &telling);
        read_candidate(&candidate, at + 1, &outcome->candidates[at]);
        json_fields_end(&candidate);
    }
}

static void read_candidates(struct json_fields *fields, struct identification_outcome *outcome)
{
    struct failure failure;
    json_t *array = json_fields_array(fields, "candidates", JSON_REQUIRED, MATCHER_CANDIDATES_MAX);
    if (json_array_size(array) == 0)
        return;
    outcome->candidates = calloc(json_array_size(array), sizeof outcome->candidates[0]);
    if (outcome->candidates != NULL) {
        outcome->decision = DECISION_MATCH;
        read_each(fields, array, outcome);
        return;
    }
    failure_set(&failure, REASON_NO_MEMORY, NULL, NULL);
    json_fields_fail(fields, "candidates", &failure);
}

static void read_search(struct json_fields *fields, struct identification_outcome *outcome)
{
    char search[16];
    json_fields_text(fields, "search", JSON_REQUIRED, search, sizeof search);
    outcome->whole = true;
    outcome->staged = strcmp(search, "staged") == 0;
    if (!outcome->staged && strcmp(search, "exhaustive") != 0)
        json_fields_refuse(fields, "search", "there is no such mode");
}

static void read_identification(struct json_fields *fields, struct identification_outcome *outcome)
{
    outcome->decision = DECISION_NO_MATCH;
    outcome->target_fpir = read_share(fields, "target_fpir");
    outcome->threshold_known = outcome->list_known = outcome->people_known = true;
    outcome->threshold = read_score(fields, "threshold");
    json_fields_text(fields, "list", JSON_REQUIRED, outcome->list_name, sizeof outcome->list_name);
    outcome->list_version =
        (uint64_t)json_fields_integer(fields, "list_version", JSON_REQUIRED, 1, INT64_MAX, 1);
    outcome->fingers = read_count(fields, "fingers");
    outcome->visible = read_count(fields, "visible");
    outcome->searched = read_count(fields, "searched");
    outcome->other_people = read_count(fields, "searched_other_fingers");
    read_search(fields, outcome);
    read_candidates(fields, outcome);
}

static void read_key(struct json_fields *fields, const char *name, uint8_t key[static CASE_RECORD_KEY_BYTES])
{
    const char *text = json_fields_borrow(fields, name, JSON_OPTIONAL, (size_t)2 * CASE_RECORD_KEY_BYTES);
    if (text != NULL &&
        (strlen(text) != (size_t)2 * CASE_RECORD_KEY_BYTES || !hex_parse(text, key, CASE_RECORD_KEY_BYTES)))
        json_fields_refuse(fields, name, "it is no key");
}

static void read_traveller(struct json_fields *fields, struct referral_opening *opening)
{
    char word[64];
    json_fields_text(fields, "traveller_group", JSON_REQUIRED, word, sizeof word);
    if (!traveller_group_parse(word, &opening->traveller_group))
        json_fields_refuse(fields, "traveller_group", "there is no such group");
    json_fields_text(fields, "age_band", JSON_REQUIRED, word, sizeof word);
    if (!age_band_parse(word, &opening->age_band))
        json_fields_refuse(fields, "age_band", "there is no such band");
    opening->document = json_fields_boolean(fields, "document", JSON_REQUIRED, false);
    read_key(fields, "document_key", opening->document_key);
    read_key(fields, "redress_key", opening->redress_key);
}

static void read_told(struct json_fields *fields, struct referral_opening *opening)
{
    static const enum comparison_decision decisions[] = {
        DECISION_INCONCLUSIVE, DECISION_NO_MATCH, DECISION_MATCH};
    char word[32];
    json_fields_text(fields, "told", JSON_REQUIRED, word, sizeof word);
    for (size_t i = 0; i < sizeof decisions / sizeof decisions[0]; i++)
        if (strcmp(word, decision_name(decisions[i])) == 0) {
            opening->told = decisions[i];
            return;
        }
    json_fields_refuse(fields, "told", "there is no such decision");
}

void referral_opening_read(struct json_fields *fields, struct referral_opening *opening)
{
    struct json_fields identification;
    json_fields_text(fields, "transaction", JSON_REQUIRED, opening->transaction, sizeof opening->transaction);
    opening->time_ms = json_fields_integer(fields, "time_ms", JSON_REQUIRED, 0, INT64_MAX, 0);
    json_fields_text(fields, "purpose", JSON_REQUIRED, opening->purpose, sizeof opening->purpose);
    json_fields_text(fields, "legal_basis", JSON_OPTIONAL, opening->legal_basis, sizeof opening->legal_basis);
    json_fields_text(fields, "owner", JSON_REQUIRED, opening->owner, sizeof opening->owner);
    json_fields_text(fields, "officer", JSON_OPTIONAL, opening->officer, sizeof opening->officer);
    read_traveller(fields, opening);
    read_told(fields, opening);
    referral_rules_read(fields, "rules", &opening->rules);
    if (!json_fields_enter(fields, "identification", &identification)) {
        json_fields_refuse(fields, "identification", "it is missing");
        return;
    }
    read_identification(&identification, &opening->identification);
    json_fields_leave(fields, &identification);
}
