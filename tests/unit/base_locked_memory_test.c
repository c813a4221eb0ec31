#include "tests/unit/unit.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/capability.h>
#include <sys/syscall.h>

#include "base/locked_memory.h"

static struct failure failure;

/* The sanitizers replace mlock by a call that does nothing. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static const bool locks = false;
#else
static const bool locks = true;
#endif

/* The kernel's flags of the mapping that holds address, or "". */
static void flags_of(const void *address, char *flags, size_t size)
{
    FILE *file = fopen("/proc/self/smaps", "r");
    assert_non_null(file);
    char line[512];
    bool here = false;
    flags[0] = '\0';
    while (fgets(line, sizeof line, file) != NULL) {
        unsigned long start, end;
        if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
            here = (unsigned long)address >= start && (unsigned long)address < end;
        else if (here && strncmp(line, "VmFlags:", 8) == 0)
            snprintf(flags, size, "%s", line + 8);
    }
    fclose(file);
}

/* The kernel says of the region: locked (lo), not dumped (dd), wiped on fork (wf). Of one key and of 64 MB. */
static void test_T1_region_is_locked_and_not_dumped(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 32, 4096, 4097, (size_t)64 << 20};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct locked_memory memory;
        enum reason reason = locked_memory_init(&memory, sizes[i], &failure);
        if (reason != REASON_DONE && sizes[i] > 4097) {
            print_message("# skipped: this user's RLIMIT_MEMLOCK is too small for %zu bytes\n", sizes[i]);
            continue;
        }
        assert_int_equal(reason, REASON_DONE);
        assert_int_equal(memory.size, sizes[i]);
        char flags[512];
        flags_of(memory.bytes, flags, sizeof flags);
        assert_true(!locks || strstr(flags, " lo") != NULL);
        assert_non_null(strstr(flags, " dd"));
        assert_non_null(strstr(flags, " wf"));
        const uint8_t *bytes = memory.bytes;
        assert_int_equal(bytes[0] | bytes[sizes[i] - 1], 0);
        memset(memory.bytes, 0x5a, memory.size);
        locked_memory_wipe(&memory);
        assert_int_equal(bytes[0] | bytes[sizes[i] - 1], 0);
        locked_memory_finish(&memory);
        assert_null(memory.bytes);
    }
}

/* A9: what is only announced takes nothing; what has come stays where it is while more comes, and counts. */
static void test_A9_a_region_grows_in_place(void **state)
{
    (void)state;
    struct locked_memory memory;
    char flags[512];
    size_t before = locked_memory_total();
    assert_int_equal(locked_memory_reserve(&memory, (size_t)64 << 20, &failure), REASON_DONE);
    assert_int_equal(locked_memory_total(), before);
    assert_int_equal(memory.size, 0);
    const uint8_t *bytes = memory.bytes;
    assert_int_equal(locked_memory_grow(&memory, 5000, 0, &failure), REASON_DONE);
    assert_int_equal(locked_memory_total(), before + 8192);
    memset(memory.bytes, 0x5a, 5000);
    assert_int_equal(locked_memory_grow(&memory, 70000, 0, &failure), REASON_DONE);
    assert_ptr_equal(memory.bytes, bytes);
    assert_int_equal(memory.size, 70000);
    assert_int_equal(bytes[4999], 0x5a);
    assert_int_equal(bytes[5000] | bytes[69999], 0);
    flags_of(bytes + 69999, flags, sizeof flags);
    assert_true(!locks || strstr(flags, " lo") != NULL);
    assert_non_null(strstr(flags, " dd"));
    assert_non_null(strstr(flags, " wf"));
    assert_int_equal(locked_memory_grow(&memory, 69999, 0, &failure), REASON_BAD_ARGUMENT);
    assert_int_equal(locked_memory_grow(&memory, ((size_t)64 << 20) + 1, 0, &failure), REASON_BAD_ARGUMENT);
    locked_memory_finish(&memory);
    assert_int_equal(locked_memory_total(), before);
    assert_int_equal(locked_memory_grow(&memory, 1, 0, &failure), REASON_BAD_ARGUMENT);
}

static void test_T1_a_child_sees_nothing(void **state)
{
    (void)state;
    struct locked_memory memory;
    assert_int_equal(locked_memory_init(&memory, 32, &failure), REASON_DONE);
    memset(memory.bytes, 0x5a, 32);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(((const uint8_t *)memory.bytes)[7] == 0 ? 0 : 1);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(((const uint8_t *)memory.bytes)[7], 0x5a);
    locked_memory_finish(&memory);
}

static bool limit_to(size_t bytes)
{
    const struct rlimit little = {.rlim_cur = bytes, .rlim_max = bytes};
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {0};
    return setrlimit(RLIMIT_MEMLOCK, &little) == 0 && syscall(SYS_capset, &header, none) == 0;
}

/* What a child, which has nothing locked yet, finds; 0 is as it should be. */
static int found_by_a_child(int (*find)(void))
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(find());
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int lock_without_the_right(void)
{
    struct locked_memory memory;
    struct failure refused = {0};
    if (!limit_to(16384))
        return 2;
    if (locked_memory_init(&memory, 1 << 20, &refused) != REASON_MEMLOCK_LIMIT || memory.bytes != NULL)
        return 3;
    if (strstr(refused.detail, "the limit is 16384") == NULL)
        return 4;
    /* What fits the limit still works. */
    if (locked_memory_init(&memory, 32, &refused) != REASON_DONE)
        return 5;
    /* What must leave something to others doesn't get it. */
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (locked_memory_left() + page != 16384 || locked_memory_limit() != 16384)
        return 6;
    locked_memory_finish(&memory);
    if (locked_memory_left() != 16384 || locked_memory_cost(1) != page)
        return 7;
    if (locked_memory_init_keeping(&memory, page, 16384 - page + 1, &refused) != REASON_MEMLOCK_LIMIT)
        return 8;
    if (locked_memory_init_keeping(&memory, page, 16384 - page, &refused) != REASON_DONE)
        return 9;
    locked_memory_finish(&memory);
    if (locked_memory_left() != 16384)
        return 10;
    /* What grows stays as large as it was where there is no more. */
    if (locked_memory_reserve(&memory, 1 << 20, &refused) != REASON_DONE ||
        locked_memory_grow(&memory, page, 0, &refused) != REASON_DONE)
        return 11;
    if (locked_memory_grow(&memory, 2 * page, 16384 - 2 * page + 1, &refused) != REASON_MEMLOCK_LIMIT ||
        locked_memory_grow(&memory, 16384 + 1, 0, &refused) != REASON_MEMLOCK_LIMIT)
        return 12;
    if (memory.size != page || locked_memory_left() != 16384 - page)
        return 13;
    locked_memory_finish(&memory);
    return locked_memory_left() == 16384 ? 0 : 14;
}

/* A process without the right and with a small limit gets an error that says what to raise, no silent swap. */
static void test_T1_not_lockable_is_an_error(void **state)
{
    (void)state;
    if (!locks) {
        print_message("# skipped: the sanitizer replaces mlock\n");
        return;
    }
    assert_int_equal(found_by_a_child(lock_without_the_right), 0);
}

/* What is locked is counted in whole pages, and not where it could not be locked. */
static void test_A8_locked_memory_is_counted(void **state)
{
    (void)state;
    struct locked_memory one, other;
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), before = locked_memory_total();
    assert_int_equal(locked_memory_init(&one, 1, &failure), REASON_DONE);
    assert_int_equal(locked_memory_init(&other, page + 1, &failure), REASON_DONE);
    assert_int_equal(locked_memory_total(), before + 3 * page);
    struct locked_memory none;
    assert_int_equal(locked_memory_init(&none, SIZE_MAX / 4, &failure), REASON_NO_MEMORY);
    locked_memory_finish(&one);
    locked_memory_finish(&other);
    assert_int_equal(locked_memory_total(), before);
}

/* A small region that was released comes back zeroed, as locked and guarded as a new one; a forked child gets none of them. */
static void test_T1_a_kept_region_is_like_a_new_one(void **state)
{
    (void)state;
    const size_t size = 5000;
    for (int round = 0; round < 3; round++) {
        struct locked_memory memory;
        char flags[512];
        assert_int_equal(locked_memory_init(&memory, size, &failure), REASON_DONE);
        const uint8_t *bytes = memory.bytes;
        for (size_t i = 0; i < 8192; i++)
            assert_int_equal(bytes[i], 0);
        flags_of(memory.bytes, flags, sizeof flags);
        assert_true(!locks || strstr(flags, " lo") != NULL);
        assert_non_null(strstr(flags, " dd"));
        memset(memory.bytes, 0x5a, 8192); /* also what lies behind its size */
        locked_memory_finish(&memory);
    }
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct locked_memory memory;
        char flags[512] = "";
        bool made = locked_memory_init(&memory, size, NULL) == REASON_DONE;
        if (made)
            flags_of(memory.bytes, flags, sizeof flags);
        _exit(made && (!locks || strstr(flags, " lo") != NULL) ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* What is kept is nobody's: it does not count, and is given back to who needs the room. */
static void test_A8_kept_regions_do_not_count(void **state)
{
    (void)state;
    struct locked_memory many[64], large;
    size_t before = locked_memory_total();
    for (size_t i = 0; i < 64; i++)
        assert_int_equal(locked_memory_init(&many[i], 8192, &failure), REASON_DONE);
    for (size_t i = 0; i < 64; i++)
        locked_memory_finish(&many[i]);
    assert_int_equal(locked_memory_total(), before);
    size_t left = locked_memory_left();
    if (left == SIZE_MAX || left < 16384)
        return;
    assert_int_equal(locked_memory_init(&large, left - 8192, &failure), REASON_DONE);
    locked_memory_finish(&large);
}

#define MIB ((size_t)1 << 20)

/* As the kernel counts it: what is kept, too. */
static size_t really_locked(void)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[256];
    unsigned long kib = 0;
    while (file != NULL && fgets(line, sizeof line, file) != NULL && sscanf(line, "VmLck: %lu kB", &kib) != 1)
        ;
    if (file != NULL)
        fclose(file);
    return (size_t)kib << 10;
}

static bool hold_and_release(size_t size)
{
    struct locked_memory memory;
    if (locked_memory_init(&memory, size, NULL) != REASON_DONE)
        return false;
    memset(memory.bytes, 0x5a, size);
    locked_memory_finish(&memory);
    return true;
}

static int reuse_a_large_region(void)
{
    struct locked_memory memory;
    if (!hold_and_release(3 * MIB) || really_locked() != 3 * MIB)
        return 2;
    if (locked_memory_init(&memory, 3 * MIB, NULL) != REASON_DONE || really_locked() != 3 * MIB)
        return 3;
    const uint8_t *bytes = memory.bytes;
    for (size_t i = 0; i < 3 * MIB; i++)
        if (bytes[i] != 0)
            return 4;
    locked_memory_finish(&memory);
    return 0;
}

static int give_a_large_region_back(void)
{
    struct locked_memory memory;
    if (!limit_to(8 * MIB) || !hold_and_release(6 * MIB) || really_locked() != 6 * MIB)
        return 2;
    if (locked_memory_left() != 8 * MIB)
        return 3;
    /* Of another size, and with it more than the limit. */
    if (locked_memory_init_keeping(&memory, 5 * MIB, 3 * MIB, NULL) != REASON_DONE)
        return 4;
    return really_locked() == 5 * MIB ? 0 : 5;
}

static int keep_a_few_large_regions(void)
{
    static const size_t sizes[] = {8 * MIB, 7 * MIB, 6 * MIB, 5 * MIB};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (!hold_and_release(sizes[i]))
            return 77;
    /* The oldest had to go. */
    if (really_locked() != 18 * MIB)
        return 2;
    /* A picture of a whole hand does not stay. */
    if (!hold_and_release(16 * MIB) || really_locked() != 18 * MIB)
        return 3;
    return 0;
}

/* Two at a time never need more than the limit, but what is kept between would be too much. */
static void *take_turns(void *first)
{
    static const size_t sizes[] = {4 * MIB, 3 * MIB, 2 * MIB};
    size_t turn = *(size_t *)first;
    for (int i = 0; i < 300; i++, turn++)
        if (!hold_and_release(sizes[turn % 3]))
            return first;
    return NULL;
}

static int take_turns_under_a_limit(void)
{
    pthread_t thread;
    size_t one = 0, other = 1;
    void *failed;
    if (!limit_to(8 * MIB) || pthread_create(&thread, NULL, take_turns, &one) != 0)
        return 2;
    if (take_turns(&other) != NULL)
        return 3;
    return pthread_join(thread, &failed) == 0 && failed == NULL && locked_memory_total() == 0 ? 0 : 4;
}

/* What extraction works in, sample after sample: kept wiped, in bounds, and never in the way of somebody who needs the room. */
static void test_A8_large_regions_are_kept_where_there_is_room(void **state)
{
    (void)state;
    if (!locks) {
        print_message("# skipped: with a sanitizer nothing is kept\n");
        return;
    }
    assert_int_equal(found_by_a_child(reuse_a_large_region), 0);
    assert_int_equal(found_by_a_child(give_a_large_region_back), 0);
    assert_int_equal(found_by_a_child(take_turns_under_a_limit), 0);
    int found = found_by_a_child(keep_a_few_large_regions);
    if (found == 77)
        print_message("# skipped: this user's RLIMIT_MEMLOCK is too small\n");
    else
        assert_int_equal(found, 0);
}

static void test_absurd_sizes_are_refused(void **state)
{
    (void)state;
    struct locked_memory memory;
    assert_int_equal(locked_memory_init(&memory, 0, &failure), REASON_BAD_ARGUMENT);
    assert_int_equal(locked_memory_init(&memory, SIZE_MAX, &failure), REASON_BAD_ARGUMENT);
    assert_int_equal(locked_memory_init(&memory, SIZE_MAX / 4, &failure), REASON_NO_MEMORY);
    assert_null(memory.bytes);
    locked_memory_wipe(&memory);
    locked_memory_finish(&memory);
}

/* A write beyond either end of whole pages stops the process instead of reaching other memory. */
static void test_guard_pages(void **state)
{
    (void)state;
    struct locked_memory memory;
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    assert_int_equal(locked_memory_init(&memory, page, &failure), REASON_DONE);
    /* write() from memory that may not be read says EFAULT instead of a signal. */
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(write(pipes[1], memory.bytes, 1), 1);
    assert_int_equal(write(pipes[1], (const uint8_t *)memory.bytes + page, 1), -1);
    assert_int_equal(errno, EFAULT);
    assert_int_equal(write(pipes[1], (const uint8_t *)memory.bytes - 1, 1), -1);
    assert_int_equal(errno, EFAULT);
    close(pipes[0]);
    close(pipes[1]);
    locked_memory_finish(&memory);
}

static void test_T1_core_dumps_are_forbidden(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit limit = {.rlim_cur = 1, .rlim_max = 1};
        bool forbidden = process_forbid_core_dumps(NULL) == REASON_DONE && prctl(PR_GET_DUMPABLE) == 0 &&
                         getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0 && limit.rlim_max == 0;
        _exit(forbidden ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void test_T1_wiping(void **state)
{
    (void)state;
    char secret[16] = "secret";
    memory_wipe(secret, sizeof secret);
    for (size_t i = 0; i < sizeof secret; i++)
        assert_int_equal(secret[i], 0);
    memory_wipe(NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_T1_region_is_locked_and_not_dumped),
        cmocka_unit_test(test_A9_a_region_grows_in_place),
        cmocka_unit_test(test_T1_a_child_sees_nothing),
        cmocka_unit_test(test_T1_not_lockable_is_an_error),
        cmocka_unit_test(test_A8_locked_memory_is_counted),
        cmocka_unit_test(test_T1_a_kept_region_is_like_a_new_one),
        cmocka_unit_test(test_A8_kept_regions_do_not_count),
        cmocka_unit_test(test_A8_large_regions_are_kept_where_there_is_room),
        cmocka_unit_test(test_absurd_sizes_are_refused),
        cmocka_unit_test(test_guard_pages),
        cmocka_unit_test(test_T1_core_dumps_are_forbidden),
        cmocka_unit_test(test_T1_wiping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
