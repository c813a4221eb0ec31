#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/measure/evaluation.h"

#define FINGERS     12
#define IMPRESSIONS 4
#define PRINTS      (FINGERS * IMPRESSIONS)

/* A set of names without templates, and all its pairs with scores of the test's choice. */
struct fixture {
    struct print_set set;
    struct pair_list list;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    fixture->set.count = PRINTS;
    fixture->set.prints = calloc(PRINTS, sizeof *fixture->set.prints);
    assert_non_null(fixture->set.prints);
    for (uint32_t i = 0; i < PRINTS; i++) {
        assert_true(asprintf(&fixture->set.prints[i].finger, "%02u", i / IMPRESSIONS) > 0);
        assert_true(asprintf(&fixture->set.prints[i].name, "%02u_%u", i / IMPRESSIONS, i % IMPRESSIONS) > 0);
    }
    struct failure failure;
    assert_int_equal(pair_list_all(&fixture->list, &fixture->set, &failure), REASON_DONE);
    for (size_t i = 0; i < fixture->list.count; i++)
        fixture->list.pairs[i].with_flow = true;
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    pair_list_finish(&fixture->list);
    print_set_finish(&fixture->set);
    free(fixture);
    return 0;
}

/* Below what calibrations take for evidence, and far above it. */
#define LOW_RAW  500
#define HIGH_RAW 1000000

static void give_scores(struct fixture *fixture)
{
    for (size_t i = 0; i < fixture->list.count; i++) {
        struct measure_pair *pair = &fixture->list.pairs[i];
        pair->raw = pair->mated ? HIGH_RAW : LOW_RAW + (int32_t)(i % 100);
    }
}

static struct measure_pair *pair_of(struct fixture *fixture, uint32_t a, uint32_t b)
{
    for (size_t i = 0; i < fixture->list.count; i++)
        if (fixture->list.pairs[i].probe == a && fixture->list.pairs[i].reference == b)
            return &fixture->list.pairs[i];
    return NULL;
}

static struct trials take_trials(struct fixture *fixture)
{
    struct trials trials;
    struct failure failure;
    assert_int_equal(trials_of(&trials, &fixture->set, &fixture->list, &failure), REASON_DONE);
    return trials;
}

/* Q4: the counts are those of the pairs, and of the pairs of fingers they come from. */
static void test_Q4_trials_are_counted(void **state)
{
    struct fixture *fixture = *state;
    give_scores(fixture);
    struct trials trials = take_trials(fixture);
    assert_int_equal(trials.finger_count, FINGERS);
    assert_int_equal(trials.mated_count, FINGERS * 6);
    assert_int_equal(trials.non_mated_count, FINGERS * (FINGERS - 1) / 2 * IMPRESSIONS * IMPRESSIONS);
    assert_int_equal(trials.finger_pairs, FINGERS * (FINGERS - 1) / 2);
    trials_finish(&trials);
}

/* Q4: where no error was seen, the upper bound is 3 divided by the trials, and said to be that. */
static void test_Q4_no_error_is_bounded_by_the_rule_of_three(void **state)
{
    struct fixture *fixture = *state;
    give_scores(fixture);
    struct trials trials = take_trials(fixture);
    struct verification_rates rates;
    struct failure failure;
    assert_int_equal(measure_verification(&rates, &trials, &failure), REASON_DONE);
    assert_true(rates.eer.rate == 0 && rates.eer.rule_of_three);
    assert_true(rates.fnmr_at_fmr[3].errors == 0 && rates.fnmr_at_fmr[3].rule_of_three);
    assert_true(fabs(rates.fnmr_at_fmr[3].high - 3.0 / (double)trials.mated_count) < 1e-12);
    assert_true(rates.fmr_at_score[5].rule_of_three);
    assert_true(fabs(rates.fmr_at_score[5].high - 3.0 / (double)trials.non_mated_count) < 1e-12);
    trials_finish(&trials);
}

/* Q4: one finger's false non-matches are counted, and bounded by drawing fingers: it may be drawn not at all or
 * several times, so the bounds reach from 0 to several times its share. The same each time. */
static void test_Q4_bounds_come_from_drawing_fingers(void **state)
{
    struct fixture *fixture = *state;
    give_scores(fixture);
    for (uint32_t a = 0; a < IMPRESSIONS; a++)
        for (uint32_t b = a + 1; b < IMPRESSIONS; b++)
            pair_of(fixture, a, b)->raw = 0;
    struct trials trials = take_trials(fixture);
    struct verification_rates rates, again;
    struct failure failure;
    assert_int_equal(measure_verification(&rates, &trials, &failure), REASON_DONE);
    const struct bounded_rate *zero = &rates.fnmr_at_fmr[3];
    assert_int_equal(zero->errors, 6);
    assert_false(zero->rule_of_three);
    assert_true(fabs(zero->rate - 1.0 / FINGERS) < 1e-12);
    assert_true(zero->low == 0);
    assert_true(zero->high >= 3.0 / FINGERS - 1e-9 && zero->high <= 4.0 / FINGERS + 1e-9);
    assert_int_equal(measure_verification(&again, &trials, &failure), REASON_DONE);
    assert_memory_equal(&rates, &again, sizeof rates);
    trials_finish(&trials);
}

/* Q4: rates agree with those of `accuracy`, which counts them another way. */
static void test_Q4_rates_agree_with_accuracy(void **state)
{
    struct fixture *fixture = *state;
    give_scores(fixture);
    uint32_t random = 5;
    for (size_t i = 0; i < fixture->list.count; i++) {
        random = random * 1664525u + 1013904223u;
        fixture->list.pairs[i].raw = (int32_t)(random >> 20) * (fixture->list.pairs[i].mated ? 5 : 2);
    }
    struct trials trials = take_trials(fixture);
    struct verification_rates rates;
    struct error_rates other;
    struct mean_rates means;
    struct failure failure;
    assert_int_equal(measure_verification(&rates, &trials, &failure), REASON_DONE);
    assert_int_equal(error_rates_of(&other, &fixture->list, &failure), REASON_DONE);
    assert_int_equal(measure_means(&means, &trials, 1, &failure), REASON_DONE);
    assert_true(fabs(rates.eer.rate - other.eer) < 1e-12);
    assert_true(fabs(rates.fnmr_at_fmr[0].rate - other.fmr100) < 1e-12);
    assert_true(fabs(rates.fnmr_at_fmr[1].rate - other.fmr1000) < 1e-12);
    assert_true(fabs(rates.fnmr_at_fmr[3].rate - other.zero_fmr) < 1e-12);
    assert_true(fabs(means.eer.rate - other.eer) < 1e-12);
    assert_true(rates.eer.low <= rates.eer.rate && rates.eer.rate <= rates.eer.high);
    trials_finish(&trials);
}

/* Q4: the curve falls in FMR as FNMR rises, and ends at the first threshold without a false match. */
static void test_Q4_curve_ends_without_a_false_match(void **state)
{
    struct fixture *fixture = *state;
    give_scores(fixture);
    pair_of(fixture, 0, 1)->raw = 12000;
    pair_of(fixture, 0, 2)->raw = 12000;
    pair_of(fixture, 4, 5)->raw = 13000;
    pair_of(fixture, 0, 4)->raw = 14000;
    struct trials trials = take_trials(fixture);
    struct det_point *points;
    size_t count;
    struct failure failure;
    assert_int_equal(det_points_of(&trials, &points, &count, &failure), REASON_DONE);
    assert_int_equal(count, 3);
    assert_true(points[0].fnmr == 0 && points[0].fmr > 0);
    assert_true(fabs(points[1].fnmr - 2.0 / (double)trials.mated_count) < 1e-12);
    assert_true(fabs(points[2].fnmr - 3.0 / (double)trials.mated_count) < 1e-12);
    assert_true(points[2].fmr == 0);
    free(points);
    trials_finish(&trials);
}

/* Q4: a stranger above the threshold is a false positive of every search whose list holds him; a mate below
 * another finger is missed at the first place. */
static void test_Q4_searches_count_positives_and_misses(void **state)
{
    struct fixture *fixture = *state;
    give_scores(fixture);
    struct identification_rates rates;
    struct failure failure;
    assert_int_equal(measure_identification(&rates, &fixture->set, &fixture->list, &failure), REASON_DONE);
    assert_int_equal(rates.list_fingers, FINGERS - 1);
    assert_int_equal(rates.non_mated_searches, PRINTS * IMPRESSIONS);
    assert_int_equal(rates.mated_searches, PRINTS * (IMPRESSIONS - 1));
    assert_int_equal(rates.open[0].fpir.errors, 0);
    assert_int_equal(rates.not_first.errors, 0);

    /* Prints 0_0 and 1_0 resemble each other more than 0_0 and 0_1 do, which are not alike at all. */
    pair_of(fixture, 0, 4)->raw = HIGH_RAW;
    pair_of(fixture, 0, 1)->raw = 0;
    assert_int_equal(measure_identification(&rates, &fixture->set, &fixture->list, &failure), REASON_DONE);
    assert_int_equal(rates.open[0].fpir.errors, 2);
    assert_int_equal(rates.open[0].fnir.errors, 2);
    assert_true(rates.not_first.errors >= 2);
}

/* Without one kind of pairs there is nothing to tell: refused. */
static void test_Q4_one_kind_of_pairs_is_refused(void **state)
{
    struct fixture *fixture = *state;
    give_scores(fixture);
    struct trials trials = take_trials(fixture);
    struct verification_rates rates;
    struct mean_rates means;
    struct failure failure;
    trials.non_mated_count = 0;
    assert_int_equal(measure_verification(&rates, &trials, &failure), REASON_BAD_ARGUMENT);
    assert_int_equal(measure_means(&means, &trials, 1, &failure), REASON_BAD_ARGUMENT);
    trials_finish(&trials);
}

/* A draw has as many fingers as there are, and no finger is favoured. */
static void test_draws_are_whole_and_fair(void **state)
{
    (void)state;
    uint64_t random = 1;
    uint32_t weights[FINGERS], sums[FINGERS] = {0};
    for (int i = 0; i < 10000; i++) {
        uint32_t sum = 0;
        draw_fingers(&random, weights, FINGERS);
        for (uint32_t f = 0; f < FINGERS; f++) {
            sum += weights[f];
            sums[f] += weights[f];
        }
        assert_int_equal(sum, FINGERS);
    }
    for (uint32_t f = 0; f < FINGERS; f++)
        assert_in_range(sums[f], 9500, 10500);
}

/* A set is called by the last two parts of its path, however that is written. */
static void test_Q4_a_set_has_the_name_of_its_folder(void **state)
{
    (void)state;
    char name[SET_NAME_SIZE], path[3 * SET_NAME_SIZE];
    static const char *const cases[][2] = {{"/var/data/fvc2002/db1_b", "fvc2002/db1_b"},
        {"/var/data/fvc2002/db1_b//", "fvc2002/db1_b"}, {"fvc2002/db1_b", "fvc2002/db1_b"},
        {"db1_b", "db1_b"}, {"/db1_b", "/db1_b"}, {"/", "/"}, {"", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        print_set_name(cases[i][0], name);
        assert_string_equal(name, cases[i][1]);
    }
    memset(path, 'a', sizeof path);
    path[sizeof path - 1] = '\0';
    print_set_name(path, name);
    assert_int_equal(strlen(name), SET_NAME_SIZE - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_Q4_trials_are_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_Q4_no_error_is_bounded_by_the_rule_of_three, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_Q4_bounds_come_from_drawing_fingers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_Q4_rates_agree_with_accuracy, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_Q4_curve_ends_without_a_false_match, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_Q4_searches_count_positives_and_misses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_Q4_one_kind_of_pairs_is_refused, set_up, tear_down),
        cmocka_unit_test(test_draws_are_whole_and_fair),
        cmocka_unit_test(test_Q4_a_set_has_the_name_of_its_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
