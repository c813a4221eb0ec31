#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/http/peer.h"

static struct peer_grants grants = {.count = 3,
    .grants = {{.role = ROLE_TERMINAL, .is_group = true, .id = 500, .name = "group:border"},
        {.role = ROLE_SUPERVISOR, .id = 1000, .name = "user:anna"},
        {.role = ROLE_AUDITOR, .is_group = true, .id = 600, .name = "group:audit"}}};

/* T7: roles add up over user, first group and further groups; whom no grant names has none. */
static void test_T7_roles_follow_the_grants(void **state)
{
    (void)state;
    struct principal principal;
    const struct peer_groups groups = {.first = 500, .count = 2, .groups = {7, 600}};
    peer_apply_grants(&grants, 1000, &groups, &principal);
    assert_int_equal(principal.roles, ROLE_TERMINAL | ROLE_SUPERVISOR | ROLE_AUDITOR);
    assert_string_equal(principal.name, "user:anna");
    const struct peer_groups others = {.first = 7, .count = 1, .groups = {7}};
    peer_apply_grants(&grants, 1001, &others, &principal);
    assert_int_equal(principal.roles, 0);
    assert_string_equal(principal.name, "uid:1001");
}

/* The number of a user is not that of a group. */
static void test_T7_user_and_group_numbers_are_apart(void **state)
{
    (void)state;
    struct principal principal;
    const struct peer_groups groups = {.first = 1000};
    peer_apply_grants(&grants, 500, &groups, &principal);
    assert_int_equal(principal.roles, 0);
}

/* T8: who is recorded is called by his name, also where only a group gave him the role. */
static void test_T8_a_principal_has_the_name_of_his_number(void **state)
{
    (void)state;
    struct principal principal;
    struct failure failure = {0};
    struct peer_grants named = grants;
    char path[] = "/tmp/kordon-passwd-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_true(
        dprintf(file, "root:x:0:0:root:/root:/bin/sh\nolga:x:1001:7::/:/bin/sh\nagain:x:1001:7::/:/bin/sh\n"
                      "no line of it\nodd\xc3\xa9:x:1002:7::/:/bin/sh\nboris:x:1000:7::/:/bin/sh\n") > 0);
    close(file);
    assert_int_equal(peer_names_read(path, &named, &failure), REASON_DONE);
    unlink(path);
    assert_int_equal(named.name_count, 3);
    const struct peer_groups border = {.first = 500};
    peer_apply_grants(&named, 1001, &border, &principal);
    assert_int_equal(principal.roles, ROLE_TERMINAL);
    assert_string_equal(principal.name, "user:olga");
    peer_apply_grants(&named, 1002, &border, &principal);
    assert_string_equal(principal.name, "uid:1002");
    peer_apply_grants(&named, 1000, &border, &principal);
    assert_string_equal(principal.name, "user:anna"); /* as the configuration calls him */
    peer_grants_finish(&named);
    assert_int_equal(
        peer_names_read("/nonexistent-kordon/such/file", &named, &failure), REASON_FILE_NOT_FOUND);
}

static void test_unknown_names_are_refused_at_start(void **state)
{
    (void)state;
    struct role_grant roles[ROLE_COUNT] = {{.count = 1, .principals = {"user:root"}}};
    struct peer_grants resolved;
    struct failure failure = {0};
    assert_int_equal(peer_grants_resolve(roles, &resolved, &failure), REASON_DONE);
    assert_int_equal(resolved.count, 1);
    assert_int_equal(resolved.grants[0].id, 0);
    snprintf(roles[2].principals[0], sizeof roles[2].principals[0], "group:no-such-group-here");
    roles[2].count = 1;
    assert_int_equal(peer_grants_resolve(roles, &resolved, &failure), REASON_CONFIGURATION_BAD);
    assert_string_equal(failure.subject, "group:no-such-group-here");
}

static void test_the_kernel_says_who_connected(void **state)
{
    (void)state;
    int pair[2];
    struct principal principal;
    struct failure failure;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_int_equal(peer_identify(pair[0], &grants, &principal, &failure), REASON_DONE);
    assert_int_equal(principal.uid, getuid());
    assert_true(principal_is(&principal, &principal));
    close(pair[0]);
    close(pair[1]);
    assert_int_equal(peer_identify(-1, &grants, &principal, &failure), REASON_SYSTEM_ERROR);
}

static void test_role_names(void **state)
{
    (void)state;
    char text[128];
    assert_string_equal(
        principal_roles_text(ROLE_TERMINAL | ROLE_AUDITOR, text, sizeof text), "terminal,auditor");
    assert_string_equal(principal_roles_text(0, text, sizeof text), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_T7_roles_follow_the_grants),
        cmocka_unit_test(test_T7_user_and_group_numbers_are_apart),
        cmocka_unit_test(test_T8_a_principal_has_the_name_of_his_number),
        cmocka_unit_test(test_unknown_names_are_refused_at_start),
        cmocka_unit_test(test_the_kernel_says_who_connected),
        cmocka_unit_test(test_role_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
