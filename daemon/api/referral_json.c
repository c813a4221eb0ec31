#include "daemon/api/referral_json.h"

#include "daemon/referrals/since.h"
#include "json/writer.h"

/* --- Seats ----------------------------------------------------------------------------------------------------- */

static void write_found(struct json_writer *json, const struct referral_seat *seat)
{
    json_write_text(json, "phase", referral_phase_name(seat->phase));
    json_write_integer_if(json, "taken_ms", seat->taken_ms);
    if (seat->judgement != PROBE_NOT_JUDGED) {
        json_write_text(json, "judgement", probe_judgement_name(seat->judgement));
        json_write_text(json, "judgement_reason", seat->judgement_words);
        json_write_integer_if(json, "judged_ms", seat->judged_ms);
    }
    if (seat->verdict != VERDICT_NONE) {
        json_write_text(json, "verdict", referral_verdict_name(seat->verdict));
        json_write_integer_if(json, "candidate", seat->candidate);
        json_write_text(json, "reason", seat->reason);
        json_write_text(json, "entry_since", entry_since_name(seat->since));
        json_write_integer_if(json, "done_ms", seat->done_ms);
    }
}

/* He can't act any more: a supervisor frees his seat. Of who never was in the register that is not known. */
static bool is_holder_gone(const struct referrals *referrals, const struct referral_seat_view *seat)
{
    return seat->registered && register_find_holder(referrals->evidence->staff, seat->holder) == NULL;
}

static json_t *seat_json(const struct referrals *referrals, const struct referral_seat_view *seat)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_boolean(&json, "held", seat->held);
    json_write_boolean(&json, "own", seat->own);
    if (seat->held) {
        json_write_text(&json, "holder", seat->holder);
        json_write_boolean(&json, "holder_gone", is_holder_gone(referrals, seat));
    }
    if (seat->told)
        write_found(&json, &seat->seat);
    return json_writer_end(&json);
}

static json_t *seats_json(const struct referrals *referrals, const struct referral_view *view)
{
    struct json_writer seats;
    json_writer_array(&seats);
    for (uint32_t i = 0; i < view->seat_count; i++)
        json_append_value(&seats, seat_json(referrals, &view->seats[i]));
    return json_writer_end(&seats);
}

/* --- The view -------------------------------------------------------------------------------------------------- */

static void write_case(struct json_writer *json, const struct referral_case *of)
{
    json_write_text(json, "referral", of->id);
    json_write_text(json, "transaction", of->transaction);
    json_write_integer(json, "time_ms", of->time_ms);
    json_write_text(json, "purpose", of->purpose);
    json_write_text(json, "legal_basis", of->legal_basis);
    json_write_text(json, "terminal", of->owner);
    if (of->officer[0] != '\0')
        json_write_text(json, "officer", of->officer);
    json_write_text(json, "traveller_group", traveller_group_name(of->group));
    json_write_text(json, "age_band", age_band_name(of->age_band));
}

static json_t *sight_json(const struct referral_sight *sight)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_boolean(&json, "probe", sight->probe);
    json_write_boolean(&json, "comparison", sight->comparison);
    json_write_boolean(&json, "score", sight->score);
    return json_writer_end(&json);
}

static json_t *word_json(const struct referral_word *word)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "verdict", referral_verdict_name(word->verdict));
    json_write_integer_if(&json, "candidate", word->candidate);
    json_write_text(&json, "by", word->by.name);
    json_write_text(&json, "reason", word->reason);
    json_write_integer(&json, "time_ms", word->time_ms);
    return json_writer_end(&json);
}

/* What people came to: null until they did. A machine's match is none (H1). */
static void write_outcome(struct json_writer *json, const struct referral_view *view)
{
    if (view->outcome != VERDICT_NONE)
        json_write_text(json, "outcome", referral_verdict_name(view->outcome));
    else
        json_write_null(json, "outcome");
    json_write_integer_if(json, "candidate", view->candidate);
    json_write_integer_if(json, "outcome_ms", view->outcome_ms);
    if (view->second_deferred)
        json_write_text(json, "second", "deferred");
    if (view->overridden.verdict != VERDICT_NONE)
        json_write_value(json, "overridden", word_json(&view->overridden));
    if (view->corrected.verdict != VERDICT_NONE)
        json_write_value(json, "corrected", word_json(&view->corrected));
}

static void write_standing(struct json_writer *json, const struct referral_view *view)
{
    json_write_text(json, "route", referral_route_name(view->route));
    json_write_text(json, "urgency", view->immediate ? "immediate" : "normal");
    json_write_text(json, "state", view->state);
    json_write_integer(json, "due_ms", view->due_ms);
    json_write_boolean(json, "overdue", view->overdue);
}

static bool has_own_seat(const struct referral_view *view)
{
    for (uint32_t i = 0; i < view->seat_count; i++)
        if (view->seats[i].own)
            return true;
    return false;
}

static int64_t free_seats(const struct referral_view *view)
{
    int64_t count = 0;
    for (uint32_t i = 0; i < view->seat_count; i++)
        count += !view->seats[i].held;
    return count;
}

static bool has_gone_holder(const struct referrals *referrals, const struct referral_view *view)
{
    for (uint32_t i = 0; i < view->seat_count; i++)
        if (is_holder_gone(referrals, &view->seats[i]))
            return true;
    return false;
}

json_t *referral_row_json(const struct referrals *referrals, const struct referral_view *view)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "referral", view->of->id);
    json_write_integer(&json, "time_ms", view->of->time_ms);
    json_write_text(&json, "purpose", view->of->purpose);
    json_write_text(&json, "terminal", view->of->owner);
    write_standing(&json, view);
    json_write_boolean(&json, "own", has_own_seat(view));
    json_write_integer(&json, "free_seats", free_seats(view));
    json_write_boolean(&json, "holder_gone", has_gone_holder(referrals, view));
    return json_writer_end(&json);
}

/* --- What can be looked at ------------------------------------------------------------------------------------- */

static json_t *fingers_json(const struct referral_opening *opening)
{
    struct json_writer fingers;
    json_writer_array(&fingers);
    for (size_t i = 0; i < opening->finger_count; i++) {
        struct json_writer finger;
        json_writer_object(&finger);
        json_write_text(&finger, "position", finger_position_name(opening->fingers[i].position));
        json_write_integer(&finger, "quality", opening->fingers[i].quality);
        json_append_value(&fingers, json_writer_end(&finger));
    }
    return json_writer_end(&fingers);
}

/* By their numbers; and of each what became of his entry since. */
static void write_candidates(
    struct json_writer *json, const struct referrals *referrals, const struct referral *referral)
{
    struct referral_standing standings[MATCHER_CANDIDATES_MAX];
    const size_t count = referral_standings(referrals, referral, standings);
    struct json_writer numbers, since;
    json_writer_array(&numbers);
    json_writer_array(&since);
    for (size_t i = 0; i < count; i++) {
        json_append_integer(&numbers, (int64_t)i + 1);
        json_append_text(&since, entry_since_name(standings[i].since));
    }
    json_write_value(json, "candidates", json_writer_end(&numbers));
    json_write_value(json, "entries_since", json_writer_end(&since));
}

json_t *referral_json(
    const struct referrals *referrals, const struct referral *referral, const struct referral_view *view)
{
    const struct referral_opening *opening = referral->match->opening;
    struct json_writer json;
    json_writer_object(&json);
    write_case(&json, view->of);
    write_standing(&json, view);
    json_write_boolean(&json, "protection_claimed", view->protection_claimed);
    json_write_boolean(&json, "probe_closed", view->probe_closed);
    if (view->erasure_told)
        json_write_boolean(&json, "probe_erased", view->probe_erased);
    json_write_integer(&json, "reports", view->reports);
    json_write_value(&json, "seats", seats_json(referrals, view));
    json_write_value(&json, "shown", sight_json(&view->sight));
    write_outcome(&json, view);
    if (opening != NULL && view->sight.probe)
        json_write_value(&json, "fingers", fingers_json(opening));
    if (opening != NULL && view->sight.comparison && !view->probe_closed)
        write_candidates(&json, referrals, referral);
    return json_writer_end(&json);
}

json_t *referral_candidate_json(
    const struct referral_opening *opening, uint32_t rank, enum entry_since since, bool score_shown)
{
    const struct identification_candidate *candidate = &opening->identification.candidates[rank - 1];
    char entry[WATCHLIST_ID_TEXT_SIZE];
    struct json_writer json;
    watchlist_id_format(&candidate->id, entry);
    json_writer_object(&json);
    json_write_text(&json, "entry", entry);
    json_write_text(&json, "entry_since", entry_since_name(since));
    json_write_text(&json, "category", alert_category_name(candidate->category));
    json_write_text_if(&json, "action", candidate->action);
    json_write_text_if(&json, "instruction", candidate->instruction);
    json_write_integer(&json, "fingers", candidate->fingers);
    json_write_integer(&json, "swapped", candidate->swapped);
    if (score_shown) {
        json_write_integer(&json, "score", candidate->score);
        json_write_real(&json, "fmr", candidate->false_match_rate);
    }
    return json_writer_end(&json);
}
