/* How a policy is read: the presets hold, and every doubt is refused with its place and what to write instead. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/policy.h"

static const char *const preset_names[] = {"ukraine", "ees", "protection", "demonstration"};
static struct policy *policy;
static struct failure failure;

static enum reason parse(const char *text)
{
    memset(&failure, 0, sizeof failure);
    return policy_parse("post.policy", text, strlen(text), &policy, &failure);
}

static int forget(void **state)
{
    (void)state;
    policy_destroy(policy);
    policy = NULL;
    return 0;
}

/* The preset with the line that begins so replaced (NULL: left out), the first one from the section on. Malloc'd. */
static char *changed(const char *preset, const char *section, const char *line, const char *other)
{
    const char *text = policy_preset(preset);
    const char *from = strstr(text, section);
    assert_non_null(from);
    char wanted[128];
    snprintf(wanted, sizeof wanted, "\n%s", line);
    const char *start = strstr(from, wanted);
    assert_non_null(start);
    const char *end = strchr(start + 1, '\n');
    char *made;
    assert_true(asprintf(&made, "%.*s%s%s%s", (int)(start - text), text, other != NULL ? "\n" : "",
                    other != NULL ? other : "", end) > 0);
    return made;
}

static void assert_refused(
    const char *preset, const char *section, const char *line, const char *other, const char *words)
{
    char *text = changed(preset, section, line, other);
    enum reason reason = parse(text);
    free(text);
    if (reason != REASON_POLICY_BAD || strstr(failure.detail, words) == NULL)
        fail_msg("'%s' instead of '%s': %s, '%s' does not say '%s'", other != NULL ? other : "", line,
            reason_name(reason), failure.detail, words);
    assert_null(policy);
    assert_int_equal(strncmp(failure.subject, "post.policy:", 12), 0);
    assert_true(strtoul(failure.subject + 12, NULL, 10) > 0);
}

static void test_M4_each_preset_is_a_policy(void **state)
{
    for (size_t i = 0; i < sizeof preset_names / sizeof preset_names[0]; i++) {
        forget(state);
        const char *text = policy_preset(preset_names[i]);
        assert_non_null(text);
        if (parse(text) != REASON_DONE)
            fail_msg("%s: %s: %s", preset_names[i], failure.subject, failure.detail);
        assert_string_equal(policy->name, preset_names[i]);
        assert_int_equal(policy->demonstration, strcmp(preset_names[i], "demonstration") == 0);
    }
    assert_null(policy_preset("none"));
}

/* Resolution 1073: the right hand's five fingers, nobody under 18, crew, diplomats and officials exempt; readmission is 1:1. */
static void test_P1_ukraines_rules(void **state)
{
    (void)state;
    assert_int_equal(parse(policy_preset("ukraine")), REASON_DONE);
    const struct policy_purpose *purpose = policy_find_purpose(policy, "border_check");
    assert_int_equal(purpose->finger_count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(purpose->fingers[i], FINGER_RIGHT_THUMB + (int)i);
    assert_int_equal(purpose->minimum_age, 18);
    assert_int_equal(purpose->accompanied_age, 18);
    assert_int_equal(purpose->exempt_groups, 1u << TRAVELLER_CITIZEN | 1u << TRAVELLER_CREW |
                                                 1u << TRAVELLER_DIPLOMAT |
                                                 1u << TRAVELLER_INTERNATIONAL_OFFICIAL);
    assert_int_equal(policy_find_purpose(policy, "readmission")->comparisons, POLICY_VERIFICATION);
    assert_int_equal(policy_find_purpose(policy, "readmission")->categories, 0);
    assert_int_equal(policy->purpose_count, 5);
}

/* No preset has victims' data searched but for protection. */
static void test_P8_no_preset_searches_victims_for_enforcement(void **state)
{
    for (size_t i = 0; i < sizeof preset_names / sizeof preset_names[0]; i++) {
        forget(state);
        assert_int_equal(parse(policy_preset(preset_names[i])), REASON_DONE);
        for (size_t k = 0; k < policy->purpose_count; k++) {
            const struct policy_purpose *purpose = &policy->purposes[k];
            bool sees = (purpose->categories & 1u << ALERT_CATEGORY_TRAFFICKING_VICTIM) != 0;
            assert_true(!sees || purpose->nature == POLICY_PROTECTION);
        }
    }
}

/* Victims are searched for enforcement only where the policy names the law. */
static void test_P8_victims_need_a_law(void **state)
{
    (void)state;
    static const char line[] = "categories = missing_person, trafficking_victim";
    const char *preset = policy_preset("ees");
    const char *start = strstr(preset, "categories = "), *end = strstr(preset, "\nfingers = ");
    char *with, *lawful;
    assert_true(asprintf(&with, "%.*s%s%s", (int)(start - preset), preset, line, end) > 0);
    assert_int_equal(parse(with), REASON_POLICY_BAD);
    assert_non_null(strstr(failure.detail, "[policy] victims_basis"));
    start = strstr(with, "version = ");
    assert_true(
        asprintf(&lawful, "%.*svictims_basis = Law 1, Article 2\n%s", (int)(start - with), with, start) > 0);
    assert_int_equal(parse(lawful), REASON_DONE);
    free(with);
    free(lawful);
}

static void test_M4_what_contradicts_itself_is_refused(void **state)
{
    (void)state;
    const char *check = "[purpose border_check]";
    assert_refused("ukraine", check, "exempt_groups", "exempt_groups = citizen, crew, diplomat",
        "international_official stands neither");
    assert_refused("ukraine", check, "exempt_groups",
        "exempt_groups = citizen, crew, diplomat, international_official, foreigner",
        "foreigner stands in captured_groups and");
    assert_refused("ukraine", check, "fingers =", "fingers = right_thumb, right_index, right_thumb",
        "right_thumb stands there twice");
    assert_refused("ukraine", check, "fingers_needed", "fingers_needed = 6", "write at most 5");
    assert_refused("ukraine", check, "legal_basis", "legal_basis = any", "name the law");
    assert_refused("ukraine", check, "comparisons", "comparisons = verification", "categories = none");
    assert_refused(
        "ukraine", check, "roles", "roles = terminal, administrator", "take administrator and auditor out");
    assert_refused("ukraine", "[purpose readmission]", "comparisons", "comparisons = identification",
        "readmission is 1:1 alone");
    assert_refused("ukraine", "[purpose protection_check]", "categories", "categories = wanted_for_arrest",
        "no protection alert");
    assert_refused("demonstration", "[policy]", "demonstration", "demonstration = no", "name the law");
}

static void test_P1_no_exception_makes_the_age_higher(void **state)
{
    (void)state;
    assert_refused(
        "ukraine", "[purpose border_check]", "accompanied_age", "accompanied_age = 19", "write at most 18");
    assert_refused("ukraine", "[purpose border_check]", "minimum_age", "minimum_age = eighteen",
        "whole number from 0 to 120");
}

static void test_P4_attempts_are_bounded(void **state)
{
    (void)state;
    assert_refused("ukraine", "[purpose border_check]", "attempts", "attempts = 0", "from 1 to 10");
    assert_refused("ukraine", "[purpose border_check]", "attempts", "attempts = 11", "from 1 to 10");
}

static void test_F8_a_sensors_class_is_one_that_exists(void **state)
{
    (void)state;
    assert_refused("ukraine", "[purpose border_check]", "identification_fap", "identification_fap = 25",
        "write a FAP class");
    assert_int_equal(parse(policy_preset("ukraine")), REASON_DONE);
    assert_int_equal(policy->purposes[0].identification_fap, 45);
    assert_int_equal(policy->purposes[0].verification_fap, 20);
}

static void test_Q8_whether_attacks_must_be_detected_is_said(void **state)
{
    (void)state;
    assert_refused("ukraine", "[purpose border_check]", "attack_detection_required", NULL,
        "attack_detection_required is missing");
    char *text = changed(
        "ukraine", "[purpose border_check]", "attack_detection_required", "attack_detection_required = yes");
    assert_int_equal(parse(text), REASON_DONE);
    free(text);
    assert_true(policy->purposes[0].attack_detection_required);
    assert_false(policy->purposes[1].attack_detection_required);
}

static void test_A4_a_list_is_old_before_it_is_too_old(void **state)
{
    (void)state;
    assert_refused(
        "ukraine", "[purpose border_check]", "list_warning_days", "list_warning_days = 6", "write at most 5");
}

static void test_M4_what_is_unknown_or_twice_is_refused(void **state)
{
    (void)state;
    const char *check = "[purpose border_check]";
    assert_refused("ukraine", check, "attempts", "atempts = 3", "unknown key atempts");
    assert_refused("ukraine", check, "attempts", "attempts = 3\nattempts = 3", "attempts is given twice");
    assert_refused("ukraine", check, "retention_days",
        "retention_days = 3\nlegal_basis = Law\nlegal_basis = Law", "given twice");
    assert_refused("ukraine", check, "[purpose second", "[purpose border_check]",
        "[purpose border_check] stands there twice");
    assert_refused("ukraine", check, "[purpose second", "[purpse x]", "unknown section [purpse x]");
    assert_refused("ukraine", check, "[purpose second", "[purpose x", "not a section");
    assert_refused("ukraine", check, "[purpose second", "[policy]", "[policy] stands there twice");
    assert_refused("ukraine", check, "attempts", "attempts", "neither [section] nor key");
    assert_refused("ukraine", check, "attempts", " attempts = 3", "only a list goes on");
    assert_refused("ukraine", check, "exempt_groups",
        "exempt_groups = citizen, crew, diplomat, international_official,", "ends with a comma");
    assert_refused("ukraine", check, "categories", "categories = missing_person", "must end with a comma");
    assert_refused(
        "ukraine", check, "categories", "categories = spies,", "'spies' is none of missing_person");
    assert_refused("ukraine", "[policy]", "authority", "authority = Border\u202eGuard", "U+202E");
    assert_refused("ukraine", "[policy]", "authority", "authority =", "is empty");
    assert_int_equal(parse(""), REASON_POLICY_BAD);
    assert_int_equal(parse("[purpose x]\n"), REASON_POLICY_BAD);
    assert_non_null(strstr(failure.detail, "[policy] comes first"));
    assert_int_equal(parse("[policy]\nname = x\nversion = 1\nauthority = x\n"), REASON_POLICY_BAD);
    assert_non_null(strstr(failure.detail, "no purpose is declared"));
}

static void test_M4_nothing_may_be_left_unsaid(void **state)
{
    (void)state;
    static const char *const keys[] = {"nature", "legal_basis", "roles", "comparisons", "fingers",
        "fingers_needed", "attempts", "minimum_age", "accompanied_age", "captured_groups", "exempt_groups",
        "retention_days", "list_warning_days", "list_limit_days", "identification_fap", "verification_fap",
        "attack_detection_required", "postponement_days"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        char line[64], words[64];
        snprintf(line, sizeof line, "%s =", keys[i]);
        snprintf(words, sizeof words, "%s is missing", keys[i]);
        assert_refused("ukraine", "[purpose second_line_check]", line, NULL, words);
    }
}

/* H2: what may be left out is the strictest then, and what is written has bounds. */
static void test_H2_rules_of_referrals_are_strict_by_default(void **state)
{
    (void)state;
    assert_refused("ukraine", "[purpose border_check]", "postponement_days",
        "postponement_days = 90\nexaminers = 0", "from 1 to 2");
    assert_refused("ukraine", "[purpose border_check]", "postponement_days",
        "postponement_days = 90\nreferral_minutes = 0", "from 1 to 10080");
    char *text = changed("ukraine", "[purpose border_check]", "postponement_days",
        "postponement_days = 90\nexaminers = 1\nscore_shown = yes\nreferral_minutes = "
        "5\nprobe_retention_days = 7");
    assert_int_equal(parse(text), REASON_DONE);
    free(text);
    const struct policy_purpose *purpose = policy_find_purpose(policy, "border_check");
    assert_int_equal(purpose->examiners, 1);
    assert_true(purpose->score_shown);
    assert_int_equal(purpose->referral_minutes, 5);
    assert_int_equal(purpose->probe_retention_days, 7);
    purpose = policy_find_purpose(policy, "readmission");
    assert_int_equal(purpose->examiners, 2);
    assert_false(purpose->score_shown);
    assert_int_equal(purpose->referral_minutes, 30);
    assert_int_equal(purpose->probe_retention_days, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_M4_each_preset_is_a_policy, forget),
        cmocka_unit_test_teardown(test_P1_ukraines_rules, forget),
        cmocka_unit_test_teardown(test_P8_no_preset_searches_victims_for_enforcement, forget),
        cmocka_unit_test_teardown(test_P8_victims_need_a_law, forget),
        cmocka_unit_test_teardown(test_M4_what_contradicts_itself_is_refused, forget),
        cmocka_unit_test_teardown(test_P1_no_exception_makes_the_age_higher, forget),
        cmocka_unit_test_teardown(test_P4_attempts_are_bounded, forget),
        cmocka_unit_test_teardown(test_F8_a_sensors_class_is_one_that_exists, forget),
        cmocka_unit_test_teardown(test_Q8_whether_attacks_must_be_detected_is_said, forget),
        cmocka_unit_test_teardown(test_A4_a_list_is_old_before_it_is_too_old, forget),
        cmocka_unit_test_teardown(test_M4_what_is_unknown_or_twice_is_refused, forget),
        cmocka_unit_test_teardown(test_M4_nothing_may_be_left_unsaid, forget),
        cmocka_unit_test_teardown(test_H2_rules_of_referrals_are_strict_by_default, forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
