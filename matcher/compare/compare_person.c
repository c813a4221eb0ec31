/* compare_person.c: several fingers of two people, 1:1. */
#include "matcher/compare/comparison.h"
#include "matcher/decision/decision.h"

uint32_t matcher_compare_person(const struct matcher_probe *probes, uint32_t probe_count,
    const struct matcher_person_reference *references, uint32_t reference_count,
    struct matcher_workspace workspace, struct matcher_candidate *candidate)
{
    *candidate = (struct matcher_candidate){0};
    if (workspace.size < sizeof(struct comparison) || probe_count > MATCHER_PROBE_FINGERS_MAX)
        return 0;
    struct comparison *comparison = workspace.memory;
    struct finger_evidence evidence[MATCHER_PROBE_FINGERS_MAX] = {0};
    bool common = false;
    for (uint32_t p = 0; p < probe_count; p++)
        matcher_prepare_print(&comparison->probes[p], probes[p].template->bytes, false);
    for (uint32_t r = 0; r < reference_count; r++) {
        matcher_prepare_print(&comparison->reference, references[r].bytes, true);
        for (uint32_t p = 0; p < probe_count; p++) {
            enum finger_meeting meeting = matcher_finger_meeting(&probes[p], references[r].position);
            if (meeting == FINGER_NOT_COMPARED)
                continue;
            common = common || meeting == FINGER_AS_CLAIMED;
            matcher_finger_evidence_add(&evidence[p], meeting, r,
                matcher_compare_prints_calibrated(&comparison->probes[p], comparison));
        }
    }
    uint32_t compared = matcher_fuse_evidence(evidence, probe_count, candidate);
    return common ? compared : 0;
}
