/* prepare_print.c: from a packed template to minutiae, edges and ridge flow. In a search this is done for every
 * reference, so it is laid out for the compiler to work on several at a time: whole rows without branches. */
#include "matcher/compare/comparison.h"
#include "matcher/compare/lanes.h"

#include <string.h>

/* --- Minutiae --- */

/* Counting sort into bands, of which the index stays; what little is out of order in a band is then moved. Equal
 * heights keep their order. */
static void sort_by_height(struct print *print, const struct template_minutia *minutiae)
{
    uint8_t *start = print->start_of_band, *order = print->place, next[HEIGHT_BANDS + 1];
    memset(start, 0, sizeof print->start_of_band);
    for (uint32_t i = 0; i < print->count; i++)
        start[(minutiae[i].y >> HEIGHT_BAND_SHIFT) + 1]++;
    for (uint32_t band = 1; band <= HEIGHT_BANDS; band++)
        start[band] = (uint8_t)(start[band] + start[band - 1]);
    memcpy(next, start, sizeof next);
    for (uint32_t i = 0; i < print->count; i++) {
        uint32_t place = next[minutiae[i].y >> HEIGHT_BAND_SHIFT]++;
        order[place] = (uint8_t)i;
    }
    for (uint32_t i = 1; i < print->count; i++) {
        const uint8_t moved = order[i];
        uint32_t place = i;
        for (; place > 0 && minutiae[order[place - 1]].y > minutiae[moved].y; place--)
            order[place] = order[place - 1];
        order[place] = moved;
    }
}

/* The best ones (the template has them first), then from top to bottom, so that those near a height are one
 * run. */
static void unpack_minutiae(struct print *print)
{
    struct template_minutia minutiae[MATCHER_MINUTIAE_MAX];
    matcher_template_unpack_minutiae(&print->view, minutiae);
    sort_by_height(print, minutiae);
    for (uint32_t i = 0; i < print->count; i++) {
        const struct template_minutia *minutia = &minutiae[print->place[i]];
        print->x[i] = (int16_t)minutia->x;
        print->y[i] = (int16_t)minutia->y;
        print->direction[i] = minutia->direction;
        print->type[i] = minutia->type;
        print->quality[i] = minutia->quality;
    }
}

/* --- Edges --- */

static uint32_t whole_lanes(uint32_t count)
{
    return (count + LANES - 1) / LANES * LANES;
}

/* Lengths of all possible edges in px, EDGE_TOO_LONG where one is too long or would lead to itself. Rows are read
 * in whole LANES, so behind the last minutia they hold EDGE_TOO_LONG. */
#define EDGE_TOO_LONG 255
struct edge_lengths {
    uint8_t rows[PRINT_MINUTIAE_MAX * PRINT_MINUTIAE_MAX];
    uint8_t reach[PRINT_MINUTIAE_MAX]; /* up to this length a minutia's edges are kept */
};

/* Lengths from one place to LENGTHS_STEP minutiae: fewer than LANES, so that little is done in vain. */
#define LENGTHS_STEP 16
static void measure_step(int32_t from_x, int32_t from_y, const int16_t *restrict x, const int16_t *restrict y,
    uint8_t *restrict lengths)
{
#pragma GCC unroll 1 /* else it is unrolled before it could be made one of vectors */
    for (uint32_t to = 0; to < LENGTHS_STEP; to++) {
        float dx = (float)(x[to] - from_x), dy = (float)(y[to] - from_y);
        float length = __builtin_sqrtf(dx * dx + dy * dy) * (1.0f / TEMPLATE_UNITS_PER_PIXEL) + 0.5f;
        lengths[to] = (uint8_t)(int32_t)(length <= EDGE_LENGTH_MAX ? length : EDGE_TOO_LONG);
    }
}

static void measure_lengths(const struct print *print, struct edge_lengths *lengths)
{
    for (uint32_t from = 0; from < print->count; from++) {
        uint8_t *row = lengths->rows + from * PRINT_MINUTIAE_MAX;
        for (uint32_t to = 0; to < print->count; to += LENGTHS_STEP)
            measure_step(print->x[from], print->y[from], print->x + to, print->y + to, row + to);
        row[from] = EDGE_TOO_LONG;
        memset(row + print->count, EDGE_TOO_LONG, whole_lanes(print->count) - print->count);
    }
}

static uint32_t count_shorter(const uint8_t *row, uint32_t count, uint8_t length)
{
    uint32_t shorter = 0;
    for (uint32_t first = 0; first < count; first += LANES)
        shorter += count_at_most(load_lanes(row + first), same_in_all_lanes((uint8_t)(length - 1)));
    return shorter;
}

#define REACH_STEP      8 /* px */
#define REACH_STEPS     (EDGE_LENGTH_MAX / REACH_STEP)
#define REACH_STEPS_END 32 /* a power of two above it, so that every search takes the same way */
_Static_assert(
    REACH_STEPS < REACH_STEPS_END && (REACH_STEPS_END - 1) * REACH_STEP < EDGE_TOO_LONG, "lengths of steps");

/* How far a minutia's edges may reach so that it has about PRINT_NEIGHBOURS of them: the most steps with no more
 * in them. */
static void measure_reach(const struct print *print, struct edge_lengths *lengths)
{
    for (uint32_t i = 0; i < print->count; i++) {
        const uint8_t *row = lengths->rows + i * PRINT_MINUTIAE_MAX;
        uint32_t steps = 0;
        for (uint32_t half = REACH_STEPS_END / 2; half > 0; half /= 2) {
            uint8_t length = (uint8_t)((steps + half) * REACH_STEP);
            steps += count_shorter(row, print->count, length) <= PRINT_NEIGHBOURS ? half : 0;
        }
        steps = steps < REACH_STEPS ? steps : REACH_STEPS;
        lengths->reach[i] = (uint8_t)(steps * REACH_STEP - (steps > 0));
    }
}

/* Edges as they are found. No minutia reaches more than PRINT_NEIGHBOURS others, so they always fit. */
struct raw_edges {
    uint32_t count;
    uint8_t from[PRINT_EDGES_MAX / 2], to[PRINT_EDGES_MAX / 2];
    uint8_t length[PRINT_EDGES_MAX / 2], bearing[PRINT_EDGES_MAX / 2];
};

/* A bit for each minutia of a row that is within its own reach or the given one, and not too near. */
static uint64_t near_ones(const uint8_t *row, const uint8_t *reach, uint8_t other_reach)
{
    lanes length = load_lanes(row);
    uint64_t reached =
        bits_at_most(length, load_lanes(reach)) | bits_at_most(length, same_in_all_lanes(other_reach));
    return reached & bits_at_most(same_in_all_lanes(EDGE_LENGTH_MIN), length);
}

/* Each pair of minutiae at most once, where either reaches the other; from the upper one to the lower. */
static void collect_edges(const struct print *print, struct raw_edges *raw)
{
    struct edge_lengths lengths;
    measure_lengths(print, &lengths);
    measure_reach(print, &lengths);
    uint32_t count = 0;
    for (uint32_t from = 0; from < print->count; from++) {
        const uint8_t *row = lengths.rows + from * PRINT_MINUTIAE_MAX;
        for (uint32_t first = from / LANES * LANES; first < print->count; first += LANES) {
            uint64_t near = near_ones(row + first, lengths.reach + first, lengths.reach[from]);
            if (first <= from)
                near &= ~UINT64_C(0) << 1 << (from - first);
            if (print->count - first < LANES) /* what lies behind reach is unknown */
                near &= (UINT64_C(1) << (print->count - first)) - 1;
            for (; near != 0 && count < PRINT_EDGES_MAX / 2; near &= near - 1, count++) {
                uint32_t to = first + (uint32_t)__builtin_ctzll(near);
                raw->from[count] = (uint8_t)from;
                raw->to[count] = (uint8_t)to;
                raw->length[count] = row[to];
            }
        }
    }
    raw->count = count;
}

static void measure_bearings(const struct print *print, struct raw_edges *raw)
{
    float dx[PRINT_EDGES_MAX / 2], dy[PRINT_EDGES_MAX / 2];
    for (uint32_t i = 0; i < raw->count; i++) {
        dx[i] = (float)(print->x[raw->to[i]] - print->x[raw->from[i]]);
        dy[i] = (float)(print->y[raw->to[i]] - print->y[raw->from[i]]);
    }
    for (uint32_t i = 0; i < raw->count; i++)
        raw->bearing[i] = bearing_of(dx[i], dy[i]);
}

static void place_edge(
    struct print *print, uint32_t place, uint8_t from, uint8_t to, uint8_t length, uint8_t bearing)
{
    struct print_edges *edges = &print->edges;
    edges->ends[place] = (struct edge_ends){from, to, length};
    edges->from_angle[place] = (uint8_t)(bearing - print->direction[from]);
    edges->to_angle[place] = (uint8_t)(bearing + 128 - print->direction[to]);
}

/* Counting sort by length. */
static void sort_edges(struct print *print, const struct raw_edges *raw, bool both_directions)
{
    struct print_edges *edges = &print->edges;
    uint16_t *start = edges->start_of_length;
    uint32_t each = both_directions ? 2 : 1;
    memset(start, 0, sizeof edges->start_of_length);
    for (uint32_t i = 0; i < raw->count; i++)
        start[raw->length[i] + 1] = (uint16_t)(start[raw->length[i] + 1] + each);
    for (uint32_t length = 1; length < EDGE_LENGTH_MAX + 2; length++)
        start[length] = (uint16_t)(start[length] + start[length - 1]);
    for (uint32_t i = 0; i < raw->count; i++) {
        const uint8_t from = raw->from[i], to = raw->to[i], length = raw->length[i],
                      bearing = raw->bearing[i];
        uint32_t place = start[length];
        start[length] = (uint16_t)(place + each);
        place_edge(print, place, from, to, length, bearing);
        if (both_directions)
            place_edge(print, place + 1, to, from, length, (uint8_t)(bearing + 128));
    }
    /* Each start now is its successor's: move them up again. */
    memmove(start + 1, start, sizeof edges->start_of_length - sizeof start[0]);
    start[0] = 0;
    edges->count = raw->count * each;
    memset(edges->from_angle + edges->count, 0, EDGE_LANES);
    memset(edges->to_angle + edges->count, 0, EDGE_LANES);
}

/* --- Ridges --- */

static void open_ridges(
    struct print_ridges *ridges, uint32_t first_column, uint32_t first_row, uint32_t columns, uint32_t rows)
{
    ridges->first_column = (uint16_t)first_column;
    ridges->first_row = (uint16_t)first_row;
    ridges->columns = (uint16_t)columns;
    ridges->rows = (uint16_t)rows;
    ridges->stride = (uint16_t)(columns / RIDGE_LANES * RIDGE_LANES + RIDGE_LANES);
    memset(ridges->cells, 0, ridges->stride * (rows + 1));
}

/* From COVERAGE_REACH before a cell to as much behind it, as far as that lies within size cells from first. */
static struct run stretch_round(uint32_t cell, uint32_t first, uint32_t size)
{
    uint32_t begin = cell > first + COVERAGE_REACH ? cell - first - COVERAGE_REACH : 0;
    uint32_t end = cell + COVERAGE_REACH + 1 - first;
    return (struct run){begin < size ? begin : size, end < size ? end : size};
}

/* The columns, or the rows, within COVERAGE_REACH of places in 1/8 px; at most COVERAGE_SIDE_MAX. */
static struct run run_round(const int16_t *places, uint32_t count)
{
    uint32_t begin = UINT16_MAX, end = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t cell = (uint32_t)places[i] >> 7;
        begin = cell < begin ? cell : begin;
        end = cell > end ? cell : end;
    }
    begin = begin > COVERAGE_REACH ? begin - COVERAGE_REACH : 0;
    end += COVERAGE_REACH + 1;
    if (count == 0)
        return (struct run){0, 0};
    return (struct run){begin, end - begin < COVERAGE_SIDE_MAX ? end : begin + COVERAGE_SIDE_MAX};
}

/* Without ridge flow, ridges are where minutiae are: within COVERAGE_REACH cells of one. */
static void cover_minutiae(struct print *print)
{
    struct print_ridges *ridges = &print->ridges;
    struct run columns = run_round(print->x, print->count), rows = run_round(print->y, print->count);
    open_ridges(ridges, columns.begin, rows.begin, columns.end - columns.begin, rows.end - rows.begin);
    for (uint32_t i = 0; i < print->count; i++) {
        columns = stretch_round((uint32_t)print->x[i] >> 7, ridges->first_column, ridges->columns);
        rows = stretch_round((uint32_t)print->y[i] >> 7, ridges->first_row, ridges->rows);
        for (uint32_t row = rows.begin; row < rows.end; row++)
            memset(ridges->cells + row * ridges->stride + columns.begin, RIDGES_WITHOUT_FLOW,
                columns.end - columns.begin);
    }
}

static void prepare_ridges(struct print *print)
{
    const struct template_view *view = &print->view;
    if (view->columns == 0) {
        cover_minutiae(print);
        return;
    }
    open_ridges(&print->ridges, view->first_column, view->first_row, view->columns, view->rows);
    matcher_template_unpack_flow(view, print->ridges.cells, print->ridges.stride);
}

/* A row at a time; the padding behind each row has no ridges, so that no row goes on into the next. */
static void mark_inner(struct print_ridges *ridges)
{
    const size_t stride = ridges->stride;
    memset(ridges->inner, 0, stride * (ridges->rows + 1u));
    for (size_t row = 1; row < ridges->rows; row++) {
        const uint8_t *here = ridges->cells + row * stride, *before = here - 1, *behind = here + 1;
        const uint8_t *above = here - stride, *below = here + stride;
        uint8_t *inner = ridges->inner + row * stride;
        for (size_t i = 0; i < stride; i++)
            inner[i] =
                (here[i] != 0) & (before[i] != 0) & (behind[i] != 0) & (above[i] != 0) & (below[i] != 0);
    }
}

static uint16_t measure_density(const struct print *print)
{
    const struct print_ridges *ridges = &print->ridges;
    uint32_t size = (uint32_t)ridges->stride * ridges->rows, covered = 0;
    for (uint32_t i = 0; i < size; i++)
        covered += ridges->cells[i] != 0;
    uint32_t density = print->count * 1024 / (covered + 1);
    return (uint16_t)(density < UINT16_MAX ? density : UINT16_MAX);
}

static void list_covered(struct print *print)
{
    const struct print_ridges *ridges = &print->ridges;
    struct covered_cells *covered = &print->covered;
    uint32_t count = 0;
    for (uint32_t row = 0; row < ridges->rows; row++) {
        const uint8_t *cells = ridges->cells + row * ridges->stride;
        for (uint32_t column = 0; column < ridges->columns; column++) {
            covered->column[count] = (uint8_t)(ridges->first_column + column);
            covered->row[count] = (uint8_t)(ridges->first_row + row);
            covered->flow[count] = cells[column];
            count += cells[column] != 0;
        }
    }
    covered->count = count;
}

/* --- Ridge flow round minutiae --- */

/* Where the samples of a minutia lie relative to it, 1/8 px: FLOW_SAMPLES / 2 on the near ring, then as many on
 * the far one, of twice the radius. */
struct ring_places {
    int16_t x[FLOW_SAMPLES], y[FLOW_SAMPLES];
};

_Static_assert(FLOW_SAMPLES == 16 && FLOW_RING_FAR == 2 * FLOW_RING_NEAR, "as place_rings() has them");

/* Eight places a ring, 1/8 turn apart: those a quarter turn apart have the same coordinates but for order and
 * sign. */
static void place_rings(uint8_t direction, struct ring_places *places)
{
    for (uint32_t i = 0; i < 2; i++) {
        uint8_t turn = (uint8_t)(direction + 16 + 32 * i);
        int16_t cosine = (int16_t)(FLOW_RING_FAR * matcher_turn_cosine(turn) / TURN_ONE);
        int16_t sine = (int16_t)(FLOW_RING_FAR * matcher_turn_cosine((uint8_t)(turn - 64)) / TURN_ONE);
        const int16_t x[4] = {cosine, (int16_t)-sine, (int16_t)-cosine, sine};
        for (uint32_t quarter = 0; quarter < 4; quarter++) {
            uint32_t sample = i + 2 * quarter;
            int16_t y = x[(quarter + 1) % 4]; /* y runs down */
            places->x[8 + sample] = x[quarter], places->y[8 + sample] = y;
            places->x[sample] = x[quarter] / 2, places->y[sample] = y / 2;
        }
    }
}

static void sample_flow(struct print *print, uint32_t minutia)
{
    const struct print_ridges *ridges = &print->ridges;
    const uint8_t direction = print->direction[minutia];
    struct ring_places places;
    uint16_t cells[FLOW_SAMPLES];
    uint8_t found[FLOW_SAMPLES];
    place_rings(direction, &places);
    for (uint32_t i = 0; i < FLOW_SAMPLES; i++) {
        /* Beyond 2^15 they become negative: no less outside of every print. */
        int16_t x = (int16_t)(print->x[minutia] + places.x[i]),
                y = (int16_t)(print->y[minutia] + places.y[i]);
        uint16_t column = (uint16_t)((x >> 7) - ridges->first_column);
        uint16_t row = (uint16_t)((y >> 7) - ridges->first_row);
        column = column < ridges->columns ? column : ridges->columns;
        row = row < ridges->rows ? row : ridges->rows;
        cells[i] = (uint16_t)(row * ridges->stride + column);
    }
    for (uint32_t i = 0; i < FLOW_SAMPLES; i++)
        found[i] = ridges->cells[cells[i]];
    for (uint32_t i = 0; i < FLOW_SAMPLES; i++)
        print->flow[minutia].samples[i] = found[i] == 0 ? 0 : (uint8_t)(found[i] - 2 * direction);
}

static void prepare_flow(struct print *print)
{
    if (print->view.columns == 0) {
        memset(print->flow, 0, sizeof print->flow[0] * print->count);
        return;
    }
    for (uint32_t i = 0; i < print->count; i++)
        sample_flow(print, i);
}

static void turn_flow(struct print *print)
{
    for (uint32_t i = 0; i < FLOW_SAMPLES; i++)
        for (uint32_t minutia = 0; minutia < print->count; minutia++)
            print->reference_flow.samples[i][minutia] = print->flow[minutia].samples[i];
}

void matcher_prepare_print(struct print *print, const uint8_t *template_bytes, bool as_reference)
{
    struct raw_edges raw;
    print->view = matcher_template_view(template_bytes);
    print->count = print->view.minutiae_count;
    if (print->count > PRINT_MINUTIAE_MAX)
        print->count = PRINT_MINUTIAE_MAX;
    unpack_minutiae(print);
    collect_edges(print, &raw);
    measure_bearings(print, &raw);
    sort_edges(print, &raw, as_reference);
    prepare_ridges(print);
    mark_inner(&print->ridges);
    print->density = measure_density(print);
    prepare_flow(print);
    if (as_reference) {
        turn_flow(print);
        list_covered(print);
    }
}
