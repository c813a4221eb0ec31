/* What comes from elsewhere is read strictly: either to the first fault, or to the end with each fault told. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "json/fields.h"
#include "json/memory.h"
#include "json/parse.h"
#include "tests/support/failing_memory.h"

struct request {
    char purpose[16];
    int64_t version;
    bool dry;
    size_t fingers;
};

static void read_request(struct json_fields *fields, struct request *request)
{
    json_fields_text(fields, "purpose", JSON_REQUIRED, request->purpose, sizeof request->purpose);
    request->version = json_fields_integer(fields, "version", JSON_OPTIONAL, 1, 9, 3);
    request->dry = json_fields_boolean(fields, "dry", JSON_OPTIONAL, true);
    request->fingers = json_array_size(json_fields_array(fields, "fingers", JSON_OPTIONAL, 2));
}

static enum reason parse(const char *text, struct request *request, struct failure *failure)
{
    struct json_fields fields;
    *failure = (struct failure){0};
    json_fields_parse(&fields, text, strlen(text), failure);
    read_request(&fields, request);
    return json_fields_end(&fields);
}

static void test_every_field_is_read(void **state)
{
    (void)state;
    struct request request;
    struct failure failure;
    assert_int_equal(
        parse("{\"purpose\":\"visa\",\"version\":9,\"dry\":false,\"fingers\":[1,2]}", &request, &failure),
        REASON_DONE);
    assert_string_equal(request.purpose, "visa");
    assert_int_equal(request.version, 9);
    assert_false(request.dry);
    assert_int_equal(request.fingers, 2);
    assert_int_equal(parse("{\"purpose\":\"visa\"}", &request, &failure), REASON_DONE);
    assert_int_equal(request.version, 3);
    assert_true(request.dry);
    assert_int_equal(request.fingers, 0);
}

static void test_each_refusal_names_the_key_and_why(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum reason reason;
        const char *subject, *detail;
    } cases[] = {
        {"", REASON_BAD_JSON, "body", "at line 1, column 0"},
        {"[]", REASON_BAD_JSON, "body", "an object is needed"},
        {"{\"purpose\":\"a\",\"purpose\":\"b\"}", REASON_BAD_JSON, "body", "at line 1, column 24"},
        {"{\"purpose\":\"a\"} x", REASON_BAD_JSON, "body", "at line 1, column 17"},
        {"{}", REASON_BAD_VALUE, "purpose", "it is missing"},
        {"{\"purpose\":7}", REASON_BAD_VALUE, "purpose", "a text is needed"},
        {"{\"purpose\":\"\"}", REASON_BAD_VALUE, "purpose", "it is empty"},
        {"{\"purpose\":\"0123456789abcdef\"}", REASON_BAD_VALUE, "purpose", "it is too long"},
        {"{\"purpose\":\"a\\nb\"}", REASON_BAD_VALUE, "purpose", NULL},
        {"{\"purpose\":\"a\",\"version\":0}", REASON_BAD_VALUE, "version",
            "a whole number from 1 to 9 is needed"},
        {"{\"purpose\":\"a\",\"version\":10}", REASON_BAD_VALUE, "version",
            "a whole number from 1 to 9 is needed"},
        {"{\"purpose\":\"a\",\"version\":1.0}", REASON_BAD_VALUE, "version",
            "a whole number from 1 to 9 is needed"},
        {"{\"purpose\":\"a\",\"version\":null}", REASON_BAD_VALUE, "version",
            "a whole number from 1 to 9 is needed"},
        {"{\"purpose\":\"a\",\"dry\":0}", REASON_BAD_VALUE, "dry", "true or false is needed"},
        {"{\"purpose\":\"a\",\"fingers\":[1,2,3]}", REASON_BAD_VALUE, "fingers",
            "a list of at most 2 is needed"},
        {"{\"purpose\":\"a\",\"fingers\":{}}", REASON_BAD_VALUE, "fingers", "a list of at most 2 is needed"},
        {"{\"purpose\":\"a\",\"colour\":1}", REASON_BAD_VALUE, "keys", "there is no \"colour\" here"},
        {"{\"purpose\":\"a\",\"c\\u202e\":1}", REASON_BAD_VALUE, "keys", "there is no \"?\" here"},
        /* the first one is told */
        {"{\"purpose\":7,\"version\":0,\"colour\":1}", REASON_BAD_VALUE, "purpose", "a text is needed"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct request request;
        struct failure failure;
        assert_int_equal(parse(cases[i].text, &request, &failure), cases[i].reason);
        assert_int_equal(failure.reason, cases[i].reason);
        assert_string_equal(failure.subject, cases[i].subject);
        if (cases[i].detail != NULL)
            assert_string_equal(failure.detail, cases[i].detail);
    }
}

struct told {
    char text[512];
};

static void tell(void *context, const char *field, const struct failure *failure)
{
    struct told *told = context;
    size_t used = strlen(told->text);
    snprintf(told->text + used, sizeof told->text - used, "%s: %s: %s\n", field, reason_name(failure->reason),
        failure->detail);
}

/* One pass tells all, goes on behind each, and gives what could be read. */
static void test_A5_each_fault_is_told_with_its_place(void **state)
{
    (void)state;
    struct told told = {""};
    const struct json_faults faults = {tell, &told};
    const struct json_telling telling = {&faults, REASON_MANIFEST_REFUSED, "finger", "fingers[2]"};
    const struct failure no_memory = {.reason = REASON_NO_MEMORY, .detail = "none"};
    struct json_fields fields;
    struct request request;
    json_t *object = json_loads("{\"version\":0,\"dry\":7,\"fingers\":[1],\"colour\":1}", 0, NULL);
    json_fields_tell(&fields, object, &telling);
    read_request(&fields, &request);
    json_fields_fail(&fields, "data", &no_memory);
    assert_int_equal(json_fields_end(&fields), REASON_MANIFEST_REFUSED);
    assert_string_equal(told.text,
        "fingers[2].purpose: MANIFEST_REFUSED: it is missing\n"
        "fingers[2].version: MANIFEST_REFUSED: a whole number from 1 to 9 is needed\n"
        "fingers[2].dry: MANIFEST_REFUSED: true or false is needed\n"
        "fingers[2].data: NO_MEMORY: none\n"
        "fingers[2].keys: MANIFEST_REFUSED: there is no \"colour\" here\n");
    assert_int_equal(request.fingers, 1);
    json_decref(object);
}

/* Where there is no object there are no keys that it lacks. */
static void test_A5_what_is_no_object_is_told_once(void **state)
{
    (void)state;
    struct told told = {""};
    const struct json_faults faults = {tell, &told};
    const struct json_telling telling = {&faults, REASON_MANIFEST_REFUSED, "finger", "fingers[2]"};
    struct json_fields fields;
    struct request request;
    json_fields_tell(&fields, NULL, &telling);
    read_request(&fields, &request);
    json_fields_refuse(&fields, "fingers", "there are none");
    assert_int_equal(json_fields_end(&fields), REASON_MANIFEST_REFUSED);
    assert_string_equal(told.text, "finger: MANIFEST_REFUSED: an object is needed\n");
}

/* Nothing is not a no: what could not be read for want of memory is not called malformed, and lacks no key. */
static void test_without_memory_the_sender_is_not_at_fault(void **state)
{
    (void)state;
    enum reason reason = REASON_NO_MEMORY;
    long successes = 0;
    for (; reason != REASON_DONE && successes < 1000; successes++) {
        struct request request;
        struct failure failure;
        failing_memory_set(successes);
        reason = parse("{\"purpose\":\"visa\",\"version\":9,\"fingers\":[1,2]}", &request, &failure);
        failing_memory_set(-1);
        if (reason != REASON_DONE)
            assert_int_equal(reason, REASON_NO_MEMORY);
    }
    assert_true(successes > 10);
    struct request request;
    struct failure failure;
    assert_int_equal(parse("{\"purpose\":}", &request, &failure), REASON_BAD_JSON);
}

/* The parser itself goes on with what is left of a text that found no room: a name cut short, a print with a hole. */
static void test_A5_a_text_is_read_whole_or_not_at_all(void **state)
{
    (void)state;
    static const char text[] =
        "{\"name\": \"Anna Example-Traveller of nowhere in particular, who has a name of some "
        "length, and of some more\"}";
    json_t *whole, *value;
    assert_int_equal(json_parse(text, strlen(text), &whole, NULL), REASON_DONE);
    long successes = 0;
    for (;; successes++) {
        failing_memory_set(successes);
        enum reason reason = json_parse(text, strlen(text), &value, NULL);
        bool failed = failing_memory_has_failed();
        failing_memory_set(-1);
        assert_int_equal(reason, failed ? REASON_NO_MEMORY : REASON_DONE);
        if (!failed)
            break;
        assert_null(value);
    }
    assert_true(successes > 3);
    assert_true(json_equal(value, whole));
    json_decref(value);
    json_decref(whole);
}

static int watch_memory(void **state)
{
    (void)state;
    json_memory_wipe_when_freed();
    return 0;
}

/* One level more than is read is refused before any of it is; brackets in a text are none. */
static void test_A9_a_deep_text_costs_no_stack(void **state)
{
    (void)state;
    char text[2 * JSON_DEPTH_MAX + 8];
    json_t *value;
    json_error_t error;
    for (int deeper = 0; deeper < 2; deeper++) {
        int depth = JSON_DEPTH_MAX + deeper;
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        assert_int_equal(
            json_parse(text, (size_t)(2 * depth), &value, &error), deeper ? REASON_BAD_JSON : REASON_DONE);
        assert_true((value == NULL) == (deeper == 1));
        json_decref(value);
    }
    assert_string_equal(error.text, "nested deeper than 64 levels");
    memset(text, '[', sizeof text);
    memcpy(text, "[\"\\\"", 4);
    memcpy(text + sizeof text - 2, "\"]", 2);
    assert_int_equal(json_parse(text, sizeof text, &value, &error), REASON_DONE);
    json_decref(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_field_is_read),
        cmocka_unit_test(test_each_refusal_names_the_key_and_why),
        cmocka_unit_test(test_A5_each_fault_is_told_with_its_place),
        cmocka_unit_test(test_A5_what_is_no_object_is_told_once),
        cmocka_unit_test(test_without_memory_the_sender_is_not_at_fault),
        cmocka_unit_test(test_A9_a_deep_text_costs_no_stack),
        cmocka_unit_test(test_A5_a_text_is_read_whole_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, watch_memory, NULL);
}
