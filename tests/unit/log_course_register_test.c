/* As whom the register has somebody who does nothing more is in the entries of others alone: what they say of it is taken, and is told where it can't be so. */
#include "tests/unit/unit.h"

#include "tests/unit/log_course_story.h"

/* The transaction is of a user of the machine whom the register did not have; what each act and look of those places says of him. */
static void open_by_user(size_t first, size_t last, const char *registered_as)
{
    char more[200];
    snprintf(more, sizeof more, ",\"registered_as\":%s}", registered_as);
    replace(MATCH, MATCH, "\"actor\":\"device:lane-1\"",
        "\"actor\":\"user:lane\",\"actor_proof\":\"user:lane uid 7\",\"actor_uid\":7");
    for (size_t i = first; i <= last; i++) {
        char *body = story[i].body;
        body[strlen(body) - 1] = '\0';
        story[i].body = made("%s%s", body, more);
        free(body);
    }
}

/* He has come into it and does nothing more: who sits is another one, or is he; of whom it has as nobody nobody knows. */
static void test_H2_who_opened_the_transaction_is_who_the_register_has_by_now(void **state)
{
    static const struct {
        const char *told, *why;
    } cases[] = {{"{\"uid:7\":\"device:lane-1\"}", NULL}, {"{\"uid:7\":\"person:anna\"}", NULL},
        {"{\"uid:7\":\"person:olena\"}", "whose transaction it is"},
        {"{\"uid:7\":\"\"}", "whose transaction it is"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        forget(state);
        tell(state);
        open_by_user(TAKEN, OUTCOME, cases[i].told);
        if (cases[i].why == NULL)
            assert_proven();
        else
            assert_broken(TAKEN, cases[i].why);
    }
}

/* Each entry says it anew: who was another one when a seat was taken may be the one who sits when he judges. */
static void test_H2_who_turns_out_to_have_opened_it_does_not_go_on(void **state)
{
    (void)state;
    open_by_user(TAKEN, PROBE, "{\"uid:7\":\"device:lane-1\"}");
    char *judged = story[JUDGED].body;
    judged[strlen(judged) - 1] = '\0';
    story[JUDGED].body = made("%s,\"registered_as\":{\"uid:7\":\"person:olena\"}}", judged);
    free(judged);
    assert_broken(JUDGED, "judged by the person whose transaction it is");
}

/* What another entry told before goes by what is said now, either way; and what no entry says stays as it was told. */
static void test_H2_what_is_said_last_of_a_proof_counts(void **state)
{
    static const char told[] =
        "{\"actor\":\"person:%s\",\"actor_proof\":\"user:lane uid 7\",\"actor_uid\":7}";
    open_by_user(TAKEN, OUTCOME, "{\"uid:7\":\"device:lane-1\"}");
    insert(TAKEN, "decision", made(told, "olena"));
    assert_proven();
    forget(state);
    tell(state);
    open_by_user(TAKEN, OUTCOME, "{\"uid:7\":\"person:taras\"}");
    insert(TAKEN_2, "decision", made(told, "anna"));
    assert_broken(TAKEN_2 + 1, "whose transaction it is");
    forget(state);
    tell(state);
    open_by_user(TAKEN, TAKEN, "{\"uid:7\":\"device:lane-1\"}");
    assert_proven();
}

/* The log is the machine's word, and what it says of the register nobody else proves. But no entry is right that contradicts itself. */
static void test_L7_what_is_said_of_the_register_and_can_not_be_so_is_told(void **state)
{
    static const struct {
        const char *told, *why;
    } cases[] = {{"{\"uid:7\":\"device:lane-1\",\"uid:1000\":\"person:anna\"}", "by what proves who acts"},
        {"{\"uid:7\":\"device:lane-1\",\"uid:1000\":\"\"}", "by what proves who acts"},
        {"{\"uid:7\":\"device:lane-1\",\"uid:1000\":\"person:olena\"}", NULL},
        {"{\"uid:7\":\"device:lane-1\",\"uid:8\":\"user:lane\"}", "by a name that it has not"},
        {"{\"uid:8\":\"device:lane-1\"}", "is said of others, and not of him"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        forget(state);
        tell(state);
        open_by_user(TAKEN, OUTCOME, cases[i].told);
        for (size_t j = TAKEN; j <= GIVEN; j++)
            replace(j, j, "\"actor\":\"person:olena\"",
                "\"actor\":\"person:olena\",\"actor_proof\":\"user:olena uid 1000\",\"actor_uid\":1000");
        if (cases[i].why == NULL)
            assert_proven();
        else
            assert_broken(TAKEN, cases[i].why);
    }
}

/* His seat is taken by a claim and freed later: what he left first is opened first. */
static void test_H2_who_lost_two_seats_lost_each_with_what_he_found_in_it(void **state)
{
    (void)state;
    char *olena = opened("olena", '1', "hit", '2'), *taras = opened("taras", '3', "hit", '4'),
         *anna = opened("anna", '5', "", '6'),
         *all = made(",\"outcome\":\"hit\",\"verdicts\":[%s,%s,{\"examiner\":\"person:anna\"},%s]", olena,
             taras, anna);
    insert(TAKEN, "decision", act("anna", "examiner", "referral taken", ""));
    insert(TAKEN + 1, "decision",
        act("anna", "examiner", "protection claimed", ",\"released\":\"person:anna\""));
    insert(TAKEN + 2, "decision", act("anna", "examiner", "referral taken", ""));
    insert(TAKEN + 3, "decision", judging("anna", '5'));
    insert(TAKEN + 4, "decision",
        act("sofia", "supervisor", "seat freed", ",\"released\":\"person:anna\",\"justification\":\"ill\""));
    while (story_size > OUTCOME + 5)
        drop(OUTCOME + 5);
    add("decision", act("taras", "examiner", "outcome", all));
    assert_proven();
    free(olena);
    free(taras);
    free(anna);
    free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_H2_who_opened_the_transaction_is_who_the_register_has_by_now, tell, forget),
        cmocka_unit_test_setup_teardown(test_H2_who_turns_out_to_have_opened_it_does_not_go_on, tell, forget),
        cmocka_unit_test_setup_teardown(test_H2_what_is_said_last_of_a_proof_counts, tell, forget),
        cmocka_unit_test_setup_teardown(
            test_L7_what_is_said_of_the_register_and_can_not_be_so_is_told, tell, forget),
        cmocka_unit_test_setup_teardown(
            test_H2_who_lost_two_seats_lost_each_with_what_he_found_in_it, tell, forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
