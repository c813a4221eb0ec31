/* The regression that derives the comparison's weights: known minima, signs, refusals. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lab/logistic.h"

static const enum logistic_sign free_signs[3] = {LOGISTIC_FREE, LOGISTIC_FREE, LOGISTIC_FREE};

/* With one feature that is 0 or 1 and no penalty to speak of, the minimum is the logarithm of the odds. */
static void test_one_feature_gives_the_logarithm_of_odds(void **state)
{
    (void)state;
    static const float zero[1] = {0}, one[1] = {1};
    const struct logistic_row rows[] = {
        {zero, 0.4, false}, {zero, 0.1, true}, {one, 0.2, false}, {one, 0.3, true}};
    struct logistic_problem problem = {rows, 4, 1, free_signs, 1e-12};
    struct logistic_model model = {0};
    assert_int_equal(logistic_fit(&problem, &model, NULL), REASON_DONE);
    assert_true(fabs(model.bias - log(0.1 / 0.4)) <= 1e-4);
    assert_true(fabs(model.bias + model.coefficients[0] - log(0.3 / 0.2)) <= 1e-4);
    assert_true(fabs(logistic_value(&model, one, 1) - log(0.3 / 0.2)) <= 1e-4);
}

/* A coefficient that would have the wrong sign becomes 0, and the others take the minimum without it. */
static void test_signs_are_kept(void **state)
{
    (void)state;
    static const float features[4][2] = {{0, 1}, {0, 0}, {1, 1}, {1, 0}};
    const struct logistic_row rows[] = {{features[0], 0.4, false}, {features[1], 0.1, true},
        {features[2], 0.2, false}, {features[3], 0.3, true}};
    const enum logistic_sign signs[2] = {LOGISTIC_FREE, LOGISTIC_NOT_NEGATIVE};
    struct logistic_problem problem = {rows, 4, 2, signs, 1e-12};
    struct logistic_model model = {0};
    assert_int_equal(logistic_fit(&problem, &model, NULL), REASON_DONE);
    assert_true(model.coefficients[1] == 0);
    assert_true(fabs(model.bias - log(0.1 / 0.4)) <= 1e-4);
}

/* A feature that never changes says nothing and gets nothing; a penalty keeps separable rows finite. */
static void test_constant_features_and_separable_rows(void **state)
{
    (void)state;
    static const float features[2][3] = {{0, 7, 1}, {1, 7, 0}};
    const struct logistic_row rows[] = {{features[0], 0.5, false}, {features[1], 0.5, true}};
    struct logistic_problem problem = {rows, 2, 3, free_signs, 1e-3};
    struct logistic_model model = {0};
    assert_int_equal(logistic_fit(&problem, &model, NULL), REASON_DONE);
    assert_true(model.coefficients[1] == 0);
    assert_true(fabs(model.coefficients[0] + model.coefficients[2]) <= 1e-6);
    assert_true(model.coefficients[0] > 1 && model.coefficients[0] < 100);
}

static void test_what_is_no_problem_is_refused(void **state)
{
    (void)state;
    static const float feature[1] = {0};
    const struct logistic_row rows[] = {{feature, 1, true}};
    struct logistic_model model = {0};
    struct logistic_problem problem = {rows, 0, 1, free_signs, 1};
    assert_int_equal(logistic_fit(&problem, &model, NULL), REASON_BAD_ARGUMENT);
    problem = (struct logistic_problem){rows, 1, LOGISTIC_FEATURES_MAX + 1, free_signs, 1};
    assert_int_equal(logistic_fit(&problem, &model, NULL), REASON_BAD_ARGUMENT);
    problem = (struct logistic_problem){rows, 1, 1, free_signs, 0};
    assert_int_equal(logistic_fit(&problem, &model, NULL), REASON_BAD_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_feature_gives_the_logarithm_of_odds),
        cmocka_unit_test(test_signs_are_kept),
        cmocka_unit_test(test_constant_features_and_separable_rows),
        cmocka_unit_test(test_what_is_no_problem_is_refused),
    };
    return cmocka_run_group_tests_name("lab_logistic", tests, NULL, NULL);
}
