#include "matcher/extract/find_minutiae.h"

#include "matcher/extract/angle.h"
#include "matcher/extract/orientation.h"
#include "matcher/parameters.h"

int32_t wave_direction(const struct extraction *extraction, int32_t x, int32_t y)
{
    return extraction->direction[y / BLOCK * (extraction->image.width / BLOCK) + x / BLOCK];
}

struct wave wave_at(const struct extraction *extraction, int32_t x, int32_t y, int32_t direction)
{
    int32_t turn = wave_direction(extraction, x, y) - direction;
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

/* Where in the square the wave is zero, by the plane through the four corners; 0..1 from the first corner. */
static void zero_place(const struct wave corner[4], float *x, float *y)
{
    float even = 0, odd = 0;
    for (int32_t i = 0; i < 4; i++) {
        even += 0.25f * corner[i].even;
        odd += 0.25f * corner[i].odd;
    }
    float even_x = 0.5f * (corner[1].even + corner[2].even - corner[0].even - corner[3].even);
    float even_y = 0.5f * (corner[3].even + corner[2].even - corner[0].even - corner[1].even);
    float odd_x = 0.5f * (corner[1].odd + corner[2].odd - corner[0].odd - corner[3].odd);
    float odd_y = 0.5f * (corner[3].odd + corner[2].odd - corner[0].odd - corner[1].odd);
    float determinant = even_x * odd_y - even_y * odd_x;
    *x = *y = 0.5f;
    if (determinant * determinant < 1e-12f)
        return;
    float dx = 0.5f - (even * odd_y - odd * even_y) / determinant;
    float dy = 0.5f - (even_x * odd - odd_x * even) / determinant;
    *x = dx < 0 ? 0 : dx > 1 ? 1 : dx;
    *y = dy < 0 ? 0 : dy > 1 ? 1 : dy;
}

static bool straddles_zero(const float *row, const float *next)
{
    bool positive = row[0] > 0;
    return (row[1] > 0) != positive || (next[0] > 0) != positive || (next[1] > 0) != positive;
}

static void add_vortex(struct extraction *extraction, int32_t x, int32_t y)
{
    int32_t direction = wave_direction(extraction, x, y);
    const struct wave corner[4] = {
        wave_at(extraction, x, y, direction),
        wave_at(extraction, x + 1, y, direction),
        wave_at(extraction, x + 1, y + 1, direction),
        wave_at(extraction, x, y + 1, direction),
    };
    int32_t turns = winding(corner);
    if (turns == 0 || extraction->vortex_count == VORTEX_MAX)
        return;
    struct vortex *vortex = &extraction->vortices[extraction->vortex_count++];
    float dx, dy;
    zero_place(corner, &dx, &dy);
    struct unit_vector along = angle_unit_vector(0.5f * (float)direction / FILTER_DIRECTIONS);
    *vortex = (struct vortex){.x = (float)x + dx,
        .y = (float)y + dy,
        .ux = turns > 0 ? along.x : -along.x,
        .uy = turns > 0 ? along.y : -along.y};
}

void find_minutiae(struct extraction *extraction)
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
