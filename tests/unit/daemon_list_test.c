/* The list in force: what is searched, whose turn it is to change it, and an entry's erasure. Imports: daemon_list_import_test.c. */
#include "tests/unit/daemon_list_desk.h"

#include <errno.h>

#include "json/memory.h"

/* --- Open or not */

/* Before the first load, and when it is closed. */
static void test_A8_without_a_set_no_list_is_open(void **state)
{
    (void)state;
    struct failure failure = {0};
    const struct list made = {.guard = &desk->post.guard};
    assert_int_equal(list_check_open(&made, &failure), REASON_BUSY);
    assert_int_equal(failure.reason, REASON_BUSY);
    assert_int_equal(list_check_open(desk_list, &failure), REASON_DONE);
    list_close(desk_list);
    assert_int_equal(list_check_open(desk_list, &failure), REASON_STOPPING);
    assert_int_equal(failure.reason, REASON_STOPPING);
}

static void test_A8_a_locked_state_has_no_open_list(void **state)
{
    (void)state;
    struct failure failure = {0};
    failure_set(&desk->post.guard.locked, REASON_LOG_BROKEN, "log", NULL);
    assert_int_equal(list_check_open(desk_list, &failure), REASON_LOG_BROKEN);
    assert_int_equal(failure.reason, REASON_LOG_BROKEN);
    desk->post.guard.locked = (struct failure){0};
}

/* --- Read anew */

/* True where an allocation failed, which is then as far as that goes. */
static bool load_without(long successes)
{
    const struct opened_list *before = desk_list->set;
    desk->reloaded = false;
    failing_memory_set(successes);
    enum reason reason = list_reload(desk_list, desk_reloaded, NULL, NULL);
    if (reason == REASON_DONE)
        desk_until(desk->reloaded);
    bool failed = failing_memory_has_failed();
    failing_memory_set(-1);
    assert_true(reason == REASON_DONE || (reason == REASON_NO_MEMORY && !desk->reloaded));
    assert_non_null(desk_list->set);
    assert_true(desk_list->set != before || failed);
    return failed;
}

static void test_A8_memory_that_ends_in_a_load_leaves_what_is_searched(void **state)
{
    (void)state;
    long failures = 0;
    while (load_without(failures))
        failures++;
    assert_true(failures > 10);
    const struct watchlist_summary stored = desk_stored();
    desk_check_searched(&stored);
}

static void test_A8_a_disk_that_fails_in_a_load_leaves_what_is_searched(void **state)
{
    (void)state;
    const struct opened_list *before = desk_list->set;
    desk_close_reader();
    desk_start_reader(); /* with nothing read before */
    disk_fail((struct disk_fault){.call = DISK_READ, .nth = 1, .times = DISK_FOREVER, .error = EIO});
    desk_load();
    assert_true(disk_hits() > 0);
    disk_mend();
    assert_ptr_equal(desk_list->set, before);
}

/* What was found altered is not searched any more, and says so. */
static void leave_unopened(enum reason reason)
{
    struct failure failure = {0};
    failure_set(&failure, reason, "watchlist", NULL);
    list_put_in_force(desk_list, NULL, &failure);
}

/* Nobody need import it again, or start kordond anew, because memory or the disk failed once. */
static void test_A8_a_list_that_could_not_be_read_is_read_again(void **state)
{
    (void)state;
    leave_unopened(REASON_SEAL_BROKEN);
    list_look(desk_list);
    assert_false(desk_list->retrying); /* what does not prove itself stays out */
    leave_unopened(REASON_NO_MEMORY);
    list_look(desk_list);
    desk_until(desk_list->set != NULL && !desk_list->retrying);
    assert_int_equal(list_check_open(desk_list, NULL), REASON_DONE);
    leave_unopened(REASON_OUTCOME_UNKNOWN);
    list_look(desk_list);
    assert_false(desk_list->retrying); /* it was read a moment ago */
    desk_list->retried_ms = 0;
    list_look(desk_list);
    list_look(desk_list);
    desk_until(desk_list->set != NULL && !desk_list->retrying);
    assert_null(desk_list->turn);
}

static void test_T2_altered_rows_end_the_list_in_force(void **state)
{
    (void)state;
    struct failure failure = {0};
    state_directory_tamper_beside(&desk->state, "DELETE FROM alert WHERE id = (SELECT min(id) FROM alert)");
    desk_load();
    assert_null(desk_list->set);
    assert_int_equal(reason_class(list_check_open(desk_list, &failure)), REASON_CLASS_EVIDENCE_BROKEN);
}

/* --- Turns */

static struct list_turn *turns[4]; /* in the order in which they began */
static size_t turn_count;

static void on_turn(struct list_turn *turn)
{
    assert_ptr_equal(desk_list->turn, turn);
    turns[turn_count++] = turn;
}

/* Its change fails at once. */
static void on_short_turn(struct list_turn *turn)
{
    on_turn(turn);
    list_turn_end(desk_list);
}

static void test_A8_a_turn_is_one_change_s_at_a_time(void **state)
{
    (void)state;
    struct list_turn first, second, third, fourth;
    turn_count = 0;
    list_turn_wait(desk_list, &first, on_turn);
    list_turn_wait(desk_list, &second, on_short_turn);
    list_turn_wait(desk_list, &third, on_turn);
    assert_int_equal(turn_count, 1);
    list_turn_end(desk_list);
    assert_int_equal(turn_count, 3);
    assert_ptr_equal(turns[1], &second);
    assert_ptr_equal(turns[2], &third);
    list_turn_wait(desk_list, &fourth, on_short_turn);
    assert_int_equal(turn_count, 3);
    list_turn_end(desk_list);
    assert_ptr_equal(turns[3], &fourth);
    assert_null(desk_list->turn);
}

/* --- Erasures */

static bool is_searched(const struct watchlist_id *id)
{
    struct opened_list *light;
    if (desk_list->set == NULL ||
        opened_list_without(desk_list->set, &(struct watchlist_ids){id, 1}, &light, NULL) != REASON_DONE)
        return false;
    opened_list_destroy(light);
    return true;
}

/* What must hold of an erasure, whatever it met, when all is at rest. */
static void check_erasure(
    enum reason reason, const struct watchlist_id *id, const struct watchlist_summary *before)
{
    const struct watchlist_summary stored = desk_stored();
    bool recorded = stored.generation != before->generation;
    assert_true(!recorded || stored.generation == before->generation + 1);
    assert_int_equal(stored.entry_count, before->entry_count - recorded);
    desk_check_searched(&stored);
    assert_false(recorded && is_searched(id));
    if (reason == REASON_DONE)
        assert_true(recorded && desk->told_recorded);
    else if (reason != REASON_OUTCOME_UNKNOWN)
        assert_true(!recorded && !desk->told_recorded && is_searched(id));
}

static void test_M3_an_erased_entry_is_recorded_and_not_searched(void **state)
{
    (void)state;
    const struct watchlist_summary before = desk_stored();
    const struct watchlist_id id = desk_first_id();
    const unsigned lists = desk->lists;
    assert_true(is_searched(&id));
    assert_int_equal(desk_erase(&id), REASON_DONE);
    check_erasure(REASON_DONE, &id, &before);
    const struct watchlist_summary stored = desk_stored();
    desk_check_rest(&stored);
    assert_true(desk->lists > lists);
    json_t *body = desk_newest(LOG_EVENT_ERASURE);
    assert_string_equal(json_string_value(json_object_get(body, "actor")), "user:chief");
    assert_string_equal(json_string_value(json_object_get(body, "justification")), "court order 9");
    json_decref(body);
    assert_int_equal(desk_erase(&id), REASON_ENTRY_NOT_FOUND);
}

struct erasing {
    struct list_waiter waiter;
    unsigned told;
    enum reason reason;
};

static void on_erased(
    struct list_waiter *waiter, const struct list_outcome *outcome, const struct failure *failure)
{
    struct erasing *erasing = (struct erasing *)waiter;
    (void)outcome;
    erasing->told++;
    erasing->reason = failure != NULL ? failure->reason : REASON_DONE;
}

/* Asked for at once, the second finds what the first one left. */
static void test_A8_erasures_follow_one_another(void **state)
{
    (void)state;
    struct erasing erasings[3] = {0};
    const struct watchlist_id id = desk_first_id(), other = opened_list_subject(desk_list->set, 1)->id;
    const struct watchlist_id *const ids[] = {&id, &id, &other};
    for (size_t i = 0; i < 3; i++) {
        erasings[i].waiter.told = on_erased;
        assert_int_equal(list_erase(desk_list, &desk->supervisor, ids[i], "order", &erasings[i].waiter, NULL),
            REASON_DONE);
    }
    desk_rest();
    static const enum reason ends[] = {REASON_DONE, REASON_ENTRY_NOT_FOUND, REASON_DONE};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(erasings[i].told, 1);
        assert_int_equal(erasings[i].reason, ends[i]);
    }
    const struct watchlist_summary stored = desk_stored();
    assert_int_equal(stored.entry_count, DESK_LIST - 2);
    desk_check_searched(&stored);
    desk_check_rest(&stored);
}

/* An import that is begun while an erasure is on its way begins behind it, and is not ended by it. */
static void test_A8_an_import_begins_behind_an_erasure_under_way(void **state)
{
    (void)state;
    struct erasing erasing = {.waiter.told = on_erased};
    const struct watchlist_id id = desk_first_id();
    assert_int_equal(
        list_erase(desk_list, &desk->supervisor, &id, "order", &erasing.waiter, NULL), REASON_DONE);
    assert_int_equal(desk_begin(2), REASON_DONE);
    assert_int_equal(erasing.told, 1);
    assert_int_equal(erasing.reason, REASON_DONE);
    assert_int_equal(desk_add(0, DESK_LIST), REASON_DONE);
    assert_int_equal(desk_commit(), REASON_DONE);
    assert_int_equal(desk_stored().entry_count, DESK_LIST);
}

/* True where an allocation failed. */
static bool erase_without(long successes)
{
    const struct watchlist_summary before = desk_stored();
    const struct watchlist_id id = desk_first_id();
    failing_memory_set(successes);
    enum reason reason = desk_erase(&id);
    bool failed = failing_memory_has_failed();
    failing_memory_set(-1);
    check_erasure(reason, &id, &before);
    const struct watchlist_summary stored = desk_stored();
    desk_check_rest(&stored);
    /* Unknown: what is recorded has no receipt. */
    assert_true(reason == REASON_DONE || reason == REASON_NO_MEMORY || reason == REASON_OUTCOME_UNKNOWN);
    /* Memory that failed once does not end the searching of everybody else. */
    assert_non_null(desk_list->set);
    if (stored.generation != before.generation) {
        json_t *body = desk_newest(LOG_EVENT_ERASURE);
        assert_int_equal(json_integer_value(json_object_get(body, "actor_uid")), 1009);
        json_decref(body);
        desk_install(before.list_version + 1, DESK_LIST);
    }
    return failed;
}

static void test_M3_memory_that_ends_anywhere_in_an_erasure(void **state)
{
    (void)state;
    long failures = 0;
    while (erase_without(failures))
        failures++;
    assert_true(failures > 10);
}

/* Each call in turn fails, and what comes behind it by times; how often nobody knew what it came to. */
static unsigned erase_on_a_failing_disk(struct disk_fault fault)
{
    unsigned unknown = 0;
    for (long hits = 1; hits > 0;) {
        if (desk_stored().entry_count < 2)
            desk_install(desk_stored().list_version + 1, DESK_LIST);
        const struct watchlist_summary before = desk_stored();
        const struct watchlist_id id = desk_first_id();
        fault.nth++;
        disk_fail(fault);
        enum reason reason = desk_erase(&id);
        hits = disk_hits();
        disk_mend();
        unknown += reason == REASON_OUTCOME_UNKNOWN;
        /* A disk that fails is no evidence that somebody altered the list. */
        assert_int_not_equal(reason_class(reason), REASON_CLASS_EVIDENCE_BROKEN);
        assert_true(hits > 0 || reason == REASON_DONE);
        check_erasure(reason, &id, &before);
        desk_restart();
        const struct watchlist_summary stored = desk_stored();
        desk_check_searched(&stored);
        desk_check_rest(&stored);
    }
    return unknown;
}

static void test_M3_a_disk_that_fails_once_anywhere_in_an_erasure(void **state)
{
    (void)state;
    assert_true(erase_on_a_failing_disk((struct disk_fault){.call = DISK_ANY, .error = EIO}) > 0);
}

static void test_M3_a_disk_that_fails_from_anywhere_in_an_erasure_on(void **state)
{
    (void)state;
    assert_true(erase_on_a_failing_disk(
                    (struct disk_fault){.call = DISK_ANY, .error = EIO, .times = DISK_FOREVER}) > 0);
}

static void test_M3_a_disk_that_is_full_anywhere_in_an_erasure(void **state)
{
    (void)state;
    erase_on_a_failing_disk(
        (struct disk_fault){.call = DISK_WRITE, .error = ENOSPC, .times = DISK_FOREVER, .partly = true});
}

static void test_M3_a_read_that_fails_anywhere_in_an_erasure(void **state)
{
    (void)state;
    erase_on_a_failing_disk((struct disk_fault){.call = DISK_READ, .error = EIO});
}

/* --- The end */

static void test_A8_what_stops_erases_nothing_and_says_so(void **state)
{
    (void)state;
    const struct watchlist_summary before = desk_stored();
    const struct watchlist_id id = desk_first_id();
    list_stop(desk_list);
    assert_int_equal(desk_erase(&id), REASON_STOPPING);
    check_erasure(REASON_STOPPING, &id, &before);
    desk_check_rest(&before);
}

/* A stop that does not wait closes the list while a load of it is under way: nobody would let that set go. */
static void test_A8_what_comes_back_behind_the_close_is_not_searched(void **state)
{
    (void)state;
    struct failure failure = {0};
    desk->reloaded = false;
    assert_int_equal(list_reload(desk_list, desk_reloaded, NULL, NULL), REASON_DONE);
    list_stop(desk_list);
    list_close(desk_list);
    desk_close_reader();
    assert_true(desk->reloaded);
    assert_null(desk_list->set);
    assert_int_equal(list_check_open(desk_list, &failure), REASON_STOPPING);
}

#define TEST(name)    cmocka_unit_test_setup_teardown(name, desk_set_up, desk_tear_down)
#define ON_DISK(name) cmocka_unit_test_setup_teardown(name, desk_set_up_on_a_disk, desk_tear_down)

int main(void)
{
    json_memory_wipe_when_freed();
    disk_spare_syncs();
    const struct CMUnitTest tests[] = {
        TEST(test_A8_without_a_set_no_list_is_open),
        TEST(test_A8_a_locked_state_has_no_open_list),
        TEST(test_A8_memory_that_ends_in_a_load_leaves_what_is_searched),
        ON_DISK(test_A8_a_disk_that_fails_in_a_load_leaves_what_is_searched),
        TEST(test_A8_a_list_that_could_not_be_read_is_read_again),
        TEST(test_T2_altered_rows_end_the_list_in_force),
        TEST(test_A8_a_turn_is_one_change_s_at_a_time),
        TEST(test_M3_an_erased_entry_is_recorded_and_not_searched),
        TEST(test_A8_erasures_follow_one_another),
        TEST(test_A8_an_import_begins_behind_an_erasure_under_way),
        TEST(test_M3_memory_that_ends_anywhere_in_an_erasure),
        ON_DISK(test_M3_a_disk_that_fails_once_anywhere_in_an_erasure),
        ON_DISK(test_M3_a_disk_that_fails_from_anywhere_in_an_erasure_on),
        ON_DISK(test_M3_a_disk_that_is_full_anywhere_in_an_erasure),
        ON_DISK(test_M3_a_read_that_fails_anywhere_in_an_erasure),
        TEST(test_A8_what_stops_erases_nothing_and_says_so),
        TEST(test_A8_what_comes_back_behind_the_close_is_not_searched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
