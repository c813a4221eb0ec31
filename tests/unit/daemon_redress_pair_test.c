/* H6: the pair of a document is what all its cases say together, each for its own days. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/locked_memory.h"
#include "daemon/redress/change.h"
#include "daemon/redress/pair.h"
#include "tests/support/state_directory.h"

#define TODAY  20000
#define DAY_MS INT64_C(86400000)

static const uint8_t document[CASE_RECORD_KEY_BYTES] = {7, 7, 7};
static const uint8_t print[900] = {1};

/* A case of one entry, in which the digest says what. */
static struct redress_case case_of(
    uint8_t number, uint8_t entry, uint8_t what, int32_t since_day, int32_t until_day)
{
    struct redress_case of = {.key = {number},
        .referral = "4f1d",
        .transaction = "4f1d",
        .purpose = "border",
        .legal_basis = "law",
        .since_ms = since_day * DAY_MS,
        .until_day = until_day,
        .consent = true,
        .by = "person:sofia",
        .reason = "told apart",
        .entries = {{.entry = {.id = {{entry}}, .digest = {what}}, .score = 40}},
        .entry_count = 1,
        .fingers = {FINGER_RIGHT_INDEX},
        .finger_count = 1};
    snprintf(of.referral, sizeof of.referral, "%d", number);
    memcpy(of.document, document, sizeof of.document);
    return of;
}

static void commit(struct state_directory *state, const struct case_record_change *records, size_t count)
{
    const struct journal_change change = {.records = records, .record_count = count}, *changes = &change;
    const struct log_draft draft = {
        LOG_EVENT_ALTERATION, json_pack("{s:s, s:s, s:s, s:s, s:s}", "actor", "t", "role", "supervisor",
                                  "purpose", "list", "legal_basis", "law", "justification", "test")};
    struct journal_outcome outcome = {0};
    assert_int_equal(
        journal_append_changing(state->store, &draft, &changes, 1, &outcome, &state->failure), REASON_DONE);
    journal_outcome_finish(&outcome);
    json_decref(draft.body);
}

/* The case as it is from now on, and the pair with the finger, as giving one leaves both. */
static void put(struct state_directory *state, const struct redress_case *of)
{
    const struct cleared_finger finger = {FINGER_RIGHT_INDEX, print, sizeof print};
    struct redress_pair_change change = {.put = of, .gone = "", .finger = &finger};
    struct case_record_change records[2];
    struct locked_memory memory;
    char *text;
    memcpy(change.document, document, sizeof document);
    assert_int_equal(
        redress_pair_make(&change, state->store, &memory, &records[0], &state->failure), REASON_DONE);
    records[1] = (struct case_record_change){.kind = CASE_RECORD_REDRESS};
    memcpy(records[1].key, of->key, sizeof of->key);
    records[1].bytes = text = redress_case_text(of, &records[1].size);
    commit(state, records, 2);
    locked_memory_finish(&memory);
    free(text);
}

static void end(struct state_directory *state, const struct redress_case *of)
{
    struct redress_pair_change change = {.gone = "", .ended = of->key};
    struct case_record_change records[2];
    struct locked_memory memory;
    memcpy(change.document, document, sizeof document);
    assert_int_equal(
        redress_pair_make(&change, state->store, &memory, &records[0], &state->failure), REASON_DONE);
    records[1] = (struct case_record_change){.kind = CASE_RECORD_REDRESS};
    memcpy(records[1].key, of->key, sizeof of->key);
    commit(state, records, 2);
    locked_memory_finish(&memory);
}

static void assert_counts(
    struct state_directory *state, const struct redress_case *of, int32_t today, bool expected)
{
    bool counts;
    uint32_t kept;
    assert_int_equal(
        redress_pair_counts(state->store, of, today, &counts, &kept, &state->failure), REASON_DONE);
    assert_int_equal(counts, expected);
}

static void test_H6_a_case_that_is_over_silences_no_other(void **context)
{
    struct state_directory *state = *context;
    const struct redress_case brief = case_of(1, 1, 1, TODAY - 9, TODAY),
                              whole = case_of(2, 2, 2, TODAY - 8, TODAY + 300);
    put(state, &brief);
    put(state, &whole);
    assert_counts(state, &brief, TODAY, true);
    assert_counts(state, &whole, TODAY, true);
    assert_counts(state, &brief, TODAY + 1, false);
    assert_counts(state, &whole, TODAY + 1, true);
    assert_counts(state, &whole, TODAY + 300, true);
    assert_counts(state, &whole, TODAY + 301, false);
}

/* The clock may have been wrong: a case that is still there keeps what it had. */
static void test_H6_another_case_s_end_takes_no_finger_of_one_that_is_there(void **context)
{
    struct state_directory *state = *context;
    const struct redress_case brief = case_of(1, 1, 1, 10, 20), other = case_of(2, 2, 2, 11, 400);
    put(state, &brief);
    put(state, &other);
    end(state, &other);
    assert_counts(state, &brief, 20, true);
    assert_counts(state, &brief, 21, false);
    assert_counts(state, &other, 20, false);
    end(state, &brief);
    assert_counts(state, &brief, 20, false);
}

static void test_H6_of_cases_that_say_the_same_each_has_its_days(void **context)
{
    struct state_directory *state = *context;
    const struct redress_case whole = case_of(1, 1, 1, TODAY - 9, TODAY + 300),
                              brief = case_of(2, 1, 1, TODAY - 8, TODAY);
    put(state, &whole);
    put(state, &brief);
    assert_counts(state, &brief, TODAY, true);
    assert_counts(state, &brief, TODAY + 1, false);
    assert_counts(state, &whole, TODAY + 300, true);
}

/* An older case lends its days to nothing that it did not speak of. */
static void test_H6_what_the_newest_case_says_of_an_entry_counts_for_its_days(void **context)
{
    struct state_directory *state = *context;
    const struct redress_case before = case_of(1, 1, 1, TODAY - 9, TODAY + 300),
                              after = case_of(2, 1, 2, TODAY - 8, TODAY);
    put(state, &before);
    put(state, &after);
    assert_counts(state, &before, TODAY, false);
    assert_counts(state, &after, TODAY, true);
    assert_counts(state, &after, TODAY + 1, false);
    end(state, &after);
    assert_counts(state, &before, TODAY + 300, true);
}

static void test_H6_a_case_without_a_finger_counts_for_nothing(void **context)
{
    struct state_directory *state = *context;
    struct redress_case with = case_of(1, 1, 1, TODAY - 9, TODAY),
                        without = case_of(2, 1, 1, TODAY - 9, TODAY);
    without.finger_count = 0;
    assert_counts(state, &with, TODAY, false);
    put(state, &with);
    assert_counts(state, &with, TODAY, true);
    assert_counts(state, &without, TODAY, false);
}

static void assert_state(const struct redress_case *of, int32_t today, const struct redress_facts *facts,
    enum redress_state expected)
{
    assert_string_equal(redress_state_name(redress_state_of(of, today, facts)), redress_state_name(expected));
}

static void test_H6_a_case_says_why_it_counts_for_nothing(void **context)
{
    (void)context;
    struct redress_case of = case_of(1, 1, 1, TODAY - 9, TODAY);
    struct redress_facts facts = {.counts = true};
    assert_state(&of, TODAY, &facts, REDRESS_STATE_COUNTS);
    facts.fingers_missing = true;
    assert_state(&of, TODAY, &facts, REDRESS_STATE_FINGERS_MISSING);
    facts.counts = false;
    assert_state(&of, TODAY, &facts, REDRESS_STATE_SUPERSEDED);
    facts.changed = true;
    assert_state(&of, TODAY, &facts, REDRESS_STATE_ENTRY_CHANGED);
    of.finger_count = 0;
    assert_state(&of, TODAY, &facts, REDRESS_STATE_NO_FINGER);
    of.entries[0].score = MATCHER_SCORE_MAX - 1;
    assert_state(&of, TODAY, &facts, REDRESS_STATE_NO_FINGER);
    of.entries[0].score = MATCHER_SCORE_MAX;
    assert_state(&of, TODAY, &facts, REDRESS_STATE_TOO_ALIKE);
    assert_state(&of, TODAY + 1, &facts, REDRESS_STATE_OVER);
    assert_string_equal(redress_state_name(REDRESS_STATE_OVER), "over");
    assert_string_equal(redress_state_name((enum redress_state)(REDRESS_STATE_COUNTS + 1)), "?");
}

static void assert_marked(struct state_directory *state, const char *mark, enum reason expected)
{
    uint8_t key[CASE_RECORD_KEY_BYTES];
    struct redress_case found;
    assert_true(redress_mark_parse(mark, strlen(mark), key));
    assert_int_equal(redress_case_find_marked(state->store, key, &found, &state->failure), expected);
    assert_int_equal(found.entry_count, expected == REASON_DONE);
}

/* Of two that are called alike neither is meant. */
static void test_H6_a_case_is_found_by_what_the_log_calls_it(void **context)
{
    struct state_directory *state = *context;
    const struct redress_case first = case_of(1, 1, 1, TODAY - 9, TODAY);
    struct redress_case alike = case_of(1, 1, 1, TODAY - 9, TODAY);
    uint8_t key[CASE_RECORD_KEY_BYTES];
    alike.key[CASE_RECORD_KEY_BYTES - 1] = 1;
    put(state, &first);
    assert_marked(state, "0100000000000000", REASON_DONE);
    assert_marked(state, "0100000000000001", REASON_REDRESS_NOT_FOUND);
    put(state, &alike);
    assert_marked(state, "0100000000000000", REASON_REDRESS_NOT_FOUND);
    assert_false(redress_mark_parse("010000000000000", 15, key));
    assert_false(redress_mark_parse("01000000000000000", 17, key));
    assert_false(redress_mark_parse("010000000000000G", 16, key));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, state_directory_set_up, state_directory_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_H6_a_case_that_is_over_silences_no_other),
        TEST(test_H6_another_case_s_end_takes_no_finger_of_one_that_is_there),
        TEST(test_H6_of_cases_that_say_the_same_each_has_its_days),
        TEST(test_H6_what_the_newest_case_says_of_an_entry_counts_for_its_days),
        TEST(test_H6_a_case_without_a_finger_counts_for_nothing),
        TEST(test_H6_a_case_says_why_it_counts_for_nothing),
        TEST(test_H6_a_case_is_found_by_what_the_log_calls_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
