#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config.h"

static struct configuration configuration;
static char folder[] = "/tmp/kordon-scanner-program-XXXXXX";

/* A file of that mode stands in for the program. */
static void make_program(mode_t mode)
{
    FILE *file = fopen(configuration.scanner.program, "w");
    assert_non_null(file);
    fclose(file);
    assert_int_equal(chmod(configuration.scanner.program, mode), 0);
}

static int set_up(void **state)
{
    (void)state;
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    configuration.scanner.enabled = true;
    snprintf(configuration.scanner.program, sizeof configuration.scanner.program, "%s/program", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    remove(configuration.scanner.program);
    return rmdir(folder);
}

/* Refused, with the program's name, what is wrong with it, and what to do. */
static void assert_refused(const char *why)
{
    struct failure failure = {0};
    assert_int_equal(config_check_scanner_program(&configuration, &failure), REASON_CONFIGURATION_BAD);
    assert_string_equal(failure.subject, configuration.scanner.program);
    assert_non_null(strstr(failure.detail, why));
    assert_non_null(strstr(failure.detail, "enabled = no"));
}

/* A program that may be run is what is wanted. */
static void test_F3_a_program_that_may_be_run(void **state)
{
    (void)state;
    struct failure failure = {0};
    make_program(0755);
    assert_int_equal(config_check_scanner_program(&configuration, &failure), REASON_DONE);
    assert_int_equal(failure.reason, REASON_DONE);
}

static void test_F3_a_program_that_is_not_there(void **state)
{
    (void)state;
    assert_refused("program: no such file or folder;");
}

static void test_F3_a_file_that_may_not_be_run(void **state)
{
    (void)state;
    make_program(0644);
    assert_refused("program: not permitted: open;");
}

static void test_F3_a_folder_is_no_program(void **state)
{
    (void)state;
    assert_int_equal(mkdir(configuration.scanner.program, 0755), 0);
    assert_refused("it is no program");
}

/* Nobody misses it where no readers are wanted. */
static void test_F3_without_readers_no_program_is_needed(void **state)
{
    (void)state;
    struct failure failure = {0};
    configuration.scanner.enabled = false;
    assert_int_equal(config_check_scanner_program(&configuration, &failure), REASON_DONE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_F3_a_program_that_may_be_run),
        TEST(test_F3_a_program_that_is_not_there),
        TEST(test_F3_a_file_that_may_not_be_run),
        TEST(test_F3_a_folder_is_no_program),
        TEST(test_F3_without_readers_no_program_is_needed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
