/* alteration.c: signs that a fingerprint was altered; see quality.h. */
#include "matcher/quality/quality.h"

#include "matcher/geometry/angle.h"
#include "matcher/quality/parameters.h"

/* The square root brings shares near 0 apart, where all real prints lie. */
static float term(const struct sample_measures *measures, enum sample_measure measure)
{
    return __builtin_sqrtf(measures->of[measure]);
}

uint8_t matcher_sample_alteration(const struct sample_measures *measures)
{
    if (measures->of[SAMPLE_MEASURE_AREA] < QUALITY_LEAST_AREA)
        return 0;
    float logit = ALTERATION_BIAS + ALTERATION_JUMPS * term(measures, SAMPLE_MEASURE_JUMPS) +
                  ALTERATION_CLEAR_JUMPS * term(measures, SAMPLE_MEASURE_CLEAR_JUMPS) +
                  ALTERATION_BENDS * term(measures, SAMPLE_MEASURE_BENDS) +
                  ALTERATION_CROWDING * term(measures, SAMPLE_MEASURE_CROWDING);
    float odds = matcher_angle_decay(logit < 0 ? -logit : logit);
    return (uint8_t)(100 * (logit < 0 ? odds : 1) / (1 + odds) + 0.5f);
}
