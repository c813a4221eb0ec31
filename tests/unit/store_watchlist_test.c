/* The sealed list: what is written comes back, what is altered is found, nothing readable lies in any file. */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "base/file.h"
#include "tests/support/state_directory.h"

#define ALL_PARTS                                                                                            \
    (WATCHLIST_PART_ALERT | WATCHLIST_PART_IDENTITY | WATCHLIST_PART_TEMPLATES | WATCHLIST_PART_ORIGINALS)

struct seen {
    size_t entries, fingers, expired;
    struct watchlist_id last;
};

static enum reason see(void *context, const struct watchlist_entry *entry, struct failure *failure)
{
    struct seen *seen = context;
    (void)failure;
    assert_string_equal(entry->name, STATE_NAME);
    assert_int_equal(strncmp(entry->case_number, STATE_CASE, strlen(STATE_CASE)), 0);
    assert_string_equal(entry->instruction, "do not separate from companions");
    assert_int_equal(entry->category, ALERT_CATEGORY_MISSING_PERSON);
    assert_int_equal(entry->purpose_count, 1);
    assert_string_equal(entry->purposes[0], "border_check");
    for (size_t i = 0; i < entry->finger_count; i++) {
        assert_memory_equal(entry->fingers[i].template_bytes, "KT\1", 3);
        assert_int_equal(entry->fingers[i].quality, 70);
    }
    assert_memory_equal(entry->fingers[0].original_bytes, "original record", 15);
    if (seen->entries++ > 0)
        assert_true(memcmp(seen->last.bytes, entry->id.bytes, WATCHLIST_ID_BYTES) < 0);
    seen->fingers += entry->finger_count;
    seen->expired += entry->expired;
    seen->last = entry->id;
    return REASON_DONE;
}

static enum reason load(struct state_directory *state, struct seen *seen)
{
    *seen = (struct seen){0};
    return watchlist_load(state->store, ALL_PARTS, see, seen, &state->failure);
}

static enum reason check(struct state_directory *state, uint64_t *problems)
{
    return watchlist_check(state->store, NULL, NULL, problems, &state->failure);
}

static uint64_t list_fingers(struct state_directory *state)
{
    struct watchlist_summary summary;
    assert_int_equal(watchlist_summarize(state->store, &summary, &state->failure), REASON_DONE);
    return summary.finger_count;
}

static void test_import_comes_back_after_reopening(void **context)
{
    struct state_directory *state = *context;
    struct seen seen;
    uint64_t problems;
    assert_int_equal(load(state, &seen), REASON_DONE);
    assert_int_equal(seen.entries, 0);
    assert_int_equal(state_directory_import(state, 3, 300), REASON_DONE);
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    assert_int_equal(load(state, &seen), REASON_DONE);
    assert_int_equal(seen.entries, 300);
    assert_int_equal(seen.fingers, 450);
    assert_int_equal(check(state, &problems), REASON_DONE);
    assert_int_equal(problems, 0);
    struct watchlist_summary summary;
    assert_int_equal(watchlist_summarize(state->store, &summary, &state->failure), REASON_DONE);
    assert_int_equal(summary.list_version, 3);
    assert_int_equal(summary.entry_count, 300);
    assert_int_equal(summary.finger_count, 450);
    assert_string_equal(summary.list_name, "national");
}

static void test_M3_expired_entry_says_so(void **context)
{
    struct state_directory *state = *context;
    struct seen seen;
    assert_int_equal(state_directory_import(state, 1, 5), REASON_DONE);
    assert_int_equal(load(state, &seen), REASON_DONE);
    assert_int_equal(seen.expired, 1);
}

/* A newer version replaces the list whole; the same or an older one changes nothing (A5). */
static void test_A5_versions_only_rise(void **context)
{
    struct state_directory *state = *context;
    struct seen seen;
    assert_int_equal(state_directory_import(state, 7, 4), REASON_DONE);
    assert_int_equal(state_directory_import(state, 7, 9), REASON_LIST_VERSION_OLD);
    assert_int_equal(state_directory_import(state, 6, 9), REASON_LIST_VERSION_OLD);
    assert_int_equal(load(state, &seen), REASON_DONE);
    assert_int_equal(seen.entries, 4);
    assert_int_equal(state_directory_import(state, 8, 2), REASON_DONE);
    assert_int_equal(load(state, &seen), REASON_DONE);
    assert_int_equal(seen.entries, 2);
}

/* An import that was not finished leaves the old list, and is swept away. */
static void test_A5_unfinished_import_leaves_the_old_list(void **context)
{
    struct state_directory *state = *context;
    struct seen seen;
    assert_int_equal(state_directory_import(state, 1, 3), REASON_DONE);
    struct watchlist_import *import;
    assert_int_equal(watchlist_import_begin(state->store,
                         &(struct watchlist_import_options){.list_name = "national", .list_version = 2},
                         &import, &state->failure),
        REASON_DONE);
    struct watchlist_entry bad = {.finger_count = 1};
    assert_int_equal(watchlist_import_add(import, &bad, 1, &state->failure), REASON_MANIFEST_REFUSED);
    watchlist_import_cancel(import);
    assert_int_equal(load(state, &seen), REASON_DONE);
    assert_int_equal(seen.entries, 3);
}

/* Rows that somebody changed, or left out, between staging and installing are not vouched for; the old list stays. */
static void test_A8_import_installs_what_it_staged(void **context)
{
    struct state_directory *state = *context;
    const char *const changes[] = {"UPDATE alert SET templates = zeroblob(length(templates)) WHERE import = "
                                   "(SELECT import FROM alert GROUP BY import HAVING count(*) = 2)",
        "DELETE FROM alert WHERE (import, id) = (SELECT import, id FROM alert WHERE import = "
        "(SELECT import FROM alert GROUP BY import HAVING count(*) = 2) LIMIT 1)"};
    struct seen seen;
    assert_int_equal(state_directory_import(state, 1, 3), REASON_DONE);
    for (size_t i = 0; i < 2; i++) {
        struct watchlist_import *import;
        assert_int_equal(state_directory_stage(state, 2, 2, &import), REASON_DONE);
        state_directory_tamper_beside(state, changes[i]);
        assert_int_equal(state_directory_install(state, import), REASON_CONFLICTING_IMPORT);
        assert_int_equal(load(state, &seen), REASON_DONE);
        assert_int_equal(seen.entries, 3);
    }
    assert_int_equal(state_directory_import(state, 2, 2), REASON_DONE);
}

static enum reason erase_by(
    struct state_directory *state, struct watchlist_rows *rows, const struct watchlist_id *id)
{
    json_t *body =
        json_pack("{s:s, s:s, s:s}", "actor", "s", "role", "supervisor", "justification", "court order");
    struct log_draft draft = {LOG_EVENT_ERASURE, body};
    struct journal_outcome outcome = {0};
    enum reason reason = watchlist_erase(state->store, rows, id, &draft, &outcome, &state->failure);
    journal_outcome_finish(&outcome);
    json_decref(body);
    return reason;
}

static enum reason erase(struct state_directory *state, const struct watchlist_id *id)
{
    return erase_by(state, NULL, id);
}

static void test_T3_erased_entry_is_gone(void **context)
{
    struct state_directory *state = *context;
    struct seen seen;
    assert_int_equal(state_directory_import(state, 1, 3), REASON_DONE);
    assert_int_equal(load(state, &seen), REASON_DONE);
    struct watchlist_id id = seen.last;
    assert_int_equal(erase(state, &id), REASON_DONE);
    assert_int_equal(load(state, &seen), REASON_DONE);
    assert_int_equal(seen.entries, 2);
    uint64_t size = journal_size(state->store);
    assert_int_equal(erase(state, &id), REASON_ENTRY_NOT_FOUND);
    assert_int_equal(journal_size(state->store), size);
    assert_int_equal(
        watchlist_read(state->store, &id, ALL_PARTS, see, &seen, &state->failure), REASON_ENTRY_NOT_FOUND);
}

/* --- Attacks ------------------------------------------------------------------------------------------------- */

/* Tampers with an imported list; loading and checking must both give the reason. */
static void assert_found(struct state_directory *state, const char *sql, enum reason reason)
{
    struct seen seen;
    uint64_t problems;
    state_directory_tamper(state, sql);
    assert_int_equal(state_directory_reopen(state), REASON_DONE);
    assert_int_equal(load(state, &seen), reason);
    assert_int_not_equal(check(state, &problems), REASON_DONE);
    assert_true(problems > 0);
}

static void test_T2_rows_swapped(void **context)
{
    struct state_directory *state = *context;
    assert_int_equal(state_directory_import(state, 1, 4), REASON_DONE);
    assert_found(state,
        "CREATE TABLE copy AS SELECT * FROM alert ORDER BY id LIMIT 2;"
        "UPDATE alert SET (wrapped, alert, identity, templates, originals) ="
        " (SELECT wrapped, alert, identity, templates, originals FROM copy WHERE copy.id != alert.id)"
        " WHERE id IN (SELECT id FROM copy);"
        "DROP TABLE copy;",
        REASON_SEAL_BROKEN);
}

static void test_T2_column_swapped(void **context)
{
    struct state_directory *state = *context;
    assert_int_equal(state_directory_import(state, 1, 4), REASON_DONE);
    assert_found(state,
        "UPDATE alert SET identity = (SELECT identity FROM alert ORDER BY id DESC LIMIT 1)"
        " WHERE id = (SELECT id FROM alert ORDER BY id LIMIT 1);",
        REASON_SEAL_BROKEN);
}

static void test_T2_row_removed(void **context)
{
    struct state_directory *state = *context;
    assert_int_equal(state_directory_import(state, 1, 4), REASON_DONE);
    assert_found(
        state, "DELETE FROM alert WHERE id = (SELECT id FROM alert LIMIT 1);", REASON_LIST_ROLLED_BACK);
}

/* A row of the list before, put back over one of the present list. */
static void test_T2_old_row_put_back(void **context)
{
    struct state_directory *state = *context;
    assert_int_equal(state_directory_import(state, 1, 3), REASON_DONE);
    state_directory_keep(state);
    assert_int_equal(state_directory_import(state, 2, 3), REASON_DONE);
    assert_found(state,
        "DELETE FROM alert WHERE id = (SELECT id FROM alert LIMIT 1);"
        "INSERT INTO main.alert SELECT (SELECT max(import) FROM main.alert), id, wrapped, alert, identity, "
        "templates,"
        " originals FROM old.alert LIMIT 1;",
        REASON_SEAL_BROKEN);
}

/* The whole list of before, put back: the proven state names another one. */
static void test_L10_old_list_put_back(void **context)
{
    struct state_directory *state = *context;
    assert_int_equal(state_directory_import(state, 1, 3), REASON_DONE);
    state_directory_keep(state);
    assert_int_equal(state_directory_import(state, 2, 3), REASON_DONE);
    assert_found(state, "DELETE FROM main.alert; INSERT INTO main.alert SELECT * FROM old.alert;",
        REASON_LIST_ROLLED_BACK);
}

/* The same with the row that proved it then: the log's rows know of more entries. */
static void test_L10_old_state_put_back_is_refused(void **context)
{
    struct state_directory *state = *context;
    assert_int_equal(state_directory_import(state, 1, 3), REASON_DONE);
    state_directory_keep(state);
    assert_int_equal(state_directory_import(state, 2, 3), REASON_DONE);
    state_directory_tamper(state, "DELETE FROM main.alert; INSERT INTO main.alert SELECT * FROM old.alert;"
                                  "DELETE FROM main.state; INSERT INTO main.state SELECT * FROM old.state;");
    assert_int_equal(reason_class(state_directory_reopen(state)), REASON_CLASS_EVIDENCE_BROKEN);
}

/* No rows, as if no list had ever been installed; no state, as if nothing had. */
static void test_L10_list_and_state_removed(void **context)
{
    struct state_directory *state = *context;
    assert_int_equal(state_directory_import(state, 1, 3), REASON_DONE);
    assert_found(state, "DELETE FROM alert;", REASON_LIST_ROLLED_BACK);
    state_directory_tamper(state, "DELETE FROM state;");
    assert_int_equal(state_directory_reopen(state), REASON_STATE_UNPROVEN);
}

/* An erased entry put back alone, under the list that it was on: the next erasure does not vouch for it, nor is it shown. */
static void test_L10_erased_row_put_back(void **context)
{
    struct state_directory *state = *context;
    struct seen seen;
    assert_int_equal(state_directory_import(state, 1, 3), REASON_DONE);
    assert_int_equal(load(state, &seen), REASON_DONE);
    state_directory_keep(state);
    struct watchlist_id erased = seen.last;
    assert_int_equal(erase(state, &erased), REASON_DONE);
    assert_int_equal(load(state, &seen), REASON_DONE);
    assert_found(state, "INSERT OR IGNORE INTO main.alert SELECT * FROM old.alert;", REASON_LIST_ROLLED_BACK);
    struct seen shown = {0};
    assert_int_equal(
        reason_class(watchlist_read(state->store, &erased, ALL_PARTS, see, &shown, &state->failure)),
        REASON_CLASS_EVIDENCE_BROKEN);
    assert_int_equal(reason_class(erase(state, &seen.last)), REASON_CLASS_EVIDENCE_BROKEN);
}

static struct watchlist_rows *rows_of(struct state_directory *state)
{
    struct watchlist_rows *rows = NULL;
    assert_int_equal(watchlist_rows_load(state->store, &rows, &state->failure), REASON_DONE);
    return rows;
}

static enum reason see_first(void *context, const struct watchlist_entry *entry, struct failure *failure)
{
    struct watchlist_id **at = context;
    (void)failure;
    *(*at)++ = entry->id;
    return REASON_DONE;
}

static void ids_of(struct state_directory *state, struct watchlist_id *ids)
{
    assert_int_equal(
        watchlist_load(state->store, WATCHLIST_PART_ALERT, see_first, &ids, &state->failure), REASON_DONE);
}

/* By the rows in memory one after the other goes, first, last and between; what is left is the list. */
static void test_M3_erasures_by_rows_leave_the_list(void **context)
{
    static const size_t order[] = {6, 0, 3, 4, 1};
    struct state_directory *state = *context;
    struct watchlist_id ids[7];
    struct seen seen;
    uint64_t problems;
    assert_int_equal(state_directory_import(state, 1, 7), REASON_DONE);
    ids_of(state, ids);
    struct watchlist_rows *rows = rows_of(state);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(erase_by(state, rows, &ids[order[i]]), REASON_DONE);
        assert_int_equal(erase_by(state, rows, &ids[order[i]]), REASON_ENTRY_NOT_FOUND);
        assert_int_equal(load(state, &seen), REASON_DONE);
        assert_int_equal(seen.entries, 6 - i);
        assert_int_equal(list_fingers(state), seen.fingers);
    }
    assert_int_equal(check(state, &problems), REASON_DONE);
    watchlist_rows_destroy(rows);
}

/* They prove what goes and vouch for nothing that lies in the file: what somebody did to another row meanwhile is found by whoever reads it, and what he did to
 * the one that goes by the erasure. */
static void test_L10_an_erasure_by_rows_vouches_for_nothing_in_the_file(void **context)
{
    struct state_directory *state = *context;
    struct watchlist_id ids[4];
    struct seen seen;
    assert_int_equal(state_directory_import(state, 1, 4), REASON_DONE);
    ids_of(state, ids);
    struct watchlist_rows *rows = rows_of(state);
    state_directory_tamper_beside(state,
        "UPDATE alert SET templates = zeroblob(length(templates)) WHERE id = (SELECT max(id) FROM alert);"
        "DELETE FROM alert WHERE id = (SELECT min(id) FROM alert)");
    for (size_t i = 0; i < 4; i += 3) {
        assert_int_equal(erase_by(state, rows, &ids[i]), REASON_SEAL_BROKEN);
        assert_int_equal(erase_by(state, NULL, &ids[i]), REASON_LIST_ROLLED_BACK);
    }
    assert_int_equal(erase_by(state, rows, &ids[1]), REASON_DONE);
    assert_int_equal(reason_class(load(state, &seen)), REASON_CLASS_EVIDENCE_BROKEN);
    assert_int_equal(reason_class(erase_by(state, NULL, &ids[2])), REASON_CLASS_EVIDENCE_BROKEN);
    watchlist_rows_destroy(rows);
}

/* Rows of a list that was there before say nothing of this one; loaded again they are this one's. */
static void test_L10_rows_of_another_list_are_passed_over(void **context)
{
    struct state_directory *state = *context;
    struct watchlist_id ids[4];
    struct seen seen;
    assert_int_equal(state_directory_import(state, 1, 4), REASON_DONE);
    struct watchlist_rows *rows = rows_of(state);
    assert_int_equal(state_directory_import(state, 2, 3), REASON_DONE);
    ids_of(state, ids);
    assert_int_equal(erase_by(state, rows, &ids[0]), REASON_DONE);
    assert_int_equal(load(state, &seen), REASON_DONE);
    assert_int_equal(seen.entries, 2);
    assert_int_equal(watchlist_rows_load(state->store, &rows, &state->failure), REASON_DONE);
    assert_int_equal(erase_by(state, rows, &ids[1]), REASON_DONE);
    assert_int_equal(load(state, &seen), REASON_DONE);
    assert_int_equal(seen.entries, 1);
    watchlist_rows_destroy(rows);
}

/* Nothing is taken for the list's rows that is not. */
static void test_L10_rows_are_proven_when_they_are_loaded(void **context)
{
    struct state_directory *state = *context;
    struct watchlist_rows *rows = NULL;
    assert_int_equal(state_directory_import(state, 1, 3), REASON_DONE);
    state_directory_tamper_beside(state, "UPDATE alert SET templates = zeroblob(length(templates))");
    assert_int_equal(watchlist_rows_load(state->store, &rows, &state->failure), REASON_SEAL_BROKEN);
    assert_null(rows);
}

/* What kordon did not make is refused, before it can act: a trigger that keeps what an erasure deletes. */
static void test_T3_planted_trigger_is_refused(void **context)
{
    struct state_directory *state = *context;
    assert_int_equal(state_directory_import(state, 1, 3), REASON_DONE);
    state_directory_change_schema(state,
        "CREATE TABLE kept(rest); CREATE TRIGGER keep BEFORE DELETE ON alert BEGIN INSERT INTO kept VALUES "
        "(OLD.alert); END;");
    assert_int_equal(state_directory_reopen(state), REASON_STATE_FOREIGN);
    assert_non_null(strstr(state->failure.detail, "kept"));
}

/* A reader that is in the way of truncating the WAL does not make a durable erasure a failure. */
static void test_T3_erasure_beside_a_reader(void **context)
{
    struct state_directory *state = *context;
    struct seen seen;
    char path[128];
    sqlite3 *reader;
    assert_int_equal(state_directory_import(state, 1, 3), REASON_DONE);
    assert_int_equal(load(state, &seen), REASON_DONE);
    snprintf(path, sizeof path, "%s/kordon.db", state->path);
    assert_int_equal(sqlite3_open_v2(path, &reader, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM alert;", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(erase(state, &seen.last), REASON_DONE);
    sqlite3_db_config(reader, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    assert_int_equal(sqlite3_close(reader), SQLITE_OK);
    assert_int_equal(load(state, &seen), REASON_DONE);
    assert_int_equal(seen.entries, 2);
}

static bool file_holds(const char *path, const char *text)
{
    uint8_t *bytes;
    size_t size;
    struct failure failure;
    if (file_read(path, 1 << 28, &bytes, &size, &failure) != REASON_DONE)
        return false;
    bool holds = memmem(bytes, size, text, strlen(text)) != NULL;
    free(bytes);
    return holds;
}

static void assert_nothing_readable(struct state_directory *state)
{
    static const char *const texts[] = {STATE_NAME, STATE_CASE, "do not separate", "missing_person",
        "original record", "unlinkable-transaction", "officer 7"};
    DIR *folder = opendir(state->path);
    assert_non_null(folder);
    size_t files = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", state->path, entry->d_name);
        files++;
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
            if (file_holds(path, texts[i]))
                fail_msg("%s is readable in %s", texts[i], entry->d_name);
    }
    closedir(folder);
    assert_true(files >= 5);
}

/* While the database is in use (WAL) and after it was closed. */
static void test_T1_no_plaintext_in_any_file(void **context)
{
    struct state_directory *state = *context;
    struct seen seen;
    assert_int_equal(state_directory_import(state, 1, 50), REASON_DONE);
    state_directory_append(state, "unlinkable-transaction");
    assert_int_equal(load(state, &seen), REASON_DONE);
    assert_nothing_readable(state);
    store_close(state->store);
    state->store = NULL;
    assert_nothing_readable(state);
}

/* Without its machine key, or with another, the state stays locked and nothing new is made. */
static void test_T5_other_key_stays_locked(void **context)
{
    struct state_directory *state = *context;
    char uri[160];
    struct key_provider *other;
    snprintf(uri, sizeof uri, "file:%s/other.key", state->path);
    assert_int_equal(key_provider_create(uri, &state->failure), REASON_DONE);
    assert_int_equal(key_provider_open(uri, &other, &state->failure), REASON_DONE);
    store_close(state->store);
    assert_int_equal(store_open(&(struct store_options){.directory = state->path, .provider = other},
                         STORE_WRITE, &state->store, &state->failure),
        REASON_KEY_WRONG);
    assert_null(state->store);
    key_provider_close(other);
    assert_int_equal(
        store_create(&state->options, "kordon.example/test", NULL, &state->failure), REASON_STATE_EXISTS);
}

static void test_second_writer_is_refused(void **context)
{
    struct state_directory *state = *context;
    struct store *second;
    assert_int_equal(store_open(&state->options, STORE_WRITE, &second, &state->failure), REASON_STATE_LOCKED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, state_directory_set_up, state_directory_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_import_comes_back_after_reopening),
        TEST(test_M3_expired_entry_says_so),
        TEST(test_A5_versions_only_rise),
        TEST(test_A5_unfinished_import_leaves_the_old_list),
        TEST(test_A8_import_installs_what_it_staged),
        TEST(test_T3_erased_entry_is_gone),
        TEST(test_T2_rows_swapped),
        TEST(test_T2_column_swapped),
        TEST(test_T2_row_removed),
        TEST(test_T2_old_row_put_back),
        TEST(test_L10_old_list_put_back),
        TEST(test_L10_old_state_put_back_is_refused),
        TEST(test_L10_erased_row_put_back),
        TEST(test_M3_erasures_by_rows_leave_the_list),
        TEST(test_L10_an_erasure_by_rows_vouches_for_nothing_in_the_file),
        TEST(test_L10_rows_of_another_list_are_passed_over),
        TEST(test_L10_rows_are_proven_when_they_are_loaded),
        TEST(test_T3_planted_trigger_is_refused),
        TEST(test_T3_erasure_beside_a_reader),
        TEST(test_L10_list_and_state_removed),
        TEST(test_T1_no_plaintext_in_any_file),
        TEST(test_T5_other_key_stays_locked),
        TEST(test_second_writer_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
