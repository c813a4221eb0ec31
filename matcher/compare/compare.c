/* compare.c: the steps of a comparison in their order; see compare/comparison.h. */
#include "matcher/compare/comparison.h"

#include <string.h>

#include "matcher/decision/decision.h"

size_t matcher_compare_workspace_size(void)
{
    return sizeof(struct comparison);
}

static bool have_flow(const struct print *a, const struct print *b)
{
    return a->view.columns > 0 && b->view.columns > 0;
}

int32_t matcher_compare_prints(const struct print *probe, struct comparison *comparison)
{
    const struct print *reference = &comparison->reference;
    int32_t best = 0;
    bool with_flow = have_flow(probe, reference);
    memset(comparison->evidence, 0, sizeof comparison->evidence);
    comparison->seed = SEEDS_MAX;
    matcher_rank_candidates(probe, reference, &comparison->candidates);
    for (uint32_t i = 0; i < comparison->candidates.seed_count; i++) {
        float evidence[EVIDENCE_COUNT];
        matcher_grow_pairing(probe, reference, &comparison->candidates, comparison->candidates.seeds[i],
            &comparison->growth, &comparison->pairing);
        matcher_measure_pairing(probe, reference, &comparison->candidates, &comparison->pairing, evidence);
        int32_t score = matcher_score_evidence(evidence, with_flow);
        if (score > best) {
            best = score;
            comparison->seed = i;
            memcpy(comparison->evidence, evidence, sizeof evidence);
        }
    }
    comparison->raw = best;
    return matcher_level_raw(matcher_calibration_curve(with_flow), best, probe->density, reference->density);
}

matcher_score matcher_compare_prints_calibrated(const struct print *probe, struct comparison *comparison)
{
    int32_t raw = matcher_compare_prints(probe, comparison);
    return matcher_calibrate_score(matcher_calibration_curve(have_flow(probe, &comparison->reference)), raw);
}

static bool prepare_both(const struct matcher_template *probe, const uint8_t *reference_bytes,
    size_t reference_size, struct matcher_workspace workspace)
{
    if (workspace.size < sizeof(struct comparison) || probe->size == 0 || reference_size == 0)
        return false;
    struct comparison *comparison = workspace.memory;
    matcher_prepare_print(&comparison->probes[0], probe->bytes, false);
    matcher_prepare_print(&comparison->reference, reference_bytes, true);
    return true;
}

int32_t matcher_compare_raw(const struct matcher_template *probe, const uint8_t *reference_bytes,
    size_t reference_size, struct matcher_workspace workspace)
{
    if (!prepare_both(probe, reference_bytes, reference_size, workspace))
        return 0;
    struct comparison *comparison = workspace.memory;
    return matcher_compare_prints(&comparison->probes[0], comparison);
}

matcher_score matcher_compare(const struct matcher_template *probe, const uint8_t *reference_bytes,
    size_t reference_size, struct matcher_workspace workspace)
{
    if (!prepare_both(probe, reference_bytes, reference_size, workspace))
        return 0;
    struct comparison *comparison = workspace.memory;
    return matcher_compare_prints_calibrated(&comparison->probes[0], comparison);
}
