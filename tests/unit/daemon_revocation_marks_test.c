/* What the state keeps of revocation lists is read back as it was put, and nothing else is taken for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/revocation_marks.h"

#define AUTHORITY "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define NUMBER    "000000000000000000000000000000000000001a"

static enum reason parse(const char *text, struct revocation_marks *marks)
{
    struct failure failure = {0};
    return revocation_marks_parse(text, strlen(text), marks, &failure);
}

static void test_T7_marks_are_read_back_as_they_were_put(void **state)
{
    (void)state;
    struct revocation_marks marks = {.count = REVOCATION_MARKS_MAX}, back;
    for (size_t i = 0; i < marks.count; i++) {
        marks.list[i] = (struct revocation_mark){
            .seen = {.authority = AUTHORITY, .this_update = -5 + (int64_t)i}, .gave_up = i % 3 == 0};
        snprintf(marks.list[i].seen.number, sizeof marks.list[i].seen.number, "%s", i % 2 == 0 ? NUMBER : "");
    }
    struct revocation_change change = {0};
    const struct journal_change *put = revocation_change_put(&change, &marks);
    assert_non_null(put);
    assert_int_equal(put->document_count, 1);
    assert_int_equal(parse(put->documents[0].bytes, &back), REASON_DONE);
    assert_int_equal(back.count, marks.count);
    for (size_t i = 0; i < marks.count; i++) {
        assert_string_equal(back.list[i].seen.authority, marks.list[i].seen.authority);
        assert_string_equal(back.list[i].seen.number, marks.list[i].seen.number);
        assert_int_equal(back.list[i].seen.this_update, marks.list[i].seen.this_update);
        assert_int_equal(back.list[i].gave_up, marks.list[i].gave_up);
    }
    revocation_change_finish(&change);
    revocation_change_finish(&change);
}

static void test_T7_what_are_no_marks_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "[]",
        "{}",
        "{\"lists\":{}}",
        "{\"lists\":[1]}",
        "{\"lists\":[],\"more\":1}",
        "{\"lists\":[{\"authority\":\"" AUTHORITY "\"}]}",
        "{\"lists\":[{\"authority\":\"" AUTHORITY "\",\"this_update\":\"1\"}]}",
        "{\"lists\":[{\"authority\":\"" AUTHORITY "\",\"this_update\":1,\"more\":1}]}",
        "{\"lists\":[{\"authority\":\"0011\",\"this_update\":1}]}",
        "{\"lists\":[{\"authority\":\"" AUTHORITY "\",\"number\":\"1a\",\"this_update\":1}]}",
        "{\"lists\":[{\"authority\":\"" AUTHORITY "\",\"number\":\"" NUMBER "0\",\"this_update\":1}]}",
        "{\"lists\":[{\"number\":\"" NUMBER "\",\"this_update\":1}]}",
    };
    struct revocation_marks marks;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_not_equal(parse(texts[i], &marks), REASON_DONE);
    assert_int_equal(
        parse("{\"lists\":[{\"authority\":\"" AUTHORITY "\",\"number\":\"" NUMBER "\",\"this_update\":1}]}",
            &marks),
        REASON_DONE);
    assert_int_equal(marks.count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_T7_marks_are_read_back_as_they_were_put),
        cmocka_unit_test(test_T7_what_are_no_marks_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
