#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "store/statement_internal.h"

/* A database in memory, with the one table that these tests write. */
struct desk {
    struct database database;
    struct failure failure;
};

static int set_up(void **state)
{
    struct desk *desk = calloc(1, sizeof *desk);
    if (desk == NULL || sqlite3_open(":memory:", &desk->database.connection) != SQLITE_OK)
        return -1;
    desk->database.access = STORE_FOLLOW;
    *state = desk;
    return database_execute(&desk->database,
        "CREATE TABLE entry (seq INTEGER PRIMARY KEY, head BLOB NOT NULL) STRICT", &desk->failure);
}

static int tear_down(void **state)
{
    struct desk *desk = *state;
    database_disconnect(&desk->database);
    free(desk);
    return 0;
}

static enum reason write_entry(struct desk *desk, int64_t seq)
{
    struct statement write;
    statement_begin(&write, &desk->database, STATEMENT_ENTRY_WRITE, &desk->failure);
    statement_bind_integer(&write, 1, seq);
    statement_bind_blob(&write, 2, "head", 4);
    return statement_run(&write);
}

static int64_t count_entries(struct desk *desk)
{
    struct statement read;
    statement_begin_sql(&read, &desk->database, "SELECT count(*) FROM entry", &desk->failure);
    int64_t count = statement_next(&read) ? sqlite3_column_int64(read.row, 0) : -1;
    assert_int_equal(statement_end(&read, REASON_DONE), REASON_DONE);
    return count;
}

static void begin_range(struct statement *read, struct desk *desk)
{
    statement_begin(read, &desk->database, STATEMENT_ENTRY_RANGE, &desk->failure);
    statement_bind_integer(read, 1, 0);
    statement_bind_integer(read, 2, 100);
}

/* What was bound is what is written, each time anew. */
static void test_rows_are_written_and_read(void **state)
{
    struct desk *desk = *state;
    struct statement read;
    assert_int_equal(write_entry(desk, 7), REASON_DONE);
    assert_int_equal(write_entry(desk, 8), REASON_DONE);
    begin_range(&read, desk);
    for (int64_t seq = 7; seq <= 8; seq++) {
        size_t size;
        assert_true(statement_next(&read));
        assert_int_equal(sqlite3_column_int64(read.row, 0), seq);
        assert_memory_equal(statement_column(read.row, 1, 1, 4, &size), "head", 4);
        assert_int_equal(size, 4);
        assert_null(statement_column(read.row, 1, 5, 9, &size));
        assert_null(statement_column(read.row, 1, 1, 3, &size));
        assert_null(statement_column(read.row, 0, 1, 9, &size));
    }
    assert_false(statement_next(&read));
    assert_int_equal(statement_end(&read, REASON_DONE), REASON_DONE);
}

/* The entry would get a number that nobody gave it. */
static void test_L1_what_could_not_be_bound_is_not_written(void **state)
{
    struct desk *desk = *state;
    struct statement write;
    statement_begin(&write, &desk->database, STATEMENT_ENTRY_WRITE, &desk->failure);
    statement_bind_integer(&write, 3, 7);
    statement_bind_blob(&write, 2, "head", 4);
    assert_int_equal(statement_run(&write), REASON_STORE_ERROR);
    assert_non_null(strstr(desk->failure.detail, "bind"));
    assert_int_equal(count_entries(desk), 0);
    assert_int_equal(write_entry(desk, 7), REASON_DONE); /* the next run begins without the failure */
}

/* One step more would begin anew, and give the rows twice. */
static void test_the_end_stays_the_end(void **state)
{
    struct desk *desk = *state;
    struct statement read;
    assert_int_equal(write_entry(desk, 7), REASON_DONE);
    begin_range(&read, desk);
    assert_true(statement_next(&read));
    for (int i = 0; i < 3; i++)
        assert_false(statement_next(&read));
    assert_int_equal(statement_end(&read, REASON_DONE), REASON_DONE);
}

/* The caller's reason is told where the statement has none; the statement's wins, since it came first. */
static void test_the_end_tells_what_failed(void **state)
{
    struct desk *desk = *state;
    struct statement read;
    begin_range(&read, desk);
    assert_int_equal(statement_end(&read, REASON_ENTRY_BROKEN), REASON_ENTRY_BROKEN);
    assert_int_equal(write_entry(desk, 7), REASON_DONE);
    assert_int_equal(write_entry(desk, 7), REASON_STORE_ERROR);
    assert_non_null(strstr(desk->failure.detail, "UNIQUE"));
    statement_begin_sql(&read, &desk->database, "SELECT nothing FROM entry", &desk->failure);
    assert_false(statement_next(&read));
    assert_int_equal(statement_end(&read, REASON_ENTRY_BROKEN), REASON_STORE_ERROR);
}

/* A reading that is left in the middle keeps no snapshot, and none of what was bound. */
static void test_a_reading_that_is_left_is_over(void **state)
{
    struct desk *desk = *state;
    struct statement read;
    assert_int_equal(write_entry(desk, 7), REASON_DONE);
    begin_range(&read, desk);
    assert_true(statement_next(&read));
    assert_true(sqlite3_stmt_busy(desk->database.statements[STATEMENT_ENTRY_RANGE]));
    statement_end(&read, REASON_DONE);
    assert_false(sqlite3_stmt_busy(desk->database.statements[STATEMENT_ENTRY_RANGE]));
    statement_begin(&read, &desk->database, STATEMENT_ENTRY_RANGE, &desk->failure);
    assert_false(statement_next(&read)); /* within NULL and NULL there is nothing */
    statement_end(&read, REASON_DONE);
}

static void test_without_a_connection_there_is_nothing_to_run(void **state)
{
    struct desk *desk = *state;
    struct statement read;
    database_disconnect(&desk->database);
    begin_range(&read, desk);
    assert_false(statement_next(&read));
    assert_int_equal(statement_end(&read, REASON_DONE), REASON_STORE_ERROR);
    assert_int_equal(statement_act(&desk->database, STATEMENT_COMMIT, &desk->failure), REASON_STORE_ERROR);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_rows_are_written_and_read),
        TEST(test_L1_what_could_not_be_bound_is_not_written),
        TEST(test_the_end_stays_the_end),
        TEST(test_the_end_tells_what_failed),
        TEST(test_a_reading_that_is_left_is_over),
        TEST(test_without_a_connection_there_is_nothing_to_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
