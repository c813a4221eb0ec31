/* What goes of a match when it is decided: who looks, who acts on another referral of it, and who makes a case of it meanwhile. */
#include "tests/unit/daemon_referral_room.h"

static const struct referral_looking probe_look = {
    .look = REFERRAL_LOOK_PROBE, .position = FINGER_RIGHT_INDEX};
static const struct referral_showing shown_print = {.kind = SHOWN_PRINT};

/* A look that is recorded, and not shown yet. */
static struct referral_verb begin_look(const struct principal *by, const char *id)
{
    struct referral_verb looking = verb(by);
    looking.id = id;
    assert_int_equal(came_of(referral_look_at(&looking, &probe_look, &room->failure)), REASON_DONE);
    return looking;
}

/* Where the entry says that a print was seen it was there to be seen: the erasure waits for who looks, and nobody begins to while it does. */
static void test_M2_the_erasure_waits_for_who_looks_and_nobody_looks_while_it_does(void **state)
{
    (void)state;
    purpose()->examiners = 1;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    assert_int_equal(take(&room->olena), REASON_DONE);
    assert_int_equal(judge(&room->olena), REASON_DONE);
    const struct referral_verb looking = begin_look(&room->olena, MATCH);
    assert_int_equal(decide(&room->olena, VERDICT_HIT), REASON_DONE);
    tick(0);
    assert_non_null(known()->match->opening);
    assert_int_equal(look(&room->sofia, REFERRAL_LOOK_PROBE, 0), REASON_BUSY);
    referral_look_end(&looking, &probe_look, &shown_print);
    tick(0);
    assert_null(known()->match->opening);
    assert_int_equal(look(&room->sofia, REFERRAL_LOOK_PROBE, 0), REASON_REFERRAL_STATE);
    assert_int_equal(logged("probe seen"), 1);
    assert_int_equal(logged("probe erased"), 1);
}

/* Begun on this turn, it ends on another one. */
static void test_M2_nobody_looks_while_the_probe_is_being_erased(void **state)
{
    (void)state;
    purpose()->examiners = 1;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    examine(&room->olena, VERDICT_HIT);
    room->post.guard.store.believed_ms = store_now_ms();
    referrals_tick(&room->referrals, store_now_ms(), store_now_ms());
    assert_true(known()->match->erasing);
    assert_int_equal(look(&room->olena, REFERRAL_LOOK_PROBE, 0), REASON_BUSY);
    until(room->post.work.count == 0);
    assert_int_equal(logged("probe seen"), 0);
}

/* The erasure is begun, and ends on another turn. */
static void begin_erasure(int64_t past_ms)
{
    room->post.guard.store.believed_ms = store_now_ms();
    referrals_tick(&room->referrals, store_now_ms(), past_ms);
    assert_true(known()->match->erasing);
}

/* A case that is recorded behind the erasure of all that was decided would begin anew what was counted for the cases before: it is told to wait for what
 * comes of that. Where the probe alone goes nobody has to. */
static void test_H6_no_case_is_begun_behind_what_was_counted_of_those_before(void **state)
{
    (void)state;
    const int64_t day_ms = INT64_C(24) * 3600 * 1000;
    purpose()->examiners = 1;
    purpose()->retention_days = 5;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    examine(&room->olena, VERDICT_FALSE_POSITIVE);
    assert_true(referral_may_bear_case(known()));
    begin_erasure(store_now_ms());
    assert_true(referral_may_bear_case(known()));
    until(room->post.work.count == 0);
    assert_true(referral_may_bear_case(known()));
    begin_erasure(store_now_ms() + 6 * day_ms);
    assert_false(referral_may_bear_case(known()));
    until(room->post.work.count == 0);
    assert_null(referral_find(&room->referrals, &room->sofia, MATCH));
}

/* A match of both kinds; each of its referrals is one person's to verify. */
static void begin_overt_and_silent(void)
{
    static const enum alert_category both[] = {
        ALERT_CATEGORY_CHILD_AT_RISK_OF_ABDUCTION, ALERT_CATEGORY_DISCREET_CHECK};
    purpose()->examiners = 1;
    keep_match(both, 2);
    load();
    start_journal();
}

/* A silent referral that waits to be closed keeps nobody from the prints of the overt one: he would hear of it. */
static void test_P6_who_waits_for_a_silent_referrals_look_is_nobody_else(void **state)
{
    (void)state;
    const struct principal petro = person("petro", ROLE_PROTECTION_OFFICER);
    begin_overt_and_silent();
    assert_int_equal(take(&petro), REASON_DONE);
    const struct referral_verb looking = begin_look(&room->sofia, MATCH "s");
    decide_silent();
    tick(0);
    assert_true(referral_find(&room->referrals, &room->sofia, MATCH "s")->closing);
    assert_int_equal(look(&petro, REFERRAL_LOOK_PROBE, 0), REASON_DONE);
    referral_look_end(&looking, &probe_look, &shown_print);
    tick(0);
    assert_int_equal(logged("probe closed"), 1);
    assert_int_equal(look(&petro, REFERRAL_LOOK_PROBE, 0), REASON_DONE);
}

/* Nor does one that is being closed keep anybody from acting on the overt one, or one of which nobody knows whether it is. */
static void test_P6_a_silent_referral_that_is_closed_makes_nobody_else_wait(void **state)
{
    (void)state;
    const struct principal petro = person("petro", ROLE_PROTECTION_OFFICER);
    begin_overt_and_silent();
    decide_silent();
    const struct referral *silent = referral_find(&room->referrals, &room->sofia, MATCH "s");
    begin_erasure(0);
    assert_int_equal(take(&petro), REASON_DONE);
    assert_true(silent->course.probe_closed);
    assert_int_equal(judge(&petro), REASON_DONE);
    assert_known_again();
}

/* Nor does an act on the silent one that is on its way put off the end of the overt one. */
static void test_P6_the_overt_referral_is_closed_while_the_silent_one_is_acted_on(void **state)
{
    (void)state;
    const struct principal petro = person("petro", ROLE_PROTECTION_OFFICER);
    begin_overt_and_silent();
    struct referral_verb acting = verb(&room->olena);
    acting.id = MATCH "s";
    assert_int_equal(came_of(referral_take(&acting, &room->failure)), REASON_DONE);
    examine(&petro, VERDICT_HIT);
    room->told = 0;
    show_all(&room->olena, MATCH "s");
    assert_int_equal(referral_judge_probe(&acting, PROBE_USABLE, "", &room->failure), REASON_DONE);
    begin_erasure(0);
    until(room->told > 0 && room->post.work.count == 0);
    assert_int_equal(room->failure.reason, REASON_DONE);
    assert_true(known()->course.probe_closed);
    assert_false(referral_find(&room->referrals, &room->sofia, MATCH "s")->course.probe_closed);
    assert_known_again();
}

static void test_P6_a_silent_referral_in_doubt_makes_nobody_else_wait(void **state)
{
    (void)state;
    const struct principal petro = person("petro", ROLE_PROTECTION_OFFICER);
    begin_overt_and_silent();
    decide_silent();
    const struct referral *silent = referral_find(&room->referrals, &room->sofia, MATCH "s");
    bring_erasure_in_doubt(silent);
    assert_int_equal(take(&petro), REASON_DONE);
    assert_true(silent->erasing);
    tick(11000);
    assert_false(silent->erasing);
    assert_int_equal(judge(&petro), REASON_DONE);
    assert_int_equal(logged("probe closed"), 1);
    assert_known_again();
    assert_true(referral_find(&room->referrals, &room->sofia, MATCH "s")->course.probe_closed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_M2_the_erasure_waits_for_who_looks_and_nobody_looks_while_it_does, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_M2_nobody_looks_while_the_probe_is_being_erased, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_P6_who_waits_for_a_silent_referrals_look_is_nobody_else, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_P6_a_silent_referral_that_is_closed_makes_nobody_else_wait, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_P6_the_overt_referral_is_closed_while_the_silent_one_is_acted_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_P6_a_silent_referral_in_doubt_makes_nobody_else_wait, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_H6_no_case_is_begun_behind_what_was_counted_of_those_before, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
