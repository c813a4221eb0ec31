#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <signal.h>
#include <unistd.h>

#include "base/file.h"

struct fixture {
    char folder[64];
    char path[128];
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    if (fixture == NULL)
        return -1;
    snprintf(fixture->folder, sizeof fixture->folder, "/tmp/kordon-file-test.XXXXXX");
    if (mkdtemp(fixture->folder) == NULL)
        return -1;
    snprintf(fixture->path, sizeof fixture->path, "%s/file", fixture->folder);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    unlink(fixture->path);
    int outcome = rmdir(fixture->folder);
    free(fixture);
    return outcome;
}

/* What was written is read back whole, with the permissions asked for, and a second write replaces it. */
static void test_write_then_read(void **state)
{
    struct fixture *fixture = *state;
    struct failure failure = {0};
    for (int round = 0; round < 2; round++) {
        const char *text = round == 0 ? "first text" : "second";
        assert_int_equal(file_write(fixture->path, text, strlen(text), 0600, &failure), REASON_DONE);
        uint8_t *bytes;
        size_t size;
        assert_int_equal(file_read(fixture->path, 100, &bytes, &size, &failure), REASON_DONE);
        assert_int_equal(size, strlen(text));
        assert_string_equal((char *)bytes, text);
        free(bytes);
    }
    struct stat status;
    assert_int_equal(stat(fixture->path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
}

/* Within an open folder, wherever that has gone meanwhile; what a crash left is in nobody's way, and no link is followed. */
static void test_write_then_read_in_a_folder(void **state)
{
    struct fixture *fixture = *state;
    struct failure failure = {0};
    char moved[96], left[160];
    uint8_t *bytes;
    size_t size;
    int folder = open(fixture->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(folder >= 0);
    snprintf(left, sizeof left, "%s.new", fixture->path);
    assert_int_equal(symlink("elsewhere", left), 0);
    snprintf(moved, sizeof moved, "%s.moved", fixture->folder);
    assert_int_equal(rename(fixture->folder, moved), 0);
    assert_int_equal(file_write_in(folder, fixture->path, "text", 4, 0644, &failure), REASON_DONE);
    assert_int_equal(file_read_in(folder, fixture->path, 100, &bytes, &size, &failure), REASON_DONE);
    assert_string_equal((char *)bytes, "text");
    free(bytes);
    assert_int_equal(rename(moved, fixture->folder), 0);
    assert_int_not_equal(access(left, F_OK), 0);
    assert_int_equal(symlink("file", left), 0);
    assert_int_equal(file_read_in(folder, left, 100, &bytes, &size, &failure), REASON_FILE_ERROR);
    assert_non_null(strstr(failure.detail, "symbolic link"));
    unlink(left);
    close(folder);
}

/* A new file has its mode, nothing that is there is replaced or followed, and what failed leaves nothing. */
static void test_a_new_file_takes_no_other_ones_place(void **state)
{
    struct fixture *fixture = *state;
    struct failure failure = {0};
    struct stat status;
    char link[160];
    int folder = open(fixture->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(folder >= 0);
    assert_int_equal(file_create_in(folder, fixture->path, "text", 4, 0600, &failure), REASON_DONE);
    assert_int_equal(stat(fixture->path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(status.st_size, 4);
    assert_int_equal(file_create_in(folder, fixture->path, "x", 1, 0644, &failure), REASON_OUTPUT_EXISTS);
    assert_int_equal(stat(fixture->path, &status), 0);
    assert_int_equal(status.st_size, 4);
    snprintf(link, sizeof link, "%s.link", fixture->path);
    assert_int_equal(symlink("elsewhere", link), 0);
    assert_int_equal(file_create_in(folder, link, "x", 1, 0600, &failure), REASON_OUTPUT_EXISTS);
    unlink(link);
    struct rlimit before, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = (struct rlimit){.rlim_cur = 2, .rlim_max = before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    enum reason reason = file_create_in(folder, link, "longer", 6, 0600, &failure);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(reason, REASON_FILE_ERROR);
    assert_int_not_equal(access(link, F_OK), 0);
    close(folder);
}

/* Absent files, folders and files above the limit are refused, each with its own reason. */
static void test_read_refuses(void **state)
{
    struct fixture *fixture = *state;
    struct failure failure = {0};
    uint8_t *bytes;
    size_t size;
    assert_int_equal(file_read(fixture->path, 100, &bytes, &size, &failure), REASON_FILE_NOT_FOUND);
    assert_null(bytes);
    assert_int_equal(file_read(fixture->folder, 100, &bytes, &size, &failure), REASON_FILE_ERROR);
    assert_int_equal(file_write(fixture->path, "12345", 5, 0600, &failure), REASON_DONE);
    assert_int_equal(file_read(fixture->path, 4, &bytes, &size, &failure), REASON_TOO_LARGE);
    assert_int_equal(file_read(fixture->path, 5, &bytes, &size, &failure), REASON_DONE);
    free(bytes);
}

/* A write that the system cuts short leaves the old file as it was, and no temporary file beside it. */
static void test_failed_write_keeps_the_old_file(void **state)
{
    struct fixture *fixture = *state;
    struct failure failure = {0};
    assert_int_equal(file_write(fixture->path, "old", 3, 0600, &failure), REASON_DONE);
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit small = {.rlim_cur = 10, .rlim_max = before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    enum reason reason = file_write(fixture->path, "a longer new text", 17, 0600, &failure);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(reason, REASON_FILE_ERROR);
    uint8_t *bytes;
    size_t size;
    assert_int_equal(file_read(fixture->path, 100, &bytes, &size, &failure), REASON_DONE);
    assert_string_equal((char *)bytes, "old");
    free(bytes);
}

static void test_write_into_no_folder(void **state)
{
    (void)state;
    struct failure failure = {0};
    assert_int_equal(file_write("/nonexistent-kordon/file", "x", 1, 0600, &failure), REASON_FILE_NOT_FOUND);
    assert_string_equal(failure.subject, "/nonexistent-kordon/file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_write_then_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_write_then_read_in_a_folder, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_new_file_takes_no_other_ones_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_read_refuses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_failed_write_keeps_the_old_file, set_up, tear_down),
        cmocka_unit_test(test_write_into_no_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
