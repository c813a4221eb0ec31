/* What is ready to be told waits for the end of its step (P6). */
#include "tests/unit/daemon_terminal.h"

/* All comparisons of late took that long. */
static void pace_of(uint64_t ms)
{
    struct pace *pace = &terminal->post.transactions.pacing.pace;
    for (int i = 0; i < PACE_COMPARISONS; i++)
        pace_note(pace, ms);
}

/* What is ready long before waits for it, seen by nobody; and is neither recorded nor told before, whoever was found. */
static void test_P6_what_is_ready_waits_for_the_end_of_the_step(void **state)
{
    (void)state;
    const struct pacing *pacing = &terminal->post.transactions.pacing;
    for (uint32_t reference = 1; reference <= 2; reference++) {
        pace_of(100);
        struct transaction *transaction = terminal_ready(reference);
        const uint64_t begun_ms = pacing_now_ms();
        terminal->told = 0;
        assert_int_equal(transaction_decide(transaction, &terminal->waiter, NULL), REASON_DONE);
        terminal_until(pacing->paced != NULL);
        assert_int_equal(transaction->state, TRANSACTION_STATE_COMPARING);
        assert_int_equal(terminal->told, 0);
        assert_null(transaction->probes[0].memory.bytes); /* M1 */
        terminal_until(terminal->told > 0);
        assert_true(pacing_now_ms() - begun_ms >= pace_step_ms(&pacing->pace));
    }
}

/* Nobody waits for the end of a step when kordond stops. */
static void test_P6_what_waits_for_the_end_of_a_step_is_recorded_at_stop(void **state)
{
    (void)state;
    struct transactions *transactions = &terminal->post.transactions;
    pace_of(1000000);
    struct transaction *ready = terminal_ready(1);
    assert_int_equal(transaction_decide(ready, &terminal->waiter, NULL), REASON_DONE);
    terminal_until(transactions->pacing.paced != NULL);
    transactions_stop(transactions);
    terminal_until(transactions->unfinished == 0);
    assert_int_equal(ready->state, TRANSACTION_STATE_DECIDED);
    assert_null(transactions->pacing.paced);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, terminal_set_up, terminal_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_P6_what_is_ready_waits_for_the_end_of_the_step),
        TEST(test_P6_what_waits_for_the_end_of_a_step_is_recorded_at_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
