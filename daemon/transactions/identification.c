#include "daemon/transactions/identification.h"

#include <stdio.h>

#include "daemon/guard.h"
#include "daemon/kordond.h"
#include "daemon/list/in_force.h"
#include "daemon/readiness.h"

/* any_finger: a probe's position is not known, so every reference of a subject is a chance for a false match. */
static enum reason threshold_for(const struct kordond *kordond, const struct reference_view *view,
    uint32_t fingers, bool any_finger, matcher_score *threshold, struct failure *failure)
{
    return matcher_identification_threshold(kordond->configuration->identification.target_fpir,
        any_finger ? view->references : view->subjects, fingers, threshold, failure);
}

enum reason identification_check(
    struct kordond *kordond, const char *purpose, uint32_t fingers, struct failure *failure)
{
    list_derive_mode(kordond); /* clock and disk may be others by now */
    if (kordond->mode != MODE_ARMED) {
        *failure = kordond->mode_failure;
        return failure->reason;
    }
    struct reference_view view = reference_set_view(kordond->set, purpose);
    matcher_score threshold;
    return view.subjects == 0 ? REASON_DONE
                              : threshold_for(kordond, &view, fingers, false, &threshold, failure);
}

/* --- The search */

/* A person erased while the search ran is no candidate any more. False where all who were found are gone, and others may have
 * had no place beside them. */
static bool drop_erased(struct identification *identification)
{
    struct matcher_candidate_list *list = &identification->search.list;
    bool was_full = list->count == list->capacity;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < list->count; i++)
        if (!reference_set_erased(
                identification->set, identification->kordond->set, list->candidates[i].subject))
            list->candidates[kept++] = list->candidates[i];
    list->count = kept;
    return kept > 0 || !was_full;
}

static enum reason no_common_finger(struct identification *identification, const char *what)
{
    const struct search *search = &identification->search;
    char fingers[200] = "";
    for (size_t i = 0, used = 0; i < search->probe_count && used < sizeof fingers; i++)
        used += (size_t)snprintf(fingers + used, sizeof fingers - used, "%s%s", i > 0 ? " or " : "",
            finger_position_name(search->probes[i].position));
    return failure_set(&identification->why, REASON_NO_COMMON_FINGER, "watchlist",
        "none of the %u people has %s%s", identification->view.subjects, fingers, what);
}

static bool is_doubtful(const struct search *search)
{
    bool doubtful = false;
    for (size_t i = 0; i < search->probe_count; i++)
        doubtful = doubtful || search->probes[i].resolution_doubtful;
    return doubtful;
}

/* Nothing found is a no-match only where it was looked for. */
static enum decision judge_nothing_found(struct identification *identification)
{
    if (identification->reach.claimed == 0)
        no_common_finger(identification, "; only other fingers were compared");
    else if (is_doubtful(&identification->search))
        failure_set(
            &identification->why, REASON_RESOLUTION_IMPLAUSIBLE, "sample", "nobody was found with it");
    else
        return DECISION_NO_MATCH;
    return DECISION_INCONCLUSIVE;
}

static enum decision judge(struct identification *identification)
{
    bool whole = drop_erased(identification);
    if (identification->search.list.count > 0)
        return DECISION_MATCH;
    if (whole)
        return judge_nothing_found(identification);
    failure_set(&identification->why, REASON_BUSY, "watchlist",
        "who was found was erased while the search ran, others may not have been told: search again");
    return DECISION_INCONCLUSIVE;
}

static void on_searched(struct search *search)
{
    struct identification *identification = search->data;
    struct kordond *kordond = identification->kordond;
    if (!search->complete) {
        identification->decision = DECISION_INCONCLUSIVE;
        identification->why = search->failure;
    } else {
        identification->decision = judge(identification);
        metric_add(&kordond->metrics, METRIC_SEARCHES, 1);
        metric_add(&kordond->metrics, METRIC_SUBJECTS_SEARCHED,
            identification->reach.claimed + identification->reach.others);
    }
    identification->done(identification);
}

static enum reason find_threshold(
    struct identification *identification, const struct locked_template *probes, size_t probe_count)
{
    bool any_finger = false;
    for (size_t i = 0; i < probe_count; i++)
        any_finger = any_finger || probes[i].position == FINGER_UNKNOWN;
    enum reason reason = threshold_for(identification->kordond, &identification->view, (uint32_t)probe_count,
        any_finger, &identification->threshold, &identification->why);
    identification->threshold_known = reason == REASON_DONE;
    return reason;
}

/* Whom the search would meet; why it would meet nobody. */
static enum reason find_people(struct identification *identification, const char *purpose)
{
    struct kordond *kordond = identification->kordond;
    const struct search *search = &identification->search;
    enum reason reason = guard_check(kordond, &identification->why);
    if (reason != REASON_DONE)
        return reason;
    if (kordond->set == NULL) {
        identification->why = kordond->set_failure;
        return identification->why.reason;
    }
    if (reference_set_summary(kordond->set)->list_version == 0)
        return failure_set(&identification->why, REASON_LIST_MISSING, "watchlist", NULL);
    reason = readiness_today(kordond->set, &identification->why);
    if (reason != REASON_DONE)
        return reason;
    identification->set = reference_set_hold(kordond->set);
    identification->view = reference_set_view(identification->set, purpose);
    uint32_t positions = 0;
    for (size_t i = 0; i < search->probe_count; i++)
        positions |= 1u << search->probes[i].position;
    identification->reach = reference_view_reach(&identification->view, positions, search->any_position);
    reason = readiness_somebody(identification->set, purpose, &identification->why);
    if (reason == REASON_DONE && identification->reach.claimed + identification->reach.others == 0)
        reason = no_common_finger(identification, "");
    return reason;
}

void identification_start(struct kordond *kordond, struct identification *identification, const char *purpose,
    const struct locked_template *probes, size_t probe_count)
{
    list_derive_mode(kordond); /* the day may be another one by now */
    identification->kordond = kordond;
    identification->decision = DECISION_INCONCLUSIVE;
    identification->search = (struct search){.probes = probes,
        .probe_count = probe_count,
        .any_position = kordond->configuration->identification.finger_swaps,
        .candidates = kordond->configuration->identification.candidates,
        .exhaustive = !kordond->configuration->identification.first_stage,
        .done = on_searched,
        .data = identification};
    enum reason reason = find_people(identification, purpose);
    if (reason == REASON_DONE)
        reason = find_threshold(identification, probes, probe_count);
    if (reason != REASON_DONE) {
        identification->done(identification);
        return;
    }
    identification->search.view = identification->view;
    identification->search.floor = identification->threshold;
    search_start(kordond->search, &identification->search);
}

/* --- What is told of it */

static json_t *candidate_json(const struct identification *identification, uint32_t index, bool for_answer)
{
    const struct matcher_candidate *candidate = &identification->search.list.candidates[index];
    const struct reference_subject *subject = reference_set_subject(identification->set, candidate->subject);
    char id[WATCHLIST_ID_TEXT_SIZE];
    watchlist_id_format(&subject->id, id);
    json_t *json = json_pack("{s:i, s:s, s:i, s:i, s:i}", "rank", (int)index + 1, "reference", id, "score",
        (int)candidate->score, "fingers", (int)candidate->fingers, "swapped", (int)candidate->swapped);
    if (!for_answer)
        return json;
    json_object_set_new(json, "fmr", json_real(matcher_vouched_fmr(candidate->score, candidate->fingers)));
    json_object_set_new(json, "category", json_string(watchlist_category_name(subject->category)));
    json_object_set_new(
        json, "protection", json_boolean(watchlist_category_is_protection(subject->category)));
    json_object_set_new(json, "action", json_string(subject->action));
    json_object_set_new(json, "instruction", json_string(subject->instruction));
    return json;
}

/* N and the mode belong to a search that was done whole, or that had nobody to compare with; of another one nothing is claimed. How
 * many the first stage let through is not said: it would follow from the probe. */
static void describe_people(const struct identification *identification, json_t *json)
{
    const struct reference_reach *reach = &identification->reach;
    bool searched = identification->search.complete, nobody = reach->claimed + reach->others == 0;
    json_object_set_new(json, "visible", json_integer(identification->view.subjects));
    if (searched || nobody) {
        json_object_set_new(json, "searched", json_integer(reach->claimed));
        json_object_set_new(json, "searched_other_fingers", json_integer(reach->others));
    }
    if (searched)
        json_object_set_new(
            json, "search", json_string(identification->search.staged ? "staged" : "exhaustive"));
}

static json_t *describe(const struct identification *identification, bool for_answer)
{
    json_t *json = json_pack("{s:s}", "decision", decision_name(identification->decision));
    if (identification->decision == DECISION_INCONCLUSIVE)
        json_object_set_new(json, "why", json_string(reason_name(identification->why.reason)));
    if (identification->threshold_known)
        json_object_set_new(json, "threshold", json_integer(identification->threshold));
    if (identification->set != NULL) {
        const struct watchlist_summary *summary = reference_set_summary(identification->set);
        json_object_set_new(json, "list", json_string(summary->list_name));
        json_object_set_new(json, "list_version", json_integer((json_int_t)summary->list_version));
        json_object_set_new(json, "fingers", json_integer((json_int_t)identification->search.probe_count));
        describe_people(identification, json);
    }
    if (identification->decision != DECISION_MATCH && !for_answer)
        return json;
    json_t *candidates = json_array();
    for (uint32_t i = 0; identification->decision == DECISION_MATCH && i < identification->search.list.count;
         i++)
        json_array_append_new(candidates, candidate_json(identification, i, for_answer));
    json_object_set_new(json, "candidates", candidates);
    return json;
}

json_t *identification_result(const struct identification *identification)
{
    json_t *json = describe(identification, true);
    json_object_set_new(
        json, "target_fpir", json_real(identification->kordond->configuration->identification.target_fpir));
    if (identification->decision == DECISION_INCONCLUSIVE && identification->why.detail[0] != '\0')
        json_object_set_new(json, "detail", json_string(identification->why.detail));
    return json;
}

json_t *identification_evidence(const struct identification *identification)
{
    json_t *json = describe(identification, false);
    char target[32]; /* the log's JSON has no fractions */
    snprintf(
        target, sizeof target, "%.9g", identification->kordond->configuration->identification.target_fpir);
    json_object_set_new(json, "target_fpir", json_string(target));
    return json;
}

void identification_finish(struct identification *identification)
{
    if (identification->set != NULL && reference_set_release(identification->set))
        search_pool_destroy_set(identification->kordond->search, identification->set);
    identification->set = NULL;
}
