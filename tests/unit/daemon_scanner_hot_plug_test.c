#include "tests/support/scanner_pool_fixture.h"

#include <unistd.h>

#include "tests/support/failing_memory.h"

#define OTHER_READER_ID "hostile-2"

/* Unplugging in the middle of a capture costs that capture; plugged in again, the reader works, without a restart. */
static void test_A6_unplugged_and_plugged_in_again(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, "unplugged-in-capture");
    ask(&fixture);
    RUN_UNTIL(&fixture, state_of(&fixture) == SCANNER_STATE_CAPTURING);
    tell_watcher(&fixture, "unplug");
    RUN_UNTIL(&fixture, fixture.answers == 1);
    assert_int_equal(fixture.answer, REASON_SCANNER_FAILED);
    assert_int_equal(fixture.events[SCANNER_EVENT_REMOVED], 1);
    assert_int_equal(scanner_pool_count(fixture.pool), 0);
    struct scanner_capture other = {.data = &fixture};
    assert_int_equal(
        scanner_pool_capture(fixture.pool, &other, NULL, 1000, on_captured, NULL), REASON_SCANNER_NOT_FOUND);
    tear_down(&fixture);

    set_up(&fixture, "replugged");
    RUN_UNTIL(&fixture, state_of(&fixture) == SCANNER_STATE_READY);
    tell_watcher(&fixture, "unplug");
    tell_watcher(&fixture, "plug");
    RUN_UNTIL(&fixture, fixture.events[SCANNER_EVENT_ADDED] == 2);
    ask(&fixture);
    RUN_UNTIL(&fixture, fixture.answers == 1);
    assert_int_equal(fixture.answer, REASON_DONE);
    assert_int_equal(fixture.events[SCANNER_EVENT_REMOVED], 1);
    assert_int_equal(fixture.events[SCANNER_EVENT_WATCHER], 0);
    tear_down(&fixture);
}

/* Plugged in again at once, while the child of before still holds on to its capture: that capture alone is lost, and the reader
 * that came is a new one, which the end of the old one takes nothing from. */
static void test_A6_replugged_in_a_capture(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, "replugged-in-capture");
    ask(&fixture);
    RUN_UNTIL(&fixture, state_of(&fixture) == SCANNER_STATE_CAPTURING);
    tell_watcher(&fixture, "unplug");
    tell_watcher(&fixture, "plug");
    RUN_UNTIL(&fixture, fixture.events[SCANNER_EVENT_ADDED] == 2);
    assert_int_equal(fixture.events[SCANNER_EVENT_REMOVED], 1);
    assert_int_equal(fixture.answers, 1);
    assert_int_equal(fixture.answer, REASON_SCANNER_FAILED);
    assert_int_equal(state_of(&fixture), SCANNER_STATE_STARTING);
    ask(&fixture); /* is waited for */
    RUN_UNTIL(&fixture, fixture.answers == 2);
    assert_int_equal(fixture.answer, REASON_DONE);
    struct scanner_info info;
    assert_true(scanner_pool_find(fixture.pool, READER_ID, &info));
    assert_int_equal(info.restarts, 0);
    assert_int_equal(info.last_failure.reason, REASON_DONE);
    assert_int_equal(scanner_pool_count(fixture.pool), 1);
    /* Unplugging is nobody's fault. */
    assert_int_equal(fixture.events[SCANNER_EVENT_FAILED], 0);
    assert_int_equal(fixture.events[SCANNER_EVENT_WATCHER], 0);
    tear_down(&fixture);
    assert_int_equal(fixture.answers, 2);
}

static void begin_beside_another(struct fixture *fixture)
{
    set_up(fixture, "another-replugged-in-capture");
    RUN_UNTIL(fixture, scanner_pool_count(fixture->pool) == 2 && state_of(fixture) == SCANNER_STATE_READY);
    ask(fixture);
    RUN_UNTIL(fixture, state_of(fixture) == SCANNER_STATE_CAPTURING);
}

static void check_undisturbed(struct fixture *fixture)
{
    assert_int_equal(fixture->answers, 0);
    assert_int_equal(state_of(fixture), SCANNER_STATE_CAPTURING);
    scanner_pool_cancel(&fixture->capture);
    RUN_UNTIL(fixture, fixture->answers == 1);
    assert_int_equal(fixture->answer, REASON_CAPTURE_CANCELLED);
    assert_int_equal(restarts_of(fixture), 0);
    tear_down(fixture);
}

/* Another reader that goes and comes disturbs no capture. */
static void test_A6_another_replugged_in_a_capture(void **state)
{
    (void)state;
    struct fixture fixture;
    begin_beside_another(&fixture);
    tell_watcher(&fixture, "unplug");
    RUN_UNTIL(&fixture, scanner_pool_count(fixture.pool) == 1);
    assert_int_equal(state_of(&fixture), SCANNER_STATE_CAPTURING);
    tell_watcher(&fixture, "plug");
    RUN_UNTIL(&fixture, scanner_pool_count(fixture.pool) == 2);
    assert_int_equal(fixture.events[SCANNER_EVENT_WATCHER], 0);
    check_undisturbed(&fixture);
}

/* Nor does one for which there is no memory when it comes. The watcher is started again and lists anew: then it is there, and
 * the one that captures is still the same. */
static void test_A7_another_plugged_in_without_memory(void **state)
{
    (void)state;
    struct fixture fixture;
    begin_beside_another(&fixture);
    tell_watcher(&fixture, "unplug");
    RUN_UNTIL(&fixture, scanner_pool_count(fixture.pool) == 1);
    failing_memory_set(0);
    tell_watcher(&fixture, "plug");
    RUN_UNTIL(&fixture, fixture.events[SCANNER_EVENT_WATCHER] == 1);
    assert_true(failing_memory_has_failed());
    failing_memory_set(-1);
    assert_int_equal(fixture.watcher_failure, REASON_NO_MEMORY);
    RUN_UNTIL(&fixture, fixture.events[SCANNER_EVENT_WATCHING] == 1);
    RUN_UNTIL(&fixture, scanner_pool_count(fixture.pool) == 2);
    struct scanner_info info;
    assert_true(scanner_pool_find(fixture.pool, OTHER_READER_ID, &info));
    check_undisturbed(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_A6_unplugged_and_plugged_in_again),
        cmocka_unit_test(test_A6_replugged_in_a_capture),
        cmocka_unit_test(test_A6_another_replugged_in_a_capture),
        cmocka_unit_test(test_A7_another_plugged_in_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
