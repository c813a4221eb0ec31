#include "matcher/extract/plane.h"

#include <string.h>

#define ALIGNMENT 64

void *matcher_arena_take(struct arena *arena, size_t size)
{
    size_t start = arena->used;
    arena->used += (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (arena->memory == NULL || arena->used > arena->size)
        return NULL;
    return memset(arena->memory + start, 0, size);
}

struct plane matcher_plane_take(struct arena *arena, int32_t width, int32_t height)
{
    int32_t stride = (width + 2 * PLANE_MARGIN + 15) / 16 * 16;
    float *start =
        matcher_arena_take(arena, sizeof(float) * (size_t)stride * (size_t)(height + 2 * PLANE_MARGIN));
    return (struct plane){
        .at = start == NULL ? NULL : start + PLANE_MARGIN * stride + PLANE_MARGIN,
        .width = width,
        .height = height,
        .stride = stride,
    };
}

struct grid matcher_grid_take(struct arena *arena, int32_t columns, int32_t rows)
{
    return (struct grid){
        .at = matcher_arena_take(arena, sizeof(float) * (size_t)columns * (size_t)rows),
        .columns = columns,
        .rows = rows,
    };
}

static void add_row(float *restrict sums, const float *restrict row, int32_t width, float sign)
{
    for (int32_t x = 0; x < width; x++)
        sums[x] += sign * row[x];
}

/* One row of means from the sums over the window's rows. */
static void mean_row(
    const float *restrict sums, float *restrict target, int32_t width, int32_t radius, int32_t rows)
{
    float sum = 0;
    for (int32_t x = 0; x < radius && x < width; x++)
        sum += sums[x];
    for (int32_t x = 0; x < width; x++) {
        if (x + radius < width)
            sum += sums[x + radius];
        if (x - radius - 1 >= 0)
            sum -= sums[x - radius - 1];
        int32_t first = x - radius < 0 ? 0 : x - radius;
        int32_t last = x + radius >= width ? width - 1 : x + radius;
        target[x] = sum / (float)(rows * (last - first + 1));
    }
}

void matcher_plane_box_mean(
    const struct plane *source, const struct plane *target, int32_t radius, float *scratch)
{
    memset(scratch, 0, sizeof(float) * (size_t)source->width);
    for (int32_t y = 0; y < radius && y < source->height; y++)
        add_row(scratch, source->at + y * source->stride, source->width, 1);
    for (int32_t y = 0; y < source->height; y++) {
        if (y + radius < source->height)
            add_row(scratch, source->at + (y + radius) * source->stride, source->width, 1);
        if (y - radius - 1 >= 0)
            add_row(scratch, source->at + (y - radius - 1) * source->stride, source->width, -1);
        int32_t first = y - radius < 0 ? 0 : y - radius;
        int32_t last = y + radius >= source->height ? source->height - 1 : y + radius;
        mean_row(scratch, target->at + y * target->stride, source->width, radius, last - first + 1);
    }
}

static inline float nearest(const float *row, int32_t i, int32_t count)
{
    return row[i < 0 ? 0 : i >= count ? count - 1 : i];
}

void matcher_grid_smooth(const struct grid *grid, int32_t times, float *scratch)
{
    for (int32_t round = 0; round < times; round++) {
        for (int32_t row = 0; row < grid->rows; row++) {
            const float *line = grid->at + row * grid->columns;
            for (int32_t column = 0; column < grid->columns; column++)
                scratch[row * grid->columns + column] = 0.25f * nearest(line, column - 1, grid->columns) +
                                                        0.5f * line[column] +
                                                        0.25f * nearest(line, column + 1, grid->columns);
        }
        for (int32_t row = 0; row < grid->rows; row++) {
            const float *above = scratch + (row > 0 ? row - 1 : 0) * grid->columns;
            const float *below = scratch + (row + 1 < grid->rows ? row + 1 : row) * grid->columns;
            const float *line = scratch + row * grid->columns;
            for (int32_t column = 0; column < grid->columns; column++)
                grid->at[row * grid->columns + column] =
                    0.25f * above[column] + 0.5f * line[column] + 0.25f * below[column];
        }
    }
}
