/* H6: whom the traveller was told apart from is no candidate any more; and nobody else is cleared with him. */
#include "tests/unit/unit.h"

#include <string.h>

#include "base/day.h"
#include "daemon/transactions/clearing.h"

#define DAY_MS INT64_C(86400000)
#define TODAY  20000

/* All that speaks for clearing. */
struct cleared_traveller {
    struct cleared_pair pair;
    uint8_t document[CASE_RECORD_KEY_BYTES], entry[DIGEST_BYTES];
    struct watchlist_id candidate;
    struct clearing_question question;
};

static void set_up(struct cleared_traveller *traveller)
{
    static const uint8_t template[] = {1};
    *traveller = (struct cleared_traveller){.pair = {.since_ms = (TODAY - 10) * DAY_MS,
                                                .until_days = {TODAY - 1, TODAY},
                                                .scores = {0, 45},
                                                .entry_count = 2,
                                                .fingers = {{FINGER_RIGHT_INDEX, template, 1}},
                                                .finger_count = 1}};
    memset(traveller->document, 0x11, sizeof traveller->document);
    memset(traveller->entry, 0x22, sizeof traveller->entry);
    memset(&traveller->candidate, 0x33, sizeof traveller->candidate);
    memcpy(traveller->pair.document, traveller->document, sizeof traveller->document);
    memcpy(traveller->pair.entries[1].digest, traveller->entry, sizeof traveller->entry);
    traveller->pair.entries[1].id = traveller->candidate;
    traveller->question = (struct clearing_question){.document = traveller->document,
        .pair = &traveller->pair,
        .candidate = &traveller->candidate,
        .entry = traveller->entry,
        .candidate_score = 45,
        .today = TODAY,
        .consent = {.threshold_known = true, .threshold = 30, .score = 46, .probes = 1, .agreeing = 1}};
}

/* --- What speaks against it, each by itself */

static void no_pair(struct cleared_traveller *traveller)
{
    traveller->question.pair = NULL;
}

static void no_document(struct cleared_traveller *traveller)
{
    traveller->question.document = NULL;
}

static void other_document(struct cleared_traveller *traveller)
{
    traveller->document[31] ^= 1;
}

static void other_entry(struct cleared_traveller *traveller)
{
    traveller->candidate.bytes[15] ^= 1;
}

static void changed_entry(struct cleared_traveller *traveller)
{
    traveller->entry[31] ^= 1;
}

static void unknown_entry(struct cleared_traveller *traveller)
{
    traveller->question.entry = NULL;
}

static void passed_day(struct cleared_traveller *traveller)
{
    traveller->pair.until_days[0] = TODAY;
    traveller->pair.until_days[1] = TODAY - 1;
}

static void clock_put_back(struct cleared_traveller *traveller)
{
    traveller->pair.since_ms = (TODAY + 1) * DAY_MS;
}

static void no_consent(struct cleared_traveller *traveller)
{
    traveller->pair.finger_count = 0;
}

static void doubtful_sample(struct cleared_traveller *traveller)
{
    traveller->question.doubtful = true;
}

static void not_compared(struct cleared_traveller *traveller)
{
    traveller->question.consent = (struct consent_comparison){.threshold_known = true};
}

static void one_finger_more(struct cleared_traveller *traveller)
{
    traveller->question.consent.probes++;
}

static void other_finger(struct cleared_traveller *traveller)
{
    traveller->question.consent.swapped = 1;
}

static void no_threshold(struct cleared_traveller *traveller)
{
    traveller->question.consent.threshold_known = false;
}

static void other_person(struct cleared_traveller *traveller)
{
    traveller->question.consent.threshold = traveller->question.consent.score;
}

static void more_than_was_judged(struct cleared_traveller *traveller)
{
    traveller->pair.scores[0] = MATCHER_SCORE_MAX;
    traveller->pair.scores[1] = 35;
}

static void as_much_the_wanted(struct cleared_traveller *traveller)
{
    traveller->question.candidate_score = traveller->question.consent.score;
}

static const struct {
    void (*speaks)(struct cleared_traveller *traveller);
    enum clearing clearing;
} against[] = {{no_pair, CLEARING_NO_PAIR}, {no_document, CLEARING_DOCUMENT},
    {other_document, CLEARING_DOCUMENT}, {other_entry, CLEARING_REFERENCE},
    {changed_entry, CLEARING_ENTRY_CHANGED}, {unknown_entry, CLEARING_ENTRY_CHANGED},
    {passed_day, CLEARING_DAY}, {clock_put_back, CLEARING_DAY}, {no_consent, CLEARING_NO_CONSENT},
    {doubtful_sample, CLEARING_DOUBTFUL}, {not_compared, CLEARING_FINGER}, {one_finger_more, CLEARING_FINGER},
    {other_finger, CLEARING_FINGER}, {no_threshold, CLEARING_SCORE}, {other_person, CLEARING_SCORE},
    {as_much_the_wanted, CLEARING_SCORE}, {more_than_was_judged, CLEARING_SCORE}};
#define AGAINST (sizeof against / sizeof against[0])

static void test_H6_the_cleared_person_is_not_referred_again(void **state)
{
    (void)state;
    struct cleared_traveller traveller;
    set_up(&traveller);
    assert_int_equal(clearing_judge(&traveller.question), CLEARING_DONE);
    traveller.pair.since_ms = TODAY * DAY_MS; /* on its first day as on its last */
    assert_int_equal(clearing_judge(&traveller.question), CLEARING_DONE);
}

static void test_H6_each_thing_that_is_another_one_clears_nobody(void **state)
{
    (void)state;
    for (size_t i = 0; i < AGAINST; i++) {
        struct cleared_traveller traveller;
        set_up(&traveller);
        against[i].speaks(&traveller);
        assert_int_equal(clearing_judge(&traveller.question), against[i].clearing);
    }
}

/* Nothing makes up for what speaks against it: of all combinations the empty one alone clears, and the first that applies is said. */
static void test_H6_no_combination_of_what_speaks_against_it_clears(void **state)
{
    (void)state;
    for (uint32_t chosen = 1; chosen < 1u << AGAINST; chosen++) {
        struct cleared_traveller traveller;
        enum clearing first = CLEARING_DONE;
        set_up(&traveller);
        for (size_t i = 0; i < AGAINST; i++) {
            if ((chosen >> i & 1) == 0)
                continue;
            against[i].speaks(&traveller);
            if (against[i].clearing < first)
                first = against[i].clearing;
        }
        enum clearing judged = clearing_judge(&traveller.question);
        assert_int_not_equal(judged, CLEARING_DONE);
        assert_int_equal(judged, first);
    }
}

/* Of the scores only those clear that are above both. */
static void test_H6_only_who_is_nearer_to_the_cleared_than_to_the_wanted_is_cleared(void **state)
{
    (void)state;
    struct cleared_traveller traveller;
    set_up(&traveller);
    struct clearing_question *question = &traveller.question;
    traveller.pair.scores[1] = MATCHER_SCORE_MAX - 1;
    for (matcher_score score = 0; score <= MATCHER_SCORE_MAX; score++) {
        for (matcher_score wanted = 0; wanted <= MATCHER_SCORE_MAX; wanted++) {
            question->consent.score = score;
            question->candidate_score = wanted;
            assert_int_equal(clearing_judge(question),
                score > question->consent.threshold && score > wanted ? CLEARING_DONE : CLEARING_SCORE);
        }
    }
}

/* The same finger varies: by a quarter, and not by more; and never past how far he agrees with his own template. */
static void test_H6_a_quarter_above_what_people_judged_is_still_what_they_judged(void **state)
{
    (void)state;
    struct cleared_traveller traveller;
    set_up(&traveller);
    traveller.question.consent.score = MATCHER_SCORE_MAX;
    for (matcher_score judged = 0; judged < MATCHER_SCORE_MAX; judged++)
        for (matcher_score now = 0; now < MATCHER_SCORE_MAX; now++) {
            traveller.pair.scores[1] = judged;
            traveller.question.candidate_score = now;
            assert_int_equal(clearing_judge(&traveller.question),
                now <= judged + judged / 4 ? CLEARING_DONE : CLEARING_SCORE);
        }
    traveller.pair.scores[1] = 40;
    traveller.question.candidate_score = 50;
    traveller.question.consent.score = 50;
    assert_int_equal(clearing_judge(&traveller.question), CLEARING_SCORE);
}

/* Nor would he who is sought by a finger of his own, in a crossing in which he agrees with the entry a little less. */
static void test_H6_where_the_scale_ended_nobody_is_told_apart(void **state)
{
    (void)state;
    struct cleared_traveller traveller;
    set_up(&traveller);
    traveller.question.consent.score = MATCHER_SCORE_MAX;
    traveller.pair.scores[1] = MATCHER_SCORE_MAX;
    for (matcher_score now = 0; now <= MATCHER_SCORE_MAX; now++) {
        traveller.question.candidate_score = now;
        assert_int_equal(clearing_judge(&traveller.question), CLEARING_SCORE);
    }
}

static void test_H6_each_outcome_has_a_word_of_its_own(void **state)
{
    (void)state;
    for (unsigned i = 0; i <= CLEARING_DONE; i++)
        for (unsigned j = 0; j < i; j++)
            assert_string_not_equal(clearing_name((enum clearing)i), clearing_name((enum clearing)j));
    assert_string_equal(clearing_name((enum clearing)(CLEARING_DONE + 1)), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_H6_the_cleared_person_is_not_referred_again),
        cmocka_unit_test(test_H6_each_thing_that_is_another_one_clears_nobody),
        cmocka_unit_test(test_H6_no_combination_of_what_speaks_against_it_clears),
        cmocka_unit_test(test_H6_only_who_is_nearer_to_the_cleared_than_to_the_wanted_is_cleared),
        cmocka_unit_test(test_H6_a_quarter_above_what_people_judged_is_still_what_they_judged),
        cmocka_unit_test(test_H6_where_the_scale_ended_nobody_is_told_apart),
        cmocka_unit_test(test_H6_each_outcome_has_a_word_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
