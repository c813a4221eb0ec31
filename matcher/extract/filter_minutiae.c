#include "matcher/extract/filter_minutiae.h"

#include "matcher/extract/find_minutiae.h"
#include "matcher/extract/orientation.h"
#include "matcher/extract/parameters.h"
#include "matcher/geometry/angle.h"

static float cell_at(const struct grid *grid, float x, float y)
{
    int32_t column = (int32_t)(x / CELL), row = (int32_t)(y / CELL);
    if (x < 0 || y < 0 || column >= grid->columns || row >= grid->rows)
        return 0;
    return grid->at[row * grid->columns + column];
}

/* Ridges end at the border of the contact, minutiae do not. */
static void remove_at_border(struct extraction *extraction)
{
    for (int32_t i = 0; i < extraction->vortex_count; i++) {
        struct vortex *vortex = &extraction->vortices[i];
        for (int32_t step = 0; step < 16; step++) {
            struct unit_vector ray = matcher_angle_unit_vector((float)step / 16);
            float x = vortex->x + BORDER_DISTANCE * ray.x, y = vortex->y + BORDER_DISTANCE * ray.y;
            if (x >= (float)extraction->width || y >= (float)extraction->height ||
                cell_at(&extraction->mask, x, y) == 0)
                vortex->removed = true;
        }
    }
}

/* Opposite vortices close together undo each other: a disturbance of ridges that go on. */
static bool opposite(const struct vortex *a, const struct vortex *b)
{
    return a->ux * b->ux + a->uy * b->uy < 0;
}

/* px to the nearest opposite vortex, at most most. */
static float opposite_distance(const struct extraction *extraction, const struct vortex *vortex, float most)
{
    float nearest = most * most;
    for (int32_t i = 0; i < extraction->vortex_count; i++) {
        const struct vortex *other = &extraction->vortices[i];
        float dx = other->x - vortex->x, dy = other->y - vortex->y, distance = dx * dx + dy * dy;
        if (distance < nearest && opposite(vortex, other))
            nearest = distance;
    }
    return __builtin_sqrtf(nearest);
}

/* The wave that the local period and the vortex alone would make, turned back out of the wave there is: what
 * remains has the same phase all round where the vortex is a true one. 0..1. */
static float ring_agreement(const struct extraction *extraction, const struct vortex *vortex, float period)
{
    int32_t centre_x = (int32_t)vortex->x, centre_y = (int32_t)vortex->y;
    int32_t direction = matcher_wave_direction(extraction, centre_x, centre_y);
    struct unit_vector along = matcher_angle_unit_vector(0.5f * (float)direction / FILTER_DIRECTIONS);
    float charge = along.x * vortex->ux + along.y * vortex->uy > 0 ? 1.0f : -1.0f;
    float even = 0, odd = 0, amplitude = 1e-6f;
    for (int32_t ring = 0; ring < VORTEX_RINGS; ring++)
        for (int32_t step = 0; step < VORTEX_STEPS; step++) {
            struct unit_vector ray = matcher_angle_unit_vector((float)step / VORTEX_STEPS);
            float radius = (0.5f + 0.25f * (float)ring) * period;
            float dx = radius * ray.x, dy = radius * ray.y;
            int32_t x = (int32_t)(vortex->x + dx + 0.5f), y = (int32_t)(vortex->y + dy + 0.5f);
            if (x < 0 || y < 0 || x >= extraction->image.width || y >= extraction->image.height)
                continue;
            struct wave wave = matcher_wave_at(extraction, x, y, direction);
            float forward = dx * along.x + dy * along.y, across = dy * along.x - dx * along.y;
            struct unit_vector model =
                matcher_angle_unit_vector(across / period + charge * matcher_angle_of(forward, across));
            even += wave.even * model.x + wave.odd * model.y;
            odd += wave.odd * model.x - wave.even * model.y;
            amplitude += __builtin_sqrtf(wave.even * wave.even + wave.odd * wave.odd);
        }
    return __builtin_sqrtf(even * even + odd * odd) / amplitude;
}

static float clarity_around(const struct extraction *extraction, const struct vortex *vortex)
{
    float sum = 0;
    for (int32_t row = -1; row <= 1; row++)
        for (int32_t column = -1; column <= 1; column++)
            sum += cell_at(
                &extraction->clarity, vortex->x + (float)(column * CELL), vortex->y + (float)(row * CELL));
    return sum / 9;
}

/* How probably another impression of the finger shows this minutia too, by logistic regression. */
static float repeatability(const struct extraction *extraction, const struct vortex *vortex, float period)
{
    float logit = QUALITY_BIAS + QUALITY_RING * ring_agreement(extraction, vortex, period) +
                  QUALITY_CLARITY * clarity_around(extraction, vortex) +
                  QUALITY_OPPOSITE * opposite_distance(extraction, vortex, OPPOSITE_REACH) / OPPOSITE_REACH;
    return logit >= 0 ? 1 / (1 + matcher_angle_decay(logit))
                      : matcher_angle_decay(-logit) / (1 + matcher_angle_decay(-logit));
}

/* The line that begins at the vortex is dark where a ridge ends, light where one forks round a valley. */
static bool is_bifurcation(const struct extraction *extraction, const struct vortex *vortex, float period)
{
    float sum = 0;
    for (int32_t step = 1; step <= 4; step++) {
        float distance = 0.25f * period * (float)step;
        int32_t x = (int32_t)(vortex->x + distance * vortex->ux + 0.5f);
        int32_t y = (int32_t)(vortex->y + distance * vortex->uy + 0.5f);
        sum += extraction->even.at[y * extraction->even.stride + x];
    }
    return sum > 0;
}

void matcher_filter_minutiae(struct extraction *extraction)
{
    remove_at_border(extraction);
    for (int32_t i = 0; i < extraction->vortex_count; i++) {
        struct vortex *vortex = &extraction->vortices[i];
        if (vortex->removed)
            continue;
        float period = cell_at(&extraction->period, vortex->x, vortex->y);
        vortex->quality = repeatability(extraction, vortex, period);
        vortex->bifurcation = is_bifurcation(extraction, vortex, period);
        vortex->removed = opposite_distance(extraction, vortex, OPPOSITE_REACH) < PAIR_DISTANCE ||
                          vortex->quality < QUALITY_LEAST;
    }
}
