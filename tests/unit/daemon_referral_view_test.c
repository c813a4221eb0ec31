/* What each person is shown of a referral: nothing of what is open of another's seat. */
#include "tests/unit/unit.h"

#include <string.h>

#include "daemon/referrals/view.h"
#include "tests/unit/referral_made.h"

static const enum referral_verdict verdicts[] = {VERDICT_HIT, VERDICT_FALSE_POSITIVE, VERDICT_INCONCLUSIVE};
static const enum probe_judgement judgements[] = {PROBE_USABLE, PROBE_LIMITED, PROBE_NOT_USABLE};

static void show(const struct referral_case *of, const struct referral_course *course,
    const struct principal *viewer, struct referral_view *view)
{
    assert_true(referral_view_make(of, course, viewer, MADE_MATCH_MS + 5000, view));
}

/* The other's seat as far as anybody could be, with other words and times each. */
static void fill_in(struct referral_seat *seat, int far, int verdict, int judgement)
{
    seat->phase = (enum referral_phase)(SEAT_PROBE + far);
    seat->judged_ms = far > 0 ? MADE_MATCH_MS + 7 * judgement + 1 : 0;
    seat->judgement = far > 0 ? judgements[judgement] : PROBE_NOT_JUDGED;
    snprintf(seat->judgement_words, REFERRAL_TEXT_SIZE, far > 0 ? "words %d" : "", judgement);
    seat->verdict = far > 1 ? verdicts[verdict] : VERDICT_NONE;
    seat->done_ms = far > 1 ? MADE_MATCH_MS + 100 + verdict : 0;
    snprintf(seat->reason, REFERRAL_TEXT_SIZE, far > 1 ? "reason %d" : "", verdict);
    memset(seat->judgement_salt, far > 0 ? judgement + 1 : 0, COMMIT_SALT_BYTES);
    memset(seat->verdict_salt, far > 1 ? verdict + 1 : 0, COMMIT_SALT_BYTES);
    seat->taken_ms = MADE_MATCH_MS + far;
}

/* The viewer's own seat is free, or as far as it can be before all verdicts are given. */
static void test_H5_the_view_holds_nothing_of_anothers_open_seat(void **state)
{
    (void)state;
    const struct referral_case of = made_case(ALERT_CATEGORY_WANTED_FOR_ARREST);
    const struct principal olena = made_person("olena", ROLE_EXAMINER),
                           taras = made_person("taras", ROLE_EXAMINER);
    const struct principal viewers[] = {taras, made_person("anna", ROLE_EXAMINER),
        made_person("sofia", ROLE_SUPERVISOR), made_person("both", ROLE_SUPERVISOR | ROLE_EXAMINER)};
    for (size_t who = 0; who < sizeof viewers / sizeof viewers[0]; who++) {
        for (int own = SEAT_FREE; own <= SEAT_DONE; own++) {
            struct referral_course course = made_course(&of, 2);
            struct referral_view first, view;
            made_seat(&of, &course, &taras, (enum referral_phase)own, VERDICT_HIT);
            made_seat(&of, &course, &olena, SEAT_PROBE, VERDICT_NONE);
            struct referral_seat *other = &course.seats[own == SEAT_FREE ? 0 : 1];
            show(&of, &course, &viewers[who], &first);
            assert_string_equal(first.state, "open");
            for (int far = 0; far <= (own == SEAT_DONE ? 1 : 2); far++) {
                for (int i = 0; i < 9; i++) {
                    fill_in(other, far, i / 3, i % 3);
                    /* As all the states that show as "open". */
                    course.state = far == 2 && own == SEAT_FREE ? REFERRAL_STATE_SECOND_WAITS
                                                                : REFERRAL_STATE_EXAMINATION;
                    show(&of, &course, &viewers[who], &view);
                    assert_memory_equal(&view, &first, sizeof view);
                }
            }
        }
    }
}

/* It would be seen if something of it were there: the own seat is told, and all are when the verdicts are given. */
static void test_H5_what_is_ones_own_or_opened_is_shown(void **state)
{
    (void)state;
    const struct referral_case of = made_case(ALERT_CATEGORY_WANTED_FOR_ARREST);
    const struct principal olena = made_person("olena", ROLE_EXAMINER),
                           taras = made_person("taras", ROLE_EXAMINER);
    struct referral_course course = made_course(&of, 2);
    struct referral_view view;
    made_seat(&of, &course, &olena, SEAT_DONE, VERDICT_HIT);
    show(&of, &course, &olena, &view);
    assert_true(view.seats[0].own && view.seats[0].told && view.second_deferred);
    assert_int_equal(view.seats[0].seat.verdict, VERDICT_HIT);
    assert_int_equal(view.outcome, VERDICT_NONE);
    show(&of, &course, &taras, &view);
    assert_string_equal(view.seats[0].holder, "person:olena");
    assert_false(view.seats[0].told || view.second_deferred);
    made_seat(&of, &course, &taras, SEAT_DONE, VERDICT_FALSE_POSITIVE);
    show(&of, &course, &olena, &view);
    assert_string_equal(view.state, "disagreed");
    assert_int_equal(view.seats[1].seat.verdict, VERDICT_FALSE_POSITIVE);
    assert_string_equal(view.seats[1].seat.reason, "why");
    assert_int_equal(view.outcome, VERDICT_NONE);
    static const uint8_t none[COMMIT_SALT_BYTES];
    assert_memory_equal(view.seats[1].seat.verdict_salt, none, sizeof none);
}

/* Who could verify it sees no reference before he has judged the probe, and no score before his verdict. */
static void test_H3_the_probe_is_judged_before_anything_else_is_seen(void **state)
{
    (void)state;
    const struct referral_case of = made_case(ALERT_CATEGORY_WANTED_FOR_ARREST);
    const struct principal olena = made_person("olena", ROLE_EXAMINER);
    const struct principal both = made_person("both", ROLE_EXAMINER | ROLE_SUPERVISOR);
    const struct principal sofia = made_person("sofia", ROLE_SUPERVISOR);
    for (int score_shown = 0; score_shown < 2; score_shown++) {
        for (int phase = SEAT_FREE; phase <= SEAT_DONE; phase++) {
            struct referral_course course = made_course(&of, 2);
            struct referral_view view;
            course.rules.score_shown = score_shown == 1;
            made_seat(&of, &course, &olena, (enum referral_phase)phase, VERDICT_HIT);
            show(&of, &course, &olena, &view);
            assert_int_equal(view.sight.probe, phase != SEAT_FREE);
            assert_int_equal(view.sight.comparison, phase >= SEAT_COMPARISON);
            assert_int_equal(
                view.sight.score, phase == SEAT_DONE || (phase == SEAT_COMPARISON && score_shown == 1));
            show(&of, &course, &both, &view);
            assert_false(view.sight.probe || view.sight.comparison || view.sight.score);
            show(&of, &course, &sofia, &view);
            assert_true(view.sight.probe && view.sight.comparison && view.sight.score);
        }
    }
}

/* Who took a seat as an examiner and is a supervisor now sees no more than his seat lets him: he may be an examiner again tomorrow. Who has none sees
 * all, and so does everybody, once they differ, since what there is to be found by himself is found. */
static void test_H3_a_supervisor_in_an_examiners_seat_sees_what_an_examiner_sees(void **state)
{
    (void)state;
    const struct referral_case of = made_case(ALERT_CATEGORY_WANTED_FOR_ARREST);
    const struct principal olena = made_person("olena", ROLE_EXAMINER),
                           promoted = made_person("olena", ROLE_SUPERVISOR),
                           taras = made_person("taras", ROLE_EXAMINER);
    for (int phase = SEAT_PROBE; phase <= SEAT_DONE; phase++) {
        struct referral_course course = made_course(&of, 2);
        struct referral_view examiner, supervisor;
        made_seat(&of, &course, &taras, phase == SEAT_DONE ? SEAT_COMPARISON : SEAT_DONE, VERDICT_HIT);
        made_seat(&of, &course, &olena, (enum referral_phase)phase, VERDICT_FALSE_POSITIVE);
        show(&of, &course, &olena, &examiner);
        show(&of, &course, &promoted, &supervisor);
        assert_memory_equal(&supervisor, &examiner, sizeof examiner);
    }
    struct referral_course course = made_course(&of, 2);
    struct referral_view view;
    made_seat(&of, &course, &taras, SEAT_DONE, VERDICT_HIT);
    made_seat(&of, &course, &olena, SEAT_DONE, VERDICT_FALSE_POSITIVE);
    show(&of, &course, &promoted, &view);
    assert_true(view.sight.comparison && view.sight.score && view.seats[0].told && view.seats[1].told);
}

/* Who has no part in it sees nothing at all, not even that it is there. */
static void test_P6_who_is_not_cleared_sees_nothing(void **state)
{
    (void)state;
    const struct referral_case of = made_case(ALERT_CATEGORY_DISCREET_CHECK);
    const struct referral_course course = made_course(&of, 2);
    static const unsigned roles[] = {
        0, ROLE_TERMINAL, ROLE_PROTECTION_OFFICER, ROLE_AUDITOR, ROLE_ADMINISTRATOR};
    struct referral_view view;
    static const struct referral_view nothing;
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        const struct principal viewer = made_person("anna", roles[i]);
        assert_false(referral_view_make(&of, &course, &viewer, MADE_MATCH_MS, &view));
        assert_memory_equal(&view, &nothing, sizeof view);
    }
}

/* What is kept of one beyond its own time is for a silent one's sake, or held: to who may not know of that it is gone as it would be without. */
static void test_P6_one_that_another_keeps_beyond_its_time_is_gone_to_who_may_not_know_of_that(void **state)
{
    (void)state;
    const int64_t day_ms = INT64_C(86400000);
    const struct referral_case of = made_case(ALERT_CATEGORY_CHILD_AT_RISK_OF_ABDUCTION);
    struct referral_course course = made_course(&of, 2);
    struct referral_view view;
    const struct principal petro = made_person("petro", ROLE_PROTECTION_OFFICER),
                           ivan = made_person("ivan", ROLE_SUPERVISOR), /* whose traveller it was */
        sofia = made_person("sofia", ROLE_SUPERVISOR);
    const int64_t end_ms = MADE_MATCH_MS + 365 * day_ms;
    assert_true(referral_view_make(&of, &course, &petro, end_ms + day_ms, &view)); /* not decided */
    course.state = REFERRAL_STATE_DECIDED;
    course.outcome_ms = MADE_MATCH_MS;
    for (unsigned probe_days = 0; probe_days < 800; probe_days += 400) {
        const int64_t over_ms = probe_days > 365 ? MADE_MATCH_MS + probe_days * day_ms : end_ms;
        course.rules.probe_retention_days = probe_days;
        assert_true(referral_view_make(&of, &course, &petro, over_ms - 1, &view));
        assert_true(referral_view_make(&of, &course, &ivan, over_ms - 1, &view));
        assert_false(referral_view_make(&of, &course, &petro, over_ms, &view));
        assert_false(referral_view_make(&of, &course, &ivan, over_ms, &view));
        assert_true(referral_view_make(&of, &course, &sofia, over_ms, &view));
    }
}

/* An officer whose own traveller it is does not know of a silent one by any role, and of another one he does. */
static void test_P6_a_silent_referral_is_none_for_whose_traveller_it_is(void **state)
{
    (void)state;
    static const enum alert_category categories[] = {
        ALERT_CATEGORY_WANTED_FOR_ARREST, ALERT_CATEGORY_DISCREET_CHECK};
    static const unsigned roles[] = {ROLE_EXAMINER, ROLE_SUPERVISOR, ROLE_EXAMINER | ROLE_SUPERVISOR};
    for (int silent = 0; silent < 2; silent++) {
        struct referral_case of = made_case(categories[silent]);
        struct referral_course course = made_course(&of, 2);
        struct referral_view view;
        struct referral_report told = {"lane 3", "", "", "", "", "", ""};
        snprintf(of.owner, sizeof of.owner, "person:owner");
        for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
            const struct principal people[] = {made_person("owner", roles[i]), made_person("ivan", roles[i]),
                made_person("olena", roles[i])};
            for (size_t who = 0; who < 3; who++) {
                bool hidden = silent == 1 && who < 2;
                assert_int_equal(
                    referral_view_make(&of, &course, &people[who], MADE_MATCH_MS, &view), !hidden);
                struct referral_act act = made_act(REFERRAL_REPORT, &people[who]);
                act.report = &told;
                assert_int_equal(
                    referral_act_apply(&of, &course, &act, NULL) == REASON_REFERRAL_NOT_FOUND, hidden);
            }
        }
    }
}

/* It is overdue by its time, until there is an outcome. */
static void test_H4_what_waits_too_long_is_overdue(void **state)
{
    (void)state;
    const struct referral_case of = made_case(ALERT_CATEGORY_REFUSAL_OF_ENTRY);
    const struct principal sofia = made_person("sofia", ROLE_SUPERVISOR);
    struct referral_course course = made_course(&of, 2);
    struct referral_view view;
    const int64_t due_ms = MADE_MATCH_MS + 30 * INT64_C(60000);
    assert_true(referral_view_make(&of, &course, &sofia, due_ms - 1, &view));
    assert_false(view.overdue || view.immediate);
    assert_int_equal(view.due_ms, due_ms);
    assert_true(referral_view_make(&of, &course, &sofia, due_ms, &view));
    assert_true(view.overdue);
    assert_string_equal(view.state, "open");
    assert_int_equal(view.outcome, VERDICT_NONE);
    course.state = REFERRAL_STATE_DECIDED;
    assert_true(referral_view_make(&of, &course, &sofia, due_ms, &view));
    assert_false(view.overdue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_H5_the_view_holds_nothing_of_anothers_open_seat),
        cmocka_unit_test(test_H5_what_is_ones_own_or_opened_is_shown),
        cmocka_unit_test(test_H3_the_probe_is_judged_before_anything_else_is_seen),
        cmocka_unit_test(test_H3_a_supervisor_in_an_examiners_seat_sees_what_an_examiner_sees),
        cmocka_unit_test(test_P6_who_is_not_cleared_sees_nothing),
        cmocka_unit_test(test_P6_one_that_another_keeps_beyond_its_time_is_gone_to_who_may_not_know_of_that),
        cmocka_unit_test(test_P6_a_silent_referral_is_none_for_whose_traveller_it_is),
        cmocka_unit_test(test_H4_what_waits_too_long_is_overdue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
