/* When a decision is told: by steps that are the same for all (P6). */
#include "tests/unit/unit.h"

#include "daemon/transactions/pace.h"

static void note(struct pace *pace, uint64_t took_ms, int times)
{
    for (int i = 0; i < times; i++)
        pace_note(pace, took_ms);
}

/* What was ready sooner or later within a step is told at the same time. */
static void test_P6_whatever_a_comparison_took_it_is_told_at_the_end_of_a_step(void **state)
{
    (void)state;
    struct pace pace = {0};
    note(&pace, 33, 20);
    note(&pace, 36, 20);
    for (uint64_t took = 0; took < 45; took++)
        assert_int_equal(pace_told_after_ms(&pace, took), 45);
    assert_int_equal(pace_told_after_ms(&pace, 45), 45 + PACE_LATER_STEP_MS);
    assert_int_equal(pace_told_after_ms(&pace, 44 + PACE_LATER_STEP_MS), 45 + PACE_LATER_STEP_MS);
    assert_int_equal(pace_told_after_ms(&pace, 45 + PACE_LATER_STEP_MS), 45 + 2 * PACE_LATER_STEP_MS);
}

static void test_P6_never_told_before_it_is_ready(void **state)
{
    (void)state;
    struct pace pace = {0};
    for (uint64_t took = 0; took < 3000; took += 7) {
        assert_true(pace_told_after_ms(&pace, took) > took);
        note(&pace, took, 1);
    }
    assert_true(pace_told_after_ms(&pace, 0) > 0);
}

/* A few that were held up by something else don't make all others wait, and one more of the usual ones changes nothing. */
static void test_P6_the_step_follows_nearly_all_of_the_latest(void **state)
{
    (void)state;
    struct pace pace = {0};
    note(&pace, 30, PACE_LATEST - PACE_LATER_ALLOWED);
    note(&pace, 200, PACE_LATER_ALLOWED);
    assert_int_equal(pace_step_ms(&pace), 40);
    note(&pace, 200, 1);
    assert_int_equal(pace_step_ms(&pace), 245);
    note(&pace, 30, PACE_LATEST);
    assert_int_equal(pace_step_ms(&pace), 40);
    for (int i = 0; i < 3 * PACE_LATEST; i++) {
        note(&pace, 30 + i % 2, 1);
        assert_int_equal(pace_step_ms(&pace), 40);
    }
}

/* Where nearly all take a little more than the grid's line now and a little less then, the step stays on the one side of it. */
static void test_P6_the_step_does_not_go_to_and_fro(void **state)
{
    (void)state;
    struct pace pace = {0};
    note(&pace, 9, PACE_LATEST);
    for (int i = 0; i < 20; i++) {
        note(&pace, 8, PACE_LATEST);
        assert_int_equal(pace_step_ms(&pace), 15);
        note(&pace, 9, PACE_LATEST);
        assert_int_equal(pace_step_ms(&pace), 15);
    }
    note(&pace, 1, PACE_LATEST);
    assert_int_equal(pace_step_ms(&pace), 5);
}

/* Though a part of all is held up for long, nobody waits much longer than half of them took; where all take long, their step is as long. */
static void test_P6_nobody_waits_long_for_the_end_of_a_step(void **state)
{
    (void)state;
    struct pace pace = {0};
    note(&pace, 30, PACE_LATEST);
    note(&pace, UINT64_MAX, PACE_LATEST / 3);
    assert_int_equal(pace_step_ms(&pace), 30 + PACE_LATER_STEP_MS + PACE_GRID_MS);
    struct pace all_long = {0};
    note(&all_long, 1000, PACE_LATEST);
    assert_int_equal(pace_step_ms(&all_long), 1205);
    assert_int_equal(pace_told_after_ms(&all_long, 900), 1205);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_P6_whatever_a_comparison_took_it_is_told_at_the_end_of_a_step),
        cmocka_unit_test(test_P6_never_told_before_it_is_ready),
        cmocka_unit_test(test_P6_the_step_follows_nearly_all_of_the_latest),
        cmocka_unit_test(test_P6_the_step_does_not_go_to_and_fro),
        cmocka_unit_test(test_P6_nobody_waits_long_for_the_end_of_a_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
