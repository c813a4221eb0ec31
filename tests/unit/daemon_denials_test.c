/* What is denied is said in the log (L4), of each principal on its own, without filling it (A9). */
#include <stdio.h>
#include <string.h>

#include "daemon/evidence.h"
#include "tests/unit/unit.h"

/* Without a journal: an entry that is said counts as one that failed. */
struct fixture {
    uv_loop_t loop;
    struct configuration configuration;
    struct quota quota;
    struct workers workers;
    struct metrics metrics;
    struct failure locked;
    struct staff_register staff;
    struct evidence evidence;
};

static struct fixture fixture;

static int set_up(void **state)
{
    (void)state;
    memset(&fixture, 0, sizeof fixture);
    assert_int_equal(uv_loop_init(&fixture.loop), 0);
    fixture.configuration.api.entries_each = 600;
    quota_init(&fixture.quota, &fixture.configuration);
    fixture.evidence = (struct evidence){.unit = "Post 7",
        .staff = &fixture.staff,
        .workers = &fixture.workers,
        .metrics = &fixture.metrics,
        .quota = &fixture.quota,
        .loop = &fixture.loop,
        .locked = &fixture.locked};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    evidence_finish(&fixture.evidence);
    return uv_loop_close(&fixture.loop);
}

static void deny(uint32_t uid, int times)
{
    struct principal principal = {.proof = PRINCIPAL_BY_SOCKET, .uid = uid};
    const struct denial denial = {.principal = &principal, .method = "GET", .route = "/v1/log/entries"};
    snprintf(principal.name, sizeof principal.name, "uid:%u", (unsigned)uid);
    for (int i = 0; i < times; i++)
        evidence_note_denial(&fixture.evidence, &denial);
}

static uint64_t said(void)
{
    return fixture.metrics.counters[METRIC_ENTRY_FAILURES];
}

static uint64_t unsaid(void)
{
    uint64_t count = 0;
    for (size_t i = 0; i < DENIED_MAX; i++)
        count += fixture.evidence.denied[i].unsaid;
    return count;
}

static void test_L4_each_has_an_entry_of_his_own(void **state)
{
    (void)state;
    deny(1, 100);
    deny(2, 1);
    deny(1, 1);
    deny(3, 2);
    assert_int_equal(said(), 3);
    assert_int_equal(unsaid(), 100 + 1);
    evidence_look(&fixture.evidence); /* none is due yet */
    assert_int_equal(said(), 3);
    evidence_say_denials(&fixture.evidence);
    assert_int_equal(said(), 3 + 2);
    assert_int_equal(unsaid(), 0);
    evidence_say_denials(&fixture.evidence);
    assert_int_equal(said(), 3 + 2);
}

/* More than there are rows for are counted together. */
static void test_A9_ever_another_does_not_fill_the_log(void **state)
{
    (void)state;
    for (uint32_t uid = 1; uid <= 1000; uid++)
        deny(uid, 3);
    assert_int_equal(said(), DENIED_MAX);
    assert_int_equal(unsaid(), 3 * 1000 - DENIED_MAX);
    evidence_say_denials(&fixture.evidence);
    assert_int_equal(said(), 2 * DENIED_MAX);
    assert_int_equal(unsaid(), 0);
}

/* Who is denied once costs an entry, too: all of them spend from what strangers may cause. */
static void test_A9_denials_are_spent_from_a_quota(void **state)
{
    (void)state;
    fixture.configuration.api.entries_each = 2;
    quota_init(&fixture.quota, &fixture.configuration);
    for (uint32_t uid = 1; uid <= 1000; uid++)
        deny(uid, 1);
    assert_int_equal(said(), 20);
    assert_int_equal(unsaid(), 1000 - 20);
}

static void test_L4_what_was_denied_while_locked_is_kept(void **state)
{
    (void)state;
    failure_set(&fixture.locked, REASON_STATE_UNPROVEN, NULL, NULL);
    deny(1, 3);
    evidence_look(&fixture.evidence);
    evidence_say_denials(&fixture.evidence);
    assert_int_equal(said(), 0);
    assert_int_equal(unsaid(), 3);
    fixture.locked = (struct failure){0};
    evidence_say_denials(&fixture.evidence);
    assert_int_equal(said(), 1);
    assert_int_equal(unsaid(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_L4_each_has_an_entry_of_his_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_A9_ever_another_does_not_fill_the_log, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_A9_denials_are_spent_from_a_quota, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_L4_what_was_denied_while_locked_is_kept, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
