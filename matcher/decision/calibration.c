/* calibration.c: the calibration table: what a raw score means as a false match rate. Data, derived by
 * `kordon-bench calibrate` and pasted here; a test checks its shape.
 */
#include "matcher/decision/decision.h"

#include <math.h>

static const struct calibration_point points[] = {{0, 0}, {330, 3}, {490, 10}, {600, 15}, {670, 20},
    {745, 25}, {810, 30}, {960, 40}, {1110, 50}, {1260, 60}, {2160, 120}};

const struct calibration calibration_in_force = {
    .version = 1,
    .source = "provisional, set by hand and conservative",
    .non_mated = 133120,
    .vouched = 60,
    .count = sizeof points / sizeof points[0],
    .points = points,
};

uint32_t matcher_calibration_version(void)
{
    return calibration_in_force.version;
}

double calibrate_exactly(const struct calibration *calibration, int32_t raw)
{
    const struct calibration_point *last = &calibration->points[calibration->count - 1];
    if (raw >= last->raw)
        return last->score;
    uint32_t next = 0;
    while (calibration->points[next].raw <= raw)
        next++;
    if (next == 0)
        return 0;
    const struct calibration_point *low = &calibration->points[next - 1], *high = &calibration->points[next];
    return low->score + (double)(high->score - low->score) * (raw - low->raw) / (high->raw - low->raw);
}

/* Rounded down: a score never claims more than its raw score earned. */
matcher_score calibrate_score(const struct calibration *calibration, int32_t raw)
{
    return (matcher_score)calibrate_exactly(calibration, raw);
}

double matcher_score_of_raw(int32_t raw)
{
    return calibrate_exactly(&calibration_in_force, raw);
}

double matcher_score_fmr(matcher_score score)
{
    return pow(10.0, -score / 10.0);
}
