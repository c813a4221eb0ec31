/* prepare_print.c: from a packed template to minutiae, edges and coverage. */
#include "matcher/compare/comparison.h"

#include <string.h>

/* --- Edges --- */

struct neighbour {
    int32_t distance; /* squared, 1/8 px */
    uint8_t minutia;
};

/* The nearest minutiae within an edge's length, nearest first; equal distances by index. */
static uint32_t nearest_neighbours(
    const struct print *print, uint32_t minutia, struct neighbour neighbours[PRINT_NEIGHBOURS])
{
    const int32_t shortest = EDGE_LENGTH_MIN * TEMPLATE_UNITS_PER_PIXEL;
    const int32_t longest = EDGE_LENGTH_MAX * TEMPLATE_UNITS_PER_PIXEL;
    uint32_t count = 0;
    int32_t limit = longest * longest;
    for (uint32_t other = 0; other < print->count; other++) {
        int32_t dx = print->x[other] - print->x[minutia], dy = print->y[other] - print->y[minutia];
        int32_t distance = dx * dx + dy * dy;
        if (distance < shortest * shortest || distance >= limit)
            continue;
        uint32_t place = count < PRINT_NEIGHBOURS ? count++ : PRINT_NEIGHBOURS - 1;
        for (; place > 0 && neighbours[place - 1].distance > distance; place--)
            neighbours[place] = neighbours[place - 1];
        neighbours[place] = (struct neighbour){distance, (uint8_t)other};
        if (count == PRINT_NEIGHBOURS)
            limit = neighbours[PRINT_NEIGHBOURS - 1].distance;
    }
    return count;
}

struct raw_edge {
    uint8_t from, to, length, bearing;
};

static float square_root(float value)
{
    return __builtin_sqrtf(value);
}

/* Each pair of neighbours once, whichever of the two chose the other. */
static uint32_t collect_edges(const struct print *print, struct raw_edge *raw)
{
    uint8_t chosen[PRINT_MINUTIAE_MAX][PRINT_MINUTIAE_MAX / 8];
    memset(chosen, 0, sizeof chosen[0] * print->count);
    uint32_t count = 0;
    for (uint32_t from = 0; from < print->count; from++) {
        struct neighbour neighbours[PRINT_NEIGHBOURS];
        uint32_t found = nearest_neighbours(print, from, neighbours);
        for (uint32_t k = 0; k < found; k++) {
            uint32_t to = neighbours[k].minutia;
            if (to < from && (chosen[to][from / 8] >> from % 8 & 1) != 0)
                continue;
            chosen[from][to / 8] |= (uint8_t)(1u << to % 8);
            float dx = print->x[to] - print->x[from], dy = print->y[to] - print->y[from];
            float length = square_root((float)neighbours[k].distance) / TEMPLATE_UNITS_PER_PIXEL;
            raw[count++] = (struct raw_edge){
                (uint8_t)from, (uint8_t)to, (uint8_t)(uint32_t)(length + 0.5f), bearing_of(dx, dy)};
        }
    }
    return count;
}

static void place_edge(struct print *print, uint32_t place, struct raw_edge edge)
{
    struct print_edges *edges = &print->edges;
    edges->from[place] = edge.from;
    edges->to[place] = edge.to;
    edges->length[place] = edge.length;
    edges->bearing[place] = edge.bearing;
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
    for (uint32_t row = 0; row < COVERAGE_SIDE; row++)
        print->coverage.cells += (uint32_t)__builtin_popcountll(print->coverage.rows[row]);
}

void prepare_print(struct print *print, const uint8_t *template_bytes, bool both_directions)
{
    print->view = template_view(template_bytes);
    print->count = print->view.minutiae_count;
    if (print->count > PRINT_MINUTIAE_MAX)
        print->count = PRINT_MINUTIAE_MAX;
    for (uint32_t i = 0; i < print->count; i++) {
        struct template_minutia minutia = template_view_minutia(&print->view, i);
        print->x[i] = (int16_t)minutia.x;
        print->y[i] = (int16_t)minutia.y;
        print->direction[i] = minutia.direction;
        print->type[i] = minutia.type;
        print->quality[i] = minutia.quality;
    }
    struct raw_edge raw[PRINT_MINUTIAE_MAX * PRINT_NEIGHBOURS];
    uint32_t count = collect_edges(print, raw);
    sort_edges(print, raw, count, both_directions);
    prepare_coverage(print);
}
