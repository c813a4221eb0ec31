/* H6: a case number that is misread, or in which two letters changed places, is none. */
#include "tests/unit/unit.h"

#include <string.h>

#include "daemon/transactions/redress_number.h"

static bool is_number(const char *text)
{
    char number[REDRESS_NUMBER_SIZE];
    return redress_number_parse(text, strlen(text), number);
}

static void test_H6_a_number_is_read_however_it_is_typed(void **state)
{
    char number[REDRESS_NUMBER_SIZE], read[REDRESS_NUMBER_SIZE], typed[2 * REDRESS_NUMBER_SIZE];
    size_t used = 0;
    (void)state;
    assert_int_equal(redress_number_make(number, NULL), REASON_DONE);
    assert_int_equal(strlen(number), REDRESS_NUMBER_SIZE - 1);
    for (size_t i = 0; i < REDRESS_NUMBER_SIZE - 1; i++)
        if (number[i] != '-') {
            typed[used++] = (char)(number[i] - 'A' + 'a');
            typed[used++] = ' ';
        }
    assert_true(redress_number_parse(typed, used, read));
    assert_string_equal(read, number);
}

static void test_H6_a_misread_number_is_none(void **state)
{
    char number[REDRESS_NUMBER_SIZE], wrong[REDRESS_NUMBER_SIZE];
    (void)state;
    assert_int_equal(redress_number_make(number, NULL), REASON_DONE);
    for (size_t i = 0; i < REDRESS_NUMBER_SIZE - 1; i++)
        for (char letter = 'A'; letter <= 'Z' && number[i] != '-'; letter++) {
            memcpy(wrong, number, sizeof wrong);
            wrong[i] = letter;
            assert_int_equal(is_number(wrong), letter == number[i]);
        }
    for (size_t i = 0; i + 1 < REDRESS_NUMBER_SIZE - 1; i++) {
        memcpy(wrong, number, sizeof wrong);
        wrong[i] = number[i + 1];
        wrong[i + 1] = number[i];
        if (number[i] != '-' && number[i + 1] != '-' && number[i] != number[i + 1])
            assert_false(is_number(wrong));
    }
    assert_false(is_number(""));
    assert_false(is_number("AAAA-AAAA-AAAA-AAA"));
    assert_false(is_number("AAAA-AAAA-AAAA-AAAAA"));
    assert_false(is_number("AAAA-AAAA-AAAA-AAA\xc3"));
    assert_true(is_number("AAAA-AAAA-AAAA-AAAA"));
}

static void test_H6_two_numbers_have_two_keys_and_another_state_other_ones(void **state)
{
    const uint8_t secret[STORE_KEY_BYTES] = {1}, other[STORE_KEY_BYTES] = {2};
    uint8_t keys[3][CASE_RECORD_KEY_BYTES], again[CASE_RECORD_KEY_BYTES];
    char numbers[2][REDRESS_NUMBER_SIZE];
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(redress_number_make(numbers[i], NULL), REASON_DONE);
        assert_int_equal(redress_number_key(secret, numbers[i], keys[i], NULL), REASON_DONE);
    }
    assert_int_equal(redress_number_key(other, numbers[0], keys[2], NULL), REASON_DONE);
    assert_int_equal(redress_number_key(secret, numbers[0], again, NULL), REASON_DONE);
    assert_memory_equal(keys[0], again, sizeof again);
    assert_memory_not_equal(keys[0], keys[1], sizeof again);
    assert_memory_not_equal(keys[0], keys[2], sizeof again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_H6_a_number_is_read_however_it_is_typed),
        cmocka_unit_test(test_H6_a_misread_number_is_none),
        cmocka_unit_test(test_H6_two_numbers_have_two_keys_and_another_state_other_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
