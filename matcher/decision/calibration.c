/* calibration.c: what a raw score means as a false match rate. The table is data: calibration_table.c. */
#include "matcher/decision/decision.h"

#include <math.h>

uint32_t matcher_calibration_version(void)
{
    return matcher_calibration_in_force.version;
}

const struct calibration_curve *matcher_calibration_curve(bool with_flow)
{
    return with_flow ? &matcher_calibration_in_force.with_flow : &matcher_calibration_in_force.minutiae_only;
}

static int32_t above_usual(uint32_t density)
{
    if (density < CALIBRATION_DENSITY_MIN)
        density = CALIBRATION_DENSITY_MIN;
    if (density > CALIBRATION_DENSITY_MAX)
        density = CALIBRATION_DENSITY_MAX;
    return (int32_t)density - CALIBRATION_DENSITY_USUAL;
}

int32_t matcher_level_raw(
    const struct calibration_curve *curve, int32_t raw, uint32_t density_a, uint32_t density_b)
{
    if (raw <= 0)
        return 0;
    uint32_t lesser = density_a < density_b ? density_a : density_b;
    int32_t shift = curve->levelling.lesser * above_usual(lesser) +
                    curve->levelling.greater * above_usual(density_a + density_b - lesser);
    raw -= shift / CALIBRATION_LEVELLING_SCALE;
    return raw > 0 ? raw : 0;
}

double matcher_calibrate_exactly(const struct calibration_curve *curve, int32_t raw)
{
    const struct calibration_point *last = &curve->points[curve->count - 1];
    if (raw >= last->raw)
        return last->score;
    uint32_t next = 0;
    while (curve->points[next].raw <= raw)
        next++;
    if (next == 0)
        return 0;
    const struct calibration_point *low = &curve->points[next - 1], *high = &curve->points[next];
    return low->score + (double)(high->score - low->score) * (raw - low->raw) / (high->raw - low->raw);
}

/* Rounded down: a score never claims more than its raw score earned. */
matcher_score matcher_calibrate_score(const struct calibration_curve *curve, int32_t raw)
{
    return (matcher_score)matcher_calibrate_exactly(curve, raw);
}

double matcher_score_of_raw(int32_t raw, bool with_flow)
{
    return matcher_calibrate_exactly(matcher_calibration_curve(with_flow), raw);
}

double matcher_score_fmr(matcher_score score)
{
    return pow(10.0, -score / 10.0);
}
