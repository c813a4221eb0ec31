/* The disk that the fault tests stand on: what it fails, what it loses, and what it must keep. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/support/disk.h"

struct trees {
    char tree[64], cut[96];
};

static void path_in(const char *tree, const char *name, char path[static 128])
{
    snprintf(path, 128, "%s/%s", tree, name);
}

static int set_up(void **state)
{
    struct trees *trees = calloc(1, sizeof *trees);
    if (trees == NULL)
        return -1;
    snprintf(trees->tree, sizeof trees->tree, "/tmp/kordon-disk-test.XXXXXX");
    assert_non_null(mkdtemp(trees->tree));
    snprintf(trees->cut, sizeof trees->cut, "%s-cut", trees->tree);
    char path[128];
    path_in(trees->tree, "file", path);
    assert_int_equal(file_write(path, "old old old", 11, 0600, NULL), REASON_DONE);
    *state = trees;
    return 0;
}

static int tear_down(void **state)
{
    struct trees *trees = *state;
    disk_forget();
    disk_remove_tree(trees->tree);
    disk_remove_tree(trees->cut);
    free(trees);
    return 0;
}

static int open_file(const struct trees *trees, const char *name, int flags)
{
    char path[128];
    path_in(trees->tree, name, path);
    int fd = open(path, O_RDWR | O_CLOEXEC | flags, 0600);
    assert_true(fd >= 0);
    return fd;
}

static void sync_folder(const struct trees *trees)
{
    assert_int_equal(file_sync_folder(trees->tree, NULL), REASON_DONE);
}

/* What a cut at the end leaves in a file; NULL where the file is missing. The caller frees. */
static char *left(
    const struct trees *trees, const char *name, uint64_t seed, enum disk_cut_kind kind, size_t *size)
{
    char path[128];
    uint8_t *bytes;
    struct failure failure;
    disk_forget();
    disk_cut(disk_records(), seed, kind, trees->cut);
    path_in(trees->cut, name, path);
    return file_read(path, 1 << 20, &bytes, size, &failure) == REASON_DONE ? (char *)bytes : NULL;
}

static void assert_left(
    const struct trees *trees, const char *name, enum disk_cut_kind kind, const char *expected)
{
    size_t size;
    char *text = left(trees, name, 0, kind, &size);
    if (expected == NULL) {
        assert_null(text);
        return;
    }
    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}

/* --- Faults -------------------------------------------------------------------------------------------------- */

static void test_nth_write_fails_so_often(void **context)
{
    disk_watch(((struct trees *)*context)->tree, NULL);
    int fd = open_file(*context, "file", 0);
    disk_fail((struct disk_fault){.call = DISK_WRITE, .nth = 2, .times = 2, .error = ENOSPC});
    assert_int_equal(write(fd, "a", 1), 1);
    assert_int_equal(write(fd, "b", 1), -1);
    assert_int_equal(errno, ENOSPC);
    assert_int_equal(pwrite(fd, "c", 1, 0), -1);
    assert_int_equal(write(fd, "d", 1), 1);
    assert_int_equal(disk_calls(), 4);
    assert_int_equal(disk_hits(), 2);
    disk_mend();
    close(fd);
}

static void test_other_paths_are_left_alone(void **context)
{
    disk_watch(((struct trees *)*context)->tree, NULL);
    disk_fail((struct disk_fault){
        .call = DISK_ANY, .suffix = "-wal", .nth = 1, .times = DISK_FOREVER, .error = EIO});
    int fd = open_file(*context, "file", 0), outside = open("/dev/null", O_WRONLY | O_CLOEXEC);
    assert_int_equal(write(fd, "a", 1), 1);
    assert_int_equal(write(outside, "a", 1), 1);
    assert_int_equal(disk_calls(), 0);
    close(fd);
    close(outside);
}

/* A device that is gone is gone for every file and every call. */
static void test_fault_spreads(void **context)
{
    disk_watch(((struct trees *)*context)->tree, NULL);
    int fd = open_file(*context, "file", 0);
    disk_fail(
        (struct disk_fault){.call = DISK_SYNC, .suffix = "file", .nth = 2, .error = EIO, .spreads = true});
    assert_int_equal(write(fd, "a", 1), 1);
    assert_int_equal(fsync(fd), 0);
    assert_int_equal(fsync(fd), -1);
    assert_int_equal(write(fd, "a", 1), -1);
    assert_int_equal(fsync(fd), -1);
    disk_mend();
    assert_int_equal(write(fd, "a", 1), 1);
    close(fd);
}

/* The second fault is for what the code does about the first one. */
static void test_second_fault_counts_behind_the_first(void **context)
{
    disk_watch(((struct trees *)*context)->tree, NULL);
    int fd = open_file(*context, "file", 0);
    disk_fail((struct disk_fault){.call = DISK_SYNC, .nth = 1, .error = EIO});
    disk_fail_then((struct disk_fault){.call = DISK_ANY, .nth = 2, .error = ENOSPC});
    assert_int_equal(write(fd, "a", 1), 1);
    assert_int_equal(write(fd, "a", 1), 1);
    assert_int_equal(disk_calls(), 0);
    assert_int_equal(fsync(fd), -1);
    assert_int_equal(disk_hit_record(), 2);
    assert_int_equal(write(fd, "a", 1), 1);
    assert_int_equal(fsync(fd), -1);
    assert_int_equal(errno, ENOSPC);
    assert_int_equal(disk_hits(), 1);
    close(fd);
}

static void test_short_write_does_half(void **context)
{
    disk_watch(((struct trees *)*context)->tree, NULL);
    int fd = open_file(*context, "file", 0);
    disk_fail((struct disk_fault){
        .call = DISK_WRITE, .nth = 1, .times = DISK_FOREVER, .error = ENOSPC, .partly = true});
    assert_int_equal(write(fd, "abcdef", 6), 3);
    assert_int_equal(write(fd, "def", 3), -1);
    close(fd);
}

static void test_each_kind_of_call_fails(void **context)
{
    const struct trees *trees = *context;
    char path[128], other[128];
    path_in(trees->tree, "file", path);
    path_in(trees->tree, "other", other);
    disk_watch(trees->tree, NULL);
    int fd = open_file(trees, "file", 0);
    disk_fail((struct disk_fault){.call = DISK_ANY, .nth = 1, .times = DISK_FOREVER, .error = EIO});
    assert_int_equal(open(path, O_RDONLY | O_CLOEXEC), -1);
    assert_int_equal(fsync(fd), -1);
    assert_int_equal(fdatasync(fd), -1);
    assert_int_equal(ftruncate(fd, 0), -1);
    assert_int_equal(rename(path, other), -1);
    assert_int_equal(link(path, other), -1);
    assert_int_equal(unlink(path), -1);
    assert_int_equal(mkdir(other, 0700), -1);
    assert_int_equal(disk_hits(), 8);
    disk_fail((struct disk_fault){.call = DISK_READ, .nth = 1, .error = EIO});
    char byte;
    assert_int_equal(read(fd, &byte, 1), -1);
    assert_int_equal(read(fd, &byte, 1), 1);
    close(fd);
}

static void test_killed_before_the_call_is_done(void **context)
{
    disk_watch(((struct trees *)*context)->tree, NULL);
    pid_t child = fork();
    if (child == 0) {
        int fd = open_file(*context, "file", 0);
        disk_fail((struct disk_fault){.call = DISK_WRITE, .nth = 2, .kill = true});
        _exit(write(fd, "new", 3) == 3 && write(fd, "NEW", 3) == 3 ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), DISK_KILLED);
    char text[12] = "";
    int fd = open_file(*context, "file", 0);
    assert_int_equal(read(fd, text, 11), 11);
    assert_string_equal(text, "new old old");
    close(fd);
}

/* --- Cuts ---------------------------------------------------------------------------------------------------- */

static void test_only_what_was_synced_is_sure(void **context)
{
    disk_watch(((struct trees *)*context)->tree, NULL);
    int fd = open_file(*context, "file", 0);
    assert_int_equal(pwrite(fd, "new", 3, 0), 3);
    assert_int_equal(fdatasync(fd), 0);
    assert_int_equal(pwrite(fd, "NEW", 3, 4), 3);
    assert_int_equal(ftruncate(fd, 7), 0);
    close(fd);
    assert_left(*context, "file", DISK_CUT_LEAST, "new old old");
    assert_left(*context, "file", DISK_CUT_MOST, "new NEW");
}

/* The data of a failed sync is gone for good, though whoever reads the file sees it, and a later sync says all is well. */
static void test_failed_sync_loses_its_data(void **context)
{
    disk_watch(((struct trees *)*context)->tree, NULL);
    int fd = open_file(*context, "file", 0);
    assert_int_equal(pwrite(fd, "new", 3, 0), 3);
    disk_fail((struct disk_fault){.call = DISK_SYNC, .nth = 1, .error = EIO});
    assert_int_equal(fsync(fd), -1);
    assert_int_equal(fsync(fd), 0);
    char text[12] = "";
    assert_int_equal(pread(fd, text, 11, 0), 11);
    assert_string_equal(text, "new old old");
    close(fd);
    assert_left(*context, "file", DISK_CUT_MOST, "old old old");
}

static void test_new_name_needs_a_sync_of_its_folder(void **context)
{
    for (int ext4 = 0; ext4 < 2; ext4++) {
        disk_watch(((struct trees *)*context)->tree, &(struct disk_options){.names_follow_sync = ext4});
        char name[] = {'n', (char)('0' + ext4), 0};
        int fd = open_file(*context, name, O_CREAT);
        assert_int_equal(write(fd, "new", 3), 3);
        assert_int_equal(fsync(fd), 0);
        assert_left(*context, name, DISK_CUT_LEAST, ext4 ? "new" : NULL);
        close(fd);
    }
    disk_watch(((struct trees *)*context)->tree, NULL);
    int fd = open_file(*context, "n2", O_CREAT);
    sync_folder(*context);
    close(fd);
    assert_left(*context, "n2", DISK_CUT_LEAST, "");
}

/* A file written by rename is the old or the new one at every cut; the new one once the call is back. */
static void test_file_write_is_whole_at_every_cut(void **context)
{
    const struct trees *trees = *context;
    char path[128];
    path_in(trees->tree, "file", path);
    disk_watch(trees->tree, NULL);
    assert_int_equal(file_write(path, "the new text", 12, 0600, NULL), REASON_DONE);
    disk_forget();
    size_t olds = 0, news = 0;
    for (size_t record = 0; record <= disk_records(); record++)
        for (uint64_t seed = 0; seed < 20; seed++) {
            uint8_t *text;
            size_t size;
            disk_cut(record, seed, DISK_CUT_RANDOM, trees->cut);
            path_in(trees->cut, "file", path);
            assert_int_equal(file_read(path, 100, &text, &size, NULL), REASON_DONE);
            bool new = strcmp((char *)text, "the new text") == 0;
            assert_true(new || strcmp((char *)text, "old old old") == 0);
            assert_true(new || record < disk_records());
            olds += !new;
            news += new &&record < disk_records();
            free(text);
        }
    assert_true(olds > 0 && news > 0);
}

/* Without syncs the same comes out torn or old after it was said to be written: the model can tell. */
static void test_unsynced_file_write_is_found_out(void **context)
{
    const struct trees *trees = *context;
    char path[128];
    path_in(trees->tree, "file", path);
    disk_watch(trees->tree, &(struct disk_options){.syncs_do_nothing = true});
    assert_int_equal(file_write(path, "the new text", 12, 0600, NULL), REASON_DONE);
    size_t lost = 0;
    for (uint64_t seed = 0; seed < 50; seed++) {
        size_t size;
        char *text = left(trees, "file", seed, DISK_CUT_RANDOM, &size);
        lost += text == NULL || strcmp(text, "the new text") != 0;
        free(text);
    }
    assert_true(lost > 5);
}

/* A cut in the middle of three sectors keeps some, loses some and tears some. */
static void test_sectors_are_kept_lost_and_torn(void **context)
{
    static const uint8_t olds[1536], news[3] = {1, 1, 1};
    uint8_t bytes[1536];
    char path[128];
    path_in(((struct trees *)*context)->tree, "sectors", path);
    assert_int_equal(file_write(path, olds, sizeof olds, 0600, NULL), REASON_DONE);
    memset(bytes, news[0], sizeof bytes);
    disk_watch(((struct trees *)*context)->tree, NULL);
    int fd = open_file(*context, "sectors", 0);
    assert_int_equal(write(fd, bytes, sizeof bytes), sizeof bytes);
    close(fd);
    size_t kept = 0, lost = 0, torn = 0;
    for (uint64_t seed = 0; seed < 50; seed++) {
        size_t size;
        char *text = left(*context, "sectors", seed, DISK_CUT_RANDOM, &size);
        assert_int_equal(size, 1536);
        for (int sector = 0; sector < 3; sector++) {
            bool first = text[512 * sector] == 1, last = text[512 * sector + 511] == 1;
            kept += first && last;
            lost += !first && !last;
            torn += first && !last;
            assert_false(!first && last);
        }
        free(text);
    }
    assert_true(kept > 20 && lost > 20 && torn > 20);
}

static void see_mark(void *context, int id, const void *bytes, size_t size)
{
    assert_int_equal(size, 7);
    assert_memory_equal(bytes, "receipt", 7);
    *(int *)context += id;
}

static void test_marks_are_kept_in_order(void **context)
{
    disk_watch(((struct trees *)*context)->tree, NULL);
    disk_mark(1, "receipt", 7);
    close(open_file(*context, "new", O_CREAT));
    disk_mark(2, "receipt", 7);
    disk_forget();
    disk_mark(4, "too late", 8);
    int sum = 0;
    disk_marks(2, see_mark, &sum);
    assert_int_equal(sum, 1);
    disk_marks(disk_records(), see_mark, &sum);
    assert_int_equal(sum, 4);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_nth_write_fails_so_often),
        TEST(test_other_paths_are_left_alone),
        TEST(test_fault_spreads),
        TEST(test_second_fault_counts_behind_the_first),
        TEST(test_short_write_does_half),
        TEST(test_each_kind_of_call_fails),
        TEST(test_killed_before_the_call_is_done),
        TEST(test_only_what_was_synced_is_sure),
        TEST(test_failed_sync_loses_its_data),
        TEST(test_new_name_needs_a_sync_of_its_folder),
        TEST(test_file_write_is_whole_at_every_cut),
        TEST(test_unsynced_file_write_is_found_out),
        TEST(test_sectors_are_kept_lost_and_torn),
        TEST(test_marks_are_kept_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
