#include "daemon/identification.h"

#include <stdio.h>

#include "daemon/guard.h"
#include "daemon/kordond.h"

enum reason identification_threshold(const struct kordond *kordond, const char *purpose, uint32_t fingers,
    bool any_finger, matcher_score *threshold, struct failure *failure)
{
    enum reason against = guard_check(kordond, failure);
    if (against != REASON_DONE)
        return against;
    if (kordond->set == NULL) {
        *failure = kordond->set_failure;
        return failure->reason;
    }
    if (reference_set_summary(kordond->set)->list_version == 0)
        return failure_set(failure, REASON_LIST_MISSING, "watchlist", NULL);
    struct reference_view view = reference_set_view(kordond->set, purpose);
    uint32_t chances = any_finger ? view.references : view.subjects;
    /* Where nobody is visible no threshold is needed, but one must be said: that of a list of one. */
    return matcher_identification_threshold(kordond->configuration->identification.target_fpir,
        chances > 0 ? chances : 1, fingers, threshold, failure);
}

static void on_searched(struct search *search)
{
    struct identification *identification = search->data;
    struct kordond *kordond = identification->kordond;
    if (!search->complete) {
        identification->decision = DECISION_INCONCLUSIVE;
        identification->why = search->failure;
    } else {
        identification->decision = search->list.count > 0 ? DECISION_MATCH : DECISION_NO_MATCH;
        metric_add(&kordond->metrics, METRIC_SEARCHES, 1);
        metric_add(&kordond->metrics, METRIC_SUBJECTS_SEARCHED, search->view.subjects);
    }
    identification->done(identification);
}

void identification_start(struct kordond *kordond, struct identification *identification, const char *purpose,
    const struct locked_template *probes, size_t probe_count)
{
    identification->kordond = kordond;
    identification->decision = DECISION_INCONCLUSIVE;
    bool any_finger = false;
    for (size_t i = 0; i < probe_count; i++)
        any_finger = any_finger || probes[i].position == FINGER_UNKNOWN;
    if (identification_threshold(kordond, purpose, (uint32_t)probe_count, any_finger,
            &identification->threshold, &identification->why) != REASON_DONE) {
        identification->done(identification);
        return;
    }
    identification->threshold_known = true;
    identification->set = reference_set_hold(kordond->set);
    identification->search = (struct search){.view = reference_set_view(kordond->set, purpose),
        .probes = probes,
        .probe_count = probe_count,
        .any_position = kordond->configuration->identification.finger_swaps,
        .floor = identification->threshold,
        .candidates = kordond->configuration->identification.candidates,
        .exhaustive = !kordond->configuration->identification.first_stage,
        .done = on_searched,
        .data = identification};
    search_start(kordond->search, &identification->search);
}

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
        /* N and the mode belong to a search that was done whole; of another one nothing is claimed. How many the
         * first stage let through is not said: it would follow from the probe. */
        if (identification->search.complete) {
            json_object_set_new(
                json, "searched", json_integer((json_int_t)identification->search.view.subjects));
            json_object_set_new(
                json, "search", json_string(identification->search.staged ? "staged" : "exhaustive"));
        }
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
