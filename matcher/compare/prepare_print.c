/* prepare_print.c: from a packed template to minutiae, edges and coverage. */
#include "matcher/compare/comparison.h"

#include <string.h>

/* --- Minutiae --- */

/* The best ones (the template has them first), then from top to bottom, so that those near a height are one
 * run. Insertion sort: few, and no allocation. */
static void unpack_minutiae(struct print *print)
{
    uint8_t order[PRINT_MINUTIAE_MAX];
    int32_t heights[PRINT_MINUTIAE_MAX];
    for (uint32_t i = 0; i < print->count; i++) {
        int32_t height = template_view_minutia(&print->view, i).y;
        uint32_t place = i;
        for (; place > 0 && heights[place - 1] > height; place--) {
            heights[place] = heights[place - 1];
            order[place] = order[place - 1];
        }
        heights[place] = height;
        order[place] = (uint8_t)i;
    }
    for (uint32_t i = 0; i < print->count; i++) {
        struct template_minutia minutia = template_view_minutia(&print->view, order[i]);
        print->x[i] = (int16_t)minutia.x;
        print->y[i] = (int16_t)minutia.y;
        print->direction[i] = minutia.direction;
        print->type[i] = minutia.type;
        print->quality[i] = minutia.quality;
    }
}

static void index_heights(struct print *print)
{
    uint32_t next = 0;
    for (uint32_t band = 0; band <= HEIGHT_BANDS; band++) {
        while (next < print->count && (uint32_t)print->y[next] >> HEIGHT_BAND_SHIFT < band)
            next++;
        print->start_of_band[band] = (uint8_t)next;
    }
}

/* --- Edges --- */

struct raw_edge {
    uint8_t from, to, length, bearing;
};

/* Lengths of all possible edges in px, EDGE_TOO_LONG where one is too long; lengths[i][j] for i < j only. */
#define EDGE_TOO_LONG 255
struct edge_lengths {
    uint8_t of[PRINT_MINUTIAE_MAX][PRINT_MINUTIAE_MAX];
    uint8_t reach[PRINT_MINUTIAE_MAX]; /* up to this length a minutia's edges are kept */
};

static void measure_lengths(const struct print *print, struct edge_lengths *lengths)
{
    for (uint32_t from = 0; from < print->count; from++)
        for (uint32_t to = from + 1; to < print->count; to++) {
            float dx = (float)(print->x[to] - print->x[from]), dy = (float)(print->y[to] - print->y[from]);
            float length = __builtin_sqrtf(dx * dx + dy * dy) * (1.0f / TEMPLATE_UNITS_PER_PIXEL) + 0.5f;
            lengths->of[from][to] = (uint8_t)(int32_t)(length <= EDGE_LENGTH_MAX ? length : EDGE_TOO_LONG);
        }
}

#define REACH_SHIFT 3 /* reach is found in steps of 8 px */
#define REACH_STEPS (EDGE_TOO_LONG >> REACH_SHIFT)

/* How far a minutia's edges may reach so that it has about PRINT_NEIGHBOURS of them. */
static void measure_reach(const struct print *print, struct edge_lengths *lengths)
{
    uint8_t near[PRINT_MINUTIAE_MAX][REACH_STEPS + 1];
    memset(near, 0, sizeof near[0] * print->count);
    for (uint32_t from = 0; from < print->count; from++)
        for (uint32_t to = from + 1; to < print->count; to++) {
            uint32_t step = lengths->of[from][to] >> REACH_SHIFT;
            near[from][step]++;
            near[to][step]++;
        }
    for (uint32_t i = 0; i < print->count; i++) {
        uint32_t sum = 0, step = 0;
        while (step < EDGE_LENGTH_MAX >> REACH_SHIFT && sum + near[i][step] <= PRINT_NEIGHBOURS)
            sum += near[i][step++];
        lengths->reach[i] = (uint8_t)((step << REACH_SHIFT) - (step > 0));
    }
}

/* Each pair of minutiae at most once, where either reaches the other; from the upper one to the lower. */
static uint32_t collect_edges(const struct print *print, struct raw_edge *raw)
{
    struct edge_lengths lengths;
    measure_lengths(print, &lengths);
    measure_reach(print, &lengths);
    uint32_t count = 0;
    for (uint32_t from = 0; from < print->count; from++)
        for (uint32_t to = from + 1; to < print->count; to++) {
            uint8_t length = lengths.of[from][to];
            if ((length > lengths.reach[from] && length > lengths.reach[to]) || length < EDGE_LENGTH_MIN ||
                count == PRINT_EDGES_MAX / 2)
                continue;
            float dx = (float)(print->x[to] - print->x[from]), dy = (float)(print->y[to] - print->y[from]);
            raw[count++] = (struct raw_edge){(uint8_t)from, (uint8_t)to, length, bearing_of(dx, dy)};
        }
    return count;
}

static void place_edge(struct print *print, uint32_t place, struct raw_edge edge)
{
    struct print_edges *edges = &print->edges;
    edges->from[place] = edge.from;
    edges->to[place] = edge.to;
    edges->length[place] = edge.length;
    edges->from_angle[place] = (uint8_t)(edge.bearing - print->direction[edge.from]);
    edges->to_angle[place] = (uint8_t)(edge.bearing + 128 - print->direction[edge.to]);
}

/* Counting sort by length. */
static void sort_edges(struct print *print, const struct raw_edge *raw, uint32_t count, bool both_directions)
{
    struct print_edges *edges = &print->edges;
    uint16_t *start = edges->start_of_length;
    uint32_t each = both_directions ? 2 : 1;
    memset(start, 0, sizeof edges->start_of_length);
    for (uint32_t i = 0; i < count; i++)
        start[raw[i].length + 1] = (uint16_t)(start[raw[i].length + 1] + each);
    for (uint32_t length = 1; length < EDGE_LENGTH_MAX + 2; length++)
        start[length] = (uint16_t)(start[length] + start[length - 1]);
    for (uint32_t i = 0; i < count; i++) {
        uint16_t *place = &start[raw[i].length];
        place_edge(print, (*place)++, raw[i]);
        if (both_directions) {
            struct raw_edge back = {raw[i].to, raw[i].from, raw[i].length, (uint8_t)(raw[i].bearing + 128)};
            place_edge(print, (*place)++, back);
        }
    }
    /* Each start now is its successor's: move them up again. */
    memmove(start + 1, start, sizeof edges->start_of_length - sizeof start[0]);
    start[0] = 0;
    edges->count = count * each;
    memset(edges->from_angle + edges->count, 0, EDGE_LANES);
    memset(edges->to_angle + edges->count, 0, EDGE_LANES);
}

/* --- Ridge flow round minutiae --- */

/* Half of the samples lie on each ring. */
static void sample_ring(struct print *print, uint32_t minutia, int32_t radius, uint8_t *samples)
{
    const uint8_t step = 256 / (FLOW_SAMPLES / 2);
    uint8_t direction = print->direction[minutia];
    for (uint32_t i = 0; i < FLOW_SAMPLES / 2; i++) {
        uint8_t turn = (uint8_t)(direction + step / 2 + step * i);
        int32_t x = print->x[minutia] + radius * turn_cosine(turn) / TURN_ONE;
        int32_t y = print->y[minutia] - radius * turn_cosine((uint8_t)(turn - 64)) / TURN_ONE;
        uint8_t cell = template_view_flow(&print->view, x, y);
        samples[i] = cell == 0 ? 0 : (uint8_t)(cell - 2 * direction);
    }
}

static void prepare_flow(struct print *print)
{
    for (uint32_t i = 0; i < print->count; i++) {
        sample_ring(print, i, FLOW_RING_NEAR, print->flow[i].samples);
        sample_ring(print, i, FLOW_RING_FAR, print->flow[i].samples + FLOW_SAMPLES / 2);
    }
}

/* --- Coverage --- */

static void cover(struct print_coverage *coverage, int32_t column, int32_t row)
{
    if (column < 0 || row < 0 || column >= COVERAGE_SIDE || row >= COVERAGE_SIDE)
        return;
    coverage->rows[row] |= UINT64_C(1) << column;
}

static void cover_flow(struct print *print)
{
    const struct template_view *view = &print->view;
    for (uint32_t row = 0; row < view->rows; row++)
        for (uint32_t column = 0; column < view->columns; column++)
            if (view->flow[row * view->columns + column] != 0)
                cover(&print->coverage, (int32_t)(view->first_column + column),
                    (int32_t)(view->first_row + row));
}

/* Without ridge flow, ridges are where minutiae are: within COVERAGE_REACH cells of one. */
static void cover_minutiae(struct print *print)
{
    for (uint32_t i = 0; i < print->count; i++)
        for (int32_t row = -COVERAGE_REACH; row <= COVERAGE_REACH; row++)
            for (int32_t column = -COVERAGE_REACH; column <= COVERAGE_REACH; column++)
                cover(&print->coverage, (print->x[i] >> 7) + column, (print->y[i] >> 7) + row);
}

static void prepare_coverage(struct print *print)
{
    memset(&print->coverage, 0, sizeof print->coverage);
    if (print->view.columns > 0)
        cover_flow(print);
    else
        cover_minutiae(print);
}

void prepare_print(struct print *print, const uint8_t *template_bytes, bool both_directions)
{
    print->view = template_view(template_bytes);
    print->count = print->view.minutiae_count;
    if (print->count > PRINT_MINUTIAE_MAX)
        print->count = PRINT_MINUTIAE_MAX;
    unpack_minutiae(print);
    index_heights(print);
    struct raw_edge raw[PRINT_EDGES_MAX / 2];
    uint32_t count = collect_edges(print, raw);
    sort_edges(print, raw, count, both_directions);
    prepare_coverage(print);
    prepare_flow(print);
}
