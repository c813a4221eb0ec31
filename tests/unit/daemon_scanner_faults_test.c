#include "tests/support/scanner_pool_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/scanners/incoming_internal.h"
#include "tests/support/failing_memory.h"

static struct scanner_info info_of(const struct fixture *fixture)
{
    struct scanner_info info;
    assert_true(scanner_pool_find(fixture->pool, READER_ID, &info));
    return info;
}

/* A reader that works again shows no failure as if it were present; what it last had stands apart. */
static void test_A6_reader_that_is_ready_again_has_no_failure(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, "reader-dies-in-capture");
    RUN_UNTIL(&fixture, state_of(&fixture) == SCANNER_STATE_READY);
    assert_int_equal(info_of(&fixture).last_failure.reason, REASON_DONE);
    ask(&fixture);
    RUN_UNTIL(&fixture, fixture.answers == 1);
    assert_int_equal(info_of(&fixture).failure.reason, REASON_SCANNER_FAILED);
    RUN_UNTIL(&fixture, restarts_of(&fixture) == 1 && state_of(&fixture) == SCANNER_STATE_READY);
    RUN_UNTIL(&fixture, fixture.last.state == SCANNER_STATE_READY);
    assert_int_equal(fixture.last.failure.reason, REASON_DONE);
    const struct scanner_info info = info_of(&fixture);
    assert_int_equal(info.failure.reason, REASON_DONE);
    assert_int_equal(info.last_failure.reason, REASON_SCANNER_FAILED);
    assert_non_null(strstr(info.last_failure.detail, "signal 9"));
    tear_down(&fixture);
}

/* A child that goes on to fail as the one before it is one fault, told once, however often it is started again. */
static void test_A6_fault_is_told_once(void **state)
{
    (void)state;
    const struct {
        const char *behaviour;
        enum scanner_event_type type;
    } cases[] = {
        {"reader-exits-at-once", SCANNER_EVENT_FAILED},
        {"reader-sends-garbage", SCANNER_EVENT_MISBEHAVED},
    };
    for (size_t i = 0; i < 2; i++) {
        struct fixture fixture;
        set_up(&fixture, cases[i].behaviour);
        RUN_UNTIL(&fixture, restarts_of(&fixture) >= 3);
        assert_int_equal(fixture.events[cases[i].type], 1);
        assert_int_equal(fixture.events[SCANNER_EVENT_FAILED] + fixture.events[SCANNER_EVENT_MISBEHAVED], 1);
        tear_down(&fixture);
    }
}

/* One that had worked in between has a fault of its own. */
static void test_A6_fault_after_work_is_another(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, "reader-dies-in-capture");
    for (unsigned count = 1; count <= 2; count++) {
        ask(&fixture);
        RUN_UNTIL(&fixture, fixture.answers == count);
        assert_int_equal(fixture.events[SCANNER_EVENT_FAILED], count);
        RUN_UNTIL(&fixture, restarts_of(&fixture) == count && state_of(&fixture) == SCANNER_STATE_READY);
    }
    assert_int_equal(fixture.events[SCANNER_EVENT_WATCHER], 0);
    tear_down(&fixture);
}

/* The watcher's too, while nobody can look for readers; once somebody can, that is told, and the fault is over. */
static void test_A6_blind_watcher_is_told_once_until_it_sees(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, "reader-is-honest");
    char hidden[160];
    snprintf(hidden, sizeof hidden, "%s.hidden", fixture.program);
    assert_int_equal(rename(fixture.program, hidden), 0);
    RUN_UNTIL(&fixture, watcher_of(&fixture).restarts >= 3);
    assert_int_equal(watcher_of(&fixture).state, SCANNER_STATE_FAILED);
    assert_int_equal(fixture.events[SCANNER_EVENT_WATCHER], 1);
    assert_int_equal(fixture.events[SCANNER_EVENT_WATCHING], 0);
    assert_int_equal(rename(hidden, fixture.program), 0);
    RUN_UNTIL(&fixture, fixture.events[SCANNER_EVENT_WATCHING] == 1);
    assert_int_equal(fixture.events[SCANNER_EVENT_WATCHER], 1);
    assert_int_equal(watcher_of(&fixture).state, SCANNER_STATE_READY);
    assert_int_equal(watcher_of(&fixture).failure.reason, REASON_DONE);
    assert_non_null(strstr(watcher_of(&fixture).last_failure.detail, "can't be started"));
    tear_down(&fixture);
}

/* Where nobody can look, a reader that is not known may well be there: never "not found". The known ones work. */
static void test_A6_unknown_reader_is_not_denied_by_the_blind(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, "watcher-goes-blind");
    RUN_UNTIL(&fixture,
        watcher_of(&fixture).state == SCANNER_STATE_FAILED && state_of(&fixture) == SCANNER_STATE_READY);
    struct failure failure;
    assert_int_equal(
        scanner_pool_capture(fixture.pool, &fixture.capture, "nobody", 1000, on_captured, &failure),
        REASON_SCANNER_FAILED);
    assert_string_equal(failure.subject, "scanner watcher");
    ask(&fixture);
    RUN_UNTIL(&fixture, fixture.answers == 1);
    assert_int_equal(fixture.answer, REASON_DONE);
    tear_down(&fixture);
}

/* What the watcher's failure says goes into the log: nothing of the child's own words is in it. */
static void test_A7_watcher_is_not_quoted(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, "watcher-fails-in-its-own-words");
    RUN_UNTIL(&fixture, fixture.events[SCANNER_EVENT_WATCHER] == 1);
    assert_int_equal(fixture.watcher_failure, REASON_SCANNER_FAILED);
    assert_string_equal(watcher_of(&fixture).failure.detail, scanner_fault_text(SCANNER_FAULT_DEVICE));
    tear_down(&fixture);
}

static void test_A7_pool_without_memory_is_none(void **state)
{
    (void)state;
    uv_loop_t loop;
    assert_int_equal(uv_loop_init(&loop), 0);
    struct scanner_pool *pool = (struct scanner_pool *)&loop;
    struct failure failure;
    failing_memory_set(0);
    assert_int_equal(scanner_pool_create(&pool, &loop, &(struct scanner_pool_options){.program = "/nowhere"},
                         NULL, NULL, &failure),
        REASON_NO_MEMORY);
    failing_memory_set(-1);
    assert_null(pool);
    assert_int_equal(failure.reason, REASON_NO_MEMORY);
    assert_int_equal(uv_loop_close(&loop), 0);
}

/* Each allocation between the first listing and the image fails once. Whoever is hit says that there was no memory, nobody is
 * accused of lying, and afterwards all goes on. */
static void test_A7_no_memory_is_nobodys_lie(void **state)
{
    (void)state;
    unsigned failures = 0;
    for (bool failed = true; failed; failures += failed) {
        struct fixture fixture;
        set_up(&fixture, "reader-is-honest");
        failing_memory_set((long)failures);
        ask(&fixture);
        RUN_UNTIL(&fixture, fixture.answers == 1);
        failed = failing_memory_has_failed();
        failing_memory_set(-1);
        assert_int_equal(fixture.images == 1 || failed, true);
        if (fixture.images == 0)
            assert_int_equal(fixture.answer, REASON_NO_MEMORY);
        if (fixture.events[SCANNER_EVENT_WATCHER] > 0)
            assert_int_equal(fixture.watcher_failure, REASON_NO_MEMORY);
        assert_int_equal(fixture.events[SCANNER_EVENT_MISBEHAVED], 0);
        RUN_UNTIL(&fixture, state_of(&fixture) == SCANNER_STATE_READY);
        ask(&fixture);
        RUN_UNTIL(&fixture, fixture.answers == 2);
        assert_int_equal(fixture.answer, REASON_DONE);
        tear_down(&fixture);
    }
    assert_int_equal(failures, 2); /* the reader, the image */
}

/* A frame's place is not had: nothing of it stays, and the next message has its own. */
static void test_A7_frame_without_memory(void **state)
{
    (void)state;
    struct scanner_incoming incoming = {0};
    struct failure failure;
    const uint8_t header[SCANNER_HEADER_BYTES] = {0, 0, 16, SCANNER_FRAME_HEAD, SCANNER_MESSAGE_FRAME};
    for (unsigned failing = 2; failing-- > 0;) {
        uv_buf_t place = scanner_incoming_place(&incoming);
        assert_int_equal(place.len, sizeof header);
        memcpy(place.base, header, sizeof header);
        assert_int_equal(scanner_incoming_add(&incoming, sizeof header, &failure), INCOMING_HEADER);
        failing_memory_set(failing ? 0 : -1);
        assert_int_equal(
            scanner_incoming_make_room(&incoming, &failure), failing ? REASON_NO_MEMORY : REASON_DONE);
        failing_memory_set(-1);
        if (!failing)
            assert_int_equal(scanner_incoming_place(&incoming).len, 4096 + SCANNER_FRAME_HEAD);
        scanner_incoming_reset(&incoming);
        assert_null(incoming.image);
    }
}

/* One reader of two finds no memory at the first listing: the other is there, once, and the next listing brings the second. */
static void test_A7_second_reader_without_memory(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, "another-replugged-in-capture");
    failing_memory_set(1);
    RUN_UNTIL(&fixture, fixture.events[SCANNER_EVENT_WATCHER] == 1);
    failing_memory_set(-1);
    assert_int_equal(fixture.watcher_failure, REASON_NO_MEMORY);
    assert_int_equal(watcher_of(&fixture).state, SCANNER_STATE_STARTING);
    assert_int_equal(scanner_pool_count(fixture.pool), 1);
    RUN_UNTIL(&fixture, fixture.events[SCANNER_EVENT_WATCHING] == 1);
    assert_int_equal(scanner_pool_count(fixture.pool), 2);
    assert_int_equal(fixture.events[SCANNER_EVENT_ADDED], 2);
    assert_int_equal(fixture.events[SCANNER_EVENT_REMOVED], 0);
    tear_down(&fixture);
}

/* The image that a cancelled capture was answered with finds no memory: the capture ends all the same, and the reader's child,
 * which can't be asked for it again, is started again. */
static void test_A7_cancelled_capture_whose_image_finds_no_memory(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, "reader-answers-cancel-with-a-frame");
    ask(&fixture);
    RUN_UNTIL(&fixture, state_of(&fixture) == SCANNER_STATE_CAPTURING);
    failing_memory_set(0);
    scanner_pool_cancel(&fixture.capture);
    RUN_UNTIL(&fixture, fixture.answers == 1);
    assert_true(failing_memory_has_failed());
    failing_memory_set(-1);
    assert_int_equal(fixture.answer, REASON_NO_MEMORY);
    assert_int_equal(fixture.events[SCANNER_EVENT_MISBEHAVED], 0);
    RUN_UNTIL(&fixture, restarts_of(&fixture) == 1 && state_of(&fixture) == SCANNER_STATE_READY);
    tear_down(&fixture);
}

/* Where there is none left, captures are still asked for, cancelled, too late, and the pool ends. */
static void test_A7_ending_takes_no_memory(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, "watcher-says-nothing");
    struct scanner_capture late = {.data = &fixture}, open = {.data = &fixture};
    failing_memory_set(0);
    ask(&fixture);
    assert_int_equal(scanner_pool_capture(fixture.pool, &late, NULL, 100, on_captured, NULL), REASON_DONE);
    assert_int_equal(scanner_pool_capture(fixture.pool, &open, NULL, 60000, on_captured, NULL), REASON_DONE);
    scanner_pool_cancel(&fixture.capture);
    RUN_UNTIL(&fixture, fixture.answers == 1);
    assert_int_equal(fixture.answer, REASON_CAPTURE_CANCELLED);
    RUN_UNTIL(&fixture, fixture.answers == 2);
    assert_int_equal(fixture.answer, REASON_CAPTURE_TIMED_OUT);
    tear_down(&fixture);
    assert_int_equal(fixture.answers, 3);
    assert_int_equal(fixture.answer, REASON_STOPPING);
    assert_false(failing_memory_has_failed());
    failing_memory_set(-1);
}

/* All but a frame is taken without memory, however it is cut into pieces. */
static void test_A7_small_messages_take_no_memory(void **state)
{
    (void)state;
    const struct scanner_message hello = {.type = SCANNER_MESSAGE_HELLO,
        .hello = {.version = SCANNER_PROTOCOL_VERSION, .role = SCANNER_ROLE_READER, .landlock = 3}};
    uint8_t bytes[SCANNER_SMALL_MESSAGE_MAX];
    struct bytes_writer writer;
    bytes_writer_init(&writer, bytes, sizeof bytes);
    assert_int_equal(scanner_message_write(&hello, &writer, NULL), REASON_DONE);
    struct scanner_incoming incoming = {0};
    struct failure failure;
    failing_memory_set(0);
    for (unsigned time = 0; time < 2; time++) {
        for (size_t i = 0; i < writer.used; i++) {
            uv_buf_t place = scanner_incoming_place(&incoming);
            assert_in_range(place.len, 1, writer.used - i);
            place.base[0] = (char)bytes[i];
            enum scanner_incoming_step step = scanner_incoming_add(&incoming, 1, &failure);
            assert_int_equal(step, i + 1 == SCANNER_HEADER_BYTES ? INCOMING_HEADER
                                   : i + 1 == writer.used        ? INCOMING_WHOLE
                                                                 : INCOMING_MORE);
            if (step == INCOMING_HEADER)
                assert_int_equal(scanner_incoming_make_room(&incoming, &failure), REASON_DONE);
        }
        struct scanner_message message;
        assert_int_equal(scanner_incoming_take(&incoming, &message, &failure), REASON_DONE);
        assert_int_equal(message.hello.landlock, 3);
    }
    assert_false(failing_memory_has_failed());
    failing_memory_set(-1);
    scanner_incoming_reset(&incoming);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_A6_reader_that_is_ready_again_has_no_failure),
        cmocka_unit_test(test_A6_fault_is_told_once),
        cmocka_unit_test(test_A6_fault_after_work_is_another),
        cmocka_unit_test(test_A6_blind_watcher_is_told_once_until_it_sees),
        cmocka_unit_test(test_A6_unknown_reader_is_not_denied_by_the_blind),
        cmocka_unit_test(test_A7_watcher_is_not_quoted),
        cmocka_unit_test(test_A7_pool_without_memory_is_none),
        cmocka_unit_test(test_A7_no_memory_is_nobodys_lie),
        cmocka_unit_test(test_A7_frame_without_memory),
        cmocka_unit_test(test_A7_second_reader_without_memory),
        cmocka_unit_test(test_A7_cancelled_capture_whose_image_finds_no_memory),
        cmocka_unit_test(test_A7_ending_takes_no_memory),
        cmocka_unit_test(test_A7_small_messages_take_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
