#include "matcher/extract/measure_sample.h"

#include <string.h>

#include "matcher/extract/measure_flow_field.h"
#include "matcher/extract/parameters.h"

/* Sums over pixels leave out every second row: they don't need more. */
#define ROW_STEP    2
#define CELL_PIXELS (CELL * CELL / ROW_STEP)

/* --- Ridges and valleys --- */

struct line_sums {
    float pixels, gray, rough;
};

struct pixel_sums {
    struct line_sums ridge, valley;
};

static void add_cell(const struct extraction *extraction, int32_t left, int32_t top, struct pixel_sums *sums)
{
    float ridges[CELL] = {0}, ridge_gray[CELL] = {0}, ridge_rough[CELL] = {0};
    float valleys[CELL] = {0}, valley_gray[CELL] = {0}, valley_rough[CELL] = {0};
    for (int32_t y = 0; y < CELL; y += ROW_STEP) {
        int32_t start = (top + y) * extraction->image.stride + left;
        const float *image = extraction->image.at + start, *along = extraction->along.at + start;
        const float *raw = extraction->raw.at + start;
        for (int32_t x = 0; x < CELL; x++) {
            float rough = (image[x] - along[x]) * (image[x] - along[x]);
            float ridge = along[x] < -MEASURE_LEVEL ? 1.0f : 0.0f;
            float valley = along[x] > MEASURE_LEVEL ? 1.0f : 0.0f;
            ridges[x] += ridge;
            ridge_gray[x] += ridge * raw[x];
            ridge_rough[x] += ridge * rough;
            valleys[x] += valley;
            valley_gray[x] += valley * raw[x];
            valley_rough[x] += valley * rough;
        }
    }
    for (int32_t x = 0; x < CELL; x++) {
        sums->ridge.pixels += ridges[x];
        sums->ridge.gray += ridge_gray[x];
        sums->ridge.rough += ridge_rough[x];
        sums->valley.pixels += valleys[x];
        sums->valley.gray += valley_gray[x];
        sums->valley.rough += valley_rough[x];
    }
}

static struct pixel_sums measure_lines(const struct extraction *extraction, struct sample_measures *measures)
{
    const struct grid *mask = &extraction->mask;
    struct pixel_sums sums = {0};
    for (int32_t row = 0; row < mask->rows; row++)
        for (int32_t column = 0; column < mask->columns; column++)
            if (mask->at[row * mask->columns + column] != 0)
                add_cell(extraction, column * CELL, row * CELL, &sums);
    /* Without any of them the sums are zero, and so is what comes of them. */
    sums.ridge.pixels += sums.ridge.pixels == 0;
    sums.valley.pixels += sums.valley.pixels == 0;
    measures->of[SAMPLE_MEASURE_CONTRAST] =
        sums.valley.gray / sums.valley.pixels - sums.ridge.gray / sums.ridge.pixels;
    measures->of[SAMPLE_MEASURE_RIDGE_ROUGHNESS] = sums.ridge.rough / sums.ridge.pixels;
    measures->of[SAMPLE_MEASURE_VALLEY_ROUGHNESS] = sums.valley.rough / sums.valley.pixels;
    return sums;
}

/* --- The fingerprint's cells --- */

static float flow_length(const struct flow *flow, int32_t i)
{
    return __builtin_sqrtf(flow->x.at[i] * flow->x.at[i] + flow->y.at[i] * flow->y.at[i]);
}

static void measure_cells(const struct extraction *extraction, struct sample_measures *measures)
{
    const struct grid *mask = &extraction->mask;
    float cells = 0, clarity = 0, unclear = 0, coherence = 0;
    for (int32_t i = 0; i < mask->columns * mask->rows; i++) {
        if (mask->at[i] == 0)
            continue;
        cells++;
        clarity += extraction->clarity.at[i];
        unclear += extraction->clarity.at[i] < MEASURE_UNCLEAR;
        coherence += flow_length(&extraction->flow, i);
    }
    if (cells == 0)
        return;
    measures->of[SAMPLE_MEASURE_AREA] = cells * CELL_MM2;
    measures->of[SAMPLE_MEASURE_CLARITY] = clarity / cells;
    measures->of[SAMPLE_MEASURE_UNCLEAR_SHARE] = unclear / cells;
    measures->of[SAMPLE_MEASURE_COHERENCE] = coherence / cells;
}

static void measure_minutiae(const struct extraction *extraction, struct sample_measures *measures)
{
    const struct template_content *content = extraction->content;
    for (int32_t i = 0; i < content->minutiae_count; i++)
        measures->of[SAMPLE_MEASURE_GOOD_MINUTIAE] +=
            (float)content->minutiae[i].quality >= MEASURE_GOOD_MINUTIA * TEMPLATE_QUALITY_MAX;
}

/* --- Contact: where there is skin, ridges or not --- */

static float cell_gray(const struct extraction *extraction, int32_t column, int32_t row)
{
    float sums[CELL] = {0}, sum = 0;
    for (int32_t y = 0; y < CELL; y += ROW_STEP) {
        const float *raw = extraction->raw.at + (row * CELL + y) * extraction->raw.stride + column * CELL;
        for (int32_t x = 0; x < CELL; x++)
            sums[x] += raw[x];
    }
    for (int32_t x = 0; x < CELL; x++)
        sum += sums[x];
    return sum / CELL_PIXELS;
}

/* The level that one cell in twenty exceeds: where nothing touches. */
static float paper_gray(const struct grid *gray)
{
    int32_t histogram[256] = {0}, cells = gray->columns * gray->rows, level = 255;
    for (int32_t i = 0; i < cells; i++) {
        int32_t value = (int32_t)gray->at[i];
        histogram[value < 0 ? 0 : value > 255 ? 255 : value]++;
    }
    for (int32_t above = histogram[255]; level > 0 && above < cells / 20; above += histogram[level])
        level--;
    return (float)level;
}

static void measure_contact(
    struct extraction *extraction, const struct pixel_sums *sums, struct sample_measures *measures)
{
    const struct grid *mask = &extraction->mask;
    struct grid gray = extraction->scratch[0];
    for (int32_t row = 0; row < mask->rows; row++)
        for (int32_t column = 0; column < mask->columns; column++)
            gray.at[row * mask->columns + column] = cell_gray(extraction, column, row);
    float ridge = sums->ridge.gray / sums->ridge.pixels, valley = sums->valley.gray / sums->valley.pixels;
    float skin = MEASURE_SKIN * ridge + (1 - MEASURE_SKIN) * paper_gray(&gray);
    float flood = MEASURE_FLOODED * ridge + (1 - MEASURE_FLOODED) * valley;
    float touched = 0, flooded = 0, lost = 0;
    for (int32_t i = 0; i < mask->columns * mask->rows; i++) {
        bool inside = mask->at[i] != 0, touches = inside || gray.at[i] < skin;
        touched += touches;
        flooded += touches && gray.at[i] < flood;
        lost += touches && !inside;
    }
    if (touched == 0)
        return;
    measures->of[SAMPLE_MEASURE_FLOODED_SHARE] = flooded / touched;
    measures->of[SAMPLE_MEASURE_LOST_SHARE] = lost / touched;
}

/* --- Place: the fingerprint in the picture --- */

struct outline {
    float sum_x, sum_y, cells; /* of the fingerprint */
    float sides, edge;         /* of its outline, and those of them that are the picture's edge */
    float right,
        down; /* those at the picture's right edge less those at its left, at its lower less at its upper */
};

static void add_outline(const struct grid *mask, int32_t column, int32_t row, struct outline *outline)
{
    static const int32_t steps[4][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}};
    outline->cells++;
    outline->sum_x += (float)column + 0.5f;
    outline->sum_y += (float)row + 0.5f;
    for (int32_t n = 0; n < 4; n++) {
        int32_t x = column + steps[n][0], y = row + steps[n][1];
        bool outside = x < 0 || y < 0 || x >= mask->columns || y >= mask->rows;
        outline->edge += outside;
        outline->right += outside ? (float)steps[n][0] : 0;
        outline->down += outside ? (float)steps[n][1] : 0;
        outline->sides += outside || mask->at[y * mask->columns + x] == 0;
    }
}

static void measure_place(const struct extraction *extraction, struct sample_measures *measures)
{
    const struct grid *mask = &extraction->mask;
    struct outline outline = {0};
    for (int32_t row = 0; row < mask->rows; row++)
        for (int32_t column = 0; column < mask->columns; column++)
            if (mask->at[row * mask->columns + column] != 0)
                add_outline(mask, column, row, &outline);
    if (outline.cells == 0)
        return;
    float x = outline.sum_x / outline.cells / (float)mask->columns - 0.5f;
    float y = outline.sum_y / outline.cells / (float)mask->rows - 0.5f;
    measures->of[SAMPLE_MEASURE_CUT_SHARE] = outline.edge / outline.sides;
    measures->of[SAMPLE_MEASURE_OFF_CENTRE] = 2 * __builtin_sqrtf(x * x + y * y);
    measures->of[SAMPLE_MEASURE_RIGHT] = 2 * x + outline.right / (float)mask->rows;
    measures->of[SAMPLE_MEASURE_DOWN] = 2 * y + outline.down / (float)mask->columns;
}

/* --- Anisotropy: the contrast's regression on the doubled direction --- */

struct moments {
    float cells, c, u, v, cu, cv, uu, vv, uv;
};

static void measure_anisotropy(const struct extraction *extraction, struct sample_measures *measures)
{
    const struct grid *mask = &extraction->mask;
    struct moments m = {0};
    for (int32_t i = 0; i < mask->columns * mask->rows; i++) {
        if (mask->at[i] == 0)
            continue;
        float length = flow_length(&extraction->flow, i) + 1e-6f, c = extraction->contrast.at[i];
        float u = extraction->flow.x.at[i] / length, v = extraction->flow.y.at[i] / length;
        m.cells++;
        m.c += c;
        m.u += u;
        m.v += v;
        m.cu += c * u;
        m.cv += c * v;
        m.uu += u * u;
        m.vv += v * v;
        m.uv += u * v;
    }
    if (m.c <= 0)
        return;
    float n = m.cells, c = m.c / n, u = m.u / n, v = m.v / n;
    /* A little is added to the directions' variance: ridges that all run one way say nothing. */
    float uu = m.uu / n - u * u + 0.02f, vv = m.vv / n - v * v + 0.02f, uv = m.uv / n - u * v;
    float cu = m.cu / n - c * u, cv = m.cv / n - c * v, determinant = uu * vv - uv * uv;
    float along_u = (cu * vv - cv * uv) / determinant, along_v = (cv * uu - cu * uv) / determinant;
    measures->of[SAMPLE_MEASURE_ANISOTROPY] = __builtin_sqrtf(along_u * along_u + along_v * along_v) / c;
}

void matcher_measure_sample(struct extraction *extraction, struct sample_measures *measures)
{
    memset(measures, 0, sizeof *measures);
    measure_cells(extraction, measures);
    measure_minutiae(extraction, measures);
    struct pixel_sums sums = measure_lines(extraction, measures);
    measure_contact(extraction, &sums, measures);
    measure_place(extraction, measures);
    measure_anisotropy(extraction, measures);
    matcher_measure_flow_field(extraction, measures);
}

const char *matcher_sample_measure_name(enum sample_measure measure)
{
    static const char *const names[] = {
#define SAMPLE_MEASURE_WORD(name, word) #word,
        SAMPLE_MEASURES(SAMPLE_MEASURE_WORD)
#undef SAMPLE_MEASURE_WORD
    };
    return names[measure];
}
