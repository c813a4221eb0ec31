#include "daemon/transactions/identification.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/language.h"
#include "json/writer.h"
#include "policy/fingers.h"

/* any_finger: a probe's position is not known, so every reference of a subject is a chance for a false match. */
static enum reason threshold_for(const struct transactions *transactions, const struct reference_view *view,
    uint32_t fingers, bool any_finger, matcher_score *threshold, struct failure *failure)
{
    return matcher_identification_threshold(transactions->configuration->identification.target_fpir,
        any_finger ? view->references : view->subjects, fingers, threshold, failure);
}

enum reason identification_check(const struct transactions *transactions,
    const struct policy_purpose *purpose, const struct transaction_fingers *fingers, struct failure *failure)
{
    const struct reference_view view = opened_list_view(transactions->list->set, purpose->name);
    const uint32_t positions = fingers->unnamed
                                   ? 1u << FINGER_UNKNOWN
                                   : policy_fingers_asked(fingers->order, fingers->count, fingers->wanted);
    matcher_score threshold;
    if (reference_view_reach(&view, positions, false).claimed == 0)
        return failure_set(failure, REASON_NO_COMMON_FINGER, "watchlist",
            N_("none of the %u people has a finger that would be asked for of this traveller"),
            view.subjects);
    return threshold_for(transactions, &view, fingers->any ? COMPARISON_FINGERS_MAX : fingers->wanted, false,
        &threshold, failure);
}

/* --- The search */

static bool is_erased(const struct identification *identification, const struct matcher_candidate *candidate)
{
    return opened_list_erased(
        identification->set, identification->transactions->list->set, candidate->subject);
}

static bool is_discreet(
    const struct identification *identification, const struct matcher_candidate *candidate)
{
    return alert_category_is_discreet(opened_list_subject(identification->set, candidate->subject)->category);
}

/* A person erased while the search ran is no candidate any more. Of the others the best stay, so many as one answer may have; those of whom
 * the first line is told are counted by themselves, so that nobody sees by who is missing that there were others (P6). */
static void choose_candidates(struct identification *identification)
{
    const uint32_t most = identification->transactions->configuration->identification.candidates;
    struct matcher_candidate_list *list = &identification->search.list;
    uint32_t discreet = 0, kept = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        const struct matcher_candidate *each = &list->candidates[i];
        if (is_erased(identification, each))
            continue;
        const bool is_one = is_discreet(identification, each);
        if ((is_one ? discreet : kept - discreet) == most)
            continue;
        discreet += is_one;
        list->candidates[kept++] = *each;
    }
    list->count = kept;
}

static enum reason no_common_finger(
    const struct identification *identification, const char *what, struct failure *why)
{
    const struct search *search = &identification->search;
    char fingers[200] = "";
    for (size_t i = 0, used = 0; i < search->probe_count && used < sizeof fingers; i++)
        used += (size_t)snprintf(fingers + used, sizeof fingers - used, "%s%s", i > 0 ? " or " : "",
            finger_position_name(search->probes[i].position));
    return failure_set(why, REASON_NO_COMMON_FINGER, "watchlist", "none of the %u people has %s%s",
        identification->view.subjects, fingers, what);
}

/* Nothing found is a no-match only where it was looked for. was_full: others may have had no place beside those who are not counted. */
static enum comparison_decision judge_nothing_found(
    const struct identification *identification, bool was_full, struct failure *why)
{
    const struct search *search = &identification->search;
    if (was_full)
        failure_set(why, REASON_BUSY, "watchlist",
            N_("who was found was erased while the search ran, others may not have been told: search again"));
    else if (identification->reach.claimed == 0)
        no_common_finger(identification, "; only other fingers were compared", why);
    else if (locked_templates_are_doubtful(search->probes, search->probe_count))
        failure_set(why, REASON_RESOLUTION_IMPLAUSIBLE, "sample", N_("nobody was found with it"));
    else
        return DECISION_NO_MATCH;
    return DECISION_INCONCLUSIVE;
}

static void judge(struct identification *identification)
{
    struct identification_outcome *outcome = &identification->outcome;
    const struct matcher_candidate_list *list = &identification->search.list;
    const bool was_full = list->count == list->capacity;
    choose_candidates(identification);
    outcome->decision_without = judge_nothing_found(identification, was_full, &outcome->why_without);
    if (list->count > 0) {
        outcome->decision = DECISION_MATCH;
        return;
    }
    outcome->decision = outcome->decision_without;
    outcome->why = outcome->why_without;
}

/* --- What came of it */

static bool copy_candidate(const struct identification *identification,
    const struct matcher_candidate *candidate, struct identification_candidate *copy)
{
    const struct reference_subject *subject = opened_list_subject(identification->set, candidate->subject);
    struct failure ignored;
    *copy = (struct identification_candidate){.id = subject->id,
        .score = candidate->score,
        .fingers = candidate->fingers,
        .swapped = candidate->swapped,
        .false_match_rate = matcher_vouched_fmr(candidate->score, candidate->fingers),
        .category = subject->category,
        .action = strdup(subject->action),
        .instruction = strdup(subject->instruction)};
    copy->entry_known =
        opened_list_digest(identification->set, candidate->subject, copy->entry, &ignored) == REASON_DONE;
    return copy->action != NULL && copy->instruction != NULL;
}

/* The list may be another one when the traveller's officer asks again: what he is told is kept by itself. */
static enum reason copy_candidates(struct identification *identification)
{
    struct identification_outcome *outcome = &identification->outcome;
    const struct matcher_candidate_list *list = &identification->search.list;
    outcome->candidates = calloc(list->count, sizeof outcome->candidates[0]);
    bool whole = outcome->candidates != NULL;
    for (uint32_t i = 0; whole && i < list->count; i++) {
        outcome->candidate_count++;
        whole = copy_candidate(identification, &list->candidates[i], &outcome->candidates[i]);
    }
    return whole ? REASON_DONE : failure_set(&outcome->why, REASON_NO_MEMORY, "candidates", NULL);
}

/* N and the mode belong to a search that was done whole, or that had nobody to compare with; of another one nothing is claimed. How
 * many the first stage let through is not said: it would follow from the probe. */
static void describe(struct identification *identification)
{
    struct identification_outcome *outcome = &identification->outcome;
    const struct reference_reach *reach = &identification->reach;
    outcome->target_fpir = identification->transactions->configuration->identification.target_fpir;
    if (identification->set == NULL)
        return;
    const struct watchlist_summary *summary = opened_list_summary(identification->set);
    outcome->list_known = true;
    snprintf(outcome->list_name, sizeof outcome->list_name, "%s", summary->list_name);
    outcome->list_version = summary->list_version;
    outcome->list_generation = summary->generation;
    outcome->fingers = (uint32_t)identification->search.probe_count;
    outcome->visible = identification->view.subjects;
    outcome->whole = identification->search.complete;
    outcome->staged = identification->search.staged;
    outcome->people_known = outcome->whole || reach->claimed + reach->others == 0;
    outcome->searched = reach->claimed;
    outcome->other_people = reach->others;
}

/* The set is let go of before anybody hears of it. */
static void end(struct identification *identification)
{
    struct identification_outcome *outcome = &identification->outcome;
    struct opened_list *set = identification->set;
    describe(identification);
    if (outcome->decision == DECISION_MATCH && copy_candidates(identification) != REASON_DONE) {
        identification_outcome_finish(outcome);
        outcome->decision = DECISION_INCONCLUSIVE; /* who was found can't be told */
    }
    identification->set = NULL;
    if (set != NULL && opened_list_release(set))
        list_destroy_set(identification->transactions->list, set);
    identification->done(identification);
}

static void on_searched(struct search *search)
{
    struct identification *identification = search->data;
    struct metrics *metrics = identification->transactions->metrics;
    if (!search->complete) {
        identification->outcome.why = search->failure;
    } else {
        judge(identification);
        metric_add(metrics, METRIC_SEARCHES, 1);
        metric_add(
            metrics, METRIC_SUBJECTS_SEARCHED, identification->reach.claimed + identification->reach.others);
    }
    end(identification);
}

/* --- The start */

static enum reason find_threshold(
    struct identification *identification, const struct locked_template *probes, size_t probe_count)
{
    struct identification_outcome *outcome = &identification->outcome;
    bool any_finger = false;
    for (size_t i = 0; i < probe_count; i++)
        any_finger = any_finger || probes[i].position == FINGER_UNKNOWN;
    enum reason reason = threshold_for(identification->transactions, &identification->view,
        (uint32_t)probe_count, any_finger, &outcome->threshold, &outcome->why);
    outcome->threshold_known = reason == REASON_DONE;
    return reason;
}

/* Whom the search would meet; why it would meet nobody. */
static enum reason find_people(struct identification *identification, const char *purpose)
{
    struct transactions *transactions = identification->transactions;
    const struct list *list = transactions->list;
    const struct search *search = &identification->search;
    struct failure *why = &identification->outcome.why;
    const int64_t now_ms = transactions->mode->derived_ms; /* the list is arranged for its day */
    TRY(guard_check(transactions->guard, now_ms, why));
    TRY(guard_check_slots(transactions->guard, why));
    TRY(self_test_check(&transactions->mode->self_test, why));
    /* Who would see it may be another matter than at the opening; a match is made for nobody. */
    TRY(second_line_check_transaction(transactions->mode->second_line, transactions->staff,
        identification->owner, identification->officer, why));
    TRY(list_check_open(list, why));
    TRY(list_check_today(list, now_ms, why));
    TRY(list_check_age(list, purpose, now_ms, why));
    if (opened_list_summary(list->set)->list_version == 0)
        return list_check_somebody(list, purpose, why);
    identification->set = opened_list_hold(list->set);
    identification->view = opened_list_view(identification->set, purpose);
    uint32_t positions = 0;
    for (size_t i = 0; i < search->probe_count; i++)
        positions |= 1u << search->probes[i].position;
    identification->reach = reference_view_reach(&identification->view, positions, search->any_position);
    TRY(list_check_somebody(list, purpose, why));
    if (identification->reach.claimed + identification->reach.others == 0)
        return no_common_finger(identification, "", why);
    return REASON_DONE;
}

void identification_start(struct transactions *transactions, struct identification *identification,
    const char *purpose, const struct locked_template *probes, size_t probe_count)
{
    const struct configuration *configuration = transactions->configuration;
    mode_derive(transactions->mode); /* the day may be another one by now */
    identification->transactions = transactions;
    identification->search = (struct search){.probes = probes,
        .probe_count = probe_count,
        .any_position = configuration->identification.finger_swaps,
        .candidates = MATCHER_CANDIDATES_MAX, /* more than one answer has: choose_candidates() */
        .exhaustive = !configuration->identification.first_stage,
        .done = on_searched,
        .data = identification};
    enum reason reason = find_people(identification, purpose);
    if (reason == REASON_DONE)
        reason = find_threshold(identification, probes, probe_count);
    if (reason != REASON_DONE) {
        end(identification);
        return;
    }
    identification->search.view = identification->view;
    identification->search.floor = identification->outcome.threshold;
    search_start(transactions->workers->search, &identification->search);
}

/* --- What the log says of it */

void identification_write_candidate(
    const struct identification_candidate *candidate, uint32_t rank, struct json_writer *json)
{
    char id[WATCHLIST_ID_TEXT_SIZE];
    watchlist_id_format(&candidate->id, id);
    json_write_integer(json, "rank", rank);
    json_write_text(json, "reference", id);
    json_write_integer(json, "score", candidate->score);
    json_write_integer(json, "fingers", candidate->fingers);
    json_write_integer(json, "swapped", candidate->swapped);
}

static json_t *candidate_evidence(const struct identification_candidate *candidate, uint32_t rank)
{
    struct json_writer json;
    json_writer_object(&json);
    identification_write_candidate(candidate, rank, &json);
    return json_writer_end(&json);
}

static json_t *candidates_evidence(const struct identification_outcome *outcome)
{
    struct json_writer candidates;
    json_writer_array(&candidates);
    for (uint32_t i = 0; i < outcome->candidate_count; i++)
        json_append_value(&candidates, candidate_evidence(&outcome->candidates[i], i + 1));
    return json_writer_end(&candidates);
}

void identification_write_list(const struct identification_outcome *outcome, struct json_writer *json)
{
    if (!outcome->list_known)
        return;
    json_write_text(json, "list", outcome->list_name);
    json_write_integer(json, "list_version", (int64_t)outcome->list_version);
    json_write_integer(json, "fingers", outcome->fingers);
    json_write_integer(json, "visible", outcome->visible);
    if (outcome->people_known) {
        json_write_integer(json, "searched", outcome->searched);
        json_write_integer(json, "searched_other_fingers", outcome->other_people);
    }
    if (outcome->whole)
        json_write_text(json, "search", outcome->staged ? "staged" : "exhaustive");
}

json_t *identification_evidence(const struct identification_outcome *outcome)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "decision", decision_name(outcome->decision));
    if (outcome->decision == DECISION_INCONCLUSIVE)
        json_write_text(&json, "why", reason_name(outcome->why.reason));
    if (outcome->threshold_known)
        json_write_integer(&json, "threshold", outcome->threshold);
    identification_write_list(outcome, &json);
    if (outcome->decision == DECISION_MATCH)
        json_write_value(&json, "candidates", candidates_evidence(outcome));
    char target[32]; /* the log's JSON has no fractions */
    snprintf(target, sizeof target, "%.9g", outcome->target_fpir);
    json_write_text(&json, "target_fpir", target);
    return json_writer_end(&json);
}
