#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/http/peer.h"

static struct peer_grants grants = {.staff = {.demonstration = true},
    .count = 3,
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
    static struct configuration configuration = {.roles = {{.count = 1, .principals = {"user:root"}}}};
    struct role_grant *roles = configuration.roles;
    struct peer_grants resolved;
    struct failure failure = {0};
    assert_int_equal(peer_grants_resolve(&configuration, &resolved, &failure), REASON_DONE);
    assert_int_equal(resolved.count, 1);
    assert_int_equal(resolved.grants[0].id, 0);
    snprintf(roles[2].principals[0], sizeof roles[2].principals[0], "group:no-such-group-here");
    roles[2].count = 1;
    assert_int_equal(peer_grants_resolve(&configuration, &resolved, &failure), REASON_CONFIGURATION_BAD);
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

/* --- The register */

static struct configuration configuration;
static struct peer_grants registered;
static struct failure failure;

#define MANDATORY "[state]\nmachine_key = file:/k\n[log]\norigin = a/b\nunit = Post 7\n"
#define AUTHORITY "[client_authority ca]\ncertificate = /ca.pem\n"

/* Users that every machine has: root and nobody, group nogroup and root. */
static enum reason read_register(const char *text)
{
    failure = (struct failure){0};
    peer_grants_finish(&registered);
    assert_int_equal(
        config_parse("/k.conf", (const uint8_t *)text, strlen(text), &configuration, &failure), REASON_DONE);
    return peer_grants_resolve(&configuration, &registered, &failure);
}

static void assert_refused(const char *text, const char *subject, const char *words)
{
    assert_int_equal(read_register(text), REASON_CONFIGURATION_BAD);
    assert_string_equal(failure.subject, subject);
    if (strstr(failure.detail, words) == NULL)
        fail_msg("'%s' does not say '%s'", failure.detail, words);
}

static struct principal user(uint32_t uid, unsigned group)
{
    struct principal principal;
    peer_apply_grants(&registered, uid, &(struct peer_groups){.first = group}, &principal);
    return principal;
}

static enum reason certificate(
    const char *authority, const char *one, const char *other, struct principal *principal)
{
    const char *const names[] = {one, other};
    return peer_of_certificate(
        &registered, authority, names, (one != NULL) + (other != NULL), principal, &failure);
}

/* T7, L3: a person is one principal, by whatever proof; a name counts for its authority only, and only whole. */
static void test_T7_a_person_is_one_whatever_proves_it(void **state)
{
    (void)state;
    struct principal by_socket, by_certificate, other;
    assert_int_equal(read_register(MANDATORY AUTHORITY
                         "[client_authority other]\ncertificate = /o.pem\n"
                         "[person anna]\nroles = supervisor\nproof = user:root, certificate:ca/email:anna@b\n"
                         "[device lane-3]\nproof = certificate:ca/DNS:lane-3\n"
                         "[roles]\nexaminer = user:root\n"),
        REASON_DONE);
    by_socket = user(0, 7);
    assert_int_equal(by_socket.roles, ROLE_SUPERVISOR | ROLE_EXAMINER);
    assert_string_equal(by_socket.name, "person:anna");
    assert_string_equal(by_socket.proven_by, "user:root uid 0");
    assert_int_equal(certificate("ca", "DNS:other", "email:anna@b", &by_certificate), REASON_DONE);
    assert_int_equal(by_certificate.roles, ROLE_SUPERVISOR);
    assert_string_equal(by_certificate.name, "person:anna");
    assert_string_equal(by_certificate.proven_by, "certificate:ca/email:anna@b");
    assert_true(principal_is(&by_socket, &by_certificate));
    assert_int_equal(certificate("ca", "DNS:lane-3", NULL, &other), REASON_DONE);
    assert_int_equal(other.roles, ROLE_TERMINAL);
    assert_string_equal(other.name, "device:lane-3");
    assert_false(principal_is(&other, &by_certificate));
    static const char *const strangers[][2] = {{"other", "DNS:lane-3"}, {"ca", "DNS:lane-33"},
        {"ca", "DNS:lane"}, {"ca", "lane-3"}, {"c", "a/DNS:lane-3"}, {"ca", "email:lane-3"},
        {"ca", "DNS:LANE-3"}};
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
        assert_int_equal(certificate(strangers[i][0], strangers[i][1], NULL, &other), REASON_DONE);
        assert_int_equal(other.proof, PRINCIPAL_BY_CERTIFICATE);
        assert_int_equal(other.roles, 0);
        assert_false(other.registered);
    }
    assert_int_equal(certificate("ca", "DNS:evil\n", NULL, &other), REASON_DONE);
    assert_string_equal(other.name, "certificate:ca/DNS:evil?");
    assert_int_equal(certificate("ca", NULL, NULL, &other), REASON_DONE);
    assert_string_equal(other.name, "certificate:ca/");
    assert_int_equal(certificate("ca", "DNS:lane-3", "email:anna@b", &other), REASON_NOT_PERMITTED);
    assert_int_equal(other.proof, PRINCIPAL_UNPROVEN);
}

static unsigned now(const char *text, const struct principal *then)
{
    assert_int_equal(read_register(text), REASON_DONE);
    return peer_roles_now(&registered, then);
}

/* T7: who asked under an earlier configuration holds what the one in force gives to what proved him, and of his groups no more than he had by them. */
static void test_T7_roles_of_who_asked_before(void **state)
{
    (void)state;
    struct principal lane, anna, stranger;
    assert_int_equal(read_register(MANDATORY AUTHORITY
                         "[device lane-3]\nroles = terminal\nproof = certificate:ca/DNS:lane-3\n"
                         "[person anna]\nroles = supervisor\nproof = user:root\n"
                         "[roles]\nexaminer = group:root\n"),
        REASON_DONE);
    assert_int_equal(certificate("ca", "DNS:lane-3", NULL, &lane), REASON_DONE);
    assert_int_equal(certificate("ca", "DNS:lane-4", NULL, &stranger), REASON_DONE);
    anna = user(0, 0);
    assert_int_equal(anna.roles, ROLE_SUPERVISOR | ROLE_EXAMINER);
    assert_int_equal(peer_roles_now(&registered, &anna), ROLE_SUPERVISOR | ROLE_EXAMINER);
    assert_int_equal(peer_roles_now(&registered, &lane), ROLE_TERMINAL);
    assert_int_equal(peer_roles_now(&registered, &stranger), 0);
    assert_int_equal(peer_roles_now(&registered, &(struct principal){0}), 0);
    assert_int_equal(
        now(MANDATORY AUTHORITY "[device lane-3]\nroles = terminal\nproof = certificate:ca/DNS:lane-4\n"
                                "[person anna]\nproof = user:root\n",
            &anna),
        0);
    assert_int_equal(peer_roles_now(&registered, &lane), 0);
    assert_int_equal(
        now(MANDATORY AUTHORITY "[device lane-9]\nroles = terminal\nproof = certificate:ca/DNS:lane-3\n"
                                "[person olha]\nroles = supervisor\nproof = user:root\n",
            &anna),
        0);
    assert_int_equal(peer_roles_now(&registered, &lane), 0);
    assert_int_equal(now(MANDATORY "[person anna]\nroles = examiner\nproof = user:root\n"
                                   "[roles]\nterminal = group:root\n",
                         &anna),
        ROLE_EXAMINER);
    assert_int_equal(now(MANDATORY "[person anna]\nroles = administrator\nproof = user:root\n"
                                   "[roles]\nsupervisor = group:root\n",
                         &anna),
        0);
}

/* T7: who would hold roles that exclude each other is refused where that is known at once, and has none where his groups bring them
 * together; but for a demonstration. */
static void test_T7_conflicting_roles(void **state)
{
    (void)state;
    struct principal nobody;
    assert_refused(MANDATORY "[person anna]\nroles = supervisor, administrator\nproof = user:root\n",
        "/k.conf:6", "person:anna: roles that exclude each other, administrator and supervisor");
    assert_refused(MANDATORY
        "[person anna]\nroles = auditor\nproof = user:root\n[roles]\nterminal = user:root\n",
        "user:root", "auditor and terminal");
    assert_refused(MANDATORY "[device lane]\nproof = user:root\n[roles]\nauditor = user:root\n", "user:root",
        "a device with another role");
    assert_refused(MANDATORY "[person b]\n[roles]\nterminal = user:nobody\nauditor = user:nobody\n",
        "user:nobody", "auditor and terminal");
    assert_int_equal(read_register(MANDATORY "[person anna]\nroles = auditor\nproof = user:nobody\n"
                                             "[roles]\nterminal = group:root\nexaminer = group:root\n"),
        REASON_DONE);
    nobody = user(registered.staff.proofs[0].uid, 0);
    assert_int_equal(nobody.roles, 0);
    assert_non_null(strstr(nobody.objection, "auditor and terminal"));
    nobody = user(registered.staff.proofs[0].uid, 7);
    assert_int_equal(nobody.roles, ROLE_AUDITOR);
    assert_null(nobody.objection);
    assert_int_equal(read_register(MANDATORY "[persons]\ndemonstration = yes\n[person anna]\n"
                                             "roles = supervisor, administrator\nproof = user:root\n"),
        REASON_DONE);
    assert_int_equal(user(0, 7).roles, ROLE_SUPERVISOR | ROLE_ADMINISTRATOR);
    assert_int_equal(
        read_register(MANDATORY "[roles]\nauditor = user:root\nadministrator = user:root\n"), REASON_DONE);
    assert_true(registered.staff.demonstration);
}

/* T7: what one person may not hold he may not hold as two users either. */
static void test_T7_roles_of_two_users_who_are_one_person(void **state)
{
    (void)state;
    assert_refused(MANDATORY "[person anna]\nproof = user:root, user:nobody\n"
                             "[roles]\nterminal = user:root\nauditor = user:nobody\n",
        "user:root", "auditor and terminal");
    assert_int_equal(read_register(MANDATORY "[person anna]\nproof = user:root, user:nobody\n"
                                             "[roles]\nterminal = group:root\nauditor = user:nobody\n"),
        REASON_DONE);
    struct principal root = user(0, 0);
    assert_int_equal(root.roles, 0);
    assert_non_null(root.objection);
    root = user(0, 7);
    assert_int_equal(root.roles, 0);
    assert_null(root.objection);
}

static void test_T7_proofs_that_prove_nothing(void **state)
{
    (void)state;
    assert_refused(MANDATORY "[person anna]\nproof = user:no-such-user-here\n", "/k.conf:6",
        "user:no-such-user-here is no user");
    assert_refused(MANDATORY AUTHORITY "[person anna]\nproof = certificate:c/DNS:x\n", "/k.conf:8",
        "names no [client_authority]");
    assert_refused(MANDATORY "[person anna]\nroles = auditor\n", "/k.conf:6", "proof is missing");
    assert_refused(MANDATORY "[person anna]\nproof = user:root\n[person b]\nproof = user:root\n", "/k.conf:8",
        "user:root proves two");
    assert_refused(MANDATORY AUTHORITY
        "[person anna]\nproof = certificate:ca/DNS:x\n[device b]\nproof = certificate:ca/DNS:x\n",
        "/k.conf:10", "proves two");
}

/* T7: how many hold a role is counted by person, not by proof. */
static void test_T7_holders_are_counted(void **state)
{
    (void)state;
    assert_int_equal(
        read_register(MANDATORY AUTHORITY
            "[person anna]\nroles = supervisor\nproof = user:root, certificate:ca/DNS:x\n"
            "[person b]\nroles = supervisor\nproof = certificate:ca/DNS:y\n[person c]\n"
            "[roles]\nsupervisor = user:root, user:nobody, group:root\nexaminer = user:root, user:nobody\n"),
        REASON_DONE);
    struct role_count supervisors = peer_count_roles(&registered, ROLE_SUPERVISOR),
                      examiners = peer_count_roles(&registered, ROLE_EXAMINER),
                      auditors = peer_count_roles(&registered, ROLE_AUDITOR),
                      both = peer_count_roles(&registered, ROLE_SUPERVISOR | ROLE_EXAMINER);
    assert_true(supervisors.persons == 2 && supervisors.users == 1 && supervisors.groups == 1);
    assert_true(examiners.persons == 1 && examiners.users == 1 && examiners.groups == 0);
    assert_true(auditors.persons == 0 && auditors.users == 0 && auditors.groups == 0);
    assert_true(both.persons == 2 && both.users == 1 && both.groups == 1);
    assert_non_null(register_find_person(&registered.staff, "c"));
    assert_null(register_find_person(&registered.staff, "person:c"));
    peer_grants_finish(&registered);
}

/* What [roles] gives to one of somebody's users is his, however he comes; that of a user who is only called as he is, is another one's. */
static void test_P6_the_register_knows_the_roles_of_each_proof_and_of_namesakes(void **state)
{
    (void)state;
    assert_int_equal(read_register(MANDATORY AUTHORITY
                         "[person anna]\nroles = terminal\nproof = user:root, certificate:ca/DNS:x\n"
                         "[person nobody]\nroles = terminal\nproof = certificate:ca/DNS:y\n"
                         "[roles]\nsupervisor = user:root\nexaminer = user:nobody\n"),
        REASON_DONE);
    const struct register_holder *anna = register_find_person(&registered.staff, "anna"),
                                 *nobody = register_find_holder(&registered.staff, "person:nobody");
    assert_int_equal(anna->roles, ROLE_TERMINAL);
    assert_int_equal(anna->roles_by_any_proof, ROLE_TERMINAL | ROLE_SUPERVISOR);
    assert_int_equal(anna->roles_of_namesake, 0);
    assert_int_equal(nobody->roles_by_any_proof, ROLE_TERMINAL);
    assert_int_equal(nobody->roles_of_namesake, ROLE_EXAMINER);
    assert_null(register_find_holder(&registered.staff, "anna"));
    assert_null(register_find_person(&registered.staff, ""));
    peer_grants_finish(&registered);
}

/* An identity as text is the same where the principal is, and nowhere else. */
static void test_T7_who_is_the_same(void **state)
{
    (void)state;
    static const struct principal all[] = {{.proof = PRINCIPAL_UNPROVEN, .name = "uid:0"},
        {.proof = PRINCIPAL_BY_SOCKET, .uid = 0, .name = "user:root"},
        {.proof = PRINCIPAL_BY_SOCKET, .uid = 1, .name = "user:root"},
        {.proof = PRINCIPAL_BY_SOCKET, .uid = 0, .registered = true, .name = "person:anna"},
        {.proof = PRINCIPAL_BY_CERTIFICATE, .registered = true, .name = "device:anna"},
        {.proof = PRINCIPAL_BY_CERTIFICATE, .name = "certificate:ca/DNS:x"}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        for (size_t j = 0; j < sizeof all / sizeof all[0]; j++) {
            char one[PRINCIPAL_IDENTITY_SIZE], other[PRINCIPAL_IDENTITY_SIZE];
            bool same = i == j && i > 0;
            assert_int_equal(principal_is(&all[i], &all[j]), same);
            principal_identity(&all[i], one);
            principal_identity(&all[j], other);
            assert_int_equal(one[0] != '\0' && strcmp(one, other) == 0, same);
        }
    }
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
        cmocka_unit_test(test_T7_a_person_is_one_whatever_proves_it),
        cmocka_unit_test(test_T7_roles_of_who_asked_before),
        cmocka_unit_test(test_T7_conflicting_roles),
        cmocka_unit_test(test_T7_roles_of_two_users_who_are_one_person),
        cmocka_unit_test(test_T7_proofs_that_prove_nothing),
        cmocka_unit_test(test_T7_holders_are_counted),
        cmocka_unit_test(test_P6_the_register_knows_the_roles_of_each_proof_and_of_namesakes),
        cmocka_unit_test(test_T7_who_is_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
