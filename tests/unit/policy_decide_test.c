/* What follows from a policy: who may ask what about whom. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "policy/policy.h"

#define LAW "Cabinet of Ministers of Ukraine, Resolution 1073 of 27 December 2017"

static struct policy *policy;
static struct failure failure;

static struct policy *preset(const char *name)
{
    struct policy *made;
    const char *text = policy_preset(name);
    assert_int_equal(policy_parse(name, text, strlen(text), &made, &failure), REASON_DONE);
    return made;
}

static int begin(void **state)
{
    (void)state;
    policy = preset("ukraine");
    return 0;
}

static int end(void **state)
{
    (void)state;
    policy_destroy(policy);
    return 0;
}

static const struct policy_question ordinary = {.purpose = "border_check",
    .legal_basis = LAW,
    .roles = ROLE_TERMINAL,
    .comparisons = POLICY_IDENTIFICATION,
    .group = TRAVELLER_FOREIGNER,
    .age_band = AGE_18_AND_OVER};

static enum reason ask(struct policy_question question)
{
    const struct policy_purpose *purpose;
    return policy_check_opening(policy, &question, &purpose, &failure);
}

static void test_M4_what_the_policy_names_may_be_asked_and_nothing_else(void **state)
{
    (void)state;
    struct policy_question question = ordinary;
    assert_int_equal(ask(question), REASON_DONE);
    question.purpose = "curiosity";
    assert_int_equal(ask(question), REASON_PURPOSE_NOT_DECLARED);
    question = ordinary;
    question.legal_basis = "Cabinet";
    assert_int_equal(ask(question), REASON_LEGAL_BASIS_NOT_IN_POLICY);
    assert_string_equal(failure.detail, "for border_check it names \"" LAW "\"");
    question = ordinary;
    question.roles = ROLE_SUPERVISOR | ROLE_EXAMINER;
    assert_int_equal(ask(question), REASON_NOT_PERMITTED);
    question.purpose = "second_line_check";
    assert_int_equal(ask(question), REASON_DONE);
    question = ordinary;
    question.comparisons = 0;
    assert_int_equal(ask(question), REASON_COMPARISON_NOT_PERMITTED);
}

/* One is said word for word or not at all. */
static void test_P8_of_a_legal_basis_that_has_no_room_no_part_is_told(void **state)
{
    (void)state;
    const struct policy_purpose *purpose;
    struct policy_question question = ordinary;
    struct policy *wordy = preset("ukraine");
    question.legal_basis = "Cabinet";
    assert_string_equal(wordy->purposes[0].name, question.purpose);
    memset(wordy->purposes[0].legal_bases[0], 'x', POLICY_TEXT_SIZE - 1);
    assert_int_equal(
        policy_check_opening(wordy, &question, &purpose, &failure), REASON_LEGAL_BASIS_NOT_IN_POLICY);
    assert_string_equal(failure.detail, "the policy does not name it for border_check");
    policy_destroy(wordy);
}

static void test_M4_readmission_compares_with_one_reference_alone(void **state)
{
    (void)state;
    struct policy_question question = ordinary;
    question.purpose = "readmission";
    assert_int_equal(ask(question), REASON_COMPARISON_NOT_PERMITTED);
    question.comparisons = POLICY_IDENTIFICATION | POLICY_VERIFICATION;
    assert_int_equal(ask(question), REASON_COMPARISON_NOT_PERMITTED);
    question.comparisons = POLICY_VERIFICATION;
    assert_int_equal(ask(question), REASON_DONE);
}

/* Doubt counts as a small child; who is present makes no difference where the policy knows no exception. */
static void test_P1_children_are_not_captured(void **state)
{
    (void)state;
    for (int band = 0; band < AGE_BAND_COUNT; band++) {
        struct policy_question question = ordinary;
        question.age_band = (enum age_band)band;
        enum reason expected = band == AGE_18_AND_OVER ? REASON_DONE : REASON_AGE_NOT_PERMITTED;
        assert_int_equal(ask(question), expected);
        question.accompanied = true;
        assert_int_equal(ask(question), expected);
    }
    const struct policy_purpose *purpose = policy_find_purpose(policy, "border_check");
    assert_string_equal(policy_exemption(purpose, TRAVELLER_FOREIGNER, AGE_UNKNOWN, true), "under_age");
}

/* From 5 years on where an adult is present: a band counts with its lowest age. */
static void test_P1_an_adult_present_makes_a_difference_where_the_policy_says_so(void **state)
{
    (void)state;
    struct policy *protection = preset("protection");
    const struct policy_purpose *purpose = policy_find_purpose(protection, "protection_check");
    assert_string_equal(policy_exemption(purpose, TRAVELLER_CITIZEN, AGE_6_TO_11, false), "under_age");
    assert_null(policy_exemption(purpose, TRAVELLER_CITIZEN, AGE_6_TO_11, true));
    assert_string_equal(policy_exemption(purpose, TRAVELLER_CITIZEN, AGE_UNKNOWN, true), "under_age");
    policy_destroy(protection);
}

static void test_P2_exempt_groups_are_not_captured(void **state)
{
    (void)state;
    static const bool captured[TRAVELLER_GROUP_COUNT] = {[TRAVELLER_FOREIGNER] = true,
        [TRAVELLER_STATELESS_PERSON] = true,
        [TRAVELLER_PROTECTION_CLAIMANT] = true};
    for (int group = TRAVELLER_GROUP_UNSAID; group < TRAVELLER_GROUP_COUNT; group++) {
        struct policy_question question = ordinary;
        question.group = (enum traveller_group)group;
        assert_int_equal(ask(question), captured[group] ? REASON_DONE : REASON_GROUP_EXEMPT);
        const char *why = policy_exemption(
            policy_find_purpose(policy, "border_check"), question.group, AGE_18_AND_OVER, false);
        if (captured[group])
            assert_null(why);
        else
            assert_string_equal(why, traveller_group_name(question.group));
    }
}

static void test_P2_a_demonstration_takes_any_legal_basis_but_not_none(void **state)
{
    (void)state;
    struct policy *demonstration = preset("demonstration");
    const struct policy_purpose *purpose;
    struct policy_question question = ordinary;
    question.legal_basis = "whatever";
    assert_int_equal(policy_check_opening(demonstration, &question, &purpose, &failure), REASON_DONE);
    assert_string_equal(purpose->name, "border_check");
    question.legal_basis = "";
    assert_int_equal(
        policy_check_opening(demonstration, &question, &purpose, &failure), REASON_LEGAL_BASIS_NOT_IN_POLICY);
    assert_null(purpose);
    policy_destroy(demonstration);
}

/* Each group in each preset: what the rules say of who crosses. */
static void test_P2_exempt_groups_are_those_of_the_rules(void **state)
{
    (void)state;
    static const uint32_t official = 1u << TRAVELLER_CITIZEN | 1u << TRAVELLER_CREW |
                                     1u << TRAVELLER_DIPLOMAT | 1u << TRAVELLER_INTERNATIONAL_OFFICIAL;
    static const struct {
        const char *preset, *purpose;
        uint32_t exempt;
    } cases[] = {{"ukraine", "border_check", official}, {"ees", "border_check", official},
        {"protection", "protection_check", 0}, {"demonstration", "border_check", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct policy *rules = preset(cases[i].preset);
        const struct policy_purpose *purpose = policy_find_purpose(rules, cases[i].purpose);
        for (unsigned group = TRAVELLER_CITIZEN; group < TRAVELLER_GROUP_COUNT; group++) {
            const char *why = policy_exemption(purpose, (enum traveller_group)group, AGE_18_AND_OVER, false);
            assert_string_equal(why != NULL ? why : "",
                (cases[i].exempt & 1u << group) != 0 ? traveller_group_name((enum traveller_group)group)
                                                     : "");
        }
        assert_string_equal(
            policy_exemption(purpose, TRAVELLER_GROUP_UNSAID, AGE_18_AND_OVER, false), "unsaid");
        policy_destroy(rules);
    }
}

/* Where group and age both exempt, the group is said: it needs no guess. */
static void test_P2_a_diplomats_child_is_exempt_as_a_diplomat(void **state)
{
    (void)state;
    struct policy_question question = ordinary;
    question.group = TRAVELLER_DIPLOMAT;
    question.age_band = AGE_6_TO_11;
    assert_int_equal(ask(question), REASON_GROUP_EXEMPT);
}

/* Each age band in each preset, alone and with an adult who stands for the child. */
static void test_P1_ages_are_those_of_the_rules(void **state)
{
    (void)state;
    /* captured: of the bands unknown, under_6, 6_to_11, 12_to_17, 18_and_over */
    static const struct {
        const char *preset, *purpose;
        bool accompanied;
        bool captured[AGE_BAND_COUNT];
    } cases[] = {
        {"ukraine", "border_check", false, {false, false, false, false, true}},
        {"ukraine", "border_check", true, {false, false, false, false, true}},
        {"ukraine", "protection_check", true, {false, false, false, false, true}},
        {"ees", "border_check", false, {false, false, false, true, true}},
        {"ees", "border_check", true, {false, false, false, true, true}},
        {"protection", "protection_check", false, {false, false, false, true, true}},
        {"protection", "protection_check", true, {false, false, true, true, true}},
        {"demonstration", "border_check", true, {false, false, false, false, true}},
        {"demonstration", "protection_check", false, {true, true, true, true, true}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct policy *rules = preset(cases[i].preset);
        const struct policy_purpose *purpose = policy_find_purpose(rules, cases[i].purpose);
        for (unsigned band = 0; band < AGE_BAND_COUNT; band++) {
            const char *why =
                policy_exemption(purpose, TRAVELLER_FOREIGNER, (enum age_band)band, cases[i].accompanied);
            assert_string_equal(why != NULL ? why : "", cases[i].captured[band] ? "" : "under_age");
        }
        policy_destroy(rules);
    }
}

static void test_A4_a_list_is_fresh_then_old_then_too_old(void **state)
{
    (void)state;
    const struct policy_purpose *purpose = policy_find_purpose(policy, "border_check");
    assert_int_equal(policy_judge_list_age(purpose, 2), POLICY_LIST_FRESH);
    assert_int_equal(policy_judge_list_age(purpose, 3), POLICY_LIST_STALE);
    assert_int_equal(policy_judge_list_age(purpose, 4), POLICY_LIST_STALE);
    assert_int_equal(policy_judge_list_age(purpose, 5), POLICY_LIST_TOO_OLD);
    assert_int_equal(policy_judge_list_age(purpose, UINT64_MAX), POLICY_LIST_TOO_OLD);
}

struct told {
    size_t count, added, removed;
    char last[1024];
};

static void note(void *context, const struct policy_change *change)
{
    struct told *told = context;
    told->count++;
    told->added += change->old_value == NULL;
    told->removed += change->new_value == NULL;
    snprintf(told->last, sizeof told->last, "%s %s: %s -> %s", change->section, change->key,
        change->old_value != NULL ? change->old_value : "",
        change->new_value != NULL ? change->new_value : "");
}

static void test_M4_what_a_change_changes_is_told_key_by_key(void **state)
{
    (void)state;
    struct told told = {0};
    struct policy *other = preset("ukraine");
    policy_compare(policy, other, note, &told);
    assert_int_equal(told.count, 0);
    other->purposes[0].exempt_groups = 0;
    policy_compare(policy, other, note, &told);
    assert_int_equal(told.count, 1);
    assert_string_equal(
        told.last, "border_check exempt_groups: citizen, crew, diplomat, international_official -> none");
    other->purpose_count--; /* missing_person_check goes */
    told = (struct told){0};
    policy_compare(policy, other, note, &told);
    assert_true(told.removed > 10);
    assert_int_equal(told.added, 0);
    told = (struct told){0};
    policy_compare(other, policy, note, &told);
    assert_true(told.added > 10);
    assert_int_equal(told.removed, 0);
    policy_destroy(other);
}

/* Of two persons who change a policy the second one reads this: no change may be silent. */
static void test_T7_one_basis_is_not_two_that_read_alike(void **state)
{
    (void)state;
    struct told told = {0};
    struct policy *one = preset("ukraine"), *two = preset("ukraine");
    one->purposes[0].legal_basis_count = 1;
    strcpy(one->purposes[0].legal_bases[0], "Act 1 | Act 2");
    two->purposes[0].legal_basis_count = 2;
    strcpy(two->purposes[0].legal_bases[0], "Act 1");
    strcpy(two->purposes[0].legal_bases[1], "Act 2");
    policy_compare(one, two, note, &told);
    assert_int_equal(told.count, 1);
    assert_string_equal(told.last, "border_check legal_basis: Act 1 || Act 2 -> Act 1 | Act 2");
    policy_destroy(one);
    policy_destroy(two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_M4_what_the_policy_names_may_be_asked_and_nothing_else),
        cmocka_unit_test(test_P8_of_a_legal_basis_that_has_no_room_no_part_is_told),
        cmocka_unit_test(test_M4_readmission_compares_with_one_reference_alone),
        cmocka_unit_test(test_P1_children_are_not_captured),
        cmocka_unit_test(test_P1_an_adult_present_makes_a_difference_where_the_policy_says_so),
        cmocka_unit_test(test_P2_exempt_groups_are_not_captured),
        cmocka_unit_test(test_P2_a_demonstration_takes_any_legal_basis_but_not_none),
        cmocka_unit_test(test_P2_exempt_groups_are_those_of_the_rules),
        cmocka_unit_test(test_P2_a_diplomats_child_is_exempt_as_a_diplomat),
        cmocka_unit_test(test_P1_ages_are_those_of_the_rules),
        cmocka_unit_test(test_A4_a_list_is_fresh_then_old_then_too_old),
        cmocka_unit_test(test_M4_what_a_change_changes_is_told_key_by_key),
        cmocka_unit_test(test_T7_one_basis_is_not_two_that_read_alike),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
