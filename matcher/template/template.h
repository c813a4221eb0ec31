/* template.h: kordon's packed template, byte by byte. Private to the matcher folder.
 *
 * A packed template is plain bytes without pointers or padding, so that it can be stored, sealed and compared
 * where it lies, at any alignment. Integers are little endian; within bits the lowest bit of the lowest byte
 * comes first. Version 2:
 *
 *     0   2  magic "KT"
 *     2   1  version, 2
 *     3   1  flags: bit 0 = foreign; all others 0
 *     4   2  size of the whole template, bytes
 *     6   2  width, px at 500 ppi      (1..TEMPLATE_SIDE_MAX)
 *     8   2  height, px at 500 ppi     (1..TEMPLATE_SIDE_MAX)
 *    10   1  quality of the sample     (0-100)
 *    11   1  minutiae, count n         (0-255)
 *    12   1  lowest quality of the minutiae (0-63; 63 where n is 0)
 *    13   1  flow: first column        in cells of 16 px, from the image's left edge
 *    14   1  flow: first row           in cells of 16 px, from the image's top edge
 *    15   1  flow: columns c
 *    16   1  flow: rows r              (c * r <= TEMPLATE_FLOW_CELLS_MAX; both 0 in foreign templates)
 *    17   1  median ridge period, 1/8 px (0 = unknown)
 *    18      minutiae, bits, filled up with zeroes to a whole byte; best quality first (equal quality: by y, then
 *            x, then direction, then type). First for each minutia x and y, 1/8 px, in as many bits as the
 *            largest position in the image needs, 8 bits direction, 1/256 turn, and 2 bits type. Then for each
 *            minutia its quality: as many zeroes as it is below the one before (63 before the first), and a one
 *     ..     ridge flow of the covered box, bits, filled up with zeroes to a whole byte. Row by row:
 *              the column (from the box's first) where known cells start, and the one behind the last of them,
 *              each as its difference from the row above (0 and c above the first row); both 0 where no cell is
 *              known, and then nothing follows. Differences 0, -1, 1, -2 are coded 1, 01, 001, 0001; of others
 *              comes 0000 and then the column itself, 8 bits
 *              1 bit: 1 where cells between these two are unknown
 *              for each cell between them 1 bit, 1 = known (left out where the bit above is 0, and for the first
 *              and the last), and where it is known its orientation q, 1/64 half turn, as the difference d from
 *              what its neighbours let expect, -32..31. With z = 0, 1, 2, 3 .. for d = 0, -1, 1, -2 ..:
 *              z < 8: z / 2 zeroes, a one, and the lowest bit of z; else 0000 and 6 bits z.
 *            Expected is, by the neighbours known, with differences of two orientations wrapped to -32..31:
 *              left L, above A and above left B:  L + floor((3 (A - L) - 2 (B - L) + 2) / 4)
 *              left and above:                    L + floor((A - L) / 2)
 *              otherwise the first known of left, above, above left, above right; or 0.
 *
 * There is exactly one way to write any content; check() refuses every other. A layout that adds something gets
 * a new version; check() refuses versions it does not know, version 1 (never used outside of tests) among them:
 * templates are made from the originals again.
 *
 * Thread rule: no state; all functions touch only their arguments.
 */
#ifndef KORDON_MATCHER_TEMPLATE_TEMPLATE_H
#define KORDON_MATCHER_TEMPLATE_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "matcher/template.h"

#define TEMPLATE_VERSION         2
#define TEMPLATE_HEADER_BYTES    18
#define TEMPLATE_UNITS_PER_PIXEL 8    /* minutia positions and the ridge period are in 1/8 px at 500 ppi */
#define TEMPLATE_SIDE_MAX        4095 /* px; in 1/8 px a position stays below 2^15 */
#define TEMPLATE_CELL            16   /* px, side of a flow cell */
#define TEMPLATE_FLOW_CELLS_MAX  2048
#define TEMPLATE_QUALITY_MAX     63

/* At most: 40 bits and a quality's end for each minutia and its steps, 25 bits for each row and 11 for each cell
 * of ridge flow. */
_Static_assert(TEMPLATE_HEADER_BYTES + (41 * MATCHER_MINUTIAE_MAX + TEMPLATE_QUALITY_MAX + 7) / 8 +
                       (25 * UINT8_MAX + 11 * TEMPLATE_FLOW_CELLS_MAX + 7) / 8 <=
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

/* Ridge flow over a box of cells, cells[row * columns + column]. The cell (column, row) of the box covers the
 * pixels from 16 * (first_column + column), 16 * (first_row + row). 0 = no ridges known there, otherwise bit 0
 * is set and the byte is the ridge orientation in 1/256 half turns: subtracting two bytes as int8_t gives their
 * difference, wrapped around correctly. Packing keeps 1/64 half turns: bit 1 of a known cell comes back as 0. */
struct template_flow {
    uint8_t first_column, first_row, columns, rows;
    uint8_t cells[TEMPLATE_FLOW_CELLS_MAX];
};

/* Everything a template holds, unpacked: what extraction and the codecs hand to matcher_template_pack(). Some 4 kB of
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
enum reason matcher_template_pack(
    struct template_content *content, struct matcher_template *template, struct failure *failure);

/* Reads a packed template in place. The bytes must have passed matcher_template_check() or come from
 * matcher_template_pack(), and must outlive the view. */
struct template_view {
    const uint8_t *bytes; /* the whole template */
    size_t flow_at, size; /* where in it the ridge flow starts and ends, in coded form */
    uint16_t width, height;
    uint8_t quality, period, minutiae_count, lowest_quality;
    uint8_t first_column, first_row, columns, rows;
    bool foreign;
};

struct template_view matcher_template_view(const uint8_t *bytes);

/* All minutiae in the packed order, minutiae_count of them. */
void matcher_template_unpack_minutiae(const struct template_view *view, struct template_minutia *minutiae);

/* The cells of the ridge flow box: cell (column, row) of the box goes to cells[row * stride + column]; nothing
 * else of cells is written. stride >= columns, so that the box can be laid into a larger grid. */
void matcher_template_unpack_flow(const struct template_view *view, uint8_t *cells, size_t stride);

#endif
