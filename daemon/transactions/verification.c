#include "daemon/transactions/verification.h"

#include <stdio.h>

#include "daemon/kordond.h"

static bool any_doubtful(const struct locked_template *templates, size_t count)
{
    bool doubtful = false;
    for (size_t i = 0; i < count; i++)
        doubtful = doubtful || templates[i].resolution_doubtful;
    return doubtful;
}

/* References or probes in which there is next to nothing to compare: nobody is told from anybody by them. */
static bool all_empty(const struct locked_template *templates, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct matcher_template_summary summary;
        const struct matcher_template *template = locked_template_get(&templates[i]);
        matcher_template_summarize(template->bytes, template->size, &summary);
        if (summary.minutiae_count >= MATCHER_MINUTIAE_LEAST)
            return false;
    }
    return true;
}

/* Finger and reference differ only where both could be compared and are what they are said to be. */
static enum decision judge_difference(struct verification *verification)
{
    const struct comparison *comparison = &verification->comparison;
    struct failure *why = &verification->why;
    if (all_empty(comparison->references, comparison->reference_count))
        failure_set(
            why, REASON_SAMPLE_TOO_POOR, "reference", "fewer than %d minutiae", MATCHER_MINUTIAE_LEAST);
    else if (any_doubtful(comparison->probes, comparison->probe_count))
        failure_set(why, REASON_RESOLUTION_IMPLAUSIBLE, "sample", "it does not agree with the reference");
    else if (any_doubtful(comparison->references, comparison->reference_count))
        failure_set(why, REASON_RESOLUTION_IMPLAUSIBLE, "reference", "it does not agree with the finger");
    else
        return DECISION_NO_MATCH;
    return DECISION_INCONCLUSIVE;
}

static void on_compared(struct comparison *comparison)
{
    struct verification *verification = comparison->data;
    if (comparison->reason != REASON_DONE)
        verification->why = comparison->failure;
    else
        verification->decision =
            comparison->score >= verification->threshold ? DECISION_MATCH : judge_difference(verification);
    verification->done(verification);
}

void verification_start(struct kordond *kordond, struct verification *verification,
    const struct locked_template *probes, size_t probe_count, const struct locked_template *references,
    size_t reference_count)
{
    verification->kordond = kordond;
    verification->decision = DECISION_INCONCLUSIVE;
    if (matcher_verification_threshold(kordond->configuration->verification.target_fmr,
            &verification->threshold, &verification->why) != REASON_DONE) {
        verification->done(verification);
        return;
    }
    verification->threshold_known = true;
    verification->comparison = (struct comparison){.probes = probes,
        .probe_count = probe_count,
        .references = references,
        .reference_count = reference_count,
        .done = on_compared,
        .data = verification};
    comparison_start(kordond->search, &verification->comparison);
}

static json_t *describe(const struct verification *verification)
{
    json_t *json = json_pack("{s:s}", "decision", decision_name(verification->decision));
    if (verification->decision == DECISION_INCONCLUSIVE)
        json_object_set_new(json, "why", json_string(reason_name(verification->why.reason)));
    else
        json_object_set_new(json, "fingers", json_integer(verification->comparison.fingers));
    if (verification->threshold_known)
        json_object_set_new(json, "threshold", json_integer(verification->threshold));
    return json;
}

json_t *verification_result(const struct verification *verification)
{
    json_t *json = describe(verification);
    if (verification->decision != DECISION_INCONCLUSIVE) {
        json_object_set_new(json, "score", json_integer(verification->comparison.score));
        json_object_set_new(json, "swapped", json_integer(verification->comparison.swapped));
        json_object_set_new(json, "fmr", json_real(matcher_vouched_fmr(verification->comparison.score, 1)));
    } else if (verification->why.detail[0] != '\0') {
        json_object_set_new(json, "detail", json_string(verification->why.detail));
    }
    return json;
}

json_t *verification_evidence(const struct verification *verification)
{
    json_t *json = describe(verification);
    char target[32]; /* the log's JSON has no fractions */
    snprintf(target, sizeof target, "%.9g", verification->kordond->configuration->verification.target_fmr);
    json_object_set_new(json, "target_fmr", json_string(target));
    if (verification->decision == DECISION_MATCH) {
        json_object_set_new(json, "score", json_integer(verification->comparison.score));
        json_object_set_new(json, "swapped", json_integer(verification->comparison.swapped));
    }
    return json;
}
