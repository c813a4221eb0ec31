#include "matcher/extract/enhance.h"

#include <string.h>

#include "matcher/extract/orientation.h"
#include "matcher/extract/parameters.h"
#include "matcher/geometry/angle.h"

#define REACH_MAX 24 /* px along the longer axis */
#define TAPS_MAX  (2 * (2 * REACH_MAX + 1))

_Static_assert(REACH_MAX + 1 <= PLANE_MARGIN, "filters stay within the planes' margin");

/* A filter along a line through a pixel. Between two pixels of the shorter axis it takes a part of each. There are more than a thousand
 * of them in locked memory: offsets take a byte. */
struct line_filter {
    int32_t taps; /* 0 = not made yet */
    int8_t dx[TAPS_MAX], dy[TAPS_MAX];
    float even[TAPS_MAX], odd[TAPS_MAX];
};

struct filter_bank {
    struct line_filter along[FILTER_DIRECTIONS];
    struct line_filter across[FILTER_PERIODS][FILTER_DIRECTIONS];
    float period[FILTER_PERIODS];
};

struct filter_bank *matcher_filter_bank_take(struct arena *arena)
{
    return matcher_arena_take(arena, sizeof(struct filter_bank));
}

void matcher_filter_bank_reset(struct filter_bank *bank)
{
    float period = PERIOD_MIN;
    for (int32_t i = 0; i < FILTER_PERIODS; i++) {
        bank->period[i] = period;
        period *= FILTER_PERIOD_STEP;
    }
}

/* --- Making filters --- */

static void add_tap(struct line_filter *filter, int32_t dx, int32_t dy, float even, float odd)
{
    filter->dx[filter->taps] = (int8_t)dx;
    filter->dy[filter->taps] = (int8_t)dy;
    filter->even[filter->taps] = even;
    filter->odd[filter->taps] = odd;
    filter->taps++;
}

/* Adds the tap at that many steps along the line, shared between the two pixels it lies between. */
static void add_step(struct line_filter *filter, struct unit_vector line, int32_t step, float even, float odd)
{
    bool flat = line.x * line.x >= line.y * line.y;
    float slope = flat ? line.y / line.x : line.x / line.y;
    float place = slope * (float)step + REACH_MAX; /* positive, so that the cast is a floor */
    int32_t first = (int32_t)place;
    float part = place - (float)first;
    first -= REACH_MAX;
    for (int32_t i = 0; i < 2; i++) {
        float share = i == 0 ? 1 - part : part;
        if (share > 0.02f)
            add_tap(filter, flat ? step : first + i, flat ? first + i : step, share * even, share * odd);
    }
}

/* px of the line that one step of the longer axis makes; negative where the step runs against the line. */
static float step_length(struct unit_vector line)
{
    return line.x * line.x >= line.y * line.y ? 1 / line.x : 1 / line.y;
}

static void make_along(struct line_filter *filter, int32_t direction)
{
    struct unit_vector line = matcher_angle_unit_vector(0.5f * (float)direction / FILTER_DIRECTIONS);
    float length = step_length(line);
    float absolute = length < 0 ? -length : length;
    int32_t reach = (int32_t)(2.2f * FILTER_ALONG / absolute + 0.5f);
    float sum = 0;
    for (int32_t step = -reach; step <= reach; step++) {
        float distance = (float)step * length / FILTER_ALONG;
        sum += matcher_angle_decay(0.5f * distance * distance);
    }
    for (int32_t step = -reach; step <= reach; step++) {
        float distance = (float)step * length / FILTER_ALONG;
        add_step(filter, line, step, matcher_angle_decay(0.5f * distance * distance) / sum, 0);
    }
}

/* A wave of the period in a bell window. Its even part is freed of the mean, and both answer a wave of that
 * period and amplitude 1 by 1. */
static void make_across(struct line_filter *filter, int32_t direction, float period)
{
    struct unit_vector line = matcher_angle_unit_vector(0.5f * (float)direction / FILTER_DIRECTIONS + 0.25f);
    float length = step_length(line);
    float absolute = length < 0 ? -length : length;
    float deviation = FILTER_ACROSS * period;
    int32_t reach = (int32_t)(2.3f * deviation / absolute + 0.5f);
    reach = reach > REACH_MAX ? REACH_MAX : reach;

    float window_sum = 0, even_sum = 0;
    for (int32_t step = -reach; step <= reach; step++) {
        float distance = (float)step * length;
        float window = matcher_angle_decay(0.5f * distance * distance / (deviation * deviation));
        window_sum += window;
        even_sum += window * matcher_angle_unit_vector(distance / period).x;
    }
    float mean = even_sum / window_sum, even_power = 0, odd_power = 0;
    for (int32_t step = -reach; step <= reach; step++) {
        float distance = (float)step * length;
        float window = matcher_angle_decay(0.5f * distance * distance / (deviation * deviation));
        struct unit_vector wave = matcher_angle_unit_vector(distance / period);
        even_power += window * (wave.x - mean) * wave.x;
        odd_power += window * wave.y * wave.y;
    }
    for (int32_t step = -reach; step <= reach; step++) {
        float distance = (float)step * length;
        float window = matcher_angle_decay(0.5f * distance * distance / (deviation * deviation));
        struct unit_vector wave = matcher_angle_unit_vector(distance / period);
        add_step(filter, line, step, window * (wave.x - mean) / even_power, -window * wave.y / odd_power);
    }
}

static const struct line_filter *along_filter(struct filter_bank *bank, int32_t direction)
{
    struct line_filter *filter = &bank->along[direction];
    if (filter->taps == 0)
        make_along(filter, direction);
    return filter;
}

static const struct line_filter *across_filter(struct filter_bank *bank, int32_t direction, float period)
{
    int32_t nearest = 0;
    while (
        nearest + 1 < FILTER_PERIODS && period > 0.5f * (bank->period[nearest] + bank->period[nearest + 1]))
        nearest++;
    struct line_filter *filter = &bank->across[nearest][direction];
    if (filter->taps == 0)
        make_across(filter, direction, bank->period[nearest]);
    return filter;
}

/* --- Using them --- */

void matcher_choose_directions(struct extraction *extraction)
{
    int32_t columns = extraction->image.width / BLOCK, rows = extraction->image.height / BLOCK;
    for (int32_t row = 0; row < rows; row++)
        for (int32_t column = 0; column < columns; column++) {
            struct flow_vector vector = matcher_flow_at(
                &extraction->flow, ((float)column + 0.5f) * BLOCK - 0.5f, ((float)row + 0.5f) * BLOCK - 0.5f);
            float half_turns = matcher_angle_of(vector.x, vector.y); /* the doubled angle in turns */
            int32_t direction = (int32_t)((half_turns + 1) * FILTER_DIRECTIONS + 0.5f) % FILTER_DIRECTIONS;
            extraction->direction[row * columns + column] = (uint8_t)direction;
        }
}

/* A row of a block is one access of the processor's, and with a sanitizer one check: it is read some hundred times for each pixel. */
typedef float block_row __attribute__((vector_size(sizeof(float) * BLOCK)));

static block_row read_row(const float *at)
{
    block_row row;
    memcpy(&row, at, sizeof row);
    return row;
}

static void write_block(const struct plane *target, int32_t start, const block_row sum[static BLOCK])
{
    for (int32_t y = 0; y < BLOCK; y++)
        memcpy(target->at + start + y * target->stride, &sum[y], sizeof sum[y]);
}

static void filter_block_even(
    const struct plane *source, const struct plane *target, int32_t start, const struct line_filter *filter)
{
    block_row sum[BLOCK] = {{0}};
    const float *from = source->at + start;
    for (int32_t tap = 0; tap < filter->taps; tap++) {
        const float *at = from + filter->dy[tap] * source->stride + filter->dx[tap];
        float weight = filter->even[tap];
        for (int32_t y = 0; y < BLOCK; y++)
            sum[y] += weight * read_row(at + y * source->stride);
    }
    write_block(target, start, sum);
}

static void filter_block_both(const struct plane *source, const struct plane *even, const struct plane *odd,
    int32_t start, const struct line_filter *filter)
{
    block_row even_sum[BLOCK] = {{0}}, odd_sum[BLOCK] = {{0}};
    const float *from = source->at + start;
    for (int32_t tap = 0; tap < filter->taps; tap++) {
        const float *at = from + filter->dy[tap] * source->stride + filter->dx[tap];
        float even_weight = filter->even[tap], odd_weight = filter->odd[tap];
        for (int32_t y = 0; y < BLOCK; y++) {
            const block_row row = read_row(at + y * source->stride);
            even_sum[y] += even_weight * row;
            odd_sum[y] += odd_weight * row;
        }
    }
    write_block(even, start, even_sum);
    write_block(odd, start, odd_sum);
}

static void clear_block(const struct plane *plane, int32_t start)
{
    for (int32_t y = 0; y < BLOCK; y++)
        memset(plane->at + start + y * plane->stride, 0, sizeof(float) * BLOCK);
}

static float mask_of_block(const struct extraction *extraction, int32_t column, int32_t row)
{
    const struct grid *mask = &extraction->mask;
    return mask->at[row * BLOCK / CELL * mask->columns + column * BLOCK / CELL];
}

void matcher_smooth_along_ridges(struct extraction *extraction)
{
    const struct plane *image = &extraction->image;
    int32_t columns = image->width / BLOCK, rows = image->height / BLOCK;
    for (int32_t row = 0; row < rows; row++)
        for (int32_t column = 0; column < columns; column++) {
            int32_t start = row * BLOCK * image->stride + column * BLOCK;
            filter_block_even(image, &extraction->along, start,
                along_filter(extraction->filters, extraction->direction[row * columns + column]));
        }
}

void matcher_filter_across_ridges(struct extraction *extraction)
{
    const struct plane *along = &extraction->along;
    const struct grid *period = &extraction->period;
    int32_t columns = along->width / BLOCK, rows = along->height / BLOCK;
    for (int32_t row = 0; row < rows; row++)
        for (int32_t column = 0; column < columns; column++) {
            int32_t start = row * BLOCK * along->stride + column * BLOCK;
            if (mask_of_block(extraction, column, row) == 0) {
                clear_block(&extraction->even, start);
                clear_block(&extraction->odd, start);
                continue;
            }
            float local = period->at[row * BLOCK / CELL * period->columns + column * BLOCK / CELL];
            filter_block_both(along, &extraction->even, &extraction->odd, start,
                across_filter(extraction->filters, extraction->direction[row * columns + column], local));
        }
}

static const struct line_filter *across_filter_of(
    const struct extraction *extraction, int32_t column, int32_t row)
{
    const struct grid *period = &extraction->period;
    float local = period->at[row * BLOCK / CELL * period->columns + column * BLOCK / CELL];
    int32_t columns = extraction->along.width / BLOCK;
    return across_filter(extraction->filters, extraction->direction[row * columns + column], local);
}

void matcher_filter_square_across(
    const struct extraction *extraction, int32_t x, int32_t y, float even[static 4], float odd[static 4])
{
    const struct plane *along = &extraction->along;
    const struct line_filter *filter = across_filter_of(extraction, x / BLOCK, y / BLOCK);
    const float *corner[4] = {along->at + y * along->stride + x};
    corner[1] = corner[0] + 1;
    corner[2] = corner[1] + along->stride;
    corner[3] = corner[0] + along->stride;
    for (int32_t i = 0; i < 4; i++)
        even[i] = odd[i] = 0;
    for (int32_t tap = 0; tap < filter->taps; tap++) {
        int32_t offset = filter->dy[tap] * along->stride + filter->dx[tap];
        for (int32_t i = 0; i < 4; i++) {
            even[i] += filter->even[tap] * corner[i][offset];
            odd[i] += filter->odd[tap] * corner[i][offset];
        }
    }
}

/* The correlation of a cell's image with its enhanced self: near 1 where the image is nothing but ridges. */
static float cell_clarity(const struct plane *image, const struct plane *even, int32_t left, int32_t top)
{
    float power = 0, wave = 0, both = 0;
    for (int32_t y = 0; y < CELL; y++)
        for (int32_t x = 0; x < CELL; x++) {
            float a = image->at[(top + y) * image->stride + left + x];
            float b = even->at[(top + y) * even->stride + left + x];
            power += a * a;
            wave += b * b;
            both += a * b;
        }
    return both <= 0 ? 0 : both / __builtin_sqrtf(power * wave + 1e-6f);
}

void matcher_measure_clarity(struct extraction *extraction)
{
    struct grid *clarity = &extraction->clarity;
    for (int32_t row = 0; row < clarity->rows; row++)
        for (int32_t column = 0; column < clarity->columns; column++)
            clarity->at[row * clarity->columns + column] =
                cell_clarity(&extraction->image, &extraction->even, column * CELL, row * CELL);
}
