#include "matcher/extract/normalise.h"

#include <string.h>

#include "matcher/extract/parameters.h"

/* Takes the finest noise: 3 x 3 binomial. Rows beyond the edge repeat it. */
static void soften(const struct plane *source, const struct plane *target, float *scratch)
{
    for (int32_t y = 0; y < source->height; y++) {
        const float *row = source->at + y * source->stride;
        const float *above = y > 0 ? row - source->stride : row;
        const float *below = y + 1 < source->height ? row + source->stride : row;
        for (int32_t x = 0; x < source->width; x++)
            scratch[x] = 0.25f * above[x] + 0.5f * row[x] + 0.25f * below[x];
        float *out = target->at + y * target->stride;
        for (int32_t x = 1; x + 1 < source->width; x++)
            out[x] = 0.25f * scratch[x - 1] + 0.5f * scratch[x] + 0.25f * scratch[x + 1];
        out[0] = scratch[0];
        out[source->width - 1] = scratch[source->width - 1];
    }
}

static void subtract(const struct plane *target, const struct plane *mean)
{
    for (int32_t y = 0; y < target->height; y++) {
        float *row = target->at + y * target->stride;
        const float *level = mean->at + y * mean->stride;
        for (int32_t x = 0; x < target->width; x++)
            row[x] -= level[x];
    }
}

static void square(const struct plane *source, const struct plane *target)
{
    for (int32_t y = 0; y < source->height; y++) {
        const float *row = source->at + y * source->stride;
        float *out = target->at + y * target->stride;
        for (int32_t x = 0; x < source->width; x++)
            out[x] = row[x] * row[x];
    }
}

static void measure_contrast(struct extraction *extraction, const struct plane *variance)
{
    struct grid *contrast = &extraction->contrast;
    for (int32_t row = 0; row < contrast->rows; row++)
        for (int32_t column = 0; column < contrast->columns; column++) {
            float value = variance->at[(row * CELL + CELL / 2) * variance->stride + column * CELL + CELL / 2];
            contrast->at[row * contrast->columns + column] = __builtin_sqrtf(value > 0 ? value : 0);
        }
}

/* The contrast that one cell in ten exceeds: what clear ridges of this image have. */
static float high_contrast(const struct grid *contrast)
{
    int32_t histogram[128] = {0}, cells = contrast->columns * contrast->rows;
    for (int32_t i = 0; i < cells; i++) {
        int32_t level = (int32_t)contrast->at[i];
        histogram[level > 127 ? 127 : level]++;
    }
    int32_t level = 127;
    for (int32_t above = histogram[127]; level > 0 && above < cells / 10; above += histogram[level])
        level--;
    return (float)level;
}

static void divide(const struct plane *image, const struct plane *variance, float floor)
{
    for (int32_t y = 0; y < image->height; y++) {
        float *row = image->at + y * image->stride;
        const float *local = variance->at + y * variance->stride;
        for (int32_t x = 0; x < image->width; x++) {
            float power = local[x] > 0 ? local[x] : 0;
            float value = row[x] / __builtin_sqrtf(power + floor * floor);
            value = value > NORMALISE_CLIP ? NORMALISE_CLIP : value;
            row[x] = value < -NORMALISE_CLIP ? -NORMALISE_CLIP : value;
        }
    }
}

void matcher_normalise(struct extraction *extraction)
{
    struct plane *image = &extraction->image, *scratch = &extraction->along, *variance = &extraction->even;
    soften(&extraction->raw, image, extraction->row_scratch);
    matcher_plane_box_mean(image, scratch, NORMALISE_RADIUS, extraction->row_scratch);
    subtract(image, scratch);
    square(image, scratch);
    matcher_plane_box_mean(scratch, variance, NORMALISE_RADIUS, extraction->row_scratch);
    measure_contrast(extraction, variance);
    extraction->high_contrast = high_contrast(&extraction->contrast);
    float floor = NORMALISE_FLOOR * extraction->high_contrast;
    divide(image, variance, floor > NORMALISE_NOISE ? floor : NORMALISE_NOISE);
}
