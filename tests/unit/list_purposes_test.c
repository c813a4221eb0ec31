/* Whom of a list each purpose of a policy sees. What of it is searched: list_opened_list_test.c. */
#include "tests/unit/unit.h"

#include <string.h>

#include "list/purposes.h"

static struct list_purposes purposes_of(const char *preset)
{
    const char *text = policy_preset(preset);
    struct policy *policy;
    struct list_purposes purposes;
    struct failure failure = {0};
    assert_non_null(text);
    assert_int_equal(policy_parse(preset, text, strlen(text), &policy, &failure), REASON_DONE);
    list_purposes_of(policy, &purposes);
    assert_int_equal(purposes.count, policy->purpose_count);
    policy_destroy(policy);
    return purposes;
}

static enum list_sight see(const struct list_purposes *purposes, const char *one, const char *other,
    enum alert_category category, uint64_t *seen)
{
    const char *names[] = {one, other};
    return list_purposes_see(purposes, names, other != NULL ? 2 : 1, category, seen);
}

/* The purpose's name where it alone sees the entry. */
static const char *seen_by(const struct list_purposes *purposes, uint64_t seen)
{
    for (size_t i = 0; i < purposes->count; i++)
        if (seen == (uint64_t)1 << i)
            return purposes->names[i];
    return "";
}

/* Whatever a list says: no preset shows a victim to a check of those who cross. */
static void test_P8_a_victim_is_seen_for_protection_alone(void **state)
{
    (void)state;
    static const char *const presets[] = {"ukraine", "ees", "demonstration"};
    for (size_t i = 0; i < 3; i++) {
        struct list_purposes purposes = purposes_of(presets[i]);
        uint64_t seen;
        assert_int_equal(see(&purposes, "border_check", NULL, ALERT_CATEGORY_TRAFFICKING_VICTIM, &seen),
            LIST_NOT_PERMITTED);
        assert_int_equal(seen, 0);
        assert_int_equal(
            see(&purposes, "border_check", "protection_check", ALERT_CATEGORY_TRAFFICKING_VICTIM, &seen),
            LIST_SEEN);
        assert_string_equal(seen_by(&purposes, seen), "protection_check");
        assert_int_equal(
            see(&purposes, "border_check", NULL, ALERT_CATEGORY_WANTED_FOR_ARREST, &seen), LIST_SEEN);
        assert_string_equal(seen_by(&purposes, seen), "border_check");
    }
}

static void test_P8_a_purpose_that_the_policy_does_not_declare_sees_nobody(void **state)
{
    (void)state;
    struct list_purposes purposes = purposes_of("ukraine");
    uint64_t seen;
    assert_int_equal(
        see(&purposes, "criminal_proceedings", "readmissio", ALERT_CATEGORY_MISSING_PERSON, &seen),
        LIST_UNDECLARED);
    assert_int_equal(seen, 0);
    /* It is declared, and compares with nobody of the list. */
    assert_int_equal(
        see(&purposes, "readmission", NULL, ALERT_CATEGORY_MISSING_PERSON, &seen), LIST_NOT_PERMITTED);
}

/* What a set was built by is compared whole: one category more is another list. */
static void test_P8_another_category_is_another_list(void **state)
{
    (void)state;
    struct list_purposes one = purposes_of("ukraine"), other = one;
    assert_true(list_purposes_equal(&one, &other));
    other.categories[0] |= 1u << ALERT_CATEGORY_TRAFFICKING_VICTIM;
    assert_false(list_purposes_equal(&one, &other));
    other = one;
    other.names[0][0] = 'B';
    assert_false(list_purposes_equal(&one, &other));
    other = one;
    other.count--;
    assert_false(list_purposes_equal(&one, &other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_P8_a_victim_is_seen_for_protection_alone),
        cmocka_unit_test(test_P8_a_purpose_that_the_policy_does_not_declare_sees_nobody),
        cmocka_unit_test(test_P8_another_category_is_another_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
