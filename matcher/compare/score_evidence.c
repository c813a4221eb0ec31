/* score_evidence.c: one number from all the evidence. */
#include "matcher/compare/score_weights.h"

int32_t matcher_score_evidence(const float evidence[EVIDENCE_COUNT], bool with_flow)
{
    const struct score_weights *weights =
        with_flow ? &matcher_score_weights_with_flow : &matcher_score_weights_minutiae_only;
    float sum = weights->bias + SCORE_OFFSET;
    for (uint32_t i = 0; i < EVIDENCE_COUNT; i++)
        sum += weights->of[i] * evidence[i];
    sum *= SCORE_SCALE;
    return sum > 0 ? (int32_t)sum : 0;
}
