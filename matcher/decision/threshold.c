/* threshold.c: what score an identification or a verification needs. Derived at every call, never configured:
 * the list's size and the fingers used are part of the question. */
#include "matcher/decision/decision.h"

#include <math.h>

/* The lowest score whose FMR is at most fmr. The small subtraction keeps a rate that is a power of ten on its
 * own score where the logarithm's last bit says otherwise. */
static matcher_score score_of_fmr(double fmr)
{
    return (matcher_score)ceil(-10.0 * log10(fmr) - 1e-9);
}

/* The highest score that a fusion of that many fingers can vouch for. */
static matcher_score vouched_score(uint32_t fingers)
{
    matcher_score one = matcher_calibration_in_force.vouched;
    matcher_score scores[MATCHER_PROBE_FINGERS_MAX];
    uint32_t count = fingers < MATCHER_PROBE_FINGERS_MAX ? fingers : MATCHER_PROBE_FINGERS_MAX;
    for (uint32_t i = 0; i < count; i++)
        scores[i] = one;
    return matcher_fuse(scores, count);
}

double matcher_vouched_fmr(matcher_score score, uint32_t fingers)
{
    matcher_score vouched = vouched_score(fingers > 0 ? fingers : 1);
    return matcher_score_fmr(score < vouched ? score : vouched);
}

/* How many people a search with that many fingers can vouch for at the target. */
static double subjects_within_reach(double target_fpir, uint32_t fingers)
{
    return floor(log1p(-target_fpir) / log1p(-matcher_score_fmr(vouched_score(fingers))));
}

enum reason matcher_identification_threshold(double target_fpir, uint32_t subjects, uint32_t fingers,
    matcher_score *threshold, struct failure *failure)
{
    *threshold = MATCHER_SCORE_MAX;
    if (!(target_fpir > 0 && target_fpir < 1) || fingers == 0)
        return failure_set(failure, REASON_BAD_VALUE, "identification threshold",
            "target FPIR %g with %u fingers; the target lies between 0 and 1, fingers are at least 1",
            target_fpir, fingers);
    /* FPIR = 1-(1-FMR)^N; an empty list is asked as if it held one person. */
    double people = subjects > 0 ? subjects : 1;
    double fmr = -expm1(log1p(-target_fpir) / people);
    matcher_score needed = score_of_fmr(fmr);
    if (needed > vouched_score(fingers)) {
        uint32_t more = fingers;
        while (more < MATCHER_PROBE_FINGERS_MAX && vouched_score(more) < needed)
            more++;
        double reach = subjects_within_reach(target_fpir, fingers);
        double target = -expm1(people * log1p(-matcher_score_fmr(vouched_score(fingers))));
        if (vouched_score(more) >= needed)
            return failure_set(failure, REASON_THRESHOLD_UNREACHABLE, "identification threshold",
                "score %d needed, %d vouched for with %u fingers: use %u fingers, or at most %.0f people, or "
                "a "
                "target of at least %.2g",
                needed, vouched_score(fingers), fingers, more, reach, target);
        return failure_set(failure, REASON_THRESHOLD_UNREACHABLE, "identification threshold",
            "score %d needed, %d vouched for with %u fingers: use at most %.0f people, or a target of at "
            "least "
            "%.2g",
            needed, vouched_score(fingers), fingers, reach, target);
    }
    *threshold = needed;
    return REASON_DONE;
}

enum reason matcher_verification_threshold(
    double target_fmr, matcher_score *threshold, struct failure *failure)
{
    *threshold = MATCHER_SCORE_MAX;
    if (!(target_fmr > 0 && target_fmr < 1))
        return failure_set(failure, REASON_BAD_VALUE, "verification threshold",
            "target FMR %g; it lies between 0 and 1", target_fmr);
    matcher_score needed = score_of_fmr(target_fmr);
    if (needed > matcher_calibration_in_force.vouched)
        return failure_set(failure, REASON_THRESHOLD_UNREACHABLE, "verification threshold",
            "score %d needed, %d vouched for: use a target of at least %.2g", needed,
            matcher_calibration_in_force.vouched, matcher_score_fmr(matcher_calibration_in_force.vouched));
    *threshold = needed;
    return REASON_DONE;
}

matcher_score matcher_remark_threshold(double expected, double comparisons)
{
    if (!(expected > 0))
        return MATCHER_SCORE_MAX;
    if (comparisons <= expected)
        return 1; /* 0 is no evidence, of how few comparisons ever */
    matcher_score score = score_of_fmr(expected / comparisons);
    return score < MATCHER_SCORE_MAX ? score : MATCHER_SCORE_MAX;
}
