/* The mode where no more memory may be locked than what is kept for travellers: a look at prints changes nothing of it. */
#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/locked_memory.h"
#include "daemon/memory_need.h"
#include "json/memory.h"
#include "tests/support/disk.h"
#include "tests/unit/daemon_list_desk.h"

#define desk_mode (&desk->post.mode)

/* Not even by who may lock without a limit. */
static bool limit_left_to(size_t bytes)
{
    const size_t all = locked_memory_total() + bytes;
    const struct rlimit limit = {.rlim_cur = all, .rlim_max = all};
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {0};
    return setrlimit(RLIMIT_MEMLOCK, &limit) == 0 && syscall(SYS_capset, &header, none) == 0;
}

static bool is_short(void)
{
    mode_derive(desk_mode);
    return desk_mode->memory_short;
}

/* In a child, whose limit is nobody else's; 0: as it should be. */
static int look_with_what_is_needed(void)
{
    struct locked_memory looked_at;
    if (!limit_left_to(memory_kept()))
        return 2;
    if (locked_memory_left() != memory_kept())
        return 9;
    if (is_short())
        return 3;
    desk->post.looks = 1;
    if (locked_memory_init(&looked_at, memory_of_look() / 2, NULL) != REASON_DONE)
        return 4;
    if (is_short())
        return 5;
    desk->post.looks = 0;
    if (!is_short())
        return 6;
    desk->post.looks = 1;
    if (!is_short()) /* what is missing may be what is looked at: it stays as it was found last */
        return 7;
    locked_memory_finish(&looked_at);
    return is_short() ? 8 : 0;
}

/* Whoever looks again and again keeps nobody from seeing that more is missing than a look takes. */
static int look_where_more_is_missing(void)
{
    struct locked_memory taken;
    if (!limit_left_to(memory_kept()))
        return 2;
    if (is_short())
        return 3;
    desk->post.looks = 1;
    if (locked_memory_init(&taken, memory_of_look() + memory_kept() / 16, NULL) != REASON_DONE)
        return 4;
    if (!is_short())
        return 5;
    locked_memory_finish(&taken);
    return is_short() ? 6 : 0;
}

static void assert_as_it_should_be(int (*look)(void))
{
    int status;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(look());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 2)
        print_message("# skipped: this machine allows no limit as large as that\n");
    else
        assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_A8_a_look_at_prints_does_not_disarm(void **state)
{
    (void)state;
    assert_as_it_should_be(look_with_what_is_needed);
}

static void test_A8_a_look_at_prints_does_not_keep_a_post_armed(void **state)
{
    (void)state;
    assert_as_it_should_be(look_where_more_is_missing);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_set_up_on_a_disk, desk_tear_down)

int main(void)
{
    json_memory_wipe_when_freed();
    disk_spare_syncs();
    const struct CMUnitTest tests[] = {TEST(test_A8_a_look_at_prints_does_not_disarm),
        TEST(test_A8_a_look_at_prints_does_not_keep_a_post_armed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
