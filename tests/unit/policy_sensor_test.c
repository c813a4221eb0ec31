#include "tests/unit/unit.h"

#include "policy/sensor.h"

static enum reason judge(struct policy_sensor_need need, struct policy_sensor sensor)
{
    struct failure failure = {0};
    return policy_check_sensor(&need, &sensor, "plate", &failure);
}

/* F8: the stricter of what the comparisons of a transaction need. */
static void test_F8_one_to_many_may_need_another_class_than_one_to_one(void **state)
{
    (void)state;
    const struct policy_purpose purpose = {.identification_fap = 45, .verification_fap = 20};
    assert_int_equal(policy_sensor_need(&purpose, POLICY_IDENTIFICATION).fap, 45);
    assert_int_equal(policy_sensor_need(&purpose, POLICY_VERIFICATION).fap, 20);
    assert_int_equal(policy_sensor_need(&purpose, POLICY_IDENTIFICATION | POLICY_VERIFICATION).fap, 45);
    const struct policy_purpose other = {.identification_fap = 10, .verification_fap = 30};
    assert_int_equal(policy_sensor_need(&other, POLICY_IDENTIFICATION | POLICY_VERIFICATION).fap, 30);
}

/* F8: what is not known of a sensor it does not have. */
static void test_F8_a_class_that_is_too_low_or_not_known_is_refused(void **state)
{
    (void)state;
    const struct policy_sensor_need need = {.fap = 30};
    assert_int_equal(judge(need, (struct policy_sensor){.fap = 0}), REASON_SENSOR_NOT_PERMITTED);
    assert_int_equal(judge(need, (struct policy_sensor){.fap = 20}), REASON_SENSOR_NOT_PERMITTED);
    assert_int_equal(judge(need, (struct policy_sensor){.fap = 30}), REASON_DONE);
    assert_int_equal(judge(need, (struct policy_sensor){.fap = 45}), REASON_DONE);
    assert_int_equal(judge((struct policy_sensor_need){0}, (struct policy_sensor){0}), REASON_DONE);
}

static void test_Q8_attack_detection_may_be_required(void **state)
{
    (void)state;
    const struct policy_purpose purpose = {.attack_detection_required = true};
    const struct policy_sensor_need need = policy_sensor_need(&purpose, POLICY_VERIFICATION);
    assert_int_equal(judge(need, (struct policy_sensor){.fap = 60}), REASON_SENSOR_NOT_PERMITTED);
    assert_int_equal(judge(need, (struct policy_sensor){.attack_detection = true}), REASON_DONE);
    /* Of what nobody is told nothing is known. */
    const struct policy_sensor silent = {.attack_detection = true, .silent = true};
    assert_int_equal(judge(need, silent), REASON_SENSOR_NOT_PERMITTED);
    assert_int_equal(judge((struct policy_sensor_need){0}, silent), REASON_DONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_F8_one_to_many_may_need_another_class_than_one_to_one),
        cmocka_unit_test(test_F8_a_class_that_is_too_low_or_not_known_is_refused),
        cmocka_unit_test(test_Q8_attack_detection_may_be_required),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
