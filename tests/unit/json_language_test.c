/* Of an answer the program's own sentences are translated, and nobody else's words. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "json/language.h"

static void assert_becomes(const char *english, const char *expected)
{
    json_t *told = json_in_language(json_loads(english, 0, NULL), LANGUAGE_UKRAINIAN);
    char *text = json_dumps(told, JSON_COMPACT);
    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
    json_decref(told);
}

static void test_H4_sentences_of_the_program_are_translated_where_they_stand(void **state)
{
    (void)state;
    assert_becomes("{\"reason\":\"try again\",\"text\":\"try again\",\"detail\":\"its state is try again\","
                   "\"remedy\":\"try again\"}",
        "{\"reason\":\"try again\",\"text\":\"повторіть спробу\",\"detail\":\"її стан: try "
        "again\",\"remedy\":"
        "\"повторіть спробу\"}");
    assert_becomes("{\"guidance\":{\"code\":\"try again\",\"text\":\"try again\"}}",
        "{\"guidance\":{\"code\":\"try again\",\"text\":\"повторіть спробу\"}}");
    assert_becomes("{\"notes\":[{\"field\":\"try again\",\"text\":\"try again\"},\"try again\"]}",
        "{\"notes\":[{\"field\":\"try again\",\"text\":\"повторіть спробу\"},\"повторіть спробу\"]}");
    /* what a score means: each sentence by itself, its figures as they are written here */
    assert_becomes("{\"meaning\":\"of 1,200,000 comparisons of two different people at most one scores as "
                   "high; try again\"}",
        "{\"meaning\":\"із 1\u00a0200\u00a0000 порівнянь двох різних людей щонайбільше одне дає такий "
        "високий показник; повторіть спробу\"}");
    assert_becomes("{\"why\":\"none of the 8 people searchable today may be seen for second_line_check\"}",
        "{\"why\":\"жодної з осіб (8), яких сьогодні можна шукати, не видно з метою second_line_check\"}");
    assert_becomes("{\"degraded\":[{\"mode\":\"no_capture\",\"detail\":\"try again\"}]}",
        "{\"degraded\":[{\"mode\":\"no_capture\",\"detail\":\"повторіть спробу\"}]}");
}

static void test_L6_what_a_person_wrote_is_never_translated(void **state)
{
    (void)state;
    const char *const own[] = {
        "{\"exception\":{\"kind\":\"impossible\",\"reason\":\"other\",\"text\":\"try again\"}}",
        "{\"hash\":\"00\",\"text\":\"try again\",\"justification\":\"try again\"}",
        "{\"text\":\"its state is open\"}",
        "{\"degraded\":[{\"mode\":\"capture_suspended\",\"detail\":\"try again\"}]}",
    };
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        assert_becomes(own[i], own[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_H4_sentences_of_the_program_are_translated_where_they_stand),
        cmocka_unit_test(test_L6_what_a_person_wrote_is_never_translated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
