#include "tests/support/scanner_pool_fixture.h"

#include <jansson.h>
#include <stdlib.h>

#include "daemon/api/scanner_json.h"

/* After so many allocations each further one fails; a negative number: none does. */
static long allocations_left = -1;

static void *limited_malloc(size_t size)
{
    if (allocations_left == 0)
        return NULL;
    allocations_left -= allocations_left > 0;
    return malloc(size);
}

/* However little memory there is: what is shown says all, or it is not there. */
static void check_whole_or_nothing(
    json_t *(*show)(const struct workers *workers), const struct workers *workers)
{
    json_t *whole = show(workers), *shown = NULL;
    assert_non_null(whole);
    for (long successes = 0; shown == NULL; successes++) {
        allocations_left = successes;
        shown = show(workers);
        bool needed_all = allocations_left == 0;
        allocations_left = -1;
        assert_true(successes > 0 || shown == NULL);
        assert_true(shown != NULL || needed_all);
    }
    assert_true(json_equal(shown, whole));
    json_decref(shown);
    json_decref(whole);
}

static json_t *show_first(const struct workers *workers)
{
    struct scanner_info info;
    assert_true(scanner_pool_get(workers->scanners, 0, &info));
    return scanner_json(&info);
}

/* A reader that is missing from the list for want of memory would be "no reader". */
static void test_A6_readers_are_shown_all_or_not_at_all(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, "reader-exits-at-once");
    RUN_UNTIL(&fixture, state_of(&fixture) == SCANNER_STATE_FAILED);
    const struct workers workers = {.scanners = fixture.pool};
    json_t *reader = show_first(&workers);
    assert_string_equal(json_string_value(json_object_get(reader, "scanner")), READER_ID);
    assert_string_equal(json_string_value(json_object_get(reader, "reason")), "SCANNER_FAILED");
    json_decref(reader);
    check_whole_or_nothing(show_first, &workers);
    check_whole_or_nothing(scanner_watcher_json, &workers);
    tear_down(&fixture);
}

/* Nobody is to look: that is neither a watcher that works nor one that fails. */
static void test_A6_without_a_pool_nobody_looks(void **state)
{
    (void)state;
    const struct workers workers = {0};
    json_t *watcher = scanner_watcher_json(&workers);
    assert_true(json_is_null(watcher));
    json_decref(watcher);
}

static int limit_memory(void **state)
{
    (void)state;
    json_set_alloc_funcs(limited_malloc, free);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_A6_readers_are_shown_all_or_not_at_all),
        cmocka_unit_test(test_A6_without_a_pool_nobody_looks),
    };
    return cmocka_run_group_tests(tests, limit_memory, NULL);
}
