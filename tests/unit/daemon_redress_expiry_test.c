/* H6: a case of redress does not go by a clock that is wrong. */
#include "tests/unit/unit.h"

#include "base/day.h"
#include "daemon/redress/expiry.h"

#define DAY_MS INT64_C(86400000)
#define NOW    (20000 * DAY_MS)

/* A clock that is weeks ahead can still be right. By the time that nobody sets, or where that is not known, no look begins, which would need a journal. */
static void test_H6_no_case_goes_by_the_clock_alone(void **state)
{
    struct failure locked = {0};
    struct evidence evidence = {.locked = &locked};
    struct redress_expiry expiry = {.done_day = day_of_ms(NOW)};
    const struct store_guard store = {.believed_ms = NOW, .clock_gap_days = 31};
    (void)state;
    redress_expiry_look(&expiry, &evidence, &store, NOW + 20 * DAY_MS, 0);
    assert_false(expiry.running);
    redress_expiry_look(&expiry, &evidence, &store, NOW + 20 * DAY_MS, NOW + DAY_MS - 1);
    assert_false(expiry.running);
    assert_int_equal(expiry.done_day, day_of_ms(NOW));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_H6_no_case_goes_by_the_clock_alone)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
