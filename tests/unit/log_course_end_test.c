/* M2, H6: what comes behind the outcome: the probe goes, and who was found to be another one is told apart. By the log's bodies alone. */
#include "tests/unit/unit.h"

#include "json/memory.h"
#include "tests/unit/log_course_story.h"

static void test_M2_the_probe_goes_behind_the_outcome(void **state)
{
    (void)state;
    swap(OUTCOME, ERASED);
    assert_one_break("before", OUTCOME, "erased before there is an outcome");
    drop(OUTCOME);
    assert_one_break("without", OUTCOME, "erased before there is an outcome");
    replace(ERASED, ERASED, "kordond", "person:sofia");
    assert_one_break("by somebody", ERASED, "erased by somebody");
    replace(ERASED, ERASED, "probe erased", "referral erased");
    assert_one_break("all at once", ERASED, "erased before the probe");
    repeat(ERASED);
    assert_one_break("twice", ERASED + 1, "erased twice");
    repeat(ERASED);
    replace(ERASED + 1, ERASED + 1, "probe erased", "referral erased");
    assert_proven();
    repeat(ERASED + 1);
    assert_one_break("all of it twice", ERASED + 2, "erased twice");
}

/* The silent one of a match is as undecided as it is unknown when its probe goes. */
static void test_M2_of_a_match_no_probe_goes_before_all_that_is_made_of_it(void **state)
{
    (void)state;
    insert(ERASED, "decision", act("anna", "examiner", "referral taken", ""));
    replace(ERASED, ERASED, "\"referral\":\"" TRANSACTION, "\"referral\":\"" TRANSACTION "s");
    replace(ERASED, ERASED, "second_line", "silent");
    assert_broken(ERASED + 1, "erased before there is an outcome");
    swap(ERASED, ERASED + 1);
    assert_broken(ERASED + 1, "erased before it had an outcome");
    replace(ERASED + 1, ERASED + 1, "referral taken", "second-line report");
    assert_broken(ERASED + 1, "erased before it had an outcome");
    hide(OUTCOME);
    assert_int_equal(read_story(NULL), REASON_DONE);
    assert_int_equal(counts.unseen, 2);
}

/* Of a match with two referrals each is closed at its own time. */
static void test_M2_a_probe_is_closed_behind_the_outcome(void **state)
{
    (void)state;
    static const char closed[] = "{\"actor\":\"kordond\",\"role\":\"system\",\"what\":\"probe closed\","
                                 "\"referral\":\"" TRANSACTION "\",\"transaction\":\"" TRANSACTION "\"}";
    insert(ERASED, "decision", strdup(closed));
    assert_proven();
    replace(ERASED, ERASED, "kordond", "person:sofia");
    assert_one_break("by somebody", ERASED, "closed by somebody");
    insert(OUTCOME, "decision", strdup(closed));
    assert_broken(OUTCOME, "closed before there is an outcome");
}

/* H6: only who was found to be another one is told apart, and by a supervisor who had no part in that. */
static void test_H6_nobody_is_told_apart_of_whom_people_did_not_find_it(void **state)
{
    (void)state;
    add("decision", act("sofia", "supervisor", "redress recorded", ""));
    assert_one_break("a hit", ERASED + 1, "told apart of whom people did not find that");
    add("decision", word("corrected", "false_positive"));
    add("decision", act("petro", "supervisor", "redress recorded", ""));
    assert_proven();
    replace(ERASED + 2, ERASED + 2, "person:petro", "person:sofia");
    assert_broken(ERASED + 2, "by the one who decided it");
    replace(ERASED + 2, ERASED + 2, "person:sofia", "person:taras");
    assert_one_break("by an examiner of it", ERASED + 2, "who has or had a seat");
    differ();
    add("decision", word("overridden", "false_positive"));
    add("decision", act("sofia", "supervisor", "redress recorded", ""));
    assert_one_break("by who decided it", ERASED + 1, "by the one who decided it");
}

/* An act of a case of redress; marta is a supervisor who decided nothing. */
static char *redress(const char *what, const char *mark)
{
    char more[64];
    snprintf(more, sizeof more, ",\"case\":\"%s\"", mark);
    return act("marta", "supervisor", what, more);
}

static char *corrected_to_hit(const char *more)
{
    char *all = made(",\"outcome\":\"hit\",\"justification\":\"seen\"%s", more);
    char *body = act("petro", "supervisor", "corrected", all);
    free(all);
    return body;
}

enum { FALSE_POSITIVE = ERASED + 1, RECORDED, KEPT, BACK };

/* What was a hit is corrected, and the person told apart. */
static void tell_apart(void)
{
    forget(NULL);
    tell(NULL);
    add("decision", word("corrected", "false_positive"));
    add("decision", redress("redress recorded", "aabb"));
    add("decision", redress("redress finger kept", "aabb"));
}

/* H6: a case stands by the outcome on which it rests, and falls with it. */
static void test_H6_no_case_outlives_the_outcome_on_which_it_rests(void **state)
{
    (void)state;
    tell_apart();
    add("decision", corrected_to_hit(""));
    assert_broken(BACK, "a case of redress stays");
    tell_apart();
    add("decision", corrected_to_hit(",\"redress_removed\":[\"ccdd\"]"));
    assert_broken(BACK, "a case of redress stays");
    tell_apart();
    add("decision", redress("redress finger refused", "aabb"));
    add("decision", corrected_to_hit(",\"redress_removed\":[1,\"aabb\"]"));
    assert_proven();
    add("decision", redress("redress finger refused", "aabb"));
    assert_broken(BACK + 2, "a case of redress that there is not");
    tell_apart();
    add("decision", corrected_to_hit(",\"redress_removed\":[\"aabb\"]"));
    add("decision", redress("redress finger kept", "aabb"));
    assert_broken(BACK + 1, "a case of redress that there is not");
    tell_apart();
    add("decision", redress("redress removed", "aabb"));
    add("decision", corrected_to_hit(""));
    assert_proven();
    tell_apart();
    add("erasure", strdup("{\"actor\":\"kordond\",\"what\":\"redress expired\",\"case\":\"aabb\"}"));
    add("decision", corrected_to_hit(""));
    assert_proven();
    hide(BACK); /* it may have said so */
    assert_int_equal(read_story(NULL), REASON_DONE);
    assert_int_equal(counts.unseen, 1);
    tell_apart();
    add("decision", corrected_to_hit(""));
    hide(KEPT);
    assert_int_equal(read_story(NULL), REASON_DONE);
    assert_int_equal(counts.unseen, 1);
}

/* That is to take the place of aabb with its first finger, or took others' at once. */
static void add_another(const char *more)
{
    char *all = made(",\"case\":\"ccdd\"%s", more);
    add("decision", act("marta", "supervisor", "redress recorded", all));
    free(all);
}

static char *kept_in_place_of(const char *more)
{
    char *all = made(",\"case\":\"ccdd\",\"replaced\":[%s]", more);
    char *body = act("marta", "supervisor", "redress finger kept", all);
    free(all);
    return body;
}

static void test_H6_a_case_serves_until_another_one_takes_its_place(void **state)
{
    (void)state;
    tell_apart();
    add_another(",\"serving\":\"aabb\"");
    add("decision", redress("redress finger kept", "aabb"));
    add("decision", kept_in_place_of("\"aabb\""));
    assert_proven();
    add("decision", redress("redress finger kept", "aabb"));
    assert_broken(BACK + 3, "a case of redress that there is not");
    tell_apart();
    add_another(",\"serving\":\"aabb\"");
    add("decision", corrected_to_hit(",\"redress_removed\":[\"ccdd\"]"));
    assert_broken(BACK + 1, "a case of redress stays");
    tell_apart();
    add_another(",\"serving\":\"aabb\"");
    add("decision", corrected_to_hit(",\"redress_removed\":[\"ccdd\",\"aabb\"]"));
    assert_proven();
    tell_apart();
    add_another("");
    assert_broken(BACK, "begins beside another one");
    tell_apart();
    add_another(",\"replaced\":[\"aabb\"]");
    add("decision", corrected_to_hit(",\"redress_removed\":[\"ccdd\"]"));
    assert_proven();
}

/* With its first finger a case serves, and the one before does no more: the entry says so, and none behind it need to. */
static void test_H6_the_first_finger_of_another_case_ends_what_served_before(void **state)
{
    (void)state;
    tell_apart();
    add_another(",\"serving\":\"aabb\"");
    add("decision", redress("redress finger kept", "ccdd"));
    assert_broken(BACK + 1, "whose place another one has taken");
    tell_apart();
    add_another(",\"serving\":\"aabb\"");
    add("decision", kept_in_place_of("\"aabb\""));
    add("decision", redress("redress finger kept", "ccdd"));
    assert_proven();
    tell_apart();
    add_another(",\"serving\":\"aabb\"");
    add("decision", redress("redress removed", "aabb"));
    add("decision", redress("redress finger kept", "ccdd"));
    assert_proven();
}

static void test_H6_fingers_are_kept_for_a_case_that_counts_by_a_supervisor(void **state)
{
    (void)state;
    tell_apart();
    assert_proven();
    replace(KEPT, KEPT, "\"supervisor\"", "\"examiner\"");
    assert_broken(KEPT, "it takes a supervisor");
    tell_apart();
    replace(KEPT, KEPT, "\"aabb\"", "\"ccdd\"");
    assert_broken(KEPT, "a case of redress that there is not");
    tell_apart();
    drop(RECORDED);
    assert_broken(RECORDED, "a case of redress that there is not");
    tell_apart();
    replace(KEPT, KEPT, "redress finger kept", "redress removed");
    repeat(KEPT);
    assert_broken(KEPT + 1, "a case of redress that there is not");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_M2_the_probe_goes_behind_the_outcome, tell, forget),
        cmocka_unit_test_setup_teardown(
            test_M2_of_a_match_no_probe_goes_before_all_that_is_made_of_it, tell, forget),
        cmocka_unit_test_setup_teardown(test_M2_a_probe_is_closed_behind_the_outcome, tell, forget),
        cmocka_unit_test_setup_teardown(
            test_H6_nobody_is_told_apart_of_whom_people_did_not_find_it, tell, forget),
        cmocka_unit_test_setup_teardown(
            test_H6_a_case_serves_until_another_one_takes_its_place, tell, forget),
        cmocka_unit_test_setup_teardown(
            test_H6_the_first_finger_of_another_case_ends_what_served_before, tell, forget),
        cmocka_unit_test_setup_teardown(test_H6_no_case_outlives_the_outcome_on_which_it_rests, tell, forget),
        cmocka_unit_test_setup_teardown(
            test_H6_fingers_are_kept_for_a_case_that_counts_by_a_supervisor, tell, forget),
    };
    json_memory_wipe_when_freed();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
