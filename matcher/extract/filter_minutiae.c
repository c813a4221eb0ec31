#include "matcher/extract/filter_minutiae.h"

#include "matcher/extract/angle.h"
#include "matcher/extract/orientation.h"
#include "matcher/parameters.h"

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
            struct unit_vector ray = angle_unit_vector((float)step / 16);
            float x = vortex->x + BORDER_DISTANCE * ray.x, y = vortex->y + BORDER_DISTANCE * ray.y;
            if (x >= (float)extraction->width || y >= (float)extraction->height ||
                cell_at(&extraction->mask, x, y) == 0)
                vortex->removed = true;
        }
    }
}

/* Opposite vortices close together undo each other: a disturbance of ridges that go on. */
static void remove_pairs(struct extraction *extraction)
{
    for (int32_t i = 0; i < extraction->vortex_count; i++) {
        struct vortex *a = &extraction->vortices[i];
        int32_t partner = -1;
        float nearest = PAIR_DISTANCE * PAIR_DISTANCE;
        for (int32_t j = 0; j < extraction->vortex_count; j++) {
            const struct vortex *b = &extraction->vortices[j];
            float dx = b->x - a->x, dy = b->y - a->y, distance = dx * dx + dy * dy;
            if (j != i && a->ux * b->ux + a->uy * b->uy < -0.5f && distance < nearest) {
                nearest = distance;
                partner = j;
            }
        }
        if (partner >= 0)
            a->removed = true;
    }
}

static void judge(struct extraction *extraction)
{
    for (int32_t i = 0; i < extraction->vortex_count; i++) {
        struct vortex *vortex = &extraction->vortices[i];
        float period = cell_at(&extraction->period, vortex->x, vortex->y);
        vortex->quality = cell_at(&extraction->clarity, vortex->x, vortex->y);
        float sum = 0;
        for (int32_t step = 1; step <= 4; step++) {
            float distance = 0.25f * period * (float)step;
            int32_t x = (int32_t)(vortex->x + distance * vortex->ux + 0.5f);
            int32_t y = (int32_t)(vortex->y + distance * vortex->uy + 0.5f);
            sum += extraction->even.at[y * extraction->even.stride + x];
        }
        vortex->bifurcation = sum > 0;
    }
}

void filter_minutiae(struct extraction *extraction)
{
    remove_pairs(extraction);
    remove_at_border(extraction);
    judge(extraction);
}
