#include "matcher/extract/fill_template.h"

#include <string.h>

#include "matcher/extract/orientation.h"
#include "matcher/extract/parameters.h"
#include "matcher/geometry/angle.h"

/* Turns counted from x towards y as 1/256 turns of the template, counted the other way. */
static uint8_t template_turns(float turns)
{
    return (uint8_t)(int32_t)((2 - turns) * 256 + 0.5f);
}

static uint16_t template_position(float pixels, int32_t side)
{
    int32_t units =
        (int32_t)((pixels + 0.5f) * TEMPLATE_UNITS_PER_PIXEL); /* a pixel's centre is half a pixel in */
    int32_t end = side * TEMPLATE_UNITS_PER_PIXEL;
    return (uint16_t)(units < 0 ? 0 : units >= end ? end - 1 : units);
}

static void fill_minutiae(struct extraction *extraction)
{
    struct template_content *content = extraction->content;
    /* Quality by quality from the top, so that the best remain where there are too many. */
    for (int32_t quality = TEMPLATE_QUALITY_MAX; quality >= 0; quality--)
        for (int32_t i = 0; i < extraction->vortex_count; i++) {
            const struct vortex *vortex = &extraction->vortices[i];
            if (vortex->removed || (int32_t)(vortex->quality * TEMPLATE_QUALITY_MAX + 0.5f) != quality ||
                content->minutiae_count == MATCHER_MINUTIAE_MAX)
                continue;
            content->minutiae[content->minutiae_count++] = (struct template_minutia){
                .x = template_position(vortex->x, extraction->width),
                .y = template_position(vortex->y, extraction->height),
                .direction = template_turns(matcher_angle_of(vortex->ux, vortex->uy)),
                .type = vortex->bifurcation ? TEMPLATE_BIFURCATION : TEMPLATE_ENDING,
                .quality = (uint8_t)quality,
            };
        }
}

/* A template cell is 2 x 2 of extraction's; known where two of them at least are fingerprint. */
static uint8_t flow_cell(const struct extraction *extraction, int32_t column, int32_t row)
{
    const struct grid *mask = &extraction->mask;
    int32_t known = 0;
    for (int32_t i = 0; i < 4; i++) {
        int32_t x = 2 * column + (i & 1), y = 2 * row + (i >> 1);
        if (x < mask->columns && y < mask->rows)
            known += mask->at[y * mask->columns + x] != 0;
    }
    if (known < 2)
        return 0;
    struct flow_vector vector = matcher_flow_at(
        &extraction->flow, ((float)column + 0.5f) * TEMPLATE_CELL, ((float)row + 0.5f) * TEMPLATE_CELL);
    return template_flow_cell(template_turns(matcher_angle_of(vector.x, vector.y)));
}

/* The box of template cells with known flow. */
struct box {
    int32_t left, top, right, bottom; /* right and bottom exclusive */
};

static struct box known_box(const struct extraction *extraction, int32_t columns, int32_t rows)
{
    struct box box = {columns, rows, 0, 0};
    for (int32_t row = 0; row < rows; row++)
        for (int32_t column = 0; column < columns; column++) {
            if (flow_cell(extraction, column, row) == 0)
                continue;
            box.left = column < box.left ? column : box.left;
            box.right = column + 1 > box.right ? column + 1 : box.right;
            box.top = row < box.top ? row : box.top;
            box.bottom = row + 1 > box.bottom ? row + 1 : box.bottom;
        }
    return box;
}

/* No finger is larger than the template's flow allows; a picture of more keeps the middle. */
static void shrink(struct box *box)
{
    while ((box->right - box->left) * (box->bottom - box->top) > TEMPLATE_FLOW_CELLS_MAX) {
        box->left++;
        box->top++;
        box->right -= box->right > box->left + 1;
        box->bottom -= box->bottom > box->top + 1;
    }
}

static void fill_flow(struct extraction *extraction)
{
    struct template_flow *flow = &extraction->content->flow;
    int32_t columns = (extraction->width + TEMPLATE_CELL - 1) / TEMPLATE_CELL;
    int32_t rows = (extraction->height + TEMPLATE_CELL - 1) / TEMPLATE_CELL;
    struct box box = known_box(extraction, columns, rows);
    if (box.right == 0)
        return;
    shrink(&box);
    flow->first_column = (uint8_t)box.left;
    flow->first_row = (uint8_t)box.top;
    flow->columns = (uint8_t)(box.right - box.left);
    flow->rows = (uint8_t)(box.bottom - box.top);
    for (int32_t row = 0; row < flow->rows; row++)
        for (int32_t column = 0; column < flow->columns; column++)
            flow->cells[row * flow->columns + column] =
                flow_cell(extraction, box.left + column, box.top + row);
}

/* The mean of the periods, which differ little within a finger. */
static uint8_t mean_period(const struct extraction *extraction)
{
    const struct grid *mask = &extraction->mask;
    float sum = 0, cells = 0;
    for (int32_t i = 0; i < mask->columns * mask->rows; i++) {
        sum += mask->at[i] * extraction->period.at[i];
        cells += mask->at[i];
    }
    return cells == 0 ? 0 : (uint8_t)(int32_t)__builtin_floorf(sum / cells * TEMPLATE_UNITS_PER_PIXEL + 0.5f);
}

void matcher_fill_template(struct extraction *extraction)
{
    struct template_content *content = extraction->content;
    content->width = (uint16_t)extraction->width;
    content->height = (uint16_t)extraction->height;
    content->period = mean_period(extraction);
    fill_minutiae(extraction);
    fill_flow(extraction);
}
