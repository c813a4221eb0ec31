/* template.h: kordon's packed template, byte by byte. Private to the matcher folder.
 *
 * A packed template is plain bytes without pointers or padding, so that it can be stored, sealed and compared
 * where it lies, at any alignment. Integers are little endian. Version 1:
 *
 *     0   2  magic "KT"
 *     2   1  version, 1
 *     3   1  flags: bit 0 = foreign; all others 0
 *     4   2  width, px at 500 ppi      (1..TEMPLATE_SIDE_MAX)
 *     6   2  height, px at 500 ppi     (1..TEMPLATE_SIDE_MAX)
 *     8   1  quality of the sample     (0-100)
 *     9   1  minutiae, count n         (0-255)
 *    10   1  flow: first column        in cells of 16 px, from the image's left edge
 *    11   1  flow: first row           in cells of 16 px, from the image's top edge
 *    12   1  flow: columns c
 *    13   1  flow: rows r              (c * r <= TEMPLATE_FLOW_CELLS_MAX; both 0 in foreign templates)
 *    14   1  median ridge period, 1/8 px (0 = unknown)
 *    15   1  reserved, 0
 *    16  6n  minutiae, best quality first (equal quality: by y, then x, then direction):
 *              0 2 x, 1/8 px   2 2 y, 1/8 px   4 1 direction, 1/256 turn   5 1 type << 6 | quality (0-63)
 *   +6n  cr  ridge flow of the covered box, row by row, one byte a cell: 0 = no ridges known there, otherwise
 *            bit 0 is set and the byte is the ridge orientation in 1/256 half turns (its lowest bit is noise
 * of 0.7 degrees): subtracting two bytes as int8_t gives their difference, wrapped around correctly.
 *
 * The length is exactly 16 + 6n + cr. A layout that adds something gets a new version; check() refuses
 * versions it does not know.
 *
 * Thread rule: no state; all functions touch only their arguments.
 */
#ifndef KORDON_MATCHER_TEMPLATE_H
#define KORDON_MATCHER_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "matcher/matcher.h"

#define TEMPLATE_VERSION         1
#define TEMPLATE_HEADER_BYTES    16
#define TEMPLATE_MINUTIA_BYTES   6
#define TEMPLATE_UNITS_PER_PIXEL 8    /* minutia positions and the ridge period are in 1/8 px at 500 ppi */
#define TEMPLATE_SIDE_MAX        4095 /* px; in 1/8 px a position stays below 2^15 */
#define TEMPLATE_CELL            16   /* px, side of a flow cell */
#define TEMPLATE_FLOW_CELLS_MAX  2048
#define TEMPLATE_QUALITY_MAX     63

_Static_assert(
    TEMPLATE_HEADER_BYTES + TEMPLATE_MINUTIA_BYTES * MATCHER_MINUTIAE_MAX + TEMPLATE_FLOW_CELLS_MAX <=
        MATCHER_TEMPLATE_BYTES_MAX,
    "the largest template fits");

enum template_minutia_type {
    TEMPLATE_OTHER = 0, /* foreign records may not tell; also where extraction can't decide */
    TEMPLATE_ENDING = 1,
    TEMPLATE_BIFURCATION = 2,
};

/* A minutia. Its direction follows ISO/IEC 19794-2: of an ending, from the ridge's end back along the ridge;
 * of a bifurcation, from the fork into the valley between its two branches. So an ending that pressure turns
 * into a bifurcation (or back) keeps its direction. */
struct template_minutia {
    uint16_t x, y;     /* 1/8 px, inside the image: x < 8 * width, y < 8 * height */
    uint8_t direction; /* 1/256 turn, counter-clockwise from the positive x axis as the eye sees it */
    uint8_t type;      /* enum template_minutia_type */
    uint8_t quality;   /* 0..TEMPLATE_QUALITY_MAX; 0 = worst or unknown */
};

/* Ridge flow over a box of cells; cells[row * columns + column] as packed. The cell (column, row) of the box
 * covers the pixels from 16 * (first_column + column), 16 * (first_row + row). */
struct template_flow {
    uint8_t first_column, first_row, columns, rows;
    uint8_t cells[TEMPLATE_FLOW_CELLS_MAX];
};

/* Everything a template holds, unpacked: what extraction and the codecs hand to template_pack(). Some 4 kB of
 * biometric data: keep it in a workspace. */
struct template_content {
    uint16_t width, height;
    uint8_t quality;
    uint8_t period; /* 1/8 px; 0 = unknown */
    bool foreign;   /* made from another extractor's record: flow is empty */
    uint8_t minutiae_count;
    struct template_minutia minutiae[MATCHER_MINUTIAE_MAX];
    struct template_flow flow;
};

/* An orientation (1/256 half turn) as a flow cell: never the 0 of an unknown one. */
static inline uint8_t template_flow_cell(uint8_t orientation)
{
    return orientation | 1;
}

/* Packs content, which it sorts into the packed order first. The content must keep the ranges stated above;
 * anything else is our own error and gives INTERNAL_ERROR with template emptied. */
enum reason template_pack(
    struct template_content *content, struct matcher_template *template, struct failure *failure);

/* Reads a packed template in place. The bytes must have passed matcher_template_check() or come from
 * template_pack(), and must outlive the view. */
struct template_view {
    const uint8_t *minutiae; /* minutiae_count packed ones */
    const uint8_t *flow;     /* columns * rows cells */
    uint16_t width, height;
    uint8_t quality, period, minutiae_count;
    uint8_t first_column, first_row, columns, rows;
    bool foreign;
};

struct template_view template_view(const uint8_t *bytes);

/* The minutia of that index, index < minutiae_count. */
static inline struct template_minutia template_view_minutia(const struct template_view *view, uint32_t index)
{
    const uint8_t *packed = view->minutiae + TEMPLATE_MINUTIA_BYTES * index;
    struct template_minutia minutia = {
        .x = (uint16_t)(packed[0] | packed[1] << 8),
        .y = (uint16_t)(packed[2] | packed[3] << 8),
        .direction = packed[4],
        .type = packed[5] >> 6,
        .quality = packed[5] & TEMPLATE_QUALITY_MAX,
    };
    return minutia;
}

/* The flow cell at a position in 1/8 px, which may lie anywhere (also outside the image); 0 where no flow is
 * known. */
static inline uint8_t template_view_flow(const struct template_view *view, int32_t x, int32_t y)
{
    int32_t column = (x >> 7) - view->first_column; /* 1/8 px and 16 px a cell: 2^7 */
    int32_t row = (y >> 7) - view->first_row;
    if (column < 0 || row < 0 || column >= view->columns || row >= view->rows)
        return 0;
    return view->flow[row * view->columns + column];
}

/* All minutiae in the packed order, minutiae_count of them: the cheap way where all are wanted. */
void template_unpack_minutiae(const struct template_view *view, struct template_minutia *minutiae);

/* The cells of the ridge flow box as they were packed: cell (column, row) of the box goes to
 * cells[row * stride + column]; nothing else of cells is written. stride >= columns, so that the box can be
 * laid into a larger grid. */
void template_unpack_flow(const struct template_view *view, uint8_t *cells, size_t stride);

_Static_assert(TEMPLATE_CELL *TEMPLATE_UNITS_PER_PIXEL == 1 << 7, "the shift in template_view_flow()");

#endif
