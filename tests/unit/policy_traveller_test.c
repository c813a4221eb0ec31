/* What is said of a traveller (P1, P2). */
#include "tests/unit/unit.h"

#include "policy/traveller.h"

static void test_P2_each_group_is_known_by_its_name(void **state)
{
    (void)state;
    for (int i = TRAVELLER_GROUP_UNSAID + 1; i < TRAVELLER_GROUP_COUNT; i++) {
        enum traveller_group group;
        assert_true(traveller_group_parse(traveller_group_name((enum traveller_group)i), &group));
        assert_int_equal(group, i);
    }
    enum traveller_group group = TRAVELLER_CREW;
    assert_false(traveller_group_parse("unsaid", &group));
    assert_false(traveller_group_parse("Crew", &group));
    assert_int_equal(group, TRAVELLER_CREW);
}

static void test_P1_doubt_about_the_age_counts_as_a_small_child(void **state)
{
    (void)state;
    assert_int_equal(age_band_lowest(AGE_UNKNOWN), 0);
    assert_true(age_band_may_be_child(AGE_UNKNOWN));
    assert_true(age_band_may_be_child(AGE_12_TO_17));
    assert_false(age_band_may_be_child(AGE_18_AND_OVER));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_P2_each_group_is_known_by_its_name),
        cmocka_unit_test(test_P1_doubt_about_the_age_counts_as_a_small_child),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
