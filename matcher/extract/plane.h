/* plane.h: the images and grids that extraction's steps hand on, and the workspace they lie in. Private.
 *
 * A plane has a margin of PLANE_MARGIN pixels on every side, so that filters need not ask where the image
 * ends. A cell is a square of CELL pixels, a block one of BLOCK pixels; planes are whole cells wide and high.
 */
#ifndef KORDON_MATCHER_EXTRACT_PLANE_H
#define KORDON_MATCHER_EXTRACT_PLANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CELL         8
#define BLOCK        4
#define PLANE_MARGIN 32 /* px; no filter reaches farther */

/* Pixel (x, y) is at[y * stride + x]; x and y may be negative down to -PLANE_MARGIN. */
struct plane {
    float *at;
    int32_t width, height; /* px, multiples of CELL */
    int32_t stride;        /* floats from one row to the next */
};

/* One value a cell, row by row, without margin. */
struct grid {
    float *at;
    int32_t columns, rows;
};

/* Hands out the workspace from its start to its end. With memory NULL it only counts. */
struct arena {
    uint8_t *memory;
    size_t size;
    size_t used; /* may exceed size: then the workspace is too small and what was taken is NULL */
};

/* Zeroed, 64-byte aligned; NULL where the arena only counts or is full. */
void *matcher_arena_take(struct arena *arena, size_t size);

struct plane matcher_plane_take(struct arena *arena, int32_t width, int32_t height);
struct grid matcher_grid_take(struct arena *arena, int32_t columns, int32_t rows);

/* Mean over (2 * radius + 1)^2 pixels, of those inside width x height; scratch holds plane.stride floats. */
void matcher_plane_box_mean(
    const struct plane *source, const struct plane *target, int32_t radius, float *scratch);

/* Smooths a grid by the 3 x 3 binomial, times times; scratch holds as much as the grid. Outside counts as the
 * nearest inside. */
void matcher_grid_smooth(const struct grid *grid, int32_t times, float *scratch);

#endif
