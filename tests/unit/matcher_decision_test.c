#include "tests/unit/unit.h"

#include <math.h>
#include <string.h>

#include "matcher/decision/decision.h"

/* The calibration in force rises everywhere, begins with no evidence, and stays on the scale. */
static void test_calibration_rises(void **state)
{
    (void)state;
    const struct calibration *calibration = &calibration_in_force;
    assert_true(calibration->version > 0);
    assert_true(strlen(calibration->source) > 10);
    assert_true(calibration->count >= 2);
    assert_int_equal(calibration->points[0].score, 0);
    for (uint32_t i = 1; i < calibration->count; i++) {
        assert_true(calibration->points[i].raw > calibration->points[i - 1].raw);
        assert_true(calibration->points[i].score > calibration->points[i - 1].score);
    }
    assert_true(calibration->points[calibration->count - 1].score <= MATCHER_SCORE_MAX);
    /* At most a decade beyond what so many comparisons can show. */
    assert_true(calibration->vouched <= 10 * log10(calibration->non_mated) + 10);
    assert_true(calibration->vouched <= calibration->points[calibration->count - 1].score);
    matcher_score last = 0;
    for (int32_t raw = 0; raw < 50000; raw++) {
        matcher_score score = calibrate_score(calibration, raw);
        assert_true(score >= last);
        assert_true(score <= matcher_score_of_raw(raw) + 1e-9);
        last = score;
    }
    assert_int_equal(calibrate_score(calibration, 0), 0);
    assert_int_equal(
        calibrate_score(calibration, INT32_MAX), calibration->points[calibration->count - 1].score);
    assert_int_equal(calibrate_score(calibration, INT32_MIN), 0);
}

/* Q7: FMR = 1-(1-FPIR)^(1/N): one person at 0.1 % needs 30, a thousand need 60. */
static void test_Q7_threshold_follows_list_size(void **state)
{
    (void)state;
    matcher_score threshold;
    assert_int_equal(matcher_identification_threshold(0.001, 1, 1, &threshold, NULL), REASON_DONE);
    assert_int_equal(threshold, 30);
    assert_int_equal(matcher_identification_threshold(0.001, 0, 1, &threshold, NULL), REASON_DONE);
    assert_int_equal(threshold, 30);
    assert_int_equal(matcher_identification_threshold(0.001, 36, 1, &threshold, NULL), REASON_DONE);
    assert_int_equal(threshold, 46);
    assert_int_equal(matcher_identification_threshold(0.001, 1000, 2, &threshold, NULL), REASON_DONE);
    assert_int_equal(threshold, 60);
    double fpir = 1 - pow(1 - matcher_score_fmr(threshold), 1000);
    assert_true(fpir <= 0.001);
}

/* What people are told of a score never claims more than the calibration vouches for. */
static void test_Q7_told_rate_is_a_vouched_one(void **state)
{
    (void)state;
    double vouched = matcher_score_fmr(calibration_in_force.vouched);
    assert_true(matcher_vouched_fmr(30, 1) == matcher_score_fmr(30));
    assert_true(matcher_vouched_fmr(MATCHER_SCORE_MAX, 1) == vouched);
    assert_true(matcher_vouched_fmr(MATCHER_SCORE_MAX, 0) == vouched);
    assert_true(matcher_vouched_fmr(MATCHER_SCORE_MAX, 2) < vouched);
}

/* Q7: a threshold beyond what the calibration vouches for is refused, with what would make it possible. */
static void test_Q7_unreachable_threshold_is_refused(void **state)
{
    (void)state;
    matcher_score threshold;
    struct failure failure = {0};
    assert_int_equal(matcher_identification_threshold(0.001, 1000000, 1, &threshold, &failure),
        REASON_THRESHOLD_UNREACHABLE);
    assert_int_equal(threshold, MATCHER_SCORE_MAX);
    assert_non_null(strstr(failure.detail, "2 fingers"));
    assert_non_null(strstr(failure.detail, "people"));
    assert_int_equal(matcher_identification_threshold(0.001, 1000000, 2, &threshold, &failure), REASON_DONE);
    assert_int_equal(threshold, 90);
    assert_int_equal(
        matcher_verification_threshold(1e-9, &threshold, &failure), REASON_THRESHOLD_UNREACHABLE);
}

static void test_bad_targets_are_refused(void **state)
{
    (void)state;
    matcher_score threshold;
    const double bad[] = {0, 1, -0.5, 2, NAN, INFINITY};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(matcher_identification_threshold(bad[i], 10, 1, &threshold, NULL), REASON_BAD_VALUE);
        assert_int_equal(matcher_verification_threshold(bad[i], &threshold, NULL), REASON_BAD_VALUE);
        assert_int_equal(threshold, MATCHER_SCORE_MAX);
    }
    assert_int_equal(matcher_identification_threshold(0.001, 10, 0, &threshold, NULL), REASON_BAD_VALUE);
    assert_int_equal(matcher_verification_threshold(0.0005, &threshold, NULL), REASON_DONE);
    assert_int_equal(threshold, 34);
}

/* Two independent fingers at an FMR of 1 % each: the chance that the product is as small as 1e-4 is
 * 1e-4 * (1 + ln 1e4) = 1.02e-3, by Fisher's method. */
static void test_fusion_counts_the_ways_to_be_high(void **state)
{
    (void)state;
    assert_int_equal(matcher_fuse((const matcher_score[]){20, 20}, 2), 29);
    assert_int_equal(matcher_fuse((const matcher_score[]){37}, 1), 37);
    assert_int_equal(matcher_fuse((const matcher_score[]){0, 0, 0}, 3), 0);
    assert_int_equal(matcher_fuse(NULL, 0), 0);
    assert_int_equal(matcher_fuse((const matcher_score[]){120, 120, 120}, 3), MATCHER_SCORE_MAX);
    assert_true(matcher_fuse((const matcher_score[]){40, 0}, 2) < 40);
    assert_int_equal(score_of_best(40, 1), 40);
    assert_int_equal(score_of_best(40, 10), 30);
    assert_int_equal(score_of_best(3, 10), 0);
}

/* By simulation: scores of non-mated people that follow the scale, fused, still follow the scale. */
static void test_fused_scores_keep_the_scale(void **state)
{
    (void)state;
    uint64_t random = 1;
    const int trials = 400000;
    int above = 0;
    for (int i = 0; i < trials; i++) {
        matcher_score scores[3];
        for (int k = 0; k < 3; k++) {
            random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
            double rate = ((double)(random >> 11) + 1) * 0x1p-53;
            scores[k] = (matcher_score)floor(-10 * log10(rate));
        }
        above += matcher_fuse(scores, 3) >= 20;
    }
    assert_true(above <= trials / 100);
    assert_true(above >= trials / 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calibration_rises),
        cmocka_unit_test(test_Q7_threshold_follows_list_size),
        cmocka_unit_test(test_Q7_told_rate_is_a_vouched_one),
        cmocka_unit_test(test_Q7_unreachable_threshold_is_refused),
        cmocka_unit_test(test_bad_targets_are_refused),
        cmocka_unit_test(test_fusion_counts_the_ways_to_be_high),
        cmocka_unit_test(test_fused_scores_keep_the_scale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
