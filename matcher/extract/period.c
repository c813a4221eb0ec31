#include "matcher/extract/period.h"

#include "matcher/extract/parameters.h"

struct wave_power {
    float wave, slope;
};

static struct wave_power cell_power(const struct plane *plane, int32_t left, int32_t top)
{
    struct wave_power power = {0, 0};
    for (int32_t y = 0; y < CELL; y++) {
        const float *row = plane->at + (top + y) * plane->stride + left;
        const float *above = row - plane->stride, *below = row + plane->stride;
        for (int32_t x = 0; x < CELL; x++) {
            float gx = row[x + 1] - row[x - 1], gy = below[x] - above[x];
            power.wave += row[x] * row[x];
            power.slope += 0.25f * (gx * gx + gy * gy);
        }
    }
    return power;
}

void matcher_measure_period(struct extraction *extraction)
{
    struct grid wave = extraction->scratch[0], slope = extraction->scratch[1];
    struct grid *period = &extraction->period;
    for (int32_t row = 0; row < period->rows; row++)
        for (int32_t column = 0; column < period->columns; column++) {
            int32_t i = row * period->columns + column;
            struct wave_power power = cell_power(&extraction->along, column * CELL, row * CELL);
            wave.at[i] = power.wave * extraction->mask.at[i];
            slope.at[i] = power.slope * extraction->mask.at[i];
        }
    matcher_grid_smooth(&wave, 8, extraction->scratch[3].at);
    matcher_grid_smooth(&slope, 8, extraction->scratch[3].at);
    for (int32_t i = 0; i < period->columns * period->rows; i++) {
        /* The difference over two pixels measures sin(wave number); its arc by the first two terms. */
        float sine = slope.at[i] > 0 ? __builtin_sqrtf(slope.at[i] / wave.at[i]) : 0;
        float number = sine * (1 + sine * sine / 6);
        float value = number > 0 ? 6.2831853f / number : PERIOD_TYPICAL;
        period->at[i] = value < PERIOD_MIN ? PERIOD_MIN : value > PERIOD_MAX ? PERIOD_MAX : value;
    }
}
