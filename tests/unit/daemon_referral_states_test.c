/* What may follow what in a referral, and what of it is shown. */
#include "tests/unit/unit.h"

#include <string.h>

#include "daemon/referrals/states.h"

/* Every allowed move, written out a second time: the table is the contract, not its own witness. */
static const char *const allowed[][2] = {
    {"waiting", "examination"},
    {"waiting", "decided"},
    {"examination", "waiting"},
    {"examination", "second_waits"},
    {"examination", "disagreed"},
    {"examination", "decided"},
    {"second_waits", "waiting"},
    {"second_waits", "examination"},
    {"second_waits", "decided"},
    {"disagreed", "decided"},
    {"decided", "corrected"},
    {"corrected", "corrected"},
};

static bool is_allowed(const char *from, const char *to)
{
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
        if (strcmp(allowed[i][0], from) == 0 && strcmp(allowed[i][1], to) == 0)
            return true;
    return false;
}

static void test_H1_every_pair_of_states(void **state)
{
    (void)state;
    for (int from = 0; from < REFERRAL_STATE_COUNT; from++)
        for (int to = 0; to < REFERRAL_STATE_COUNT; to++)
            assert_int_equal(referral_state_may_move((enum referral_state)from, (enum referral_state)to),
                is_allowed(referral_state_name((enum referral_state)from),
                    referral_state_name((enum referral_state)to)));
    assert_false(referral_state_may_move(REFERRAL_STATE_COUNT, REFERRAL_STATE_DECIDED));
    assert_false(referral_state_may_move(REFERRAL_STATE_DECIDED, REFERRAL_STATE_COUNT));
}

/* Whatever is before the verdicts are all given is one and the same to everybody. */
static void test_H5_what_is_open_is_shown_alike(void **state)
{
    (void)state;
    for (int i = 0; i < REFERRAL_STATE_COUNT; i++) {
        enum referral_state each = (enum referral_state)i, parsed;
        assert_int_equal(strcmp(referral_state_shown(each), "open") == 0, !referral_state_is_opened(each));
        assert_true(referral_state_parse(referral_state_name(each), &parsed));
        assert_int_equal(parsed, each);
    }
    enum referral_state none;
    assert_false(referral_state_parse("hit", &none));
    assert_false(referral_state_has_outcome(REFERRAL_STATE_DISAGREED));
    assert_true(referral_state_is_opened(REFERRAL_STATE_DISAGREED));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_H1_every_pair_of_states),
        cmocka_unit_test(test_H5_what_is_open_is_shown_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
