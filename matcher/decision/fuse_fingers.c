/* fuse_fingers.c: several fingers of the same two people as one score.
 *
 * Calibrated scores are logarithms of false match rates, so their sum is the logarithm of the product; but a
 * sum of several has more ways to be high by chance than one alone. Fisher's method says how high: for m
 * independent comparisons of different people the chance that the product of their rates is as small as e^-x
 * is e^-x * (1 + x + x^2/2! + ... + x^(m-1)/(m-1)!). That chance is the fused score's false match rate.
 * Fingers of one person are not quite independent (their patterns resemble each other); the calibration's
 * conservative rounding has to carry that.
 */
#include "matcher/decision/decision.h"

#include <math.h>

/* -10 log10 in natural units */
#define SCORES_PER_UNIT 4.342944819032518

matcher_score matcher_fuse(const matcher_score *scores, uint32_t count)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += scores[i];
    if (sum <= 0)
        return 0;
    double x = (double)sum / SCORES_PER_UNIT, term = 1, series = 1;
    for (uint32_t k = 1; k < count; k++) {
        term *= x / k;
        series += term;
    }
    double fused = floor((double)sum - SCORES_PER_UNIT * log(series) + 1e-9);
    if (fused < 0)
        return 0;
    return fused > MATCHER_SCORE_MAX ? MATCHER_SCORE_MAX : (matcher_score)fused;
}

matcher_score score_of_best(matcher_score best, uint32_t count)
{
    if (count <= 1)
        return best;
    double left = best - ceil(SCORES_PER_UNIT * log(count) - 1e-9);
    return left > 0 ? (matcher_score)left : 0;
}
