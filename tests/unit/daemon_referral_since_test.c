/* What an examiner has to say of the list's entry, and who has seen too much to be one. */
#include "tests/unit/unit.h"

#include <string.h>

#include "daemon/referrals/act.h"
#include "tests/unit/referral_made.h"

static struct referral_case of;
static struct referral_course course;
static struct principal olena;

static int begin(void **state)
{
    (void)state;
    of = made_case(ALERT_CATEGORY_WANTED_FOR_ARREST);
    course = made_course(&of, 2);
    olena = made_person("olena", ROLE_EXAMINER);
    return 0;
}

/* The course stays as it was where the act is refused. */
static enum reason try(struct referral_act act)
{
    struct referral_course next = course;
    enum reason reason = referral_act_apply(&of, &next, &act, NULL);
    if (reason == REASON_DONE)
        course = next;
    return reason;
}

static enum reason simple(enum referral_act_kind kind, const struct principal *by)
{
    return try(made_act(kind, by));
}

static enum reason hit_on(const struct referral_standing *candidates, size_t count, enum entry_since said)
{
    struct referral_act act = made_act(REFERRAL_GIVE_VERDICT, &olena);
    act.verdict = VERDICT_HIT;
    act.candidates = candidates;
    act.candidate_count = count;
    act.candidate = (uint32_t)count; /* the last one */
    act.said = said;
    begin(NULL);
    made_seat(&of, &course, &olena, SEAT_COMPARISON, VERDICT_NONE);
    return try(act);
}

/* A hit is on a candidate who is what the machine compared with, or says that he is not; what is not known is held against nobody, nor what became of
 * another one. */
static void test_H3_a_hit_on_what_was_not_compared_says_so(void **state)
{
    (void)state;
    for (int first = ENTRY_SINCE_UNKNOWN; first < ENTRY_SINCE_COUNT; first++) {
        for (int second = ENTRY_SINCE_UNKNOWN; second < ENTRY_SINCE_COUNT; second++) {
            const struct referral_standing candidates[] = {
                {.since = (enum entry_since)first}, {.since = (enum entry_since)second}};
            const bool needed = second >= ENTRY_SINCE_CHANGED;
            assert_int_equal(
                hit_on(candidates, 2, ENTRY_SINCE_UNKNOWN), needed ? REASON_BAD_VALUE : REASON_DONE);
            /* A word that he does not bear out is not recorded as another one. */
            const bool wrong = second == ENTRY_SINCE_SAME || (needed && second != ENTRY_SINCE_GONE);
            assert_int_equal(hit_on(candidates, 2, ENTRY_SINCE_GONE) == REASON_BAD_VALUE, wrong);
            if (!needed)
                continue;
            assert_int_equal(hit_on(candidates, 2, ENTRY_SINCE_SAME), REASON_BAD_VALUE);
            assert_int_equal(hit_on(candidates, 2, (enum entry_since)second), REASON_DONE);
            assert_int_equal(course.seats[0].since, second);
        }
    }
    assert_int_equal(hit_on(NULL, 0, ENTRY_SINCE_UNKNOWN), REASON_DONE);
    struct referral_act other = made_act(REFERRAL_GIVE_VERDICT, &olena);
    other.verdict = VERDICT_FALSE_POSITIVE;
    other.candidates = &(struct referral_standing){.since = ENTRY_SINCE_GONE};
    other.candidate_count = 1;
    begin(NULL);
    made_seat(&of, &course, &olena, SEAT_COMPARISON, VERDICT_NONE);
    assert_int_equal(try(other), REASON_DONE);
}

/* It is said of whom he looked at: that another candidate is the same tells nothing of a hit on one who is not. */
static void test_H3_what_became_of_the_entry_is_said_of_who_was_looked_at(void **state)
{
    (void)state;
    static const struct referral_standing two[2] = {
        {.since = ENTRY_SINCE_SAME}, {.since = ENTRY_SINCE_CHANGED}};
    static const struct {
        uint64_t references;
        uint32_t candidate;
        enum entry_since said;
        enum reason reason;
    } cases[] = {{2, 2, ENTRY_SINCE_UNKNOWN, REASON_BAD_VALUE}, {2, 2, ENTRY_SINCE_CHANGED, REASON_DONE},
        {1, 1, ENTRY_SINCE_CHANGED, REASON_BAD_VALUE}, {1, 1, ENTRY_SINCE_UNKNOWN, REASON_DONE},
        {3, 1, ENTRY_SINCE_UNKNOWN, REASON_DONE}, {3, 2, ENTRY_SINCE_UNKNOWN, REASON_BAD_VALUE},
        {3, 2, ENTRY_SINCE_CHANGED, REASON_DONE}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin(NULL);
        made_seat(&of, &course, &olena, SEAT_COMPARISON, VERDICT_NONE);
        struct referral_act act = made_act(REFERRAL_GIVE_VERDICT, &olena);
        act.verdict = VERDICT_HIT;
        act.candidates = two;
        act.candidate_count = 2;
        act.candidate = cases[i].candidate;
        act.shown.references = cases[i].references;
        act.said = cases[i].said;
        assert_int_equal(try(act), cases[i].reason);
        if (cases[i].reason == REASON_DONE)
            assert_int_equal(
                course.seats[0].since, cases[i].candidate == 2 ? ENTRY_SINCE_CHANGED : ENTRY_SINCE_SAME);
    }
}

/* --- Whom a hit means -------------------------------------------------------------------------------------------- */

static const struct referral_standing pair[2] = {{.since = ENTRY_SINCE_SAME}, {.since = ENTRY_SINCE_SAME}};

/* Of so many candidates; all were shown. */
static enum reason say_hit(
    enum referral_act_kind kind, const struct principal *by, size_t count, uint32_t candidate, uint64_t shown)
{
    struct referral_act act = made_act(kind, by);
    act.verdict = VERDICT_HIT;
    act.candidates = pair;
    act.candidate_count = count;
    act.candidate = candidate;
    act.shown.references = shown;
    return try(act);
}

static void test_H2_a_hit_names_whom_it_means_and_was_shown(void **state)
{
    (void)state;
    static const struct {
        size_t count;
        uint32_t candidate;
        uint64_t shown;
        enum reason reason;
        uint32_t meant;
    } cases[] = {{2, 0, 3, REASON_BAD_VALUE, 0}, {2, 3, 3, REASON_BAD_VALUE, 0},
        {2, 2, 1, REASON_REFERRAL_STATE, 0}, {2, 2, 2, REASON_DONE, 2}, {1, 0, 1, REASON_DONE, 1},
        {1, 1, 1, REASON_DONE, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin(NULL);
        made_seat(&of, &course, &olena, SEAT_COMPARISON, VERDICT_NONE);
        assert_int_equal(
            say_hit(REFERRAL_GIVE_VERDICT, &olena, cases[i].count, cases[i].candidate, cases[i].shown),
            cases[i].reason);
        assert_int_equal(course.seats[0].candidate, cases[i].meant);
    }
    begin(NULL);
    made_seat(&of, &course, &olena, SEAT_COMPARISON, VERDICT_NONE);
    struct referral_act act = made_act(REFERRAL_GIVE_VERDICT, &olena);
    act.verdict = VERDICT_INCONCLUSIVE;
    act.candidate = 1;
    assert_int_equal(try(act), REASON_BAD_VALUE);
}

/* Two hits on two people are a disagreement; a supervisor makes it a hit on one whom an examiner meant, and may correct it to the other's. */
static void test_H2_hits_that_mean_two_people_are_no_hit(void **state)
{
    (void)state;
    const struct principal taras = made_person("taras", ROLE_EXAMINER),
                           sofia = made_person("sofia", ROLE_SUPERVISOR),
                           marta = made_person("marta", ROLE_SUPERVISOR);
    for (uint32_t second = 1; second <= 2; second++) {
        begin(NULL);
        made_seat(&of, &course, &olena, SEAT_COMPARISON, VERDICT_NONE);
        made_seat(&of, &course, &taras, SEAT_COMPARISON, VERDICT_NONE);
        assert_int_equal(say_hit(REFERRAL_GIVE_VERDICT, &olena, 2, 1, 3), REASON_DONE);
        assert_int_equal(say_hit(REFERRAL_GIVE_VERDICT, &taras, 2, second, 3), REASON_DONE);
        assert_int_equal(course.state, second == 1 ? REFERRAL_STATE_DECIDED : REFERRAL_STATE_DISAGREED);
        assert_int_equal(referral_outcome_candidate(&course), second == 1 ? 1 : 0);
    }
    assert_int_equal(say_hit(REFERRAL_OVERRIDE, &sofia, 2, 0, 3), REASON_BAD_VALUE);
    assert_int_equal(say_hit(REFERRAL_OVERRIDE, &sofia, 2, 2, 1), REASON_REFERRAL_STATE);
    assert_int_equal(say_hit(REFERRAL_OVERRIDE, &sofia, 2, 2, 2), REASON_DONE);
    assert_int_equal(referral_outcome_candidate(&course), 2);
    assert_int_equal(say_hit(REFERRAL_CORRECT, &marta, 2, 2, 3), REASON_BAD_VALUE); /* it is that already */
    assert_int_equal(say_hit(REFERRAL_CORRECT, &sofia, 2, 1, 3), REASON_BAD_VALUE); /* her own word */
    assert_int_equal(say_hit(REFERRAL_CORRECT, &marta, 0, 0, 0), REASON_BAD_VALUE); /* they meant two */
    assert_int_equal(say_hit(REFERRAL_CORRECT, &marta, 2, 1, 3), REASON_DONE);
    assert_int_equal(referral_outcome_candidate(&course), 1);
}

/* No supervisor makes it a hit on somebody whom no examiner meant. */
static void test_H2_no_hit_on_whom_no_examiner_meant(void **state)
{
    (void)state;
    const struct principal taras = made_person("taras", ROLE_EXAMINER),
                           sofia = made_person("sofia", ROLE_SUPERVISOR);
    made_seat(&of, &course, &olena, SEAT_COMPARISON, VERDICT_NONE);
    assert_int_equal(say_hit(REFERRAL_GIVE_VERDICT, &olena, 2, 1, 3), REASON_DONE);
    made_seat(&of, &course, &taras, SEAT_DONE, VERDICT_INCONCLUSIVE);
    assert_int_equal(say_hit(REFERRAL_OVERRIDE, &sofia, 2, 2, 3), REASON_BAD_VALUE);
    assert_int_equal(say_hit(REFERRAL_OVERRIDE, &sofia, 2, 1, 3), REASON_DONE);
}

/* Whom an older kordond's hit meant nobody knows, unless there is one alone: with another one on one of several it is no hit. */
static void test_H2_a_hit_that_names_nobody_agrees_where_there_is_one(void **state)
{
    (void)state;
    const struct principal taras = made_person("taras", ROLE_EXAMINER);
    for (size_t count = 1; count <= 2; count++) {
        begin(NULL);
        made_seat(&of, &course, &olena, SEAT_DONE, VERDICT_HIT);
        course.seats[0].candidate = 0;
        made_seat(&of, &course, &taras, SEAT_COMPARISON, VERDICT_NONE);
        assert_int_equal(say_hit(REFERRAL_GIVE_VERDICT, &taras, count, 1, 3), REASON_DONE);
        assert_int_equal(course.state, count == 1 ? REFERRAL_STATE_DECIDED : REFERRAL_STATE_DISAGREED);
        assert_int_equal(referral_outcome_candidate(&course), count == 1 ? 1 : 0);
    }
}

/* Who looked without a seat is remembered once, and takes none; only so many are. */
static void test_H5_who_looked_without_a_seat_is_remembered(void **state)
{
    (void)state;
    struct principal looker = made_person("sofia", ROLE_SUPERVISOR);
    for (size_t i = 0; i <= REFERRAL_LOOKERS_MAX; i++) {
        snprintf(looker.name, sizeof looker.name, "person:s%zu", i);
        assert_int_equal(
            simple(REFERRAL_LOOK, &looker), i < REFERRAL_LOOKERS_MAX ? REASON_DONE : REASON_REFERRAL_STATE);
        if (i < REFERRAL_LOOKERS_MAX)
            assert_int_equal(simple(REFERRAL_LOOK, &looker), REASON_DONE);
    }
    assert_int_equal(course.looker_count, REFERRAL_LOOKERS_MAX);
    snprintf(looker.name, sizeof looker.name, "person:s0");
    looker.roles = ROLE_EXAMINER;
    assert_int_equal(simple(REFERRAL_TAKE, &looker), REASON_NOT_PERMITTED);
    looker.registered = false; /* nobody knows whether it is one of them */
    snprintf(looker.name, sizeof looker.name, "user:s9");
    assert_int_equal(simple(REFERRAL_TAKE, &looker), REASON_NOT_PERMITTED);
    assert_int_equal(simple(REFERRAL_TAKE, &olena), REASON_DONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_H3_a_hit_on_what_was_not_compared_says_so, begin),
        cmocka_unit_test_setup(test_H3_what_became_of_the_entry_is_said_of_who_was_looked_at, begin),
        cmocka_unit_test_setup(test_H2_a_hit_names_whom_it_means_and_was_shown, begin),
        cmocka_unit_test_setup(test_H2_hits_that_mean_two_people_are_no_hit, begin),
        cmocka_unit_test_setup(test_H2_no_hit_on_whom_no_examiner_meant, begin),
        cmocka_unit_test_setup(test_H2_a_hit_that_names_nobody_agrees_where_there_is_one, begin),
        cmocka_unit_test_setup(test_H5_who_looked_without_a_seat_is_remembered, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
