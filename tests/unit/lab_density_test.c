#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>

#include "lab/density.h"

#define MINUTIAE 40000

static uint32_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33);
}

/* A place as fingers have them: in an ellipse, denser towards its middle. 1/8 px. */
static uint32_t draw_place(uint64_t *random, uint32_t side)
{
    uint64_t sum = 0;
    for (int i = 0; i < 3; i++)
        sum += next_random(random) % (side * DENSITY_FRACTIONS);
    return (uint32_t)(sum / 3);
}

/* Maps with a share of the minutiae moved onto a grid of that period (px, also of fractions of 1/8 px). */
static enum reason examine(double share, double period, uint64_t seed, struct density_report *report)
{
    struct density_map *map = calloc(1, sizeof *map);
    assert_non_null(map);
    uint64_t random = seed;
    for (uint32_t i = 0; i < MINUTIAE; i++) {
        uint32_t x = draw_place(&random, 388), y = draw_place(&random, 374);
        double step = period * DENSITY_FRACTIONS;
        if (next_random(&random) % 1000 < 1000 * share)
            x = (uint32_t)(floor(x / step) * step);
        density_add(map, x, y, 388, 374);
    }
    struct failure failure;
    enum reason reason = density_examine(map, report, &failure);
    free(map);
    return reason;
}

/* F3: minutiae that lie anywhere show no grid, whatever the seed. */
static void test_F3_a_map_without_a_grid_passes(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct density_report report;
        assert_int_equal(examine(0, 8, seed, &report), REASON_DONE);
        assert_false(report.grid);
        for (uint32_t i = 0; i < DENSITY_FOLDS; i++)
            assert_true(report.folds[i].statistic < report.folds[i].bound);
        assert_true(report.lines[0].statistic < report.lines[0].bound);
        assert_true(report.lines[1].statistic < report.lines[1].bound);
        assert_true(report.spectrum.statistic < report.spectrum.bound);
    }
}

/* F3: a grid of block edges is found at its own period, in its own direction only. */
static void test_F3_a_planted_grid_is_found(void **state)
{
    (void)state;
    for (uint32_t power = 1; power < DENSITY_FOLDS / 2; power++) {
        struct density_report report;
        assert_int_equal(examine(0.3, 1u << power, 7, &report), REASON_DONE);
        assert_true(report.grid);
        assert_true(density_is_grid(&report.folds[2 * power]));
        assert_false(density_is_grid(&report.folds[2 * power + 1]));
    }
}

/* F3: a grid whose period is no power of two is left to the spectrum, which names the period. */
static void test_F3_a_grid_of_any_period_is_found(void **state)
{
    (void)state;
    static const double periods[] = {3, 5.5, 9.2, 12};
    for (size_t i = 0; i < sizeof periods / sizeof periods[0]; i++) {
        struct density_report report;
        assert_int_equal(examine(0.3, periods[i], 11, &report), REASON_DONE);
        assert_true(report.grid);
        assert_true(density_is_grid(&report.lines[0]));
        assert_false(density_is_grid(&report.lines[1]));
        /* The strongest wave may be a harmonic. */
        double waves = periods[i] / report.lines[0].period;
        assert_true(fabs(waves - round(waves)) < 0.1);
    }
}

/* Positions that prefer whole pixels are told of, but are no grid in a map of whole pixels. */
static void test_F3_a_preference_within_pixels_is_told(void **state)
{
    (void)state;
    struct density_report report;
    assert_int_equal(examine(0.3, 1, 13, &report), REASON_DONE);
    assert_true(report.folds[0].statistic > report.folds[0].bound);
    assert_true(report.folds[0].contrast > DENSITY_CONTRAST_VISIBLE);
    assert_true(report.folds[1].statistic < report.folds[1].bound);
    assert_false(report.grid);
}

/* Too few minutiae say nothing: no verdict rather than a good one. */
static void test_F3_too_few_minutiae_give_no_verdict(void **state)
{
    (void)state;
    struct density_map *map = calloc(1, sizeof *map);
    assert_non_null(map);
    struct density_report report;
    struct failure failure;
    for (uint32_t i = 0; i + 1 < DENSITY_MINUTIAE_MIN; i++)
        density_add(map, i, i, 368, 368);
    assert_int_equal(density_examine(map, &report, &failure), REASON_BAD_ARGUMENT);
    density_add(map, 0, 0, 368, 368);
    assert_int_equal(density_examine(map, &report, &failure), REASON_DONE);
    free(map);
}

/* The middle of a large image is mapped, moved by whole periods. */
static void test_large_images_fall_onto_each_other(void **state)
{
    (void)state;
    struct density_map *map = calloc(1, sizeof *map);
    assert_non_null(map);
    density_add(map, 320 * 8, 240 * 8, 640, 480);
    assert_int_equal(map->inside, 1);
    assert_int_equal(map->cells[(240 - 32) * DENSITY_SIDE + 320 - 128], 1);
    density_add(map, 0, 0, 640, 480);
    assert_int_equal(map->outside, 1);
    free(map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_F3_a_map_without_a_grid_passes),
        cmocka_unit_test(test_F3_a_planted_grid_is_found),
        cmocka_unit_test(test_F3_a_grid_of_any_period_is_found),
        cmocka_unit_test(test_F3_a_preference_within_pixels_is_told),
        cmocka_unit_test(test_F3_too_few_minutiae_give_no_verdict),
        cmocka_unit_test(test_large_images_fall_onto_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
