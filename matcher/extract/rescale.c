#include "matcher/extract/rescale.h"

#include <string.h>

int32_t matcher_rescale_side(uint32_t side, uint32_t ppi)
{
    uint32_t scaled = (side * MATCHER_PPI + ppi / 2) / ppi;
    return scaled == 0 ? 1 : (int32_t)scaled;
}

/* The source pixels that make one target pixel: a triangle as wide as the coarser of the two grids, which
 * interpolates linearly upwards and averages downwards. */
struct span {
    int32_t first, last; /* source pixels, inclusive, may lie outside */
    float centre, reach;
};

static struct span span_of(int32_t target, uint32_t ppi)
{
    float ratio = (float)ppi / MATCHER_PPI;
    struct span span = {.centre = ((float)target + 0.5f) * ratio - 0.5f, .reach = ratio > 1 ? ratio : 1};
    span.first = (int32_t)(span.centre - span.reach + 1024) - 1023; /* floor + 1 also of negative numbers */
    span.last = (int32_t)(span.centre + span.reach + 1024) - 1024;
    return span;
}

static float weight_of(const struct span *span, int32_t source)
{
    float distance = ((float)source - span->centre) / span->reach;
    float weight = distance < 0 ? 1 + distance : 1 - distance;
    return weight > 0 ? weight : 0;
}

static int32_t clamp(int32_t value, int32_t count)
{
    return value < 0 ? 0 : value >= count ? count - 1 : value;
}

/* The source rows of one target row, mixed. */
static void mix_rows(const struct matcher_sample *sample, const struct span *span, float *row)
{
    memset(row, 0, sizeof(float) * sample->width);
    float sum = 0;
    for (int32_t source = span->first; source <= span->last; source++) {
        float weight = weight_of(span, source);
        const uint8_t *pixels =
            sample->pixels + sample->stride * (size_t)clamp(source, (int32_t)sample->height);
        for (uint32_t x = 0; x < sample->width; x++)
            row[x] += weight * pixels[x];
        sum += weight;
    }
    for (uint32_t x = 0; x < sample->width; x++)
        row[x] /= sum;
}

static void mix_columns(const struct matcher_sample *sample, const float *row, float *target, int32_t width)
{
    for (int32_t x = 0; x < width; x++) {
        struct span span = span_of(x, sample->ppi);
        float sum = 0, weights = 0;
        for (int32_t source = span.first; source <= span.last; source++) {
            float weight = weight_of(&span, source);
            sum += weight * row[clamp(source, (int32_t)sample->width)];
            weights += weight;
        }
        target[x] = sum / weights;
    }
}

static void copy_row(const struct matcher_sample *sample, int32_t y, float *target, int32_t width)
{
    const uint8_t *pixels = sample->pixels + sample->stride * (size_t)clamp(y, (int32_t)sample->height);
    int32_t inside = width < (int32_t)sample->width ? width : (int32_t)sample->width;
    for (int32_t x = 0; x < inside; x++)
        target[x] = pixels[x];
    for (int32_t x = inside; x < width; x++)
        target[x] = pixels[sample->width - 1];
}

void matcher_rescale(const struct matcher_sample *sample, const struct plane *plane, float *row)
{
    for (int32_t y = 0; y < plane->height; y++) {
        float *target = plane->at + y * plane->stride;
        if (sample->ppi == MATCHER_PPI) {
            copy_row(sample, y, target, plane->width);
            continue;
        }
        struct span span = span_of(y, sample->ppi);
        mix_rows(sample, &span, row);
        mix_columns(sample, row, target, plane->width);
    }
}
