/* Who is meant, as one text: what it is, a colon, a name. */
#include "tests/unit/unit.h"

#include "base/identity.h"

static void test_a_name_stands_behind_its_own_kind(void **state)
{
    (void)state;
    assert_string_equal(identity_name("person:anna", IDENTITY_PERSON), "anna");
    assert_string_equal(
        identity_name("certificate:post-ca/DNS:lane-3", IDENTITY_CERTIFICATE), "post-ca/DNS:lane-3");
    assert_string_equal(identity_name("uid:", IDENTITY_UID), "");
    static const char *const others[] = {
        "user:anna", "person", "Person:anna", " person:anna", "persons:anna", ""};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_null(identity_name(others[i], IDENTITY_PERSON));
        assert_false(identity_is(others[i], IDENTITY_PERSON));
    }
    assert_true(identity_is("user:anna", IDENTITY_USER));
}

static void test_the_register_holds_persons_and_devices(void **state)
{
    (void)state;
    assert_true(identity_is_registered("person:anna"));
    assert_true(identity_is_registered("device:lane-3"));
    static const char *const others[] = {
        "user:anna", "uid:1000", "group:border", "certificate:post-ca/DNS:lane-3", "anna", ""};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(identity_is_registered(others[i]));
}

/* A person of the register and a user of the machine are called the same. */
static void test_somebody_is_called_by_what_stands_behind_the_first_colon(void **state)
{
    (void)state;
    assert_true(identity_is_called("person:anna", "anna"));
    assert_true(identity_is_called("user:anna", "anna"));
    assert_true(identity_is_called("certificate:post-ca/DNS:lane-3", "post-ca/DNS:lane-3"));
    assert_false(identity_is_called("certificate:post-ca/DNS:lane-3", "lane-3"));
    static const char *const nobodys[] = {"ann", "annas", "Anna", "person:anna", "person", ""};
    for (size_t i = 0; i < sizeof nobodys / sizeof nobodys[0]; i++)
        assert_false(identity_is_called("person:anna", nobodys[i]));
    assert_false(identity_is_called("person:", ""));
    assert_false(identity_is_called("anna", "anna"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_name_stands_behind_its_own_kind),
        cmocka_unit_test(test_the_register_holds_persons_and_devices),
        cmocka_unit_test(test_somebody_is_called_by_what_stands_behind_the_first_colon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
