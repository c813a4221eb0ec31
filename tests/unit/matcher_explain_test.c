/* H3: what examiners are shown of a comparison is what its score rests on. */
#include "tests/unit/unit.h"

#include <string.h>

#include "matcher/compare/comparison.h"
#include "tests/unit/matcher_prints.h"

static struct matcher_workspace workspace;

static int set_up(void **state)
{
    (void)state;
    workspace = prints_workspace();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(workspace.memory);
    return 0;
}

static void explain(const struct matcher_template *probe, const struct matcher_template *reference,
    struct matcher_explanation *explanation)
{
    matcher_explain(probe->bytes, reference->bytes, workspace, explanation);
}

/* The pairs are those that were counted for the score: as many, and the very ones that grow from what the best hypothesis grew from. */
static void assert_is_the_scores_own(const struct matcher_template *probe,
    const struct matcher_template *reference, const struct matcher_explanation *explanation)
{
    assert_int_equal(
        explanation->score, matcher_compare(probe, reference->bytes, reference->size, workspace));
    const struct comparison *comparison = workspace.memory;
    assert_int_equal(explanation->count, (uint32_t)comparison->evidence[EVIDENCE_PAIRS]);
}

/* A print's second impression: minutia i of it was the print's i-th that was not lost. */
static void test_H3_pairs_are_the_same_minutiae(void **state)
{
    (void)state;
    const struct template_content whole = prints_make(1, 40);
    const struct matcher_template reference = prints_pack(whole);
    for (int step = -4; step <= 4; step++) {
        const struct matcher_template probe = prints_pack(prints_turn(&whole, step * 0.2, 10, -20, 5));
        struct matcher_explanation explanation;
        struct matcher_minutia of_probe[MATCHER_MINUTIAE_MAX], of_reference[MATCHER_MINUTIAE_MAX];
        explain(&probe, &reference, &explanation);
        assert_is_the_scores_own(&probe, &reference, &explanation);
        uint32_t count = matcher_list_minutiae(probe.bytes, 500, of_probe);
        matcher_list_minutiae(reference.bytes, 500, of_reference);
        assert_true(explanation.count > count / 2);
        uint32_t right = 0;
        for (uint32_t i = 0; i < explanation.count; i++) {
            const struct matcher_minutia *one = &of_probe[explanation.pairs[i].probe];
            const struct matcher_minutia *other = &of_reference[explanation.pairs[i].reference];
            double x = other->x - 160, y = other->y - 200, turn = step * 0.2;
            double to_x = cos(turn) * x + sin(turn) * y + 160 + 10 / 8.0;
            double to_y = -sin(turn) * x + cos(turn) * y + 200 - 20 / 8.0;
            right += fabs(to_x - one->x) < 2 && fabs(to_y - one->y) < 2;
        }
        assert_true(right >= explanation.count - 1);
    }
}

static void test_H3_each_minutia_is_in_one_pair_at_most(void **state)
{
    (void)state;
    for (uint32_t number = 1; number < 30; number++) {
        const struct template_content made = prints_make(number, (uint8_t)(8 * number));
        const struct matcher_template reference = prints_pack(made);
        const struct matcher_template probe =
            prints_pack(number % 3 == 0 ? prints_make(number + 100, 200) : prints_turn(&made, 0.3, 9, 9, 3));
        struct matcher_explanation explanation;
        bool taken[MATCHER_MINUTIAE_MAX] = {false};
        explain(&probe, &reference, &explanation);
        assert_is_the_scores_own(&probe, &reference, &explanation);
        for (uint32_t i = 0; i < explanation.count; i++) {
            assert_true(i == 0 || explanation.pairs[i].probe > explanation.pairs[i - 1].probe);
            assert_false(taken[explanation.pairs[i].reference]);
            taken[explanation.pairs[i].reference] = true;
        }
    }
}

/* The same prints are explained by the same pairs, whatever the workspace held before. */
static void test_an_explanation_does_not_depend_on_the_workspace(void **state)
{
    (void)state;
    const struct template_content made = prints_make(3, 60);
    const struct matcher_template reference = prints_pack(made);
    const struct matcher_template probe = prints_pack(prints_turn(&made, 0.4, 30, -9, 4));
    struct matcher_explanation first, again;
    memset(workspace.memory, 0, workspace.size);
    explain(&probe, &reference, &first);
    memset(workspace.memory, 0xff, workspace.size);
    explain(&probe, &reference, &again);
    assert_true(first.count > 0 && first.turn != 0);
    assert_memory_equal(&first, &again, sizeof first);
}

static void test_nothing_is_explained_by_nothing(void **state)
{
    (void)state;
    const struct matcher_template none = prints_pack(prints_make(1, 0)),
                                  some = prints_pack(prints_make(2, 50));
    struct matcher_explanation explanation;
    explain(&none, &some, &explanation);
    assert_int_equal(explanation.count, 0);
    assert_int_equal(explanation.score, 0);
    const struct matcher_workspace small = {workspace.memory, matcher_compare_workspace_size() - 1};
    matcher_explain(some.bytes, some.bytes, small, &explanation);
    assert_int_equal(explanation.count, 0);
    assert_int_equal(explanation.score, 0);
}

/* Positions are those of the picture, whatever its resolution: at 1,000 ppi they are twice as far from its corner. */
static void test_minutiae_lie_where_the_picture_has_them(void **state)
{
    (void)state;
    struct template_content content = prints_make(1, 0);
    content.minutiae[0] =
        (struct template_minutia){.x = 24, .y = 80, .direction = 64, .type = TEMPLATE_ENDING, .quality = 63};
    content.minutiae[1] =
        (struct template_minutia){.x = 0, .y = 4, .direction = 200, .type = TEMPLATE_OTHER, .quality = 0};
    content.minutiae_count = 2;
    const struct matcher_template template = prints_pack(content);
    struct matcher_minutia minutiae[MATCHER_MINUTIAE_MAX];
    assert_int_equal(matcher_list_minutiae(template.bytes, 500, minutiae), 2);
    assert_true(minutiae[0].x == 3 && minutiae[0].y == 10);
    assert_true(minutiae[1].x == 0 && minutiae[1].y == 0.5f);
    assert_int_equal(minutiae[0].direction, 64);
    assert_int_equal(minutiae[0].quality, 100);
    assert_int_equal(minutiae[0].kind, MATCHER_MINUTIA_ENDING);
    assert_int_equal(minutiae[1].quality, 0);
    assert_int_equal(minutiae[1].kind, MATCHER_MINUTIA_OTHER);
    assert_int_equal(matcher_list_minutiae(template.bytes, 1000, minutiae), 2);
    assert_true(minutiae[0].x == 6 && minutiae[0].y == 20);
    assert_true(minutiae[1].x == 0 && minutiae[1].y == 1);
}

/* H3: numbers that people can picture, never rarer than the calibration vouches for. */
static void test_H3_a_scores_meaning(void **state)
{
    (void)state;
    struct matcher_meaning meaning = matcher_score_meaning(30, 1, 1);
    assert_true(fabs(meaning.comparisons - 1000) < 1e-6 && fabs(meaning.searches - 1000) < 1e-6);
    meaning = matcher_score_meaning(40, 1, 100);
    assert_true(fabs(meaning.comparisons - 10000) < 1e-6);
    assert_true(meaning.searches > 100 && meaning.searches < 101); /* 1-(1-1/10000)^100 */
    meaning = matcher_score_meaning(MATCHER_SCORE_MAX, 1, 1);
    assert_true(meaning.comparisons == 1 / matcher_vouched_fmr(MATCHER_SCORE_MAX, 1));
    assert_true(meaning.comparisons < 1e12);
    meaning = matcher_score_meaning(0, 1, 0);
    assert_true(meaning.comparisons == 1 && meaning.searches == 1);
    assert_true(fabs(matcher_expected_false_matches(0.001, 2500) - 2.5) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_H3_pairs_are_the_same_minutiae),
        cmocka_unit_test(test_H3_each_minutia_is_in_one_pair_at_most),
        cmocka_unit_test(test_an_explanation_does_not_depend_on_the_workspace),
        cmocka_unit_test(test_nothing_is_explained_by_nothing),
        cmocka_unit_test(test_minutiae_lie_where_the_picture_has_them),
        cmocka_unit_test(test_H3_a_scores_meaning),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
