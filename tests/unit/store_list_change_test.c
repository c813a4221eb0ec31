/* A change of the list as a job that can fail: what it refuses, what it leaves behind, what it costs. */
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
#include "tests/support/state_directory.h"

#define ALL_PARTS                                                                                            \
    (WATCHLIST_PART_ALERT | WATCHLIST_PART_IDENTITY | WATCHLIST_PART_TEMPLATES | WATCHLIST_PART_ORIGINALS)
#define BATCH     256
#define SEEN_MAX  2000
#define BIG_BYTES (128 << 10) /* of a large original */

static uint8_t bytes[BIG_BYTES] = {'K', 'T', 1};

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

/* --- Lists ------------------------------------------------------------------------------------------------------- */

/* Entries with the case numbers first, first + 1 ..., one finger each with an original of that size. */
struct batch {
    char case_numbers[BATCH][24];
    struct watchlist_entry entries[BATCH];
    size_t count;
};

static void fill(struct batch *batch, size_t first, size_t count, size_t original_size)
{
    batch->count = count;
    for (size_t i = 0; i < count; i++) {
        snprintf(batch->case_numbers[i], sizeof batch->case_numbers[i], "C-%zu", first + i);
        batch->entries[i] = (struct watchlist_entry){.case_number = batch->case_numbers[i],
            .name = STATE_NAME,
            .action = "tell",
            .instruction = "none",
            .legal_basis = "law",
            .authority = "authority",
            .entered = "2026-01-31",
            .expires = "2099-01-31",
            .purposes = {"border_check"},
            .purpose_count = 1,
            .finger_count = 1,
            .fingers[0] = {.position = FINGER_RIGHT_INDEX,
                .template_bytes = bytes,
                .template_size = 300,
                .original_bytes = bytes,
                .original_size = original_size}};
    }
}

static enum reason begin(
    struct state_directory *state, const char *name, uint64_t version, struct watchlist_import **import)
{
    const struct watchlist_import_options options = {.list_name = name, .list_version = version};
    return watchlist_import_begin(state->store, &options, import, &state->failure);
}

static enum reason add(
    struct state_directory *state, struct watchlist_import *import, const struct batch *batch)
{
    return watchlist_import_add(import, batch->entries, batch->count, &state->failure);
}

/* Stages count entries from C-0 on. */
static struct watchlist_import *stage(
    struct state_directory *state, uint64_t version, size_t count, size_t original_size)
{
    static struct batch batch;
    struct watchlist_import *import;
    assert_int_equal(begin(state, "national", version, &import), REASON_DONE);
    for (size_t i = 0; i < count; i += BATCH) {
        fill(&batch, i, count - i < BATCH ? count - i : BATCH, original_size);
        assert_int_equal(add(state, import, &batch), REASON_DONE);
    }
    return import;
}

static enum reason commit(struct state_directory *state, struct watchlist_import *import)
{
    json_t *body = json_pack("{s:s, s:s}", "actor", "supervisor 1", "role", "supervisor");
    struct log_draft draft = {LOG_EVENT_ALTERATION, body};
    struct journal_outcome outcome = {0};
    enum reason reason = watchlist_import_commit(import, &draft, &outcome, &state->failure);
    journal_outcome_finish(&outcome);
    json_decref(body);
    return reason;
}

static void sweep(struct state_directory *state)
{
    assert_int_equal(watchlist_sweep_all(state->store, &state->failure), REASON_DONE);
}

static void install(struct state_directory *state, uint64_t version, size_t count, size_t original_size)
{
    assert_int_equal(commit(state, stage(state, version, count, original_size)), REASON_DONE);
    sweep(state);
}

static enum reason erase(struct state_directory *state, const struct watchlist_id *id)
{
    json_t *body = json_pack("{s:s, s:s, s:s}", "actor", "s", "role", "supervisor", "justification", "order");
    struct log_draft draft = {LOG_EVENT_ERASURE, body};
    struct journal_outcome outcome = {0};
    enum reason reason = watchlist_erase(state->store, id, &draft, &outcome, &state->failure);
    journal_outcome_finish(&outcome);
    json_decref(body);
    return reason;
}

static struct watchlist_summary summarize(struct state_directory *state)
{
    struct watchlist_summary summary;
    assert_int_equal(watchlist_summarize(state->store, &summary, &state->failure), REASON_DONE);
    return summary;
}

struct seen {
    size_t count;
    struct watchlist_id ids[SEEN_MAX];
    char cases[SEEN_MAX][24];
    size_t template_bytes, original_bytes; /* of the last finger */
};

static enum reason see(void *context, const struct watchlist_entry *entry, struct failure *failure)
{
    struct seen *seen = context;
    (void)failure;
    assert_true(seen->count < SEEN_MAX);
    seen->ids[seen->count] = entry->id;
    if (entry->case_number != NULL)
        snprintf(seen->cases[seen->count], sizeof seen->cases[0], "%s", entry->case_number);
    seen->count++;
    if (entry->finger_count > 0) {
        seen->template_bytes = entry->fingers[entry->finger_count - 1].template_size;
        seen->original_bytes = entry->fingers[entry->finger_count - 1].original_size;
    }
    return REASON_DONE;
}

static struct seen load(struct state_directory *state)
{
    struct seen seen = {0};
    assert_int_equal(watchlist_load(state->store, ALL_PARTS, see, &seen, &state->failure), REASON_DONE);
    return seen;
}

static const struct watchlist_id *id_of(const struct seen *seen, const char *case_number)
{
    for (size_t i = 0; i < seen->count; i++)
        if (strcmp(seen->cases[i], case_number) == 0)
            return &seen->ids[i];
    return NULL;
}

/* --- The database, looked at from beside ------------------------------------------------------------------------- */

static int64_t file_bytes(struct state_directory *state, const char *name)
{
    char path[128];
    struct stat status;
    snprintf(path, sizeof path, "%s/%s", state->path, name);
    return stat(path, &status) == 0 ? status.st_size : 0;
}

/* --- What is refused --------------------------------------------------------------------------------------------- */

/* A list of another name takes a list's place only when that was asked for. */
static void test_A5_other_list_only_when_asked_for(void **context)
{
    struct state_directory *state = *context;
    struct watchlist_import *import;
    install(state, 5, 3, 20);
    assert_int_equal(begin(state, "regional", 9, &import), REASON_LIST_OTHER);
    assert_null(import);
    assert_non_null(strstr(reason_remedy(REASON_LIST_OTHER), "--replace-list"));
    const struct watchlist_import_options options = {
        .list_name = "regional", .list_version = 1, .replace_list = true};
    assert_int_equal(watchlist_import_begin(state->store, &options, &import, &state->failure), REASON_DONE);
    static struct batch batch;
    fill(&batch, 0, 2, 20);
    assert_int_equal(add(state, import, &batch), REASON_DONE);
    assert_int_equal(commit(state, import), REASON_DONE);
    assert_string_equal(summarize(state).list_name, "regional");
    assert_int_equal(begin(state, "regional", 1, &import), REASON_LIST_VERSION_OLD);
}

/* A list without entries is not installed by accident. */
static void test_A5_empty_list_only_when_asked_for(void **context)
{
    struct state_directory *state = *context;
    struct watchlist_import *import;
    install(state, 1, 3, 20);
    assert_int_equal(begin(state, "national", 2, &import), REASON_DONE);
    assert_int_equal(commit(state, import), REASON_LIST_EMPTY);
    assert_int_equal(summarize(state).entry_count, 3);
    assert_non_null(strstr(reason_remedy(REASON_LIST_EMPTY), "--allow-empty"));
    const struct watchlist_import_options options = {
        .list_name = "national", .list_version = 2, .allow_empty = true};
    assert_int_equal(watchlist_import_begin(state->store, &options, &import, &state->failure), REASON_DONE);
    assert_int_equal(commit(state, import), REASON_DONE);
    assert_int_equal(summarize(state).entry_count, 0);
    assert_int_equal(summarize(state).list_version, 2);
    assert_int_equal(load(state).count, 0);
}

/* Another import is not begun over one that is under way, which goes on unharmed. */
static void test_A8_second_import_harms_no_first(void **context)
{
    struct state_directory *state = *context;
    struct watchlist_import *second;
    struct watchlist_import *first = stage(state, 1, 10, 20);
    assert_int_equal(begin(state, "national", 2, &second), REASON_BUSY);
    assert_null(second);
    sweep(state);
    assert_int_equal(commit(state, first), REASON_DONE);
    assert_int_equal(load(state).count, 10);
}

/* --- Batches ------------------------------------------------------------------------------------------------------ */

/* Of a batch with a bad entry nothing is there, and the import goes on. */
static void test_A8_batch_is_whole_or_not_there(void **context)
{
    struct state_directory *state = *context;
    static struct batch batch;
    struct watchlist_import *import = stage(state, 1, 10, 20);
    fill(&batch, 10, 20, 20);
    batch.entries[15].name = NULL;
    assert_int_equal(add(state, import, &batch), REASON_MANIFEST_REFUSED);
    assert_int_equal(state_directory_ask(state, "SELECT count(*) FROM alert"), 10);
    fill(&batch, 10, 20, 20);
    assert_int_equal(add(state, import, &batch), REASON_DONE);
    assert_int_equal(commit(state, import), REASON_DONE);
    assert_int_equal(load(state).count, 30);
}

/* Each write of a batch meets a full disk in turn: nothing of the batch is there, the same batch is taken when there is room again, and
 * people keep their ids. */
static void test_A8_batch_on_a_full_disk_can_be_repeated(void **context)
{
    struct state_directory *state = *context;
    static struct batch batch;
    install(state, 1, 40, 20);
    struct seen before = load(state);
    store_close(state->store);
    state->store = NULL;
    disk_watch(state->path, NULL);
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    struct watchlist_import *import;
    assert_int_equal(begin(state, "national", 2, &import), REASON_DONE);
    fill(&batch, 0, 40, 5000);
    long hits = 1;
    for (long nth = 1; hits > 0; nth += 1 + nth / 8) {
        disk_fail((struct disk_fault){
            .call = DISK_WRITE, .nth = nth, .error = ENOSPC, .times = DISK_FOREVER, .partly = true});
        enum reason reason = add(state, import, &batch);
        hits = disk_hits();
        disk_mend();
        assert_int_equal(reason, hits > 0 ? REASON_DISK_FULL : REASON_DONE);
    }
    assert_int_equal(commit(state, import), REASON_DONE);
    sweep(state);
    struct seen after = load(state);
    assert_int_equal(after.count, 40);
    for (size_t i = 0; i < after.count; i++)
        assert_memory_equal(id_of(&before, after.cases[i]), &after.ids[i], sizeof after.ids[i]);
}

/* A finger that is too poor to be searched is kept with its original, also where it is the only one. */
static void test_Q2_finger_without_a_template_is_kept(void **context)
{
    struct state_directory *state = *context;
    static struct batch batch;
    struct watchlist_import *import;
    assert_int_equal(begin(state, "national", 1, &import), REASON_DONE);
    fill(&batch, 0, 1, 777);
    batch.entries[0].fingers[0].template_bytes = NULL;
    batch.entries[0].fingers[0].template_size = 0;
    assert_int_equal(add(state, import, &batch), REASON_DONE);
    fill(&batch, 1, 1, 0);
    batch.entries[0].fingers[0].template_size = 0;
    assert_int_equal(add(state, import, &batch), REASON_MANIFEST_REFUSED); /* there is nothing of it */
    assert_int_equal(commit(state, import), REASON_DONE);
    struct seen seen = load(state);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.template_bytes, 0);
    assert_int_equal(seen.original_bytes, 777);
    assert_int_equal(summarize(state).finger_count, 1);
}

/* --- Ids ----------------------------------------------------------------------------------------------------------- */

/* Who stays on the list keeps the local id; who is new, or on a list of another name, gets another one (T4). */
static void test_T4_who_stays_keeps_the_id(void **context)
{
    struct state_directory *state = *context;
    install(state, 1, 600, 20);
    struct seen before = load(state);
    install(state, 2, 700, 20);
    struct seen after = load(state);
    assert_int_equal(after.count, 700);
    for (size_t i = 0; i < after.count; i++) {
        const struct watchlist_id *id = id_of(&before, after.cases[i]);
        if (id != NULL)
            assert_memory_equal(id, &after.ids[i], sizeof *id);
    }
    struct watchlist_import *import;
    static struct batch batch;
    const struct watchlist_import_options options = {
        .list_name = "regional", .list_version = 1, .replace_list = true};
    assert_int_equal(watchlist_import_begin(state->store, &options, &import, &state->failure), REASON_DONE);
    fill(&batch, 0, 1, 20);
    assert_int_equal(add(state, import, &batch), REASON_DONE);
    assert_int_equal(commit(state, import), REASON_DONE);
    struct seen other = load(state);
    assert_memory_not_equal(id_of(&before, "C-0"), &other.ids[0], sizeof other.ids[0]);
}

/* Two entries with one case number have two ids, and keep them. */
static void test_T4_entries_of_one_case_keep_their_ids(void **context)
{
    struct state_directory *state = *context;
    static struct batch batch;
    struct seen seen[2];
    for (uint64_t version = 1; version <= 2; version++) {
        struct watchlist_import *import;
        assert_int_equal(begin(state, "national", version, &import), REASON_DONE);
        fill(&batch, 0, 3, 20);
        batch.entries[1].case_number = batch.entries[0].case_number;
        assert_int_equal(add(state, import, &batch), REASON_DONE);
        assert_int_equal(commit(state, import), REASON_DONE);
        sweep(state);
        seen[version - 1] = load(state);
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
    install(state, 1, 20, 20);
    struct seen before = load(state);
    assert_int_equal(state_directory_open_reader(state, &reader), REASON_DONE);
    assert_int_equal(watchlist_known_ids_load(reader, &options.known_ids, &state->failure), REASON_DONE);
    install(state, 2, 20, 20);
    assert_int_equal(
        watchlist_import_begin(state->store, &options, &import, &state->failure), REASON_CONFLICTING_IMPORT);
    assert_int_equal(watchlist_known_ids_load(reader, &options.known_ids, &state->failure), REASON_DONE);
    assert_int_equal(watchlist_import_begin(state->store, &options, &import, &state->failure), REASON_DONE);
    static struct batch batch;
    fill(&batch, 0, 20, 20);
    assert_int_equal(add(state, import, &batch), REASON_DONE);
    assert_int_equal(commit(state, import), REASON_DONE);
    assert_memory_equal(load(state).ids, before.ids, 20 * sizeof before.ids[0]);
    store_close(reader);
}

/* --- Proven before the old one goes --------------------------------------------------------------------------------- */

/* What was staged is read, and proven, by another store before it is the list; a changed row is found there, and the old list stays. */
static void test_A8_staged_rows_are_proven_before_the_old_list_goes(void **context)
{
    struct state_directory *state = *context;
    struct store *reader;
    struct watchlist_staged staged;
    struct seen seen = {0};
    install(state, 1, 3, 20);
    struct watchlist_import *import = stage(state, 2, 300, 20);
    assert_int_equal(watchlist_import_seal(import, &staged, &state->failure), REASON_DONE);
    assert_int_equal(staged.entry_count, 300);
    assert_int_equal(staged.finger_count, 300);
    static struct batch batch;
    fill(&batch, 300, 1, 20);
    assert_int_equal(add(state, import, &batch), REASON_CONFLICTING_IMPORT);
    assert_int_equal(state_directory_open_reader(state, &reader), REASON_DONE);
    assert_int_equal(
        watchlist_load_staged(reader, &staged, ALL_PARTS, see, &seen, &state->failure), REASON_DONE);
    assert_int_equal(seen.count, 300);
    state_directory_tamper_beside(state,
        "DELETE FROM alert WHERE (import, id) = (SELECT import, id FROM alert WHERE import = "
        "(SELECT import FROM alert GROUP BY import HAVING count(*) = 300) LIMIT 1)");
    seen.count = 0;
    assert_int_equal(watchlist_load_staged(reader, &staged, ALL_PARTS, see, &seen, &state->failure),
        REASON_LIST_ROLLED_BACK);
    store_close(reader);
    assert_int_equal(commit(state, import), REASON_CONFLICTING_IMPORT);
    assert_int_equal(load(state).count, 3);
}

/* --- Sweeping and room ------------------------------------------------------------------------------------------------ */

/* What is not the list goes in steps, between which the log is written; rows of the import under way stay. */
static void test_A8_sweeping_gives_the_journal_its_turn(void **context)
{
    struct state_directory *state = *context;
    install(state, 1, 1000, 20);
    assert_int_equal(commit(state, stage(state, 2, 5, 20)), REASON_DONE);
    struct watchlist_import *import = stage(state, 3, 7, 20);
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
    assert_int_equal(commit(state, import), REASON_DONE);
    assert_int_equal(load(state).count, 7);
}

/* A short list in a large one's place, and an erasure, give their room back to the file system. */
static void test_T3_room_comes_back(void **context)
{
    struct state_directory *state = *context;
    install(state, 1, 100, BIG_BYTES);
    assert_true(file_bytes(state, "kordon.db") > 12 << 20);
    struct seen seen = load(state);
    assert_int_equal(erase(state, &seen.ids[0]), REASON_DONE);
    sweep(state);
    assert_int_equal(state_directory_ask(state, "PRAGMA freelist_count"), 0);
    install(state, 2, 2, 20);
    assert_int_equal(state_directory_ask(state, "PRAGMA freelist_count"), 0);
    assert_true(file_bytes(state, "kordon.db") < 1 << 20);
    assert_int_equal(file_bytes(state, "kordon.db-wal"), 0);
    assert_int_equal(load(state).count, 2);
}

/* A file that an older kordon made is written anew once, when more than half of it is free. */
static void test_T3_room_comes_back_from_an_older_file(void **context)
{
    struct state_directory *state = *context;
    state_directory_tamper(state, "PRAGMA auto_vacuum = NONE; VACUUM;");
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    assert_int_equal(state_directory_ask(state, "PRAGMA auto_vacuum"), 0);
    install(state, 1, 100, BIG_BYTES);
    install(state, 2, 2, 20);
    assert_int_equal(state_directory_ask(state, "PRAGMA auto_vacuum"), 2);
    assert_int_equal(state_directory_ask(state, "PRAGMA freelist_count"), 0);
    assert_true(file_bytes(state, "kordon.db") < 1 << 20);
    state_directory_append(state, "after");
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    assert_int_equal(load(state).count, 2);
}

/* An erasure is counted with its fingers, also in the log; that of the last entry leaves an empty list in force. */
static void test_A8_erased_fingers_are_counted_off(void **context)
{
    struct state_directory *state = *context;
    json_t *entry;
    assert_int_equal(state_directory_import(state, 1, 2), REASON_DONE);
    assert_int_equal(summarize(state).finger_count, 3);
    struct seen seen = load(state);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(erase(state, &seen.ids[i]), REASON_DONE);
        assert_int_equal(
            journal_read(state->store, journal_size(state->store) - 1, &entry, &state->failure), REASON_DONE);
        assert_int_equal(json_integer_value(json_object_get(json_object_get(entry, "body"), "list_fingers")),
            summarize(state).finger_count);
        json_decref(entry);
    }
    struct watchlist_summary summary = summarize(state);
    assert_int_equal(summary.entry_count, 0);
    assert_int_equal(summary.finger_count, 0);
    assert_int_equal(summary.list_version, 1);
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    assert_int_equal(load(state).count, 0);
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
    install(state, 1, 5000, 300);
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
    struct seen seen = {0}, page = {0};
    install(state, 1, 1900, 20);
    seen = load(state);
    assert_int_equal(
        watchlist_page(state->store, NULL, 1, ALL_PARTS, see, &page, &state->failure), REASON_DONE);
    sqlite3_trace_v2(state->store->database.connection, SQLITE_TRACE_ROW, count_row, &rows);
    for (size_t at = 0; at < 1900; at += 100) {
        rows = page.count = 0;
        assert_int_equal(watchlist_page(state->store, at > 0 ? &seen.ids[at - 1] : NULL, 100, ALL_PARTS, see,
                             &page, &state->failure),
            REASON_DONE);
        assert_int_equal(page.count, 100);
        assert_memory_equal(page.ids, &seen.ids[at], 100 * sizeof page.ids[0]);
        assert_true(rows <= 100 + 511 + 2);
    }
    rows = page.count = 0;
    assert_int_equal(
        watchlist_read(state->store, &seen.ids[1234], ALL_PARTS, see, &page, &state->failure), REASON_DONE);
    assert_memory_equal(page.ids, &seen.ids[1234], sizeof page.ids[0]);
    assert_true(rows <= 256 + 2);
    rows = 0;
    assert_int_equal(summarize(state).entry_count, 1900);
    assert_true(rows <= 2);
    sqlite3_trace_v2(state->store->database.connection, 0, NULL, NULL);
    struct watchlist_id nobody = {{7}};
    assert_int_equal(watchlist_read(state->store, &nobody, ALL_PARTS, see, &page, &state->failure),
        REASON_ENTRY_NOT_FOUND);
}

/* What was changed behind a page's proof is found by the next page that shows it, and the pages of a new list are those of the new list. */
static void test_T2_page_proves_what_it_shows(void **context)
{
    struct state_directory *state = *context;
    struct seen page = {0};
    install(state, 1, 700, 20);
    struct seen seen = load(state);
    assert_int_equal(
        watchlist_page(state->store, NULL, 10, ALL_PARTS, see, &page, &state->failure), REASON_DONE);
    assert_int_equal(erase(state, &seen.ids[0]), REASON_DONE);
    page.count = 0;
    assert_int_equal(
        watchlist_page(state->store, NULL, 10, ALL_PARTS, see, &page, &state->failure), REASON_DONE);
    assert_memory_equal(page.ids, &seen.ids[1], 10 * sizeof page.ids[0]);
    state_directory_tamper_beside(
        state, "DELETE FROM alert WHERE id = (SELECT id FROM alert ORDER BY id LIMIT 1 OFFSET 5)");
    page.count = 0;
    assert_int_equal(watchlist_page(state->store, NULL, 10, ALL_PARTS, see, &page, &state->failure),
        REASON_LIST_ROLLED_BACK);
    assert_int_equal(watchlist_read(state->store, &seen.ids[3], ALL_PARTS, see, &page, &state->failure),
        REASON_LIST_ROLLED_BACK);
}

/* --- A disk without room ---------------------------------------------------------------------------------------------------- */

/* An import on a small disk is refused before the log's reserve is touched; the log goes on, what was staged gives its room back, and a smaller
 * list is imported afterwards. */
static void test_A8_import_leaves_room_to_the_log(void **context)
{
    struct state_directory small;
    static struct batch batch;
    struct store_space space;
    char folder[96];
    (void)context;
    snprintf(folder, sizeof folder, "/tmp/kordon-small-disk.XXXXXX");
    assert_non_null(mkdtemp(folder));
    /* In a name space of its own the mount ends with the program, whatever becomes of the test. */
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("none", folder, "tmpfs", 0, "size=20m") != 0) {
        rmdir(folder);
        print_message("# not run: a tmpfs can't be mounted here\n");
        skip();
    }
    state_directory_init_in(&small, folder);
    assert_int_equal(store_space(small.store, &space, &small.failure), REASON_DONE);
    assert_int_equal(space.reserve_bytes, 4 << 20);
    install(&small, 1, 5, 20);
    assert_int_equal(watchlist_import_room(small.store, 1 << 20, &small.failure), REASON_DONE);
    assert_int_equal(watchlist_import_room(small.store, 20 << 20, &small.failure), REASON_DISK_FULL);
    struct watchlist_import *import;
    assert_int_equal(begin(&small, "national", 2, &import), REASON_DONE);
    enum reason reason = REASON_DONE;
    for (size_t i = 0; reason == REASON_DONE; i += 8) {
        fill(&batch, i, 8, BIG_BYTES);
        reason = add(&small, import, &batch);
    }
    assert_int_equal(reason, REASON_DISK_FULL);
    assert_non_null(strstr(small.failure.detail, "KiB"));
    assert_int_equal(store_space(small.store, &space, &small.failure), REASON_DONE);
    assert_true(space.free_bytes >= space.reserve_bytes);
    for (int i = 0; i < 100; i++)
        state_directory_append(&small, "while the disk is full");
    watchlist_import_cancel(import);
    assert_int_equal(state_directory_reopen(&small), REASON_DONE); /* sweeps */
    assert_int_equal(state_directory_ask(&small, "SELECT count(*) FROM alert"), 5);
    assert_int_equal(state_directory_ask(&small, "PRAGMA freelist_count"), 0);
    assert_int_equal(load(&small).count, 5);
    install(&small, 2, 8, BIG_BYTES);
    assert_int_equal(load(&small).count, 8);
    state_directory_finish(&small);
    assert_int_equal(umount(folder), 0);
    rmdir(folder);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_A5_other_list_only_when_asked_for),
        TEST(test_A5_empty_list_only_when_asked_for),
        TEST(test_A8_second_import_harms_no_first),
        TEST(test_A8_batch_is_whole_or_not_there),
        TEST(test_A8_batch_on_a_full_disk_can_be_repeated),
        TEST(test_Q2_finger_without_a_template_is_kept),
        TEST(test_T4_who_stays_keeps_the_id),
        TEST(test_T4_entries_of_one_case_keep_their_ids),
        TEST(test_T4_known_ids_are_those_of_the_installed_list),
        TEST(test_A8_staged_rows_are_proven_before_the_old_list_goes),
        TEST(test_A8_sweeping_gives_the_journal_its_turn),
        TEST(test_T3_room_comes_back),
        TEST(test_T3_room_comes_back_from_an_older_file),
        TEST(test_A8_erased_fingers_are_counted_off),
        TEST(test_A8_import_costs_few_syncs),
        TEST(test_A8_page_costs_what_it_shows),
        TEST(test_T2_page_proves_what_it_shows),
        TEST(test_A8_import_leaves_room_to_the_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
