/* Places for matches as the first line hears of them: nothing that it sees follows from one transaction. */
#include "tests/unit/unit.h"

#include "daemon/places.h"

#define CHANCE 0.94921875 /* 243 of 256: that one more is drawn */

static struct places judged(struct places places, uint32_t left, uint32_t more)
{
    places_judge(&places, left, more, 0);
    return places;
}

/* With what chance a judgement tells that none is left. */
static double chance_of_closing(uint32_t left)
{
    double chance = 0, of_more = 1 - CHANCE;
    for (uint32_t more = 0; more < 4096; more++, of_more *= CHANCE)
        if (judged((struct places){0}, left, more).closed)
            chance += of_more;
    return chance;
}

static void test_P6_one_match_more_makes_no_difference_that_tells_of_it(void **state)
{
    (void)state;
    for (uint32_t left = 1024; left > 2 * PLACES_SPAN; left--) {
        const double with = chance_of_closing(left - 1), without = chance_of_closing(left);
        assert_true(without > 0 && with / without < 1 + 1.0 / 18);
    }
    assert_true(chance_of_closing(1024) < 1e-18 && chance_of_closing(512) < 1e-8);
    assert_true(judged((struct places){0}, 2 * PLACES_SPAN - 1, 0).closed);
}

static void test_P6_it_is_judged_once_a_minute_whatever_happens(void **state)
{
    (void)state;
    struct places places = {0};
    assert_true(places_are_due(&places, 7));
    places_judge(&places, 1024, 0, 7);
    assert_false(places_are_due(&places, 7));
    assert_false(places_are_due(&places, 6 + PLACES_JUDGED_MS));
    assert_true(places_are_due(&places, 7 + PLACES_JUDGED_MS));
}

static void test_A9_it_does_not_come_and_go_with_each_decision(void **state)
{
    (void)state;
    const struct places closed = judged((struct places){0}, 100, 0), few = judged(closed, 511, 0);
    assert_true(closed.closed && closed.few);
    assert_true(judged(closed, 2 * PLACES_SPAN + 5, 0).closed);
    assert_true(judged(closed, 3 * PLACES_SPAN + 5, 6).closed);
    assert_false(judged(closed, 3 * PLACES_SPAN + 5, 5).closed);
    assert_true(few.few && !few.closed);
    assert_true(judged(few, PLACES_FEW + PLACES_SPAN - 1, 0).few);
    assert_false(judged(few, PLACES_FEW + PLACES_SPAN, 0).few);
    assert_false(judged((struct places){0}, PLACES_FEW, 0).few);
}

static void test_P6_nobody_knows_the_bound_before(void **state)
{
    (void)state;
    uint32_t first, more;
    bool differs = false;
    assert_int_equal(places_draw(&first, NULL), REASON_DONE);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(places_draw(&more, NULL), REASON_DONE);
        differs = differs || more != first;
    }
    assert_true(differs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_P6_one_match_more_makes_no_difference_that_tells_of_it),
        cmocka_unit_test(test_P6_it_is_judged_once_a_minute_whatever_happens),
        cmocka_unit_test(test_A9_it_does_not_come_and_go_with_each_decision),
        cmocka_unit_test(test_P6_nobody_knows_the_bound_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
