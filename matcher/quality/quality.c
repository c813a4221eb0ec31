/* quality.c: the quality value, and the judgement of a sample; see quality.h. */
#include "matcher/quality/quality.h"

#include "matcher/quality/parameters.h"
#include "matcher/template.h"

/* By `kordon-lab fit-quality` over four sensors' sets of FVC2002, two of FVC2004 and one of U.are.U prints. */
const struct sample_quality_weights matcher_sample_quality_weights = {
    .bias = 24.45f,
    .of =
        {
            [QUALITY_TERM_MINUTIAE] = 80.38f,
            [QUALITY_TERM_CORE] = 27.38f,
            [QUALITY_TERM_ROUGH] = -191.3f,
            [QUALITY_TERM_UNCLEAR] = -48.71f,
            [QUALITY_TERM_FLOODED] = -15.76f,
        },
};

void matcher_sample_quality_terms(
    const struct sample_measures *measures, float terms[static QUALITY_TERM_COUNT])
{
    float minutiae = measures->of[SAMPLE_MEASURE_GOOD_MINUTIAE];
    float core = measures->of[SAMPLE_MEASURE_CORE_EDGE];
    terms[QUALITY_TERM_MINUTIAE] = minutiae / (minutiae + QUALITY_HALF_MINUTIAE);
    terms[QUALITY_TERM_CORE] = core / (core + QUALITY_HALF_CORE_EDGE);
    terms[QUALITY_TERM_ROUGH] = measures->of[SAMPLE_MEASURE_VALLEY_ROUGHNESS];
    terms[QUALITY_TERM_UNCLEAR] = measures->of[SAMPLE_MEASURE_UNCLEAR_SHARE];
    terms[QUALITY_TERM_FLOODED] = measures->of[SAMPLE_MEASURE_FLOODED_SHARE];
}

const char *matcher_sample_quality_term_name(enum quality_term term)
{
    switch (term) {
    case QUALITY_TERM_MINUTIAE:
        return "MINUTIAE";
    case QUALITY_TERM_CORE:
        return "CORE";
    case QUALITY_TERM_ROUGH:
        return "ROUGH";
    case QUALITY_TERM_UNCLEAR:
        return "UNCLEAR";
    case QUALITY_TERM_FLOODED:
        return "FLOODED";
    case QUALITY_TERM_COUNT:
        break;
    }
    return "?";
}

float matcher_sample_quality_value(
    const struct sample_quality_weights *weights, const struct sample_measures *measures)
{
    float terms[QUALITY_TERM_COUNT], value = weights->bias;
    matcher_sample_quality_terms(measures, terms);
    for (int term = 0; term < QUALITY_TERM_COUNT; term++)
        value += weights->of[term] * terms[term];
    float smeared =
        (matcher_sample_smear(measures) - QUALITY_SMEAR_FROM) / (QUALITY_SMEAR_TO - QUALITY_SMEAR_FROM);
    return value - QUALITY_SMEAR_COST * (smeared < 0 ? 0 : smeared > 1 ? 1 : smeared);
}

/* A linear function leaves the scale where prints are worst, and there it matters which is worse: in the scale's
 * last fifths hyperbolas lead it towards the ends, without a bend. */
static float bounded(float value)
{
    const float end = QUALITY_END, middle = 0.5f * SAMPLE_QUALITY_MAX;
    if (value > middle)
        return SAMPLE_QUALITY_MAX - bounded(SAMPLE_QUALITY_MAX - value);
    return value >= end ? value : end * end / (2 * end - value);
}

uint8_t matcher_sample_quality(const struct sample_measures *measures)
{
    /* What is no fingerprint can't be compared, whatever the other measures would make of it. */
    if (measures->of[SAMPLE_MEASURE_AREA] < QUALITY_LEAST_AREA)
        return 0;
    return (uint8_t)(bounded(matcher_sample_quality_value(&matcher_sample_quality_weights, measures)) + 0.5f);
}

bool matcher_sample_judge(struct matcher_sample_report *report)
{
    const struct sample_measures *measures = &report->measures;
    bool too_poor = report->area_mm2 < QUALITY_LEAST_AREA ||
                    report->minutiae_count < MATCHER_MINUTIAE_LEAST ||
                    measures->of[SAMPLE_MEASURE_CLARITY] < QUALITY_LEAST_CLARITY ||
                    measures->of[SAMPLE_MEASURE_COHERENCE] < QUALITY_LEAST_COHERENCE;
    report->quality = matcher_sample_quality(measures);
    report->alteration = matcher_sample_alteration(measures);
    report->flaws = matcher_sample_flaws(measures, too_poor);
    return too_poor;
}
