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
static const struct principal terminal = {.registered = true, .roles = ROLE_TERMINAL};

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
    assert_int_equal(second_line_check_owner(&post, &terminal, NULL), REASON_DONE);
    assert_int_equal(second_line_gaps(&post, 2), 0);
}

/* P6: a silent referral is none for whose traveller it is, nor for who may be he. */
static void test_P6_who_opens_is_known_to_be_another_one_than_who_sees(void **state)
{
    (void)state;
    struct second_line post = whole;
    struct principal owner = terminal;
    assert_int_equal(second_line_check_owner(&post, &owner, NULL), REASON_DONE);
    owner.registered = false;
    assert_int_equal(second_line_check_owner(&post, &owner, NULL), REASON_NO_SECOND_LINE);
    assert_int_equal(second_line_gaps(&post, 2), 0);
    post.terminals.users = 1;
    assert_int_equal(second_line_gaps(&post, 2), only(SECOND_LINE_TERMINALS_UNSEEN));
    post.viewers.users = 1;
    assert_int_equal(second_line_gaps(&post, 2), 0);
    assert_int_equal(second_line_check_owner(&post, &owner, NULL), REASON_DONE);
    owner.roles |= ROLE_SUPERVISOR; /* he is the one */
    assert_int_equal(second_line_check_owner(&post, &owner, NULL), REASON_NO_SECOND_LINE);
    post.viewers = (struct role_count){.groups = 1};
    assert_int_equal(second_line_check_owner(&post, &owner, NULL), REASON_DONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_H1_what_is_missing_is_named),
        cmocka_unit_test(test_H1_where_nobody_would_see_a_match_nothing_is_compared),
        cmocka_unit_test(test_P6_who_opens_is_known_to_be_another_one_than_who_sees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
