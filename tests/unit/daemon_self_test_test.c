/* Q5: the self-test passes where this build compares as it was proven to, and fails for each thing that is not as it was; what fails holds
 * capture, identification and verification until one passes and is recorded. */
#include <errno.h>

#include "daemon/self_test/self_test.h"
#include "json/memory.h"
#include "tests/unit/daemon_list_desk.h"

#define desk_mode (&desk->post.mode)
#define desk_test (&desk->post.mode.self_test)

#define HOUR_MS UINT64_C(3600000)

struct asked {
    struct self_test_waiter waiter; /* first: the waiter is the asked */
    unsigned told;
    uint64_t seq;
    enum self_test_outcome outcome;
    enum reason reason;
};

static void on_told(struct self_test_waiter *waiter, const struct self_test_result *result, uint64_t seq,
    const struct failure *failure)
{
    struct asked *asked = (struct asked *)waiter;
    asked->told++;
    asked->seq = seq;
    asked->outcome = result->outcome;
    asked->reason = failure != NULL ? failure->reason : REASON_DONE;
}

static enum reason ask(struct asked *asked)
{
    const struct self_test_request request = {.trigger = SELF_TEST_ON_DEMAND,
        .principal = &desk->supervisor,
        .role = ROLE_SUPERVISOR,
        .officer = "anna"};
    *asked = (struct asked){.waiter.told = on_told};
    return self_test_begin(desk_test, &request, &asked->waiter, NULL);
}

/* What it found, whether it could be recorded or not. */
static enum self_test_outcome run(void)
{
    struct asked asked;
    size_t locked_before = locked_memory_total();
    assert_int_equal(ask(&asked), REASON_DONE);
    assert_true(desk_test->running);
    desk_until(asked.told > 0);
    desk_rest();
    assert_int_equal(asked.told, 1);
    assert_false(desk_test->running);
    assert_int_equal(locked_memory_total(), locked_before);
    return asked.outcome;
}

static bool is_held(void)
{
    struct failure failure = {0};
    enum reason reason = mode_check_capture(desk_mode, &failure);
    assert_true(reason == failure.reason && (reason == REASON_DONE || reason == REASON_SELF_TEST_FAILED));
    assert_true((reason != REASON_DONE) == desk_mode->degraded.rows[DEGRADED_SELF_TEST_FAILED].on);
    assert_true(reason == REASON_DONE || desk_mode->word != MODE_ARMED);
    return reason != REASON_DONE;
}

static const char *detail(void)
{
    return desk_test->last.why.detail;
}

/* --- A set of the test's own, of which something is not as it was proven */

static struct self_test_print prints[SELF_TEST_PRINTS_MAX];
static struct self_test_pair pairs[SELF_TEST_PAIRS_MAX];
static struct self_test_set set;

static void take_own_set(void)
{
    set = *self_test_built_in();
    memcpy(prints, set.prints, set.print_count * sizeof prints[0]);
    memcpy(pairs, set.pairs, set.pair_count * sizeof pairs[0]);
    set.prints = prints;
    set.pairs = pairs;
    desk_test->set = &set;
}

static size_t count_pairs(bool passed)
{
    size_t count = 0;
    for (size_t i = 0; i < desk_test->set->pair_count; i++)
        count += desk_test->last.pairs[i].passed == passed;
    return count;
}

/* --- */

static void test_Q5_this_build_compares_as_it_was_proven_to(void **state)
{
    (void)state;
    assert_int_equal(run(), SELF_TEST_PASSED);
    assert_false(is_held());
    const struct self_test_result *last = &desk_test->last;
    size_t mated = 0;
    for (size_t i = 0; i < last->set->pair_count; i++) {
        mated += last->set->pairs[i].mated;
        assert_true((last->pairs[i].score >= last->threshold) == last->set->pairs[i].mated);
        /* On this machine to the point: the manifest is made anew when the matcher changes. */
        assert_int_equal(last->pairs[i].score, last->set->pairs[i].proven);
    }
    assert_true(mated >= 4 && mated < last->set->pair_count);
    json_t *body = desk_newest(LOG_EVENT_SELF_TEST);
    assert_string_equal(json_string_value(json_object_get(body, "result")), "passed");
    assert_string_equal(json_string_value(json_object_get(body, "actor")), "user:chief");
    assert_string_equal(json_string_value(json_object_get(body, "officer")), "anna");
    assert_string_equal(json_string_value(json_object_get(body, "trigger")), "demand");
    assert_string_equal(json_string_value(json_object_get(body, "prints_sha256")), last->set->hash);
    assert_string_equal(json_string_value(json_object_get(body, "kernels")), matcher_kernel_level());
    assert_int_equal(json_array_size(json_object_get(body, "pairs")), last->set->pair_count);
    json_decref(body);
}

/* Who exchanges a print is found out, whatever it scores; its pairs are compared with nothing. */
static void test_Q5_an_exchanged_print_is_found_out(void **state)
{
    (void)state;
    take_own_set();
    prints[0].bytes = prints[1].bytes; /* another impression of the same finger: it would match */
    prints[0].size = prints[1].size;
    assert_int_equal(run(), SELF_TEST_FAILS);
    assert_non_null(strstr(detail(), "print 1_1 is not the one"));
    assert_false(desk_test->last.prints[0].enrolled);
    for (size_t i = 0; i < set.pair_count; i++)
        assert_true(desk_test->last.pairs[i].compared == (pairs[i].probe != 0 && pairs[i].reference != 0));
    assert_true(is_held());
    desk_test->set = self_test_built_in();
    assert_int_equal(run(), SELF_TEST_PASSED);
    assert_false(is_held());
}

static void test_Q5_a_score_that_is_not_the_proven_one_fails(void **state)
{
    (void)state;
    take_own_set();
    pairs[0].proven -= 6;
    assert_int_equal(run(), SELF_TEST_PASSED);
    pairs[0].proven -= 1;
    assert_int_equal(run(), SELF_TEST_FAILS);
    assert_int_equal(count_pairs(false), 1);
    assert_non_null(strstr(detail(), "prints 1_1 and 1_2, of one finger"));
    assert_true(is_held());
}

/* A matcher that takes everybody for everybody, or nobody for anybody, as the threshold would have it. */
static void test_Q5_a_threshold_that_lets_all_or_none_match_fails(void **state)
{
    (void)state;
    double *target = &desk->post.configuration.verification.target_fmr;
    *target = 0.999;
    assert_int_equal(run(), SELF_TEST_FAILS);
    assert_non_null(strstr(detail(), "of two fingers"));
    assert_true(is_held());
    *target = 1e-30;
    assert_int_equal(run(), SELF_TEST_FAILS);
    assert_non_null(strstr(detail(), reason_text(REASON_THRESHOLD_UNREACHABLE)));
    assert_false(desk_test->last.threshold_known);
    assert_int_equal(count_pairs(true), 0);
    assert_true(is_held());
    *target = 0.001;
    assert_int_equal(run(), SELF_TEST_PASSED);
    assert_false(is_held());
}

/* A pair that is said to be mated and is not, and the other way round. */
static void test_Q5_each_pair_is_judged_by_what_it_is(void **state)
{
    (void)state;
    take_own_set();
    for (size_t i = 0; i < set.pair_count; i++) {
        pairs[i].mated = !pairs[i].mated;
        assert_int_equal(run(), SELF_TEST_FAILS);
        assert_int_equal(count_pairs(false), 1);
        assert_false(desk_test->last.pairs[i].passed);
        pairs[i].mated = !pairs[i].mated;
    }
}

/* What is wrong holds although it can't be recorded; that all is well does not release before it is. */
static void test_Q5_only_a_recorded_pass_releases(void **state)
{
    (void)state;
    struct asked asked;
    take_own_set();
    pairs[0].proven = 0;
    disk_fail((struct disk_fault){.call = DISK_WRITE, .error = ENOSPC, .times = DISK_FOREVER, .nth = 1});
    assert_int_equal(ask(&asked), REASON_DONE);
    desk_until(asked.told > 0);
    assert_true(asked.outcome == SELF_TEST_FAILS && asked.reason != REASON_DONE);
    assert_int_equal(self_test_check(desk_test, NULL), REASON_SELF_TEST_FAILED);
    desk_test->set = self_test_built_in();
    assert_int_equal(ask(&asked), REASON_DONE);
    desk_until(asked.told > 0);
    assert_true(asked.outcome == SELF_TEST_PASSED && asked.reason != REASON_DONE);
    assert_int_equal(self_test_check(desk_test, NULL), REASON_SELF_TEST_FAILED);
    disk_mend();
    assert_int_equal(run(), SELF_TEST_PASSED);
    assert_int_equal(self_test_check(desk_test, NULL), REASON_DONE);
}

/* Wherever memory fails: nothing is taken for passed that was not compared whole, and what passed before stands. */
static void test_Q5_without_memory_it_says_nothing(void **state)
{
    (void)state;
    unsigned incomplete = 0, refused = 0;
    assert_int_equal(run(), SELF_TEST_PASSED);
    for (long nth = 0, failed = 1; failed; nth += nth < 40 ? 1 : 7) {
        struct asked asked;
        failing_memory_set(nth);
        enum reason reason = ask(&asked);
        if (reason == REASON_DONE)
            desk_until(asked.told > 0);
        else
            refused += reason == REASON_NO_MEMORY;
        failed = failing_memory_has_failed();
        failing_memory_set(-1);
        desk_rest();
        assert_int_not_equal(desk_test->last.outcome, SELF_TEST_FAILS);
        incomplete += reason == REASON_DONE && asked.outcome == SELF_TEST_INCOMPLETE;
        if (reason == REASON_DONE && asked.outcome == SELF_TEST_PASSED && asked.reason == REASON_DONE)
            assert_int_equal(count_pairs(false), 0);
        assert_int_equal(self_test_check(desk_test, NULL), REASON_DONE);
    }
    assert_true(incomplete > 0 && refused > 0);
}

/* At the start nothing has passed before: what could not be tested is not taken for proven. */
static void test_Q5_what_was_never_tested_to_its_end_is_held(void **state)
{
    (void)state;
    struct asked asked;
    assert_int_equal(ask(&asked), REASON_DONE);
    self_test_stop(desk_test);
    desk_until(asked.told > 0);
    assert_int_equal(asked.outcome, SELF_TEST_INCOMPLETE);
    assert_int_equal(ask(&asked), REASON_STOPPING);
    desk_test->stopped = false;
    assert_int_equal(ask(&asked), REASON_DONE);
    failing_memory_set(0);
    desk_until(asked.told > 0);
    failing_memory_set(-1);
    desk_rest();
    assert_int_equal(asked.outcome, SELF_TEST_INCOMPLETE);
    assert_true(is_held());
    assert_int_equal(run(), SELF_TEST_PASSED);
    assert_false(is_held());
}

static void test_Q5_it_comes_when_it_is_due(void **state)
{
    (void)state;
    const uint64_t now = uv_now(&desk->post.loop);
    assert_int_equal(run(), SELF_TEST_PASSED);
    desk_test->ended_ms = now - 12 * HOUR_MS - 1;
    desk->post.configuration.self_test.interval_hours = 0;
    self_test_look(desk_test);
    assert_false(desk_test->running);
    desk->post.configuration.self_test.interval_hours = 13;
    self_test_look(desk_test);
    assert_false(desk_test->running);
    desk->post.configuration.self_test.interval_hours = 12;
    self_test_look(desk_test);
    assert_true(desk_test->running);
    desk_rest();
    assert_int_equal(desk_test->last.trigger, SELF_TEST_WHEN_DUE);
    assert_string_equal(desk_test->last.by, "kordond");
    self_test_look(desk_test);
    assert_false(desk_test->running);
    /* What failed is tried again before that. */
    take_own_set();
    pairs[0].proven = 0;
    assert_int_equal(run(), SELF_TEST_FAILS);
    self_test_look(desk_test);
    assert_false(desk_test->running);
    desk_test->set = self_test_built_in();
    desk_test->ended_ms = now - HOUR_MS;
    self_test_look(desk_test);
    assert_true(desk_test->running);
    desk_rest();
    assert_false(is_held());
}

/* At the beginning of a shift all terminals ask: one run answers them, and its entry is one. */
static void test_Q5_who_asks_meanwhile_is_told_the_same(void **state)
{
    (void)state;
    struct asked asked[3];
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(ask(&asked[i]), REASON_DONE);
    desk_rest();
    for (size_t i = 0; i < 3; i++)
        assert_true(asked[i].told == 1 && asked[i].seq == asked[0].seq && asked[i].reason == REASON_DONE);
    assert_int_equal(desk->post.metrics.counters[METRIC_SELF_TESTS_PASSED], 1);
}

/* While a locked state takes no entry nothing is tested but at the start, whose entry ends the lock. */
static void test_Q5_a_locked_state_is_not_tested(void **state)
{
    (void)state;
    struct asked asked;
    desk->post.guard.locked.reason = REASON_LOG_BROKEN;
    assert_int_equal(ask(&asked), REASON_LOG_BROKEN);
    desk->post.guard.locked.reason = REASON_DONE;
}

#define AT_DESK(name) cmocka_unit_test_setup_teardown(name, desk_set_up, desk_tear_down)
#define ON_DISK(name) cmocka_unit_test_setup_teardown(name, desk_set_up_on_a_disk, desk_tear_down)

int main(void)
{
    json_memory_wipe_when_freed();
    disk_spare_syncs();
    const struct CMUnitTest tests[] = {
        AT_DESK(test_Q5_this_build_compares_as_it_was_proven_to),
        AT_DESK(test_Q5_an_exchanged_print_is_found_out),
        AT_DESK(test_Q5_a_score_that_is_not_the_proven_one_fails),
        AT_DESK(test_Q5_a_threshold_that_lets_all_or_none_match_fails),
        AT_DESK(test_Q5_each_pair_is_judged_by_what_it_is),
        ON_DISK(test_Q5_only_a_recorded_pass_releases),
        AT_DESK(test_Q5_without_memory_it_says_nothing),
        AT_DESK(test_Q5_what_was_never_tested_to_its_end_is_held),
        AT_DESK(test_Q5_it_comes_when_it_is_due),
        AT_DESK(test_Q5_who_asks_meanwhile_is_told_the_same),
        AT_DESK(test_Q5_a_locked_state_is_not_tested),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
