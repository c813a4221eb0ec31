#include "tests/unit/unit.h"

#include <math.h>
#include <string.h>

#include "matcher/decision/decision.h"
#include "matcher/matcher.h"

/* The calibration in force rises everywhere, begins with no evidence, and stays on the scale. */
static void test_calibration_rises(void **state)
{
    (void)state;
    assert_true(matcher_calibration_in_force.version > 0);
    assert_true(strlen(matcher_calibration_in_force.source) > 10);
    for (int kind = 0; kind < 2; kind++) {
        const struct calibration_curve *curve = matcher_calibration_curve(kind == 0);
        assert_true(curve->count >= 2);
        assert_int_equal(curve->points[0].score, 0);
        for (uint32_t i = 1; i < curve->count; i++) {
            assert_true(curve->points[i].raw > curve->points[i - 1].raw);
            assert_true(curve->points[i].score > curve->points[i - 1].score);
        }
        const matcher_score top = curve->points[curve->count - 1].score;
        assert_true(top <= MATCHER_SCORE_MAX);
        /* At most a decade beyond what so many comparisons can show. */
        assert_true(matcher_calibration_in_force.vouched <= 10 * log10(curve->non_mated) + 10);
        assert_true(matcher_calibration_in_force.vouched <= top);
        matcher_score last = 0;
        for (int32_t raw = 0; raw < 50000; raw++) {
            matcher_score score = matcher_calibrate_score(curve, raw);
            assert_true(score >= last);
            assert_true(score <= matcher_score_of_raw(raw, kind == 0) + 1e-9);
            last = score;
        }
        assert_int_equal(matcher_calibrate_score(curve, 0), 0);
        assert_int_equal(matcher_calibrate_score(curve, INT32_MAX), top);
        assert_int_equal(matcher_calibrate_score(curve, INT32_MIN), 0);
    }
}

/* A raw score between two prints crowded with minutiae says less; densities are cut where none was measured, and
 * no evidence stays none. */
static void test_raw_scores_are_levelled(void **state)
{
    (void)state;
    const struct calibration_curve curve = {.levelling = {.lesser = 320, .greater = -160}};
    const uint32_t usual = CALIBRATION_DENSITY_USUAL;
    assert_int_equal(matcher_level_raw(&curve, 9000, usual, usual), 9000);
    assert_int_equal(matcher_level_raw(&curve, 9000, usual + 10, usual + 10), 9000 - 200 + 100);
    assert_int_equal(matcher_level_raw(&curve, 9000, usual, usual + 10), 9000 + 100);
    assert_int_equal(matcher_level_raw(&curve, 9000, usual + 10, usual), 9000 + 100);
    assert_int_equal(matcher_level_raw(&curve, 9000, 0, 0),
        matcher_level_raw(&curve, 9000, CALIBRATION_DENSITY_MIN, CALIBRATION_DENSITY_MIN));
    assert_int_equal(matcher_level_raw(&curve, 9000, UINT16_MAX, UINT16_MAX),
        matcher_level_raw(&curve, 9000, CALIBRATION_DENSITY_MAX, CALIBRATION_DENSITY_MAX));
    assert_int_equal(matcher_level_raw(&curve, 0, 70, 70), 0);
    assert_int_equal(matcher_level_raw(&curve, 1, CALIBRATION_DENSITY_MAX, CALIBRATION_DENSITY_MAX), 0);
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
    double vouched = matcher_score_fmr(matcher_calibration_in_force.vouched);
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
    assert_int_equal(matcher_score_of_best(40, 1), 40);
    assert_int_equal(matcher_score_of_best(40, 10), 30);
    assert_int_equal(matcher_score_of_best(3, 10), 0);
}

/* Each score from a reference of its own. */
static void add(struct finger_evidence *evidence, enum finger_meeting meeting, matcher_score score)
{
    static uint32_t reference;
    matcher_finger_evidence_add(evidence, meeting, ++reference, score);
}

/* Q7: a missing finger changes nothing, one that gave nothing takes a little, and a swapped one is found, said, and
 * paid for. */
static void test_Q7_missing_and_swapped_fingers(void **state)
{
    (void)state;
    struct matcher_candidate candidate = {.subject = 7};
    struct finger_evidence missing[2] = {0};
    assert_int_equal(matcher_fuse_evidence(missing, 2, &candidate), 0);
    assert_int_equal(candidate.score, 0);
    add(&missing[0], FINGER_AS_CLAIMED, 40);
    assert_int_equal(matcher_fuse_evidence(missing, 2, &candidate), 1);
    assert_int_equal(candidate.score, 40);
    assert_int_equal(candidate.fingers, 1);
    assert_int_equal(candidate.swapped, 0);
    assert_int_equal(candidate.subject, 7);
    add(&missing[1], FINGER_AS_CLAIMED, 0);
    assert_int_equal(matcher_fuse_evidence(missing, 2, &candidate), 2);
    assert_true(candidate.score < 40 && candidate.score > 25);
    assert_int_equal(candidate.fingers, 1);

    struct finger_evidence swapped[2] = {0};
    for (int i = 0; i < 2; i++) {
        add(&swapped[i], FINGER_AS_CLAIMED, 3);
        add(&swapped[i], FINGER_SWAPPED, 50);
    }
    assert_int_equal(matcher_fuse_evidence(swapped, 2, &candidate), 2);
    assert_int_equal(candidate.swapped, 2);
    assert_int_equal(candidate.fingers, 2);
    assert_int_equal(candidate.score, matcher_fuse((const matcher_score[]){40, 40}, 2));

    struct finger_evidence in_order = {0};
    add(&in_order, FINGER_AS_CLAIMED, 50);
    add(&in_order, FINGER_SWAPPED, 52);
    assert_int_equal(matcher_fuse_evidence(&in_order, 1, &candidate), 1);
    assert_int_equal(candidate.score, 49);
    assert_int_equal(candidate.swapped, 0);
}

/* Q7: one finger given as two resembles one reference twice; that is no more evidence than once. Two fingers
 * that resemble two references are. */
static void test_Q7_a_reference_speaks_for_one_finger(void **state)
{
    (void)state;
    struct matcher_candidate once, twice, two;
    struct finger_evidence evidence[2] = {0};
    for (uint32_t reference = 0; reference < 2; reference++) {
        matcher_finger_evidence_add(&evidence[0], reference == 0 ? FINGER_AS_CLAIMED : FINGER_SWAPPED,
            reference, reference == 0 ? 40 : 0);
        matcher_finger_evidence_add(&evidence[1], reference == 1 ? FINGER_AS_CLAIMED : FINGER_SWAPPED,
            reference, reference == 0 ? 40 : 0);
    }
    matcher_fuse_evidence(evidence, 1, &once);
    assert_int_equal(matcher_fuse_evidence(evidence, 2, &twice), 2);
    assert_true(twice.score < once.score);
    assert_int_equal(twice.fingers, 1);
    assert_int_equal(twice.swapped, 0);
    matcher_finger_evidence_add(&evidence[1], FINGER_AS_CLAIMED, 1, 40);
    matcher_fuse_evidence(evidence, 2, &two);
    assert_true(two.score > once.score);
    assert_int_equal(two.fingers, 2);

    /* Of unknown position, too, in whatever order. */
    struct finger_evidence unknown[2] = {0};
    matcher_finger_evidence_add(&unknown[0], FINGER_AS_CLAIMED, 5, 30);
    matcher_finger_evidence_add(&unknown[1], FINGER_AS_CLAIMED, 5, 40);
    matcher_fuse_evidence(unknown, 2, &twice);
    assert_int_equal(twice.score, matcher_fuse((const matcher_score[]){40, 0}, 2));
}

/* Who meets whom. */
static void test_finger_meetings(void **state)
{
    (void)state;
    struct matcher_probe probe = {.position = FINGER_RIGHT_INDEX};
    assert_int_equal(matcher_finger_meeting(&probe, FINGER_RIGHT_INDEX), FINGER_AS_CLAIMED);
    assert_int_equal(matcher_finger_meeting(&probe, FINGER_UNKNOWN), FINGER_AS_CLAIMED);
    assert_int_equal(matcher_finger_meeting(&probe, FINGER_LEFT_INDEX), FINGER_NOT_COMPARED);
    probe.any_position = true;
    assert_int_equal(matcher_finger_meeting(&probe, FINGER_LEFT_INDEX), FINGER_SWAPPED);
    assert_int_equal(matcher_finger_meeting(&probe, FINGER_RIGHT_INDEX), FINGER_AS_CLAIMED);
    probe.position = FINGER_UNKNOWN;
    assert_int_equal(matcher_finger_meeting(&probe, FINGER_LEFT_INDEX), FINGER_AS_CLAIMED);
}

/* By simulation: one finger against ten references of a stranger, one of them at the claimed position, still
 * follows the scale. */
static void test_swap_tolerance_keeps_the_scale(void **state)
{
    (void)state;
    uint64_t random = 3;
    const int trials = 200000;
    int above = 0;
    for (int i = 0; i < trials; i++) {
        struct finger_evidence evidence = {0};
        for (int k = 0; k < 10; k++) {
            random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
            double rate = ((double)(random >> 11) + 1) * 0x1p-53;
            add(&evidence, k == 0 ? FINGER_AS_CLAIMED : FINGER_SWAPPED,
                (matcher_score)floor(-10 * log10(rate)));
        }
        struct matcher_candidate candidate;
        matcher_fuse_evidence(&evidence, 1, &candidate);
        above += candidate.score >= 20;
    }
    assert_true(above <= trials / 100);
    assert_true(above >= trials / 300);
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
        cmocka_unit_test(test_raw_scores_are_levelled),
        cmocka_unit_test(test_Q7_missing_and_swapped_fingers),
        cmocka_unit_test(test_Q7_a_reference_speaks_for_one_finger),
        cmocka_unit_test(test_finger_meetings),
        cmocka_unit_test(test_swap_tolerance_keeps_the_scale),
        cmocka_unit_test(test_fused_scores_keep_the_scale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
