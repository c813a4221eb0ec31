#include "matcher/extract/find_minutiae.h"

#include "matcher/extract/enhance.h"
#include "matcher/extract/orientation.h"
#include "matcher/extract/parameters.h"
#include "matcher/geometry/angle.h"

#define ZERO_STEPS 4     /* of Newton's method: a fifth moves nothing by 1/8 px */
#define ZERO_REACH 0.75f /* px beside the square: the zero by one filter can lie in the next square */

int32_t matcher_wave_direction(const struct extraction *extraction, int32_t x, int32_t y)
{
    return extraction->direction[y / BLOCK * (extraction->image.width / BLOCK) + x / BLOCK];
}

struct wave matcher_wave_at(const struct extraction *extraction, int32_t x, int32_t y, int32_t direction)
{
    int32_t turn = matcher_wave_direction(extraction, x, y) - direction;
    bool reversed = turn > FILTER_DIRECTIONS / 2 || turn < -FILTER_DIRECTIONS / 2;
    int32_t i = y * extraction->even.stride + x;
    float odd = extraction->odd.at[i];
    return (struct wave){extraction->even.at[i], reversed ? -odd : odd};
}

/* How often the polygon of the four values winds round zero. */
static int32_t winding(const struct wave corner[4])
{
    int32_t turns = 0;
    for (int32_t i = 0; i < 4; i++) {
        struct wave a = corner[i], b = corner[(i + 1) & 3];
        float cross = a.even * b.odd - a.odd * b.even;
        if (a.odd <= 0 && b.odd > 0 && cross > 0)
            turns++;
        else if (a.odd > 0 && b.odd <= 0 && cross < 0)
            turns--;
    }
    return turns;
}

/* A value and its slopes at (x, y) of the unit square between the four corners, bilinear. */
struct slope {
    float value, x, y;
};

static struct slope between(float a, float b, float c, float d, float x, float y)
{
    float top = a + (b - a) * x, bottom = d + (c - d) * x;
    return (struct slope){top + (bottom - top) * y, (b - a) + (c - d - b + a) * y, bottom - top};
}

static float near_square(float value)
{
    return value < -ZERO_REACH ? -ZERO_REACH : value > 1 + ZERO_REACH ? 1 + ZERO_REACH : value;
}

/* Where the wave is zero, counted from the first corner: Newton's method on the bilinear wave. A plane through
 * the corners puts many of the places on the square's edges, so that minutiae would prefer some fractions of a
 * pixel to others. */
static void zero_place(const struct wave corner[4], float *x, float *y)
{
    *x = *y = 0.5f;
    for (int32_t step = 0; step < ZERO_STEPS; step++) {
        struct slope even = between(corner[0].even, corner[1].even, corner[2].even, corner[3].even, *x, *y);
        struct slope odd = between(corner[0].odd, corner[1].odd, corner[2].odd, corner[3].odd, *x, *y);
        float determinant = even.x * odd.y - even.y * odd.x;
        if (determinant * determinant < 1e-12f)
            return;
        *x = near_square(*x - (even.value * odd.y - odd.value * even.y) / determinant);
        *y = near_square(*y - (even.x * odd.value - odd.x * even.value) / determinant);
    }
}

static bool straddles_zero(const float *row, const float *next)
{
    bool positive = row[0] > 0;
    return (row[1] > 0) != positive || (next[0] > 0) != positive || (next[1] > 0) != positive;
}

static void add_vortex(struct extraction *extraction, int32_t x, int32_t y)
{
    int32_t direction = matcher_wave_direction(extraction, x, y);
    const struct wave corner[4] = {
        matcher_wave_at(extraction, x, y, direction),
        matcher_wave_at(extraction, x + 1, y, direction),
        matcher_wave_at(extraction, x + 1, y + 1, direction),
        matcher_wave_at(extraction, x, y + 1, direction),
    };
    int32_t turns = winding(corner);
    if (turns == 0 || extraction->vortex_count == VORTEX_MAX)
        return;
    struct vortex *vortex = &extraction->vortices[extraction->vortex_count++];
    float dx, dy, even[4], odd[4];
    matcher_filter_square_across(extraction, x, y, even, odd);
    const struct wave same[4] = {{even[0], odd[0]}, {even[1], odd[1]}, {even[2], odd[2]}, {even[3], odd[3]}};
    zero_place(same, &dx, &dy);
    struct unit_vector along = matcher_angle_unit_vector(0.5f * (float)direction / FILTER_DIRECTIONS);
    *vortex = (struct vortex){.x = (float)x + dx,
        .y = (float)y + dy,
        .ux = turns > 0 ? along.x : -along.x,
        .uy = turns > 0 ? along.y : -along.y};
}

void matcher_find_minutiae(struct extraction *extraction)
{
    const struct plane *even = &extraction->even;
    const struct grid *mask = &extraction->mask;
    extraction->vortex_count = 0;
    for (int32_t y = 0; y + 1 < even->height; y++) {
        const float *row = even->at + y * even->stride, *next = row + even->stride;
        for (int32_t x = 0; x + 1 < even->width; x++)
            if (mask->at[y / CELL * mask->columns + x / CELL] != 0 && straddles_zero(row + x, next + x))
                add_vortex(extraction, x, y);
    }
}
