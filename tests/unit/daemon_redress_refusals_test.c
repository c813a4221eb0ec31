/* H6: what was refused for a referral's cases is counted as long as a case of it is there, or can be made. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/redress/change.h"
#include "tests/support/state_directory.h"

#define REFERRAL "4f9d0c7a61b2e35810aa94f07c3d5e62"

static void commit(struct state_directory *state, const struct case_record_change *record)
{
    const struct journal_change change = {.records = record, .record_count = 1}, *changes = &change;
    const struct log_draft draft = {
        LOG_EVENT_ALTERATION, json_pack("{s:s, s:s, s:s, s:s, s:s}", "actor", "t", "role", "supervisor",
                                  "purpose", "list", "legal_basis", "law", "justification", "test")};
    struct journal_outcome outcome = {0};
    assert_int_equal(
        journal_append_changing(state->store, &draft, &changes, 1, &outcome, &state->failure), REASON_DONE);
    journal_outcome_finish(&outcome);
    json_decref(draft.body);
}

static void refuse(struct state_directory *state, uint32_t count)
{
    const struct redress_refusals refusals = {.count = count};
    uint8_t bytes[REDRESS_REFUSALS_BYTES];
    struct case_record_change record;
    assert_int_equal(
        redress_refusals_keep(state->store, REFERRAL, &refusals, bytes, &record, &state->failure),
        REASON_DONE);
    commit(state, &record);
}

/* A case of the referral is kept, or ends. */
static void put_case(struct state_directory *state, bool there)
{
    struct redress_case of = {.key = {7},
        .referral = REFERRAL,
        .transaction = REFERRAL,
        .purpose = "border",
        .legal_basis = "law",
        .until_day = 20000,
        .by = "person:sofia",
        .reason = "told apart",
        .entries = {{.score = 40}},
        .entry_count = 1};
    struct case_record_change record = {.kind = CASE_RECORD_REDRESS, .key = {7}};
    char *text = there ? redress_case_text(&of, &record.size) : NULL;
    record.bytes = text;
    commit(state, &record);
    free(text);
}

static void end_referral(struct state_directory *state)
{
    uint8_t bytes[REDRESS_REFUSALS_BYTES];
    struct case_record_change record;
    assert_int_equal(
        redress_referral_gone(state->store, REFERRAL, bytes, &record, &state->failure), REASON_DONE);
    commit(state, &record);
}

static struct redress_refusals found(struct state_directory *state)
{
    struct redress_refusals refusals;
    assert_int_equal(redress_refusals_find(state->store, REFERRAL, &refusals, &state->failure), REASON_DONE);
    return refusals;
}

static void test_H6_the_count_is_the_case_s_whoever_reads_it(void **context)
{
    struct state_directory *state = *context;
    const uint8_t key[CASE_RECORD_KEY_BYTES] = {7};
    struct redress_case of;
    put_case(state, true);
    refuse(state, 2);
    assert_int_equal(redress_case_find(state->store, key, &of, &state->failure), REASON_DONE);
    assert_int_equal(of.refused, 2);
    put_case(state, false);
    assert_int_equal(found(state).count, 2);
    assert_false(found(state).referral_gone);
}

static void test_H6_behind_three_no_finger_is_taken(void **context)
{
    struct redress_case of = {.consent = true, .until_day = 20000};
    struct failure failure;
    (void)context;
    for (; of.refused < REDRESS_REFUSALS_MAX; of.refused++)
        assert_int_equal(redress_check_finger(&of, 20000, &failure), REASON_DONE);
    assert_int_equal(redress_check_finger(&of, 20000, &failure), REASON_REDRESS_STATE);
}

static void test_H6_it_goes_with_the_referral_where_no_case_stays(void **context)
{
    struct state_directory *state = *context;
    refuse(state, 3);
    end_referral(state);
    assert_int_equal(case_record_count(state->store, CASE_RECORD_REFUSALS), 0);
}

static void test_H6_it_stays_behind_the_referral_while_a_case_of_it_does(void **context)
{
    struct state_directory *state = *context;
    put_case(state, true);
    refuse(state, 3);
    end_referral(state);
    assert_int_equal(found(state).count, 3);
    assert_true(found(state).referral_gone);
}

/* Nothing is not none. */
static void test_H6_a_count_that_is_not_what_was_written_is_none(void **context)
{
    struct state_directory *state = *context;
    const uint8_t wrong[][3] = {{4, 0}, {1, 2}, {1, 0, 0}};
    for (size_t i = 0; i < 3; i++) {
        const struct redress_refusals none = {0};
        struct redress_refusals refusals;
        uint8_t bytes[REDRESS_REFUSALS_BYTES];
        struct case_record_change record;
        assert_int_equal(
            redress_refusals_keep(state->store, REFERRAL, &none, bytes, &record, &state->failure),
            REASON_DONE);
        record.bytes = wrong[i];
        record.size = i == 2 ? 3 : 2;
        commit(state, &record);
        assert_int_equal(
            redress_refusals_find(state->store, REFERRAL, &refusals, &state->failure), REASON_STATE_UNPROVEN);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, state_directory_set_up, state_directory_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_H6_the_count_is_the_case_s_whoever_reads_it),
        TEST(test_H6_behind_three_no_finger_is_taken),
        TEST(test_H6_it_goes_with_the_referral_where_no_case_stays),
        TEST(test_H6_it_stays_behind_the_referral_while_a_case_of_it_does),
        TEST(test_H6_a_count_that_is_not_what_was_written_is_none)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
