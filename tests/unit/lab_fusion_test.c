#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/fusion.h"

#define IMPRESSIONS 3
#define NAME_BYTES  16

struct fixture {
    struct print_set set;
    struct pair_list list;
};

/* people persons of fingers fingers each, named person-finger, or with one person finger alone. Mated pairs reach
 * the scale's end, others nothing; the index fingers of the first two people resemble each other. */
static struct fixture make(uint32_t people, uint32_t fingers, bool named)
{
    struct fixture fixture = {0};
    fixture.set.prints = calloc(people * fingers * IMPRESSIONS, sizeof(struct set_print));
    for (uint32_t p = 0; p < people; p++)
        for (uint32_t f = 0; f < fingers; f++)
            for (uint32_t i = 0; i < IMPRESSIONS; i++) {
                struct set_print *print = &fixture.set.prints[fixture.set.count++];
                print->finger = calloc(1, NAME_BYTES);
                snprintf(print->finger, NAME_BYTES, named ? "%u-%u" : "%u%u", p % 10, f % 10);
            }
    assert_int_equal(pair_list_all(&fixture.list, &fixture.set, NULL), REASON_DONE);
    for (size_t i = 0; i < fixture.list.count; i++) {
        struct measure_pair *pair = &fixture.list.pairs[i];
        uint32_t a = pair->probe / IMPRESSIONS, b = pair->reference / IMPRESSIONS;
        pair->with_flow = true;
        pair->raw = pair->mated || (a == 0 && b == fingers) ? INT32_MAX : 0;
    }
    return fixture;
}

static void finish(struct fixture *fixture)
{
    for (uint32_t i = 0; i < fixture->set.count; i++)
        free(fixture->set.prints[i].finger);
    free(fixture->set.prints);
    pair_list_finish(&fixture->list);
}

/* Two fingers of a person, in order and swapped; those of two people that share one look-alike finger. */
static void test_Q4_real_people_fuse(void **state)
{
    (void)state;
    struct fixture fixture = make(3, 3, true);
    struct fusion_rates rates;
    assert_int_equal(fusion_measure(&rates, &fixture.set, &fixture.list, NULL), REASON_DONE);
    assert_false(rates.virtual_people);
    assert_int_equal(rates.people, 3);
    assert_int_equal(rates.duos, 9);
    assert_int_equal(rates.fnmr40.errors, 0);
    assert_int_equal(rates.fnmr40.trials, 9 * 3);
    assert_int_equal(rates.said_in_order.errors, 0);
    assert_int_equal(rates.missed_swapped.errors, 0);
    assert_int_equal(rates.unsaid_swapped.errors, 0);
    /* 3 pairs of people, 9 pairs of duos each, 9 pairs of impressions; only 3 of a pair's duos have the same
     * positions. Of the first pair of people, 2 x 2 duos hold the look-alike finger; they meet it in one of the two
     * orders, at the same position in 2. */
    assert_int_equal(rates.fmr[FUSION_ANY_POSITIONS][0].trials, 3 * 9 * 2 * 9);
    assert_int_equal(rates.fmr[FUSION_SAME_POSITIONS][0].trials, 3 * 3 * 9);
    assert_int_equal(rates.fmr[FUSION_ANY_POSITIONS][0].errors, 4 * 9);
    assert_int_equal(rates.fmr[FUSION_SAME_POSITIONS][0].errors, 2 * 9);
    finish(&fixture);
}

/* Fingers without a person's name stand for people two by two; one person alone is refused. */
static void test_Q4_virtual_people_and_none(void **state)
{
    (void)state;
    struct fixture fixture = make(5, 1, false);
    struct fusion_rates rates;
    assert_int_equal(fusion_measure(&rates, &fixture.set, &fixture.list, NULL), REASON_DONE);
    assert_true(rates.virtual_people);
    assert_int_equal(rates.duos, 10);
    assert_int_equal(rates.fmr[FUSION_SAME_POSITIONS][0].trials, 0);
    assert_int_equal(rates.fmr[FUSION_ANY_POSITIONS][0].trials, 15 * 2 * 9);
    finish(&fixture);
    fixture = make(1, 5, true);
    assert_int_equal(fusion_measure(&rates, &fixture.set, &fixture.list, NULL), REASON_BAD_ARGUMENT);
    finish(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_Q4_real_people_fuse),
        cmocka_unit_test(test_Q4_virtual_people_and_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
