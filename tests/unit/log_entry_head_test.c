#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log/entry_head.h"
#include "crypto/merkle.h"
#include "tests/support/log_vectors.h"

static struct failure failure;

#define COMMIT "QSv4nQdlTq93lBrwVul/UMZd957vOwMS9snKSgIHtr8="
#define HEAD(commit, event, key, seq, t, v)                                                                  \
    "{\"commit\":\"" commit "\",\"event\":\"" event "\",\"key\":\"" key "\",\"seq\":" seq ",\"t\":" t        \
    ",\"v\":" v "}"

static enum reason parse(const char *text, struct entry_head *head)
{
    return entry_head_parse(text, strlen(text), head, &failure);
}

/* The vector's head, read, written again, and hashed to the vector's leaf. */
static void test_L7_head_vector(void **state)
{
    (void)state;
    json_t *vectors = log_vectors_load();
    const char *text = log_vectors_text(vectors, "head");
    struct entry_head head;
    char again[ENTRY_HEAD_SIZE], hex[DIGEST_HEX_SIZE];
    size_t length;
    uint8_t leaf[DIGEST_BYTES];
    struct digest *digest;
    assert_int_equal(parse(text, &head), REASON_DONE);
    assert_string_equal(head.event, "consultation");
    assert_int_equal(head.seq, 5);
    assert_int_equal(head.time_ms, 1700000000000);
    assert_int_equal(entry_head_format(&head, again, &length, &failure), REASON_DONE);
    assert_string_equal(again, text);
    assert_int_equal(length, strlen(text));
    assert_int_equal(digest_create(&digest, &failure), REASON_DONE);
    assert_int_equal(merkle_leaf(digest, again, length, leaf, &failure), REASON_DONE);
    assert_string_equal(hex_format(leaf, sizeof leaf, hex), log_vectors_text(vectors, "leaf of head"));
    digest_destroy(digest);
    json_decref(vectors);
}

/* Whatever another JSON reader might take for the same, or for something else. */
static void test_L7_other_forms_are_refused(void **state)
{
    (void)state;
    static const char *const heads[] = {"", "{}", "null", HEAD("", "start", "1b259645", "5", "1", "1"),
        HEAD("QSv4nQdlTq93lBrwVul/UMZd957vOwMS9snKSgIHtr9=", "start", "1b259645", "5", "1", "1"),
        HEAD(COMMIT, "", "1b259645", "5", "1", "1"), HEAD(COMMIT, "Start", "1b259645", "5", "1", "1"),
        HEAD(COMMIT, "st\\u0061rt", "1b259645", "5", "1", "1"),
        HEAD(COMMIT, "sta rt", "1b259645", "5", "1", "1"),
        HEAD(COMMIT, "abcdefghijklmnopqrstuvwxyzabcdef", "1b259645", "5", "1", "1"),
        HEAD(COMMIT, "start", "1B259645", "5", "1", "1"), HEAD(COMMIT, "start", "1b25964", "5", "1", "1"),
        HEAD(COMMIT, "start", "1b259645f", "5", "1", "1"), HEAD(COMMIT, "start", "1b259645", "05", "1", "1"),
        HEAD(COMMIT, "start", "1b259645", "-5", "1", "1"), HEAD(COMMIT, "start", "1b259645", "5.0", "1", "1"),
        HEAD(COMMIT, "start", "1b259645", "5e1", "1", "1"), HEAD(COMMIT, "start", "1b259645", "", "1", "1"),
        HEAD(COMMIT, "start", "1b259645", "9007199254740992", "1", "1"),
        HEAD(COMMIT, "start", "1b259645", "5", "99999999999999999999", "1"),
        HEAD(COMMIT, "start", "1b259645", "5", "1", "01"),
        HEAD(COMMIT, "start", "1b259645", "5", "1", "1,\"w\":2"),
        HEAD(COMMIT, "start", "1b259645", "5", "1,\"seq\":6", "1"),
        HEAD(COMMIT, "start", "1b259645", "5,\"seq\":6", "1", "1"),
        HEAD(COMMIT, "start", "1b259645", " 5", "1", "1"),
        HEAD(COMMIT, "start", "1b259645", "5", "1", "1") "\n",
        HEAD(COMMIT, "start", "1b259645", "5", "1", "1") "}",
        " " HEAD(COMMIT, "start", "1b259645", "5", "1", "1"),
        "{\"event\":\"start\",\"commit\":\"" COMMIT "\",\"key\":\"1b259645\",\"seq\":5,\"t\":1,\"v\":1}"};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        struct entry_head head;
        assert_int_equal(parse(heads[i], &head), REASON_ENTRY_BROKEN);
        assert_int_equal(head.event[0], 0);
    }
    struct entry_head head;
    assert_int_equal(
        parse(HEAD(COMMIT, "start", "1b259645", "5", "1", "2"), &head), REASON_UNSUPPORTED_FORMAT);
    assert_int_equal(
        parse(HEAD(COMMIT, "start", "1b259645", "9007199254740991", "0", "1"), &head), REASON_DONE);
}

/* Each cut, read from a block of just that size. */
static void test_L7_cut_heads_are_refused(void **state)
{
    (void)state;
    static const char text[] = HEAD(COMMIT, "start", "1b259645", "5", "1", "1");
    for (size_t size = 0; size + 1 < sizeof text; size++) {
        char *cut = malloc(size + 1);
        struct entry_head head;
        assert_non_null(cut);
        memcpy(cut, text, size);
        assert_int_equal(entry_head_parse(cut, size, &head, &failure), REASON_ENTRY_BROKEN);
        free(cut);
    }
}

static void test_values_out_of_range_are_not_written(void **state)
{
    (void)state;
    char text[ENTRY_HEAD_SIZE];
    size_t length;
    struct entry_head head = {.event = "start"};
    assert_int_equal(entry_head_format(&head, text, &length, &failure), REASON_DONE);
    head.seq = (uint64_t)1 << 53;
    assert_int_equal(entry_head_format(&head, text, &length, &failure), REASON_BAD_ARGUMENT);
    head.seq = 0;
    head.time_ms = UINT64_MAX;
    assert_int_equal(entry_head_format(&head, text, &length, &failure), REASON_BAD_ARGUMENT);
    head = (struct entry_head){.event = "st\"art"};
    assert_int_equal(entry_head_format(&head, text, &length, &failure), REASON_BAD_ARGUMENT);
    head = (struct entry_head){.event = ""};
    assert_int_equal(entry_head_format(&head, text, &length, &failure), REASON_BAD_ARGUMENT);
    memset(head.event, 'a', sizeof head.event); /* no zero byte at its end */
    assert_int_equal(entry_head_format(&head, text, &length, &failure), REASON_BAD_ARGUMENT);
    head.event[ENTRY_EVENT_SIZE - 1] = '\0';
    head.seq = head.time_ms = ((uint64_t)1 << 53) - 1;
    assert_int_equal(entry_head_format(&head, text, &length, &failure), REASON_DONE);
    assert_int_equal(length, strlen(text));
    assert_int_equal(parse(text, &head), REASON_DONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_L7_head_vector),
        cmocka_unit_test(test_L7_other_forms_are_refused),
        cmocka_unit_test(test_L7_cut_heads_are_refused),
        cmocka_unit_test(test_values_out_of_range_are_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
