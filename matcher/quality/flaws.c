/* flaws.c: why a sample is poor, from what was measured of it, and what to do about it. */
#include "matcher/quality/quality.h"

#include "matcher/quality/parameters.h"

/* How much more ridges differ along themselves than valleys do: dry skin breaks the ridges and leaves the
 * valleys clean, wet skin the other way round. No gray level enters, so that it holds for every sensor. */
static float dryness(const struct sample_measures *measures)
{
    return measures->of[SAMPLE_MEASURE_RIDGE_ROUGHNESS] - measures->of[SAMPLE_MEASURE_VALLEY_ROUGHNESS];
}

/* A finger that moves blurs the ridges across its way and spares those along it: contrast comes to depend on
 * direction, the flow is bent into the movement's and the core is lost, while the picture is smooth. */
float matcher_sample_smear(const struct sample_measures *measures)
{
    return FLAW_SMEAR_BIAS + FLAW_SMEAR_ANISOTROPY * measures->of[SAMPLE_MEASURE_ANISOTROPY] +
           FLAW_SMEAR_COHERENCE * measures->of[SAMPLE_MEASURE_COHERENCE] +
           FLAW_SMEAR_CORE * measures->of[SAMPLE_MEASURE_CORE] +
           FLAW_SMEAR_CLARITY * measures->of[SAMPLE_MEASURE_CLARITY];
}

static uint32_t bit(enum matcher_flaw flaw)
{
    return 1u << flaw;
}

uint32_t matcher_sample_flaws(const struct sample_measures *measures, bool too_poor)
{
    uint32_t flaws = 0;
    if (measures->of[SAMPLE_MEASURE_AREA] < QUALITY_LEAST_AREA)
        return bit(MATCHER_FLAW_NO_FINGER);
    if (measures->of[SAMPLE_MEASURE_AREA] < FLAW_AREA)
        flaws |= bit(MATCHER_FLAW_TOO_SMALL);
    if (measures->of[SAMPLE_MEASURE_OFF_CENTRE] > FLAW_OFF_CENTRE &&
        measures->of[SAMPLE_MEASURE_CUT_SHARE] > FLAW_CUT_SHARE)
        flaws |= bit(MATCHER_FLAW_OFF_CENTRE);
    if (dryness(measures) < FLAW_WET || measures->of[SAMPLE_MEASURE_FLOODED_SHARE] > FLAW_FLOODED)
        flaws |= bit(MATCHER_FLAW_TOO_WET);
    if (dryness(measures) > FLAW_DRY)
        flaws |= bit(MATCHER_FLAW_TOO_DRY);
    if (matcher_sample_smear(measures) > FLAW_SMEARED)
        flaws |= bit(MATCHER_FLAW_SMEARED);
    if (measures->of[SAMPLE_MEASURE_CONTRAST] < FLAW_CONTRAST)
        flaws |= bit(MATCHER_FLAW_LOW_CONTRAST);
    if (measures->of[SAMPLE_MEASURE_UNCLEAR_SHARE] > FLAW_UNCLEAR || (flaws == 0 && too_poor))
        flaws |= bit(MATCHER_FLAW_UNCLEAR);
    return flaws;
}

static const struct {
    const char *name;
    enum guidance guidance;
} rows[] = {
#define FLAW_ROW(flaw, word, guidance) [MATCHER_FLAW_##flaw] = {word, GUIDANCE_##guidance},
    MATCHER_FLAWS(FLAW_ROW)
#undef FLAW_ROW
};

const char *matcher_flaw_name(enum matcher_flaw flaw)
{
    return rows[flaw].name;
}

/* A finger whose picture lies at the left lies too far left. */
static enum guidance way_to_the_middle(const struct sample_measures *measures)
{
    float right = measures->of[SAMPLE_MEASURE_RIGHT], down = measures->of[SAMPLE_MEASURE_DOWN];
    float across = right < 0 ? -right : right, along = down < 0 ? -down : down;
    if (across > along)
        return right > 0 ? GUIDANCE_MOVE_LEFT : GUIDANCE_MOVE_RIGHT;
    return down > 0 ? GUIDANCE_MOVE_UP : GUIDANCE_MOVE_DOWN;
}

enum guidance matcher_sample_guidance(const struct matcher_sample_report *report)
{
    uint32_t flaw = 0;
    while (flaw < MATCHER_FLAW_COUNT && (report->flaws >> flaw & 1) == 0)
        flaw++;
    if (flaw == MATCHER_FLAW_COUNT)
        return GUIDANCE_NONE;
    return flaw == MATCHER_FLAW_OFF_CENTRE ? way_to_the_middle(&report->measures) : rows[flaw].guidance;
}

enum reason matcher_sample_check(
    const struct matcher_sample_report *report, uint32_t least_quality, struct failure *failure)
{
    if (report->quality >= least_quality)
        return REASON_DONE;
    const char *text = guidance_text(matcher_sample_guidance(report));
    return failure_set(failure, REASON_SAMPLE_TOO_POOR, "sample", "quality %u where %u is asked for%s%s",
        report->quality, least_quality, text[0] != '\0' ? "; " : "", text);
}
