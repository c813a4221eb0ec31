/* An adversary who may write every byte of the state directory, without the machine key (L7, L10, T2, T3): four attacks that
 * are known by name, then thousands by chance. Nothing may be signed, armed, shown or denied that is not true. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/support/adversary.h"

static struct adversary_world world;

static int set_up(void **state)
{
    *state = &world;
    adversary_world_init(&world);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    adversary_world_finish(&world);
    return 0;
}

/* --- Attacks known by name ----------------------------------------------------------------------------------- */

static sqlite3 *begin_attack(struct adversary_case *work)
{
    *work = (struct adversary_case){.world = &world};
    snprintf(work->directory, sizeof work->directory, "%s/attack", world.base);
    mkdir(work->directory, 0700);
    adversary_put(work, &world.snapshots[MOMENT_LAST].closed, NULL);
    sqlite3 *database = adversary_database(work);
    assert_non_null(database);
    adversary_drop_triggers(database);
    return database;
}

static void end_attack(struct adversary_case *work, sqlite3 *database, bool older_copies)
{
    adversary_restore_triggers(work, database);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
    struct adversary_question question = {
        .directory = work->directory, .older_copies = older_copies, .seed = 1};
    struct adversary_verdict verdict = adversary_judge(&world, &question);
    if (!adversary_outcome_legal(verdict.outcome))
        fail_msg("%s: %s", adversary_outcome_name(verdict.outcome), verdict.why);
}

static bool has_table(sqlite3 *database, const char *name)
{
    return adversary_number(database,
               "SELECT count(*) FROM main.sqlite_schema WHERE type = 'table' AND name = '%s'", name) > 0;
}

/* Heads that look like any other, behind the true ones, with their nodes, size and root: SHA-256 needs no key. */
static void test_L10_forged_tail_is_not_signed(void **state)
{
    struct adversary_case work;
    (void)state;
    sqlite3 *database = begin_attack(&work);
    assert_true(adversary_forge_tail(database, &world, 1));
    end_attack(&work, database, false);
}

/* With a body as well, copied from the newest true entry, and found by its transaction. */
static void test_L10_forged_tail_with_a_body_is_not_signed(void **state)
{
    struct adversary_case work;
    (void)state;
    sqlite3 *database = begin_attack(&work);
    assert_true(adversary_forge_tail(database, &world, 1));
    assert_true(adversary_forge_bodies(database, 1));
    end_attack(&work, database, false);
}

/* An old checkpoint out of a receipt stands for the log, and what came later is deleted. */
static void test_L7_cut_back_to_an_old_checkpoint(void **state)
{
    struct adversary_case work;
    struct checkpoint old;
    sqlite3_stmt *statement;
    (void)state;
    const char *note = world.snapshots[MOMENT_LIST_2].checkpoint;
    assert_int_equal(checkpoint_parse(note, strlen(note), &old, NULL), REASON_DONE);
    sqlite3 *database = begin_attack(&work);
    bool tree = has_table(database, "tree");
    assert_int_equal(sqlite3_prepare_v2(database,
                         tree ? "UPDATE tree SET checkpoint = ?1, size = ?2, root = ?3"
                              : "UPDATE state SET checkpoint = ?1",
                         -1, &statement, NULL),
        SQLITE_OK);
    sqlite3_bind_text(statement, 1, note, -1, SQLITE_STATIC);
    if (tree) {
        sqlite3_bind_int64(statement, 2, (sqlite3_int64)old.size);
        sqlite3_bind_blob(statement, 3, old.root, DIGEST_BYTES, SQLITE_STATIC);
    }
    assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
    sqlite3_finalize(statement);
    int size = (int)old.size;
    assert_true(adversary_sql(database,
        "DELETE FROM body WHERE seq >= %d; DELETE FROM entry WHERE seq >= %d;"
        "DELETE FROM node WHERE ((place + 1) << level) > %d",
        size, size, size));
    end_attack(&work, database, false);
}

/* The first list's rows and state put back; that the log records later changes is hidden in one word of their heads. */
static void test_L10_old_list_put_back(void **state)
{
    struct adversary_case work;
    (void)state;
    sqlite3 *database = begin_attack(&work);
    assert_true(adversary_sql(
        database, "ATTACH 'file:%s?immutable=1' AS older", world.snapshots[MOMENT_LIST_1].path));
    assert_true(adversary_sql(database,
        "DELETE FROM main.alert; INSERT INTO main.alert SELECT * FROM older.alert;"
        "UPDATE main.entry SET head = CAST(replace(replace(CAST(head AS TEXT), '\"alteration\"', "
        "'\"alteratiom\"'),"
        " '\"erasure\"', '\"erasurf\"') AS BLOB) WHERE seq >= %d",
        (int)world.snapshots[MOMENT_LIST_1].size));
    if (has_table(database, "list_state"))
        assert_true(adversary_sql(database,
            "DELETE FROM main.list_state; INSERT INTO main.list_state SELECT * FROM older.list_state"));
    else
        assert_true(adversary_sql(
            database, "DELETE FROM main.state; INSERT INTO main.state SELECT * FROM older.state"));
    assert_true(adversary_sql(database, "DETACH older"));
    end_attack(&work, database, true);
}

/* What an erasure deletes is kept by a trigger. */
static void test_T3_planted_trigger_is_refused(void **state)
{
    struct adversary_case work;
    (void)state;
    sqlite3 *database = begin_attack(&work);
    assert_true(adversary_sql(database,
        "CREATE TABLE kept AS SELECT * FROM alert WHERE 0;"
        "CREATE TRIGGER keep BEFORE DELETE ON alert BEGIN INSERT INTO kept SELECT * FROM alert WHERE import ="
        " OLD.import AND id = OLD.id; END"));
    end_attack(&work, database, false);
}

/* A record is deleted from the list, and another is then erased in order: the list without both must not become the one that
 * the log records. */
static void test_T2_erasure_takes_over_no_altered_list(void **state)
{
    struct adversary_case work;
    (void)state;
    sqlite3 *database = begin_attack(&work);
    assert_true(adversary_sql(database, "DELETE FROM alert WHERE id = (SELECT max(id) FROM alert)"));
    end_attack(&work, database, false);
}

/* A rollback journal beside the database that names a file elsewhere as its super-journal: sqlite plays the journal back and
 * then deletes that file, by the daemon's own rights. The machine key and the anchor are such files. */
static void test_T5_planted_journal_deletes_no_file_elsewhere(void **state)
{
    struct adversary_case work = {.world = &world};
    char elsewhere[128];
    struct stat status;
    (void)state;
    snprintf(work.directory, sizeof work.directory, "%s/attack", world.base);
    mkdir(work.directory, 0700);
    adversary_put(&work, &world.snapshots[MOMENT_LAST].closed, NULL);
    snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", world.base);
    adversary_write(elsewhere, "not yours", 9);
    adversary_plant_journal(&work, &world.snapshots[MOMENT_LAST], 1, elsewhere);
    struct adversary_question question = {.directory = work.directory, .older_copies = true, .seed = 1};
    struct adversary_verdict verdict = adversary_judge(&world, &question);
    assert_true(adversary_outcome_legal(verdict.outcome));
    if (stat(elsewhere, &status) != 0)
        fail_msg("a file outside the state directory is gone");
}

/* --- Attacks by chance --------------------------------------------------------------------------------------- */

static struct adversary_verdict judge_files(
    const char *name, const struct adversary_bytes *database, const struct adversary_bytes *wal)
{
    struct adversary_case work = {.world = &world};
    snprintf(work.directory, sizeof work.directory, "%s/%s", world.base, name);
    mkdir(work.directory, 0700);
    adversary_put(&work, database, wal);
    struct adversary_question question = {.directory = work.directory, .older_copies = true, .seed = 8};
    return adversary_judge(&world, &question);
}

/* What nobody touched is true to the last word, closed or as after a crash: the oracle finds no fault where none is. */
static void test_L7_untouched_state_is_true(void **state)
{
    const struct adversary_snapshot *last = &world.snapshots[MOMENT_LAST];
    struct adversary_verdict closed = judge_files("closed", &last->closed, NULL);
    struct adversary_verdict live = judge_files("live", &last->live, &last->live_wal);
    (void)state;
    if (closed.outcome != OUTCOME_HARMLESS)
        fail_msg("closed: %s: %s", adversary_outcome_name(closed.outcome), closed.why);
    if (live.outcome != OUTCOME_HARMLESS)
        fail_msg("live: %s: %s", adversary_outcome_name(live.outcome), live.why);
}

/* A whole state of before is the past itself: it opens, and nothing in it can tell. An anchor outside can. */
static void test_L7_whole_state_put_back_is_the_past(void **state)
{
    (void)state;
    for (size_t i = 0; i < MOMENT_COUNT; i++) {
        char name[32];
        if (i == MOMENT_LAST)
            continue;
        snprintf(name, sizeof name, "past-%zu", i);
        struct adversary_verdict verdict = judge_files(name, &world.snapshots[i].closed, NULL);
        if (verdict.outcome != OUTCOME_ROLLED_BACK)
            fail_msg("%zu: %s: %s", i, adversary_outcome_name(verdict.outcome), verdict.why);
    }
}

static void test_L10_T2_written_rows(void **state)
{
    const struct adversary_group group = {
        "rows and columns", adversary_row_kinds, adversary_row_kind_count, 4500};
    (void)state;
    assert_int_equal(adversary_run(&world, &group), 0);
}

/* The same by another process beside the running daemon: what was true at the start is not taken for true for ever. */
static void test_L10_T2_written_rows_while_open(void **state)
{
    const struct adversary_group group = {"rows and columns while the store is open", adversary_row_kinds,
        adversary_row_kind_count, 800, .while_open = true};
    (void)state;
    assert_int_equal(adversary_run(&world, &group), 0);
}

/* And beside a reading store, which signs as well. */
static void test_L10_T2_written_rows_while_a_reader_is_open(void **state)
{
    const struct adversary_group group = {"rows and columns while a reader is open", adversary_row_kinds,
        adversary_row_kind_count, 400, .while_open = true, .reader = true};
    (void)state;
    assert_int_equal(adversary_run(&world, &group), 0);
}

static void test_L10_history_forged_while_a_reader_is_open(void **state)
{
    const struct adversary_group group = {"history while a reader is open", adversary_forge_kinds,
        adversary_forge_kind_count, 100, .while_open = true, .reader = true};
    (void)state;
    assert_int_equal(adversary_run(&world, &group), 0);
}

static void test_L10_forged_history(void **state)
{
    const struct adversary_group group = {"history", adversary_forge_kinds, adversary_forge_kind_count, 300};
    (void)state;
    assert_int_equal(adversary_run(&world, &group), 0);
}

static void test_L10_T3_written_schema(void **state)
{
    const struct adversary_group group = {
        "schema", adversary_schema_kinds, adversary_schema_kind_count, 1300};
    (void)state;
    assert_int_equal(adversary_run(&world, &group), 0);
}

static void test_L10_T2_written_pages(void **state)
{
    const struct adversary_group group = {"pages", adversary_page_kinds, adversary_page_kind_count, 1500};
    (void)state;
    assert_int_equal(adversary_run(&world, &group), 0);
}

static void test_L10_T2_written_wal(void **state)
{
    const struct adversary_group group = {"WAL", adversary_wal_kinds, adversary_wal_kind_count, 1200};
    (void)state;
    assert_int_equal(adversary_run(&world, &group), 0);
}

static void test_L7_written_files(void **state)
{
    const struct adversary_group group = {"files", adversary_file_kinds, adversary_file_kind_count, 200};
    (void)state;
    assert_int_equal(adversary_run(&world, &group), 0);
}

/* With an anchor outside the state directory, nothing that was rolled back appends or signs. */
static void test_L7_what_is_put_back_is_held_by_an_anchor(void **state)
{
    const struct adversary_group groups[] = {
        {"files, anchored", adversary_file_kinds, adversary_file_kind_count, 100, .anchored = true},
        {"WAL, anchored", adversary_wal_kinds, adversary_wal_kind_count, 300, .anchored = true},
        {"rows, anchored", adversary_row_kinds, adversary_row_kind_count, 600, .anchored = true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        assert_int_equal(adversary_run(&world, &groups[i]), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_L7_untouched_state_is_true),
        cmocka_unit_test(test_L7_whole_state_put_back_is_the_past),
        cmocka_unit_test(test_L10_forged_tail_is_not_signed),
        cmocka_unit_test(test_L10_forged_tail_with_a_body_is_not_signed),
        cmocka_unit_test(test_L7_cut_back_to_an_old_checkpoint),
        cmocka_unit_test(test_L10_old_list_put_back),
        cmocka_unit_test(test_T3_planted_trigger_is_refused),
        cmocka_unit_test(test_T2_erasure_takes_over_no_altered_list),
        cmocka_unit_test(test_T5_planted_journal_deletes_no_file_elsewhere),
        cmocka_unit_test(test_L10_T2_written_rows),
        cmocka_unit_test(test_L10_T2_written_rows_while_open),
        cmocka_unit_test(test_L10_T2_written_rows_while_a_reader_is_open),
        cmocka_unit_test(test_L10_history_forged_while_a_reader_is_open),
        cmocka_unit_test(test_L10_forged_history),
        cmocka_unit_test(test_L10_T3_written_schema),
        cmocka_unit_test(test_L10_T2_written_pages),
        cmocka_unit_test(test_L10_T2_written_wal),
        cmocka_unit_test(test_L7_written_files),
        cmocka_unit_test(test_L7_what_is_put_back_is_held_by_an_anchor),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
