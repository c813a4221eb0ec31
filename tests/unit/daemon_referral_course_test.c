/* A referral is kept whole, and nothing else is read as one. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/referrals/course.h"
#include "store/probe_slot.h"
#include "tests/unit/referral_made.h"

static struct referral_case of;
static struct referral_course course;

static void assert_kept(void)
{
    struct referral_case read_of;
    struct referral_course read;
    size_t size, size_again;
    char *text = referral_course_text(&of, &course, &size);
    assert_non_null(text);
    assert_int_equal(referral_course_read(text, size, &read_of, &read, NULL), REASON_DONE);
    char *again = referral_course_text(&read_of, &read, &size_again);
    assert_non_null(again);
    assert_string_equal(again, text);
    assert_int_equal(read.state, course.state);
    assert_int_equal(read.outcome, course.outcome);
    assert_memory_equal(read.seats[0].verdict_salt, course.seats[0].verdict_salt, COMMIT_SALT_BYTES);
    assert_string_equal(read.seats[0].reason, course.seats[0].reason);
    assert_int_equal(read.seats[0].shown_kept, course.seats[0].shown_kept);
    assert_int_equal(read.seats[0].shown, course.seats[0].shown);
    assert_int_equal(read.seats[0].candidate, course.seats[0].candidate);
    assert_int_equal(read.overridden.candidate, course.overridden.candidate);
    assert_int_equal(read.former_count, course.former_count);
    assert_int_equal(read.former[1].saw_reference, course.former[1].saw_reference);
    free(text);
    free(again);
}

/* After each step on the longest way. */
static void test_H5_a_course_is_kept_whole(void **state)
{
    (void)state;
    const struct principal olena = made_person("olena", ROLE_EXAMINER),
                           taras = made_person("taras", ROLE_EXAMINER),
                           petro = made_person("petro", ROLE_PROTECTION_OFFICER),
                           sofia = made_person("sofia", ROLE_SUPERVISOR);
    of = made_case(ALERT_CATEGORY_WANTED_FOR_ARREST);
    course = made_course(&of, 2);
    assert_kept();
    const struct principal left[] = {made_person("anna", ROLE_EXAMINER), made_person("ihor", ROLE_EXAMINER)};
    for (size_t i = 0; i < 2; i++) {
        made_seat(&of, &course, &left[i], i == 0 ? SEAT_PROBE : SEAT_COMPARISON, VERDICT_NONE);
        assert_int_equal(made_simple(REFERRAL_GIVE_BACK, &of, &course, &left[i]), REASON_DONE);
        assert_kept();
    }
    made_seat(&of, &course, &olena, SEAT_COMPARISON, VERDICT_NONE);
    assert_kept();
    struct referral_act act = made_act(REFERRAL_GIVE_VERDICT, &olena);
    act.verdict = VERDICT_HIT;
    act.candidates = (const struct referral_standing[64]){0};
    act.candidate_count = 64;
    act.candidate = 64;
    act.shown.references = UINT64_C(1) << 63 | 1;
    memset(act.salt, 0xa5, sizeof act.salt);
    assert_int_equal(referral_act_apply(&of, &course, &act, NULL), REASON_DONE);
    assert_kept();
    assert_true(course.seats[0].shown_kept && course.seats[0].shown == act.shown.references);
    course.seats[0].shown_kept = false; /* as an older kordond kept it */
    course.seats[0].shown = 0;
    course.seats[0].candidate = 0;
    assert_kept();
    made_seat(&of, &course, &taras, SEAT_PROBE, VERDICT_NONE);
    assert_int_equal(made_simple(REFERRAL_CLAIM_PROTECTION, &of, &course, &taras), REASON_DONE);
    assert_kept();
    made_seat(&of, &course, &petro, SEAT_DONE, VERDICT_FALSE_POSITIVE);
    assert_kept();
    for (int kind = REFERRAL_OVERRIDE; kind <= REFERRAL_CORRECT; kind++) {
        act = made_act((enum referral_act_kind)kind, &sofia);
        act.verdict = kind == REFERRAL_OVERRIDE ? VERDICT_HIT : VERDICT_INCONCLUSIVE;
        act.candidate = kind == REFERRAL_OVERRIDE ? 2 : 0;
        assert_int_equal(referral_act_apply(&of, &course, &act, NULL), REASON_DONE);
        assert_kept();
    }
}

static struct referral_person numbered(const char *kind, unsigned number)
{
    const struct principal olena = made_person("olena", ROLE_EXAMINER);
    struct referral_person person = referral_person_of(&olena);
    snprintf(person.identity, sizeof person.identity, "person:%s%u", kind, number);
    snprintf(person.name, sizeof person.name, "%s%u", kind, number);
    return person;
}

/* However many had a part in it. */
static void test_P5_the_fullest_course_is_kept(void **state)
{
    (void)state;
    const struct principal olena = made_person("olena", ROLE_EXAMINER),
                           taras = made_person("taras", ROLE_EXAMINER);
    of = made_case(ALERT_CATEGORY_WANTED_FOR_ARREST);
    course = made_course(&of, 2);
    made_seat(&of, &course, &olena, SEAT_COMPARISON, VERDICT_NONE);
    made_seat(&of, &course, &taras, SEAT_COMPARISON, VERDICT_NONE);
    while (course.released_count < REFERRAL_RELEASED_MAX) {
        struct referral_released *released = &course.released[course.released_count++];
        released->seat = course.seats[0];
        released->seat.holder = numbered("gone", course.released_count);
        released->by = numbered("freed", course.released_count);
        assert_kept();
    }
    while (course.former_count < REFERRAL_FORMER_MAX) {
        course.former[course.former_count].person = numbered("left", course.former_count);
        course.former_count++;
        assert_kept();
    }
    while (course.looker_count < REFERRAL_LOOKERS_MAX) {
        course.lookers[course.looker_count] = numbered("looked", course.looker_count);
        course.looker_count++;
        assert_kept();
    }
}

/* --- The largest one */

#define FILL(text, character) (memset(text, character, sizeof(text) - 1), (text)[sizeof(text) - 1] = '\0')

/* Names and what people say hold no control characters: a quote is what takes most in the record. */
static struct referral_person longest_person(void)
{
    struct referral_person person = {.proof = PRINCIPAL_BY_CERTIFICATE};
    FILL(person.identity, '"');
    FILL(person.name, '"');
    return person;
}

static struct referral_seat longest_seat(void)
{
    struct referral_seat seat = {.phase = SEAT_DONE,
        .holder = longest_person(),
        .role = ROLE_PROTECTION_OFFICER,
        .taken_ms = INT64_C(1) << 52,
        .judged_ms = INT64_C(1) << 52,
        .done_ms = INT64_C(1) << 52,
        .judgement = PROBE_NOT_USABLE,
        .verdict = VERDICT_FALSE_POSITIVE,
        .since = ENTRY_SINCE_UNKNOWN};
    FILL(seat.judgement_words, '"');
    FILL(seat.reason, '"');
    return seat;
}

static struct referral_word longest_word(void)
{
    struct referral_word word = {
        .verdict = VERDICT_FALSE_POSITIVE, .by = longest_person(), .time_ms = INT64_C(1) << 52};
    FILL(word.reason, '"');
    return word;
}

static void fill_case(void)
{
    of = made_case(ALERT_CATEGORY_WANTED_FOR_ARREST);
    FILL(of.id, '0');
    of.time_ms = INT64_C(1) << 52;
    FILL(of.purpose, '"');
    FILL(of.legal_basis, '"');
    FILL(of.owner, '"');
    FILL(of.officer, '"');
    of.slot = PROBE_SLOTS_MAX - 1;
    of.entry_count = CLEARED_ENTRIES_MAX;
    for (size_t i = 0; i < of.entry_count; i++)
        of.entries[i].score = MATCHER_SCORE_MAX;
}

static void fill_course(void)
{
    course = made_course(&of, POLICY_EXAMINERS_MAX);
    course.state = REFERRAL_STATE_CORRECTED;
    for (size_t i = 0; i < POLICY_EXAMINERS_MAX; i++)
        course.seats[i] = longest_seat();
    for (; course.released_count < REFERRAL_RELEASED_MAX; course.released_count++)
        course.released[course.released_count] = (struct referral_released){longest_seat(), longest_person()};
    for (; course.former_count < REFERRAL_FORMER_MAX; course.former_count++)
        course.former[course.former_count].person = longest_person();
    for (; course.looker_count < REFERRAL_LOOKERS_MAX; course.looker_count++)
        course.lookers[course.looker_count] = longest_person();
    course.overridden = course.corrected = longest_word();
    course.outcome = VERDICT_FALSE_POSITIVE;
    course.outcome_ms = INT64_C(1) << 52;
    course.reports = UINT32_MAX;
}

/* Nobody's verdict is refused since those before him had long names, or said much: there is room for all that a course can hold. */
static void test_H2_the_longest_course_has_room_in_its_record(void **state)
{
    size_t size;
    (void)state;
    fill_case();
    fill_course();
    assert_kept();
    char *text = referral_course_text(&of, &course, &size);
    assert_non_null(text);
    assert_in_range(size, 1, CASE_RECORD_BYTES_MAX);
    free(text);
}

/* Cut anywhere, or with another word in it, it is no course. */
static void test_L7_what_is_no_course_is_refused(void **state)
{
    (void)state;
    static const char *const changes[][2] = {{"\"waiting\"", "\"hit\""},
        {"\"second_line\"", "\"secondline\""}, {"\"examiners\":2", "\"examiners\":3"},
        {"\"outcome\":\"none\"", "\"outcome\":\"hit\""}, {"\"phase\":\"probe\"", "\"phase\":\"done\""},
        {"\"phase\":\"probe\"", "\"phase\":\"free\""}, {"\"role\":\"examiner\"", "\"role\":\"auditor\""},
        {"\"verdict_salt\":\"00", "\"verdict_salt\":\"g0"},
        {"\"taken\"", "\"candidate\":\"01\",\"taken\""}, /* of no hit */
        {"\"taken\"", "\"candidate\":\"1\",\"taken\""}, {"\"taken\"", "\"shown\":\"00\",\"taken\""},
        {"\"taken\"", "\"shown\":\"000000000000000g\",\"taken\""}, {"\"reports\":0", "\"report\":0"}};
    const struct principal olena = made_person("olena", ROLE_EXAMINER);
    struct referral_case read_of;
    struct referral_course read;
    size_t size;
    of = made_case(ALERT_CATEGORY_WANTED_FOR_ARREST);
    course = made_course(&of, 2);
    made_seat(&of, &course, &olena, SEAT_PROBE, VERDICT_NONE);
    course.state = REFERRAL_STATE_WAITING;
    char *text = referral_course_text(&of, &course, &size);
    assert_non_null(text);
    assert_int_equal(referral_course_read(text, size, &read_of, &read, NULL), REASON_DONE);
    for (size_t i = 0; i < size; i++)
        assert_int_not_equal(referral_course_read(text, i, &read_of, &read, NULL), REASON_DONE);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        const char *at = strstr(text, changes[i][0]);
        char *changed;
        assert_non_null(at);
        assert_true(asprintf(&changed, "%.*s%s%s", (int)(at - text), text, changes[i][1],
                        at + strlen(changes[i][0])) > 0);
        assert_int_not_equal(
            referral_course_read(changed, strlen(changed), &read_of, &read, NULL), REASON_DONE);
        free(changed);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_H5_a_course_is_kept_whole),
        cmocka_unit_test(test_P5_the_fullest_course_is_kept),
        cmocka_unit_test(test_H2_the_longest_course_has_room_in_its_record),
        cmocka_unit_test(test_L7_what_is_no_course_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
