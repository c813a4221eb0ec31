/* What a lock waits for, beside other work on the state that comes back meanwhile. */
#include "tests/unit/unit.h"

#include "daemon/guard.h"

static void on_changed(void *data)
{
    (*(unsigned *)data)++;
}

/* Two supervisors accept at once: the second one's refusal comes back while the start is being written. */
static void test_L7_an_accepted_anchor_serves_nobody_before_the_start_is_in_the_log(void **state)
{
    (void)state;
    unsigned changes = 0;
    char threads; /* those that compare are there already */
    const struct workers workers = {.search = (struct search_pool *)&threads};
    const struct store_guard agreed = {.anchored = true, .size = 7};
    struct guard guard = {.workers = &workers, .changed = on_changed, .data = &changes};
    failure_set(&guard.locked, REASON_ANCHOR_AHEAD, "anchor", NULL);
    guard_take(&guard, &agreed);
    assert_int_equal(guard.locked.reason, REASON_ANCHOR_AHEAD);
    guard.begun = true;
    guard_take(&guard, &agreed);
    assert_int_equal(guard.locked.reason, REASON_DONE);
    assert_int_equal(changes, 2);
}

/* What was altered nobody can accept. */
static void test_L10_an_altered_state_stays_locked_whatever_its_anchor_says(void **state)
{
    (void)state;
    unsigned changes = 0;
    const struct workers workers = {0};
    struct guard guard = {.workers = &workers, .changed = on_changed, .data = &changes, .begun = true};
    failure_set(&guard.locked, REASON_LOG_BROKEN, "log", NULL);
    guard_take(&guard, &(struct store_guard){.anchored = true});
    assert_int_equal(guard.locked.reason, REASON_LOG_BROKEN);
}

/* That a place was taken, or the last but some, is told to nobody by when identification stops: it does so at the next judgement. */
static void test_P6_places_run_out_and_come_back_at_their_own_time(void **state)
{
    (void)state;
    unsigned changes = 0;
    const struct workers workers = {0};
    struct guard guard = {
        .workers = &workers, .changed = on_changed, .data = &changes, .store = {.probe_slots_free = 1024}};
    guard_look(&guard, 5);
    assert_int_equal(guard_check_slots(&guard, NULL), REASON_DONE);
    guard.store.probe_slots_free = 100;
    guard_look(&guard, 4 + PLACES_JUDGED_MS);
    assert_int_equal(guard_check_slots(&guard, NULL), REASON_DONE);
    assert_int_equal(changes, 0);
    guard_look(&guard, 5 + PLACES_JUDGED_MS);
    assert_int_equal(guard_check_slots(&guard, NULL), REASON_REFERRALS_FULL);
    assert_int_equal(changes, 1);
    guard.store.probe_slots_free = 1024;
    guard_look(&guard, 4 + 2 * PLACES_JUDGED_MS);
    assert_int_equal(guard_check_slots(&guard, NULL), REASON_REFERRALS_FULL);
    guard_look(&guard, 5 + 2 * PLACES_JUDGED_MS);
    assert_int_equal(guard_check_slots(&guard, NULL), REASON_DONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_L7_an_accepted_anchor_serves_nobody_before_the_start_is_in_the_log),
        cmocka_unit_test(test_L10_an_altered_state_stays_locked_whatever_its_anchor_says),
        cmocka_unit_test(test_P6_places_run_out_and_come_back_at_their_own_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
