/* What a change of the list costs: steps, syncs, room on the disk, rows read for a page. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store_internal.h"
#include "tests/support/disk.h"
#include "tests/support/list_batch.h"

static int set_up(void **context)
{
    struct state_directory *state = calloc(1, sizeof *state);
    if (state == NULL)
        return -1;
    state_directory_init(state);
    *context = state;
    return 0;
}

static int tear_down(void **context)
{
    disk_forget();
    state_directory_finish(*context);
    free(*context);
    return 0;
}

static int64_t file_bytes(struct state_directory *state, const char *name)
{
    char path[128];
    struct stat status;
    snprintf(path, sizeof path, "%s/%s", state->path, name);
    return stat(path, &status) == 0 ? status.st_size : 0;
}

/* --- Sweeping and room ------------------------------------------------------------------------------------------------ */

/* What is not the list goes in steps, between which the log is written; rows of the import under way stay. */
static void test_A8_sweeping_gives_the_journal_its_turn(void **context)
{
    struct state_directory *state = *context;
    list_install(state, 1, 1000, 20);
    assert_int_equal(list_commit(state, list_stage(state, 2, 5, 20)), REASON_DONE);
    struct watchlist_import *import = list_stage(state, 3, 7, 20);
    bool more = true;
    for (int64_t rows = 1012, steps = 0; more; steps++) {
        assert_int_equal(watchlist_sweep(state->store, &more, &state->failure), REASON_DONE);
        state_directory_append(state, "between two steps");
        int64_t left = state_directory_ask(state, "SELECT count(*) FROM alert");
        assert_true(rows - left <= 256);
        assert_true(steps < 100);
        rows = left;
    }
    assert_int_equal(state_directory_ask(state, "SELECT count(*) FROM alert"), 12);
    assert_int_equal(list_commit(state, import), REASON_DONE);
    assert_int_equal(list_load(state).count, 7);
}

/* A short list in a large one's place, and an erasure, give their room back to the file system. */
static void test_T3_room_comes_back(void **context)
{
    struct state_directory *state = *context;
    list_install(state, 1, 100, LIST_BIG_BYTES);
    assert_true(file_bytes(state, "kordon.db") > 12 << 20);
    struct list_seen seen = list_load(state);
    assert_int_equal(list_erase(state, &seen.ids[0]), REASON_DONE);
    list_sweep(state);
    assert_int_equal(state_directory_ask(state, "PRAGMA freelist_count"), 0);
    list_install(state, 2, 2, 20);
    assert_int_equal(state_directory_ask(state, "PRAGMA freelist_count"), 0);
    assert_true(file_bytes(state, "kordon.db") < 1 << 20);
    assert_int_equal(file_bytes(state, "kordon.db-wal"), 0);
    assert_int_equal(list_load(state).count, 2);
}

/* A file that an older kordon made is written anew once, when more than half of it is free. */
static void test_T3_room_comes_back_from_an_older_file(void **context)
{
    struct state_directory *state = *context;
    state_directory_tamper(state, "PRAGMA auto_vacuum = NONE; VACUUM;");
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    assert_int_equal(state_directory_ask(state, "PRAGMA auto_vacuum"), 0);
    list_install(state, 1, 100, LIST_BIG_BYTES);
    list_install(state, 2, 2, 20);
    assert_int_equal(state_directory_ask(state, "PRAGMA auto_vacuum"), 2);
    assert_int_equal(state_directory_ask(state, "PRAGMA freelist_count"), 0);
    assert_true(file_bytes(state, "kordon.db") < 1 << 20);
    state_directory_append(state, "after");
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    assert_int_equal(list_load(state).count, 2);
}

/* A file as an older kordon made it, most of it free, a short list in force, and only its copy left to do; the disk is watched. */
static void make_older_file(struct state_directory *state, uint64_t version)
{
    disk_forget();
    state_directory_tamper(state, "PRAGMA auto_vacuum = NONE; VACUUM;");
    disk_watch(state->path, NULL);
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    list_install(state, version, 40, LIST_BIG_BYTES);
    assert_int_equal(list_commit(state, list_stage(state, version + 1, 2, 20)), REASON_DONE);
    for (bool more = true; state_directory_ask(state, "SELECT count(*) FROM alert") > 2;)
        assert_int_equal(watchlist_sweep(state->store, &more, &state->failure), REASON_DONE);
}

/* The copy that gives an older file's room back may fail at each call of the disk: list and log are whole, entries are written, and
 * the next attempt makes it. */
static void test_A8_copy_of_an_older_file_may_fail_anywhere(void **context)
{
    static const struct disk_fault faults[] = {{.call = DISK_ANY, .error = EIO},
        {.call = DISK_WRITE, .error = ENOSPC, .times = DISK_FOREVER, .partly = true}};
    struct state_directory *state = *context;
    uint64_t version = 1;
    for (size_t kind = 0; kind < 2; kind++) {
        struct disk_fault fault = faults[kind];
        long hits = 1, nth = 1;
        for (; hits > 0; nth += 1 + nth / 8, version += 2) {
            make_older_file(state, version);
            uint64_t size = journal_size(state->store);
            fault.nth = nth;
            disk_fail(fault);
            enum reason reason = watchlist_sweep_all(state->store, &state->failure);
            hits = disk_hits();
            disk_mend();
            assert_int_not_equal(reason_class(reason), REASON_CLASS_EVIDENCE_BROKEN);
            if (nth % 2 == 1)
                assert_int_equal(state_directory_reopen(state), REASON_DONE);
            state_directory_append(state, "after");
            assert_int_equal(journal_size(state->store), size + 1);
            list_sweep(state);
            assert_int_equal(list_load(state).count, 2);
            assert_int_equal(state_directory_ask(state, "PRAGMA auto_vacuum"), 2);
        }
        assert_true(nth > 10);
    }
}

/* An erasure is counted with its fingers, also in the log; that of the last entry leaves an empty list in force. */
static void test_A8_erased_fingers_are_counted_off(void **context)
{
    struct state_directory *state = *context;
    json_t *entry;
    assert_int_equal(state_directory_import(state, 1, 2), REASON_DONE);
    assert_int_equal(list_summarize(state).finger_count, 3);
    struct list_seen seen = list_load(state);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(list_erase(state, &seen.ids[i]), REASON_DONE);
        assert_int_equal(
            journal_read(state->store, journal_size(state->store) - 1, &entry, &state->failure), REASON_DONE);
        assert_int_equal(json_integer_value(json_object_get(json_object_get(entry, "body"), "list_fingers")),
            list_summarize(state).finger_count);
        json_decref(entry);
    }
    struct watchlist_summary summary = list_summarize(state);
    assert_int_equal(summary.entry_count, 0);
    assert_int_equal(summary.finger_count, 0);
    assert_int_equal(summary.list_version, 1);
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    assert_int_equal(list_load(state).count, 0);
}

/* --- What it costs ------------------------------------------------------------------------------------------------------- */

/* Staging is not synced row by row: syncs come with what the write-ahead log moves, and with the one commit. */
static void test_A8_import_costs_few_syncs(void **context)
{
    struct state_directory *state = *context;
    store_close(state->store);
    state->store = NULL;
    disk_watch(state->path, NULL);
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    disk_fail((struct disk_fault){.call = DISK_SYNC, .nth = 1 << 30, .error = EIO});
    list_install(state, 1, 5000, 300);
    long syncs = disk_calls();
    disk_mend();
    print_message("# %ld syncs for 5000 people\n", syncs);
    assert_true(syncs <= 12); /* 100 for twenty times as many, and some of them are for each list */
}

/* Counts rows that the store's connection is given. */
static int count_row(unsigned kind, void *context, void *statement, void *unused)
{
    (void)kind, (void)statement, (void)unused;
    ++*(size_t *)context;
    return 0;
}

static void test_A8_page_costs_what_it_shows(void **context)
{
    struct state_directory *state = *context;
    size_t rows = 0;
    struct list_seen page = {0};
    list_install(state, 1, 1900, 20);
    struct list_seen seen = list_load(state);
    assert_int_equal(
        watchlist_page(state->store, NULL, 1, LIST_ALL_PARTS, list_see, &page, &state->failure), REASON_DONE);
    sqlite3_trace_v2(state->store->database.connection, SQLITE_TRACE_ROW, count_row, &rows);
    for (size_t at = 0; at < 1900; at += 100) {
        rows = page.count = 0;
        assert_int_equal(watchlist_page(state->store, at > 0 ? &seen.ids[at - 1] : NULL, 100, LIST_ALL_PARTS,
                             list_see, &page, &state->failure),
            REASON_DONE);
        assert_int_equal(page.count, 100);
        assert_memory_equal(page.ids, &seen.ids[at], 100 * sizeof page.ids[0]);
        assert_true(rows <= 100 + 511 + 2);
    }
    rows = page.count = 0;
    assert_int_equal(
        watchlist_read(state->store, &seen.ids[1234], LIST_ALL_PARTS, list_see, &page, &state->failure),
        REASON_DONE);
    assert_memory_equal(page.ids, &seen.ids[1234], sizeof page.ids[0]);
    assert_true(rows <= 256 + 2);
    rows = 0;
    assert_int_equal(list_summarize(state).entry_count, 1900);
    assert_true(rows <= 2);
    sqlite3_trace_v2(state->store->database.connection, 0, NULL, NULL);
    struct watchlist_id nobody = {{7}};
    assert_int_equal(watchlist_read(state->store, &nobody, LIST_ALL_PARTS, list_see, &page, &state->failure),
        REASON_ENTRY_NOT_FOUND);
}

/* What was changed behind a page's proof is found by the next page that shows it, and the pages of a new list are those of the new list. */
static void test_T2_page_proves_what_it_shows(void **context)
{
    struct state_directory *state = *context;
    struct list_seen page = {0};
    list_install(state, 1, 700, 20);
    struct list_seen seen = list_load(state);
    assert_int_equal(watchlist_page(state->store, NULL, 10, LIST_ALL_PARTS, list_see, &page, &state->failure),
        REASON_DONE);
    assert_int_equal(list_erase(state, &seen.ids[0]), REASON_DONE);
    page.count = 0;
    assert_int_equal(watchlist_page(state->store, NULL, 10, LIST_ALL_PARTS, list_see, &page, &state->failure),
        REASON_DONE);
    assert_memory_equal(page.ids, &seen.ids[1], 10 * sizeof page.ids[0]);
    state_directory_tamper_beside(
        state, "DELETE FROM alert WHERE id = (SELECT id FROM alert ORDER BY id LIMIT 1 OFFSET 5)");
    page.count = 0;
    assert_int_equal(watchlist_page(state->store, NULL, 10, LIST_ALL_PARTS, list_see, &page, &state->failure),
        REASON_LIST_ROLLED_BACK);
    assert_int_equal(
        watchlist_read(state->store, &seen.ids[3], LIST_ALL_PARTS, list_see, &page, &state->failure),
        REASON_LIST_ROLLED_BACK);
}

/* --- A disk without room ---------------------------------------------------------------------------------------------------- */

/* An import on a small disk is refused before the log's reserve is touched; the log goes on, what was staged gives its room back, and a smaller
 * list is imported afterwards. */
static void test_A8_import_leaves_room_to_the_log(void **context)
{
    struct state_directory small;
    static struct list_batch batch;
    struct store_space space;
    char folder[96];
    (void)context;
    snprintf(folder, sizeof folder, "/tmp/kordon-small-disk.XXXXXX");
    assert_non_null(mkdtemp(folder));
    /* In a name space of its own the mount ends with the program, whatever becomes of the test; but for a root that is no mount itself,
     * as in a changed root. */
    bool alone = unshare(CLONE_NEWNS) == 0;
    if (alone)
        (void)mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
    if (!alone || mount("none", folder, "tmpfs", 0, "size=20m") != 0) {
        rmdir(folder);
        print_message("# skipped: a tmpfs can't be mounted here\n");
        return;
    }
    state_directory_init_in(&small, folder);
    assert_int_equal(store_space(small.store, &space, &small.failure), REASON_DONE);
    assert_int_equal(space.reserve_bytes, 4 << 20);
    list_install(&small, 1, 5, 20);
    assert_int_equal(watchlist_import_room(small.store, 100, 1 << 20, &small.failure), REASON_DONE);
    assert_int_equal(watchlist_import_room(small.store, 0, 20 << 20, &small.failure), REASON_DISK_FULL);
    assert_int_equal(watchlist_import_room(small.store, 10000, 0, &small.failure), REASON_DISK_FULL);
    struct watchlist_import *import;
    assert_int_equal(list_begin(&small, "national", 2, &import), REASON_DONE);
    enum reason reason = REASON_DONE;
    for (size_t i = 0; reason == REASON_DONE; i += 8) {
        list_fill(&batch, i, 8, LIST_BIG_BYTES);
        reason = list_add(&small, import, &batch);
    }
    assert_int_equal(reason, REASON_DISK_FULL);
    assert_non_null(strstr(small.failure.detail, "MiB kept for the log"));
    assert_int_equal(store_space(small.store, &space, &small.failure), REASON_DONE);
    assert_true(space.free_bytes >= space.reserve_bytes);
    for (int i = 0; i < 100; i++)
        state_directory_append(&small, "while the disk is full");
    watchlist_import_cancel(import);
    assert_int_equal(state_directory_reopen(&small), REASON_DONE); /* sweeps */
    assert_int_equal(state_directory_ask(&small, "SELECT count(*) FROM alert"), 5);
    assert_int_equal(state_directory_ask(&small, "PRAGMA freelist_count"), 0);
    assert_int_equal(list_load(&small).count, 5);
    list_install(&small, 2, 8, LIST_BIG_BYTES);
    assert_int_equal(list_load(&small).count, 8);
    state_directory_finish(&small);
    assert_int_equal(umount(folder), 0);
    rmdir(folder);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_A8_sweeping_gives_the_journal_its_turn),
        TEST(test_T3_room_comes_back),
        TEST(test_T3_room_comes_back_from_an_older_file),
        TEST(test_A8_copy_of_an_older_file_may_fail_anywhere),
        TEST(test_A8_erased_fingers_are_counted_off),
        TEST(test_A8_import_costs_few_syncs),
        TEST(test_A8_page_costs_what_it_shows),
        TEST(test_T2_page_proves_what_it_shows),
        TEST(test_A8_import_leaves_room_to_the_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
