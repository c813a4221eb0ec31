/* A list on its way in, step by step, each with its good and its bad end: the list in force goes on being searched until the new one is built,
 * proven and recorded. */
#include "tests/unit/daemon_list_desk.h"

#include <errno.h>

#include "daemon/list/import_internal.h"

#include "json/memory.h"

static struct list_request request(uint64_t version)
{
    return (struct list_request){.list_name = "national", .list_version = version};
}

/* What must hold of an import of so many entries, whatever it met, when all is at rest: before its rows are swept, too. */
static void check_import(enum reason reason, const struct watchlist_summary *before, size_t count)
{
    const struct watchlist_summary stored = desk_stored();
    bool recorded = stored.generation != before->generation;
    assert_true(!recorded || stored.generation == before->generation + 1);
    assert_int_equal(stored.list_version, before->list_version + recorded);
    assert_int_equal(stored.entry_count, recorded ? count : before->entry_count);
    desk_check_searched(&stored);
    assert_int_equal(desk->told_recorded, recorded && desk_list->set != NULL);
    if (reason == REASON_DONE)
        assert_true(recorded && desk_list->set != NULL);
    else if (reason != REASON_OUTCOME_UNKNOWN)
        assert_true(!recorded && desk_list->set != NULL);
}

/* Ends what a step left behind, as its owner would. */
static void clear_up(void)
{
    if (desk_list->import != NULL)
        assert_int_equal(desk_cancel(), REASON_DONE);
    desk_rest();
}

/* --- All goes well */

static void test_A5_a_list_is_installed_recorded_and_searched(void **state)
{
    (void)state;
    const struct watchlist_summary before = desk_stored();
    const unsigned lists = desk->lists, imports = desk->imports;
    desk_install(2, 5);
    check_import(REASON_DONE, &before, 5);
    const struct watchlist_summary stored = desk_stored();
    desk_check_rest(&stored);
    assert_int_equal(desk->lists, lists + 1);
    assert_true(desk->imports > imports + 2);
    json_t *body = desk_newest(LOG_EVENT_ALTERATION);
    assert_string_equal(json_string_value(json_object_get(body, "actor")), "user:chief");
    assert_int_equal(json_integer_value(json_object_get(body, "actor_uid")), 1009);
    assert_string_equal(json_string_value(json_object_get(body, "justification")), "order 5");
    json_decref(body);
}

/* A dry run tells what would be, and is nowhere to be seen afterwards. */
static void test_A5_a_dry_run_records_and_changes_nothing(void **state)
{
    (void)state;
    const struct watchlist_summary before = desk_stored();
    const struct opened_list *set = desk_list->set;
    struct list_request wanted = request(2);
    struct locked_memory body = desk_body(0, 5, "missing_person");
    json_t *newest = desk_newest(LOG_EVENT_ALTERATION);
    wanted.dry_run = true;
    assert_int_equal(desk_import(&wanted, &body), REASON_DONE);
    assert_false(desk->told_recorded);
    assert_int_equal(desk->told_people, 5);
    assert_ptr_equal(desk_list->set, set);
    const struct watchlist_summary stored = desk_stored();
    assert_int_equal(stored.generation, before.generation);
    desk_check_searched(&stored);
    desk_check_rest(&stored);
    json_t *after = desk_newest(LOG_EVENT_ALTERATION);
    assert_true(json_equal(newest, after));
    json_decref(newest);
    json_decref(after);
}

/* --- Whose it is */

static void test_T7_another_s_import_is_not_gone_on_with(void **state)
{
    (void)state;
    assert_int_equal(desk_begin(2), REASON_DONE);
    struct list_import *import = desk_list->import;
    desk->supervisor.uid++;
    assert_int_equal(desk_add(0, 1), REASON_IMPORT_NOT_FOUND);
    assert_int_equal(desk_commit(), REASON_IMPORT_NOT_FOUND);
    assert_int_equal(desk_begin(3), REASON_BUSY);
    assert_ptr_equal(desk_list->import, import);
    assert_int_equal(desk_cancel(), REASON_DONE); /* another supervisor may end it */
    assert_null(desk_list->import);
    assert_int_equal(desk_cancel(), REASON_IMPORT_NOT_FOUND);
}

static void test_A9_who_stays_away_loses_his_import(void **state)
{
    (void)state;
    assert_int_equal(desk_begin(2), REASON_DONE);
    assert_int_equal(desk_add(0, 4), REASON_DONE);
    list_import_look(desk_list);
    assert_non_null(desk_list->import);
    desk_list->import->touched_ms = uv_now(&desk->post.loop) - 600000;
    list_import_look(desk_list);
    desk_rest();
    assert_null(desk_list->import);
    const struct watchlist_summary stored = desk_stored();
    desk_check_rest(&stored);
}

/* --- What is refused */

static void test_A5_a_list_with_a_fault_is_not_installed(void **state)
{
    (void)state;
    const struct watchlist_summary before = desk_stored();
    assert_int_equal(desk_begin(2), REASON_DONE);
    struct locked_memory body = desk_body(0, 2, "no_such_category");
    assert_int_equal(desk_add_body(&body), REASON_DONE);
    assert_int_equal(desk->faults, 2);
    assert_int_equal(desk_add(2, 2), REASON_DONE);
    assert_int_equal(desk_commit(), REASON_MANIFEST_REFUSED);
    check_import(REASON_MANIFEST_REFUSED, &before, 4);
    clear_up();
    desk_check_rest(&before);
}

static void test_A5_an_older_list_is_refused(void **state)
{
    (void)state;
    const struct watchlist_summary before = desk_stored();
    assert_int_equal(desk_begin(1), REASON_LIST_VERSION_OLD);
    check_import(REASON_LIST_VERSION_OLD, &before, 0);
    desk_check_rest(&before);
}

static void test_A5_a_list_of_nobody_is_refused(void **state)
{
    (void)state;
    const struct watchlist_summary before = desk_stored();
    assert_int_equal(desk_begin(2), REASON_DONE);
    assert_int_equal(desk_commit(), REASON_LIST_EMPTY);
    check_import(REASON_LIST_EMPTY, &before, 0);
    desk_check_rest(&before);
}

static void test_A5_what_is_no_json_is_refused_and_the_import_goes_on(void **state)
{
    (void)state;
    struct locked_memory body;
    assert_int_equal(desk_begin(2), REASON_DONE);
    assert_int_equal(locked_memory_init(&body, 16, NULL), REASON_DONE);
    strcpy(body.bytes, "{\"entries\":");
    assert_int_equal(desk_add_body(&body), REASON_BAD_JSON);
    assert_int_equal(desk_add(0, 4), REASON_DONE);
    assert_int_equal(desk_commit(), REASON_DONE);
}

/* Who is erased while a list comes in does not come back with it. */
static void test_M3_an_import_that_an_erasure_overtook_is_not_installed(void **state)
{
    (void)state;
    const struct watchlist_id id = desk_first_id();
    assert_int_equal(desk_begin(2), REASON_DONE);
    assert_int_equal(desk_add(0, 4), REASON_DONE);
    assert_int_equal(desk_erase(&id), REASON_DONE);
    assert_int_equal(desk_commit(), REASON_CONFLICTING_IMPORT);
    const struct watchlist_summary stored = desk_stored();
    assert_int_equal(stored.entry_count, DESK_LIST - 1);
    desk_check_searched(&stored);
    desk_check_rest(&stored);
}

/* --- Two batches at once */

static void test_A5_two_batches_come_at_once_and_no_step_overtakes_them(void **state)
{
    (void)state;
    struct adding one, two, three;
    assert_int_equal(desk_begin(2), REASON_DONE);
    assert_int_equal(desk_add_beside(&one, 0), REASON_DONE);
    assert_int_equal(desk_add_beside(&two, 3), REASON_DONE);
    assert_int_equal(desk_add_beside(&three, 6), REASON_BUSY);
    const struct list_import_claim claim = desk_claim();
    struct list_waiter *waiter = desk_waits();
    assert_int_equal(list_import_commit(desk_list, &claim, "order", waiter, &desk->failure), REASON_BUSY);
    assert_int_equal(list_import_cancel(desk_list, &claim, waiter, &desk->failure), REASON_BUSY);
    desk_rest();
    assert_true(one.told == 1 && two.told == 1 && three.told == 0 && desk->told == 0);
    assert_true(one.reason == REASON_DONE && two.reason == REASON_DONE);
    assert_int_equal(desk_commit(), REASON_DONE);
    assert_int_equal(desk_stored().entry_count, 6);
}

/* What was counted is not there: neither batch's sender goes on as if it were, and nothing of either stays. */
static void test_A8_a_full_disk_under_two_batches_ends_the_import(void **state)
{
    (void)state;
    const struct watchlist_summary before = desk_stored();
    struct adding one, two;
    assert_int_equal(desk_begin(2), REASON_DONE);
    disk_fail((struct disk_fault){
        .call = DISK_WRITE, .nth = 1, .error = ENOSPC, .times = DISK_FOREVER, .partly = true});
    assert_int_equal(desk_add_beside(&one, 0), REASON_DONE);
    assert_int_equal(desk_add_beside(&two, 3), REASON_DONE);
    desk_rest();
    assert_true(disk_hits() > 0);
    disk_mend();
    assert_true(one.told == 1 && two.told == 1);
    assert_true(one.reason == REASON_DISK_FULL && two.reason == REASON_DISK_FULL);
    assert_null(desk_list->import);
    assert_int_equal(desk_commit(), REASON_IMPORT_NOT_FOUND);
    desk_check_searched(&before);
    list_sweep_soon(desk_list);
    desk_rest();
    desk_check_rest(&before);
}

/* --- Altered by somebody else */

/* Staged rows are not what was staged: the list in force, which still holds, stays. */
static void test_T2_altered_staged_rows_are_not_installed(void **state)
{
    (void)state;
    const struct watchlist_summary before = desk_stored();
    assert_int_equal(desk_begin(2), REASON_DONE);
    assert_int_equal(desk_add(0, 4), REASON_DONE);
    state_directory_tamper_beside(&desk->state,
        "DELETE FROM alert WHERE import = (SELECT import FROM alert GROUP BY import HAVING count(*) = 4)");
    assert_true(desk_commit() != REASON_DONE);
    assert_non_null(desk_list->set);
    check_import(desk->failure.reason, &before, 4);
    desk_check_rest(&before);
}

/* Rows of the list in force are not what they were: it is found, and ends the searching. */
static void test_T2_altered_rows_are_found_by_an_erasure(void **state)
{
    (void)state;
    struct failure failure = {0};
    const struct watchlist_id id = desk_first_id();
    state_directory_tamper_beside(&desk->state, "DELETE FROM alert WHERE id = (SELECT max(id) FROM alert)");
    enum reason reason = desk_erase(&id);
    assert_int_equal(reason_class(reason), REASON_CLASS_EVIDENCE_BROKEN);
    assert_false(desk->told_recorded);
    assert_null(desk_list->set);
    assert_int_equal(reason_class(list_check_open(desk_list, &failure)), REASON_CLASS_EVIDENCE_BROKEN);
}

/* --- Memory that ends anywhere */

static unsigned resolved; /* imports of which nobody knew at first */

/* True where an allocation failed. */
static bool import_without(long successes, bool dry_run)
{
    const struct watchlist_summary before = desk_stored();
    const struct opened_list *set = desk_list->set;
    struct list_request wanted = request(before.list_version + 1);
    struct locked_memory body = desk_body(0, 4, "missing_person");
    wanted.dry_run = dry_run;
    failing_memory_set(successes);
    enum reason reason = desk_import(&wanted, &body);
    bool failed = failing_memory_has_failed();
    failing_memory_set(-1);
    /* Unknown: what is recorded has no receipt; it is read back, and searched. */
    assert_true(reason == REASON_DONE || reason == REASON_NO_MEMORY || reason == REASON_OUTCOME_UNKNOWN);
    if (reason == REASON_NO_MEMORY || dry_run)
        assert_ptr_equal(desk_list->set, set);
    if (dry_run)
        assert_int_equal(desk_stored().generation, before.generation);
    else
        check_import(reason, &before, 4);
    clear_up();
    const struct watchlist_summary stored = desk_stored();
    desk_check_rest(&stored);
    if (reason == REASON_OUTCOME_UNKNOWN) {
        assert_true(stored.generation != before.generation && desk_list->set != set);
        resolved++;
    }
    if (stored.generation != before.generation) {
        json_t *entry = desk_newest(LOG_EVENT_ALTERATION);
        assert_int_equal(json_integer_value(json_object_get(entry, "actor_uid")), 1009);
        assert_non_null(json_object_get(entry, "justification"));
        json_decref(entry);
    }
    return failed;
}

static void test_A8_memory_that_ends_anywhere_in_an_import(void **state)
{
    (void)state;
    long failures = 0;
    resolved = 0;
    while (import_without(failures, false))
        failures++;
    assert_true(failures > 100);
    assert_true(resolved > 0);
}

static void test_A8_memory_that_ends_anywhere_in_a_dry_run(void **state)
{
    (void)state;
    long failures = 0;
    while (import_without(failures, true))
        failures++;
    assert_true(failures > 100);
}

/* --- A disk that fails anywhere */

/* How often nobody knew what it came to. */
static unsigned import_on_a_failing_disk(struct disk_fault fault)
{
    unsigned unknown = 0;
    for (long hits = 1; hits > 0;) {
        const struct watchlist_summary before = desk_stored();
        const struct list_request wanted = request(before.list_version + 1);
        struct locked_memory body = desk_body(0, 4, "missing_person");
        fault.nth++;
        disk_fail(fault);
        enum reason reason = desk_import(&wanted, &body);
        hits = disk_hits();
        disk_mend();
        unknown += reason == REASON_OUTCOME_UNKNOWN;
        /* A disk that fails is no evidence that somebody altered the list. */
        assert_int_not_equal(reason_class(reason), REASON_CLASS_EVIDENCE_BROKEN);
        assert_true(hits > 0 || reason == REASON_DONE);
        check_import(reason, &before, 4);
        clear_up();
        desk_restart();
        const struct watchlist_summary stored = desk_stored();
        desk_check_searched(&stored);
        desk_check_rest(&stored);
    }
    return unknown;
}

static void test_A8_a_disk_that_fails_once_anywhere_in_an_import(void **state)
{
    (void)state;
    assert_true(import_on_a_failing_disk((struct disk_fault){.call = DISK_ANY, .error = EIO}) > 0);
}

static void test_A8_a_disk_that_fails_from_anywhere_in_an_import_on(void **state)
{
    (void)state;
    assert_true(import_on_a_failing_disk(
                    (struct disk_fault){.call = DISK_ANY, .error = EIO, .times = DISK_FOREVER}) > 0);
}

static void test_A8_a_disk_that_is_full_anywhere_in_an_import(void **state)
{
    (void)state;
    import_on_a_failing_disk(
        (struct disk_fault){.call = DISK_WRITE, .error = ENOSPC, .times = DISK_FOREVER, .partly = true});
}

/* A sync of the write-ahead log fails: nobody knows whether the commit is durable until what is stored was read back. It was not, and what
 * was in force stays; where no list could be opened before, none is. */
static void commit_that_nobody_knows_of(bool opened)
{
    unsigned unknown = 0;
    for (long nth = 1, hits = 1; hits > 0; nth++) {
        const struct watchlist_summary before = desk_stored();
        const struct list_request wanted = request(before.list_version + 1);
        struct locked_memory body = desk_body(0, 4, "missing_person");
        struct failure none = {0};
        failure_set(&none, REASON_MEMLOCK_LIMIT, "watchlist", NULL);
        if (!opened)
            list_put_in_force(desk_list, NULL, &none);
        const struct opened_list *set = desk_list->set;
        disk_fail((struct disk_fault){.call = DISK_SYNC, .suffix = "-wal", .nth = nth, .error = EIO});
        enum reason reason = desk_import(&wanted, &body);
        hits = disk_hits();
        disk_mend();
        const struct watchlist_summary stored = desk_stored();
        assert_int_equal(stored.generation != before.generation, reason == REASON_DONE);
        assert_int_equal(desk->told_recorded, reason == REASON_DONE);
        assert_int_equal(desk_list->set != set, reason == REASON_DONE);
        desk_check_searched(&stored);
        unknown += reason == REASON_OUTCOME_UNKNOWN;
        clear_up();
        desk_restart();
        desk_check_rest(&stored);
    }
    assert_true(unknown > 0);
}

static void test_A8_a_commit_that_nobody_knows_of_is_read_back(void **state)
{
    (void)state;
    commit_that_nobody_knows_of(true);
    commit_that_nobody_knows_of(false);
}

#define TEST(name)    cmocka_unit_test_setup_teardown(name, desk_set_up, desk_tear_down)
#define ON_DISK(name) cmocka_unit_test_setup_teardown(name, desk_set_up_on_a_disk, desk_tear_down)

int main(void)
{
    json_memory_wipe_when_freed();
    disk_spare_syncs();
    const struct CMUnitTest tests[] = {
        TEST(test_A5_a_list_is_installed_recorded_and_searched),
        TEST(test_A5_a_dry_run_records_and_changes_nothing),
        TEST(test_T7_another_s_import_is_not_gone_on_with),
        TEST(test_A9_who_stays_away_loses_his_import),
        TEST(test_A5_a_list_with_a_fault_is_not_installed),
        TEST(test_A5_an_older_list_is_refused),
        TEST(test_A5_a_list_of_nobody_is_refused),
        TEST(test_A5_what_is_no_json_is_refused_and_the_import_goes_on),
        TEST(test_M3_an_import_that_an_erasure_overtook_is_not_installed),
        TEST(test_A5_two_batches_come_at_once_and_no_step_overtakes_them),
        ON_DISK(test_A8_a_full_disk_under_two_batches_ends_the_import),
        TEST(test_T2_altered_staged_rows_are_not_installed),
        TEST(test_T2_altered_rows_are_found_by_an_erasure),
        TEST(test_A8_memory_that_ends_anywhere_in_an_import),
        TEST(test_A8_memory_that_ends_anywhere_in_a_dry_run),
        ON_DISK(test_A8_a_disk_that_fails_once_anywhere_in_an_import),
        ON_DISK(test_A8_a_disk_that_fails_from_anywhere_in_an_import_on),
        ON_DISK(test_A8_a_disk_that_is_full_anywhere_in_an_import),
        ON_DISK(test_A8_a_commit_that_nobody_knows_of_is_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
