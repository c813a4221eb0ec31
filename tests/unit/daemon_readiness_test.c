/* Armed for a purpose: with its people, their fingers, its sensors and its number of fingers; nothing of it that is missing is armed. */
#include "daemon/readiness.h"
#include "daemon/mode.h"
#include "tests/unit/daemon_list_desk.h"

/* The purpose for which the desk's list is, of right index fingers alone. */
static struct policy_purpose *purpose(void)
{
    struct policy_purpose *first = &desk->post.policy.policy->purposes[0];
    assert_string_equal(first->name, "border_check");
    return first;
}

/* From how many fingers on; with 0, why not, in desk->failure. */
static uint32_t armed_from(void)
{
    uint32_t fingers = 99;
    desk->failure = (struct failure){0};
    enum reason reason = readiness_check(desk_list, purpose(), store_now_ms(), &fingers, &desk->failure);
    assert_true((reason == REASON_DONE) == (fingers > 0));
    return fingers;
}

static void check_not_armed(enum reason reason)
{
    assert_int_equal(armed_from(), 0);
    assert_int_equal(desk->failure.reason, reason);
    assert_non_null(
        strstr(desk->failure.detail, reason == REASON_THRESHOLD_UNREACHABLE ? "" : "border_check"));
}

static void take_only(enum finger_position finger)
{
    purpose()->fingers[0] = finger;
    purpose()->finger_count = 1;
}

static void test_A8_armed_from_as_many_fingers_as_the_policy_needs(void **state)
{
    (void)state;
    assert_int_equal(armed_from(), 1);
    purpose()->fingers_needed = 2;
    assert_int_equal(armed_from(), 2);
}

/* Where the policy needs fewer than reach the target, those that reach it; where it does not even take as many, none. */
static void test_A8_armed_from_as_many_fingers_as_reach_the_target(void **state)
{
    (void)state;
    desk->post.configuration.identification.target_fpir = 1e-7;
    assert_true(armed_from() > 1);
    take_only(FINGER_RIGHT_INDEX);
    check_not_armed(REASON_THRESHOLD_UNREACHABLE);
}

static void test_A8_not_armed_where_nobody_has_a_finger_that_the_policy_takes(void **state)
{
    (void)state;
    struct policy *policy = desk->post.policy.policy;
    take_only(FINGER_LEFT_THUMB);
    assert_true(policy->demonstration); /* which takes fingers that nobody names, too */
    assert_int_equal(armed_from(), 1);
    policy->demonstration = false;
    check_not_armed(REASON_NO_COMMON_FINGER);
    take_only(FINGER_RIGHT_INDEX);
    assert_int_equal(armed_from(), 1);
}

/* The list has right index fingers alone. Where a transaction would ask for others first, it could never say that nobody was found. */
static void test_A8_not_armed_where_nobody_has_a_finger_that_is_asked_for_first(void **state)
{
    (void)state;
    desk->post.policy.policy->demonstration = false;
    purpose()->fingers[0] = FINGER_RIGHT_THUMB;
    purpose()->fingers[1] = FINGER_RIGHT_INDEX;
    purpose()->finger_count = 2;
    check_not_armed(REASON_NO_COMMON_FINGER);
    assert_non_null(strstr(desk->failure.detail, ": right_thumb"));
    assert_null(strstr(desk->failure.detail, "right_index"));
    purpose()->fingers_needed = 2;
    assert_int_equal(armed_from(), 2);
    /* More are asked for where they are needed for the target. */
    purpose()->fingers_needed = 1;
    desk->post.configuration.identification.target_fpir = 1e-6;
    assert_int_equal(armed_from(), 2);
}

static void test_A8_not_armed_where_the_purpose_sees_nobody(void **state)
{
    (void)state;
    strcpy(purpose()->name, "elsewhere");
    uint32_t fingers = 99;
    struct failure failure = {0};
    assert_int_equal(readiness_check(desk_list, &desk->post.policy.policy->purposes[0], store_now_ms(),
                         &fingers, &failure),
        REASON_NOBODY_SEARCHED);
    assert_int_equal(fingers, 0);
}

/* What is not proven has no age. */
static void test_A4_of_a_list_that_is_locked_nobody_knows_how_old_it_is(void **state)
{
    (void)state;
    enum policy_list_age age;
    const struct mode mode = {.list = desk_list, .guard = &desk->post.guard};
    assert_true(mode_list_age(&mode, purpose()->name, &age));
    desk->post.guard.locked.reason = REASON_STATE_LOCKED;
    assert_false(mode_list_age(&mode, purpose()->name, &age));
    desk->post.guard.locked = (struct failure){0};
}

static void register_sensor(const char *driver, const char *device, uint32_t fap, const char *detection)
{
    struct config_sensor *sensor = &desk->post.configuration.sensors.list[0];
    *sensor = (struct config_sensor){.item = {.name = "plate"}, .fap = fap};
    snprintf(sensor->driver, sizeof sensor->driver, "%s", driver);
    snprintf(sensor->device, sizeof sensor->device, "%s", device);
    snprintf(sensor->attack_detection, sizeof sensor->attack_detection, "%s", detection);
    desk->post.configuration.sensors.count = 1;
}

static void test_F8_not_armed_where_no_registered_sensor_is_of_the_class(void **state)
{
    (void)state;
    purpose()->verification_fap = 60; /* which no identification asks for */
    assert_int_equal(armed_from(), 1);
    purpose()->identification_fap = 45;
    check_not_armed(REASON_SENSOR_NOT_PERMITTED);
    register_sensor("", "lane 3", 40, "none");
    check_not_armed(REASON_SENSOR_NOT_PERMITTED);
    register_sensor("", "lane 3", 45, "none");
    assert_int_equal(armed_from(), 1);
    /* One that is known by its driver is a reader at this machine. */
    register_sensor("uru4000", "", 45, "none");
    check_not_armed(REASON_SENSOR_NOT_PERMITTED);
    desk->post.configuration.scanner.enabled = true;
    assert_int_equal(armed_from(), 1);
}

static void test_Q8_not_armed_where_no_registered_sensor_detects_attacks(void **state)
{
    (void)state;
    purpose()->attack_detection_required = true;
    register_sensor("", "lane 3", 60, "none");
    check_not_armed(REASON_SENSOR_NOT_PERMITTED);
    register_sensor("", "lane 3", 0, "multispectral");
    assert_int_equal(armed_from(), 1);
    purpose()->identification_fap = 45;
    check_not_armed(REASON_SENSOR_NOT_PERMITTED);
    register_sensor("", "lane 3", 45, "multispectral");
    assert_int_equal(armed_from(), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_A8_armed_from_as_many_fingers_as_the_policy_needs, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(
            test_A8_armed_from_as_many_fingers_as_reach_the_target, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(
            test_A8_not_armed_where_nobody_has_a_finger_that_the_policy_takes, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(
            test_A8_not_armed_where_nobody_has_a_finger_that_is_asked_for_first, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(
            test_A8_not_armed_where_the_purpose_sees_nobody, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(
            test_A4_of_a_list_that_is_locked_nobody_knows_how_old_it_is, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(
            test_F8_not_armed_where_no_registered_sensor_is_of_the_class, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(
            test_Q8_not_armed_where_no_registered_sensor_detects_attacks, desk_set_up, desk_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
