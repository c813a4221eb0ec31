#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>

#include "base/failure.h"
#include "base/finger.h"

/* A failure's line names the thing, the reason, the detail and what to do. */
static void test_line_names_thing_reason_and_remedy(void **state)
{
    (void)state;
    struct failure failure = {0};
    enum reason reason = failure_set(&failure, REASON_DISK_FULL, "journal", "%d bytes of %d", 10, 20);
    assert_int_equal(reason, REASON_DISK_FULL);
    char line[256];
    assert_string_equal(failure_line(&failure, line, sizeof line),
        "journal: no space left on the device: 10 bytes of 20; free space, then try again");
}

/* Text longer than its place is cut, never written beyond it. */
static void test_long_text_is_cut(void **state)
{
    (void)state;
    char long_text[1000];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    struct failure failure;
    failure_set(&failure, REASON_BAD_VALUE, long_text, "%s", long_text);
    assert_int_equal(strlen(failure.subject), sizeof failure.subject - 1);
    assert_int_equal(strlen(failure.detail), sizeof failure.detail - 1);
    char line[16];
    failure_line(&failure, line, sizeof line);
    assert_int_equal(strlen(line), sizeof line - 1);
}

/* Each code has a name, a text, an exit code and an HTTP status; one out of range is an internal error. */
static void test_every_code_has_its_words(void **state)
{
    (void)state;
    for (int i = 0; i < REASON_COUNT; i++) {
        assert_true(strlen(reason_name((enum reason)i)) > 0);
        assert_true(strlen(reason_text((enum reason)i)) > 0);
        assert_non_null(reason_remedy((enum reason)i));
        assert_in_range(reason_http_status((enum reason)i), 200, 599);
    }
    assert_int_equal(reason_exit_code(REASON_DONE), 0);
    assert_int_equal(reason_exit_code(REASON_TRUNCATED), 65);
    assert_int_equal(reason_exit_code(REASON_DAEMON_NOT_REACHABLE), 69);
    assert_int_equal(reason_exit_code(REASON_NOT_PERMITTED), 77);
    assert_int_equal(reason_exit_code(REASON_CONFIGURATION_BAD), 78);
    assert_int_equal(reason_exit_code(REASON_ENTRY_BROKEN), 1);
    assert_string_equal(reason_name((enum reason)9999), "INTERNAL_ERROR");
}

/* "no such file: open: No such file or directory" would say it twice. */
static void test_what_the_reason_says_the_system_does_not_say_again(void **state)
{
    (void)state;
    static const struct {
        int error;
        const char *line, *what;
    } rows[] = {
        {ENOENT, "a: no such file or folder", "no such file or folder"},
        {ENOTDIR, "a: no such file or folder: open: Not a directory",
            "no such file or folder: open: Not a directory"},
        {EACCES, "a: not permitted: open", "not permitted: open"},
        {EPERM, "a: not permitted: open", "not permitted: open"},
        {ENOSPC, "a: no space left on the device: open; free space, then try again",
            "no space left on the device: open"},
        {ENOMEM, "a: out of memory: open", "out of memory: open"},
        {EIO, "a: file operation failed: open: Input/output error",
            "file operation failed: open: Input/output error"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct failure failure = {0};
        char line[700], what[FAILURE_WHAT_SIZE];
        (void)failure_set_errno(&failure, rows[i].error, "a", "open");
        assert_string_equal(failure_line(&failure, line, sizeof line), rows[i].line);
        assert_string_equal(failure_what(&failure, what), rows[i].what);
    }
}

static void test_errno_picks_the_reason(void **state)
{
    (void)state;
    struct failure failure;
    assert_int_equal(failure_set_errno(&failure, ENOSPC, "a", "write"), REASON_DISK_FULL);
    assert_int_equal(failure_set_errno(&failure, ENOENT, "a", "open"), REASON_FILE_NOT_FOUND);
    assert_int_equal(failure_set_errno(&failure, EACCES, "a", "open"), REASON_NOT_PERMITTED);
    assert_int_equal(failure_set_errno(&failure, EIO, "a", "read"), REASON_FILE_ERROR);
    assert_string_equal(failure.detail, "read: Input/output error");
}

static void test_finger_names_round_trip(void **state)
{
    (void)state;
    for (int i = 0; i < FINGER_POSITION_COUNT; i++) {
        enum finger_position position;
        assert_true(finger_position_parse(finger_position_name((enum finger_position)i), &position));
        assert_int_equal(position, i);
    }
    enum finger_position position = FINGER_LEFT_RING;
    assert_false(finger_position_parse("nose", &position));
    assert_int_equal(position, FINGER_UNKNOWN);
    assert_string_equal(finger_position_name((enum finger_position)99), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line_names_thing_reason_and_remedy),
        cmocka_unit_test(test_long_text_is_cut),
        cmocka_unit_test(test_every_code_has_its_words),
        cmocka_unit_test(test_errno_picks_the_reason),
        cmocka_unit_test(test_what_the_reason_says_the_system_does_not_say_again),
        cmocka_unit_test(test_finger_names_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
