#include "daemon/verification.h"

#include <stdio.h>

#include "daemon/kordond.h"

static void on_compared(struct comparison *comparison)
{
    struct verification *verification = comparison->data;
    if (comparison->reason != REASON_DONE)
        verification->why = comparison->failure;
    else
        verification->decision =
            comparison->score >= verification->threshold ? DECISION_MATCH : DECISION_NO_MATCH;
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
