/* Words for people, one after the other: whole, or with the number of those that are left out. */
#include "tests/unit/unit.h"

#include <string.h>

#include "base/word_list.h"

static void test_words_are_divided_by_commas(void **state)
{
    (void)state;
    struct word_list list = {0};
    assert_string_equal(list.text, "");
    word_list_add(&list, "citizen");
    assert_string_equal(list.text, "citizen");
    word_list_add(&list, "foreigner");
    assert_string_equal(list.text, "citizen, foreigner");
}

/* A reader who is shown a part must not take it for all. */
static void test_words_without_room_are_counted(void **state)
{
    (void)state;
    struct word_list list = {.room = 40};
    word_list_add(&list, "border_check");
    word_list_add(&list, "protection_check");
    assert_string_equal(list.text, "border_check and 1 more");
    word_list_add(&list, "x"); /* it had room, but not in its order */
    assert_string_equal(list.text, "border_check and 2 more");
}

static void test_a_first_word_without_room_is_counted_too(void **state)
{
    (void)state;
    struct word_list list = {.room = 24};
    word_list_add(&list, "border_check");
    assert_string_equal(list.text, "1 more");
}

static void test_the_text_stays_within_its_room(void **state)
{
    (void)state;
    struct word_list list = {0};
    for (unsigned i = 0; i < 1000; i++)
        word_list_add(&list, "international_official");
    assert_true(strlen(list.text) < WORD_LIST_SIZE);
    assert_non_null(strstr(list.text, " and 98"));
    assert_non_null(strstr(list.text, " more"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_are_divided_by_commas),
        cmocka_unit_test(test_words_without_room_are_counted),
        cmocka_unit_test(test_a_first_word_without_room_is_counted_too),
        cmocka_unit_test(test_the_text_stays_within_its_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
