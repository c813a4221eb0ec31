/* flow.c: ridge flow in some three bits a cell: it turns slowly, so that a cell's neighbours above and to the left
 * nearly tell it, and a print has few holes, so that a row is mostly its two ends. */
#include "matcher/template/coding.h"

#include <string.h>

/* What a bound of a row or a cell differs by is zigzagged (0, -1, 1, -2 .. as 0, 1, 2, 3 ..); so many zeroes say
 * that the value itself follows instead. */
#define ESCAPE     4
#define BOUND_BITS 8
#define CELL_BITS  6
#define CELL_MASK  ((1u << CELL_BITS) - 1)

/* A cell's difference is coded in unary but for its lowest bit. */
#define CELL_ESCAPED (2 * ESCAPE) /* the lowest zigzagged difference that escapes */
#define CELL_LONGEST (ESCAPE + CELL_BITS)

static uint32_t zigzag(int32_t difference)
{
    return difference < 0 ? 2 * (uint32_t)-difference - 1 : 2 * (uint32_t)difference;
}

static int32_t unzigzag(uint32_t code)
{
    return (int32_t)(code >> 1) ^ -(int32_t)(code & 1);
}

/* The difference of two cells' orientations, in 1/64 half turns, wrapped. */
static int32_t cell_difference(uint8_t a, uint8_t b)
{
    return (int8_t)(uint8_t)(a - b) / 4; /* exact: all cells have the same two lowest bits */
}

static uint8_t cell_of(uint32_t orientation)
{
    return (uint8_t)((orientation & CELL_MASK) << (8 - CELL_BITS) | 1);
}

/* What a cell's neighbours suggest, in 1/64 half turns; only the lowest CELL_BITS count. 0 is unknown. The
 * weights of the first case are a least squares fit's, rounded. */
static inline uint32_t expected_cell(uint8_t left, uint8_t up, uint8_t up_left, uint8_t up_right)
{
    uint32_t from_left = left >> (8 - CELL_BITS);
    if (left != 0 && up != 0 && up_left != 0)
        return from_left +
               (uint32_t)((3 * cell_difference(up, left) - 2 * cell_difference(up_left, left) + 2) >> 2);
    if (left != 0 && up != 0)
        return from_left + (uint32_t)(cell_difference(up, left) >> 1);
    uint8_t nearest = left != 0 ? left : up != 0 ? up : up_left != 0 ? up_left : up_right;
    return nearest >> (8 - CELL_BITS);
}

/* The known part of a row: start..end-1; both 0 in a row without any. */
struct extent {
    uint32_t start, end;
};

/* A row of cells from its second byte on, between two that are never known. */
struct flow_row {
    uint8_t padded[UINT8_MAX + 2];
};

/* --- Writing --- */

static void code_bound(struct bit_writer *writer, uint32_t expected, uint32_t bound)
{
    uint32_t code = zigzag((int32_t)bound - (int32_t)expected);
    bits_put_unary(writer, code, ESCAPE);
    if (code >= ESCAPE)
        bits_put(writer, bound, BOUND_BITS);
}

static void code_cell(struct bit_writer *writer, uint32_t expected, uint8_t cell)
{
    int32_t difference = (int32_t)(((cell >> (8 - CELL_BITS)) - expected) & CELL_MASK);
    uint32_t code = zigzag(difference < 1 << (CELL_BITS - 1) ? difference : difference - (1 << CELL_BITS));
    bits_put_unary(writer, code >> 1, ESCAPE);
    if (code < CELL_ESCAPED)
        bits_put(writer, code & 1, 1);
    else
        bits_put(writer, code, CELL_BITS);
}

static struct extent extent_of(const uint8_t *cells, uint32_t columns)
{
    struct extent extent = {0, columns};
    while (extent.end > 0 && cells[extent.end - 1] == 0)
        extent.end--;
    while (extent.start < extent.end && cells[extent.start] == 0)
        extent.start++;
    return extent;
}

static bool has_hole(const uint8_t *cells, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (cells[i] == 0)
            return true;
    return false;
}

static void code_cells(
    struct bit_writer *writer, const uint8_t *up, const uint8_t *row, const struct extent *extent)
{
    bool holes = has_hole(row + 1 + extent->start, extent->end - extent->start);
    bits_put(writer, holes, 1);
    for (uint32_t i = extent->start + 1; i <= extent->end; i++) {
        if (holes && i > extent->start + 1 && i < extent->end)
            bits_put(writer, row[i] != 0, 1);
        if (row[i] != 0)
            code_cell(writer, expected_cell(row[i - 1], up[i], up[i - 1], up[i + 1]), row[i]);
    }
}

void matcher_template_code_flow(struct bit_writer *writer, const struct template_flow *flow)
{
    struct flow_row rows[2] = {0};
    struct extent last = {0, flow->columns};
    for (uint32_t i = 0; i < flow->rows; i++) {
        const uint8_t *up = rows[i & 1].padded;
        uint8_t *row = rows[~i & 1].padded;
        for (uint32_t column = 0; column < flow->columns; column++) {
            uint8_t cell = flow->cells[i * flow->columns + column];
            row[column + 1] = cell == 0 ? 0 : cell_of(cell >> (8 - CELL_BITS));
        }
        struct extent extent = extent_of(row + 1, flow->columns);
        code_bound(writer, last.start, extent.start);
        code_bound(writer, last.end, extent.end);
        if (extent.end > 0)
            code_cells(writer, up, row, &extent);
        last = extent;
    }
}

/* --- Reading --- */

struct flow_reader {
    struct bit_reader bits;
    uint32_t columns;
    struct extent last;
    const char *fault; /* the first, or NULL */
};

static void find_fault(struct flow_reader *reader, const char *fault)
{
    if (reader->fault == NULL)
        reader->fault = fault;
}

static uint32_t read_bound(struct flow_reader *reader, uint32_t expected)
{
    uint32_t code = bits_take_unary(&reader->bits, ESCAPE);
    if (code < ESCAPE)
        return expected + (uint32_t)unzigzag(code);
    uint32_t bound = (uint32_t)bits_take(&reader->bits, BOUND_BITS);
    if (zigzag((int32_t)bound - (int32_t)expected) < ESCAPE)
        find_fault(reader, "ridge flow row coded the long way");
    return bound;
}

/* Moves the reader behind a cell and gives its difference from what was expected; *fault is set where the code is
 * not the shortest. */
static inline int32_t read_difference(struct bit_reader *bits, bool *fault)
{
    uint64_t word = bits_peek(bits);
    uint32_t zeroes = (uint32_t)__builtin_ctzll(word | 1 << ESCAPE);
    uint32_t code = 2 * zeroes + (word >> (zeroes + 1) & 1), length = zeroes + 2;
    if (zeroes == ESCAPE) {
        code = word >> ESCAPE & CELL_MASK;
        length = CELL_LONGEST;
        *fault |= code < CELL_ESCAPED;
    }
    bits->position += length;
    return unzigzag(code);
}

static void read_cells(struct flow_reader *reader, const uint8_t *up, uint8_t *row)
{
    struct bit_reader bits = reader->bits; /* a copy, which no write to row can change: a fifth faster */
    const uint32_t first = reader->last.start + 1, last = reader->last.end;
    bool holes = bits_take(&bits, 1) != 0, hole_seen = false, long_cell = false;
    uint8_t left = 0;
    for (uint32_t i = first; i <= last; i++) {
        if (holes && i > first && i < last && bits_take(&bits, 1) == 0) {
            hole_seen = true;
            left = 0;
            continue;
        }
        uint32_t expected = expected_cell(left, up[i], up[i - 1], up[i + 1]);
        left = row[i] = cell_of(expected + (uint32_t)read_difference(&bits, &long_cell));
    }
    reader->bits = bits;
    if (long_cell)
        find_fault(reader, "ridge flow cell coded the long way");
    if (holes && !hole_seen)
        find_fault(reader, "ridge flow row with holes but without one");
}

static void read_row(struct flow_reader *reader, const uint8_t *up, uint8_t *row)
{
    memset(row, 0, reader->columns + 2);
    struct extent extent = {read_bound(reader, reader->last.start), 0};
    extent.end = read_bound(reader, reader->last.end);
    bool possible =
        extent.end == 0 ? extent.start == 0 : extent.start < extent.end && extent.end <= reader->columns;
    if (!possible) {
        find_fault(reader, "impossible ridge flow row");
        extent = (struct extent){0, 0};
    }
    reader->last = extent;
    if (extent.end > 0)
        read_cells(reader, up, row);
}

/* cells may be NULL. */
static void read_flow(
    struct flow_reader *reader, const struct template_view *view, uint8_t *cells, size_t stride)
{
    *reader = (struct flow_reader){
        .bits = {.bytes = view->bytes + view->flow_at, .size = view->size - view->flow_at},
        .columns = view->columns,
        .last = {0, view->columns},
    };
    struct flow_row rows[2] = {0};
    for (uint32_t i = 0; i < view->rows; i++) {
        uint8_t *row = rows[~i & 1].padded;
        read_row(reader, rows[i & 1].padded, row);
        if (cells != NULL)
            memcpy(cells + i * stride, row + 1, view->columns);
    }
}

void matcher_template_unpack_flow(const struct template_view *view, uint8_t *cells, size_t stride)
{
    struct flow_reader reader;
    read_flow(&reader, view, cells, stride);
}

const char *matcher_template_flow_fault(const struct template_view *view)
{
    struct flow_reader reader;
    read_flow(&reader, view, NULL, 0);
    if (reader.fault == NULL && !bits_ended(&reader.bits))
        return "ridge flow does not end where it must";
    return reader.fault;
}
