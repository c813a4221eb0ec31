/* H3: who judges has looked at what he judges; where he did not, a log of an older kordond has a remark, and one that asks for looks is broken. */
#include "tests/unit/unit.h"

#include "tests/unit/log_course_story.h"

/* It is the only remark; why NULL: there is none. */
static void assert_remarked(size_t place, const char *why)
{
    json_t *told;
    assert_int_equal(read_story(&told), REASON_DONE);
    const json_t *course = json_array_get(told, 0), *remarks = json_object_get(course, "remarks");
    const json_t *remark = json_array_get(remarks, 0);
    assert_string_equal(text_of(course, "proof"), "whole");
    assert_int_equal(json_array_size(remarks), why != NULL);
    assert_int_equal(counts.remarked, why != NULL);
    if (why != NULL) {
        assert_int_equal(json_integer_value(json_object_get(remark, "entry")), 100 + place);
        assert_non_null(strstr(text_of(remark, "why"), why));
    }
    json_decref(told);
}

/* Who judges without having looked breaks no rule of the course; that he did an auditor is told. */
static void test_H3_a_judgement_without_a_look_is_remarked(void **state)
{
    (void)state;
    assert_remarked(JUDGED_2, "the probe is judged by somebody who had not looked at it");
    insert(JUDGED_2, "consultation", act("olena", "examiner", "comparison seen", ",\"candidate\":1"));
    assert_remarked(JUDGED_2 + 1, "who had not looked at it"); /* another's look is not his */
    drop(JUDGED_2);
    insert(JUDGED_2, "consultation", act("taras", "examiner", "probe seen", ",\"finger\":\"right_index\""));
    assert_remarked(0, NULL);
    drop(REFERENCE);
    assert_remarked(GIVEN - 1, "had not seen what the probe is compared with");
    insert(GIVEN - 1, "consultation", act("olena", "examiner", "comparison seen", ",\"candidate\":1"));
    assert_remarked(0, NULL);
    drop(COMPARISON_2 + 1);
    assert_remarked(OUTCOME, "had not seen what the probe is compared with"); /* the last one's, too */
}

/* kordond asked for a look from that entry on, which says so. */
static void ask_for_looks(size_t place)
{
    replace(place, place, "\"examiners\":2", "\"examiners\":2,\"looked\":true");
}

/* Once an act says that who judges had to look, each behind it had to, and at the print itself; what was judged before that is remarked. */
static void test_H3_where_looks_are_asked_for_a_judgement_without_one_breaks_a_rule(void **state)
{
    (void)state;
    ask_for_looks(JUDGED);
    assert_one_break("no look at the probe", JUDGED_2, "who had not looked at it");
    ask_for_looks(JUDGED);
    insert(JUDGED_2, "consultation", act("taras", "examiner", "probe seen", ",\"finger\":\"right_index\""));
    assert_broken(
        OUTCOME + 1, "had not seen what the probe is compared with"); /* he saw the comparison alone */
    insert(OUTCOME + 1, "consultation", act("taras", "examiner", "reference seen", ",\"candidate\":1"));
    assert_remarked(0, NULL);
    drop(JUDGED_2);
    hide(TAKEN);
    assert_int_equal(read_story(NULL), REASON_DONE); /* what is not seen may say that he looked */
    assert_int_equal(counts.unseen, 1);
}

static void test_H3_what_was_judged_before_looks_were_asked_for_stays_a_remark(void **state)
{
    (void)state;
    ask_for_looks(OUTCOME);
    insert(OUTCOME, "consultation", act("taras", "examiner", "reference seen", ",\"candidate\":1"));
    assert_remarked(JUDGED_2, "who had not looked at it");
}

/* A supervisor who decides where they differ has looked at both. */
static void test_H3_a_supervisor_who_decides_unseen_breaks_a_rule(void **state)
{
    static const char *const looks[] = {"probe seen", "reference seen"};
    for (size_t missing = 0; missing < 3; missing++) {
        forget(state);
        tell(state);
        differ();
        for (size_t i = 0; i < 2; i++)
            if (i != missing)
                add("consultation", act("sofia", "supervisor", looks[i], ""));
        add("decision", word("overridden", "inconclusive"));
        assert_int_equal(read_story(NULL), REASON_DONE);
        ask_for_looks(story_size - 1);
        if (missing < 2)
            assert_broken(story_size - 1, "who had not looked at the probe and the reference");
        else
            assert_proven();
    }
}

/* Nor clears anybody who decided it, of whom not all judged it, or who did not look while he could. */
static void test_H3_who_clears_unseen_or_by_his_own_word_breaks_a_rule(void **state)
{
    static const char *const looks[] = {"probe seen", "reference seen"};
    static const char *const words[] = {"inconclusive", "false_positive"};
    for (unsigned looked = 0; looked < 4; looked++) {
        forget(state);
        tell(state);
        drop(ERASED);
        insert(JUDGED_2, "consultation", act("taras", "examiner", "probe seen", ""));
        insert(OUTCOME + 1, "consultation", act("taras", "examiner", "reference seen", ",\"candidate\":1"));
        ask_for_looks(JUDGED);
        for (size_t i = 0; i < 2; i++)
            if ((looked & 1u << i) != 0)
                add("consultation", act("sofia", "supervisor", looks[i], ",\"candidate\":1"));
        add("decision", word("corrected", "false_positive"));
        assert_proven(); /* nothing to look at is told of */
        replace(story_size - 1, story_size - 1, ",\"outcome\"", ",\"candidates\":[{}],\"outcome\"");
        if (looked == 3)
            assert_proven();
        else
            assert_broken(story_size - 1, "who had not looked at the probe and the reference");
    }
    for (size_t i = 0; i < 2; i++)
        add("decision", word("corrected", words[i]));
    assert_broken(story_size - 1, "clears by his own word");
    forget(state);
    tell(state);
    ask_for_looks(JUDGED);
    char *olena = opened("olena", '1', "hit", '2'),
         *more = made(",\"outcome\":\"inconclusive\",\"justification\":\"late\",\"verdicts\":[%s]", olena);
    while (story_size > TAKEN_2)
        drop(story_size - 1);
    add("decision", act("marta", "supervisor", "overridden", more));
    add("decision", word("corrected", "false_positive"));
    assert_broken(TAKEN_2 + 1, "cleared whom not all judged");
    free(olena);
    free(more);
}

/* Both asked for the probe and for candidate 1, and found that; the outcome names so many candidates. */
enum { GIVEN_SHOWN = GIVEN, OUTCOME_SHOWN = OUTCOME + 2 };
static void tell_shown(const char *found, const char *candidates)
{
    char of[64];
    forget(NULL);
    tell(NULL);
    free(story[GIVEN].body);
    free(story[OUTCOME].body);
    story[GIVEN].body = giving("olena", found, '2');
    story[OUTCOME].body = outcome(found, found, found);
    snprintf(of, sizeof of, ",\"candidates\":%s,\"outcome\"", candidates);
    replace(OUTCOME, OUTCOME, ",\"outcome\"", of);
    insert(JUDGED_2, "consultation", act("taras", "examiner", "probe seen", ""));
    insert(OUTCOME + 1, "consultation", act("taras", "examiner", "reference seen", ",\"candidate\":1"));
}

/* kordond tells so of the act: on which of them it rests. */
static void rest_on(size_t place, const char *candidates)
{
    char more[64];
    snprintf(more, sizeof more, "\"examiners\":2,\"looked\":true,\"shown\":%s", candidates);
    replace(place, place, "\"examiners\":2", more);
}

/* A hit is of somebody who was shown a reference, and of the one that he had asked for, once an act has said so; an older one said nothing of it. */
static void test_H2_a_hit_of_who_was_shown_no_reference_breaks_a_rule(void **state)
{
    (void)state;
    static const char one[] = "[{}]";
    tell_shown("hit", one);
    rest_on(GIVEN_SHOWN, "[1]");
    rest_on(OUTCOME_SHOWN, "[1]");
    assert_proven();
    tell_shown("hit", one);
    rest_on(OUTCOME_SHOWN, "[1]");
    assert_proven();
    tell_shown("hit", one);
    rest_on(GIVEN_SHOWN, "[1]");
    assert_broken(OUTCOME_SHOWN, "a hit of somebody who was shown no reference");
    tell_shown("hit", one);
    rest_on(GIVEN_SHOWN, "[]");
    rest_on(OUTCOME_SHOWN, "[1]");
    assert_broken(OUTCOME_SHOWN, "a hit of somebody who was shown no reference");
    tell_shown("hit", one);
    rest_on(GIVEN_SHOWN, "[2]");
    rest_on(OUTCOME_SHOWN, "[1]");
    assert_broken(GIVEN_SHOWN, "a reference that its giver had not asked for");
    tell_shown("inconclusive", one);
    rest_on(GIVEN_SHOWN, "[]");
    rest_on(OUTCOME_SHOWN, "[]");
    assert_proven();
}

/* One that is none of several is of somebody who was shown each. */
static void test_H3_a_false_positive_of_who_was_shown_less_than_each_breaks_a_rule(void **state)
{
    (void)state;
    static const char two[] = "[{},{}]";
    static const struct {
        const char *shown;
        bool second; /* both asked for the other one, too */
        const char *why;
    } cases[] = {{"[1]", true, "was not shown the reference of each candidate"},
        {"[1,2]", false, "a reference that its giver had not asked for"}, {"[1,2]", true, NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const size_t more = cases[i].second ? 2 : 0;
        tell_shown("false_positive", two);
        rest_on(GIVEN_SHOWN, cases[i].shown);
        rest_on(OUTCOME_SHOWN, cases[i].shown);
        if (cases[i].second) {
            insert(
                GIVEN_SHOWN, "consultation", act("olena", "examiner", "reference seen", ",\"candidate\":2"));
            insert(OUTCOME_SHOWN + 1, "consultation",
                act("taras", "examiner", "reference seen", ",\"candidate\":2"));
        }
        if (cases[i].why == NULL)
            assert_proven();
        else
            assert_broken(cases[i].second ? OUTCOME_SHOWN + more : GIVEN_SHOWN, cases[i].why);
    }
}

/* Of a log whose verdicts are opened with what was shown: Olena's commits to these, and she is opened with those; Taras' is told with the others. */
static void tell_closed(
    const char *found, const char *candidates, const char *committed, const char *opened_as, const char *last)
{
    char commitment[DIGEST_HEX_SIZE], more[128], seat[64];
    tell_shown(found, candidates);
    char *text = made("{\"reason\":\"seen\",\"shown\":%s,\"verdict\":\"%s\"}", committed, found);
    commit(text, '2', commitment);
    free(text);
    free(story[GIVEN_SHOWN].body);
    snprintf(more, sizeof more, ",\"looked\":true,\"commitment\":\"%s\"", commitment);
    story[GIVEN_SHOWN].body = act("olena", "examiner", "verdict given", more);
    snprintf(seat, sizeof seat, ",\"reason\":\"seen\",\"shown\":%s,\"verdict_salt\":\"2", opened_as);
    replace(OUTCOME_SHOWN, OUTCOME_SHOWN, ",\"reason\":\"seen\",\"verdict_salt\":\"2", seat);
    snprintf(seat, sizeof seat, ",\"reason\":\"seen\",\"shown\":%s,\"verdict_salt\":\"4", last);
    replace(OUTCOME_SHOWN, OUTCOME_SHOWN, ",\"reason\":\"seen\",\"verdict_salt\":\"4", seat);
}

/* What was shown is closed as the verdict is, part of what is committed to, and judged when it is opened. */
static void test_H5_what_was_shown_is_judged_when_the_verdict_is_opened(void **state)
{
    (void)state;
    static const struct {
        const char *found, *committed, *opened_as, *last, *why;
    } cases[] = {{"hit", "[1]", "[1]", "[1]", NULL}, {"inconclusive", "[]", "[]", "[1]", NULL},
        {"hit", "[]", "[1]", "[1]", "a verdict is not the one that was committed to"},
        {"hit", "[]", "[]", "[1]", "a hit of somebody who was shown no reference"},
        {"hit", "[1]", "[1]", "[]", "a hit of somebody who was shown no reference"},
        {"hit", "[2]", "[2]", "[1]", "a reference that its giver had not asked for"},
        {"false_positive", "[1]", "[1]", "[1]", "was not shown the reference of each candidate"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tell_closed(cases[i].found, strcmp(cases[i].found, "hit") == 0 ? "[{}]" : "[{},{}]",
            cases[i].committed, cases[i].opened_as, cases[i].last);
        if (cases[i].why == NULL)
            assert_proven();
        else
            assert_broken(OUTCOME_SHOWN, cases[i].why);
    }
}

/* What he looked at behind his verdict it does not rest on. */
static void test_H5_a_verdict_rests_on_no_look_behind_it(void **state)
{
    (void)state;
    tell_closed("hit", "[{}]", "[1,2]", "[1,2]", "[1]");
    insert(GIVEN_SHOWN + 1, "consultation", act("olena", "examiner", "reference seen", ",\"candidate\":2"));
    assert_broken(OUTCOME_SHOWN + 1, "a reference that its giver had not asked for");
    swap(GIVEN_SHOWN, GIVEN_SHOWN + 1);
    assert_proven();
}

/* Once verdicts are opened with it, no entry tells it before; and none leaves it out. */
static void test_H5_what_was_shown_is_told_before_its_time_no_more(void **state)
{
    (void)state;
    struct entry first[STORY_MAX];
    for (int open = 0; open < 3; open++) {
        tell_closed("hit", "[{}]", "[1]", "[1]", "[1]");
        const size_t size = story_size;
        memcpy(first, story, sizeof first);
        story_size = 0;
        if (open < 2)
            tell_shown("hit", "[{}]");
        else
            tell_closed("hit", "[{}]", "[1]", "[1]", "[1]");
        for (size_t i = 0; i < story_size; i++)
            for (char *id = story[i].body; (id = strstr(id, TRANSACTION)) != NULL; id++)
                id[0] = '1'; /* another match, behind the first one */
        if (open == 1)
            rest_on(GIVEN_SHOWN, "[1]");
        for (size_t i = 0; i < size; i++)
            insert(i, first[i].event, first[i].body);
        if (open == 0)
            assert_broken(size + OUTCOME_SHOWN, "a hit of somebody who was shown no reference");
        else if (open == 1)
            assert_broken(size + GIVEN_SHOWN, "told before its time");
        else
            assert_proven();
    }
}

/* So does a supervisor's word where they differ. */
static void test_H3_a_supervisor_s_word_rests_on_what_he_was_shown(void **state)
{
    static const struct {
        const char *shown, *outcome, *why;
    } cases[] = {{"[]", "hit", "a hit of somebody who was shown no reference"}, {"[1]", "hit", NULL},
        {"[1]", "false_positive", "was not shown the reference of each candidate"},
        {"[]", "inconclusive", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        forget(state);
        tell(state);
        differ();
        add("consultation", act("sofia", "supervisor", "probe seen", ""));
        add("consultation", act("sofia", "supervisor", "reference seen", ",\"candidate\":1"));
        add("decision", word("overridden", cases[i].outcome));
        replace(story_size - 1, story_size - 1, ",\"outcome\"", ",\"candidates\":[{},{}],\"outcome\"");
        rest_on(story_size - 1, cases[i].shown);
        if (cases[i].why == NULL)
            assert_proven();
        else
            assert_broken(story_size - 1, cases[i].why);
    }
}

/* So does a correction to a hit, while there is something to look at. */
static void test_H2_a_correction_to_a_hit_unseen_breaks_a_rule(void **state)
{
    for (int looked = 0; looked < 2; looked++) {
        forget(state);
        tell(state);
        differ();
        add("decision", act("marta", "supervisor", "overridden",
                            ",\"outcome\":\"inconclusive\",\"justification\":\"smeared\""));
        if (looked == 1) {
            add("consultation", act("sofia", "supervisor", "probe seen", ""));
            add("consultation", act("sofia", "supervisor", "reference seen", ",\"candidate\":1"));
        }
        add("decision", word("corrected", "hit"));
        replace(story_size - 1, story_size - 1, ",\"outcome\"", ",\"candidates\":[{}],\"outcome\"");
        assert_proven(); /* an older kordond asked for no look */
        rest_on(story_size - 1, "[1]");
        if (looked == 1)
            assert_proven();
        else
            assert_broken(story_size - 1, "who had not looked at the probe and the reference");
    }
}

/* He saw the probe in his first seat, and sits again. */
static void test_H3_who_comes_back_has_seen_the_probe(void **state)
{
    (void)state;
    drop(JUDGED_2);
    insert(JUDGED_2, "consultation", act("taras", "examiner", "probe seen", ",\"finger\":\"right_index\""));
    insert(JUDGED_2 + 1, "decision",
        act("taras", "examiner", "referral given back", ",\"seat\":{\"examiner\":\"person:taras\"}"));
    insert(JUDGED_2 + 2, "decision", act("taras", "examiner", "referral taken", ""));
    insert(JUDGED_2 + 3, "decision", judging("taras", '3'));
    assert_remarked(0, NULL);
}

/* A look may be what is not there to be seen: nobody is accused of having made none. */
static void test_H3_of_looks_that_are_not_seen_nothing_is_remarked(void **state)
{
    (void)state;
    hide(PROBE);
    assert_int_equal(read_story(NULL), REASON_DONE);
    assert_true(counts.unseen == 1 && counts.remarked == 0);
}

/* What is erased, or closed for the one referral, nobody sees. */
static void test_M2_a_print_that_is_seen_after_it_was_erased_breaks_a_rule(void **state)
{
    (void)state;
    insert(ERASED + 1, "consultation", act("olena", "examiner", "probe seen", ""));
    assert_int_equal(read_story(NULL), REASON_DONE);
    for (int closed = 0; closed < 2; closed++) {
        replace(OUTCOME, OUTCOME, "\"examiners\":2", "\"examiners\":2,\"looked\":true");
        insert(OUTCOME, "consultation", act("taras", "examiner", "reference seen", ""));
        if (closed == 1) {
            drop(ERASED + 1);
            insert(ERASED + 1, "decision", act("kordond", "system", "probe closed", ""));
            replace(ERASED + 1, ERASED + 1, "person:kordond", "kordond");
        }
        insert(ERASED + 2, "consultation", act("sofia", "supervisor", "reference seen", ""));
        assert_one_break("seen", ERASED + 2, "seen after the probe was erased");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_H3_a_judgement_without_a_look_is_remarked, tell, forget),
        cmocka_unit_test_setup_teardown(
            test_H3_where_looks_are_asked_for_a_judgement_without_one_breaks_a_rule, tell, forget),
        cmocka_unit_test_setup_teardown(
            test_H3_what_was_judged_before_looks_were_asked_for_stays_a_remark, tell, forget),
        cmocka_unit_test_setup_teardown(test_H3_a_supervisor_who_decides_unseen_breaks_a_rule, tell, forget),
        cmocka_unit_test_setup_teardown(
            test_H3_who_clears_unseen_or_by_his_own_word_breaks_a_rule, tell, forget),
        cmocka_unit_test_setup_teardown(
            test_H2_a_hit_of_who_was_shown_no_reference_breaks_a_rule, tell, forget),
        cmocka_unit_test_setup_teardown(
            test_H3_a_false_positive_of_who_was_shown_less_than_each_breaks_a_rule, tell, forget),
        cmocka_unit_test_setup_teardown(
            test_H5_what_was_shown_is_judged_when_the_verdict_is_opened, tell, forget),
        cmocka_unit_test_setup_teardown(test_H5_a_verdict_rests_on_no_look_behind_it, tell, forget),
        cmocka_unit_test_setup_teardown(test_H5_what_was_shown_is_told_before_its_time_no_more, tell, forget),
        cmocka_unit_test_setup_teardown(test_H3_a_supervisor_s_word_rests_on_what_he_was_shown, tell, forget),
        cmocka_unit_test_setup_teardown(test_H2_a_correction_to_a_hit_unseen_breaks_a_rule, tell, forget),
        cmocka_unit_test_setup_teardown(test_H3_who_comes_back_has_seen_the_probe, tell, forget),
        cmocka_unit_test_setup_teardown(test_H3_of_looks_that_are_not_seen_nothing_is_remarked, tell, forget),
        cmocka_unit_test_setup_teardown(
            test_M2_a_print_that_is_seen_after_it_was_erased_breaks_a_rule, tell, forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
