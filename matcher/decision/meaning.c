/* meaning.c: what a score and a rate come to, in numbers that people can picture. */
#include "matcher/decision/decision.h"

#include <math.h>

struct matcher_meaning matcher_score_meaning(matcher_score score, uint32_t fingers, uint32_t people)
{
    double fmr = matcher_vouched_fmr(score, fingers);
    /* FPIR = 1-(1-FMR)^N; a score of 0 is what anybody has. */
    double fpir = fmr < 1 ? -expm1((people > 0 ? people : 1) * log1p(-fmr)) : 1;
    return (struct matcher_meaning){.comparisons = 1 / fmr, .searches = 1 / fpir};
}

double matcher_expected_false_matches(double target_fpir, uint64_t searches)
{
    return target_fpir * (double)searches;
}
