/* What a supervisor may say of a referral: beside examiners, and in place of none. */
#include "tests/unit/unit.h"

#include <string.h>

#include "daemon/referrals/act.h"
#include "tests/unit/referral_made.h"

static struct referral_case of;
static struct referral_course course;
static struct principal olena, taras, anna, sofia;
static struct failure failure;

static int begin(void **state)
{
    (void)state;
    of = made_case(ALERT_CATEGORY_WANTED_FOR_ARREST);
    course = made_course(&of, 2);
    olena = made_person("olena", ROLE_EXAMINER);
    taras = made_person("taras", ROLE_EXAMINER);
    anna = made_person("anna", ROLE_EXAMINER);
    sofia = made_person("sofia", ROLE_SUPERVISOR);
    memset(&failure, 0, sizeof failure);
    return 0;
}

/* The course stays as it was where the act is refused. */
static enum reason try(struct referral_act act)
{
    struct referral_course next = course;
    enum reason reason = referral_act_apply(&of, &next, &act, &failure);
    if (reason == REASON_DONE)
        course = next;
    return reason;
}

static enum reason simple(enum referral_act_kind kind, const struct principal *by)
{
    return try(made_act(kind, by));
}

static enum reason word(
    enum referral_act_kind kind, const struct principal *by, enum referral_verdict verdict, int64_t now_ms)
{
    struct referral_act act = made_act(kind, by);
    act.verdict = verdict;
    act.now_ms = now_ms;
    return try(act);
}

/* Who decides where they differ looks at both; what is overdue he ends as inconclusive without. */
static void test_H3_a_supervisor_looks_at_both_before_he_decides(void **state)
{
    (void)state;
    static const struct referral_shown less[] = {{false, 0}, {true, 0}, {false, 1}};
    made_seat(&of, &course, &olena, SEAT_DONE, VERDICT_HIT);
    made_seat(&of, &course, &taras, SEAT_DONE, VERDICT_FALSE_POSITIVE);
    struct referral_act act = made_act(REFERRAL_OVERRIDE, &sofia);
    act.verdict = VERDICT_FALSE_POSITIVE;
    for (size_t i = 0; i < sizeof less / sizeof less[0]; i++) {
        act.shown = less[i];
        assert_int_equal(try(act), REASON_REFERRAL_STATE);
        assert_non_null(
            strstr(failure.detail, less[i].probe ? "look at the reference" : "look at the probe first"));
    }
    act.shown = (struct referral_shown){true, 1};
    assert_int_equal(try(act), REASON_DONE);
    act = made_act(REFERRAL_CORRECT, &sofia);
    act.verdict = VERDICT_INCONCLUSIVE;
    act.shown = less[0];
    assert_int_equal(try(act), REASON_DONE);
    begin(NULL);
    act.kind = REFERRAL_OVERRIDE;
    act.now_ms = MADE_MATCH_MS + 31 * INT64_C(60000);
    assert_int_equal(try(act), REASON_DONE);
}

/* No supervisor makes a hit alone, of which no examiner was convinced. */
static void test_H2_no_hit_by_a_supervisor_alone(void **state)
{
    (void)state;
    made_seat(&of, &course, &olena, SEAT_DONE, VERDICT_FALSE_POSITIVE);
    made_seat(&of, &course, &taras, SEAT_DONE, VERDICT_INCONCLUSIVE);
    assert_int_equal(word(REFERRAL_OVERRIDE, &sofia, VERDICT_HIT, MADE_MATCH_MS), REASON_BAD_VALUE);
    assert_int_equal(word(REFERRAL_OVERRIDE, &sofia, VERDICT_FALSE_POSITIVE, MADE_MATCH_MS), REASON_DONE);
    assert_int_equal(word(REFERRAL_CORRECT, &sofia, VERDICT_HIT, MADE_MATCH_MS), REASON_BAD_VALUE);
    assert_int_equal(word(REFERRAL_CORRECT, &sofia, VERDICT_FALSE_POSITIVE, MADE_MATCH_MS), REASON_BAD_VALUE);
    assert_int_equal(word(REFERRAL_CORRECT, &sofia, VERDICT_INCONCLUSIVE, MADE_MATCH_MS + 9), REASON_DONE);
    assert_int_equal(course.state, REFERRAL_STATE_CORRECTED);
    assert_int_equal(course.outcome, VERDICT_INCONCLUSIVE);
    assert_int_equal(course.outcome_ms, MADE_MATCH_MS);
    assert_int_equal(course.overridden.verdict, VERDICT_FALSE_POSITIVE);
}

/* Who corrects to a hit is the second person by whom it is one: he looks, as long as there is something to look at. */
static void test_H2_a_correction_to_a_hit_takes_a_look(void **state)
{
    (void)state;
    static const struct referral_standing one = {.since = ENTRY_SINCE_SAME};
    static const struct referral_shown less[] = {{false, 1}, {true, 0}, {.probe = true, .gone = 1}};
    made_seat(&of, &course, &olena, SEAT_DONE, VERDICT_HIT);
    made_seat(&of, &course, &taras, SEAT_DONE, VERDICT_FALSE_POSITIVE);
    assert_int_equal(word(REFERRAL_OVERRIDE, &sofia, VERDICT_INCONCLUSIVE, MADE_MATCH_MS), REASON_DONE);
    const struct principal daryna = made_person("daryna", ROLE_SUPERVISOR);
    const struct referral_course decided = course;
    struct referral_act act = made_act(REFERRAL_CORRECT, &daryna);
    act.verdict = VERDICT_HIT;
    act.candidates = &one;
    act.candidate_count = 1;
    for (size_t i = 0; i < sizeof less / sizeof less[0]; i++) {
        act.shown = less[i];
        assert_int_equal(try(act), REASON_REFERRAL_STATE);
    }
    act.shown = (struct referral_shown){true, 1};
    assert_int_equal(try(act), REASON_DONE);
    course = decided; /* there is nothing to look at any more */
    act.shown = less[0];
    act.candidate_count = 0;
    assert_int_equal(try(act), REASON_DONE);
}

/* What a supervisor ended before all had judged it becomes no hit by a second word of his, nor of another supervisor. */
static void test_H2_no_hit_by_two_words_of_supervisors(void **state)
{
    (void)state;
    const int64_t overdue_ms = MADE_MATCH_MS + 30 * INT64_C(60000);
    const struct principal daryna = made_person("daryna", ROLE_SUPERVISOR);
    for (uint32_t examiners = 1; examiners <= 2; examiners++) {
        begin(NULL);
        course = made_course(&of, examiners);
        made_seat(&of, &course, &olena, examiners == 1 ? SEAT_FREE : SEAT_DONE, VERDICT_HIT);
        assert_int_equal(word(REFERRAL_OVERRIDE, &sofia, VERDICT_INCONCLUSIVE, overdue_ms), REASON_DONE);
        assert_int_equal(word(REFERRAL_CORRECT, &sofia, VERDICT_HIT, overdue_ms), REASON_BAD_VALUE);
        assert_int_equal(word(REFERRAL_CORRECT, &daryna, VERDICT_HIT, overdue_ms), REASON_BAD_VALUE);
        assert_int_equal(course.outcome, VERDICT_INCONCLUSIVE);
    }
    begin(NULL);
    made_seat(&of, &course, &olena, SEAT_DONE, VERDICT_HIT);
    made_seat(&of, &course, &taras, SEAT_DONE, VERDICT_INCONCLUSIVE);
    assert_int_equal(word(REFERRAL_OVERRIDE, &sofia, VERDICT_INCONCLUSIVE, overdue_ms), REASON_DONE);
    assert_int_equal(word(REFERRAL_CORRECT, &sofia, VERDICT_HIT, overdue_ms), REASON_BAD_VALUE);
    assert_int_equal(word(REFERRAL_CORRECT, &daryna, VERDICT_HIT, overdue_ms), REASON_DONE);
    assert_int_equal(course.outcome, VERDICT_HIT);
    course = made_course(&of, 1);
    made_seat(&of, &course, &olena, SEAT_DONE, VERDICT_FALSE_POSITIVE);
    assert_int_equal(word(REFERRAL_CORRECT, &sofia, VERDICT_HIT, overdue_ms), REASON_BAD_VALUE);
    course = made_course(&of, 1);
    made_seat(&of, &course, &olena, SEAT_DONE, VERDICT_HIT);
    assert_int_equal(word(REFERRAL_CORRECT, &sofia, VERDICT_FALSE_POSITIVE, overdue_ms), REASON_DONE);
    assert_int_equal(word(REFERRAL_CORRECT, &sofia, VERDICT_HIT, overdue_ms), REASON_BAD_VALUE);
    assert_int_equal(word(REFERRAL_CORRECT, &daryna, VERDICT_HIT, overdue_ms), REASON_DONE);
}

/* Time decides nothing: where nobody comes a supervisor may end it, and that is never a hit. */
static void test_H3_what_is_overdue_is_ended_by_a_person_and_no_hit(void **state)
{
    (void)state;
    const int64_t overdue_ms = MADE_MATCH_MS + 30 * INT64_C(60000);
    for (int phase = SEAT_FREE; phase <= SEAT_DONE; phase++) {
        begin(NULL);
        made_seat(&of, &course, &olena, (enum referral_phase)phase, VERDICT_HIT);
        assert_int_equal(
            word(REFERRAL_OVERRIDE, &sofia, VERDICT_INCONCLUSIVE, overdue_ms - 1), REASON_REFERRAL_STATE);
        assert_int_equal(word(REFERRAL_OVERRIDE, &sofia, VERDICT_HIT, overdue_ms), REASON_BAD_VALUE);
        assert_int_equal(word(REFERRAL_OVERRIDE, &sofia, VERDICT_INCONCLUSIVE, overdue_ms), REASON_DONE);
        assert_int_equal(course.outcome, VERDICT_INCONCLUSIVE);
        assert_int_equal(simple(REFERRAL_TAKE, &anna), REASON_REFERRAL_STATE);
    }
}

/* Though nobody knows of who opened it, or left a seat, whether it was the supervisor: it would stay for ever. His own he never ends, nor one at which
 * he may have a seat. */
static void test_H3_what_is_overdue_somebody_can_always_end(void **state)
{
    (void)state;
    const int64_t overdue_ms = MADE_MATCH_MS + 30 * INT64_C(60000);
    struct principal stranger = {.proof = PRINCIPAL_BY_SOCKET, .uid = 7, .roles = ROLE_EXAMINER};
    snprintf(stranger.name, sizeof stranger.name, "user:x");
    snprintf(of.owner, sizeof of.owner, "uid:8");
    assert_int_equal(simple(REFERRAL_TAKE, &stranger), REASON_DONE);
    assert_int_equal(word(REFERRAL_OVERRIDE, &sofia, VERDICT_INCONCLUSIVE, overdue_ms), REASON_NOT_PERMITTED);
    assert_int_equal(simple(REFERRAL_GIVE_BACK, &stranger), REASON_DONE);
    assert_int_equal(
        word(REFERRAL_OVERRIDE, &sofia, VERDICT_INCONCLUSIVE, overdue_ms - 1), REASON_NOT_PERMITTED);
    assert_int_equal(
        word(REFERRAL_OVERRIDE, &sofia, VERDICT_FALSE_POSITIVE, overdue_ms), REASON_NOT_PERMITTED);
    assert_int_equal(word(REFERRAL_OVERRIDE, &sofia, VERDICT_HIT, overdue_ms), REASON_NOT_PERMITTED);
    const struct principal himself = made_person("ivan", ROLE_SUPERVISOR);
    assert_int_equal(
        word(REFERRAL_OVERRIDE, &himself, VERDICT_INCONCLUSIVE, overdue_ms), REASON_NOT_PERMITTED);
    stranger.roles = ROLE_SUPERVISOR;
    assert_int_equal(
        word(REFERRAL_OVERRIDE, &stranger, VERDICT_INCONCLUSIVE, overdue_ms), REASON_NOT_PERMITTED);
    assert_int_equal(word(REFERRAL_OVERRIDE, &sofia, VERDICT_INCONCLUSIVE, overdue_ms), REASON_DONE);
    assert_int_equal(
        word(REFERRAL_CORRECT, &sofia, VERDICT_FALSE_POSITIVE, overdue_ms), REASON_NOT_PERMITTED);
}

/* A true match that nobody examined is cleared by no supervisor, at once or by a correction. */
static void test_H3_a_supervisor_clears_nobody_unseen(void **state)
{
    (void)state;
    const int64_t overdue_ms = MADE_MATCH_MS + 30 * INT64_C(60000);
    const struct principal daryna = made_person("daryna", ROLE_SUPERVISOR);
    for (int phase = SEAT_FREE; phase <= SEAT_DONE; phase++) {
        begin(NULL);
        made_seat(&of, &course, &olena, (enum referral_phase)phase, VERDICT_FALSE_POSITIVE);
        /* However far somebody is: else the refusal would tell. */
        assert_int_equal(
            word(REFERRAL_OVERRIDE, &sofia, VERDICT_FALSE_POSITIVE, overdue_ms), REASON_BAD_VALUE);
        assert_int_equal(word(REFERRAL_OVERRIDE, &sofia, VERDICT_INCONCLUSIVE, overdue_ms), REASON_DONE);
        assert_int_equal(
            word(REFERRAL_CORRECT, &sofia, VERDICT_FALSE_POSITIVE, overdue_ms), REASON_BAD_VALUE);
        assert_int_equal(
            word(REFERRAL_CORRECT, &daryna, VERDICT_FALSE_POSITIVE, overdue_ms), REASON_BAD_VALUE);
    }
}

/* A hit that one examiner found is not cleared by supervisors for being overdue; where all have judged not by who decided it last, nor by who looked at
 * less than there is. */
static void test_H3_who_corrects_to_a_false_positive_decided_nothing_and_looked(void **state)
{
    (void)state;
    static const struct referral_standing two[2] = {{.since = ENTRY_SINCE_SAME}, {.since = ENTRY_SINCE_SAME}};
    static const struct referral_shown less[] = {{false, 3}, {true, 0}, {true, 1}};
    const struct principal daryna = made_person("daryna", ROLE_SUPERVISOR);
    made_seat(&of, &course, &olena, SEAT_DONE, VERDICT_FALSE_POSITIVE);
    made_seat(&of, &course, &taras, SEAT_DONE, VERDICT_HIT);
    assert_int_equal(word(REFERRAL_OVERRIDE, &sofia, VERDICT_INCONCLUSIVE, MADE_MATCH_MS), REASON_DONE);
    const struct referral_course decided = course;
    assert_int_equal(word(REFERRAL_CORRECT, &sofia, VERDICT_FALSE_POSITIVE, MADE_MATCH_MS), REASON_BAD_VALUE);
    struct referral_act act = made_act(REFERRAL_CORRECT, &daryna);
    act.verdict = VERDICT_FALSE_POSITIVE;
    act.candidates = two;
    act.candidate_count = 2;
    for (size_t i = 0; i < sizeof less / sizeof less[0]; i++) {
        act.shown = less[i];
        assert_int_equal(try(act), REASON_REFERRAL_STATE);
    }
    act.shown.references = 3;
    assert_int_equal(try(act), REASON_DONE);
    course = decided; /* there is nothing to look at any more */
    act.shown = less[1];
    act.candidate_count = 0;
    assert_int_equal(try(act), REASON_DONE);
}

/* --- A seat that is freed --------------------------------------------------------------------------------------- */

static enum reason free_seat_of(const struct principal *by, const char *holder)
{
    struct referral_act act = made_act(REFERRAL_FREE_SEAT, by);
    act.to = (struct referral_person){0};
    snprintf(act.to.name, sizeof act.to.name, "%s", holder);
    return try(act);
}

static enum reason free_seat(const struct principal *by, const struct principal *holder)
{
    return free_seat_of(by, holder->name);
}

/* Nobody blocks a match by a seat that he does not use. However far he was, that stays his and closed; others judge, and he does not come back. */
static void test_H2_a_supervisor_frees_a_seat_however_far_its_holder_is(void **state)
{
    (void)state;
    for (int phase = SEAT_PROBE; phase <= SEAT_DONE; phase++) {
        begin(NULL);
        made_seat(&of, &course, &olena, (enum referral_phase)phase, VERDICT_HIT);
        assert_int_equal(free_seat(&sofia, &olena), REASON_DONE);
        assert_int_equal(course.seats[0].phase, SEAT_FREE);
        assert_int_equal(course.state, REFERRAL_STATE_WAITING);
        assert_int_equal(course.released_count, 1);
        assert_int_equal(course.released[0].seat.phase, phase);
        assert_string_equal(course.released[0].by.identity, "person:sofia");
        assert_int_equal(simple(REFERRAL_GIVE_BACK, &olena), REASON_NOT_PERMITTED);
        assert_non_null(strstr(failure.detail, "a supervisor has freed your seat"));
        assert_int_equal(simple(REFERRAL_TAKE, &olena), REASON_NOT_PERMITTED);
        assert_non_null(strstr(failure.detail, "can't come back"));
        made_seat(&of, &course, &taras, SEAT_DONE, VERDICT_FALSE_POSITIVE);
        assert_int_equal(course.state, REFERRAL_STATE_SECOND_WAITS);
        assert_int_equal(simple(REFERRAL_TAKE, &olena), REASON_NOT_PERMITTED);
        made_seat(&of, &course, &anna, SEAT_DONE, VERDICT_FALSE_POSITIVE);
        assert_int_equal(course.outcome, VERDICT_FALSE_POSITIVE);
        assert_int_equal(free_seat(&sofia, &anna), REASON_REFERRAL_STATE);
        /* Whoever chose who judges it says nothing of it himself. */
        struct referral_act act = made_act(REFERRAL_CORRECT, &sofia);
        act.verdict = VERDICT_INCONCLUSIVE;
        assert_int_equal(try(act), REASON_NOT_PERMITTED);
        assert_non_null(strstr(failure.detail, "who has freed a seat"));
    }
}

/* One seat of two: the other one's holder goes on with his. Its holder is named as one to whom a seat is handed over. */
static void test_H2_who_has_the_other_seat_goes_on(void **state)
{
    (void)state;
    made_seat(&of, &course, &olena, SEAT_DONE, VERDICT_HIT);
    made_seat(&of, &course, &taras, SEAT_COMPARISON, VERDICT_NONE);
    assert_int_equal(free_seat_of(&sofia, "taras"), REASON_DONE);
    assert_int_equal(course.state, REFERRAL_STATE_SECOND_WAITS);
    made_seat(&of, &course, &anna, SEAT_DONE, VERDICT_HIT);
    assert_int_equal(course.outcome, VERDICT_HIT);
}

/* Who frees it has no part in it before, and takes none after. */
static void test_H2_who_frees_a_seat_chooses_nobody_for_himself(void **state)
{
    (void)state;
    const struct principal both = made_person("both", ROLE_EXAMINER | ROLE_SUPERVISOR),
                           owner = made_person("ivan", ROLE_SUPERVISOR),
                           next = made_person("sofia", ROLE_EXAMINER),
                           marta = made_person("marta", ROLE_SUPERVISOR);
    struct principal was = made_person("olena", ROLE_SUPERVISOR);
    made_seat(&of, &course, &olena, SEAT_PROBE, VERDICT_NONE);
    assert_int_equal(free_seat(&taras, &olena), REASON_NOT_PERMITTED);
    assert_int_equal(free_seat(&owner, &olena), REASON_NOT_PERMITTED);
    assert_int_equal(free_seat(&was, &olena), REASON_NOT_PERMITTED);
    assert_int_equal(free_seat(&sofia, &taras), REASON_BAD_VALUE);
    assert_string_equal(failure.subject, "holder");
    struct referral_act silent = made_act(REFERRAL_FREE_SEAT, &sofia);
    silent.to = referral_person_of(&olena);
    silent.words = "";
    assert_int_equal(try(silent), REASON_BAD_VALUE);
    course.lookers[course.looker_count++] = referral_person_of(&marta);
    assert_int_equal(free_seat(&marta, &olena), REASON_NOT_PERMITTED);
    assert_non_null(strstr(failure.detail, "may have seen its prints"));
    made_seat(&of, &course, &both, SEAT_PROBE, VERDICT_NONE);
    assert_int_equal(free_seat(&both, &olena), REASON_NOT_PERMITTED);
    assert_int_equal(simple(REFERRAL_GIVE_BACK, &both), REASON_DONE);
    assert_int_equal(free_seat(&both, &olena), REASON_NOT_PERMITTED);
    assert_int_equal(free_seat(&sofia, &olena), REASON_DONE);
    assert_int_equal(simple(REFERRAL_TAKE, &next), REASON_NOT_PERMITTED);
    assert_non_null(strstr(failure.detail, "who has freed a seat"));
    made_seat(&of, &course, &taras, SEAT_PROBE, VERDICT_NONE);
    struct referral_act handing = made_act(REFERRAL_HAND_OVER, &taras);
    handing.to = referral_person_of(&next);
    handing.to_roles = next.roles;
    assert_int_equal(try(handing), REASON_NOT_PERMITTED);
    assert_int_equal(free_seat(&was, &taras), REASON_NOT_PERMITTED);
}

/* Of somebody in no register nobody knows that he is another one; he keeps his seat from nobody by that. */
static void test_H2_the_seat_of_somebody_in_no_register_is_freed(void **state)
{
    (void)state;
    struct principal one = {.proof = PRINCIPAL_BY_SOCKET, .roles = ROLE_EXAMINER, .uid = 7}, other = one;
    snprintf(one.name, sizeof one.name, "user:one");
    snprintf(other.name, sizeof other.name, "user:other");
    other.uid = 8;
    snprintf(of.owner, sizeof of.owner, "uid:5");
    made_seat(&of, &course, &one, SEAT_PROBE, VERDICT_NONE);
    made_seat(&of, &course, &other, SEAT_DONE, VERDICT_HIT);
    struct principal stranger = {.proof = PRINCIPAL_BY_CERTIFICATE, .roles = ROLE_SUPERVISOR};
    snprintf(stranger.name, sizeof stranger.name, "certificate:post-ca/DNS:x");
    assert_int_equal(free_seat(&stranger, &one), REASON_NOT_PERMITTED);
    assert_int_equal(free_seat(&sofia, &one), REASON_DONE);
    assert_int_equal(free_seat(&sofia, &other), REASON_DONE);
    assert_int_equal(course.state, REFERRAL_STATE_WAITING);
}

static void free_as_many_as_are(void)
{
    char name[16];
    for (int i = 0; i <= REFERRAL_FREED_MAX; i++) {
        snprintf(name, sizeof name, "examiner%d", i);
        const struct principal examiner = made_person(name, ROLE_EXAMINER);
        made_seat(&of, &course, &examiner, i % 2 == 0 ? SEAT_PROBE : SEAT_DONE, VERDICT_INCONCLUSIVE);
        assert_int_equal(
            free_seat(&sofia, &examiner), i < REFERRAL_FREED_MAX ? REASON_DONE : REASON_REFERRAL_STATE);
    }
}

/* What nobody may know of a seat he does not learn by freeing it: each refusal is the same however far its holder is. A place is kept for a claim. */
static void test_H5_seats_are_freed_a_few_times(void **state)
{
    (void)state;
    free_as_many_as_are();
    made_seat(&of, &course, &taras, SEAT_PROBE, VERDICT_NONE);
    assert_int_equal(simple(REFERRAL_CLAIM_PROTECTION, &anna), REASON_DONE);
    assert_int_equal(course.released_count, REFERRAL_RELEASED_MAX);
}

/* The place of a claim that took nobody's seat is no fourth one to be freed. */
static void test_H2_a_claim_that_takes_no_seat_lets_no_more_be_freed(void **state)
{
    (void)state;
    assert_int_equal(simple(REFERRAL_CLAIM_PROTECTION, &anna), REASON_DONE);
    free_as_many_as_are();
    assert_int_equal(course.released_count, REFERRAL_FREED_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_H3_a_supervisor_looks_at_both_before_he_decides, begin),
        cmocka_unit_test_setup(test_H2_no_hit_by_a_supervisor_alone, begin),
        cmocka_unit_test_setup(test_H2_a_correction_to_a_hit_takes_a_look, begin),
        cmocka_unit_test_setup(test_H2_no_hit_by_two_words_of_supervisors, begin),
        cmocka_unit_test_setup(test_H3_what_is_overdue_is_ended_by_a_person_and_no_hit, begin),
        cmocka_unit_test_setup(test_H3_what_is_overdue_somebody_can_always_end, begin),
        cmocka_unit_test_setup(test_H3_a_supervisor_clears_nobody_unseen, begin),
        cmocka_unit_test_setup(test_H3_who_corrects_to_a_false_positive_decided_nothing_and_looked, begin),
        cmocka_unit_test_setup(test_H2_a_supervisor_frees_a_seat_however_far_its_holder_is, begin),
        cmocka_unit_test_setup(test_H2_who_has_the_other_seat_goes_on, begin),
        cmocka_unit_test_setup(test_H2_who_frees_a_seat_chooses_nobody_for_himself, begin),
        cmocka_unit_test_setup(test_H2_the_seat_of_somebody_in_no_register_is_freed, begin),
        cmocka_unit_test_setup(test_H5_seats_are_freed_a_few_times, begin),
        cmocka_unit_test_setup(test_H2_a_claim_that_takes_no_seat_lets_no_more_be_freed, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
