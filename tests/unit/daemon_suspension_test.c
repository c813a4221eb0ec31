/* Suspensions and degraded modes on a state whose disk fails in every call of a decision in turn: what is in force is what the state
 * keeps, what is not recorded leaves capture as it was, and no change of a mode is lost or made up. */
#include <errno.h>

#include "daemon/suspension_document.h"
#include "json/memory.h"
#include "tests/support/disk.h"
#include "tests/unit/daemon_list_desk.h"

#define desk_mode (&desk->post.mode)

struct waiting {
    struct suspension_waiter waiter; /* first: the waiter is the waiting */
    unsigned told;
    struct failure failure;
};

static void on_told(struct suspension_waiter *waiter, const struct suspension *suspension, uint64_t seq,
    const struct failure *failure)
{
    struct waiting *waiting = (struct waiting *)waiter;
    (void)suspension, (void)seq;
    waiting->told++;
    waiting->failure = failure != NULL ? *failure : (struct failure){0};
}

/* Why it came to nothing, whether it was refused or the waiter was told. */
static enum reason decide(uint32_t minutes)
{
    struct waiting waiting = {.waiter.told = on_told};
    const struct suspension_request request = {.minutes = minutes, .reason = "cleaning"};
    enum reason begun = minutes > 0 ? suspension_begin(&desk_mode->suspension, &desk->supervisor, &request,
                                          &waiting.waiter, &waiting.failure)
                                    : suspension_resume(&desk_mode->suspension, &desk->supervisor,
                                          &waiting.waiter, &waiting.failure);
    if (begun != REASON_DONE) {
        assert_int_equal(waiting.told, 0);
        return begun;
    }
    desk_until(waiting.told > 0);
    assert_int_equal(waiting.told, 1);
    return waiting.failure.reason;
}

/* What waits for the disk is written. */
static void settle(void)
{
    while (!degraded_log_is_written(&desk_mode->degraded_log)) {
        degraded_log_look(&desk_mode->degraded_log, true);
        desk_rest();
    }
}

static bool is_on(void)
{
    return suspension_check(&desk_mode->suspension, NULL) == REASON_DONE;
}

/* As a restart would find it. */
static bool is_kept_on(void)
{
    struct store *reader;
    struct suspension_record record;
    struct suspension_moment now = suspension_now(store_now_ms(), true);
    assert_int_equal(state_directory_open_reader(&desk->state, &reader), REASON_DONE);
    assert_int_equal(suspension_read(reader, &record, NULL), REASON_DONE);
    store_close(reader);
    return !suspension_holds(&record, &now);
}

static void decide_on_a_failing_disk(struct disk_fault fault, bool resume)
{
    unsigned failed = 0;
    for (long hits = 1; hits > 0;) {
        if (resume && is_on())
            assert_int_equal(decide(10), REASON_DONE);
        bool before = is_on();
        fault.nth++;
        disk_fail(fault);
        enum reason reason = decide(resume ? 0 : 10);
        hits = disk_hits();
        disk_mend();
        failed += reason != REASON_DONE;
        assert_true(hits > 0 || reason == REASON_DONE);
        assert_true(is_on() == (reason == REASON_DONE ? resume : before));
        settle();
        desk_restart();
        assert_true(is_on() == is_kept_on());
        if (!resume && !is_on())
            assert_int_equal(decide(0), REASON_DONE);
    }
    assert_true(failed > 0);
}

static void test_A8_a_disk_that_fails_once_anywhere_in_a_suspension(void **state)
{
    (void)state;
    decide_on_a_failing_disk((struct disk_fault){.call = DISK_ANY, .error = EIO}, false);
}

static void test_A8_a_disk_that_is_full_anywhere_in_a_suspension(void **state)
{
    (void)state;
    decide_on_a_failing_disk(
        (struct disk_fault){.call = DISK_WRITE, .error = ENOSPC, .times = DISK_FOREVER, .partly = true},
        false);
}

static void test_A8_a_disk_that_fails_from_anywhere_in_a_resumption_on(void **state)
{
    (void)state;
    decide_on_a_failing_disk(
        (struct disk_fault){.call = DISK_ANY, .error = EIO, .times = DISK_FOREVER}, true);
}

/* "begun" and "ended" of the log's entries about that mode, in their order, each with a blank behind it. */
static void read_changes(const char *name, char *text, size_t size)
{
    json_t *log = state_directory_log(&desk->state);
    size_t used = 0;
    text[0] = '\0';
    for (size_t seq = 0; seq < json_array_size(log); seq++) {
        const json_t *body = json_object_get(json_array_get(log, seq), "body");
        const char *said = json_string_value(json_object_get(body, "degraded"));
        if (said != NULL && strcmp(said, name) == 0)
            used += (size_t)snprintf(
                text + used, size - used, "%s ", json_string_value(json_object_get(body, "change")));
    }
    json_decref(log);
}

static void note_something(void)
{
    evidence_note(
        &desk->post.evidence, LOG_EVENT_ACCESS, evidence_body(&desk->post.evidence, "somebody", "auditor"));
    desk_rest();
}

static void test_A2_the_beginning_is_written_when_storage_is_back(void **state)
{
    (void)state;
    char changes[200];
    mode_derive(desk_mode);
    desk_rest();
    disk_fail((struct disk_fault){.call = DISK_WRITE, .nth = 1, .error = ENOSPC, .times = DISK_FOREVER});
    note_something();
    const struct degraded_row *row = &desk_mode->degraded.rows[DEGRADED_NO_STORAGE];
    mode_derive(desk_mode);
    desk_rest();
    mode_derive(desk_mode);
    desk_rest();
    assert_true(row->on);
    assert_int_not_equal(mode_check_capture(desk_mode, NULL), REASON_DONE);
    assert_int_equal(decide(10), REASON_BUSY);
    assert_false(degraded_log_is_written(&desk_mode->degraded_log));
    disk_mend();
    settle();
    for (int look = 0; look < 10 && row->on; look++) {
        mode_derive(desk_mode);
        desk_rest();
    }
    settle();
    assert_false(row->on);
    assert_int_equal(mode_check_capture(desk_mode, NULL), REASON_DONE);
    read_changes("no_storage", changes, sizeof changes);
    assert_string_equal(changes, "begun ended ");
    assert_non_null(storage_gaps_find(&desk_mode->gaps, store_now_ms()));
}

static void test_A2_what_memory_cannot_hold_is_counted_in_the_next_entry(void **state)
{
    (void)state;
    struct degraded_row row = {.since_ms = store_now_ms()};
    const struct degraded_event event = {
        .mode = DEGRADED_NO_CAPTURE, .change = DEGRADED_BEGUN, .row = &row, .now_ms = row.since_ms};
    desk->post.guard.locked.reason = REASON_LOG_BROKEN; /* nothing is written */
    for (int i = 0; i < DEGRADED_NOTES_MAX + 3; i++)
        degraded_log_note(&desk_mode->degraded_log, &event);
    assert_int_equal(desk_mode->degraded_log.unsaid, 3);
    assert_false(degraded_log_is_written(&desk_mode->degraded_log));
    desk->post.guard.locked.reason = REASON_DONE;
    settle();
    degraded_log_note(&desk_mode->degraded_log, &event);
    settle();
    assert_int_equal(desk_mode->degraded_log.unsaid, 0);
}

#define ON_DISK(name) cmocka_unit_test_setup_teardown(name, desk_set_up_on_a_disk, desk_tear_down)

int main(void)
{
    json_memory_wipe_when_freed();
    disk_spare_syncs();
    const struct CMUnitTest tests[] = {
        ON_DISK(test_A8_a_disk_that_fails_once_anywhere_in_a_suspension),
        ON_DISK(test_A8_a_disk_that_is_full_anywhere_in_a_suspension),
        ON_DISK(test_A8_a_disk_that_fails_from_anywhere_in_a_resumption_on),
        ON_DISK(test_A2_the_beginning_is_written_when_storage_is_back),
        ON_DISK(test_A2_what_memory_cannot_hold_is_counted_in_the_next_entry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
