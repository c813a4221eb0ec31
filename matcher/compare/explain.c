/* explain.c: the pairing that a score rests on, in terms of the templates that were compared. */
#include "matcher/explain.h"

#include <string.h>

#include "matcher/compare/comparison.h"

#define QUALITY_MAX 100

_Static_assert(PRINT_MINUTIAE_MAX <= MATCHER_CORRESPONDENCES_MAX, "each minutia compared may be in a pair");
_Static_assert((int)MATCHER_MINUTIA_OTHER == TEMPLATE_OTHER &&
                   (int)MATCHER_MINUTIA_ENDING == TEMPLATE_ENDING &&
                   (int)MATCHER_MINUTIA_BIFURCATION == TEMPLATE_BIFURCATION,
    "the kinds are the template's types");

static float in_picture(uint16_t units, uint32_t ppi)
{
    return (float)units / TEMPLATE_UNITS_PER_PIXEL * ((float)ppi / MATCHER_PPI);
}

uint32_t matcher_list_minutiae(
    const uint8_t *template_bytes, uint32_t ppi, struct matcher_minutia minutiae[static MATCHER_MINUTIAE_MAX])
{
    struct template_minutia packed[MATCHER_MINUTIAE_MAX];
    struct template_view view = matcher_template_view(template_bytes);
    matcher_template_unpack_minutiae(&view, packed);
    for (uint32_t i = 0; i < view.minutiae_count; i++)
        minutiae[i] = (struct matcher_minutia){.x = in_picture(packed[i].x, ppi),
            .y = in_picture(packed[i].y, ppi),
            .direction = packed[i].direction,
            .quality = (uint8_t)((packed[i].quality * QUALITY_MAX + TEMPLATE_QUALITY_MAX / 2) /
                                 TEMPLATE_QUALITY_MAX),
            .kind = (enum matcher_minutia_kind)packed[i].type};
    return view.minutiae_count;
}

/* By the probe's places, each of which is in one pair at most. */
static void list_pairs(const struct print *probe, const struct print *reference,
    const struct pairing *pairing, struct matcher_explanation *explanation)
{
    uint8_t reference_of[PRINT_MINUTIAE_MAX];
    memset(reference_of, PAIRING_NONE, sizeof reference_of);
    for (uint32_t i = 0; i < pairing->count; i++)
        reference_of[probe->place[pairing->pairs[i].probe]] = reference->place[pairing->pairs[i].reference];
    for (uint32_t place = 0; place < probe->count; place++)
        if (reference_of[place] != PAIRING_NONE)
            explanation->pairs[explanation->count++] =
                (struct matcher_correspondence){(uint8_t)place, reference_of[place]};
}

void matcher_explain(const uint8_t *probe_bytes, const uint8_t *reference_bytes,
    struct matcher_workspace workspace, struct matcher_explanation *explanation)
{
    *explanation = (struct matcher_explanation){0};
    if (workspace.size < sizeof(struct comparison))
        return;
    struct comparison *comparison = workspace.memory;
    struct print *probe = &comparison->probes[0], *reference = &comparison->reference;
    matcher_prepare_print(probe, probe_bytes, false);
    matcher_prepare_print(reference, reference_bytes, true);
    explanation->score = matcher_compare_prints_calibrated(probe, comparison);
    if (comparison->seed == SEEDS_MAX)
        return;
    /* Another hypothesis may have been grown after the best one. */
    matcher_grow_pairing(probe, reference, &comparison->candidates,
        comparison->candidates.seeds[comparison->seed], &comparison->growth, &comparison->pairing);
    explanation->turn = comparison->pairing.alignment.rotation;
    list_pairs(probe, reference, &comparison->pairing, explanation);
}
