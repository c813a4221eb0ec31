/* H3: what is said of a score. */
#include "daemon/transactions/score_meaning.h"

#include <string.h>

#include "base/language.h"
#include "tests/unit/unit.h"

static void assert_says(const struct scored_search *search, const char *words)
{
    char text[SCORE_MEANING_SIZE];
    assert_string_equal(score_meaning(search, text), words);
}

static void test_H3_a_score_is_said_in_figures_that_people_can_picture(void **state)
{
    (void)state;
    assert_says(
        &(struct scored_search){.score = 40, .fingers = 1, .people = 1, .target_fpir = 0.001, .a_day = 2500},
        "of 10,000 comparisons of two different people at most one scores as high; of 10,000 searches among "
        "1 "
        "people "
        "for somebody who is none of them at most one finds somebody so alike; of a day's 2,500 searches 2.5 "
        "at most "
        "are expected to end with a false match");
}

/* Rounded so that a false match never seems rarer: the rates down, what is expected up. */
static void test_H3_no_figure_claims_more_than_is_known(void **state)
{
    (void)state;
    assert_says(
        &(struct scored_search){.score = 43, .fingers = 1, .people = 70, .target_fpir = 0.0013, .a_day = 900},
        "of 19,000 comparisons of two different people at most one scores as high; of 280 searches among 70 "
        "people "
        "for somebody who is none of them at most one finds somebody so alike; of a day's 900 searches 1.2 "
        "at most "
        "are expected to end with a false match");
    assert_says(&(struct scored_search){.score = 0, .fingers = 1, .people = 70, .target_fpir = 0.0013},
        "of 1 comparisons of two different people at most one scores as high; of 1 searches among 70 people "
        "for somebody who is none of them at most one finds somebody so alike; of a day's 0 searches 0.0 at "
        "most "
        "are expected to end with a false match");
}

/* H4: an officer reads it in his language, figures and all; and the largest figures have room. */
static void test_H4_it_is_found_again_in_another_language(void **state)
{
    (void)state;
    char text[SCORE_MEANING_SIZE], told[2 * SCORE_MEANING_SIZE];
    const struct scored_search search = {.score = MATCHER_SCORE_MAX,
        .fingers = MATCHER_PROBE_FINGERS_MAX,
        .people = UINT32_MAX,
        .target_fpir = 1,
        .a_day = UINT64_MAX};
    score_meaning(&search, text);
    assert_non_null(strstr(text, "are expected to end with a false match"));
    const char *words = language_told(LANGUAGE_UKRAINIAN, text, told, sizeof told);
    assert_ptr_not_equal(words, text);
    assert_null(strstr(words, "people"));
    assert_null(strstr(words, "expected"));
    assert_non_null(strstr(words, "4\u00a0294\u00a0967\u00a0295"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_H3_a_score_is_said_in_figures_that_people_can_picture),
        cmocka_unit_test(test_H3_no_figure_claims_more_than_is_known),
        cmocka_unit_test(test_H4_it_is_found_again_in_another_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
