#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/notice.h"

#define UNIT "Krakovets"

static struct policy *preset(const char *name)
{
    struct policy *policy;
    struct failure failure = {0};
    const char *text = policy_preset(name);
    assert_non_null(text);
    if (policy_parse(name, text, strlen(text), &policy, &failure) != REASON_DONE)
        fail_msg("%s: %s", failure.subject, failure.detail);
    return policy;
}

static char *written(const struct policy *policy, const struct policy_purpose *purpose,
    enum language language, enum notice_reader reader)
{
    char *text;
    struct failure failure = {0};
    const struct notice notice = {.policy = policy, .purpose = purpose, .unit = UNIT, .language = language};
    assert_int_equal(notice_write(&notice, reader, &text, &failure), REASON_DONE);
    return text;
}

static void assert_says(const char *text, const char *what)
{
    assert_non_null(text);
    if (strstr(text, what) == NULL)
        fail_msg("\"%s\" is not said in:\n%s", what, text);
}

/* All that the policy says and a traveller must know. */
static void check_facts(const struct policy *policy, const struct policy_purpose *purpose, const char *text)
{
    char days[32], age[32];
    snprintf(days, sizeof days, ": %u.", purpose->retention_days);
    snprintf(age, sizeof age, " %u ", purpose->minimum_age);
    assert_says(text, policy->authority);
    assert_says(text, UNIT);
    assert_says(text, purpose->name);
    assert_says(text, days);
    if (purpose->minimum_age > 0)
        assert_says(text, age);
    for (size_t i = 0; i < purpose->legal_basis_count; i++)
        assert_says(text, purpose->legal_bases[i]);
    assert_null(strpbrk(text, "{}"));
    assert_int_equal(text[strlen(text) - 1], '\n');
}

/* No paragraph is the same in both languages: none was left untranslated. */
static void check_no_paragraph_in_common(const char *english, const char *ukrainian)
{
    char *copy = strdup(english), *rest = copy;
    assert_non_null(copy);
    while (rest != NULL) {
        char *paragraph = rest, *end = strstr(rest, "\n\n");
        rest = end != NULL ? end + 2 : NULL;
        if (end != NULL)
            *end = '\0';
        assert_null(strstr(ukrainian, paragraph));
    }
    free(copy);
}

static void check_purpose(const struct policy *policy, const struct policy_purpose *purpose)
{
    char *english = written(policy, purpose, LANGUAGE_ENGLISH, NOTICE_FOR_ANYBODY);
    char *ukrainian = written(policy, purpose, LANGUAGE_UKRAINIAN, NOTICE_FOR_ANYBODY);
    char *english_child = written(policy, purpose, LANGUAGE_ENGLISH, NOTICE_FOR_CHILDREN);
    char *ukrainian_child = written(policy, purpose, LANGUAGE_UKRAINIAN, NOTICE_FOR_CHILDREN);
    check_facts(policy, purpose, english);
    check_facts(policy, purpose, ukrainian);
    check_no_paragraph_in_common(english, ukrainian);
    check_no_paragraph_in_common(english_child, ukrainian_child);
    assert_says(english, "No machine decides whether you may cross");
    assert_says(ukrainian, "жодна машина не вирішує");
    assert_says(english_child, "It does not hurt");
    assert_says(ukrainian_child, "Це не боляче");
    free(english);
    free(ukrainian);
    free(english_child);
    free(ukrainian_child);
}

static void test_H4_every_purpose_of_every_preset_has_its_notice_in_both_languages(void **state)
{
    (void)state;
    static const char *const presets[] = {"ukraine", "ees", "protection", "demonstration"};
    size_t purposes = 0;
    for (size_t i = 0; i < sizeof presets / sizeof presets[0]; i++) {
        struct policy *policy = preset(presets[i]);
        for (size_t p = 0; p < policy->purpose_count; p++, purposes++)
            check_purpose(policy, &policy->purposes[p]);
        policy_destroy(policy);
    }
    assert_true(purposes >= 12);
}

static void test_H4_what_is_said_follows_from_the_policy(void **state)
{
    (void)state;
    struct policy *policy = preset("ukraine");
    struct policy_purpose *purpose = &policy->purposes[0];
    char *text = written(policy, purpose, LANGUAGE_ENGLISH, NOTICE_FOR_ANYBODY);
    assert_says(text, "no fingerprints are taken of: citizen, crew, diplomat, international official.");
    assert_says(text, "or with both");
    assert_null(strstr(text, "wanted for an offence"));
    assert_null(strstr(text, "stands for the child"));
    assert_false(notice_is_for_children(purpose));
    free(text);
    purpose->exempt_groups = 0;
    purpose->comparisons = POLICY_VERIFICATION;
    purpose->categories = 1u << ALERT_CATEGORY_MISSING_PERSON;
    purpose->accompanied_age = 6;
    purpose->postponement_days = 0;
    text = written(policy, purpose, LANGUAGE_ENGLISH, NOTICE_FOR_ANYBODY);
    assert_null(strstr(text, "For this purpose no"));
    assert_null(strstr(text, "a note is kept"));
    assert_says(text, "and with nobody else's");
    assert_says(text, "compared with no list of persons who are wanted");
    assert_says(text, "children of 6 years and older while an adult");
    assert_true(notice_is_for_children(purpose));
    free(text);
    policy_destroy(policy);
}

/* What an authority is called is not looked at again for names. */
static void test_names_are_filled_in_once(void **state)
{
    (void)state;
    struct policy *policy = preset("ukraine");
    snprintf(policy->authority, sizeof policy->authority, "{unit} {days} %%s %%n {");
    char *text = written(policy, &policy->purposes[0], LANGUAGE_UKRAINIAN, NOTICE_FOR_ANYBODY);
    assert_says(text, "{unit} {days} %s %n {, " UNIT);
    free(text);
    policy_destroy(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_H4_every_purpose_of_every_preset_has_its_notice_in_both_languages),
        cmocka_unit_test(test_H4_what_is_said_follows_from_the_policy),
        cmocka_unit_test(test_names_are_filled_in_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
