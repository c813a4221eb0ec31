#include "tests/unit/unit.h"

#include <string.h>

#include "base/text.h"

static void test_the_limits_are_within_and_the_next_ones_are_not(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned base;
        uint64_t lowest, highest, number;
        bool taken;
    } cases[] = {
        {"1", 10, 1, 500, 1, true},
        {"500", 10, 1, 500, 500, true},
        {"0", 10, 1, 500, 0, false},
        {"501", 10, 1, 500, 0, false},
        {"007", 10, 1, 500, 7, true},
        {"18446744073709551615", 10, 0, UINT64_MAX, UINT64_MAX, true},
        {"18446744073709551616", 10, 0, UINT64_MAX, 0, false},
        {"99999999999999999999999999", 10, 0, UINT64_MAX, 0, false},
        {"0777", 8, 0, 0777, 0777, true},
        {"1000", 8, 0, 0777, 0, false},
        {"0780", 8, 0, 0777, 0, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t number = 42;
        assert_int_equal(
            text_whole_number(cases[i].text, cases[i].base, cases[i].lowest, cases[i].highest, &number),
            cases[i].taken);
        assert_true(number == (cases[i].taken ? cases[i].number : 42));
    }
}

/* What strtoul and its like would take, or take a part of. */
static void test_what_is_no_number_is_none(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", " ", "1abc", "abc", "1 ", " 1", "+1", "-1", "0x10", "1e3", "1.0", "1\n", "\xd9\xa1", "/", ":"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        uint64_t number = 42;
        if (text_whole_number(texts[i], 10, 0, UINT64_MAX, &number) || number != 42)
            fail_msg("\"%s\" was taken", texts[i]);
        if (text_number((struct text){texts[i], strlen(texts[i])}, UINT64_MAX, &number) || number != 0)
            fail_msg("\"%s\" was taken as a canonical one", texts[i]);
    }
}

/* Signed formats have one form of each number. */
static void test_a_canonical_number_has_no_leading_zero(void **state)
{
    (void)state;
    uint64_t number;
    assert_true(text_number((struct text){"0", 1}, 9, &number));
    assert_int_equal(number, 0);
    assert_true(text_number((struct text){"9", 1}, 9, &number));
    assert_int_equal(number, 9);
    assert_false(text_number((struct text){"10", 2}, 9, &number));
    assert_false(text_number((struct text){"09", 2}, 9, &number));
    assert_false(text_number((struct text){"00", 2}, 9, &number));
    assert_false(text_number((struct text){"", 0}, 9, &number));
    assert_true(text_number((struct text){"12x", 2}, 99, &number));
    assert_int_equal(number, 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_limits_are_within_and_the_next_ones_are_not),
        cmocka_unit_test(test_what_is_no_number_is_none),
        cmocka_unit_test(test_a_canonical_number_has_no_leading_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
