/* score_weights.h: what each piece of evidence counts for. Data: derived by regularised logistic regression on
 * mated and non-mated pairs of all real sets at hand, each set and each class with the same total weight; judged
 * by leaving each set out in turn.
 */
#ifndef KORDON_MATCHER_COMPARE_SCORE_WEIGHTS_H
#define KORDON_MATCHER_COMPARE_SCORE_WEIGHTS_H

#include "matcher/compare/comparison.h"

/* The raw score is SCORE_SCALE * (sum + SCORE_OFFSET), not below 0: the sum is a logarithm of odds, the offset
 * keeps those of ordinary non-mated pairs apart from each other. The scale is so fine that a small set of
 * non-mated pairs still shows more than 512 distinct scores (MINEX III asks for that). */
#define SCORE_SCALE  1000.0f
#define SCORE_OFFSET 16.0f

struct score_weights {
    float bias;
    float of[EVIDENCE_COUNT];
};

extern const struct score_weights matcher_score_weights_with_flow;
extern const struct score_weights matcher_score_weights_minutiae_only;

#endif
