/* Retention by itself: when a run begins, what ends it, what a failing disk leaves of it. */
#include <errno.h>

#include "daemon/retention/hold_change.h"
#include "json/memory.h"
#include "tests/support/disk.h"
#include "tests/unit/daemon_retention_acts.h"

struct keeper {
    struct retention retention;
    int64_t elapsed_ms;
};

static struct keeper new_keeper(void)
{
    return (struct keeper){
        .retention = {.evidence = &desk->post.evidence, .guard = &desk->post.guard}, .elapsed_ms = 5000};
}

/* So much time goes by, and it looks; what it begins ends. */
static void pass(struct keeper *keeper, int64_t time_ms, int64_t now_ms)
{
    keeper->elapsed_ms += time_ms;
    retention_look(&keeper->retention, now_ms, keeper->elapsed_ms);
    desk_until(!keeper->retention.running);
}

static uint64_t stored_size(void)
{
    struct store *reader;
    assert_int_equal(state_directory_open_reader(&desk->state, &reader), REASON_DONE);
    uint64_t size = journal_size(reader);
    store_close(reader);
    return size;
}

static uint64_t count_erased(void)
{
    struct store *reader;
    uint64_t erased = 0;
    assert_int_equal(state_directory_open_reader(&desk->state, &reader), REASON_DONE);
    for (uint64_t seq = 0; seq < journal_size(reader); seq++)
        erased += is_erased(reader, seq);
    store_close(reader);
    return erased;
}

static void put_policy_at_the_desk(void)
{
    desk_close_reader();
    desk_close_journal();
    put_policy(desk->state.store, 30);
    for (int i = 0; i < 5; i++)
        add(desk->state.store, LOG_EVENT_CONSULTATION, SHORT, "t");
    desk_start_threads();
    desk_load();
}

/* An hour after the start, then once a day; hourly while it has to catch up; never by a clock that can't be right. */
static void test_L5_it_erases_by_itself(void **state)
{
    (void)state;
    struct keeper keeper = new_keeper();
    put_policy_at_the_desk();
    int64_t now = store_now_ms();
    uint64_t size = stored_size();
    pass(&keeper, 0, now);
    pass(&keeper, HOUR - 1, now);
    assert_int_equal(stored_size(), size);
    pass(&keeper, 1, now);
    assert_int_equal(stored_size(), size + 1);
    pass(&keeper, DAY - 1, now + DAY);
    assert_int_equal(stored_size(), size + 1);
    pass(&keeper, 1, now + 60 * DAY); /* a clock that can't be right */
    assert_int_equal(stored_size(), size + 1);
    pass(&keeper, 0, now + 25 * DAY); /* one that can: of a day that kordond ran it makes four */
    assert_int_equal(stored_size(), size + 2);
    assert_int_equal(keeper.retention.told.time_ms, now + RETENTION_PACE * DAY);
    for (int hour = 0; hour < 28 * 24; hour += 4)
        pass(&keeper, HOUR, now + 31 * DAY);
    assert_int_equal(keeper.retention.told.erased, 5);
    assert_int_equal(keeper.retention.told.failure.reason, REASON_DONE);
}

/* A run under way ends before its next step where somebody finds the log broken: what it would erase is evidence. */
static void test_L10_a_locked_post_erases_nothing_more(void **state)
{
    (void)state;
    struct keeper keeper = new_keeper();
    put_policy_at_the_desk();
    int64_t now = store_now_ms();
    uint64_t size = stored_size();
    pass(&keeper, 0, now);
    keeper.elapsed_ms += HOUR;
    retention_look(&keeper.retention, now, keeper.elapsed_ms);
    assert_true(keeper.retention.running);
    failure_set(&desk->post.guard.locked, REASON_LOG_BROKEN, "log", NULL);
    desk_until(!keeper.retention.running);
    assert_int_equal(stored_size(), size);
    assert_int_equal(keeper.retention.told.ended_ms, 0);
    desk->post.guard.locked = (struct failure){0};
}

/* What goes by a day of the calendar waits until kordond's own time has gone on for a week, and goes by the earlier of that and the clock. */
static void test_M3_a_wrong_clock_erases_no_list(void **state)
{
    (void)state;
    struct keeper keeper = new_keeper();
    put_policy_at_the_desk();
    int64_t now = store_now_ms();
    pass(&keeper, 0, now);
    assert_int_equal(retention_past_ms(&keeper.retention, now), 0);
    assert_int_equal(retention_reached_ms(&keeper.retention, now, keeper.elapsed_ms), 0);
    pass(&keeper, HOUR, now);
    assert_int_equal(
        retention_reached_ms(&keeper.retention, now + 20 * DAY, keeper.elapsed_ms + HOUR), now + HOUR);
    assert_int_equal(retention_reached_ms(&keeper.retention, now + 1, keeper.elapsed_ms + HOUR), now + 1);
    assert_int_equal(retention_reached_ms(&keeper.retention, now + 3650 * DAY, keeper.elapsed_ms), 0);
    assert_int_equal(keeper.retention.told.time_ms, now);
    assert_int_equal(retention_past_ms(&keeper.retention, now + 6 * DAY), 0);
    pass(&keeper, 2 * DAY, now + RETENTION_SETTLED_DAYS * DAY);
    assert_int_equal(retention_past_ms(&keeper.retention, now + 7 * DAY), now + 7 * DAY);
    assert_int_equal(retention_past_ms(&keeper.retention, now + 30 * DAY), now + 7 * DAY);
    assert_int_equal(retention_past_ms(&keeper.retention, now), now); /* set back */
    assert_int_equal(retention_past_ms(&keeper.retention, now + 3650 * DAY), 0);
    failure_set(&desk->post.guard.locked, REASON_LOG_BROKEN, "log", NULL);
    assert_int_equal(retention_past_ms(&keeper.retention, now + 7 * DAY), 0);
    desk->post.guard.locked = (struct failure){0};
}

/* --- Holds --------------------------------------------------------------------------------------------------- */

static bool was_changed;

static void on_hold(struct hold_change *change)
{
    (void)change;
    was_changed = true;
}

/* What a supervisor's hold comes to. */
static enum reason hold(const char *transaction, uint64_t from)
{
    struct hold_change change = {
        .done = on_hold, .evidence = &desk->post.evidence, .hold = {.from = from, .reason = "complaint 7"}};
    snprintf(change.hold.transaction, sizeof change.hold.transaction, "%s", transaction);
    was_changed = false;
    hold_change_start(&change, &desk->supervisor);
    desk_until(was_changed);
    journal_outcome_finish(&change.outcome);
    return change.reason;
}

/* Nobody is told that something is held which is gone: of a transaction whose entry may be among those that were erased, of one entry by its
 * number. What is there, or has no entry yet, is held. */
static void test_L5_what_is_gone_is_not_held(void **state)
{
    (void)state;
    struct keeper keeper = new_keeper();
    desk_close_reader();
    desk_close_journal();
    put_policy(desk->state.store, 30);
    uint64_t gone = add(desk->state.store, LOG_EVENT_CONSULTATION, SHORT, "t1");
    for (int i = 0; i < 200; i++)
        add(desk->state.store, LOG_EVENT_ACCESS, NULL, NULL);
    uint64_t there = add(desk->state.store, LOG_EVENT_CONSULTATION, "protection_check", "t2");
    state_directory_keep(&desk->state);
    desk_start_threads();
    desk_load();
    int64_t now = store_now_ms();
    pass(&keeper, 0, now);
    pass(&keeper, HOUR, now);
    for (int day = 0; day < 8; day++)
        pass(&keeper, DAY, now + 30 * DAY);
    assert_int_equal(keeper.retention.told.erased, 1);
    assert_int_equal(hold("t1", gone), REASON_TRANSACTION_ERASED);
    assert_int_equal(hold("", gone), REASON_ENTRY_ERASED);
    assert_int_equal(hold("", stored_size() + 10), REASON_ENTRY_NOT_FOUND);
    assert_int_equal(hold("t2", gone), REASON_DONE);
    assert_int_equal(hold("", there), REASON_DONE);
    assert_int_equal(hold("t3", stored_size()), REASON_DONE);
    /* Nor does it help to put it back: held it would count as kept, and be shown. */
    char back[128];
    snprintf(back, sizeof back, "INSERT OR REPLACE INTO main.body SELECT * FROM old.body WHERE seq = %u",
        (unsigned)gone);
    state_directory_tamper_beside(&desk->state, back);
    assert_int_equal(hold("t1", gone), REASON_TRANSACTION_ERASED);
    assert_int_equal(hold("", gone), REASON_ENTRY_BROKEN);
}

/* --- Failures ------------------------------------------------------------------------------------------------ */

/* A full disk, an I/O error anywhere: what is not erased is erased later, nothing is lost, and it is told. */
static void test_A8_a_disk_that_fails_in_each_call_of_a_run(void **state)
{
    (void)state;
    struct keeper keeper = new_keeper();
    struct disk_fault fault = {.call = DISK_WRITE, .error = ENOSPC, .times = DISK_FOREVER, .partly = true};
    put_policy_at_the_desk();
    int64_t now = store_now_ms();
    unsigned failed = 0;
    pass(&keeper, 0, now);
    pass(&keeper, HOUR, now);
    for (int day = 0; day < 7; day++)
        pass(&keeper, DAY, now + 30 * DAY); /* 28 of the 30 days */
    assert_int_equal(keeper.retention.told.erased, 0);
    for (long hits = 1; hits > 0;) {
        fault.nth++;
        disk_fail(fault);
        pass(&keeper, DAY, now + 30 * DAY);
        hits = disk_hits();
        disk_mend();
        bool went_well = keeper.retention.told.failure.reason == REASON_DONE;
        assert_true(hits > 0 || went_well);
        failed += !went_well;
        desk_restart();
        uint64_t erased = count_erased();
        assert_true(erased == 0 || erased == 5);
        assert_true(erased >= keeper.retention.told.erased);
    }
    assert_int_equal(count_erased(), 5);
    assert_true(failed > 0);
}

int main(void)
{
    json_memory_wipe_when_freed();
    disk_spare_syncs();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_M3_a_wrong_clock_erases_no_list, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(
            test_L10_a_locked_post_erases_nothing_more, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(test_L5_what_is_gone_is_not_held, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(test_L5_it_erases_by_itself, desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(
            test_A8_a_disk_that_fails_in_each_call_of_a_run, desk_set_up_on_a_disk, desk_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
