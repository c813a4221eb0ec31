#include "tests/unit/unit.h"

#include <string.h>

#include "daemon/transactions/states.h"

/* Every allowed move, written out a second time: the table is the contract, not its own witness. */
static const char *const allowed[][2] = {
    {"open", "capturing"},
    {"open", "extracting"},
    {"open", "comparing"},
    {"open", "recording"},
    {"open", "cancelling"},
    {"capturing", "open"},
    {"capturing", "extracting"},
    {"capturing", "withdrawn"},
    {"extracting", "open"},
    {"extracting", "collecting"},
    {"extracting", "withdrawn"},
    {"collecting", "open"},
    {"collecting", "withdrawn"},
    {"withdrawn", "cancelling"},
    {"comparing", "recording"},
    {"comparing", "failed"},
    {"recording", "decided"},
    {"recording", "excepted"},
    {"recording", "failed"},
    {"cancelling", "cancelled"},
    {"cancelling", "failed"},
};

static bool is_allowed(const char *from, const char *to)
{
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
        if (strcmp(allowed[i][0], from) == 0 && strcmp(allowed[i][1], to) == 0)
            return true;
    return false;
}

static void test_all_pairs(void **state)
{
    (void)state;
    for (int from = 0; from < TRANSACTION_STATE_COUNT; from++)
        for (int to = 0; to < TRANSACTION_STATE_COUNT; to++)
            assert_int_equal(
                transaction_state_may_move((enum transaction_state)from, (enum transaction_state)to),
                is_allowed(transaction_state_name((enum transaction_state)from),
                    transaction_state_name((enum transaction_state)to)));
}

/* A decision is only reached through its record (no result without its record), and never left. */
static void test_H1_decided_only_after_recording(void **state)
{
    (void)state;
    for (int from = 0; from < TRANSACTION_STATE_COUNT; from++)
        assert_int_equal(transaction_state_may_move((enum transaction_state)from, TRANSACTION_STATE_DECIDED),
            from == TRANSACTION_STATE_RECORDING);
    assert_true(transaction_state_is_final(TRANSACTION_STATE_DECIDED));
    assert_true(transaction_state_is_final(TRANSACTION_STATE_EXCEPTED));
    assert_true(transaction_state_is_final(TRANSACTION_STATE_CANCELLED));
    assert_true(transaction_state_is_final(TRANSACTION_STATE_FAILED));
    assert_false(transaction_state_is_final(TRANSACTION_STATE_OPEN));
    assert_true(transaction_state_is_at_rest(TRANSACTION_STATE_OPEN));
    assert_true(transaction_state_is_at_rest(TRANSACTION_STATE_FAILED));
    assert_false(transaction_state_is_at_rest(TRANSACTION_STATE_CAPTURING));
}

static void test_what_is_no_state_goes_nowhere(void **state)
{
    (void)state;
    assert_string_equal(transaction_state_name((enum transaction_state)99), "?");
    assert_false(transaction_state_may_move((enum transaction_state)99, TRANSACTION_STATE_OPEN));
    assert_false(transaction_state_may_move(TRANSACTION_STATE_OPEN, (enum transaction_state)99));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_pairs),
        cmocka_unit_test(test_H1_decided_only_after_recording),
        cmocka_unit_test(test_what_is_no_state_goes_nowhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
