/* The memory of matches is had long before they are: nothing in /proc follows a discreet one (P6). */
#include "tests/unit/unit.h"

#include <string.h>
#include <sys/resource.h>

#include "daemon/referrals/referrals.h"
#include "tests/support/failing_memory.h"

#define MANY (MATCH_BLOCK + MATCH_SPARE)

static struct match_memory memory;
static struct referral_match *taken[2 * MANY];

static int begin(void **state)
{
    (void)state;
    failing_memory_set(-1);
    memory = (struct match_memory){0};
    return 0;
}

static int end(void **state)
{
    (void)state;
    failing_memory_set(-1);
    match_memory_finish(&memory);
    return 0;
}

static enum reason take(size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++)
        TRY(match_memory_take(&memory, &taken[i], NULL));
    return REASON_DONE;
}

static void test_P6_a_match_takes_no_memory_that_was_not_there_before(void **state)
{
    (void)state;
    assert_int_equal(match_memory_look(&memory, 0, NULL), REASON_DONE);
    failing_memory_set(0);
    assert_int_equal(take(0, MATCH_SPARE), REASON_DONE);
    assert_int_equal(match_memory_look(&memory, MATCH_BLOCK - 2 * MATCH_SPARE, NULL), REASON_DONE);
    assert_false(failing_memory_has_failed());
    assert_int_equal(match_memory_look(&memory, MATCH_BLOCK, NULL), REASON_NO_MEMORY);
    assert_int_equal(take(MATCH_SPARE, MATCH_BLOCK - MATCH_SPARE), REASON_DONE);
}

static long pages_touched(void)
{
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_minflt;
}

/* All of it was touched, so that no page of it is new to the process when a match comes. */
static void test_P6_the_memory_of_matches_is_touched_when_it_is_had(void **state)
{
    (void)state;
    assert_int_equal(match_memory_look(&memory, 0, NULL), REASON_DONE);
    assert_int_equal(memory.spare_count, MATCH_BLOCK);
    const long before = pages_touched();
    assert_int_equal(take(0, MATCH_BLOCK), REASON_DONE);
    for (size_t i = 0; i < MATCH_BLOCK; i++)
        memset(taken[i], 1, sizeof *taken[i]);
    assert_true(pages_touched() - before < MATCH_BLOCK);
}

static void test_A8_more_than_there_is_memory_for_gets_more(void **state)
{
    (void)state;
    assert_int_equal(take(0, MANY), REASON_DONE);
    for (size_t i = 0; i < MANY; i++)
        for (size_t j = 0; j < i; j++)
            assert_ptr_not_equal(taken[i], taken[j]);
    assert_int_equal(take(MANY, 2 * MATCH_BLOCK - MANY), REASON_DONE);
    assert_int_equal(memory.spare_count, 0);
    failing_memory_set(0);
    struct referral_match *none;
    assert_int_equal(match_memory_take(&memory, &none, NULL), REASON_NO_MEMORY);
    assert_null(none);
}

static void test_M2_what_is_given_back_is_wiped_and_had_again(void **state)
{
    (void)state;
    static const struct referral_match zeroed;
    assert_int_equal(take(0, 1), REASON_DONE);
    struct referral_match *before = taken[0];
    memset(before, 1, sizeof *before);
    before->count = 0;
    match_memory_give_back(&memory, before);
    failing_memory_set(0);
    assert_int_equal(take(0, 1), REASON_DONE);
    assert_ptr_equal(taken[0], before);
    assert_memory_equal(before, &zeroed, sizeof zeroed);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_P6_a_match_takes_no_memory_that_was_not_there_before),
        TEST(test_P6_the_memory_of_matches_is_touched_when_it_is_had),
        TEST(test_A8_more_than_there_is_memory_for_gets_more),
        TEST(test_M2_what_is_given_back_is_wiped_and_had_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
