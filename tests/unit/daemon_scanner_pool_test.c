#include "tests/support/scanner_pool_fixture.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/scanners/process_states_internal.h"

/* A child that goes wrong in a capture costs that capture, with this reason, and is started again. */
static void check_capture(const char *behaviour, enum reason expected)
{
    struct fixture fixture;
    bool answers = strcmp(behaviour, "reader-hangs-in-capture") != 0 &&
                   strcmp(behaviour, "reader-stops-in-the-frame") != 0;
    set_up_with(&fixture, behaviour, 30000, answers ? 30000 : 200);
    ask(&fixture);
    RUN_UNTIL(&fixture, fixture.answers == 1);
    assert_int_equal(fixture.answer, expected);
    RUN_UNTIL(&fixture, restarts_of(&fixture) >= 1 && state_of(&fixture) == SCANNER_STATE_READY);
    assert_int_equal(fixture.events[SCANNER_EVENT_MISBEHAVED] > 0, expected == REASON_SCANNER_MISBEHAVED);
    assert_int_equal(fixture.events[SCANNER_EVENT_WATCHER], 0);
    tear_down(&fixture);
    assert_int_equal(fixture.answers, 1);
}

static void test_A7_child_that_lies_about_the_image_misbehaved(void **state)
{
    (void)state;
    check_capture("reader-claims-endless-length", REASON_SCANNER_MISBEHAVED);
    check_capture("reader-claims-absurd-sides", REASON_SCANNER_MISBEHAVED);
    check_capture("reader-lies-about-pixels", REASON_SCANNER_MISBEHAVED);
}

static void test_A7_child_out_of_turn_misbehaved(void **state)
{
    (void)state;
    check_capture("reader-answers-no-ping-asked", REASON_SCANNER_MISBEHAVED);
    check_capture("reader-cancels-unasked", REASON_SCANNER_MISBEHAVED);
    check_capture("reader-floods-with-fingers", REASON_SCANNER_MISBEHAVED);
    check_capture("reader-breaks-its-sandbox", REASON_SCANNER_MISBEHAVED);
}

static void test_A7_child_that_dies_or_hangs_failed(void **state)
{
    (void)state;
    check_capture("reader-dies-in-capture", REASON_SCANNER_FAILED);
    check_capture("reader-hangs-in-capture", REASON_SCANNER_FAILED);
    check_capture("reader-stops-in-the-frame", REASON_SCANNER_FAILED);
}

/* The first frame is the capture's answer; the second, which nobody asked for, ends the child. */
static void test_endless_frames_give_one_image(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, "reader-sends-endless-frames");
    ask(&fixture);
    RUN_UNTIL(&fixture, fixture.answers == 1);
    assert_int_equal(fixture.answer, REASON_DONE);
    RUN_UNTIL(&fixture, fixture.events[SCANNER_EVENT_MISBEHAVED] == 1);
    ask(&fixture);
    RUN_UNTIL(&fixture, fixture.answers == 2);
    assert_int_equal(fixture.images, 2);
    tear_down(&fixture);
}

/* What goes wrong before a capture makes the scanner failed after the second time; a capture is then refused with the
 * reason, and the pool keeps trying. */
static void check_start(const char *behaviour, enum reason expected)
{
    struct fixture fixture;
    bool starts =
        strcmp(behaviour, "reader-says-nothing") != 0 && strcmp(behaviour, "reader-never-opens") != 0;
    set_up_with(&fixture, behaviour, starts ? 30000 : 500, 30000);
    RUN_UNTIL(&fixture, state_of(&fixture) == SCANNER_STATE_FAILED);
    struct failure failure;
    assert_int_equal(
        scanner_pool_capture(fixture.pool, &fixture.capture, NULL, 1000, on_captured, &failure), expected);
    assert_int_equal(failure.reason, expected);
    assert_string_equal(failure.subject, READER_ID);
    unsigned before = fixture.events[SCANNER_EVENT_MISBEHAVED];
    assert_int_equal(before > 0, expected == REASON_SCANNER_MISBEHAVED);
    tear_down(&fixture);
    assert_int_equal(fixture.answers, 0);
}

static void test_child_that_never_gets_ready_is_failed(void **state)
{
    (void)state;
    check_start("reader-exits-at-once", REASON_SCANNER_FAILED);
    check_start("reader-says-nothing", REASON_SCANNER_FAILED);
    check_start("reader-never-opens", REASON_SCANNER_FAILED);
}

static void test_child_that_starts_with_lies_misbehaved(void **state)
{
    (void)state;
    check_start("reader-sends-garbage", REASON_SCANNER_MISBEHAVED);
    check_start("reader-is-another-version", REASON_SCANNER_MISBEHAVED);
    check_start("reader-is-another-role", REASON_SCANNER_MISBEHAVED);
    check_start("reader-greets-twice", REASON_SCANNER_MISBEHAVED);
    check_start("reader-lists-as-reader", REASON_SCANNER_MISBEHAVED);
    check_start("reader-sends-frame-unasked", REASON_SCANNER_MISBEHAVED);
    check_start("reader-speaks-as-kordond", REASON_SCANNER_MISBEHAVED);
    check_start("reader-forges-text", REASON_SCANNER_MISBEHAVED);
    check_start("reader-fails-twice", REASON_SCANNER_FAILED);
}

static void test_capture_gives_an_image_and_another_from_its_callback(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, "reader-is-honest");
    fixture.recapture = true;
    ask(&fixture); /* before the first listing: it is waited for */
    assert_int_equal(watcher_of(&fixture).state, SCANNER_STATE_STARTING);
    RUN_UNTIL(&fixture, fixture.answers == 2);
    assert_int_equal(fixture.images, 2);
    assert_int_equal(watcher_of(&fixture).state, SCANNER_STATE_READY);
    assert_int_equal(scanner_pool_count(fixture.pool), 1);
    assert_int_equal(fixture.events[SCANNER_EVENT_ADDED], 1);
    tear_down(&fixture);
}

/* A cancelled capture is answered with just that, also when the child sends an image or nothing at all. */
static void test_cancel(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, "reader-answers-cancel-with-a-frame");
    ask(&fixture);
    RUN_UNTIL(&fixture, state_of(&fixture) == SCANNER_STATE_CAPTURING);
    scanner_pool_cancel(&fixture.capture);
    scanner_pool_cancel(&fixture.capture);
    assert_int_equal(fixture.answers, 0);
    RUN_UNTIL(&fixture, fixture.answers == 1);
    assert_int_equal(fixture.answer, REASON_CAPTURE_CANCELLED);
    assert_int_equal(restarts_of(&fixture), 0);
    tear_down(&fixture);

    set_up_with(&fixture, "reader-ignores-cancel", 30000, 200);
    ask(&fixture);
    RUN_UNTIL(&fixture, state_of(&fixture) == SCANNER_STATE_CAPTURING);
    scanner_pool_cancel(&fixture.capture);
    RUN_UNTIL(&fixture, fixture.answers == 1);
    assert_int_equal(fixture.answer, REASON_SCANNER_FAILED);
    tear_down(&fixture);

    set_up(&fixture, "watcher-says-nothing");
    ask(&fixture);
    scanner_pool_cancel(&fixture.capture);
    assert_int_equal(fixture.answers, 0);
    RUN_UNTIL(&fixture, fixture.answers == 1);
    assert_int_equal(fixture.answer, REASON_CAPTURE_CANCELLED);
    tear_down(&fixture);
}

/* No finger within the time: told apart from every other failure, and the reader is free for the next. */
static void test_A7_no_finger_timed_out(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, "reader-answers-cancel-with-a-frame");
    assert_int_equal(
        scanner_pool_capture(fixture.pool, &fixture.capture, READER_ID, 100, on_captured, NULL), REASON_DONE);
    RUN_UNTIL(&fixture, fixture.answers == 1);
    assert_int_equal(fixture.answer, REASON_CAPTURE_TIMED_OUT);
    RUN_UNTIL(&fixture, state_of(&fixture) == SCANNER_STATE_READY);
    tear_down(&fixture);
}

static void test_requests_that_make_no_sense(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, "reader-ignores-cancel");
    RUN_UNTIL(&fixture, state_of(&fixture) == SCANNER_STATE_READY);
    struct scanner_capture other = {.data = &fixture};
    struct failure failure;
    assert_int_equal(scanner_pool_capture(fixture.pool, &other, "nobody", 1000, on_captured, &failure),
        REASON_SCANNER_NOT_FOUND);
    assert_int_equal(
        scanner_pool_capture(fixture.pool, &other, NULL, 99, on_captured, &failure), REASON_BAD_ARGUMENT);
    assert_int_equal(
        scanner_pool_capture(fixture.pool, &other, NULL, 600001, on_captured, &failure), REASON_BAD_ARGUMENT);
    char long_id[SCANNER_ID_SIZE + 1];
    memset(long_id, 'a', SCANNER_ID_SIZE);
    long_id[SCANNER_ID_SIZE] = '\0';
    assert_int_equal(scanner_pool_capture(fixture.pool, &other, long_id, 1000, on_captured, &failure),
        REASON_SCANNER_NOT_FOUND);
    ask(&fixture);
    assert_int_equal(scanner_pool_capture(fixture.pool, &other, READER_ID, 1000, on_captured, &failure),
        REASON_SCANNER_BUSY);
    assert_int_equal(
        scanner_pool_capture(fixture.pool, &other, NULL, 1000, on_captured, &failure), REASON_SCANNER_BUSY);
    tear_down(&fixture);
    assert_int_equal(fixture.answer, REASON_STOPPING);

    struct scanner_pool *pool = (struct scanner_pool *)&fixture;
    assert_int_equal(
        scanner_pool_create(&pool, &fixture.loop, &(struct scanner_pool_options){0}, NULL, NULL, &failure),
        REASON_BAD_ARGUMENT);
    assert_null(pool);
}

/* The watcher is hostile too: it is killed and started again, and the daemon hears of it. */
static void check_watcher(const char *behaviour, enum reason expected)
{
    struct fixture fixture;
    bool is_silent =
        strcmp(behaviour, "watcher-says-nothing") == 0 || strcmp(behaviour, "watcher-never-enumerates") == 0;
    set_up_with(&fixture, behaviour, is_silent ? 200 : 30000, 30000);
    RUN_UNTIL(
        &fixture, watcher_of(&fixture).restarts >= 3 && watcher_of(&fixture).state == SCANNER_STATE_FAILED);
    assert_int_equal(watcher_of(&fixture).failure.reason, expected);
    assert_int_equal(fixture.watcher_failure, expected);
    assert_true(scanner_pool_count(fixture.pool) <= 32);
    tear_down(&fixture);
}

static void test_hostile_watcher_is_restarted(void **state)
{
    (void)state;
    check_watcher("watcher-exits-at-once", REASON_SCANNER_FAILED);
    check_watcher("watcher-says-nothing", REASON_SCANNER_FAILED);
    check_watcher("watcher-never-enumerates", REASON_SCANNER_FAILED);
    check_watcher("watcher-sends-garbage", REASON_SCANNER_MISBEHAVED);
    check_watcher("watcher-lists-twice", REASON_SCANNER_MISBEHAVED);
    check_watcher("watcher-loses-what-was-not-there", REASON_SCANNER_MISBEHAVED);
    check_watcher("watcher-enumerates-twice", REASON_SCANNER_MISBEHAVED);
}

/* Neither many readers nor few that come and go without end make the daemon spawn without end. */
static void test_watcher_that_floods_is_restarted(void **state)
{
    (void)state;
    check_watcher("watcher-lists-endlessly", REASON_SCANNER_MISBEHAVED);
    check_watcher("watcher-lists-and-loses-endlessly", REASON_SCANNER_MISBEHAVED);
}

/* A program that is not there is told, not retried in a hurry; captures get its reason. */
static void test_program_that_is_not_there(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, "reader-is-honest");
    unlink(fixture.program);
    RUN_UNTIL(&fixture, watcher_of(&fixture).state == SCANNER_STATE_FAILED);
    struct failure failure;
    assert_int_equal(scanner_pool_capture(fixture.pool, &fixture.capture, NULL, 1000, on_captured, &failure),
        REASON_SCANNER_FAILED);
    assert_non_null(strstr(failure.detail, "can't be started"));
    tear_down(&fixture);
}

/* Stopped at once, while starting, ready, capturing, cancelling, waiting for a restart, and with a child that doesn't
 * stop by itself: every capture is answered and no handle is left (tear_down looks). */
static void test_stop_in_each_state(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, "reader-is-honest");
    tear_down(&fixture);

    set_up(&fixture, "reader-is-honest");
    ask(&fixture);
    tear_down(&fixture);
    assert_int_equal(fixture.answer, REASON_STOPPING);

    const char *const stubborn[] = {"reader-never-stops", "reader-ignores-cancel"};
    for (size_t i = 0; i < 2; i++) {
        set_up(&fixture, stubborn[i]);
        RUN_UNTIL(&fixture, state_of(&fixture) == SCANNER_STATE_READY);
        tear_down(&fixture);
    }
    for (unsigned cancelled = 0; cancelled < 2; cancelled++) {
        set_up(&fixture, "reader-ignores-cancel");
        ask(&fixture);
        RUN_UNTIL(&fixture, state_of(&fixture) == SCANNER_STATE_CAPTURING);
        if (cancelled) {
            scanner_pool_cancel(&fixture.capture);
            uv_run(&fixture.loop, UV_RUN_ONCE);
        }
        tear_down(&fixture);
        assert_int_equal(fixture.answers, 1);
        assert_int_equal(fixture.answer, REASON_STOPPING);
    }
    set_up(&fixture, "reader-exits-at-once");
    RUN_UNTIL(&fixture, state_of(&fixture) == SCANNER_STATE_FAILED);
    tear_down(&fixture);

    set_up(&fixture, "reader-says-nothing");
    RUN_UNTIL(&fixture, scanner_pool_count(fixture.pool) == 1);
    tear_down(&fixture);
}

/* The table is whole: every state has a name, closing is reached from everywhere and left only to the end. */
static void test_process_states(void **state)
{
    (void)state;
    unsigned allowed = 0;
    for (unsigned from = 0; from < SCANNER_PROCESS_STATE_COUNT; from++) {
        assert_string_not_equal(scanner_process_state_name(from), "?");
        for (unsigned to = 0; to < SCANNER_PROCESS_STATE_COUNT; to++)
            allowed += scanner_process_may_move(from, to);
        assert_false(scanner_process_may_move(from, from));
        assert_int_equal(scanner_process_may_move(from, SCANNER_PROCESS_CLOSING),
            from != SCANNER_PROCESS_CLOSING && from != SCANNER_PROCESS_CLOSED);
        assert_int_equal(
            scanner_process_may_move(from, SCANNER_PROCESS_CLOSED), from == SCANNER_PROCESS_CLOSING);
        /* Only a child that runs can fail, and only one that failed is waited for. */
        assert_int_equal(scanner_process_may_move(from, SCANNER_PROCESS_ENDING),
            from >= SCANNER_PROCESS_STARTING && from <= SCANNER_PROCESS_CANCELLING);
        assert_int_equal(
            scanner_process_may_move(from, SCANNER_PROCESS_WAITING), from == SCANNER_PROCESS_ENDING);
    }
    assert_int_equal(allowed, 29);
    assert_false(scanner_process_may_move(SCANNER_PROCESS_STATE_COUNT, SCANNER_PROCESS_CLOSING));
    assert_string_equal(scanner_process_state_name(SCANNER_PROCESS_STATE_COUNT), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_process_states),
        cmocka_unit_test(test_capture_gives_an_image_and_another_from_its_callback),
        cmocka_unit_test(test_A7_child_that_lies_about_the_image_misbehaved),
        cmocka_unit_test(test_A7_child_out_of_turn_misbehaved),
        cmocka_unit_test(test_A7_child_that_dies_or_hangs_failed),
        cmocka_unit_test(test_A7_no_finger_timed_out),
        cmocka_unit_test(test_endless_frames_give_one_image),
        cmocka_unit_test(test_child_that_never_gets_ready_is_failed),
        cmocka_unit_test(test_child_that_starts_with_lies_misbehaved),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_requests_that_make_no_sense),
        cmocka_unit_test(test_hostile_watcher_is_restarted),
        cmocka_unit_test(test_watcher_that_floods_is_restarted),
        cmocka_unit_test(test_program_that_is_not_there),
        cmocka_unit_test(test_stop_in_each_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
