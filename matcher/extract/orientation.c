#include "matcher/extract/orientation.h"

#include <string.h>

#include "matcher/extract/parameters.h"

/* Sums over a cell of the gradients' products. */
struct tensor {
    float difference; /* gx^2 - gy^2 */
    float product;    /* 2 gx gy */
    float energy;     /* gx^2 + gy^2 */
};

static struct tensor cell_tensor(const struct plane *plane, int32_t left, int32_t top)
{
    float xx[CELL] = {0}, yy[CELL] = {0}, xy[CELL] = {0};
    for (int32_t y = 0; y < CELL; y++) {
        const float *row = plane->at + (top + y) * plane->stride + left;
        const float *above = row - plane->stride, *below = row + plane->stride;
        for (int32_t x = 0; x < CELL; x++) {
            float gx = row[x + 1] - row[x - 1];
            float gy = below[x] - above[x];
            xx[x] += gx * gx;
            yy[x] += gy * gy;
            xy[x] += gx * gy;
        }
    }
    float sum_xx = 0, sum_yy = 0, sum_xy = 0;
    for (int32_t x = 0; x < CELL; x++) {
        sum_xx += xx[x];
        sum_yy += yy[x];
        sum_xy += xy[x];
    }
    return (struct tensor){sum_xx - sum_yy, 2 * sum_xy, sum_xx + sum_yy};
}

/* Ridges run across the gradient: half a turn in the doubled angle, hence the minus. */
static void measure_cells(
    const struct plane *plane, const struct grid *weight, struct flow *sums, struct grid *energy)
{
    for (int32_t row = 0; row < energy->rows; row++)
        for (int32_t column = 0; column < energy->columns; column++) {
            int32_t i = row * energy->columns + column;
            struct tensor tensor = cell_tensor(plane, column * CELL, row * CELL);
            float factor = weight == NULL ? 1 : weight->at[i];
            sums->x.at[i] = -tensor.difference * factor;
            sums->y.at[i] = -tensor.product * factor;
            energy->at[i] = tensor.energy * factor;
        }
}

void matcher_measure_flow(struct extraction *extraction, const struct plane *plane, const struct grid *weight)
{
    struct flow sums = {extraction->scratch[0], extraction->scratch[1]};
    struct grid energy = extraction->scratch[2];
    float *scratch = extraction->scratch[3].at;
    struct flow *flow = &extraction->flow;
    int32_t cells = energy.columns * energy.rows;

    measure_cells(plane, weight, &sums, &energy);
    memset(flow->x.at, 0, sizeof(float) * (size_t)cells);
    memset(flow->y.at, 0, sizeof(float) * (size_t)cells);
    /* Where the small neighbourhood agrees in itself it is right about curves; where not, the large one
     * decides. */
    for (int32_t scale = 0; scale < ORIENTATION_SCALES; scale++) {
        int32_t times = scale == 0 ? 1 : scale == 1 ? 3 : 10;
        matcher_grid_smooth(&sums.x, times, scratch);
        matcher_grid_smooth(&sums.y, times, scratch);
        matcher_grid_smooth(&energy, times, scratch);
        float trust = scale == 0 ? 1.0f : scale == 1 ? ORIENTATION_MIDDLE : ORIENTATION_WIDE;
        for (int32_t i = 0; i < cells; i++) {
            float power = energy.at[i] + ORIENTATION_NOISE;
            float x = sums.x.at[i] / power, y = sums.y.at[i] / power;
            float coherence = __builtin_sqrtf(x * x + y * y);
            float factor = trust * coherence;
            flow->x.at[i] += factor * x;
            flow->y.at[i] += factor * y;
        }
    }
}

struct flow_vector matcher_flow_at(const struct flow *flow, float x, float y)
{
    float column = x / CELL - 0.5f, row = y / CELL - 0.5f;
    float last_column = (float)(flow->x.columns - 1), last_row = (float)(flow->x.rows - 1);
    column = column < 0 ? 0 : column > last_column ? last_column : column;
    row = row < 0 ? 0 : row > last_row ? last_row : row;
    int32_t left = (int32_t)column, top = (int32_t)row;
    int32_t right = left + 1 < flow->x.columns ? left + 1 : left;
    int32_t bottom = top + 1 < flow->x.rows ? top + 1 : top;
    float fx = column - (float)left, fy = row - (float)top;
    int32_t corner[4] = {top * flow->x.columns + left, top * flow->x.columns + right,
        bottom * flow->x.columns + left, bottom * flow->x.columns + right};
    float part[4] = {(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy};
    struct flow_vector vector = {0, 0};
    for (int32_t i = 0; i < 4; i++) {
        vector.x += part[i] * flow->x.at[corner[i]];
        vector.y += part[i] * flow->y.at[corner[i]];
    }
    return vector;
}
