#include "tests/unit/unit.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/say.h"

/* Standard error led into a file, as the journal's stream or not. */
struct said {
    int kept, descriptor;
    char text[4 * SAY_LINE_MAX];
};

static void begin(struct said *said, bool is_journal)
{
    char path[] = "/tmp/kordon-say-XXXXXX", stream[64];
    struct stat found;
    said->kept = dup(STDERR_FILENO);
    said->descriptor = mkstemp(path);
    assert_true(said->descriptor >= 0);
    unlink(path);
    assert_int_equal(fstat(said->descriptor, &found), 0);
    snprintf(stream, sizeof stream, "%llu:%llu", (unsigned long long)found.st_dev,
        (unsigned long long)found.st_ino + !is_journal);
    setenv("JOURNAL_STREAM", stream, 1);
    dup2(said->descriptor, STDERR_FILENO);
}

static const char *end(struct said *said)
{
    dup2(said->kept, STDERR_FILENO);
    close(said->kept);
    unsetenv("JOURNAL_STREAM");
    ssize_t size = pread(said->descriptor, said->text, sizeof said->text - 1, 0);
    assert_true(size >= 0);
    said->text[size] = '\0';
    close(said->descriptor);
    return said->text;
}

static void test_levels_are_for_the_journal_alone(void **state)
{
    (void)state;
    struct said said;
    begin(&said, true);
    say(SAY_WARNING, "the disk is %s", "full");
    assert_string_equal(end(&said), "<4>test_base_say: the disk is full\n");
    begin(&said, false); /* the variable is there, but standard error is another file */
    say(SAY_ERROR, "the disk is %s", "full");
    assert_string_equal(end(&said), "test_base_say: the disk is full\n");
}

/* A name that holds a line break must not look like a line, with a level, of its own. */
static void test_one_call_is_one_line(void **state)
{
    (void)state;
    struct said said;
    begin(&said, true);
    say(SAY_NOTICE, "reloaded %s", "a\n<3>b\r\x1b[2J");
    assert_string_equal(end(&said), "<5>test_base_say: reloaded a?<3>b??[2J\n");
}

static void test_a_long_line_is_cut_and_still_a_line(void **state)
{
    (void)state;
    struct said said;
    char text[2 * SAY_LINE_MAX];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    begin(&said, false);
    errno = EINTR;
    say(SAY_ERROR, "%s", text);
    assert_int_equal(errno, EINTR);
    const char *line = end(&said);
    assert_int_equal(strlen(line), SAY_LINE_MAX);
    assert_int_equal(line[SAY_LINE_MAX - 1], '\n');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels_are_for_the_journal_alone),
        cmocka_unit_test(test_one_call_is_one_line),
        cmocka_unit_test(test_a_long_line_is_cut_and_still_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
