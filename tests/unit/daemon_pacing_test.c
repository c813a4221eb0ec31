/* What is ready to be told waits for the end of its step (P6). */
#include <fcntl.h>
#include <sys/eventfd.h>

#include "tests/unit/daemon_terminal.h"

/* All of late took that long. */
static void pace_of(enum pacing_step step, uint64_t ms)
{
    struct pace *pace = &terminal->post.transactions.pacing.paces[step];
    for (int i = 0; i < PACE_LATEST; i++)
        pace_note(pace, ms);
}

/* What is ready long before waits for it, seen by nobody; and is neither recorded nor told before, whoever was found. */
static void test_P6_what_is_ready_waits_for_the_end_of_the_step(void **state)
{
    (void)state;
    const struct pacing *pacing = &terminal->post.transactions.pacing;
    for (uint32_t reference = 1; reference <= 2; reference++) {
        pace_of(PACING_COMPARISON, 100);
        struct transaction *transaction = terminal_ready(reference);
        const uint64_t begun_ns = pacing_now_ns();
        terminal->told = 0;
        assert_int_equal(transaction_decide(transaction, &terminal->waiter, NULL), REASON_DONE);
        terminal_until(pacing->paced != NULL);
        assert_int_equal(transaction->state, TRANSACTION_STATE_COMPARING);
        assert_int_equal(terminal->told, 0);
        assert_null(transaction->probes[0].memory.bytes); /* M1 */
        terminal_until(terminal->told > 0);
        assert_true(pacing_now_ns() - begun_ns >= pace_step_ms(&pacing->paces[PACING_COMPARISON]) * 1000000);
    }
}

/* Whoever asks meanwhile sees nothing of it, either. */
static void recorded_waits(uint32_t reference)
{
    const struct pacing *pacing = &terminal->post.transactions.pacing;
    pace_of(PACING_RECORD, 100);
    struct transaction *transaction = terminal_ready(reference);
    const uint64_t begun_ns = pacing_now_ns();
    terminal->told = 0;
    assert_int_equal(transaction_decide(transaction, &terminal->waiter, NULL), REASON_DONE);
    terminal_until(transaction->state == TRANSACTION_STATE_RECORDING && pacing->paced != NULL);
    assert_null(transaction->result);
    assert_int_equal(terminal->told, 0);
    terminal_until(terminal->told > 0);
    assert_true(pacing_now_ns() - begun_ns >= (pace_step_ms(&pacing->paces[PACING_COMPARISON]) +
                                                  pace_step_ms(&pacing->paces[PACING_RECORD])) *
                                                  1000000);
    assert_int_equal(transaction->state, TRANSACTION_STATE_DECIDED);
}

static void test_P6_what_is_recorded_waits_for_the_end_of_its_own_step(void **state)
{
    (void)state;
    recorded_waits(1);
    recorded_waits(2);
}

/* The part of a millisecond in which a comparison ended is in no decision's time. */
static void test_P6_a_step_ends_as_long_after_the_request_whenever_it_was_ready(void **state)
{
    (void)state;
    struct pacing *pacing = &terminal->post.transactions.pacing;
    struct paced held = {0};
    pace_of(PACING_COMPARISON, 100);
    for (uint64_t early_ns = 1; early_ns < 100000000; early_ns += 9100001) {
        const uint64_t begun_ns = pacing_now_ns() - early_ns;
        pacing_hold(pacing, PACING_COMPARISON, &held, begun_ns);
        assert_int_equal(held.due_ns - begun_ns, pace_step_ms(&pacing->paces[PACING_COMPARISON]) * 1000000);
        pacing->paced = NULL;
    }
}

/* Nobody waits for the end of a step when kordond stops. */
static void test_P6_what_waits_for_the_end_of_a_step_is_recorded_at_stop(void **state)
{
    (void)state;
    struct transactions *transactions = &terminal->post.transactions;
    pace_of(PACING_COMPARISON, 1000000);
    struct transaction *ready = terminal_ready(1);
    assert_int_equal(transaction_decide(ready, &terminal->waiter, NULL), REASON_DONE);
    terminal_until(transactions->pacing.paced != NULL);
    transactions_stop(transactions);
    terminal_until(transactions->unfinished == 0);
    assert_int_equal(ready->state, TRANSACTION_STATE_DECIDED);
    assert_null(transactions->pacing.paced);
}

/* Nor does it close what is somebody else's where there was nothing to wait for. */
static void test_a_pacing_that_never_began_closes_nothing(void **state)
{
    (void)state;
    struct pacing none = {0};
    const int flags = fcntl(STDIN_FILENO, F_GETFD);
    pacing_finish(&none);
    assert_int_equal(fcntl(STDIN_FILENO, F_GETFD), flags);
}

/* That of a timer which can't be watched is given back: here the loop still watches what had its number. */
static void test_a_pacing_that_can_not_begin_leaves_nothing_open(void **state)
{
    (void)state;
    struct pacing pacing = {0};
    struct failure failure;
    uv_loop_t loop;
    uv_poll_t watched;
    assert_int_equal(uv_loop_init(&loop), 0);
    const int descriptor = eventfd(0, EFD_CLOEXEC);
    assert_int_equal(uv_poll_init(&loop, &watched, descriptor), 0);
    assert_int_equal(uv_poll_start(&watched, UV_READABLE, NULL), 0);
    close(descriptor);
    assert_int_equal(pacing_init(&pacing, &loop, &failure), REASON_SYSTEM_ERROR);
    assert_int_equal(fcntl(descriptor, F_GETFD), -1);
    pacing_finish(&pacing);
    uv_close((uv_handle_t *)&watched, NULL);
    assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&loop), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, terminal_set_up, terminal_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_P6_what_is_ready_waits_for_the_end_of_the_step),
        TEST(test_P6_what_is_recorded_waits_for_the_end_of_its_own_step),
        TEST(test_P6_a_step_ends_as_long_after_the_request_whenever_it_was_ready),
        TEST(test_P6_what_waits_for_the_end_of_a_step_is_recorded_at_stop),
        cmocka_unit_test(test_a_pacing_that_never_began_closes_nothing),
        cmocka_unit_test(test_a_pacing_that_can_not_begin_leaves_nothing_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
