#include "daemon/transactions/verification.h"

#include <stdio.h>

#include "json/writer.h"

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
static enum comparison_decision judge_difference(struct verification *verification)
{
    const struct comparison_job *comparison = &verification->comparison;
    struct failure *why = &verification->outcome.why;
    if (all_empty(comparison->references, comparison->reference_count))
        failure_set(
            why, REASON_SAMPLE_TOO_POOR, "reference", N_("fewer than %d minutiae"), MATCHER_MINUTIAE_LEAST);
    else if (locked_templates_are_doubtful(comparison->probes, comparison->probe_count))
        failure_set(why, REASON_RESOLUTION_IMPLAUSIBLE, "sample", N_("it does not agree with the reference"));
    else if (locked_templates_are_doubtful(comparison->references, comparison->reference_count))
        failure_set(why, REASON_RESOLUTION_IMPLAUSIBLE, "reference", N_("it does not agree with the finger"));
    else
        return DECISION_NO_MATCH;
    return DECISION_INCONCLUSIVE;
}

static void on_compared(struct comparison_job *comparison)
{
    struct verification *verification = comparison->data;
    struct verification_outcome *outcome = &verification->outcome;
    if (comparison->reason != REASON_DONE) {
        outcome->why = comparison->failure;
    } else {
        outcome->score = comparison->score;
        outcome->fingers = comparison->fingers;
        outcome->swapped = comparison->swapped;
        outcome->false_match_rate = matcher_vouched_fmr(comparison->score, 1);
        outcome->decision =
            comparison->score >= outcome->threshold ? DECISION_MATCH : judge_difference(verification);
    }
    verification->done(verification);
}

void verification_start(struct transactions *transactions, struct verification *verification,
    const struct locked_template *probes, size_t probe_count, const struct locked_template *references,
    size_t reference_count)
{
    struct verification_outcome *outcome = &verification->outcome;
    if (self_test_check(&transactions->mode->self_test, &outcome->why) != REASON_DONE) {
        verification->done(verification);
        return;
    }
    outcome->target_fmr = transactions->configuration->verification.target_fmr;
    if (matcher_verification_threshold(outcome->target_fmr, &outcome->threshold, &outcome->why) !=
        REASON_DONE) {
        verification->done(verification);
        return;
    }
    outcome->threshold_known = true;
    verification->comparison = (struct comparison_job){.probes = probes,
        .probe_count = probe_count,
        .references = references,
        .reference_count = reference_count,
        .done = on_compared,
        .data = verification};
    comparison_job_start(transactions->workers->search, &verification->comparison);
}

json_t *verification_evidence(const struct verification_outcome *outcome)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "decision", decision_name(outcome->decision));
    if (outcome->decision == DECISION_INCONCLUSIVE)
        json_write_text(&json, "why", reason_name(outcome->why.reason));
    else
        json_write_integer(&json, "fingers", outcome->fingers);
    if (outcome->threshold_known)
        json_write_integer(&json, "threshold", outcome->threshold);
    char target[32]; /* the log's JSON has no fractions */
    snprintf(target, sizeof target, "%.9g", outcome->target_fmr);
    json_write_text(&json, "target_fmr", target);
    if (outcome->decision == DECISION_MATCH) {
        json_write_integer(&json, "score", outcome->score);
        json_write_integer(&json, "swapped", outcome->swapped);
    }
    return json_writer_end(&json);
}
