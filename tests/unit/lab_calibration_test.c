#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/calibration.h"

#define SETS        3
#define FINGERS     24 /* of a set */
#define IMPRESSIONS 8
#define UNIT        1000.0 /* raw scores of different fingers are exponential with this mean */

struct fixture {
    struct calibration_data data;
    uint64_t random;
};

static double uniform(uint64_t *random)
{
    *random = *random * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return ((double)(*random >> 11) + 1) * 0x1p-53;
}

/* Density adds raw score as in real prints: slope units for each step of the lesser one. */
static void add_comparison(struct fixture *fixture, uint32_t set, uint32_t a, uint32_t b, double slope)
{
    uint16_t density_a = (uint16_t)(100 + 100 * uniform(&fixture->random));
    uint16_t density_b = (uint16_t)(100 + 100 * uniform(&fixture->random));
    uint16_t lesser = density_a < density_b ? density_a : density_b;
    double raw = 5000 - UNIT * log(uniform(&fixture->random)) + slope * (lesser - 150);
    fixture->data.samples[fixture->data.count++] = (struct calibration_sample){.raw = (int32_t)raw,
        .density_a = density_a,
        .density_b = density_b,
        .finger_a = (uint16_t)a,
        .finger_b = (uint16_t)b,
        .set = (uint8_t)set};
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct calibration_data *data = &fixture->data;
    fixture->random = 5;
    data->samples =
        calloc(SETS * FINGERS * FINGERS * IMPRESSIONS * IMPRESSIONS, sizeof(struct calibration_sample));
    for (uint32_t s = 0; s < SETS; s++) {
        struct calibration_set *set = &data->sets[data->set_count++];
        *set = (struct calibration_set){.first_finger = s * FINGERS, .fingers = FINGERS};
        snprintf(set->name, sizeof set->name, "set %u", s);
        data->finger_count += FINGERS;
        for (uint32_t a = 0; a < FINGERS; a++)
            for (uint32_t b = a + 1; b < FINGERS; b++)
                for (uint32_t i = 0; i < IMPRESSIONS * IMPRESSIONS; i++, set->non_mated++)
                    add_comparison(fixture, s, s * FINGERS + a, s * FINGERS + b, 10);
    }
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    free(fixture->data.samples);
    free(fixture);
    return 0;
}

/* What is known of the made scores comes out: their tail, and the density's part of them. */
static void test_Q7_derived_table_is_the_known_one(void **state)
{
    struct fixture *fixture = *state;
    struct calibration_fit fit;
    assert_int_equal(calibration_derive(&fit, &fixture->data, NULL, NULL), REASON_DONE);
    assert_int_equal(fit.curve.non_mated, fixture->data.count);
    assert_true(fit.tail_shape < 0.1 && fabs(fit.tail_scale - UNIT) < 0.1 * UNIT);
    assert_true(fit.curve.levelling.lesser > 0);
    assert_true(abs(fit.curve.levelling.greater) < fit.curve.levelling.lesser / 2);
    for (uint32_t i = 1; i < fit.curve.count; i++)
        assert_true(fit.curve.points[i].raw > fit.curve.points[i - 1].raw);
    /* At density 150 a score of 30 begins where one in a thousand lies. */
    double known = 5000 + UNIT * log(1e3);
    double score = matcher_calibrate_exactly(&fit.curve, (int32_t)known);
    assert_true(score > 27.5 && score < 31);
    for (int i = 0; i < CALIBRATION_CONFIDENCES; i++)
        assert_true(fit.confidence[i].low <= fit.confidence[i].high);
}

/* A set left out shows what the others claim; a calibration that claims ten times too much is caught. */
static void test_Q7_wrong_claims_are_caught(void **state)
{
    struct fixture *fixture = *state;
    struct calibration_fit fit;
    struct calibration_validation validation;
    assert_int_equal(calibration_derive(&fit, &fixture->data, "set 1", NULL), REASON_DONE);
    assert_int_equal(calibration_validate(&validation, &fixture->data, &fit.curve, 1, NULL), REASON_DONE);
    for (int c = 0; c < CALIBRATION_CHECKS; c++)
        assert_true(validation.checks[c].verdict == CALIBRATION_WITHIN ||
                    validation.checks[c].verdict == CALIBRATION_CANNOT_TELL);
    assert_int_equal(validation.checks[1].verdict, CALIBRATION_WITHIN);
    struct calibration_curve boastful = fit.curve, timid = fit.curve;
    for (uint32_t i = 1; i < fit.curve.count; i++) {
        boastful.points[i].raw -= (int32_t)(UNIT * log(10));
        timid.points[i].raw += (int32_t)(UNIT * log(10));
    }
    assert_int_equal(calibration_validate(&validation, &fixture->data, &boastful, 1, NULL), REASON_DONE);
    assert_int_equal(validation.checks[1].verdict, CALIBRATION_TOO_MANY);
    assert_int_equal(calibration_validate(&validation, &fixture->data, &timid, 1, NULL), REASON_DONE);
    assert_int_equal(validation.checks[1].verdict, CALIBRATION_TOO_FEW);
}

/* Ten fingers can't say that a claim is wrong, and too few comparisons make no table. */
static void test_few_prints_cannot_tell(void **state)
{
    struct fixture *fixture = *state;
    struct calibration_fit fit;
    struct calibration_validation validation;
    assert_int_equal(calibration_derive(&fit, &fixture->data, NULL, NULL), REASON_DONE);
    fixture->data.sets[0].fingers = 10;
    fixture->data.count = 0;
    fixture->data.sets[0].non_mated = 0;
    for (uint32_t a = 0; a < 10; a++)
        for (uint32_t b = a + 1; b < 10; b++)
            for (uint32_t i = 0; i < IMPRESSIONS * IMPRESSIONS; i++, fixture->data.sets[0].non_mated++)
                add_comparison(fixture, 0, a, b, 60);
    assert_int_equal(calibration_validate(&validation, &fixture->data, &fit.curve, 0, NULL), REASON_DONE);
    for (int c = 1; c < CALIBRATION_CHECKS; c++)
        assert_true(validation.checks[c].verdict == CALIBRATION_WITHIN ||
                    validation.checks[c].verdict == CALIBRATION_CANNOT_TELL);
    assert_int_equal(calibration_derive(&fit, &fixture->data, NULL, NULL), REASON_BAD_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_Q7_derived_table_is_the_known_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_Q7_wrong_claims_are_caught, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_few_prints_cannot_tell, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
