/* A change of the list as a job that can fail: what it refuses, what it leaves behind, who keeps an id. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

/* --- What is refused --------------------------------------------------------------------------------------------- */

/* A list of another name takes a list's place only when that was asked for. */
static void test_A5_other_list_only_when_asked_for(void **context)
{
    struct state_directory *state = *context;
    struct watchlist_import *import;
    list_install(state, 5, 3, 20);
    assert_int_equal(list_begin(state, "regional", 9, &import), REASON_LIST_OTHER);
    assert_null(import);
    assert_non_null(strstr(reason_remedy(REASON_LIST_OTHER), "--replace-list"));
    const struct watchlist_import_options options = {
        .list_name = "regional", .list_version = 1, .replace_list = true};
    assert_int_equal(watchlist_import_begin(state->store, &options, &import, &state->failure), REASON_DONE);
    static struct list_batch batch;
    list_fill(&batch, 0, 2, 20);
    assert_int_equal(list_add(state, import, &batch), REASON_DONE);
    assert_int_equal(list_commit(state, import), REASON_DONE);
    assert_string_equal(list_summarize(state).list_name, "regional");
    assert_int_equal(list_begin(state, "regional", 1, &import), REASON_LIST_VERSION_OLD);
}

/* A list without entries is not installed by accident. */
static void test_A5_empty_list_only_when_asked_for(void **context)
{
    struct state_directory *state = *context;
    struct watchlist_import *import;
    list_install(state, 1, 3, 20);
    assert_int_equal(list_begin(state, "national", 2, &import), REASON_DONE);
    assert_int_equal(list_commit(state, import), REASON_LIST_EMPTY);
    assert_int_equal(list_summarize(state).entry_count, 3);
    assert_non_null(strstr(reason_remedy(REASON_LIST_EMPTY), "--allow-empty"));
    const struct watchlist_import_options options = {
        .list_name = "national", .list_version = 2, .allow_empty = true};
    assert_int_equal(watchlist_import_begin(state->store, &options, &import, &state->failure), REASON_DONE);
    assert_int_equal(list_commit(state, import), REASON_DONE);
    assert_int_equal(list_summarize(state).entry_count, 0);
    assert_int_equal(list_summarize(state).list_version, 2);
    assert_int_equal(list_load(state).count, 0);
}

/* Another import is not begun over one that is under way, which goes on unharmed. */
static void test_A8_second_import_harms_no_first(void **context)
{
    struct state_directory *state = *context;
    struct watchlist_import *second;
    struct watchlist_import *first = list_stage(state, 1, 10, 20);
    assert_int_equal(list_begin(state, "national", 2, &second), REASON_BUSY);
    assert_null(second);
    list_sweep(state);
    assert_int_equal(list_commit(state, first), REASON_DONE);
    assert_int_equal(list_load(state).count, 10);
}

/* Who is erased while a list comes in does not come back with it, under the same id, without anybody's knowing. */
static void test_M3_erased_meanwhile_does_not_come_back_with_the_import(void **context)
{
    struct state_directory *state = *context;
    static struct list_batch batch;
    for (int step = 0; step < 3; step++) { /* erased before a batch, before the seal, before the commit */
        struct watchlist_staged staged;
        list_install(state, 2 * (uint64_t)step + 1, 10, 20);
        struct list_seen before = list_load(state);
        struct watchlist_import *import = list_stage(state, 2 * (uint64_t)step + 2, 10, 20);
        if (step == 2)
            assert_int_equal(watchlist_import_seal(import, &staged, &state->failure), REASON_DONE);
        assert_int_equal(list_erase(state, &before.ids[4]), REASON_DONE);
        list_fill(&batch, 10, 1, 20);
        if (step == 0)
            assert_int_equal(list_add(state, import, &batch), REASON_CONFLICTING_IMPORT);
        assert_int_equal(list_commit(state, import), REASON_CONFLICTING_IMPORT);
        assert_non_null(strstr(state->failure.detail, "erased"));
        assert_int_equal(list_load(state).count, 9);
        list_sweep(state);
        assert_int_equal(state_directory_ask(state, "SELECT count(*) FROM alert"), 9);
    }
}

/* --- Batches ------------------------------------------------------------------------------------------------------ */

/* Of a batch with a bad entry nothing is there, and the import goes on. */
static void test_A8_batch_is_whole_or_not_there(void **context)
{
    struct state_directory *state = *context;
    static struct list_batch batch;
    struct watchlist_import *import = list_stage(state, 1, 10, 20);
    list_fill(&batch, 10, 20, 20);
    batch.entries[15].name = NULL;
    assert_int_equal(list_add(state, import, &batch), REASON_MANIFEST_REFUSED);
    assert_int_equal(state_directory_ask(state, "SELECT count(*) FROM alert"), 10);
    list_fill(&batch, 10, 20, 20);
    assert_int_equal(list_add(state, import, &batch), REASON_DONE);
    assert_int_equal(list_commit(state, import), REASON_DONE);
    assert_int_equal(list_load(state).count, 30);
}

/* Each write of a batch meets a full disk in turn: nothing of the batch is there, the same batch is taken when there is room again, and
 * people keep their ids. */
static void test_A8_batch_on_a_full_disk_can_be_repeated(void **context)
{
    struct state_directory *state = *context;
    static struct list_batch batch;
    list_install(state, 1, 40, 20);
    struct list_seen before = list_load(state);
    store_close(state->store);
    state->store = NULL;
    disk_watch(state->path, NULL);
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    struct watchlist_import *import;
    assert_int_equal(list_begin(state, "national", 2, &import), REASON_DONE);
    list_fill(&batch, 0, 40, 5000);
    long hits = 1;
    for (long nth = 1; hits > 0; nth += 1 + nth / 8) {
        disk_fail((struct disk_fault){
            .call = DISK_WRITE, .nth = nth, .error = ENOSPC, .times = DISK_FOREVER, .partly = true});
        enum reason reason = list_add(state, import, &batch);
        hits = disk_hits();
        disk_mend();
        assert_int_equal(reason, hits > 0 ? REASON_DISK_FULL : REASON_DONE);
    }
    assert_int_equal(list_commit(state, import), REASON_DONE);
    list_sweep(state);
    struct list_seen after = list_load(state);
    assert_int_equal(after.count, 40);
    for (size_t i = 0; i < after.count; i++)
        assert_memory_equal(list_id_of(&before, after.cases[i]), &after.ids[i], sizeof after.ids[i]);
}

/* A finger that is too poor to be searched is kept with its original, also where it is the only one. */
static void test_Q2_finger_without_a_template_is_kept(void **context)
{
    struct state_directory *state = *context;
    static struct list_batch batch;
    struct watchlist_import *import;
    assert_int_equal(list_begin(state, "national", 1, &import), REASON_DONE);
    list_fill(&batch, 0, 1, 777);
    batch.entries[0].fingers[0].template_bytes = NULL;
    batch.entries[0].fingers[0].template_size = 0;
    assert_int_equal(list_add(state, import, &batch), REASON_DONE);
    list_fill(&batch, 1, 1, 0);
    batch.entries[0].fingers[0].template_size = 0;
    assert_int_equal(list_add(state, import, &batch), REASON_MANIFEST_REFUSED); /* there is nothing of it */
    assert_int_equal(list_commit(state, import), REASON_DONE);
    struct list_seen seen = list_load(state);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.template_bytes, 0);
    assert_int_equal(seen.original_bytes, 777);
    assert_int_equal(list_summarize(state).finger_count, 1);
}

/* --- Ids ----------------------------------------------------------------------------------------------------------- */

/* Who stays on the list keeps the local id; who is new, or on a list of another name, gets another one (T4). */
static void test_T4_who_stays_keeps_the_id(void **context)
{
    struct state_directory *state = *context;
    list_install(state, 1, 600, 20);
    struct list_seen before = list_load(state);
    list_install(state, 2, 700, 20);
    struct list_seen after = list_load(state);
    assert_int_equal(after.count, 700);
    for (size_t i = 0; i < after.count; i++) {
        const struct watchlist_id *id = list_id_of(&before, after.cases[i]);
        if (id != NULL)
            assert_memory_equal(id, &after.ids[i], sizeof *id);
    }
    struct watchlist_import *import;
    static struct list_batch batch;
    const struct watchlist_import_options options = {
        .list_name = "regional", .list_version = 1, .replace_list = true};
    assert_int_equal(watchlist_import_begin(state->store, &options, &import, &state->failure), REASON_DONE);
    list_fill(&batch, 0, 1, 20);
    assert_int_equal(list_add(state, import, &batch), REASON_DONE);
    assert_int_equal(list_commit(state, import), REASON_DONE);
    struct list_seen other = list_load(state);
    assert_memory_not_equal(list_id_of(&before, "C-0"), &other.ids[0], sizeof other.ids[0]);
}

/* Two entries with one case number have two ids, and keep them. */
static void test_T4_entries_of_one_case_keep_their_ids(void **context)
{
    struct state_directory *state = *context;
    static struct list_batch batch;
    struct list_seen seen[2];
    for (uint64_t version = 1; version <= 2; version++) {
        struct watchlist_import *import;
        assert_int_equal(list_begin(state, "national", version, &import), REASON_DONE);
        list_fill(&batch, 0, 3, 20);
        batch.entries[1].case_number = batch.entries[0].case_number;
        assert_int_equal(list_add(state, import, &batch), REASON_DONE);
        assert_int_equal(list_commit(state, import), REASON_DONE);
        list_sweep(state);
        seen[version - 1] = list_load(state);
    }
    assert_int_equal(seen[1].count, 3);
    assert_memory_equal(seen[0].ids, seen[1].ids, 3 * sizeof seen[0].ids[0]);
}

/* A follower reads the ids beside the journal; of a list that is not the installed one any more they are not taken. */
static void test_T4_known_ids_are_those_of_the_installed_list(void **context)
{
    struct state_directory *state = *context;
    struct store *reader;
    struct watchlist_import *import;
    struct watchlist_import_options options = {.list_name = "national", .list_version = 5};
    list_install(state, 1, 20, 20);
    struct list_seen before = list_load(state);
    assert_int_equal(state_directory_open_reader(state, &reader), REASON_DONE);
    assert_int_equal(watchlist_known_ids_load(reader, &options.known_ids, &state->failure), REASON_DONE);
    list_install(state, 2, 20, 20);
    assert_int_equal(
        watchlist_import_begin(state->store, &options, &import, &state->failure), REASON_CONFLICTING_IMPORT);
    assert_int_equal(watchlist_known_ids_load(reader, &options.known_ids, &state->failure), REASON_DONE);
    assert_int_equal(watchlist_import_begin(state->store, &options, &import, &state->failure), REASON_DONE);
    static struct list_batch batch;
    list_fill(&batch, 0, 20, 20);
    assert_int_equal(list_add(state, import, &batch), REASON_DONE);
    assert_int_equal(list_commit(state, import), REASON_DONE);
    assert_memory_equal(list_load(state).ids, before.ids, 20 * sizeof before.ids[0]);
    store_close(reader);
}

/* --- Proven before the old one goes --------------------------------------------------------------------------------- */

/* What was staged is read, and proven, by another store before it is the list; a changed row is found there, and the old list stays. */
static void test_A8_staged_rows_are_proven_before_the_old_list_goes(void **context)
{
    struct state_directory *state = *context;
    struct store *reader;
    struct watchlist_staged staged;
    struct list_seen seen = {0};
    list_install(state, 1, 3, 20);
    struct watchlist_import *import = list_stage(state, 2, 300, 20);
    assert_int_equal(watchlist_import_seal(import, &staged, &state->failure), REASON_DONE);
    assert_int_equal(staged.entry_count, 300);
    assert_int_equal(staged.finger_count, 300);
    static struct list_batch batch;
    list_fill(&batch, 300, 1, 20);
    assert_int_equal(list_add(state, import, &batch), REASON_CONFLICTING_IMPORT);
    assert_int_equal(state_directory_open_reader(state, &reader), REASON_DONE);
    assert_int_equal(watchlist_load_staged(reader, &staged, LIST_ALL_PARTS, list_see, &seen, &state->failure),
        REASON_DONE);
    assert_int_equal(seen.count, 300);
    state_directory_tamper_beside(state,
        "DELETE FROM alert WHERE (import, id) = (SELECT import, id FROM alert WHERE import = "
        "(SELECT import FROM alert GROUP BY import HAVING count(*) = 300) LIMIT 1)");
    seen.count = 0;
    assert_int_equal(watchlist_load_staged(reader, &staged, LIST_ALL_PARTS, list_see, &seen, &state->failure),
        REASON_LIST_ROLLED_BACK);
    store_close(reader);
    assert_int_equal(list_commit(state, import), REASON_CONFLICTING_IMPORT);
    assert_int_equal(list_load(state).count, 3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_A5_other_list_only_when_asked_for),
        TEST(test_A5_empty_list_only_when_asked_for),
        TEST(test_A8_second_import_harms_no_first),
        TEST(test_M3_erased_meanwhile_does_not_come_back_with_the_import),
        TEST(test_A8_batch_is_whole_or_not_there),
        TEST(test_A8_batch_on_a_full_disk_can_be_repeated),
        TEST(test_Q2_finger_without_a_template_is_kept),
        TEST(test_T4_who_stays_keeps_the_id),
        TEST(test_T4_entries_of_one_case_keep_their_ids),
        TEST(test_T4_known_ids_are_those_of_the_installed_list),
        TEST(test_A8_staged_rows_are_proven_before_the_old_list_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
