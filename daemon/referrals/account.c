#include "daemon/referrals/account.h"

#include <stdlib.h>

#include "base/locked_memory.h"
#include "daemon/referrals/act_words.h"
#include "json/text.h"
#include "json/writer.h"

static const char *const act_names[REFERRAL_ACT_COUNT] = {
    [REFERRAL_TAKE] = "referral taken",
    [REFERRAL_GIVE_BACK] = "referral given back",
    [REFERRAL_HAND_OVER] = "referral handed over",
    [REFERRAL_FREE_SEAT] = "seat freed",
    [REFERRAL_JUDGE_PROBE] = "probe judged",
    [REFERRAL_GIVE_VERDICT] = "verdict given",
    [REFERRAL_OVERRIDE] = "overridden",
    [REFERRAL_CORRECT] = "corrected",
    [REFERRAL_REPORT] = "second-line report",
    [REFERRAL_CLAIM_PROTECTION] = "protection claimed",
};

/* --- Commitments ----------------------------------------------------------------------------------------------- */

/* value: what is committed to, taken over. */
static enum reason commit(const uint8_t salt[static COMMIT_SALT_BYTES], json_t *value,
    char commitment[static DIGEST_HEX_SIZE], struct failure *failure)
{
    uint8_t code[DIGEST_BYTES];
    struct digest *digest;
    size_t size;
    char *text = json_text(value, &size);
    json_decref(value);
    if (text == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "referral", NULL);
    enum reason reason = digest_create(&digest, failure);
    if (reason == REASON_DONE)
        reason = digest_commit(digest, salt, text, size, code, failure);
    digest_destroy(digest);
    if (reason == REASON_DONE)
        hex_format(code, sizeof code, commitment);
    memory_wipe(text, size);
    free(text);
    return reason;
}

enum reason referral_commit_judgement(
    const struct referral_seat *seat, char commitment[static DIGEST_HEX_SIZE], struct failure *failure)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "judgement", probe_judgement_name(seat->judgement));
    json_write_text(&json, "words", seat->judgement_words);
    return commit(seat->judgement_salt, json_writer_end(&json), commitment, failure);
}

/* Of the candidates these, by their numbers. */
static json_t *numbers_of(uint64_t candidates)
{
    struct json_writer numbers;
    json_writer_array(&numbers);
    for (int64_t i = 0; i < 64; i++)
        if ((candidates & UINT64_C(1) << i) != 0)
            json_append_integer(&numbers, i + 1);
    return json_writer_end(&numbers);
}

/* Whom a hit means, and on what a verdict rests: one that an older kordond took committed to nothing of it. */
static void write_grounds(struct json_writer *json, const struct referral_seat *seat)
{
    json_write_integer_if(json, "candidate", seat->candidate);
    if (seat->shown_kept)
        json_write_value(json, "shown", numbers_of(seat->shown));
}

enum reason referral_commit_verdict(
    const struct referral_seat *seat, char commitment[static DIGEST_HEX_SIZE], struct failure *failure)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "verdict", referral_verdict_name(seat->verdict));
    json_write_text(&json, "reason", seat->reason);
    write_grounds(&json, seat);
    return commit(seat->verdict_salt, json_writer_end(&json), commitment, failure);
}

static void write_commitment(struct json_writer *body, const struct referral_seat *seat)
{
    char text[DIGEST_HEX_SIZE];
    enum reason reason = seat->phase == SEAT_DONE ? referral_commit_verdict(seat, text, NULL)
                                                  : referral_commit_judgement(seat, text, NULL);
    /* An entry without it would commit to nothing: none is made. */
    json_write_value(body, "commitment", reason == REASON_DONE ? json_string(text) : NULL);
}

/* --- Opened ---------------------------------------------------------------------------------------------------- */

static void write_salt(
    struct json_writer *json, const char *key, const uint8_t salt[static COMMIT_SALT_BYTES])
{
    char text[2 * COMMIT_SALT_BYTES + 1];
    json_write_text(json, key, hex_format(salt, COMMIT_SALT_BYTES, text));
}

static json_t *opened_seat(const struct referral_seat *seat)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "examiner", seat->holder.name);
    json_write_text(&json, "role", role_name((enum role)seat->role));
    json_write_integer(&json, "taken_ms", seat->taken_ms);
    if (seat->phase >= SEAT_COMPARISON) {
        json_write_text(&json, "judgement", probe_judgement_name(seat->judgement));
        json_write_text(&json, "judgement_words", seat->judgement_words);
        json_write_integer(&json, "judged_ms", seat->judged_ms);
        write_salt(&json, "judgement_salt", seat->judgement_salt);
    }
    if (seat->phase == SEAT_DONE) {
        json_write_text(&json, "verdict", referral_verdict_name(seat->verdict));
        json_write_text(&json, "reason", seat->reason);
        write_grounds(&json, seat);
        json_write_text(&json, "entry_since", entry_since_name(seat->since));
        json_write_integer(&json, "done_ms", seat->done_ms);
        write_salt(&json, "verdict_salt", seat->verdict_salt);
    }
    return json_writer_end(&json);
}

static json_t *opened_seats(const struct referral_course *course)
{
    struct json_writer list;
    json_writer_array(&list);
    for (size_t i = 0; i < course->rules.examiners; i++)
        if (course->seats[i].phase != SEAT_FREE)
            json_append_value(&list, opened_seat(&course->seats[i]));
    for (size_t i = 0; i < course->released_count; i++)
        json_append_value(&list, opened_seat(&course->released[i].seat));
    return json_writer_end(&list);
}

/* With whom it was compared, and what became of him since. */
static json_t *standing_candidates(const struct referral_act *act)
{
    struct json_writer list;
    json_writer_array(&list);
    for (size_t i = 0; i < act->candidate_count; i++) {
        char id[WATCHLIST_ID_TEXT_SIZE];
        struct json_writer json;
        watchlist_id_format(&act->candidates[i].id, id);
        json_writer_object(&json);
        json_write_text(&json, "reference", id);
        json_write_text(&json, "entry_since", entry_since_name(act->candidates[i].since));
        json_append_value(&list, json_writer_end(&json));
    }
    return json_writer_end(&list);
}

/* --- Bodies ---------------------------------------------------------------------------------------------------- */

static void begin(struct json_writer *body, const struct evidence *evidence, const struct principal *by,
    const struct referral_case *of, enum role role, const char *what)
{
    json_writer_over(body, evidence_body_of(evidence, by, NULL, role));
    json_write_text(body, "what", what);
    json_write_text(body, "referral", of->id);
    json_write_text(body, "transaction", of->transaction);
    json_write_text(body, "purpose", of->purpose);
    json_write_text(body, "legal_basis", of->legal_basis);
}

/* Who is in the register is he who did what his entry says; who was in none may be somebody in it by now, or be so no more. */
static void write_registered(struct json_writer *json, const struct referral_person *person)
{
    if (!person->registered && person->identity[0] != '\0')
        json_write_text(json, person->identity, person->now);
}

enum reason referral_registered_as(const struct referral_case *of, const struct referral_course *course,
    json_t **registered, struct failure *failure)
{
    const struct referral_person *people[REFERRAL_PEOPLE_MAX];
    const struct referral_person owner = referral_owner(of);
    const size_t count = referral_people(course, people);
    struct json_writer json;
    json_writer_object(&json);
    write_registered(&json, &owner);
    for (size_t i = 0; i < count; i++)
        write_registered(&json, people[i]);
    *registered = json_writer_end(&json);
    if (*registered == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "referral", NULL);
    if (json_object_size(*registered) == 0) {
        json_decref(*registered);
        *registered = NULL;
    }
    return REASON_DONE;
}

static void write_people(
    struct json_writer *body, const struct referral_case *of, const struct referral_course *course)
{
    json_t *people;
    if (referral_registered_as(of, course, &people, NULL) != REASON_DONE || people != NULL)
        json_write_value(body, "registered_as", people);
}

static const char *outcome_name(const struct referral_course *course)
{
    return course->state == REFERRAL_STATE_DISAGREED ? referral_state_name(course->state)
                                                     : referral_verdict_name(course->outcome);
}

static void write_report(struct json_writer *body, const struct referral_report *report)
{
    struct json_writer json;
    json_writer_object(&json);
#define WRITE_REPORT(name)                                                                                   \
    if (report->name[0] != '\0')                                                                             \
        json_write_text(&json, #name, report->name);
    REFERRAL_REPORT_TEXTS(WRITE_REPORT)
#undef WRITE_REPORT
    json_write_value(body, "report", json_writer_end(&json));
}

/* kordond had shown him what he judged. */
static void write_looked(struct json_writer *body)
{
    json_write_boolean(body, "looked", true);
}

/* And of the candidates these. A supervisor's word is open at once; an examiner's verdict stands in none but with what was shown him, which says something
 * of it: who was shown no reference found no hit (H5). */
static void write_shown(struct json_writer *body, const struct referral_act *act)
{
    write_looked(body);
    json_write_value(body, "shown", numbers_of(referral_references_shown(act)));
}

static void write_act(struct json_writer *body, const struct referral_course *course,
    const struct referral_act *act, const struct referral_course *before)
{
    const struct referral_seat *seat = referral_seat_of(before, &act->by);
    json_write_text(body, "route", referral_route_name(course->route));
    json_write_integer(body, "examiners", course->rules.examiners);
    switch (act->kind) {
    /* What the one before found is no part of it any more, and proves that he left it as it was. */
    case REFERRAL_HAND_OVER:
        json_write_text(body, "to", act->to.name);
        json_write_value(body, "seat", opened_seat(seat));
        break;
    case REFERRAL_GIVE_BACK:
        json_write_value(body, "seat", opened_seat(seat));
        break;
    /* How far he was stays closed until the outcome. */
    case REFERRAL_FREE_SEAT:
        json_write_text(body, "released", act->seat->holder.name);
        json_write_text(body, "justification", act->words);
        break;
    case REFERRAL_JUDGE_PROBE:
    case REFERRAL_GIVE_VERDICT:
        write_looked(body);
        if (!act->opens)
            write_commitment(body, act->seat);
        break;
    case REFERRAL_OVERRIDE:
        /* Of what was overdue nobody had to look at anything. */
        if (!act->opens)
            write_shown(body, act);
        json_write_text(body, "outcome", referral_verdict_name(act->verdict));
        json_write_integer_if(body, "candidate", act->candidate);
        json_write_text(body, "justification", act->words);
        break;
    case REFERRAL_CORRECT:
        if (act->verdict != VERDICT_INCONCLUSIVE && act->candidate_count > 0)
            write_shown(body, act);
        json_write_text(body, "outcome", referral_verdict_name(act->verdict));
        json_write_integer_if(body, "candidate", act->candidate);
        json_write_text(body, "justification", act->words);
        break;
    case REFERRAL_REPORT:
        write_report(body, act->report);
        break;
    case REFERRAL_CLAIM_PROTECTION:
        if (act->seat != NULL)
            json_write_text(body, "released", act->seat->holder.name);
        break;
    case REFERRAL_TAKE:
    case REFERRAL_LOOK:
    case REFERRAL_ACT_COUNT:
        break;
    }
}

json_t *referral_account(const struct evidence *evidence, const struct principal *by,
    const struct referral_case *of, const struct referral_course *course, const struct referral_act *act,
    const struct referral_course *before)
{
    struct json_writer body;
    if (act->kind == REFERRAL_LOOK)
        return referral_account_of_look(evidence, by, of, before, act->looking);
    bool comes_out = act->kind == REFERRAL_GIVE_VERDICT && act->opens;
    begin(&body, evidence, by, of, (enum role)act->role, comes_out ? "outcome" : act_names[act->kind]);
    write_people(&body, of, before);
    write_act(&body, course, act, before);
    if (comes_out) {
        json_write_text(&body, "outcome", outcome_name(course));
        json_write_integer_if(&body, "candidate", referral_outcome_candidate(course));
    }
    if (act->opens)
        json_write_value(&body, "verdicts", opened_seats(course));
    if (act->candidate_count > 0 && act->verdict != VERDICT_NONE && referral_state_is_opened(course->state))
        json_write_value(&body, "candidates", standing_candidates(act));
    return json_writer_end(&body);
}

json_t *referral_account_of_look(const struct evidence *evidence, const struct principal *by,
    const struct referral_case *of, const struct referral_course *course,
    const struct referral_looking *looking)
{
    static const char *const names[] = {[REFERRAL_LOOK_PROBE] = "probe seen",
        [REFERRAL_LOOK_REFERENCE] = "reference seen",
        [REFERRAL_LOOK_COMPARISON] = "comparison seen"};
    struct json_writer body;
    begin(&body, evidence, by, of, referral_role_of_seeing(by->roles), names[looking->look]);
    write_people(&body, of, course);
    json_write_text(&body, "justification", "verification of the match");
    if (looking->look != REFERRAL_LOOK_PROBE)
        json_write_integer(&body, "candidate", looking->candidate);
    if (looking->position != FINGER_UNKNOWN)
        json_write_text(&body, "finger", finger_position_name(looking->position));
    if (looking->number > 1)
        json_write_integer(&body, "number", looking->number);
    return json_writer_end(&body);
}

json_t *referral_account_of_erasure(
    const struct evidence *evidence, const struct referral_case *of, enum referral_end end, bool early)
{
    static const char *const names[] = {[REFERRAL_PROBE_CLOSED] = "probe closed",
        [REFERRAL_PROBE_ERASED] = "probe erased",
        [REFERRAL_ERASED] = "referral erased"};
    struct json_writer body;
    json_writer_over(&body, evidence_body(evidence, "kordond", "system"));
    json_write_text(&body, "what", names[end]);
    if (end == REFERRAL_PROBE_CLOSED)
        json_write_text(&body, "referral", of->id);
    json_write_text(&body, "transaction", of->transaction);
    json_write_text(&body, "purpose", of->purpose);
    json_write_text(&body, "justification",
        early ? "its match is decided, and its place is needed for others: the log has it"
              : "its match is decided, and its time is over");
    return json_writer_end(&body);
}
