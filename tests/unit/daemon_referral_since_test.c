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
    act.said = said;
    begin(NULL);
    made_seat(&of, &course, &olena, SEAT_COMPARISON, VERDICT_NONE);
    return try(act);
}

/* A hit needs one candidate who is what the machine compared with, or the words that he is not; what is not known is held against nobody. */
static void test_H3_a_hit_on_what_was_not_compared_says_so(void **state)
{
    (void)state;
    for (int first = ENTRY_SINCE_UNKNOWN; first < ENTRY_SINCE_COUNT; first++) {
        for (int second = ENTRY_SINCE_UNKNOWN; second < ENTRY_SINCE_COUNT; second++) {
            const struct referral_standing candidates[] = {
                {.since = (enum entry_since)first}, {.since = (enum entry_since)second}};
            const bool needed = first >= ENTRY_SINCE_CHANGED && second >= ENTRY_SINCE_CHANGED;
            const enum entry_since least = (enum entry_since)(first < second ? first : second);
            assert_int_equal(
                hit_on(candidates, 2, ENTRY_SINCE_UNKNOWN), needed ? REASON_BAD_VALUE : REASON_DONE);
            /* A word that no candidate bears out is not recorded as another one. */
            const bool wrong =
                least == ENTRY_SINCE_SAME && second != ENTRY_SINCE_GONE && first != ENTRY_SINCE_GONE;
            assert_int_equal(hit_on(candidates, 2, ENTRY_SINCE_GONE) == REASON_BAD_VALUE,
                wrong || (needed && least != ENTRY_SINCE_GONE));
            if (!needed)
                continue;
            assert_int_equal(hit_on(candidates, 2, ENTRY_SINCE_SAME), REASON_BAD_VALUE);
            assert_int_equal(hit_on(candidates, 2, least), REASON_DONE);
            assert_int_equal(course.seats[0].since, least);
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
        enum entry_since said;
        enum reason reason;
    } cases[] = {{2, ENTRY_SINCE_UNKNOWN, REASON_BAD_VALUE}, {2, ENTRY_SINCE_CHANGED, REASON_DONE},
        {1, ENTRY_SINCE_CHANGED, REASON_BAD_VALUE}, {1, ENTRY_SINCE_UNKNOWN, REASON_DONE},
        {3, ENTRY_SINCE_UNKNOWN, REASON_DONE}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        begin(NULL);
        made_seat(&of, &course, &olena, SEAT_COMPARISON, VERDICT_NONE);
        struct referral_act act = made_act(REFERRAL_GIVE_VERDICT, &olena);
        act.verdict = VERDICT_HIT;
        act.candidates = two;
        act.candidate_count = 2;
        act.shown.references = cases[i].references;
        act.said = cases[i].said;
        assert_int_equal(try(act), cases[i].reason);
        if (cases[i].reason == REASON_DONE)
            assert_int_equal(
                course.seats[0].since, cases[i].references == 2 ? ENTRY_SINCE_CHANGED : ENTRY_SINCE_SAME);
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
        cmocka_unit_test_setup(test_H5_who_looked_without_a_seat_is_remembered, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
