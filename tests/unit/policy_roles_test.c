#include "tests/unit/unit.h"

#include <string.h>

#include "policy/roles.h"

/* T7: of all sets of roles, those that hold an administrator or auditor beside what they look after are refused, by name. The pairs are
 * written here again, so that none is lost unseen. */
static void test_T7_roles_that_exclude_each_other(void **state)
{
    (void)state;
    static const unsigned excluded[ROLE_COUNT] = {
        /* terminal */ ROLE_AUDITOR,
        /* examiner */ ROLE_ADMINISTRATOR | ROLE_AUDITOR,
        /* protection_officer */ ROLE_ADMINISTRATOR | ROLE_AUDITOR,
        /* supervisor */ ROLE_ADMINISTRATOR | ROLE_AUDITOR,
        /* auditor */ ROLE_TERMINAL | ROLE_EXAMINER | ROLE_PROTECTION_OFFICER | ROLE_SUPERVISOR |
            ROLE_ADMINISTRATOR,
        /* administrator */ ROLE_EXAMINER | ROLE_PROTECTION_OFFICER | ROLE_SUPERVISOR | ROLE_AUDITOR,
    };
    for (unsigned roles = 0; roles <= ROLE_ANY; roles++) {
        bool conflict = false;
        for (unsigned i = 0; i < ROLE_COUNT; i++)
            conflict = conflict || ((roles & 1u << i) != 0 && (roles & excluded[i]) != 0);
        assert_int_equal(roles_conflict(roles) != NULL, conflict);
        assert_int_equal(roles_conflict_of_device(roles) != NULL, (roles & ~(unsigned)ROLE_TERMINAL) != 0);
    }
    assert_non_null(
        strstr(roles_conflict(ROLE_ADMINISTRATOR | ROLE_SUPERVISOR), "administrator and supervisor"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_T7_roles_that_exclude_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
