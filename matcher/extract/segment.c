#include "matcher/extract/segment.h"

#include <string.h>

#include "matcher/extract/parameters.h"

/* Marks the cells that hang together with a start cell and have its mask value; *stack holds every cell once.
 */
static int32_t flood(const struct grid *mask, struct grid *label, int32_t start, float name, int32_t *stack)
{
    float value = mask->at[start];
    int32_t depth = 0, size = 0;
    stack[depth++] = start;
    label->at[start] = name;
    while (depth > 0) {
        int32_t i = stack[--depth], column = i % mask->columns, row = i / mask->columns;
        size++;
        const int32_t neighbours[4] = {column > 0 ? i - 1 : i, column + 1 < mask->columns ? i + 1 : i,
            row > 0 ? i - mask->columns : i, row + 1 < mask->rows ? i + mask->columns : i};
        for (int32_t n = 0; n < 4; n++)
            if (label->at[neighbours[n]] == 0 && mask->at[neighbours[n]] == value) {
                label->at[neighbours[n]] = name;
                stack[depth++] = neighbours[n];
            }
    }
    return size;
}

/* Keeps the largest piece of the mask, and remembers how large the next one was. */
static void keep_largest_piece(struct extraction *extraction)
{
    struct grid *mask = &extraction->mask, label = extraction->scratch[1];
    int32_t cells = mask->columns * mask->rows, *stack = extraction->cell_stack;
    int32_t largest = 0, second = 0;
    float name = 0, largest_name = -1;
    memset(label.at, 0, sizeof(float) * (size_t)cells);
    for (int32_t i = 0; i < cells; i++) {
        if (mask->at[i] == 0 || label.at[i] != 0)
            continue;
        int32_t size = flood(mask, &label, i, ++name, stack);
        if (size > largest) {
            second = largest;
            largest = size;
            largest_name = name;
        } else if (size > second) {
            second = size;
        }
    }
    extraction->second_piece = second;
    for (int32_t i = 0; i < cells; i++)
        mask->at[i] = label.at[i] == largest_name ? 1 : 0;
}

/* Whether the mask covers all of the square of SEGMENT_LEAST_WIDTH cells with that corner. */
static bool covers_square(const struct grid *mask, int32_t left, int32_t top)
{
    float inside = 0;
    for (int32_t row = top; row < top + SEGMENT_LEAST_WIDTH; row++)
        for (int32_t column = left; column < left + SEGMENT_LEAST_WIDTH; column++)
            inside += mask->at[row * mask->columns + column];
    return inside == SEGMENT_LEAST_WIDTH * SEGMENT_LEAST_WIDTH;
}

/* Takes away what is nowhere as wide as a few ridges: frames, scratches, the outline of dirt. */
static void drop_thin_parts(struct extraction *extraction)
{
    struct grid *mask = &extraction->mask, wide = extraction->scratch[1];
    size_t size = sizeof(float) * (size_t)(mask->columns * mask->rows);
    memset(wide.at, 0, size);
    for (int32_t top = 0; top + SEGMENT_LEAST_WIDTH <= mask->rows; top++)
        for (int32_t left = 0; left + SEGMENT_LEAST_WIDTH <= mask->columns; left++)
            if (covers_square(mask, left, top))
                for (int32_t i = 0; i < SEGMENT_LEAST_WIDTH * SEGMENT_LEAST_WIDTH; i++)
                    wide.at[(top + i / SEGMENT_LEAST_WIDTH) * mask->columns + left +
                            i % SEGMENT_LEAST_WIDTH] = 1;
    memcpy(mask->at, wide.at, size);
}

/* What reaches the picture's edge is not enclosed. */
static bool at_edge(const struct grid *grid, int32_t i)
{
    int32_t column = i % grid->columns, row = i / grid->columns;
    return column == 0 || row == 0 || column == grid->columns - 1 || row == grid->rows - 1;
}

/* Fills what the mask encloses and is small against it. */
static void fill_holes(struct extraction *extraction)
{
    struct grid *mask = &extraction->mask;
    struct grid label = extraction->scratch[1], size_of = extraction->scratch[2];
    int32_t cells = mask->columns * mask->rows, *stack = extraction->cell_stack;
    float name = 0, inside = 0;
    memset(label.at, 0, sizeof(float) * (size_t)cells);
    for (int32_t i = 0; i < cells; i++) {
        inside += mask->at[i];
        if (mask->at[i] == 0 && label.at[i] == 0) {
            name++;
            size_of.at[(int32_t)name - 1] = (float)flood(mask, &label, i, name, stack);
        }
    }
    for (int32_t i = 0; i < cells; i++)
        if (mask->at[i] == 0 && at_edge(mask, i))
            size_of.at[(int32_t)label.at[i] - 1] = (float)cells;
    for (int32_t i = 0; i < cells; i++)
        if (mask->at[i] == 0 && size_of.at[(int32_t)label.at[i] - 1] < SEGMENT_HOLE * inside)
            mask->at[i] = 1;
}

void matcher_segment_coarsely(struct extraction *extraction)
{
    struct grid score = extraction->scratch[0], *mask = &extraction->mask;
    int32_t cells = mask->columns * mask->rows;
    memcpy(score.at, extraction->contrast.at, sizeof(float) * (size_t)cells);
    matcher_grid_smooth(&score, 2, extraction->scratch[3].at);
    float relative = SEGMENT_CONTRAST * extraction->high_contrast;
    float least = relative > 2 * NORMALISE_NOISE ? relative : 2 * NORMALISE_NOISE;
    for (int32_t i = 0; i < cells; i++)
        mask->at[i] = score.at[i] > least ? 1 : 0;
    fill_holes(extraction);
}

void matcher_segment_finely(struct extraction *extraction)
{
    struct grid score = extraction->scratch[0], *mask = &extraction->mask;
    int32_t cells = mask->columns * mask->rows;
    for (int32_t i = 0; i < cells; i++)
        score.at[i] = extraction->clarity.at[i] * mask->at[i];
    matcher_grid_smooth(&score, 2, extraction->scratch[3].at);
    for (int32_t i = 0; i < cells; i++)
        mask->at[i] = mask->at[i] != 0 && score.at[i] > SEGMENT_FINE ? 1 : 0;
    drop_thin_parts(extraction);
    keep_largest_piece(extraction);
    fill_holes(extraction);
}
