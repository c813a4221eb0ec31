/* What is past its last day is erased by kordond itself (M3): what of the list, how much at a time, and never half. */
#include <errno.h>

#include "base/day.h"
#include "json/memory.h"
#include "tests/unit/daemon_list_desk.h"

#define ENDED 2 /* entries of the list that end early */

static int32_t day_of(const char *text)
{
    int32_t day = 0;
    assert_true(day_parse(text, &day));
    return day;
}

/* A list of DESK_LIST entries to 2099, and of others to the end of January 2090. */
static void install(uint64_t version, size_t ended)
{
    struct locked_memory early = desk_body_until(DESK_LIST, ended, "missing_person", "2090-01-31");
    assert_int_equal(desk_begin(version), REASON_DONE);
    assert_int_equal(desk_add(0, DESK_LIST), REASON_DONE);
    assert_int_equal(desk_add_body(&early), REASON_DONE);
    assert_int_equal(desk_commit(), REASON_DONE);
    desk_rest();
}

static void expire(const char *day)
{
    list_expire(desk_list, day_of(day));
    desk_rest();
    assert_false(desk_list->expiry.running);
}

static void assert_left(uint64_t entries)
{
    const struct watchlist_summary stored = desk_stored();
    assert_int_equal(stored.entry_count, entries);
    assert_int_equal(stored.finger_count, entries);
    desk_check_searched(&stored);
    desk_check_rest(&stored);
}

static void no_step(struct list_turn *turn)
{
    (void)turn;
}

/* --- What goes */

/* On its last day an entry is there; then it goes, with one entry of the log that says by which rule, and which: nothing else. */
static void test_M3_what_is_past_its_last_day_is_erased(void **state)
{
    (void)state;
    install(2, ENDED);
    uint64_t generation = desk_stored().generation;
    list_expire(desk_list, LIST_NOT_EXPIRING);
    desk_rest();
    expire("2090-01-31");
    assert_int_equal(desk_stored().generation, generation);
    expire("2090-02-01");
    assert_left(DESK_LIST);
    assert_int_equal(desk_stored().generation, generation + 1);
    json_t *body = desk_newest(LOG_EVENT_ERASURE);
    assert_string_equal(json_string_value(json_object_get(body, "actor")), "kordond");
    assert_string_equal(json_string_value(json_object_get(body, "expired_before")), "2090-02-01");
    assert_int_equal(json_array_size(json_object_get(body, "references")), ENDED);
    assert_null(json_object_get(body, "reference"));
    json_decref(body);
    expire("2090-02-01");
    assert_int_equal(desk_stored().generation, generation + 1);
    desk_restart();
    assert_left(DESK_LIST);
}

/* A list that ended whole goes whole. */
static void test_M3_a_list_that_is_past_goes_whole(void **state)
{
    (void)state;
    expire("2099-02-01");
    assert_left(0);
    assert_int_equal(opened_list_counts(desk_list->set)->first_end, DAY_NEVER);
}

static size_t references_in_newest(void)
{
    json_t *body = desk_newest(LOG_EVENT_ERASURE);
    const size_t count = json_array_size(json_object_get(body, "references"));
    json_decref(body);
    return count;
}

/* Many go in several commits, each of a bounded number, one behind the other. */
static void test_M3_many_go_in_several_commits(void **state)
{
    (void)state;
    install(2, watchlist_erasure_most(0) + ENDED);
    uint64_t generation = desk_stored().generation;
    expire("2095-01-01");
    assert_left(DESK_LIST);
    assert_int_equal(desk_stored().generation, generation + 2);
    assert_int_equal(references_in_newest(), ENDED);
    assert_null(desk_list->rows);
}

/* Each commit adds up what it leaves: all of them together a bounded number of times the whole, however long the list is. */
static void test_M3_a_mass_expiry_adds_up_the_list_some_times(void **state)
{
    (void)state;
    for (uint64_t whole = 1; whole <= UINT64_C(1) << 20; whole *= 2) {
        uint64_t added_up = 0;
        for (uint64_t left = whole; left > 0;) {
            const uint64_t most = watchlist_erasure_most(left);
            assert_true(most > 0 && most <= WATCHLIST_ERASURE_MAX);
            left -= most < left ? most : left;
            added_up += left;
        }
        assert_true(added_up <= 512 * whole);
    }
}

/* --- When */

/* An import under way is not ended by it: it waits. */
static void test_M3_expiry_waits_for_an_import(void **state)
{
    (void)state;
    install(2, ENDED);
    assert_int_equal(desk_begin(3), REASON_DONE);
    expire("2095-01-01");
    assert_int_equal(desk_stored().entry_count, DESK_LIST + ENDED);
    assert_int_equal(desk_add(0, 1), REASON_DONE);
    assert_int_equal(desk_commit(), REASON_DONE);
    expire("2095-01-01");
    assert_left(1);
}

/* Where its turn comes only after an import has begun, nothing is erased then, and nothing failed. */
static void test_M3_an_import_that_begins_before_its_turn_goes_first(void **state)
{
    (void)state;
    struct list_turn before = {0};
    install(2, ENDED);
    list_turn_wait(desk_list, &before, no_step);
    list_expire(desk_list, day_of("2095-01-01"));
    assert_true(desk_list->expiry.running);
    struct list_waiter *waiter = desk_waits();
    const struct list_request request = {.list_name = "national", .list_version = 3};
    assert_int_equal(
        list_import_begin(desk_list, &desk->supervisor, &request, waiter, &desk->failure), REASON_DONE);
    list_turn_end(desk_list);
    desk_until(desk->told > 0);
    desk_rest();
    assert_false(desk_list->expiry.running);
    assert_int_equal(desk_list->expiry.not_before, 0);
    assert_int_equal(desk_stored().entry_count, DESK_LIST + ENDED);
    assert_int_equal(desk_cancel(), REASON_DONE);
    expire("2095-01-01");
    assert_left(DESK_LIST);
}

static void test_M3_a_locked_state_erases_nothing(void **state)
{
    (void)state;
    failure_set(&desk->post.guard.locked, REASON_LOG_BROKEN, "log", NULL);
    expire("2099-02-01");
    desk->post.guard.locked = (struct failure){0};
    assert_left(DESK_LIST);
}

/* --- The disk */

/* A disk that fails anywhere: all of it or nothing, and what is left goes an hour later, not before. */
static void expire_on_a_failing_disk(struct disk_fault fault)
{
    unsigned failed = 0;
    for (long hits = 1; hits > 0;) {
        install(desk_stored().list_version + 1, ENDED);
        const struct watchlist_summary before = desk_stored();
        fault.nth++;
        disk_fail(fault);
        expire("2095-01-01");
        hits = disk_hits();
        disk_mend();
        failed += desk_list->expiry.not_before > 0;
        desk_restart();
        bool recorded = desk_stored().generation != before.generation;
        assert_left(DESK_LIST + (recorded ? 0 : ENDED));
        if (desk_list->expiry.not_before > 0 && !recorded) {
            expire("2095-01-01");
            assert_left(DESK_LIST + ENDED);
        }
        desk_list->expiry.not_before = 0;
        expire("2095-01-01");
        assert_left(DESK_LIST);
    }
    assert_true(failed > 0);
}

static void test_M3_a_disk_that_is_full_anywhere_in_an_expiry(void **state)
{
    (void)state;
    expire_on_a_failing_disk(
        (struct disk_fault){.call = DISK_WRITE, .error = ENOSPC, .times = DISK_FOREVER, .partly = true});
}

#define TEST(name)    cmocka_unit_test_setup_teardown(name, desk_set_up, desk_tear_down)
#define ON_DISK(name) cmocka_unit_test_setup_teardown(name, desk_set_up_on_a_disk, desk_tear_down)

int main(void)
{
    json_memory_wipe_when_freed();
    disk_spare_syncs();
    const struct CMUnitTest tests[] = {
        TEST(test_M3_what_is_past_its_last_day_is_erased),
        TEST(test_M3_a_list_that_is_past_goes_whole),
        TEST(test_M3_many_go_in_several_commits),
        TEST(test_M3_a_mass_expiry_adds_up_the_list_some_times),
        TEST(test_M3_expiry_waits_for_an_import),
        TEST(test_M3_an_import_that_begins_before_its_turn_goes_first),
        TEST(test_M3_a_locked_state_erases_nothing),
        ON_DISK(test_M3_a_disk_that_is_full_anywhere_in_an_expiry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
