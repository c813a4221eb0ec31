/* A clock that is another one between two readings: what kordond says of its mode and of the list's age it says by one reading. */
#include "base/day.h"
#include "daemon/mode.h"
#include "json/memory.h"
#include "tests/unit/daemon_list_desk.h"
#include "tests/unit/matcher_prints.h"

#define desk_mode (&desk->post.mode)

#define A_DAY_MS     86400000
#define READINGS_MAX 100

/* Of this thread's readings, so many are right; the next is off, or all that follow are. The journal's own are right. */
static _Thread_local int right = READINGS_MAX;
static _Thread_local int64_t off_ms;
static bool once;

int64_t __real_store_now_ms(void);
int64_t __wrap_store_now_ms(void);

int64_t __wrap_store_now_ms(void)
{
    const bool off = once ? right == 0 : right <= 0;
    right--;
    return __real_store_now_ms() + (off ? off_ms : 0);
}

static void turn_off(int readings, int64_t by_ms)
{
    right = readings;
    off_ms = by_ms;
}

static void set_right(void)
{
    turn_off(READINGS_MAX, 0);
}

static const char *purpose(void)
{
    return desk->post.policy.policy->purposes[0].name;
}

static bool was_in_doubt(enum reason reason)
{
    return reason == REASON_CLOCK_BEHIND;
}

/* The list was installed today. By a clock two days behind it was installed in days to come: too old, if such a reading were believed. */
static void test_A4_one_reading_of_a_clock_that_is_not_believed_makes_no_list_old(void **state)
{
    (void)state;
    const struct degraded_row *rows = desk_mode->degraded.rows;
    once = true;
    bool asked = true;
    for (int readings = 0; asked; readings++) {
        set_right();
        mode_derive(desk_mode);
        assert_int_equal(desk_mode->word, MODE_ARMED);
        turn_off(readings, -2 * A_DAY_MS);
        mode_derive(desk_mode);
        asked = right < 0;
        assert_true(desk_mode->word == MODE_ARMED || was_in_doubt(desk_mode->why.reason));
        assert_false(rows[DEGRADED_LIST_STALE].on);
        assert_false(rows[DEGRADED_LIST_TOO_OLD].on);
    }
    set_right();
}

static void test_A4_an_age_is_told_by_the_reading_that_was_believed(void **state)
{
    (void)state;
    enum policy_list_age age;
    once = true;
    bool asked = true;
    for (int readings = 0; asked; readings++) {
        turn_off(readings, -2 * A_DAY_MS);
        bool known = mode_list_age(desk_mode, purpose(), &age);
        asked = right < 0;
        assert_true(!known || age == POLICY_LIST_FRESH);
    }
    set_right();
}

static void test_A4_a_purpose_is_judged_by_the_reading_that_was_believed(void **state)
{
    (void)state;
    const struct policy_purpose *first = &desk->post.policy.policy->purposes[0];
    struct failure why = {0};
    uint32_t fingers;
    once = true;
    bool asked = true;
    set_right();
    mode_derive(desk_mode);
    for (int readings = 0; asked; readings++) {
        turn_off(readings, -2 * A_DAY_MS);
        enum reason reason = mode_check_purpose(desk_mode, first, &fingers, &why);
        asked = right < 0;
        assert_true(reason == REASON_DONE || was_in_doubt(reason));
    }
    set_right();
}

/* Somebody on it is looked for until today: each day has a set of its own. */
static void install_for_days(void)
{
    char today[DAY_TEXT_SIZE];
    day_format(day_of_ms(__real_store_now_ms()), today);
    const struct list_request request = {.list_name = "national", .list_version = 2};
    struct locked_memory lasting = desk_body(0, DESK_LIST, "missing_person"),
                         ending = desk_body_until(DESK_LIST, 1, "missing_person", today);
    assert_int_equal(desk_begin_as(&request), REASON_DONE);
    assert_int_equal(desk_add_body(&lasting), REASON_DONE);
    assert_int_equal(desk_add_body(&ending), REASON_DONE);
    assert_int_equal(desk_commit(), REASON_DONE);
}

/* The set is arranged for the day on which it is then asked for. */
static void test_A8_midnight_between_two_readings_does_not_disarm(void **state)
{
    (void)state;
    install_for_days();
    once = false;
    bool asked = true;
    for (int readings = 0; asked; readings++) {
        set_right();
        mode_derive(desk_mode);
        assert_int_equal(desk_mode->word, MODE_ARMED);
        turn_off(readings, A_DAY_MS);
        mode_derive(desk_mode);
        asked = right < 0;
        assert_int_equal(desk_mode->word, MODE_ARMED);
    }
    set_right();
}

static void on_identified(struct identification *identification)
{
    *(bool *)identification->data = true;
}

static enum comparison_decision identify(const struct locked_template *probe)
{
    bool done = false;
    const struct principal owner = {.name = "device:lane-3"};
    struct identification identification = {
        .done = on_identified, .data = &done, .owner = &owner, .officer = ""};
    identification_start(&desk->post.transactions, &identification, purpose(), probe, 1);
    while (!done)
        uv_run(&desk->post.loop, UV_RUN_ONCE);
    enum comparison_decision decision = identification.outcome.decision;
    identification_outcome_finish(&identification.outcome);
    return decision;
}

static void test_A8_midnight_between_two_readings_leaves_nobody_unsearched(void **state)
{
    (void)state;
    struct locked_template probe = {.position = FINGER_RIGHT_INDEX};
    assert_int_equal(locked_memory_init(&probe.memory, sizeof(struct matcher_template), NULL), REASON_DONE);
    *locked_template_get(&probe) = prints_pack(prints_make(99, 40));
    install_for_days();
    once = false;
    bool asked = true;
    for (int readings = 0; asked; readings++) {
        set_right();
        mode_derive(desk_mode);
        turn_off(readings, A_DAY_MS);
        assert_int_equal(identify(&probe), DECISION_NO_MATCH);
        asked = right < 0;
    }
    set_right();
    locked_template_finish(&probe);
}

int main(void)
{
    json_memory_wipe_when_freed();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_A4_one_reading_of_a_clock_that_is_not_believed_makes_no_list_old,
            desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(
            test_A4_an_age_is_told_by_the_reading_that_was_believed, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(
            test_A4_a_purpose_is_judged_by_the_reading_that_was_believed, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(
            test_A8_midnight_between_two_readings_does_not_disarm, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(
            test_A8_midnight_between_two_readings_leaves_nobody_unsearched, desk_set_up, desk_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
