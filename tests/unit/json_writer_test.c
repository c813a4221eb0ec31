/* What is written is whole, or it is not there, wherever memory ends. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "json/text.h"
#include "json/writer.h"

/* After so many allocations each further one fails; a negative number: none does. */
static long allocations_left = -1;
static bool fails_once; /* the further ones do not */

static void *limited_malloc(size_t size)
{
    if (allocations_left == 0) {
        allocations_left = fails_once ? -1 : 0;
        return NULL;
    }
    allocations_left -= allocations_left > 0;
    return malloc(size);
}

static int limit_memory(void **state)
{
    (void)state;
    json_set_alloc_funcs(limited_malloc, free);
    return 0;
}

static json_t *write_entry(void)
{
    struct json_writer writer, fingers;
    json_writer_array(&fingers);
    json_append_text(&fingers, "right_thumb");
    json_append_integer(&fingers, 7);
    json_append_value(&fingers, json_true());
    json_writer_object(&writer);
    json_write_text(&writer, "actor", "user:anna");
    json_write_text_if(&writer, "officer", NULL);
    json_write_text_if(&writer, "unit", "post 7");
    json_write_integer(&writer, "seq", -9007199254740993);
    json_write_real(&writer, "fmr", 0.25);
    json_write_boolean(&writer, "valid", true);
    json_write_null(&writer, "anchor");
    json_write_value(&writer, "fingers", json_writer_end(&fingers));
    return json_writer_end(&writer);
}

static void assert_text(json_t *value, const char *expected)
{
    char *text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
    assert_non_null(text);
    assert_string_equal(text, expected);
    free(text);
}

#define ENTRY                                                                                                \
    "{\"actor\":\"user:anna\",\"anchor\":null,\"fingers\":[\"right_thumb\",7,true],\"fmr\":0.25,"            \
    "\"seq\":-9007199254740993,\"unit\":\"post 7\",\"valid\":true}"

static void test_what_was_written_is_all_there(void **state)
{
    (void)state;
    json_t *entry = write_entry();
    assert_text(entry, ENTRY);
    json_decref(entry);
}

/* L1: an entry is written whole, or there is none; whichever allocation fails. */
static void test_L1_without_memory_for_a_part_there_is_no_whole(void **state)
{
    (void)state;
    json_t *entry = NULL;
    long successes = 0;
    for (; entry == NULL && successes < 1000; successes++) {
        allocations_left = successes;
        entry = write_entry();
        allocations_left = -1;
    }
    assert_text(entry, ENTRY);
    json_decref(entry);
    assert_true(successes > 20);
}

/* What one failed step leaves behind is not made good by those that follow. */
static void test_a_failure_sticks(void **state)
{
    (void)state;
    struct json_writer writer;
    json_writer_object(&writer);
    json_write_value(&writer, "list", NULL);
    json_write_integer(&writer, "list", 1);
    assert_null(json_writer_end(&writer));
    json_writer_array(&writer);
    json_append_value(&writer, NULL);
    json_append_integer(&writer, 1);
    assert_null(json_writer_end(&writer));
    json_writer_over(&writer, NULL);
    json_write_integer(&writer, "seq", 1);
    assert_null(json_writer_end(&writer));
    json_writer_object(&writer);
    json_append_integer(&writer, 1);
    assert_null(json_writer_end(&writer));
}

/* A writer that was ended gives nothing a second time. */
static void test_an_ended_writer_is_empty(void **state)
{
    (void)state;
    struct json_writer writer;
    json_writer_object(&writer);
    json_decref(json_writer_end(&writer));
    json_write_integer(&writer, "seq", 1);
    assert_null(json_writer_end(&writer));
}

/* Additions to a value that the caller keeps: DONE with all of them, NO_MEMORY without one. */
static void test_additions_to_a_value_that_others_hold(void **state)
{
    (void)state;
    struct json_writer writer;
    struct failure failure = {0};
    json_t *body = json_object();
    json_writer_over(&writer, json_incref(body));
    json_write_text(&writer, "reference", "7");
    assert_int_equal(json_writer_close(&writer, "log entry", &failure), REASON_DONE);
    assert_text(body, "{\"reference\":\"7\"}");
    json_writer_over(&writer, json_incref(body));
    allocations_left = 0;
    json_write_text(&writer, "entry", "8");
    allocations_left = -1;
    assert_int_equal(json_writer_close(&writer, "log entry", &failure), REASON_NO_MEMORY);
    assert_string_equal(failure.subject, "log entry");
    json_decref(body);
}

/* Bytes that JSON can't hold become U+FFFD, each; what is whole beside them stays, and a harmful character that is UTF-8 does, too. */
static void test_bytes_that_are_no_utf8_are_replaced(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"caf\xc3\xa9", "caf\xc3\xa9"},
        {"caf\xc3", "caf\xef\xbf\xbd"},
        {"\xff\xfe", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"a\xed\xa0\x80z", "a\xef\xbf\xbdz"},
        {"a\xe2\x80\xae\x80z", "a\xe2\x80\xae\xef\xbf\xbdz"},
        {"\xc0\xaf/", "\xef\xbf\xbd\xef\xbf\xbd/"},
        {"\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct json_writer writer;
        json_writer_object(&writer);
        json_write_text(&writer, "subject", cases[i].text);
        json_t *value = json_writer_end(&writer);
        assert_string_equal(json_string_value(json_object_get(value, "subject")), cases[i].expected);
        json_decref(value);
    }
}

/* L1: jansson's own text of an object may lack members where memory ends; ours is whole, or there is none. */
static void test_L1_a_text_is_whole_or_not_there(void **state)
{
    (void)state;
    struct json_writer writer;
    json_writer_array(&writer);
    for (int i = 0; i < 6; i++)
        json_append_value(&writer, write_entry());
    json_t *entries = json_writer_end(&writer);
    size_t whole_size, size;
    char *whole = json_text(entries, &whole_size);
    assert_non_null(whole);
    assert_int_equal(strlen(whole), whole_size);
    long failed = 0;
    fails_once = true;
    for (bool failing = true; failing; failed += failing) {
        allocations_left = failed;
        char *text = json_text(entries, &size);
        failing = allocations_left < 0;
        allocations_left = -1;
        if (text != NULL) {
            assert_string_equal(text, whole);
            assert_int_equal(size, whole_size);
        }
        assert_true(failing || text != NULL);
        free(text);
    }
    fails_once = false;
    assert_true(failed > 0);
    free(whole);
    json_decref(entries);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_written_is_all_there),
        cmocka_unit_test(test_L1_without_memory_for_a_part_there_is_no_whole),
        cmocka_unit_test(test_a_failure_sticks),
        cmocka_unit_test(test_L1_a_text_is_whole_or_not_there),
        cmocka_unit_test(test_an_ended_writer_is_empty),
        cmocka_unit_test(test_additions_to_a_value_that_others_hold),
        cmocka_unit_test(test_bytes_that_are_no_utf8_are_replaced),
    };
    return cmocka_run_group_tests(tests, limit_memory, NULL);
}
