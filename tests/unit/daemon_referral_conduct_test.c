/* Who may sit at a referral after what he saw elsewhere, what the log does not show to those who judge, and what becomes of an act whose end nobody knows. */
#include "tests/unit/daemon_referral_room.h"

/* --- An act in doubt */

static unsigned readings_that_fail;

enum reason __real_referral_kept(struct store *store, const struct referral_case *of,
    const uint8_t secret[static STORE_KEY_BYTES], struct referral_course *course, bool *kept,
    struct failure *failure);
enum reason __wrap_referral_kept(struct store *store, const struct referral_case *of,
    const uint8_t secret[static STORE_KEY_BYTES], struct referral_course *course, bool *kept,
    struct failure *failure);

enum reason __wrap_referral_kept(struct store *store, const struct referral_case *of,
    const uint8_t secret[static STORE_KEY_BYTES], struct referral_course *course, bool *kept,
    struct failure *failure)
{
    if (readings_that_fail == 0)
        return __real_referral_kept(store, of, secret, course, kept, failure);
    readings_that_fail--;
    return failure_set(failure, REASON_STORE_ERROR, "referral", "test");
}

/* Memory fails at one place after the other, until it does behind the commit. */
static void judge_in_doubt(unsigned failing_readings)
{
    enum reason reason = REASON_NO_MEMORY;
    for (long successes = 0; reason != REASON_OUTCOME_UNKNOWN; successes++) {
        assert_int_not_equal(reason, REASON_DONE);
        readings_that_fail = failing_readings;
        failing_memory_set(successes);
        reason = judge(&room->olena);
        failing_memory_set(-1);
    }
}

/* Whoever acted is told that nobody knows; nobody goes on meanwhile; and as soon as the state can be read what it proves is so, without a restart. */
static void test_A8_an_act_in_doubt_is_read_back_until_the_state_says_what_is_so(void **state)
{
    (void)state;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    assert_int_equal(take(&room->olena), REASON_DONE);
    judge_in_doubt(3);
    assert_int_equal(readings_that_fail, 2);
    assert_true(known()->under_way);
    assert_int_equal(judge(&room->olena), REASON_BUSY);
    for (int64_t passed_ms = 0; readings_that_fail > 0; passed_ms += 20000)
        tick(passed_ms);
    assert_true(known()->under_way);
    const unsigned heard = room->heard;
    tick(100000);
    assert_false(known()->under_way);
    assert_int_equal(known()->course.seats[0].phase, SEAT_COMPARISON);
    assert_int_equal(room->heard, heard); /* a judgement is told to nobody */
    assert_int_equal(judge(&room->olena), REASON_REFERRAL_STATE);
    assert_int_equal(logged("probe judged"), 1);
    assert_int_equal(decide(&room->olena, VERDICT_HIT), REASON_DONE);
    assert_known_again();
}

/* --- Who saw something without a seat */

/* What a supervisor saw he has seen, whatever he is made later, also after a start; another one sits. */
static void test_H5_who_looked_without_a_seat_takes_none(void **state)
{
    (void)state;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    assert_int_equal(look(&room->sofia, REFERRAL_LOOK_REFERENCE, 1), REASON_DONE);
    assert_int_equal(look(&room->sofia, REFERRAL_LOOK_PROBE, 0), REASON_DONE);
    assert_int_equal(room->heard, 0);
    assert_int_equal(known()->course.looker_count, 1);
    assert_known_again();
    struct principal examiner = room->sofia;
    examiner.roles = ROLE_EXAMINER;
    assert_int_equal(take(&examiner), REASON_NOT_PERMITTED);
    assert_int_equal(take(&room->taras), REASON_DONE);
    struct register_holder holder = {.roles = ROLE_EXAMINER, .name = "person:sofia"};
    room->post.staff.holders = &holder;
    room->post.staff.holder_count = 1;
    const struct referral_verb handing = verb(&room->taras);
    assert_int_equal(referral_hand_over(&handing, "sofia", NULL), REASON_NOT_PERMITTED);
    room->post.staff.holders = NULL;
    room->post.staff.holder_count = 0;
    assert_int_equal(logged("reference seen"), 1);
    assert_int_equal(logged("probe seen"), 1);
}

/* A match is kept without what its entries were where there was no memory for that, or by an older kordond: it is no broken evidence. */
static void test_H6_a_seat_at_a_match_kept_without_its_entries_is_taken_and_locks_nothing(void **state)
{
    (void)state;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    assert_false(room->referrals.newest->opening->identification.candidates[0].entry_known);
    assert_int_equal(take(&room->olena), REASON_DONE);
    until(!known()->reading);
    assert_int_equal(room->reading_failed.reason, REASON_DONE);
    assert_int_equal(known()->of.entry_count, 0);
    assert_false(known()->of.entries_changed);
    assert_int_equal(judge(&room->olena), REASON_DONE);
}

/* --- Who was in no register then, and is in one by now */

/* From uid 1000 on, in this order; as a reload of the configuration does. */
static void know_all(bool known_by_now)
{
    static struct register_holder holders[] = {{.is_device = true, .name = "device:lane-3"},
        {.name = "person:nadia", .roles = ROLE_EXAMINER}, {.name = "person:sofia", .roles = ROLE_SUPERVISOR}};
    static struct register_proof proofs[3];
    for (uint32_t i = 0; i < 3; i++)
        proofs[i] = (struct register_proof){.holder = &holders[i], .uid = 1000 + i};
    room->post.staff.proofs = known_by_now ? proofs : NULL;
    room->post.staff.proof_count = known_by_now ? 3 : 0;
    referrals_know_register(&room->referrals);
}

static struct principal unregistered(const char *name, uint32_t uid, unsigned roles)
{
    struct principal made = {.proof = PRINCIPAL_BY_SOCKET, .uid = uid, .roles = roles};
    snprintf(made.name, sizeof made.name, "user:%s", name);
    return made;
}

/* Register both, kordond says: then it knows that they are two, also of a match that was opened before. */
static void test_H2_who_is_registered_later_opened_what_others_judge(void **state)
{
    (void)state;
    room->owner = "uid:1000";
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    assert_int_equal(take(&room->olena), REASON_NOT_PERMITTED);
    know_all(true);
    assert_known_again();
    assert_int_equal(take(&room->olena), REASON_DONE);
    know_all(false);
    assert_int_equal(take(&room->taras), REASON_NOT_PERMITTED);
}

static void test_P6_a_silent_match_of_who_is_registered_later_is_there_for_others_alone(void **state)
{
    (void)state;
    room->owner = "uid:1002";
    begin(ALERT_CATEGORY_DISCREET_CHECK);
    const char *id = room->referrals.newest->referrals[0].of.id;
    assert_null(referral_find(&room->referrals, &room->olena, id));
    know_all(true);
    assert_non_null(referral_find(&room->referrals, &room->olena, id));
    assert_null(referral_find(&room->referrals, &room->sofia, id));
    know_all(false);
    assert_null(referral_find(&room->referrals, &room->olena, id));
}

/* Who has a seat, left one or looked is the one he is by now: he alone goes on with it, and others are others. */
static void test_H2_who_is_registered_later_is_who_had_a_part_in_it(void **state)
{
    (void)state;
    const struct principal nadia_then = unregistered("n", 1001, ROLE_EXAMINER),
                           sofia_then = unregistered("s", 1002, ROLE_SUPERVISOR),
                           nadia = person("nadia", ROLE_EXAMINER);
    struct principal examiner = room->sofia;
    examiner.roles = ROLE_EXAMINER;
    room->owner = "uid:1000";
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    assert_int_equal(look(&sofia_then, REFERRAL_LOOK_REFERENCE, 1), REASON_DONE);
    assert_int_equal(take(&nadia_then), REASON_DONE);
    assert_int_equal(judge(&nadia_then), REASON_DONE);
    know_all(true);
    assert_known_again();
    assert_int_equal(take(&examiner), REASON_NOT_PERMITTED);
    assert_int_equal(take(&nadia), REASON_NOT_PERMITTED);
    assert_int_equal(take(&room->taras), REASON_DONE);
    const struct referral_verb giving_back = verb(&nadia);
    assert_int_equal(came_of(referral_give_back(&giving_back, &room->failure)), REASON_DONE);
    assert_int_equal(take(&nadia), REASON_NOT_PERMITTED);
    assert_int_equal(take(&room->olena), REASON_DONE);
    know_all(false);
}

/* Those uids are one person's by now, and the terminal's, too, where it is one of them. */
static void know_one(const uint32_t uids[static 2])
{
    static struct register_holder nadia = {.name = "person:nadia", .roles = ROLE_EXAMINER};
    static struct register_proof proofs[2];
    for (size_t i = 0; i < 2; i++)
        proofs[i] = (struct register_proof){.holder = &nadia, .uid = uids[i]};
    room->post.staff.proofs = proofs;
    room->post.staff.proof_count = 2;
    referrals_know_register(&room->referrals);
}

/* Two who sat down as two, by their uids, and are one by now; or one who took the print himself: that was not known when he took his seat, and is when he judges. */
static void test_H2_who_turns_out_to_be_one_person_is_no_second_one(void **state)
{
    (void)state;
    static const uint32_t pairs[2][2] = {{1001, 1002}, {1000, 1001}};
    const struct principal first = unregistered("n", 1001, ROLE_EXAMINER),
                           second = unregistered("s", 1002, ROLE_EXAMINER),
                           nadia = person("nadia", ROLE_EXAMINER);
    room->owner = "uid:1000";
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    assert_int_equal(take(&first), REASON_DONE);
    examine(&second, VERDICT_HIT);
    for (size_t i = 0; i < 2; i++) {
        know_one(pairs[i]);
        assert_int_equal(judge(&nadia), REASON_NOT_PERMITTED);
    }
    know_all(false);
    assert_int_equal(judge(&first), REASON_DONE);
    for (size_t i = 0; i < 2; i++) {
        know_one(pairs[i]);
        assert_int_equal(decide(&nadia, VERDICT_HIT), REASON_NOT_PERMITTED);
        assert_int_equal(known()->course.outcome, VERDICT_NONE);
    }
    know_all(false);
}

/* What the log says of a match is not shown to who may still sit at it, nor to who sits, until all verdicts are given. */
static void test_H5_what_the_log_says_of_an_open_match_is_withheld_from_who_may_judge_it(void **state)
{
    (void)state;
    const struct principal both = person("both", ROLE_EXAMINER | ROLE_SUPERVISOR);
    const struct principal auditor = person("auditor", ROLE_AUDITOR);
    struct principal demonstrator = person("all", ROLE_EXAMINER | ROLE_SUPERVISOR | ROLE_AUDITOR);
    purpose()->examiners = 1;
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    assert_true(referrals_withhold(&room->referrals, &both, false, MATCH));
    assert_true(referrals_withhold(&room->referrals, &both, false, NULL));
    assert_false(referrals_withhold(&room->referrals, &both, false, "ffffffffffffffffffffffffffffffff"));
    const struct principal *all[] = {&room->sofia, &auditor, &demonstrator};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        assert_false(referrals_reads_in_part(&room->referrals, all[i]));
        assert_false(referrals_withhold(&room->referrals, all[i], false, MATCH));
        assert_true(referrals_withhold(&room->referrals, all[i], true, MATCH)); /* the log says so */
    }
    assert_int_equal(take(&demonstrator), REASON_DONE);
    assert_true(referrals_reads_in_part(&room->referrals, &demonstrator));
    assert_true(referrals_withhold(&room->referrals, &demonstrator, false, MATCH));
    assert_int_equal(judge(&demonstrator), REASON_DONE);
    assert_true(referrals_withhold(&room->referrals, &demonstrator, false, MATCH));
    assert_int_equal(decide(&demonstrator, VERDICT_INCONCLUSIVE), REASON_DONE);
    assert_false(referrals_withhold(&room->referrals, &demonstrator, false, MATCH));
    assert_false(referrals_withhold(&room->referrals, &both, false, NULL));
}

/* One that is durable and not worked on yet is open, too. */
static void test_H5_a_match_that_arrives_is_withheld_at_once(void **state)
{
    (void)state;
    const struct principal both = person("both", ROLE_EXAMINER | ROLE_SUPERVISOR);
    begin(ALERT_CATEGORY_WANTED_FOR_ARREST);
    struct referral_opening *opening = room->referrals.newest->opening;
    room->referrals.newest->opening = NULL;
    referrals_finish(&room->referrals);
    assert_false(referrals_withhold(&room->referrals, &both, false, MATCH));
    referrals_referred(&room->referrals, opening, true);
    assert_true(referrals_withhold(&room->referrals, &both, false, MATCH));
    assert_false(referrals_withhold(&room->referrals, &room->sofia, false, MATCH));
}

/* P6: to whom it does not exist nothing tells of it: not what is withheld, and no number. To others it is an open match as any. */
static void test_P6_of_a_silent_match_of_his_own_nothing_tells_anybody(void **state)
{
    (void)state;
    const struct principal ivan = person("ivan", ROLE_EXAMINER | ROLE_SUPERVISOR),
                           both = person("both", ROLE_EXAMINER | ROLE_SUPERVISOR);
    struct principal namesake = ivan; /* not in the register: may be he */
    namesake.registered = false;
    snprintf(namesake.name, sizeof namesake.name, "user:ivan");
    const struct principal *his[] = {&ivan, &namesake};
    begin(ALERT_CATEGORY_DISCREET_CHECK);
    struct referrals *referrals = &room->referrals;
    const uint32_t free = referrals->guard->store.probe_slots_free;
    for (int arrived = 0; arrived < 2; arrived++) {
        const int64_t now_ms = store_now_ms();
        for (size_t i = 0; i < sizeof his / sizeof his[0]; i++) {
            assert_false(referrals_withhold(referrals, his[i], false, MATCH));
            assert_false(referrals_withhold(referrals, his[i], false, NULL));
            const struct referrals_count count = referrals_count(referrals, his[i], now_ms);
            assert_int_equal(count.waiting + count.immediate + count.overdue + count.ended, 0);
            assert_int_equal(count.places, free + 1);
        }
        assert_true(referrals_withhold(referrals, &both, false, MATCH));
        assert_true(referrals_withhold(referrals, &both, false, NULL));
        assert_int_equal(referrals_count(referrals, &both, now_ms).waiting, arrived == 0);
        assert_int_equal(referrals_count(referrals, &both, now_ms).places, free);
        if (arrived > 0)
            break;
        struct referral_opening *opening = referrals->newest->opening;
        referrals->newest->opening = NULL;
        referrals_finish(referrals);
        referrals_referred(referrals, opening, true);
    }
}

/* Beside an overt one: what is told follows from that alone, and so does its place. */
static void test_P6_beside_an_overt_match_of_his_own_the_silent_one_is_in_no_number(void **state)
{
    (void)state;
    static const enum alert_category both[] = {
        ALERT_CATEGORY_CHILD_AT_RISK_OF_ABDUCTION, ALERT_CATEGORY_DISCREET_CHECK};
    const struct principal ivan = person("ivan", ROLE_EXAMINER | ROLE_SUPERVISOR),
                           petro = person("petro", ROLE_PROTECTION_OFFICER);
    purpose()->examiners = 1;
    keep_match(both, 2);
    load();
    start_journal();
    const uint32_t free = room->referrals.guard->store.probe_slots_free;
    struct referrals_count count = referrals_count(&room->referrals, &ivan, store_now_ms());
    assert_true(count.waiting == 1 && count.immediate == 1 && count.places == free);
    assert_true(referrals_withhold(&room->referrals, &ivan, false, MATCH));
    examine(&petro, VERDICT_HIT);
    tick(0);
    count = referrals_count(&room->referrals, &ivan, store_now_ms());
    assert_true(count.waiting == 0 && count.ended == 1 && count.places == free + 1);
    assert_false(referrals_withhold(&room->referrals, &ivan, false, MATCH));
    count = referrals_count(&room->referrals, &room->sofia, store_now_ms());
    assert_true(count.waiting == 1 && count.ended == 1 && count.places == free);
    const int64_t later_ms = store_now_ms() + 366 * INT64_C(86400000);
    assert_int_equal(referrals_count(&room->referrals, &ivan, later_ms).ended, 0);
    assert_int_equal(referrals_count(&room->referrals, &room->sofia, later_ms).ended, 1);
}

/* --- What a shared probe tells */

struct told {
    struct referral_view decided, later;
    struct failure look;
    unsigned heard, heard_later;
};

static void show_to(const struct principal *viewer, struct referral_view *view)
{
    const struct referral *referral = referral_find(&room->referrals, viewer, MATCH);
    assert_non_null(referral);
    assert_true(referral_view_make(&referral->of, &referral->course, viewer, referral->of.time_ms, view));
    view->of = NULL;
    view->due_ms = view->outcome_ms = 0;
    for (size_t i = 0; i < POLICY_EXAMINERS_MAX; i++)
        view->seats[i].seat.taken_ms = view->seats[i].seat.judged_ms = view->seats[i].seat.done_ms = 0;
}

/* What a protection officer is told of a match whose overt referral he decides, with a silent one beside it or without. */
static void play_shared(bool silent, struct told *told)
{
    static const enum alert_category both[] = {
        ALERT_CATEGORY_CHILD_AT_RISK_OF_ABDUCTION, ALERT_CATEGORY_DISCREET_CHECK};
    const struct principal petro = person("petro", ROLE_PROTECTION_OFFICER);
    purpose()->examiners = 1;
    keep_match(both, silent ? 2 : 1);
    load();
    start_journal();
    examine(&petro, VERDICT_HIT);
    tick(0);
    show_to(&petro, &told->decided);
    assert_int_equal(look(&petro, REFERRAL_LOOK_REFERENCE, 1), REASON_REFERRAL_STATE);
    told->look = room->failure;
    told->heard = room->heard;
    assert_int_equal(slots_kept(), silent ? 1 : 0);
    assert_int_equal(logged("probe closed"), silent ? 1 : 0);
    assert_known_again();
    if (silent) {
        struct principal olena = room->olena;
        assert_int_equal(referral_find(&room->referrals, &olena, MATCH "s")->course.probe_closed, false);
        const unsigned before = room->heard;
        decide_silent();
        const unsigned of_silent = room->heard - before;
        tick(0);
        room->heard -= of_silent + 1; /* what was heard of the silent one: its acts, and its end */
    }
    assert_int_equal(slots_kept(), 0);
    assert_int_equal(logged("probe erased"), 1);
    show_to(&petro, &told->later);
    told->heard_later = room->heard;
    struct referral_view cleared;
    show_to(&room->olena, &cleared);
    assert_true(cleared.erasure_told && cleared.probe_erased);
}

/* A referral's probe is closed by its own rule; whether it is erased by that is for those who may know of the other one. */
static void test_P6_a_shared_probe_tells_nobody_of_the_silent_referral(void **state)
{
    struct told alone, shared;
    memset(&alone, 0, sizeof alone);
    memset(&shared, 0, sizeof shared);
    play_shared(false, &alone);
    tear_down(state);
    set_up(state);
    play_shared(true, &shared);
    assert_true(alone.decided.probe_closed);
    assert_false(alone.decided.erasure_told || alone.decided.probe_erased);
    assert_memory_equal(&alone.decided, &shared.decided, sizeof alone.decided);
    assert_memory_equal(&alone.later, &shared.later, sizeof alone.later);
    assert_string_equal(alone.look.detail, shared.look.detail);
    assert_int_equal(alone.heard, shared.heard);
    assert_int_equal(alone.heard_later, shared.heard_later);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_A8_an_act_in_doubt_is_read_back_until_the_state_says_what_is_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_H5_who_looked_without_a_seat_takes_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_H6_a_seat_at_a_match_kept_without_its_entries_is_taken_and_locks_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_H5_what_the_log_says_of_an_open_match_is_withheld_from_who_may_judge_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_P6_a_shared_probe_tells_nobody_of_the_silent_referral, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_H2_who_is_registered_later_opened_what_others_judge, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_P6_a_silent_match_of_who_is_registered_later_is_there_for_others_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_H2_who_is_registered_later_is_who_had_a_part_in_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_H2_who_turns_out_to_be_one_person_is_no_second_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_H5_a_match_that_arrives_is_withheld_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_P6_of_a_silent_match_of_his_own_nothing_tells_anybody, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_P6_beside_an_overt_match_of_his_own_the_silent_one_is_in_no_number, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
