/* Moments in RFC 3339: what is one, what is none, and that reading gives back what was written. */
#include "tests/unit/unit.h"

#include "base/instant.h"

static int64_t parsed(const char *text)
{
    int64_t ms = -1;
    assert_true(instant_parse(text, &ms));
    return ms;
}

static void test_moments_are_read_to_the_millisecond(void **state)
{
    (void)state;
    assert_int_equal(parsed("1970-01-01T00:00:00Z"), 0);
    assert_int_equal(parsed("2026-11-27T06:00:00Z"), INT64_C(1795759200000));
    assert_int_equal(parsed("2026-11-27T08:00:00+02:00"), parsed("2026-11-27T06:00:00Z"));
    assert_int_equal(parsed("2026-11-27t01:30:00.25-04:30"), parsed("2026-11-27T06:00:00Z") + 250);
    assert_int_equal(parsed("2026-11-27T06:00:00.123456789z"), parsed("2026-11-27T06:00:00Z") + 123);
    assert_int_equal(parsed("2028-02-29T23:59:59Z") + 1000, parsed("2028-03-01T00:00:00Z"));
}

static void test_what_is_no_moment_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "2026-11-27", "2026-11-27T06:00Z", "2026-11-27T06:00:00",
        "2026-11-27 06:00:00Z", "2026-02-29T06:00:00Z", "2026-11-27T24:00:00Z", "2026-11-27T06:60:00Z",
        "2026-11-27T06:00:60Z", "2026-11-27T06:00:00.Z", "2026-11-27T06:00:00+2:00",
        "2026-11-27T06:00:00+24:00", "2026-11-27T06:00:00+02:00 ", "2026-11-27T-6:00:00Z",
        "2026-11-27T06:00:00ZZ"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int64_t ms = 7;
        assert_false(instant_parse(wrong[i], &ms));
        assert_int_equal(ms, 7);
    }
}

static void test_what_is_written_is_read_again(void **state)
{
    (void)state;
    char text[INSTANT_TEXT_SIZE];
    assert_string_equal(instant_format(0, text), "1970-01-01T00:00:00Z");
    assert_string_equal(instant_format(-1, text), "1969-12-31T23:59:59Z");
    for (int64_t ms = INT64_C(1795759200000); ms < INT64_C(1795759200000) + 200000000; ms += 12345000)
        assert_int_equal(parsed(instant_format(ms, text)), ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moments_are_read_to_the_millisecond),
        cmocka_unit_test(test_what_is_no_moment_is_refused),
        cmocka_unit_test(test_what_is_written_is_read_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
