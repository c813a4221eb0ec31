/* density.c: see density.h. */
#include "lab/density.h"

#include <math.h>
#include <stdlib.h>

#define SIDE DENSITY_SIDE
/* Cycles over the map's width. Slower ones are the fingers' own outline. */
#define CYCLES_MIN  15
#define CYCLES_MAX  (SIDE / 2)
#define FALSE_ALARM 1e-3 /* how often a map without a grid may be taken for one */

/* --- Collecting --- */

/* px to subtract, so that the middle of a larger image falls into the map. */
static int32_t shift_of(uint32_t side)
{
    return side > SIDE ? (int32_t)((side - SIDE) / 2 / DENSITY_PERIOD_MAX * DENSITY_PERIOD_MAX) : 0;
}

void density_add(struct density_map *map, uint32_t x, uint32_t y, uint32_t width, uint32_t height)
{
    map->phases[0][x % DENSITY_PHASES]++;
    map->phases[1][y % DENSITY_PHASES]++;
    int32_t column = (int32_t)(x / DENSITY_FRACTIONS) - shift_of(width);
    int32_t row = (int32_t)(y / DENSITY_FRACTIONS) - shift_of(height);
    if (column < 0 || row < 0 || column >= SIDE || row >= SIDE) {
        map->outside++;
        return;
    }
    map->inside++;
    map->cells[row * SIDE + column]++;
}

/* --- Folding --- */

/* A chi-square value as a normal deviate (Wilson and Hilferty 1931). */
static double normal_deviate(double chi_square, double freedom)
{
    double spread = 2 / (9 * freedom);
    return (cbrt(chi_square / freedom) - (1 - spread)) / sqrt(spread);
}

/* Bins of 1 px; within a pixel, bins of 1/8 px. */
static struct density_finding fold(const struct density_map *map, int axis, uint32_t period)
{
    uint32_t bins = period == 1 ? DENSITY_FRACTIONS : period, counts[DENSITY_PERIOD_MAX] = {0};
    double total = (double)(map->inside + map->outside), expected = total / bins, chi_square = 0;
    for (uint32_t i = 0; i < DENSITY_PHASES; i++)
        counts[i % (period * DENSITY_FRACTIONS) * bins / (period * DENSITY_FRACTIONS)] +=
            map->phases[axis][i];
    for (uint32_t i = 0; i < bins; i++)
        chi_square += (counts[i] - expected) * (counts[i] - expected) / expected;
    double freedom = bins - 1, beyond = chi_square - freedom;
    /* 4.1: the deviate that the twelve foldings together exceed by chance once in four thousand maps. */
    return (struct density_finding){.axis = axis == 0 ? 'x' : 'y',
        .period = period,
        .contrast = beyond > 0 ? sqrt(2 * beyond / total) : 0,
        .statistic = normal_deviate(chi_square, freedom),
        .bound = 4.1};
}

/* --- The spectrum --- */

struct waves {
    double cosine[SIDE], sine[SIDE];
};

static void make_waves(struct waves *waves)
{
    for (int i = 0; i < SIDE; i++) {
        waves->cosine[i] = cos(2 * M_PI * i / SIDE);
        waves->sine[i] = sin(2 * M_PI * i / SIDE);
    }
}

static void transform_line(
    const struct waves *waves, const double *line, uint32_t frequency, double *real, double *imaginary)
{
    *real = *imaginary = 0;
    for (uint32_t i = 0, phase = 0; i < SIDE; i++) {
        *real += line[i] * waves->cosine[phase];
        *imaginary -= line[i] * waves->sine[phase];
        phase += frequency;
        phase -= phase >= SIDE ? SIDE : 0;
    }
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* The strongest of count powers against their own mean, which is told from the median so that a grid does not
 * hide in it. powers is sorted. A cosine of relative amplitude a adds n a^2 / 4 to the power of n minutiae. */
static struct density_finding judge_powers(double *powers, size_t count, double minutiae)
{
    qsort(powers, count, sizeof *powers, compare_doubles);
    double mean = powers[count / 2] / log(2), strongest = powers[count - 1];
    double beyond = strongest - mean * log((double)count);
    return (struct density_finding){
        .contrast = beyond > 0 ? 2 * sqrt(beyond) / minutiae : 0,
        .statistic = mean > 0 ? strongest / mean : 0,
        .bound = log((double)count / FALSE_ALARM),
    };
}

static struct density_finding margin_spectrum(
    const struct density_map *map, const struct waves *waves, int axis)
{
    double line[SIDE] = {0}, powers[CYCLES_MAX - CYCLES_MIN + 1], strongest = -1, period = 0;
    for (uint32_t i = 0; i < SIDE * SIDE; i++)
        line[axis == 0 ? i % SIDE : i / SIDE] += map->cells[i];
    for (uint32_t cycles = CYCLES_MIN; cycles <= CYCLES_MAX; cycles++) {
        double real, imaginary;
        transform_line(waves, line, cycles, &real, &imaginary);
        /* At 2 px there is no imaginary part: its one square stands for both, and may be twice as large. */
        double power = (real * real + imaginary * imaginary) / (cycles == SIDE / 2 ? 2 : 1);
        powers[cycles - CYCLES_MIN] = power;
        if (power > strongest) {
            strongest = power;
            period = (double)SIDE / cycles;
        }
    }
    struct density_finding finding = judge_powers(powers, CYCLES_MAX - CYCLES_MIN + 1, (double)map->inside);
    finding.axis = axis == 0 ? 'x' : 'y';
    finding.period = period;
    return finding;
}

/* Rows first: spectrum[row][frequency of x], 0..SIDE/2. */
#define HALF (SIDE / 2 + 1)
struct plane_spectrum {
    struct waves waves;
    double real[SIDE * HALF], imaginary[SIDE * HALF];
    double powers[SIDE * HALF];
};

static void transform_rows(const struct density_map *map, struct plane_spectrum *spectrum)
{
    for (uint32_t row = 0; row < SIDE; row++) {
        double line[SIDE];
        for (uint32_t i = 0; i < SIDE; i++)
            line[i] = map->cells[row * SIDE + i];
        for (uint32_t fx = 0; fx < HALF; fx++)
            transform_line(&spectrum->waves, line, fx, &spectrum->real[row * HALF + fx],
                &spectrum->imaginary[row * HALF + fx]);
    }
}

/* The power at that many cycles across and down. */
static double power_at(const struct plane_spectrum *spectrum, uint32_t fx, uint32_t fy)
{
    double real = 0, imaginary = 0;
    for (uint32_t row = 0, phase = 0; row < SIDE; row++) {
        double a = spectrum->real[row * HALF + fx], b = spectrum->imaginary[row * HALF + fx];
        real += a * spectrum->waves.cosine[phase] + b * spectrum->waves.sine[phase];
        imaginary += b * spectrum->waves.cosine[phase] - a * spectrum->waves.sine[phase];
        phase += fy;
        phase -= phase >= SIDE ? SIDE : 0;
    }
    return real * real + imaginary * imaginary;
}

static struct density_finding plane_findings(const struct density_map *map, struct plane_spectrum *spectrum)
{
    size_t count = 0;
    double strongest = -1, period = 0;
    transform_rows(map, spectrum);
    /* fx 0 and SIDE/2 are left to the margins: their powers are distributed otherwise. */
    for (uint32_t fx = 1; fx < SIDE / 2; fx++)
        for (uint32_t fy = 0; fy < SIDE; fy++) {
            double down = fy <= SIDE / 2 ? fy : (double)fy - SIDE;
            double cycles = sqrt((double)fx * fx + down * down);
            if (cycles < CYCLES_MIN)
                continue;
            double power = power_at(spectrum, fx, fy);
            spectrum->powers[count++] = power;
            if (power > strongest) {
                strongest = power;
                period = SIDE / cycles;
            }
        }
    struct density_finding finding = judge_powers(spectrum->powers, count, (double)map->inside);
    finding.axis = '+';
    finding.period = period;
    return finding;
}

/* --- All of it --- */

enum reason density_examine(
    const struct density_map *map, struct density_report *report, struct failure *failure)
{
    if (map->inside < DENSITY_MINUTIAE_MIN)
        return failure_set(failure, REASON_BAD_ARGUMENT, "density", "%zu minutiae, at least %d are needed",
            map->inside, DENSITY_MINUTIAE_MIN);
    struct plane_spectrum *spectrum = malloc(sizeof *spectrum);
    if (spectrum == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "density", NULL);
    *report = (struct density_report){0};
    make_waves(&spectrum->waves);
    for (uint32_t i = 0; i < DENSITY_FOLDS; i++) {
        report->folds[i] = fold(map, (int)(i & 1), 1u << i / 2);
        report->grid = report->grid || density_is_grid(&report->folds[i]);
    }
    for (int axis = 0; axis < 2; axis++) {
        report->lines[axis] = margin_spectrum(map, &spectrum->waves, axis);
        report->grid = report->grid || density_is_grid(&report->lines[axis]);
    }
    report->spectrum = plane_findings(map, spectrum);
    report->grid = report->grid || density_is_grid(&report->spectrum);
    free(spectrum);
    return REASON_DONE;
}
