/* kordond stops while the list changes: with time for what was begun, and without. */
#include "tests/unit/daemon_list_desk.h"

#include "json/memory.h"

/* --- A stop that waits */

static void stopped(const struct watchlist_summary *before)
{
    list_import_stop(desk_list); /* as each step of a stop does */
    desk_rest();
    desk_check_searched(before);
    desk_check_rest(before);
}

static void test_A8_a_stop_at_rest_ends_the_import(void **state)
{
    (void)state;
    const struct watchlist_summary before = desk_stored();
    assert_int_equal(desk_begin(2), REASON_DONE);
    assert_int_equal(desk_add(0, 4), REASON_DONE);
    list_stop(desk_list);
    assert_true(desk_add(4, 1) != REASON_DONE);
    assert_int_equal(desk_begin(3), REASON_STOPPING);
    stopped(&before);
}

/* The waiter of the step that the stop meets is told, once. */
static void meet_stop(enum reason begun)
{
    assert_int_equal(begun, REASON_DONE);
    list_stop(desk_list);
    assert_int_equal(desk_wait(begun), REASON_STOPPING);
}

static void test_A8_a_stop_in_the_beginning_ends_the_import(void **state)
{
    (void)state;
    const struct watchlist_summary before = desk_stored();
    const struct list_request wanted = {.list_name = "national", .list_version = 2};
    struct list_waiter *waiter = desk_waits();
    meet_stop(list_import_begin(desk_list, &desk->supervisor, &wanted, waiter, &desk->failure));
    stopped(&before);
}

static void test_A8_a_stop_while_entries_come_ends_the_import(void **state)
{
    (void)state;
    const struct watchlist_summary before = desk_stored();
    struct locked_memory body = desk_body(0, 4, "missing_person");
    assert_int_equal(desk_begin(2), REASON_DONE);
    const struct list_import_claim claim = desk_claim();
    struct list_waiter *waiter = desk_waits();
    meet_stop(list_import_add(desk_list, &claim, &body, strlen(body.bytes), waiter, &desk->failure));
    stopped(&before);
}

static void test_A8_a_stop_before_the_commit_ends_the_import(void **state)
{
    (void)state;
    const struct watchlist_summary before = desk_stored();
    assert_int_equal(desk_begin(2), REASON_DONE);
    assert_int_equal(desk_add(0, 4), REASON_DONE);
    const struct list_import_claim claim = desk_claim();
    struct list_waiter *waiter = desk_waits();
    meet_stop(list_import_commit(desk_list, &claim, "order", waiter, &desk->failure));
    stopped(&before);
}

/* --- A stop that does not wait */

/* A stop that does not wait, in the moment of the commit: it is told as recorded, since it is, and nothing is put in force. */
static void test_A8_a_stop_that_does_not_wait_for_a_commit(void **state)
{
    (void)state;
    const struct watchlist_summary before = desk_stored();
    assert_int_equal(desk_begin(2), REASON_DONE);
    assert_int_equal(desk_add(0, 4), REASON_DONE);
    const struct list_import_claim claim = desk_claim();
    struct list_waiter *waiter = desk_waits();
    assert_int_equal(list_import_commit(desk_list, &claim, "order", waiter, &desk->failure), REASON_DONE);
    desk_until(desk_list->turn != NULL); /* its commit is under way */
    desk_list->stopping = true;
    list_close(desk_list);
    desk_close_reader();
    desk_close_journal();
    assert_int_equal(desk->told, 1);
    assert_int_equal(desk->failure.reason, REASON_DONE);
    assert_true(desk->told_recorded);
    assert_null(desk_list->set);
    assert_null(desk_list->import);
    assert_int_equal(desk_stored().generation, before.generation + 1);
}

/* The threads end one after the other while entries come: search, reader, journal. What an earlier one hands on, a later one takes. */
static void test_A8_a_stop_that_does_not_wait_for_entries(void **state)
{
    (void)state;
    const struct watchlist_summary before = desk_stored();
    struct adding one, two;
    bool closed = false;
    assert_int_equal(desk_begin(2), REASON_DONE);
    assert_int_equal(desk_add_beside(&one, 0), REASON_DONE);
    assert_int_equal(desk_add_beside(&two, 3), REASON_DONE);
    desk_list->stopping = true;
    list_close(desk_list);
    search_pool_close(desk->post.workers.search, desk_closed, &closed);
    desk_until(closed);
    desk->post.workers.search = NULL;
    desk_close_reader();
    desk_close_journal();
    list_import_drop(desk_list);
    assert_true(one.told == 1 && two.told == 1);
    assert_int_equal(one.reason, REASON_STOPPING);
    assert_int_equal(two.reason, REASON_STOPPING);
    assert_int_equal(desk->post.work.count, 0);
    assert_int_equal(desk_stored().generation, before.generation);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_set_up, desk_tear_down)

int main(void)
{
    json_memory_wipe_when_freed();
    disk_spare_syncs();
    const struct CMUnitTest tests[] = {
        TEST(test_A8_a_stop_at_rest_ends_the_import),
        TEST(test_A8_a_stop_in_the_beginning_ends_the_import),
        TEST(test_A8_a_stop_while_entries_come_ends_the_import),
        TEST(test_A8_a_stop_before_the_commit_ends_the_import),
        TEST(test_A8_a_stop_that_does_not_wait_for_a_commit),
        TEST(test_A8_a_stop_that_does_not_wait_for_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
