/* Calendar days as numbers. */
#include "tests/unit/unit.h"

#include <string.h>
#include <time.h>

#include "base/day.h"

/* Each day of four centuries is the one that the C library says. */
static void test_M3_days_are_those_of_the_calendar(void **state)
{
    (void)state;
    for (int32_t day = -36525; day < 110000; day++) {
        char text[DAY_TEXT_SIZE], expected[DAY_TEXT_SIZE];
        time_t second = (time_t)day * 86400;
        struct tm utc;
        assert_non_null(gmtime_r(&second, &utc));
        strftime(expected, sizeof expected, "%Y-%m-%d", &utc);
        assert_string_equal(day_format(day, text), expected);
        int32_t parsed;
        assert_true(day_parse(text, &parsed));
        assert_int_equal(parsed, day);
    }
}

/* What is no day is not taken for one. */
static void test_M3_what_is_no_day_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "2026-02-29", "2026-13-01", "2026-00-01", "2026-01-00",
        "2026-1-001", "20260101", "2026-01-32", "0000-01-01", "2026-01-01 ", "2100-02-29"};
    int32_t day = 7;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(day_parse(wrong[i], &day));
    assert_int_equal(day, 7);
}

/* A time belongs to the day that has begun, before 1970, too. */
static void test_M3_a_time_belongs_to_its_day(void **state)
{
    (void)state;
    assert_int_equal(day_of_ms(0), 0);
    assert_int_equal(day_of_ms(86399999), 0);
    assert_int_equal(day_of_ms(86400000), 1);
    assert_int_equal(day_of_ms(-1), -1);
    char text[DAY_TEXT_SIZE];
    assert_string_equal(day_format(DAY_NEVER, text), "9999-12-31");
    assert_string_equal(day_format(INT32_MIN, text), "0001-01-01");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_M3_days_are_those_of_the_calendar),
        cmocka_unit_test(test_M3_what_is_no_day_is_refused),
        cmocka_unit_test(test_M3_a_time_belongs_to_its_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
