/* measure_flow_field.c: ridge flow is smooth but at the few cores and deltas of a finger. Where skin was cut and sewn
 * together, grafted or burnt it jumps along the scars, and minutiae crowd there (Yoon, Feng, Jain: Altered
 * fingerprints, 2012). They fit a smooth model to the flow; here neighbouring cells are compared, away from the
 * singular points that a finger may have.
 */
#include "matcher/extract/measure_flow_field.h"

#include "matcher/extract/parameters.h"

/* What the steps share: unit vectors of the doubled angle (zero where there is no fingerprint), and how fully the
 * flow turns round each cell. All in extraction's scratch grids. */
struct field {
    const struct grid *mask;
    struct grid x, y;
    struct grid loop, delta; /* 0..1 */
};

static void fill_units(const struct extraction *extraction, struct field *field)
{
    const struct flow *flow = &extraction->flow;
    for (int32_t i = 0; i < field->mask->columns * field->mask->rows; i++) {
        float x = flow->x.at[i], y = flow->y.at[i];
        float scale = field->mask->at[i] / (__builtin_sqrtf(x * x + y * y) + 1e-6f);
        field->x.at[i] = scale * x;
        field->y.at[i] = scale * y;
        field->loop.at[i] = field->delta.at[i] = 0;
    }
}

/* Round a loop's end the doubled angle turns once with the way round, round a delta once against it: the complex
 * moments of order 1 and -1 (Nilsson and Bigun, 2003). */
static void measure_turning(struct field *field, int32_t column, int32_t row)
{
    const int32_t reach = MEASURE_CORE_REACH, columns = field->mask->columns;
    float loop_x = 0, loop_y = 0, delta_x = 0, delta_y = 0, weights = 0;
    for (int32_t dy = -reach; dy <= reach; dy++)
        for (int32_t dx = -reach; dx <= reach; dx++) {
            int32_t x = column + dx, y = row + dy, square = dx * dx + dy * dy;
            if (square == 0 || square > reach * reach)
                continue;
            weights++;
            if (x < 0 || y < 0 || x >= columns || y >= field->mask->rows)
                continue;
            float scale = 1 / __builtin_sqrtf((float)square);
            float u = scale * field->x.at[y * columns + x], v = scale * field->y.at[y * columns + x];
            loop_x += u * (float)dx + v * (float)dy;
            loop_y += v * (float)dx - u * (float)dy;
            delta_x += u * (float)dx - v * (float)dy;
            delta_y += v * (float)dx + u * (float)dy;
        }
    field->loop.at[row * columns + column] = __builtin_sqrtf(loop_x * loop_x + loop_y * loop_y) / weights;
    field->delta.at[row * columns + column] =
        __builtin_sqrtf(delta_x * delta_x + delta_y * delta_y) / weights;
}

struct place {
    int32_t column, row;
    float strength; /* 0: there is none */
};

/* The strongest cell that lies farther than MEASURE_SINGULAR_REACH from the place before. */
static struct place strongest(const struct grid *grid, struct place before)
{
    struct place best = {0, 0, 0};
    for (int32_t row = 0; row < grid->rows; row++)
        for (int32_t column = 0; column < grid->columns; column++) {
            int32_t dx = column - before.column, dy = row - before.row;
            float value = grid->at[row * grid->columns + column];
            bool near = dx * dx + dy * dy <= MEASURE_SINGULAR_REACH * MEASURE_SINGULAR_REACH;
            if (value > best.strength && !(before.strength > 0 && near))
                best = (struct place){column, row, value};
        }
    return best;
}

/* px from a cell to the nearest that is no fingerprint. */
static float border_distance(const struct grid *mask, struct place place)
{
    int32_t nearest = INT32_MAX;
    for (int32_t y = -1; y <= mask->rows; y++)
        for (int32_t x = -1; x <= mask->columns; x++) {
            bool outside = x < 0 || y < 0 || x >= mask->columns || y >= mask->rows;
            if (!outside && mask->at[y * mask->columns + x] != 0)
                continue;
            int32_t dx = x - place.column, dy = y - place.row;
            nearest = dx * dx + dy * dy < nearest ? dx * dx + dy * dy : nearest;
        }
    return CELL * __builtin_sqrtf((float)nearest);
}

/* --- Jumps --- */

/* Two cores and two deltas are all that a finger has. */
#define SINGULAR_POINTS 4

static bool is_singular(const struct place points[SINGULAR_POINTS], int32_t column, int32_t row)
{
    for (int i = 0; i < SINGULAR_POINTS; i++) {
        int32_t dx = column - points[i].column, dy = row - points[i].row;
        if (points[i].strength > MEASURE_SINGULAR &&
            dx * dx + dy * dy <= MEASURE_SINGULAR_REACH * MEASURE_SINGULAR_REACH)
            return true;
    }
    return false;
}

/* The greatest turn of the flow from a cell to one of its neighbours at that distance, 0..1: 1 is a right angle.
 * clear: only between cells that are clear. */
static float turn_at(const struct extraction *extraction, const struct field *field, int32_t column,
    int32_t row, int32_t distance, bool clear)
{
    const struct grid *mask = field->mask;
    const int32_t steps[4][2] = {{distance, 0}, {0, distance}, {distance, distance}, {-distance, distance}};
    const int32_t i = row * mask->columns + column;
    float most = 0;
    if (clear && extraction->clarity.at[i] <= MEASURE_CLEAR)
        return 0;
    for (int n = 0; n < 4; n++) {
        int32_t x = column + steps[n][0], y = row + steps[n][1], j = y * mask->columns + x;
        if (x < 0 || x >= mask->columns || y >= mask->rows || mask->at[j] == 0 ||
            (clear && extraction->clarity.at[j] <= MEASURE_CLEAR))
            continue;
        float turn = 0.5f - 0.5f * (field->x.at[i] * field->x.at[j] + field->y.at[i] * field->y.at[j]);
        most = turn > most ? turn : most;
    }
    return most;
}

static void measure_jumps(const struct extraction *extraction, const struct field *field,
    const struct place points[SINGULAR_POINTS], struct sample_measures *measures)
{
    const struct grid *mask = field->mask;
    float cells = 0, jumps = 0, clear_jumps = 0, bends = 0;
    for (int32_t row = 0; row < mask->rows; row++)
        for (int32_t column = 0; column < mask->columns; column++) {
            if (mask->at[row * mask->columns + column] == 0)
                continue;
            cells++;
            bends += turn_at(extraction, field, column, row, 2, false) > MEASURE_BEND;
            if (turn_at(extraction, field, column, row, 1, false) <= MEASURE_JUMP)
                continue;
            jumps++;
            clear_jumps += !is_singular(points, column, row) &&
                           turn_at(extraction, field, column, row, 1, true) > MEASURE_JUMP;
        }
    if (cells == 0)
        return;
    measures->of[SAMPLE_MEASURE_JUMPS] = jumps / cells;
    measures->of[SAMPLE_MEASURE_CLEAR_JUMPS] = clear_jumps / cells;
    measures->of[SAMPLE_MEASURE_BENDS] = bends / cells;
}

/* The most minutiae round any one, for each 1,000 px. */
static float measure_crowding(const struct template_content *content)
{
    const float reach = MEASURE_CROWD_REACH * TEMPLATE_UNITS_PER_PIXEL;
    float most = 0;
    for (int32_t i = 0; i < content->minutiae_count; i++) {
        float count = 0;
        for (int32_t j = 0; j < content->minutiae_count; j++) {
            float dx = (float)content->minutiae[i].x - (float)content->minutiae[j].x;
            float dy = (float)content->minutiae[i].y - (float)content->minutiae[j].y;
            count += j != i && dx * dx + dy * dy < reach * reach;
        }
        most = count > most ? count : most;
    }
    return 1000 * most / (3.14159265f * MEASURE_CROWD_REACH * MEASURE_CROWD_REACH);
}

void matcher_measure_flow_field(struct extraction *extraction, struct sample_measures *measures)
{
    const struct grid *mask = &extraction->mask;
    struct field field = {
        mask, extraction->scratch[0], extraction->scratch[1], extraction->scratch[2], extraction->scratch[3]};
    fill_units(extraction, &field);
    for (int32_t row = 0; row < mask->rows; row++)
        for (int32_t column = row & 1; column < mask->columns; column += 2) /* a chessboard of them does */
            if (mask->at[row * mask->columns + column] != 0)
                measure_turning(&field, column, row);
    const struct place none = {0, 0, 0};
    struct place points[SINGULAR_POINTS];
    points[0] = strongest(&field.loop, none);
    points[1] = strongest(&field.loop, points[0]);
    points[2] = strongest(&field.delta, none);
    points[3] = strongest(&field.delta, points[2]);
    measures->of[SAMPLE_MEASURE_CORE] = points[0].strength;
    if (points[0].strength > 0)
        measures->of[SAMPLE_MEASURE_CORE_EDGE] = border_distance(mask, points[0]);
    measure_jumps(extraction, &field, points, measures);
    measures->of[SAMPLE_MEASURE_CROWDING] = measure_crowding(extraction->content);
}
