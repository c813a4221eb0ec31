/* Who may do what is asked of a log as kordond asks it, no less and no more: so no right log is taken for a broken one, and none that kordond would not
 * write for a right one. */
#include "tests/unit/unit.h"

#include "tests/unit/log_course_story.h"

/* He says nothing of the prints: it is enough that he surely has no part in it, though nobody knows of who is in no register. Any other word takes one who is
 * known to be none of them. */
static void test_H3_what_is_overdue_is_ended_by_who_surely_has_no_part_in_it(void **state)
{
    static const struct {
        const char *owner, *left, *ends, *why;
    } cases[] = {{"device:lane-1", "person:olena", "user:sofia", NULL},
        {"user:lane", "user:olena", "person:sofia", NULL},
        {"user:lane", "user:olena", "user:olena", "who has or had a seat"},
        {"user:lane", "user:olena", "user:lane", "his own transaction's match"},
        {"user:lane", "user:olena", "person:boris", "his own transaction's match"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        forget(state);
        tell(state);
        while (story_size > JUDGED)
            drop(JUDGED);
        add("decision", act("olena", "examiner", "referral given back", ",\"seat\":{}"));
        add("decision", act("sofia", "supervisor", "overridden",
                            ",\"outcome\":\"inconclusive\",\"justification\":\"late\",\"verdicts\":[]"));
        replace(MATCH, MATCH, "device:lane-1", cases[i].owner);
        replace(TAKEN, JUDGED, "person:olena", cases[i].left);
        replace(JUDGED + 1, JUDGED + 1, "person:sofia", cases[i].ends);
        if (cases[i].why == NULL)
            assert_proven();
        else
            assert_broken(JUDGED + 1, cases[i].why);
    }
    forget(state);
    tell(state);
    differ();
    replace(MATCH, MATCH, "device:lane-1", "device:lane-2");
    add("decision", word("overridden", "hit"));
    replace(OUTCOME + 1, OUTCOME + 1, "person:sofia", "user:sofia");
    assert_broken(OUTCOME + 1, "his own transaction's match");
}

/* By the entries' times, as far as the clock was not set back: by a minute, as time services do, or so that an entry before has a later time. Of an older kordond's
 * match nobody knows when it was due. */
static void test_H3_what_is_not_overdue_is_ended_by_nobody(void **state)
{
    static const uint64_t hour = 3600000, second = 1000;
    static const struct {
        bool told;
        uint64_t behind; /* the match */
        bool broken;
    } cases[] = {{true, hour, false}, {true, hour - 60 * second, false}, {true, hour - 61 * second, true},
        {true, 10 * second, true}, {false, 10 * second, false}, {true, second, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char due[64];
        forget(state);
        tell(state);
        while (story_size > JUDGED)
            drop(JUDGED);
        snprintf(
            due, sizeof due, "\"referral_due_ms\":%llu,\"decision\":\"match\",\"told\"", FIRST_SECOND + hour);
        if (cases[i].told)
            replace(MATCH, MATCH, "\"decision\":\"match\",\"told\"", due);
        add("decision", act("sofia", "supervisor", "overridden",
                            ",\"outcome\":\"inconclusive\",\"justification\":\"late\",\"verdicts\":[{"
                            "\"examiner\":\"person:olena\"}]"));
        last_ms = FIRST_SECOND + cases[i].behind;
        if (cases[i].broken)
            assert_broken(JUDGED, "what is not overdue");
        else
            assert_proven();
    }
    last_ms = 0;
}

/* As kordond asks it of who frees one: not he who is called as the officer whose traveller it was, none in no register, and three seats at most. */
static void test_H2_who_has_a_part_in_it_frees_no_seat_nor_anybody_more_than_three(void **state)
{
    static const char *const own[] = {"person:boris", "user:sofia"};
    static const char freed[] = ",\"released\":\"person:%s\",\"justification\":\"ill\"";
    static const char *const holders[] = {"taras", "anna", "ihor", "petro"};
    char more[96];
    snprintf(more, sizeof more, freed, "taras");
    for (size_t i = 0; i < 2; i++) {
        insert(JUDGED_2, "decision", act("sofia", "supervisor", "seat freed", more));
        replace(JUDGED_2, JUDGED_2, "person:sofia", own[i]);
        assert_one_break(own[i], JUDGED_2, "whose transaction it is");
    }
    while (story_size > TAKEN_2)
        drop(TAKEN_2);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(read_story(NULL), REASON_DONE);
        add("decision", act(holders[i], "examiner", "referral taken", ""));
        snprintf(more, sizeof more, freed, holders[i]);
        add("decision", act("sofia", "supervisor", "seat freed", more));
    }
    assert_broken(story_size - 1, "more seats are freed");
    (void)state;
}

/* Who freed a seat may end what is overdue, and corrects nothing, to whatever. */
static void test_H2_who_freed_a_seat_corrects_no_outcome(void **state)
{
    (void)state;
    insert(TAKEN_2, "decision", act("anna", "examiner", "referral taken", ""));
    insert(TAKEN_2 + 1, "decision",
        act("sofia", "supervisor", "seat freed", ",\"released\":\"person:anna\",\"justification\":\"ill\""));
    char *olena = opened("olena", '1', "hit", '2'), *taras = opened("taras", '3', "hit", '4'),
         *all =
             made(",\"outcome\":\"hit\",\"verdicts\":[%s,%s,{\"examiner\":\"person:anna\"}]", olena, taras);
    while (story_size > OUTCOME + 2)
        drop(OUTCOME + 2);
    add("decision", act("taras", "examiner", "outcome", all));
    assert_proven();
    add("decision", word("corrected", "inconclusive"));
    assert_broken(OUTCOME + 3, "who freed a seat at it");
    free(olena);
    free(taras);
    free(all);
}

/* Whatever is done, or looked at, before the verdicts are opened. */
static void test_H5_no_act_and_no_look_tells_what_was_found_before_its_time(void **state)
{
    (void)state;
    static const struct {
        const char *event, *by, *role, *what, *more;
    } cases[] = {{"decision", "anna", "supervisor", "protection claimed", ""},
        {"decision", "anna", "supervisor", "seat freed",
            ",\"released\":\"person:olena\",\"justification\":\"ill\""},
        {"decision", "anna", "examiner", "referral taken", ""},
        {"consultation", "anna", "supervisor", "probe seen", ""},
        {"consultation", "anna", "supervisor", "reference seen", ""}};
    static const char *const told[] = {"seat", "verdict", "verdicts", "judgement", "candidate"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t j = 0; j < sizeof told / sizeof told[0]; j++) {
            char more[128];
            if (strcmp(cases[i].event, "consultation") == 0 && strcmp(told[j], "candidate") == 0)
                continue; /* whose reference it is */
            snprintf(more, sizeof more, "%s,\"%s\":\"hit\"", cases[i].more, told[j]);
            insert(TAKEN_2, cases[i].event, act(cases[i].by, cases[i].role, cases[i].what, more));
            assert_one_break(cases[i].what, TAKEN_2, "told before its time");
        }
    }
}

/* Of what was erased nothing is there to which something could be done; a case of redress may outlive it. */
static void test_M2_nothing_is_done_to_what_was_erased(void **state)
{
    (void)state;
    add("decision", strdup("{\"actor\":\"kordond\",\"role\":\"system\",\"what\":\"referral "
                           "erased\",\"transaction\":\"" TRANSACTION "\"}"));
    assert_proven();
    add("decision", word("corrected", "inconclusive"));
    assert_broken(ERASED + 2, "after it was erased");
}

/* Olena's entries between these places are of that name, and proven so. */
static void call_olena(size_t first, size_t last, const char *name, const char *proof)
{
    char to[160];
    snprintf(to, sizeof to, "\"actor\":\"%s\",%s", name, proof);
    for (size_t i = first; i <= last; i++)
        if (strstr(story[i].body, "\"actor\":\"person:olena\",") != NULL)
            replace(i, i, "\"actor\":\"person:olena\",", to);
}

/* Who opened the transaction was in no register then, either; before Taras sits an entry tells as whom he is in it. proof: what proves him, as its members. */
static void open_unregistered(const char *owner, const char *proof)
{
    char told[128];
    replace(MATCH, MATCH, "\"actor\":\"device:lane-1\"", owner);
    snprintf(told, sizeof told, "{\"actor\":\"device:lane-1\",%s}", proof);
    insert(TAKEN_2, "decision", strdup(told));
}

#define USER_OLENA        "\"actor_proof\":\"user:olena uid 1000\",\"actor_uid\":1000,"
#define USER_LANE         "\"actor_proof\":\"user:lane uid 7\",\"actor_uid\":7"
#define CERTIFICATE_OLENA "certificate:post-ca/DNS:olena"

/* kordond knows by the register in force that it is he; the log, by what proved him. */
static void test_H2_who_comes_into_the_register_while_he_sits_is_the_one_who_sat(void **state)
{
    static const struct {
        const char *owner, *owner_proof, *then, *proof_then, *proof_now, *why;
    } cases[] = {
        {"\"actor\":\"user:lane\",\"actor_uid\":7", USER_LANE, "user:olena", USER_OLENA, USER_OLENA, NULL},
        {"\"actor\":\"user:lane\",\"actor_uid\":7", USER_LANE, "user:olena", USER_OLENA,
            "\"actor_proof\":\"user:olha uid 1001\",\"actor_uid\":1001,", "has no seat"},
        {"\"actor\":\"certificate:post-ca/DNS:lane\"", "\"actor_proof\":\"certificate:post-ca/DNS:lane\"",
            CERTIFICATE_OLENA, "", "\"actor_proof\":\"" CERTIFICATE_OLENA "\",", NULL},
        {"\"actor\":\"certificate:post-ca/DNS:lane\"", "\"actor_proof\":\"certificate:post-ca/DNS:lane\"",
            CERTIFICATE_OLENA, "", "", "has no seat"},
        {"\"actor\":\"user:lane\",\"actor_uid\":7", "\"actor_proof\":\"user:lane uid 8\",\"actor_uid\":8",
            "user:olena", USER_OLENA, USER_OLENA, "whose transaction it is"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char opened_as[64];
        forget(state);
        tell(state);
        call_olena(JUDGED, GIVEN, "person:olena", cases[i].proof_now);
        call_olena(TAKEN, PROBE, cases[i].then, cases[i].proof_then);
        snprintf(opened_as, sizeof opened_as, "\"examiner\":\"%s\"", cases[i].then);
        replace(OUTCOME, OUTCOME, "\"examiner\":\"person:olena\"", opened_as);
        open_unregistered(cases[i].owner, cases[i].owner_proof);
        if (cases[i].why == NULL)
            assert_proven();
        else
            assert_broken(i < 4 ? JUDGED : TAKEN_2 + 1, cases[i].why);
    }
}

/* Nor does he sit twice, by either name. */
static void test_H2_who_came_into_the_register_does_not_sit_twice(void **state)
{
    (void)state;
    call_olena(TAKEN, GIVEN, "user:olena", USER_OLENA);
    open_unregistered("\"actor\":\"user:lane\",\"actor_uid\":7", USER_LANE);
    insert(TAKEN_2 + 1, "decision", act("olena", "examiner", "referral taken", ""));
    replace(
        TAKEN_2 + 1, TAKEN_2 + 1, "\"actor\":\"person:olena\",", "\"actor\":\"person:olena\"," USER_OLENA);
    assert_broken(TAKEN_2 + 1, "two seats of one person");
}

/* Of whom it has no more it does not say who he was. */
static void test_H2_who_is_in_the_register_no_more_is_not_known_to_be_who_sat(void **state)
{
    (void)state;
    call_olena(JUDGED, GIVEN, "user:olena", USER_OLENA);
    call_olena(TAKEN, PROBE, "person:olena", USER_OLENA);
    assert_broken(JUDGED, "has no seat");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_H3_what_is_overdue_is_ended_by_who_surely_has_no_part_in_it, tell, forget),
        cmocka_unit_test_setup_teardown(test_H3_what_is_not_overdue_is_ended_by_nobody, tell, forget),
        cmocka_unit_test_setup_teardown(
            test_H2_who_has_a_part_in_it_frees_no_seat_nor_anybody_more_than_three, tell, forget),
        cmocka_unit_test_setup_teardown(test_H2_who_freed_a_seat_corrects_no_outcome, tell, forget),
        cmocka_unit_test_setup_teardown(
            test_H5_no_act_and_no_look_tells_what_was_found_before_its_time, tell, forget),
        cmocka_unit_test_setup_teardown(test_M2_nothing_is_done_to_what_was_erased, tell, forget),
        cmocka_unit_test_setup_teardown(
            test_H2_who_comes_into_the_register_while_he_sits_is_the_one_who_sat, tell, forget),
        cmocka_unit_test_setup_teardown(test_H2_who_came_into_the_register_does_not_sit_twice, tell, forget),
        cmocka_unit_test_setup_teardown(
            test_H2_who_is_in_the_register_no_more_is_not_known_to_be_who_sat, tell, forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
