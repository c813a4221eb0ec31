/* Whether anybody is there who sees matches, and verifies them: as register and roles say it. */
#include "tests/unit/unit.h"

#include <string.h>

#include "daemon/second_line.h"

/* A registered post with all that it takes. */
static const struct second_line whole = {.terminals = {.persons = 3},
    .viewers = {.persons = 4},
    .examiners = {.persons = 3},
    .protection_officers = {.persons = 1},
    .supervisors = {.persons = 1}};
static const struct principal terminal = {
    .registered = true, .roles = ROLE_TERMINAL, .name = "device:lane-3"};

static unsigned only(enum second_line_gap gap)
{
    return 1u << gap;
}

static void test_H1_what_is_missing_is_named(void **state)
{
    (void)state;
    struct second_line post = whole;
    assert_int_equal(second_line_gaps(&post, 2), 0);
    post.examiners.persons = 1;
    assert_int_equal(second_line_gaps(&post, 2), only(SECOND_LINE_FEW_EXAMINERS));
    assert_int_equal(second_line_gaps(&post, 1), 0);
    post.examiners.users = 1;
    assert_int_equal(second_line_gaps(&post, 2), 0);
    post.protection_officers.persons = 0;
    post.supervisors.persons = 0;
    assert_int_equal(second_line_gaps(&post, 2),
        only(SECOND_LINE_NO_PROTECTION_OFFICER) | only(SECOND_LINE_NO_SUPERVISOR));
    post.supervisors.groups = post.protection_officers.groups = 1;
    assert_int_equal(second_line_gaps(&post, 2), 0);
    /* An auditor's reading stops what is open where nobody knows that he is no examiner. */
    post.readers.persons = 1;
    assert_int_equal(second_line_gaps(&post, 2), 0);
    post.readers.groups = 1;
    assert_int_equal(second_line_gaps(&post, 2), only(SECOND_LINE_READERS_UNSEEN));
    for (enum second_line_gap gap = 0; gap < SECOND_LINE_GAP_COUNT; gap++)
        assert_non_null(strstr(second_line_gap_remedy(gap), "kordon.conf"));
}

static void test_H1_where_nobody_would_see_a_match_nothing_is_compared(void **state)
{
    (void)state;
    struct second_line post = {.terminals = {.persons = 3}, .protection_officers = {.persons = 1}};
    assert_int_equal(second_line_check(&whole, NULL), REASON_DONE);
    assert_int_equal(second_line_check(&post, NULL), REASON_NO_SECOND_LINE);
    assert_true((second_line_gaps(&post, 2) & only(SECOND_LINE_NOBODY)) != 0);
    post.viewers.groups = 1;
    assert_int_equal(second_line_check(&post, NULL), REASON_DONE);
    post = (struct second_line){.demonstration = true};
    assert_int_equal(second_line_check(&post, NULL), REASON_DONE);
    assert_int_equal(
        second_line_check_transaction(&post, &(struct staff_register){0}, &terminal, "o-17", NULL),
        REASON_DONE);
    assert_int_equal(second_line_gaps(&post, 2), 0);
}

/* --- Whom a silent referral is hidden from (P6) */

static struct register_holder anna = {.name = "person:anna"}, boris = {.name = "person:boris"};

/* Of a post with these two and device:lane-3, of whom so many see matches, registered and not. */
static enum reason opened_by(
    const struct principal *owner, const char *officer, unsigned persons, unsigned users)
{
    struct register_holder holders[] = {
        anna, boris, {.is_device = true, .name = "device:lane-3", .roles_by_any_proof = ROLE_TERMINAL}};
    const struct staff_register staff = {.holders = holders, .holder_count = 3};
    struct second_line post = whole;
    post.viewers = (struct role_count){.persons = persons, .users = users};
    return second_line_check_transaction(&post, &staff, owner, officer, NULL);
}

static void test_P6_who_opens_is_known_to_be_another_one_than_who_sees(void **state)
{
    (void)state;
    struct second_line post = whole;
    struct principal owner = {.roles = ROLE_TERMINAL, .name = "user:lane"};
    assert_int_equal(opened_by(&terminal, "", 1, 0), REASON_DONE);
    assert_int_equal(opened_by(&owner, "", 1, 0), REASON_NO_SECOND_LINE);
    assert_int_equal(second_line_gaps(&post, 2), 0);
    post.terminals.users = 1;
    assert_int_equal(second_line_gaps(&post, 2), only(SECOND_LINE_TERMINALS_UNSEEN));
    post.viewers.users = 1;
    assert_int_equal(second_line_gaps(&post, 2), 0);
    assert_int_equal(opened_by(&owner, "", 1, 1), REASON_DONE);
    owner.roles |= ROLE_SUPERVISOR; /* he is the one */
    assert_int_equal(opened_by(&owner, "", 1, 1), REASON_NO_SECOND_LINE);
    post.viewers = (struct role_count){.groups = 1};
    assert_int_equal(
        second_line_check_transaction(&post, &(struct staff_register){0}, &owner, "", NULL), REASON_DONE);
}

/* What the connection may by its proof is not all that he is. */
static void test_P6_who_opens_by_a_certificate_is_who_sees_as_a_user(void **state)
{
    (void)state;
    const struct principal owner = {.registered = true, .roles = ROLE_TERMINAL, .name = "person:anna"};
    anna.roles_by_any_proof = ROLE_TERMINAL | ROLE_SUPERVISOR;
    assert_int_equal(opened_by(&owner, "boris", 1, 3), REASON_NO_SECOND_LINE);
    assert_int_equal(opened_by(&owner, "boris", 2, 0), REASON_DONE);
    assert_int_equal(opened_by(&owner, "anna", 2, 0), REASON_DONE); /* one person is hidden once */
    boris.roles_by_any_proof = ROLE_EXAMINER;
    assert_int_equal(opened_by(&owner, "boris", 2, 0), REASON_NO_SECOND_LINE);
    assert_int_equal(opened_by(&owner, "boris", 3, 0), REASON_DONE);
    anna.roles_by_any_proof = boris.roles_by_any_proof = 0;
}

/* H1: a name that a terminal says hides a match from whoever has it; where that is all who would see one nothing is identified. */
static void test_P6_an_officer_who_is_all_that_would_see_a_match_is_not_named(void **state)
{
    (void)state;
    const struct principal owner = {.registered = true, .roles = ROLE_TERMINAL, .name = "device:lane-3"};
    boris.roles_by_any_proof = ROLE_SUPERVISOR;
    assert_int_equal(opened_by(&owner, "boris", 1, 2), REASON_NO_SECOND_LINE);
    assert_int_equal(opened_by(&owner, "boris", 2, 0), REASON_DONE);
    assert_int_equal(opened_by(&owner, "anna", 1, 0), REASON_DONE);
    assert_int_equal(opened_by(&owner, "", 1, 0), REASON_DONE);
    assert_int_equal(opened_by(&owner, "whoever", 1, 0), REASON_DONE); /* hides nothing */
    assert_int_equal(opened_by(&owner, "lane-3", 1, 0), REASON_DONE);
    boris.roles_by_any_proof = ROLE_PROTECTION_OFFICER; /* who sees no silent one */
    assert_int_equal(opened_by(&owner, "boris", 1, 0), REASON_DONE);
    boris.roles_by_any_proof = 0;
}

/* A user of [roles] who is called as the officer may be he. */
static void test_P6_an_officer_s_namesake_counts_for_none(void **state)
{
    (void)state;
    struct principal owner = {.roles = ROLE_TERMINAL, .name = "user:lane"};
    boris.roles_of_namesake = ROLE_EXAMINER;
    assert_int_equal(opened_by(&owner, "boris", 3, 1), REASON_NO_SECOND_LINE);
    assert_int_equal(opened_by(&owner, "boris", 0, 2), REASON_DONE);
    assert_int_equal(opened_by(&owner, "anna", 0, 1), REASON_DONE);
    owner = (struct principal){.roles = ROLE_TERMINAL | ROLE_EXAMINER, .name = "user:boris"};
    assert_int_equal(opened_by(&owner, "boris", 0, 2), REASON_DONE); /* that is himself */
    assert_int_equal(opened_by(&owner, "boris", 0, 1), REASON_NO_SECOND_LINE);
    boris.roles_of_namesake = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_H1_what_is_missing_is_named),
        cmocka_unit_test(test_H1_where_nobody_would_see_a_match_nothing_is_compared),
        cmocka_unit_test(test_P6_who_opens_is_known_to_be_another_one_than_who_sees),
        cmocka_unit_test(test_P6_who_opens_by_a_certificate_is_who_sees_as_a_user),
        cmocka_unit_test(test_P6_an_officer_who_is_all_that_would_see_a_match_is_not_named),
        cmocka_unit_test(test_P6_an_officer_s_namesake_counts_for_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
