/* calibration.c: the calibration table: what a raw score means as a false match rate. Data, derived by
 * `kordon-bench calibrate` and pasted here; a test checks its shape.
 */
#include "matcher/decision/decision.h"

#include <math.h>

/* 150400 non-mated pairs of 7 sets. Tail from raw score 16956 on: 150 pairs of 64 pairs of fingers,
 * mean excess 843.9, used 1054.8; highest raw score 21493. */
const struct calibration calibration_in_force = {
    .version = 6,
    .source =
        "kordon-bench calibrate on FVC2002 DB1_B to DB4_B, FVC2004 DB1_B and DB3_B, and Neurotechnology's "
        "U.are.U 4000 sample",
    .vouched = 61,
    .with_flow =
        {
            .non_mated = 150400,
            .count = 14,
            .points = {{0, 0}, {2115, 1}, {3948, 2}, {5208, 3}, {7019, 5}, {8410, 7}, {10061, 10},
                {11465, 13}, {13056, 17}, {14117, 20}, {15054, 23}, {16217, 27}, {16956, 30}, {38816, 120}},
        },
    .minutiae_only =
        {
            .non_mated = 150400,
            .count = 14,
            .points = {{0, 0}, {2115, 1}, {3948, 2}, {5208, 3}, {7019, 5}, {8410, 7}, {10061, 10},
                {11465, 13}, {13056, 17}, {14117, 20}, {15054, 23}, {16217, 27}, {16956, 30}, {38816, 120}},
        },
};

uint32_t matcher_calibration_version(void)
{
    return calibration_in_force.version;
}

const struct calibration_curve *calibration_curve(bool with_flow)
{
    return with_flow ? &calibration_in_force.with_flow : &calibration_in_force.minutiae_only;
}

static int32_t above_usual(uint32_t density)
{
    if (density < CALIBRATION_DENSITY_MIN)
        density = CALIBRATION_DENSITY_MIN;
    if (density > CALIBRATION_DENSITY_MAX)
        density = CALIBRATION_DENSITY_MAX;
    return (int32_t)density - CALIBRATION_DENSITY_USUAL;
}

int32_t level_raw(const struct calibration_curve *curve, int32_t raw, uint32_t density_a, uint32_t density_b)
{
    if (raw <= 0)
        return 0;
    uint32_t lesser = density_a < density_b ? density_a : density_b;
    int32_t shift = curve->levelling.lesser * above_usual(lesser) +
                    curve->levelling.greater * above_usual(density_a + density_b - lesser);
    raw -= shift / CALIBRATION_LEVELLING_SCALE;
    return raw > 0 ? raw : 0;
}

double calibrate_exactly(const struct calibration_curve *curve, int32_t raw)
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
matcher_score calibrate_score(const struct calibration_curve *curve, int32_t raw)
{
    return (matcher_score)calibrate_exactly(curve, raw);
}

double matcher_score_of_raw(int32_t raw, bool with_flow)
{
    return calibrate_exactly(calibration_curve(with_flow), raw);
}

double matcher_score_fmr(matcher_score score)
{
    return pow(10.0, -score / 10.0);
}
