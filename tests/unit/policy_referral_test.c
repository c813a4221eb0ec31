/* To whom a match is referred, who may know of it, and who may verify it. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "policy/referral.h"

#define BIT(category) (1u << ALERT_CATEGORY_##category)
static const uint32_t discreet = BIT(DISCREET_CHECK) | BIT(INQUIRY_CHECK) | BIT(SPECIFIC_CHECK);

/* Whoever is to be protected goes to who protects, whatever else is said of him. */
static void test_P5_protection_goes_first(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ALERT_CATEGORY_COUNT; i++) {
        if ((discreet & 1u << i) != 0)
            continue;
        bool protects = alert_category_is_protection((enum alert_category)i);
        assert_int_equal(referral_route_of(1u << i, TRAVELLER_FOREIGNER),
            protects ? REFERRAL_PROTECTION_OFFICER : REFERRAL_SECOND_LINE);
        assert_int_equal(
            referral_route_of(1u << i, TRAVELLER_PROTECTION_CLAIMANT), REFERRAL_PROTECTION_OFFICER);
        assert_int_equal(referral_route_of(1u << i | BIT(MISSING_PERSON), TRAVELLER_FOREIGNER),
            REFERRAL_PROTECTION_OFFICER);
    }
}

/* A discreet alert is a referral of its own, which no group makes another one. */
static void test_P6_a_discreet_alert_is_referred_in_silence(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ALERT_CATEGORY_COUNT; i++) {
        uint32_t all = discreet | 1u << i;
        assert_int_equal(referral_discreet(all), discreet);
        assert_int_equal(referral_overt(all), (1u << i) & ~discreet);
        for (int group = TRAVELLER_CITIZEN; group < TRAVELLER_GROUP_COUNT; group++)
            if ((discreet & 1u << i) != 0)
                assert_int_equal(referral_route_of(1u << i, (enum traveller_group)group), REFERRAL_SILENT);
    }
    assert_int_equal(referral_discreet(0) | referral_overt(0), 0);
}

static void test_H4_what_cannot_wait_is_immediate(void **state)
{
    (void)state;
    const uint32_t immediate =
        BIT(CHILD_AT_RISK_OF_ABDUCTION) | BIT(TO_BE_PREVENTED_FROM_TRAVELLING) | BIT(WANTED_FOR_ARREST);
    for (unsigned i = 0; i < ALERT_CATEGORY_COUNT; i++)
        assert_int_equal(referral_is_immediate(1u << i), (immediate & 1u << i) != 0);
    assert_true(referral_is_immediate(BIT(REFUSAL_OF_ENTRY) | BIT(WANTED_FOR_ARREST)));
}

/* Terminals, auditors and administrators know of no referral, protection officers of theirs alone. */
static void test_H4_who_knows_of_a_referral(void **state)
{
    (void)state;
    for (int i = 0; i < REFERRAL_ROUTE_COUNT; i++) {
        enum referral_route route = (enum referral_route)i;
        assert_false(referral_may_see(route, 0));
        assert_false(referral_may_see(route, ROLE_TERMINAL | ROLE_AUDITOR | ROLE_ADMINISTRATOR));
        assert_true(referral_may_see(route, ROLE_EXAMINER));
        assert_true(referral_may_see(route, ROLE_SUPERVISOR));
        assert_int_equal(
            referral_may_see(route, ROLE_PROTECTION_OFFICER), route == REFERRAL_PROTECTION_OFFICER);
    }
    assert_false(referral_may_see(REFERRAL_ROUTE_COUNT, ROLE_ANY));
}

/* Of two who judge whom they are to protect one is an examiner at most; where one is enough it is none. */
static void test_P5_examiners_alone_judge_nobody_who_is_to_be_protected(void **state)
{
    (void)state;
    const enum referral_route protection = REFERRAL_PROTECTION_OFFICER;
    assert_int_equal(referral_role_of_seat(protection, ROLE_EXAMINER, 2, 0), ROLE_EXAMINER);
    assert_int_equal(referral_role_of_seat(protection, ROLE_EXAMINER, 2, 1), 0);
    assert_int_equal(referral_role_of_seat(protection, ROLE_EXAMINER, 1, 0), 0);
    assert_int_equal(referral_role_of_seat(protection, ROLE_EXAMINER | ROLE_PROTECTION_OFFICER, 2, 1),
        ROLE_PROTECTION_OFFICER);
    assert_int_equal(referral_role_of_seat(REFERRAL_SECOND_LINE, ROLE_EXAMINER, 2, 1), ROLE_EXAMINER);
    assert_int_equal(referral_role_of_seat(REFERRAL_SECOND_LINE, ROLE_PROTECTION_OFFICER, 2, 0), 0);
    assert_int_equal(referral_role_of_seat(REFERRAL_SILENT, ROLE_PROTECTION_OFFICER, 2, 0), 0);
    for (int i = 0; i < REFERRAL_ROUTE_COUNT; i++)
        assert_int_equal(referral_role_of_seat((enum referral_route)i,
                             ROLE_ANY & ~(ROLE_EXAMINER | ROLE_PROTECTION_OFFICER), 2, 0),
            0);
}

/* A policy from before these keys, and one that has the purpose no more, are read as the strictest. */
static void test_H2_two_persons_verify_where_nobody_says_otherwise(void **state)
{
    (void)state;
    struct policy *policy;
    struct failure failure = {0};
    const char *text = policy_preset("ukraine");
    assert_int_equal(policy_parse("p", text, strlen(text), &policy, &failure), REASON_DONE);
    static const char *const purposes[] = {"border_check", "none"};
    assert_string_equal(policy->purposes[0].name, purposes[0]);
    policy->purposes[1].retention_days = 4000;
    for (size_t i = 0; i < 2; i++) {
        struct referral_rules rules = referral_rules_of(policy, purposes[i]);
        assert_int_equal(rules.examiners, 2);
        assert_false(rules.score_shown);
        assert_int_equal(rules.minutes, 30);
        assert_int_equal(rules.probe_retention_days, 0);
        assert_int_equal(rules.retention_days, i == 0 ? policy->purposes[0].retention_days : 4000);
    }
    policy->purposes[0].examiners = 1;
    assert_int_equal(referral_rules_of(policy, policy->purposes[0].name).examiners, 1);
    policy_destroy(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_P5_protection_goes_first),
        cmocka_unit_test(test_P6_a_discreet_alert_is_referred_in_silence),
        cmocka_unit_test(test_H4_what_cannot_wait_is_immediate),
        cmocka_unit_test(test_H4_who_knows_of_a_referral),
        cmocka_unit_test(test_P5_examiners_alone_judge_nobody_who_is_to_be_protected),
        cmocka_unit_test(test_H2_two_persons_verify_where_nobody_says_otherwise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
