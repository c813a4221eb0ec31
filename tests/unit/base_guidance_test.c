#include "tests/unit/unit.h"

#include <string.h>
#include <strings.h>

#include "base/failure.h"
#include "base/guidance.h"

static void check_differs_from_failures(enum guidance guidance)
{
    for (int reason = 0; reason < REASON_COUNT; reason++) {
        assert_int_not_equal(strcasecmp(guidance_code(guidance), reason_name((enum reason)reason)), 0);
        assert_int_not_equal(strcasecmp(guidance_text(guidance), reason_text((enum reason)reason)), 0);
    }
}

/* A7: what a finger should do better is never said in the words of a fault or of a comparison's result, nor those of one for another. */
static void test_A7_guidance_shares_no_word_with_faults_and_decisions(void **state)
{
    (void)state;
    static const char *const decisions[] = {"match", "no_match", "inconclusive", "hit"};
    for (int a = 1; a < GUIDANCE_COUNT; a++) {
        check_differs_from_failures((enum guidance)a);
        for (size_t i = 0; i < sizeof decisions / sizeof decisions[0]; i++)
            assert_string_not_equal(guidance_code((enum guidance)a), decisions[i]);
        assert_null(strcasestr(guidance_text((enum guidance)a), "match"));
        for (int b = 1; b < a; b++) {
            assert_string_not_equal(guidance_code((enum guidance)a), guidance_code((enum guidance)b));
            assert_string_not_equal(guidance_text((enum guidance)a), guidance_text((enum guidance)b));
        }
    }
}

/* Whole sentences for a translator, about the finger: nothing of "you", "he" or "refuse". */
static void test_P3_guidance_is_of_the_finger_and_not_of_the_person(void **state)
{
    (void)state;
    static const char *const never[] = {"you", " he ", " she ", "refuse", "wrong", "bad", "suspic", "fail"};
    for (int code = 1; code < GUIDANCE_COUNT; code++) {
        const char *text = guidance_text((enum guidance)code);
        assert_true(text[0] >= 'A' && text[0] <= 'Z');
        for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
            assert_null(strcasestr(text, never[i]));
    }
}

static void test_none_and_what_is_no_code_say_nothing(void **state)
{
    (void)state;
    assert_string_equal(guidance_code(GUIDANCE_NONE), "");
    assert_string_equal(guidance_text(GUIDANCE_NONE), "");
    assert_string_equal(guidance_code(GUIDANCE_COUNT), "");
    assert_string_equal(guidance_text((enum guidance) - 1), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_A7_guidance_shares_no_word_with_faults_and_decisions),
        cmocka_unit_test(test_P3_guidance_is_of_the_finger_and_not_of_the_person),
        cmocka_unit_test(test_none_and_what_is_no_code_say_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
