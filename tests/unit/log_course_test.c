/* H1 to H5, M2: what people made of a match is read from the log's bodies alone: a course as the rules have it is proven; one that breaks any of
 * them is named by its entry; and of what can't be seen nothing is proven. */
#include "tests/unit/unit.h"

#include "json/memory.h"
#include "tests/support/failing_memory.h"
#include "tests/unit/log_course_story.h"

/* --- Tests ----------------------------------------------------------------------------------------------------- */

static void test_H5_a_course_is_told_and_proven_from_bodies_alone(void **state)
{
    (void)state;
    json_t *told;
    assert_int_equal(read_story(&told), REASON_DONE);
    assert_true(counts.referrals == 1 && counts.decided == 1 && counts.unseen == 0 && counts.broken == 0);
    const json_t *course = json_array_get(told, 0), *steps = json_object_get(course, "steps");
    assert_string_equal(text_of(course, "proof"), "whole");
    assert_string_equal(text_of(course, "outcome"), "hit");
    assert_string_equal(text_of(course, "owner"), "device:lane-1");
    assert_string_equal(text_of(course, "officer"), "boris");
    assert_string_equal(text_of(course, "route"), "second_line");
    assert_int_equal(json_integer_value(json_object_get(course, "examiners")), 2);
    assert_true(json_is_true(json_object_get(course, "probe_erased")));
    assert_int_equal(json_array_size(steps), 11);
    assert_int_equal(json_array_size(json_object_get(course, "verdicts")), 2);
    const json_t *given = json_array_get(steps, GIVEN);
    assert_string_equal(text_of(given, "what"), "verdict given");
    assert_int_equal(json_integer_value(json_object_get(given, "entry")), 100 + GIVEN);
    assert_int_equal(strlen(text_of(given, "commitment")), 64);
    json_decref(told);
}

/* A course that goes on, or went another way, is proven as far as it is. */
static void test_H1_H5_each_way_that_the_rules_allow_is_proven(void **state)
{
    (void)state;
    for (size_t length = 1; length <= ERASED; length++) {
        forget(NULL);
        tell(NULL);
        while (story_size > length)
            drop(story_size - 1);
        assert_proven();
        assert_int_equal(counts.open, length <= OUTCOME ? 1 : 0);
    }
    forget(NULL);
    tell(NULL);
    insert(OUTCOME + 1, "decision", word("corrected", "inconclusive"));
    assert_proven();
    forget(NULL);
    tell(NULL);
    differ();
    assert_proven();
    assert_int_equal(counts.disagreed, 1);
    add("decision", word("overridden", "hit"));
    assert_proven();
    assert_int_equal(counts.decided, 1);
    forget(NULL);
    tell(NULL);
    insert(PROBE, "decision",
        act("olena", "examiner", "referral handed over",
            ",\"to\":\"person:anna\",\"seat\":{\"examiner\":\"person:olena\"}"));
    replace(PROBE + 1, ERASED + 1, "person:olena", "person:anna");
    assert_proven();
}

static void test_H2_two_persons_judge_none_of_them_his_own_travellers_match(void **state)
{
    (void)state;
    replace(TAKEN_2, COMPARISON_2, "person:taras", "person:olena");
    assert_one_break("one person", TAKEN_2, "two seats of one person");
    replace(TAKEN_2, OUTCOME, "person:taras", "user:taras");
    assert_one_break("known in another way", TAKEN_2, "whose transaction it is");
    replace(MATCH, MATCH, "device:lane-1", "person:taras");
    assert_one_break("who took the print", TAKEN_2, "whose transaction it is");
    replace(MATCH, MATCH, "\"boris\"", "\"olena\"");
    assert_one_break("the officer that was named", TAKEN, "whose transaction it is");
    replace(MATCH, MATCH, "device:lane-1", "user:lane");
    assert_one_break("who may be the officer", TAKEN, "whose transaction it is");
    replace(TAKEN_2, TAKEN_2, "\"role\":\"examiner\"", "\"role\":\"auditor\"");
    assert_one_break("no examiner", TAKEN_2, "whose role does not judge it");
    replace(TAKEN, OUTCOME, "\"examiners\":2", "\"examiners\":1");
    assert_one_break("one is enough", GIVEN, "the last verdict is given, and none is opened");
    replace(TAKEN_2, TAKEN_2, "\"examiners\":2", "\"examiners\":3");
    assert_one_break("more on the way", TAKEN_2, "another number of persons");
    replace(TAKEN, OUTCOME, "\"examiners\":2", "\"examiners\":0");
    assert_one_break("nobody says how many", OUTCOME, "how many persons are to judge it");
    replace(TAKEN, OUTCOME, "second_line", "protection_officer");
    assert_one_break("who is to be protected", TAKEN_2, "examiners alone");
    insert(JUDGED_2, "decision", act("anna", "examiner", "referral taken", ""));
    assert_one_break("a third", JUDGED_2, "more seats");
}

static void test_H3_the_probe_is_judged_before_the_reference_is_seen(void **state)
{
    (void)state;
    swap(JUDGED, REFERENCE);
    assert_one_break("swapped", JUDGED, "the reference is seen before the probe was judged");
    drop(JUDGED);
    assert_one_break("never judged", REFERENCE - 1, "the reference is seen before the probe was judged");
    replace(COMPARISON_2, COMPARISON_2, "person:taras", "person:anna");
    assert_one_break("no seat", COMPARISON_2, "seen by somebody who had no seat");
    repeat(JUDGED);
    assert_one_break("twice", JUDGED + 1, "judged twice");
    drop(TAKEN_2);
    assert_one_break("no seat", JUDGED_2 - 1, "judged by somebody who has no seat");
    char *olena = opened("olena", '1', "", '0'), *more = made(",\"seat\":%s", olena);
    insert(REFERENCE, "decision", act("olena", "examiner", "referral given back", more));
    insert(REFERENCE + 1, "decision", act("olena", "examiner", "referral taken", ""));
    free(olena);
    free(more);
    assert_one_break("back again", REFERENCE + 1, "comes back");
    replace(COMPARISON_2, COMPARISON_2, "\"role\":\"examiner\"", "\"role\":\"supervisor\"");
    replace(COMPARISON_2, COMPARISON_2, "person:taras", "person:sofia");
    assert_proven();
}

static void test_H5_no_verdict_is_seen_before_its_time(void **state)
{
    (void)state;
    drop(GIVEN);
    assert_one_break("no commitment", OUTCOME - 1, "opened that nothing committed to");
    replace(GIVEN, GIVEN, "\"commitment\":", "\"commitments\":");
    assert_one_break("none in it", GIVEN, "nothing commits");
    replace(GIVEN, GIVEN, "\"commitment\":\"", "\"commitment\":\"0");
    assert_one_break("no hash", GIVEN, "nothing commits");
    replace(GIVEN, GIVEN, "\"commitment\"", "\"verdict\":\"hit\",\"commitment\"");
    assert_one_break("told at once", GIVEN, "told before its time");
    replace(JUDGED, JUDGED, "\"commitment\"", "\"judgement\":\"usable\",\"commitment\"");
    assert_one_break("told at once", JUDGED, "told before its time");
    replace(OUTCOME, OUTCOME, "\"reason\":\"seen\"", "\"reason\":\"unseen\"");
    assert_one_break("another reason", OUTCOME, "a verdict is not the one that was committed to");
    replace(OUTCOME, OUTCOME, "\"verdict_salt\":\"2", "\"verdict_salt\":\"3");
    assert_one_break("another salt", OUTCOME, "a verdict is not the one that was committed to");
    replace(OUTCOME, OUTCOME, "\"judgement\":\"usable\"", "\"judgement\":\"limited\"");
    assert_one_break("another judgement", OUTCOME, "a judgement of the probe is not the one");
    replace(OUTCOME, OUTCOME, "\"judgement_salt\":\"1", "\"judgement_salt\":\"x");
    assert_one_break("no salt", OUTCOME, "a judgement of the probe is not the one");
    replace(OUTCOME, OUTCOME, "\"examiner\":\"person:olena\"", "\"examiner\":\"person:anna\"");
    assert_one_break("of somebody else", OUTCOME, "somebody who had no seat");
    replace(OUTCOME, OUTCOME, "\"verdicts\"", "\"verdict\"");
    assert_one_break("closed", OUTCOME, "stays closed");
    repeat(GIVEN);
    assert_one_break("twice", GIVEN + 1, "two verdicts of one person");
    insert(ERASED, "decision", giving("olena", "false_positive", '5'));
    assert_one_break("afterwards", ERASED, "two verdicts of one person");
    insert(ERASED, "decision", act("anna", "examiner", "referral taken", ""));
    assert_one_break("afterwards", ERASED, "after the verdicts were opened");
}

/* What stands in the log of an open match, and what its prints show, is seen by nobody who then judges it. */
static void test_H5_who_read_or_looked_does_not_sit(void **state)
{
    (void)state;
    static const char read_all[] =
        "{\"actor\":\"person:taras\",\"role\":\"supervisor\",\"read\":\"entries\"}";
    static const char read_result[] =
        "{\"actor\":\"person:taras\",\"role\":\"supervisor\",\"read\":\"transaction\","
        "\"asked_for\":\"" TRANSACTION "\"}";
    insert(GIVEN + 1, "access", strdup(read_all));
    assert_one_break("read", TAKEN_2 + 1, "who has read the log since the match");
    insert(MATCH, "access", strdup(read_all));
    assert_proven(); /* before there was anything to be read of it */
    forget(NULL);
    tell(NULL);
    insert(GIVEN + 1, "access", strdup(read_all));
    replace(GIVEN + 1, GIVEN + 1, "\"entries\"", "\"entries\",\"withheld\":\"open referrals\"");
    assert_proven();
    /* An export's events are no referrals: all other bodies were read. */
    replace(GIVEN + 1, GIVEN + 1, "\"open referrals\"", "\"access\"");
    assert_broken(TAKEN_2 + 1, "who has read the log since the match");
    replace(GIVEN + 1, GIVEN + 1, "\"withheld\"", "\"withheld_events\"");
    assert_broken(TAKEN_2 + 1, "who has read the log since the match");
    replace(GIVEN + 1, GIVEN + 1, ",\"withheld_events\":\"access\"", "");
    replace(GIVEN + 1, GIVEN + 1, "\"entries\"", "\"figures\"");
    assert_proven();
    insert(OUTCOME + 2, "access", strdup(read_all));
    assert_proven();
    hide(GIVEN + 1);
    assert_int_equal(read_story(NULL), REASON_DONE);
    assert_int_equal(counts.unseen, 1);
    forget(NULL);
    tell(NULL);
    insert(TAKEN_2, "consultation", act("taras", "supervisor", "probe seen", ""));
    assert_one_break("looked", TAKEN_2 + 1, "who saw its prints or its score without one");
    insert(TAKEN_2, "access", strdup(read_result));
    assert_one_break("asked for it", TAKEN_2 + 1, "since the match");
    insert(TAKEN_2, "access", strdup(read_result));
    replace(TAKEN_2, TAKEN_2, "\"transaction\"", "\"transaction\",\"withheld\":\"open referrals\"");
    assert_proven();
    insert(TAKEN_2, "access", strdup(read_result));
    replace(TAKEN_2, TAKEN_2, "00112233", "99112233"); /* another one's */
    assert_proven();
    forget(NULL);
    tell(NULL);
    insert(TAKEN_2, "consultation", act("taras", "supervisor", "probe seen", ""));
    replace(TAKEN_2, TAKEN_2, "person:taras", "user:taras");
    assert_one_break("nobody knows who looked", TAKEN_2 + 1, "who saw its prints or its score without one");
    insert(TAKEN_2, "consultation", act("anna", "supervisor", "probe seen", ""));
    assert_proven();
}

/* Nor while he has his seat, until he has given his verdict. */
static void test_H5_who_sits_and_reads_does_not_judge(void **state)
{
    (void)state;
    static const char read_all[] =
        "{\"actor\":\"person:taras\",\"role\":\"supervisor\",\"read\":\"entries\"}";
    insert(JUDGED_2, "access", strdup(read_all));
    assert_one_break("before the probe", JUDGED_2 + 1, "while he had his seat");
    insert(OUTCOME, "access", strdup(read_all));
    assert_one_break("before the verdict", OUTCOME + 1, "while he had his seat");
    insert(OUTCOME, "access", strdup(read_all));
    replace(OUTCOME, OUTCOME, "\"entries\"", "\"entries\",\"withheld\":\"open referrals\"");
    assert_proven();
    forget(NULL);
    tell(NULL);
    insert(OUTCOME + 1, "access", strdup(read_all));
    assert_proven();
}

/* The machine's score is told by a transaction's result, too: of another one it tells nothing of this. */
static void test_H5_who_was_shown_the_result_does_not_judge(void **state)
{
    (void)state;
    static const char shown[] = "{\"actor\":\"person:taras\",\"role\":\"supervisor\",\"read\":"
                                "\"transaction\",\"asked_for\":\"" TRANSACTION "\"}";
    insert(TAKEN_2, "access", strdup(shown));
    assert_one_break("before he sat", TAKEN_2 + 1, "since the match");
    insert(JUDGED_2, "access", strdup(shown));
    assert_one_break("while he sat", JUDGED_2 + 1, "while he had his seat");
    insert(TAKEN_2, "access", strdup(shown));
    replace(TAKEN_2, TAKEN_2, TRANSACTION, "ff112233445566778899aabbccddeeff");
    assert_proven();
    replace(TAKEN_2, TAKEN_2, "\"asked_for\"", "\"asked\"");
    assert_proven();
    forget(NULL);
    tell(NULL);
    insert(MATCH, "access", strdup(shown)); /* before there was anything to be told */
    assert_proven();
}

/* Whatever else he is: who has a seat sees what it lets him see. */
static void test_H3_who_sits_sees_no_reference_in_another_role(void **state)
{
    (void)state;
    insert(PROBE, "consultation", act("olena", "supervisor", "comparison seen", ",\"candidate\":1"));
    assert_one_break("seated", PROBE, "the reference is seen before the probe was judged");
    insert(REFERENCE, "consultation", act("olena", "supervisor", "comparison seen", ",\"candidate\":1"));
    assert_proven();
}

static void test_H1_H5_the_outcome_follows_from_the_verdicts(void **state)
{
    (void)state;
    replace(OUTCOME, OUTCOME, "\"outcome\":\"hit\"", "\"outcome\":\"false_positive\"");
    assert_one_break("another", OUTCOME, "does not follow");
    replace(OUTCOME, OUTCOME, "\"outcome\":\"hit\"", "\"outcome\":\"disagreed\"");
    assert_one_break("none", OUTCOME, "does not follow");
    drop(TAKEN);
    drop(TAKEN);
    drop(TAKEN);
    drop(TAKEN);
    drop(TAKEN);
    assert_one_break("of one", OUTCOME - 5, "somebody who had no seat");
    add("decision", word("overridden", "false_positive"));
    assert_one_break("beside it", ERASED + 1, "it has an outcome already");
    add("decision", word("corrected", "hit"));
    assert_one_break("to the same", ERASED + 1, "corrected to what it is");
    add("decision", act("sofia", "supervisor", "corrected", ",\"outcome\":\"inconclusive\""));
    assert_one_break("without a reason", ERASED + 1, "no reason is given");
    add("decision", word("corrected", "perhaps"));
    assert_one_break("to nothing", ERASED + 1, "an outcome that there is not");
    add("decision", word("corrected", "inconclusive"));
    replace(ERASED + 1, ERASED + 1, "person:sofia", "person:olena");
    assert_one_break("by one of them", ERASED + 1, "who has or had a seat");
    add("decision", word("corrected", "inconclusive"));
    replace(ERASED + 1, ERASED + 1, "person:sofia", "person:boris");
    assert_one_break("by the officer", ERASED + 1, "his own transaction's match");
    add("decision", word("corrected", "inconclusive"));
    replace(ERASED + 1, ERASED + 1, "\"supervisor\"", "\"examiner\"");
    assert_one_break("by no supervisor", ERASED + 1, "it takes a supervisor");
    while (story_size > GIVEN + 1)
        drop(story_size - 1);
    add("decision", word("corrected", "inconclusive"));
    assert_one_break("of none", GIVEN + 1, "corrected that there is not");
    differ();
    add("decision", word("overridden", "inconclusive"));
    add("decision", word("corrected", "hit"));
    assert_one_break("his own word", ERASED + 1, "turns his own word into a hit");
    forget(NULL);
    tell(NULL);
    add("decision", word("corrected", "false_positive"));
    add("decision", word("corrected", "hit"));
    assert_broken(ERASED + 2, "turns his own word into a hit");
    replace(ERASED + 2, ERASED + 2, "person:sofia", "person:marta");
    assert_proven();
    forget(NULL);
    tell(NULL);
    add("decision", act("olena", "examiner", "verdict changed", ",\"outcome\":\"false_positive\""));
    assert_one_break("unknown", ERASED + 1, "an act that there is not");
}

/* A supervisor ends what is overdue, which opens what is closed, and is never a hit. */
static void test_H3_what_is_overdue_ends_as_inconclusive_alone(void **state)
{
    (void)state;
    char *olena = opened("olena", '1', "hit", '2'),
         *more = made(",\"outcome\":\"inconclusive\",\"justification\":\"late\",\"verdicts\":[%s]", olena);
    while (story_size > TAKEN_2)
        drop(TAKEN_2);
    add("decision", act("sofia", "supervisor", "overridden", more));
    assert_proven();
    replace(TAKEN_2, TAKEN_2, "\"outcome\":\"inconclusive\"", "\"outcome\":\"hit\"");
    assert_one_break("a hit", TAKEN_2, "something else than inconclusive");
    while (story_size > TAKEN_2)
        drop(TAKEN_2);
    add("decision", word("overridden", "inconclusive"));
    assert_one_break("closed", TAKEN_2, "stays closed");
    free(olena);
    free(more);
}

static void test_H1_no_course_without_a_match(void **state)
{
    (void)state;
    drop(MATCH);
    assert_one_break("none", MATCH, "no match of its transaction");
    replace(MATCH, MATCH, "\"identification\":{\"decision\":\"match\"",
        "\"identification\":{\"decision\":\"no_match\"");
    assert_one_break("nobody was found", TAKEN, "no match of its transaction");
    swap(MATCH, TAKEN);
    assert_one_break("behind", MATCH, "no match of its transaction");
    replace(GIVEN, GIVEN, "\"transaction\":\"00", "\"transaction\":\"11");
    assert_one_break("of another", GIVEN, "of another transaction");
}

/* A match of which the first line knows nothing has a course of its own, and beside one that it knows of, two. */
static void test_P6_a_silent_one_is_read_as_well(void **state)
{
    (void)state;
    json_t *told;
    for (size_t i = TAKEN; i < ERASED; i++)
        replace(i, i, "\"referral\":\"" TRANSACTION, "\"referral\":\"" TRANSACTION "s");
    assert_broken(ERASED, "erased before there is an outcome"); /* of the one that is known */
    assert_int_equal(counts.referrals, 2);
    replace(MATCH, MATCH, "\"told\":\"match\"", "\"told\":\"no_match\"");
    replace(TAKEN, OUTCOME, "second_line", "silent");
    assert_int_equal(read_story(&told), REASON_DONE);
    assert_int_equal(counts.referrals, 1);
    assert_string_equal(text_of(json_array_get(told, 0), "referral"), TRANSACTION "s");
    json_decref(told);
    insert(ERASED, "decision", act("olena", "examiner", "protection claimed", ""));
    replace(ERASED, ERASED, "\"referral\":\"" TRANSACTION, "\"referral\":\"" TRANSACTION "s");
    assert_one_break("asked", ERASED, "a claim at one that is silent");
    insert(ERASED, "decision",
        act("olena", "examiner", "second-line report", ",\"report\":{\"place\":\"lane 1\"}"));
    assert_one_break("reported", ERASED, "a report on one that is not silent");
}

/* P7: a claim takes the seat of one examiner too many, and what he found comes out with the others'. */
static void test_P7_a_seat_that_a_claim_takes_is_opened_with_the_others(void **state)
{
    (void)state;
    char *olena = opened("olena", '1', "hit", '2'), *taras = opened("taras", '3', "hit", '4'),
         *petro = opened("petro", '5', "hit", '6');
    char *three = made(",\"outcome\":\"hit\",\"verdicts\":[%s,%s,%s]", olena, petro, taras);
    char *two = made(",\"outcome\":\"hit\",\"verdicts\":[%s,%s]", olena, petro);
    drop(OUTCOME);
    insert(OUTCOME, "decision",
        act("olena", "examiner", "protection claimed", ",\"released\":\"person:taras\""));
    insert(OUTCOME + 1, "decision", act("petro", "protection_officer", "referral taken", ""));
    insert(OUTCOME + 2, "decision", judging("petro", '5'));
    insert(OUTCOME + 3, "decision", act("petro", "protection_officer", "outcome", three));
    replace(OUTCOME + 2, OUTCOME + 2, "\"examiner\"", "\"protection_officer\"");
    replace(OUTCOME, OUTCOME + 3, "second_line", "protection_officer");
    replace(OUTCOME + 3, OUTCOME + 3,
        ",\"verdict\":\"hit\",\"reason\":\"seen\",\"verdict_salt\":"
        "\"4444444444444444444444444444444444444444444444444444444444444444\"",
        "");
    assert_proven();
    drop(OUTCOME + 3);
    insert(OUTCOME + 3, "decision", act("petro", "protection_officer", "outcome", two));
    replace(OUTCOME + 3, OUTCOME + 3, "second_line", "protection_officer");
    assert_one_break("it stays closed", OUTCOME + 3, "stays closed");
    free(olena);
    free(taras);
    free(petro);
    free(three);
    free(two);
}

/* H2: a supervisor frees a seat of somebody who does not come; what he found comes out with the others', and he does not come back. */
static void test_H2_a_seat_that_a_supervisor_frees_is_opened_with_the_others(void **state)
{
    (void)state;
    static const char freed[] = ",\"released\":\"person:taras\",\"justification\":\"ill\"";
    char *olena = opened("olena", '1', "hit", '2'), *taras = opened("taras", '3', "", '4'),
         *anna = opened("anna", '5', "hit", '6');
    char *three = made(",\"outcome\":\"hit\",\"verdicts\":[%s,%s,%s]", olena, anna, taras);
    static const struct {
        const char *by, *role, *more, *why;
    } cases[] = {{"sofia", "supervisor", freed, NULL}, {"anna", "supervisor", freed, "who freed one"},
        {"olena", "supervisor", freed, "who has or had one"},
        {"sofia", "examiner", freed, "it takes a supervisor"},
        {"sofia", "supervisor", ",\"released\":\"person:taras\"", "no reason is given"},
        {"sofia", "supervisor", ",\"released\":\"person:taras\",\"justification\":\"ill\",\"seat\":{}",
            "told before its time"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        forget(NULL);
        tell(NULL);
        drop(OUTCOME);
        insert(OUTCOME, "decision", act(cases[i].by, cases[i].role, "seat freed", cases[i].more));
        insert(OUTCOME + 1, "decision", act("anna", "examiner", "referral taken", ""));
        insert(OUTCOME + 2, "consultation", act("anna", "examiner", "probe seen", ""));
        insert(OUTCOME + 3, "decision", judging("anna", '5'));
        insert(OUTCOME + 4, "consultation", act("anna", "examiner", "reference seen", ""));
        insert(OUTCOME + 5, "decision", act("anna", "examiner", "outcome", three));
        if (cases[i].why == NULL) {
            assert_proven();
            replace(OUTCOME + 1, OUTCOME + 5, "person:anna", "person:taras");
            assert_broken(OUTCOME + 1, "comes back whose seat was freed");
        } else {
            assert_broken(i == 1 ? OUTCOME + 1 : OUTCOME, cases[i].why);
        }
    }
    free(olena);
    free(taras);
    free(anna);
    free(three);
}

/* What is not there may have said what seems to be missing: then nothing is proven, and nobody accused. What contradicts itself stays a break. */
static void test_H5_of_what_is_not_seen_nothing_is_proven_and_nobody_is_accused(void **state)
{
    (void)state;
    for (size_t i = MATCH; i < ERASED; i++) {
        hide(i);
        assert_int_equal(read_story(NULL), REASON_DONE);
        assert_int_equal(counts.broken, 0);
        assert_int_equal(counts.unseen, counts.referrals);
        forget(NULL);
        tell(NULL);
    }
    differ();
    add("decision", word("overridden", "hit"));
    hide(OUTCOME);
    assert_int_equal(read_story(NULL), REASON_DONE);
    assert_int_equal(counts.unseen, 1);
    forget(NULL);
    tell(NULL);
    insert(TAKEN_2, "decision", act("anna", "examiner", "referral taken", ""));
    insert(TAKEN_2 + 1, "decision", judging("anna", '7'));
    insert(TAKEN_2 + 2, "decision", act("anna", "examiner", "referral given back", ""));
    hide(TAKEN_2 + 2);
    assert_int_equal(read_story(NULL), REASON_DONE);
    assert_int_equal(counts.unseen, 1);
    forget(NULL);
    tell(NULL);
    hide(JUDGED);
    replace(OUTCOME, OUTCOME, "\"reason\":\"seen\"", "\"reason\":\"unseen\"");
    assert_one_break("altered all the same", OUTCOME, "a verdict is not the one that was committed to");
    insert(MATCH, "consultation", strdup("x"));
    hide(MATCH);
    assert_proven(); /* what stands before the match is of others */
}

/* Whatever a body says that was never kordond's: it is read, and what it lacks is no proof. */
static void test_H5_bodies_of_any_kind_are_read(void **state)
{
    (void)state;
    static const char *const values[] = {
        "1", "null", "[]", "{}", "\"x\"", "[[]]", "[{\"examiner\":1,\"verdict\":[]}]"};
    static const char *const whats[] = {"referral taken", "referral given back", "referral handed over",
        "probe judged", "verdict given", "outcome", "overridden", "corrected", "second-line report",
        "protection claimed", "probe closed", "probe erased", "referral erased", "redress recorded",
        "redress finger kept", "redress finger refused", "redress removed", "probe seen", "comparison seen",
        "what nobody does"};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        for (size_t j = 0; j < sizeof whats / sizeof whats[0]; j++) {
            forget(NULL);
            tell(NULL);
            insert(GIVEN, j % 2 == 0 ? "decision" : "consultation",
                made("{\"actor\":%s,\"role\":%s,\"what\":\"%s\",\"referral\":\"" TRANSACTION
                     "\",\"transaction\":%s,"
                     "\"commitment\":%s,\"verdicts\":%s,\"seat\":%s,\"outcome\":%s,\"to\":%s,\"examiners\":%"
                     "s,\"route\":%s}",
                    values[i], values[i], whats[j], values[i], values[i], values[i], values[i], values[i],
                    values[i], values[i], values[i]));
            json_t *told;
            read_story(&told);
            assert_non_null(told);
            json_decref(told);
        }
    forget(NULL);
    insert(0, "decision", strdup("no JSON"));
    assert_int_equal(read_story(NULL), REASON_DONE);
    assert_int_equal(counts.referrals, 0);
}

/* What there was no memory for is no proof and no break. */
static void test_H5_without_memory_nothing_is_known(void **state)
{
    (void)state;
    unsigned none = 0;
    enum reason reason;
    json_t *told = NULL;
    do {
        failing_memory_set((long)none);
        json_decref(told);
        told = NULL;
        reason = read_story(&told);
        failing_memory_set(-1);
        assert_true(reason == REASON_DONE || reason == REASON_NO_MEMORY || reason == REASON_CRYPTO_FAILED);
        none++;
    } while (reason != REASON_DONE || told == NULL);
    assert_true(none > 20);
    json_decref(told);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_H5_a_course_is_told_and_proven_from_bodies_alone, tell, forget),
        cmocka_unit_test_setup_teardown(test_H1_H5_each_way_that_the_rules_allow_is_proven, tell, forget),
        cmocka_unit_test_setup_teardown(
            test_H2_two_persons_judge_none_of_them_his_own_travellers_match, tell, forget),
        cmocka_unit_test_setup_teardown(
            test_H3_the_probe_is_judged_before_the_reference_is_seen, tell, forget),
        cmocka_unit_test_setup_teardown(test_H5_no_verdict_is_seen_before_its_time, tell, forget),
        cmocka_unit_test_setup_teardown(test_H5_who_read_or_looked_does_not_sit, tell, forget),
        cmocka_unit_test_setup_teardown(test_H5_who_sits_and_reads_does_not_judge, tell, forget),
        cmocka_unit_test_setup_teardown(test_H5_who_was_shown_the_result_does_not_judge, tell, forget),
        cmocka_unit_test_setup_teardown(test_H3_who_sits_sees_no_reference_in_another_role, tell, forget),
        cmocka_unit_test_setup_teardown(test_H1_H5_the_outcome_follows_from_the_verdicts, tell, forget),
        cmocka_unit_test_setup_teardown(test_H3_what_is_overdue_ends_as_inconclusive_alone, tell, forget),
        cmocka_unit_test_setup_teardown(test_H1_no_course_without_a_match, tell, forget),
        cmocka_unit_test_setup_teardown(test_P6_a_silent_one_is_read_as_well, tell, forget),
        cmocka_unit_test_setup_teardown(
            test_H2_a_seat_that_a_supervisor_frees_is_opened_with_the_others, tell, forget),
        cmocka_unit_test_setup_teardown(
            test_P7_a_seat_that_a_claim_takes_is_opened_with_the_others, tell, forget),
        cmocka_unit_test_setup_teardown(
            test_H5_of_what_is_not_seen_nothing_is_proven_and_nobody_is_accused, tell, forget),
        cmocka_unit_test_setup_teardown(test_H5_bodies_of_any_kind_are_read, tell, forget),
        cmocka_unit_test_setup_teardown(test_H5_without_memory_nothing_is_known, tell, forget),
    };
    /* As in kordonctl: where memory ends within the parser, that is seen. */
    json_memory_wipe_when_freed();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
