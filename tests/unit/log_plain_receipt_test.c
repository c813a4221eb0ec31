/* What the first line is given of an entry proves that it was recorded, and tells nothing else. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log/plain_receipt.h"

#define ORIGIN "kordon.example/post-7"
#define ID     "00112233445566778899aabbccddeeff"
#define NUMBER "ffeeddccbbaa99887766554433221100"

static const uint8_t seed[LOG_KEY_SEED_BYTES] = {7}; /* as tests/fuzz/fuzz_plain_receipt.c has it */

struct fixture {
    struct log_key *key;
    struct plain_receipt receipt;
    struct failure failure;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    if (fixture == NULL || log_key_from_seed(ORIGIN, seed, &fixture->key, NULL) != REASON_DONE)
        return -1;
    fixture->receipt = (struct plain_receipt){.id = ID, .number = NUMBER, .time_ms = 1764000000000};
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    log_key_destroy(fixture->key);
    free(fixture);
    return 0;
}

static char *signed_text(struct fixture *fixture)
{
    char *text;
    assert_int_equal(
        plain_receipt_sign(&fixture->receipt, fixture->key, &text, &fixture->failure), REASON_DONE);
    return text;
}

static enum reason verify(struct fixture *fixture, const char *text, struct plain_receipt *read)
{
    return plain_receipt_verify(text, strlen(text), log_key_verifier(fixture->key), read, &fixture->failure);
}

/* The form of docs/formats.md: origin, id, number and time, and nothing of the log. */
static void test_P6_a_plain_receipt_says_who_when_and_a_number(void **state)
{
    struct fixture *fixture = *state;
    struct plain_receipt read;
    char *text = signed_text(fixture);
    static const char said[] = "kordon-receipt/v1\n" ORIGIN "\nid " ID "\nnumber " NUMBER
                               "\ntime 1764000000000\n\n\xe2\x80\x94 " ORIGIN " ";
    assert_memory_equal(text, said, sizeof said - 1);
    assert_true(plain_receipt_is_one(text, strlen(text)));
    assert_int_equal(verify(fixture, text, &read), REASON_DONE);
    assert_string_equal(read.origin, ORIGIN);
    assert_string_equal(read.id, ID);
    assert_string_equal(read.number, NUMBER);
    assert_int_equal(read.time_ms, 1764000000000);
    free(text);
}

/* Early or late, the length is one: it tells nothing. */
static void test_P6_all_of_a_log_are_of_one_length(void **state)
{
    static const int64_t times[] = {0, 999, 1764000000000, PLAIN_RECEIPT_BEHIND_MS - 1};
    struct fixture *fixture = *state;
    size_t length = 0;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        struct plain_receipt read;
        fixture->receipt.time_ms = times[i];
        char *text = signed_text(fixture);
        assert_true(length == 0 || length == strlen(text));
        length = strlen(text);
        assert_int_equal(verify(fixture, text, &read), REASON_DONE);
        assert_int_equal(read.time_ms, times[i]);
        free(text);
    }
}

/* Whatever bit of it is changed, it is refused. */
static void test_L7_a_changed_plain_receipt_is_refused(void **state)
{
    struct fixture *fixture = *state;
    char *text = signed_text(fixture);
    for (size_t i = 0; i < strlen(text); i++) {
        struct plain_receipt read;
        text[i] ^= 1;
        assert_int_not_equal(verify(fixture, text, &read), REASON_DONE);
        assert_int_equal(read.id[0], '\0');
        text[i] ^= 1;
    }
    free(text);
}

/* Another key's, and one whose text the key signed for another purpose. */
static void test_L7_what_another_key_signed_is_none(void **state)
{
    struct fixture *fixture = *state;
    struct plain_receipt read;
    struct log_key *other;
    static const uint8_t other_seed[LOG_KEY_SEED_BYTES] = {8};
    char *text;
    assert_int_equal(log_key_from_seed(ORIGIN, other_seed, &other, NULL), REASON_DONE);
    assert_int_equal(plain_receipt_sign(&fixture->receipt, other, &text, NULL), REASON_DONE);
    assert_int_equal(verify(fixture, text, &read), REASON_SIGNATURE_BROKEN);
    free(text);
    log_key_destroy(other);
    assert_false(plain_receipt_is_one("c2sp.org/tlog-proof@v1\n", 23));
    assert_int_equal(verify(fixture, "c2sp.org/tlog-proof@v1\n", &read), REASON_BAD_FORMAT);
}

static void test_what_has_no_such_form_is_not_signed(void **state)
{
    struct fixture *fixture = *state;
    const struct plain_receipt wrong[] = {{.id = "", .number = NUMBER, .time_ms = 1},
        {.id = ID, .number = "00", .time_ms = 1}, {.id = ID, .number = NUMBER, .time_ms = -1},
        {.id = ID, .number = NUMBER, .time_ms = PLAIN_RECEIPT_BEHIND_MS}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char *text;
        assert_int_equal(
            plain_receipt_sign(&wrong[i], fixture->key, &text, &fixture->failure), REASON_BAD_ARGUMENT);
        assert_null(text);
    }
}

static void test_a_number_is_another_each_time(void **state)
{
    struct fixture *fixture = *state;
    char first[PLAIN_RECEIPT_ID_SIZE], second[PLAIN_RECEIPT_ID_SIZE];
    assert_int_equal(plain_receipt_number_make(first, &fixture->failure), REASON_DONE);
    assert_int_equal(plain_receipt_number_make(second, &fixture->failure), REASON_DONE);
    assert_string_not_equal(first, second);
    assert_int_equal(strlen(first), PLAIN_RECEIPT_ID_SIZE - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_P6_a_plain_receipt_says_who_when_and_a_number, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_P6_all_of_a_log_are_of_one_length, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_L7_a_changed_plain_receipt_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_L7_what_another_key_signed_is_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_has_no_such_form_is_not_signed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_number_is_another_each_time, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
