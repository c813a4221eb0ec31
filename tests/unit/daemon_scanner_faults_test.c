#include "tests/support/scanner_pool_fixture.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct scanner_info info_of(const struct fixture *fixture)
{
    struct scanner_info info;
    assert_true(scanner_pool_find(fixture->pool, READER_ID, &info));
    return info;
}

/* A reader that works again shows no failure as if it were present; what it last had stands apart. */
static void test_A6_reader_that_is_ready_again_has_no_failure(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture, "reader-dies-in-capture");
    RUN_UNTIL(&fixture, state_of(&fixture) == SCANNER_STATE_READY);
    assert_int_equal(info_of(&fixture).last_failure.reason, REASON_DONE);
    ask(&fixture);
    RUN_UNTIL(&fixture, fixture.answers == 1);
    assert_int_equal(info_of(&fixture).failure.reason, REASON_SCANNER_FAILED);
    RUN_UNTIL(&fixture, restarts_of(&fixture) == 1 && state_of(&fixture) == SCANNER_STATE_READY);
    RUN_UNTIL(&fixture, fixture.last.state == SCANNER_STATE_READY);
    assert_int_equal(fixture.last.failure.reason, REASON_DONE);
    const struct scanner_info info = info_of(&fixture);
    assert_int_equal(info.failure.reason, REASON_DONE);
    assert_int_equal(info.last_failure.reason, REASON_SCANNER_FAILED);
    assert_non_null(strstr(info.last_failure.detail, "signal 9"));
    tear_down(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_A6_reader_that_is_ready_again_has_no_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
