/* The way of a transaction: each step with its good and its bad end, and that nothing is told before it is recorded, whatever fails. */
#include "tests/unit/daemon_terminal.h"

static bool shows_result(const struct transaction *transaction)
{
    json_t *json = transaction_json(transaction);
    bool shown = json_object_get(json, "result") != NULL;
    json_decref(json);
    return shown;
}

static void test_L7_a_decision_is_told_when_it_is_recorded(void **state)
{
    (void)state;
    for (uint32_t reference = 1; reference <= 2; reference++) {
        struct transaction *transaction = terminal_ready(reference);
        assert_int_equal(transaction_decide(transaction, &terminal->waiter, NULL), REASON_DONE);
        terminal_wait();
        assert_int_equal(terminal->failure.reason, REASON_DONE);
        assert_int_equal(transaction->state, TRANSACTION_STATE_DECIDED);
        assert_int_equal(transaction->result->decision, reference == 1 ? DECISION_MATCH : DECISION_NO_MATCH);
        assert_non_null(transaction->receipt);
        assert_int_equal(terminal_entries(transaction->id, LOG_EVENT_CONSULTATION), 1);
        assert_null(transaction->probes[0].memory.bytes); /* M1 */
    }
}

/* In none of its states on the way there is anything to see. */
static void test_L7_nobody_sees_a_result_on_its_way_to_the_log(void **state)
{
    (void)state;
    struct transaction *transaction = terminal_ready(1);
    bool recorded = false;
    assert_int_equal(transaction_decide(transaction, &terminal->waiter, NULL), REASON_DONE);
    while (terminal->told == 0) {
        assert_null(transaction->result);
        assert_false(shows_result(transaction));
        recorded = recorded || transaction->state == TRANSACTION_STATE_RECORDING;
        uv_run(&terminal->post.loop, UV_RUN_ONCE);
    }
    assert_true(recorded && shows_result(transaction));
}

/* An entry that the log refuses: a body without its legal basis. */
static void test_L7_what_can_t_be_recorded_has_no_result(void **state)
{
    (void)state;
    struct transaction *transaction = terminal_ready(1);
    transaction->request.legal_basis[0] = '\0';
    assert_int_equal(transaction_decide(transaction, &terminal->waiter, NULL), REASON_DONE);
    terminal_wait();
    assert_int_equal(terminal->failure.reason, REASON_BAD_VALUE);
    assert_int_equal(transaction->state, TRANSACTION_STATE_FAILED);
    assert_false(shows_result(transaction));
    assert_null(transaction->receipt);
    assert_int_equal(terminal_entries(transaction->id, LOG_EVENT_CONSULTATION), 0);
    assert_int_equal(terminal->post.transactions.unfinished, 0);
    assert_int_equal(terminal->post.work.count, 0);
}

static void test_L7_a_cancelling_that_can_t_be_recorded_fails(void **state)
{
    (void)state;
    struct transaction *transaction = terminal_open();
    transaction->request.legal_basis[0] = '\0';
    assert_int_equal(transaction_cancel(transaction, &terminal->waiter, NULL), REASON_DONE);
    terminal_wait();
    assert_int_equal(terminal->failure.reason, REASON_BAD_VALUE);
    assert_int_equal(transaction->state, TRANSACTION_STATE_FAILED);
    assert_int_equal(terminal->post.work.count, 0);
}

static void test_a_cancelled_one_is_recorded_and_told_once(void **state)
{
    (void)state;
    struct transaction *transaction = terminal_open();
    assert_int_equal(transaction_cancel(transaction, &terminal->waiter, NULL), REASON_DONE);
    struct transaction_waiter other = {.told = terminal_told};
    assert_int_equal(transaction_cancel(transaction, &other, NULL), REASON_TRANSACTION_STATE);
    terminal_wait();
    assert_int_equal(terminal->told, 1);
    assert_int_equal(transaction->state, TRANSACTION_STATE_CANCELLED);
    assert_int_equal(transaction->failure.reason, REASON_CAPTURE_CANCELLED);
    assert_int_equal(terminal_entries(transaction->id, LOG_EVENT_CONSULTATION), 1);
    assert_int_equal(transaction_decide(transaction, &other, NULL), REASON_TRANSACTION_STATE);
}

/* --- Samples */

static uint64_t bytes_held(void)
{
    return quota_held(&terminal->post.quota, QUOTA_BODY_BYTES, &terminal->principal);
}

/* Whoever sends one after the other and leaves does not fill the memory that others need. */
static void test_A9_what_was_sent_is_its_sender_s_share_until_it_is_read(void **state)
{
    (void)state;
    struct transaction *transaction = terminal_submit(terminal_open(), SAMPLE_IS_PROBE);
    transaction_unattended(transaction, &terminal->waiter);
    assert_int_equal(bytes_held(), 16);
    terminal_enrolled(REASON_SAMPLE_TOO_POOR);
    assert_int_equal(bytes_held(), 0);
    terminal_submit(transaction, SAMPLE_IS_PROBE);
    assert_int_equal(transaction_cancel(transaction, &terminal->waiter, NULL), REASON_DONE);
    assert_int_equal(bytes_held(), 16);
    terminal_enrolled(REASON_DONE);
    terminal_wait();
    assert_int_equal(bytes_held(), 0);
}

static void test_L1_a_sample_is_taken_when_it_is_recorded(void **state)
{
    (void)state;
    struct transaction *transaction = terminal_submit(terminal_open(), SAMPLE_IS_PROBE);
    terminal_enrolled(REASON_DONE);
    assert_int_equal(transaction->state, TRANSACTION_STATE_COLLECTING);
    assert_int_equal(transaction->probe_count, 0);
    terminal_wait();
    assert_int_equal(transaction->state, TRANSACTION_STATE_OPEN);
    assert_int_equal(transaction->probe_count, 1);
    assert_int_equal(terminal_entries(transaction->id, LOG_EVENT_COLLECTION), 1);
}

/* F8: where a class is asked for, nothing is taken of a sensor that is of another or is not known: not a byte is read. */
static void test_F8_a_sensor_of_another_class_is_refused_before_anything_is_taken(void **state)
{
    (void)state;
    struct failure failure = {0};
    struct transaction *transaction = terminal_open();
    transaction->sensor_need.fap = 45;
    struct locked_memory body = {0};
    uint64_t charged = 16;
    struct submission submission = {.purpose = SAMPLE_IS_PROBE,
        .position = FINGER_RIGHT_INDEX,
        .device = "lane 3",
        .body = &body,
        .size = 16,
        .charged = &charged};
    assert_int_equal(transaction_submit(transaction, &submission, &terminal->waiter, &failure),
        REASON_SENSOR_NOT_PERMITTED);
    assert_int_equal(charged, 16);
    assert_int_equal(transaction->state, TRANSACTION_STATE_OPEN);
    /* Registered with a class that is enough, it is taken; a result of attack detection that it has not is refused. */
    struct configuration *configuration = &terminal->post.configuration;
    configuration->sensors.count = 1;
    configuration->sensors.list[0] = (struct config_sensor){
        .item = {.name = "plate"}, .device = "lane 3", .fap = 50, .attack_detection = "none"};
    submission.attack_result = ATTACK_RESULT_BONA_FIDE;
    assert_int_equal(
        transaction_submit(transaction, &submission, &terminal->waiter, &failure), REASON_BAD_REQUEST);
    submission.attack_result = ATTACK_RESULT_NOT_REPORTED;
    assert_int_equal(transaction_submit(transaction, &submission, &terminal->waiter, NULL), REASON_DONE);
    terminal_enrolled(REASON_SAMPLE_TOO_POOR);
}

static void test_L1_a_sample_that_can_t_be_recorded_is_not_kept(void **state)
{
    (void)state;
    struct transaction *transaction = terminal_submit(terminal_open(), SAMPLE_IS_PROBE);
    transaction->request.officer[0] = transaction->owner.name[0] =
        '\0'; /* a body without its actor is refused */
    terminal_enrolled(REASON_DONE);
    terminal_wait();
    assert_int_equal(terminal->failure.reason, REASON_BAD_VALUE);
    assert_int_equal(transaction->state, TRANSACTION_STATE_OPEN);
    assert_int_equal(transaction->probe_count, 0);
}

static void test_P4_a_poor_sample_costs_an_attempt_and_the_transaction_goes_on(void **state)
{
    (void)state;
    struct transaction *transaction = terminal_open();
    for (uint32_t left = 3; left > 0; left--) {
        assert_int_equal(transaction_attempts_left(transaction, FINGER_RIGHT_INDEX), left);
        terminal_submit(transaction, SAMPLE_IS_PROBE);
        terminal_enrolled(REASON_SAMPLE_TOO_POOR);
        assert_int_equal(transaction->state, TRANSACTION_STATE_OPEN);
        assert_int_equal(terminal->failure.reason, REASON_SAMPLE_TOO_POOR);
    }
    transaction->request.kind = TRANSACTION_IDENTIFICATION;
    assert_int_equal(transaction_decide(transaction, &terminal->waiter, NULL), REASON_DONE);
    terminal_wait();
    assert_int_equal(transaction->result->decision, DECISION_INCONCLUSIVE);
    assert_int_equal(transaction->result->why.reason, REASON_SAMPLE_TOO_POOR);
}

static void test_a_reference_is_kept_without_an_entry(void **state)
{
    (void)state;
    struct transaction *transaction = terminal_submit(terminal_open(), SAMPLE_IS_REFERENCE);
    terminal_enrolled(REASON_DONE);
    assert_int_equal(transaction->state, TRANSACTION_STATE_OPEN);
    assert_int_equal(transaction->reference_count, 1);
    assert_int_equal(terminal_entries(transaction->id, LOG_EVENT_COLLECTION), 0);
}

/* --- Captures */

static struct transaction *capture(void)
{
    struct transaction *transaction = terminal_open();
    const struct capture_request wanted = {.position = FINGER_RIGHT_INDEX};
    assert_int_equal(transaction_capture(transaction, &wanted, &terminal->waiter, NULL), REASON_DONE);
    assert_int_equal(transaction->state, TRANSACTION_STATE_CAPTURING);
    return transaction;
}

/* The scanner's part, of a capture that comes to nothing. */
static void captured(enum reason reason)
{
    struct failure failure = {0};
    failure_set(&failure, reason, "scanner", NULL);
    terminal->captured(terminal->capture, reason, NULL, &failure);
}

static void test_A6_a_failed_capture_leaves_the_transaction_open(void **state)
{
    (void)state;
    static const enum reason reasons[] = {
        REASON_CAPTURE_RETRY, REASON_CAPTURE_TIMED_OUT, REASON_SCANNER_FAILED, REASON_NO_MEMORY};
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        struct transaction *transaction = capture();
        captured(reasons[i]);
        assert_int_equal(terminal->told, i + 1);
        assert_int_equal(terminal->failure.reason, reasons[i]);
        assert_int_equal(transaction->state, TRANSACTION_STATE_OPEN);
        assert_int_equal(transaction_attempts_left(transaction, FINGER_RIGHT_INDEX),
            reasons[i] == REASON_CAPTURE_RETRY ? 2 : 3);
    }
}

static void test_a_finger_nobody_waits_for_is_not_taken(void **state)
{
    (void)state;
    struct transaction *transaction = capture();
    struct transaction_waiter other = {.told = terminal_told};
    transaction_unattended(transaction, &other);
    assert_false(terminal->cancelled);
    transaction_unattended(transaction, &terminal->waiter);
    assert_true(terminal->cancelled);
    captured(REASON_CAPTURE_CANCELLED);
    assert_int_equal(transaction->state, TRANSACTION_STATE_OPEN);
}

/* --- Given up in the middle of a step: its end is awaited, and both who wait are told once. */

static unsigned cancellings;

static void on_cancelled(
    struct transaction_waiter *waiter, const struct transaction *transaction, const struct failure *failure)
{
    (void)waiter;
    assert_null(failure);
    assert_int_equal(transaction->state, TRANSACTION_STATE_CANCELLED);
    cancellings++;
}

static void withdraw(struct transaction *transaction, void (*end_step)(enum reason), enum reason reason)
{
    struct transaction_waiter cancelling = {.told = on_cancelled};
    const unsigned before = terminal->told;
    cancellings = 0;
    assert_int_equal(transaction_cancel(transaction, &cancelling, NULL), REASON_DONE);
    assert_int_equal(transaction->state, TRANSACTION_STATE_WITHDRAWN);
    end_step(reason);
    terminal_until(cancellings > 0);
    assert_int_equal(cancellings, 1);
    assert_int_equal(terminal->told, before + 1);
    assert_int_equal(terminal->failure.reason, REASON_CAPTURE_CANCELLED);
    assert_int_equal(terminal_entries(transaction->id, LOG_EVENT_CONSULTATION), 1);
    assert_null(transaction->probes[0].memory.bytes);
}

static void test_a_withdrawn_step_is_awaited(void **state)
{
    (void)state;
    withdraw(capture(), captured, REASON_CAPTURE_CANCELLED);
    withdraw(terminal_submit(terminal_open(), SAMPLE_IS_PROBE), terminal_enrolled, REASON_DONE);
    withdraw(terminal_submit(terminal_open(), SAMPLE_IS_PROBE), terminal_enrolled, REASON_SAMPLE_TOO_POOR);
    withdraw(terminal_submit(terminal_open(), SAMPLE_IS_REFERENCE), terminal_enrolled, REASON_DONE);
}

static void nothing(enum reason reason)
{
    (void)reason; /* the entry is on its way already */
}

static void test_withdrawn_while_its_sample_is_recorded(void **state)
{
    (void)state;
    struct transaction *transaction = terminal_submit(terminal_open(), SAMPLE_IS_PROBE);
    terminal_enrolled(REASON_DONE);
    withdraw(transaction, nothing, REASON_DONE);
}

/* --- The table */

static void test_who_does_nothing_is_given_up_and_then_forgotten(void **state)
{
    (void)state;
    struct transactions *transactions = &terminal->post.transactions;
    terminal->post.configuration.policy.transaction_timeout_ms = 5;
    char id[TRANSACTION_ID_SIZE];
    memcpy(id, terminal_open()->id, sizeof id);
    terminal_until(transactions->unfinished == 0);
    terminal_until(transactions->count == 0);
    assert_null(transaction_find(transactions, &terminal->principal, id, strlen(id), true));
    assert_int_equal(terminal_entries(id, LOG_EVENT_CONSULTATION), 1);
}

static void test_the_oldest_finished_one_makes_room(void **state)
{
    (void)state;
    struct transactions *transactions = &terminal->post.transactions;
    struct transaction *first = terminal_ready(1);
    char id[TRANSACTION_ID_SIZE];
    memcpy(id, first->id, sizeof id);
    assert_int_equal(transaction_decide(first, &terminal->waiter, NULL), REASON_DONE);
    terminal_wait();
    transactions->count = TRANSACTIONS_KEPT_MAX; /* as if there were so many */
    terminal_open();
    assert_null(transaction_find(transactions, &terminal->principal, id, strlen(id), true));
    transactions->count = 1;
}

static void test_T7_another_s_transaction_is_not_found(void **state)
{
    (void)state;
    struct transactions *transactions = &terminal->post.transactions;
    struct transaction *transaction = terminal_open();
    struct principal other = terminal->principal;
    other.uid++;
    assert_ptr_equal(
        transaction_find(transactions, &terminal->principal, transaction->id, strlen(transaction->id), false),
        transaction);
    assert_null(transaction_find(transactions, &other, transaction->id, strlen(transaction->id), false));
    assert_ptr_equal(
        transaction_find(transactions, &other, transaction->id, strlen(transaction->id), true), transaction);
}

/* What one holds is not the others', and comes back with each end. */
static void test_A9_one_principal_opens_so_many(void **state)
{
    (void)state;
    struct post *post = &terminal->post;
    struct transaction *made, *first = terminal_open();
    for (uint64_t i = 1; i < post->configuration.api.transactions_each; i++)
        terminal_open();
    assert_int_equal(
        transaction_open(&post->transactions, &terminal->principal, &terminal->request, &made, NULL),
        REASON_BUSY);
    assert_null(made);
    struct principal other = terminal->principal;
    other.uid++;
    assert_int_equal(
        transaction_open(&post->transactions, &other, &terminal->request, &made, NULL), REASON_DONE);
    assert_int_equal(transaction_cancel(first, &terminal->waiter, NULL), REASON_DONE);
    terminal_wait();
    terminal_open();
    assert_int_equal(quota_held(&post->quota, QUOTA_TRANSACTIONS, &terminal->principal),
        post->configuration.api.transactions_each);
}

static void test_what_stops_begins_nothing_and_records_what_was_open(void **state)
{
    (void)state;
    struct transactions *transactions = &terminal->post.transactions;
    struct transaction *open = terminal_open(), *ready = terminal_ready(1), *made;
    assert_int_equal(transaction_decide(ready, &terminal->waiter, NULL), REASON_DONE);
    transactions_stop(transactions);
    assert_int_equal(transaction_open(transactions, &terminal->principal, &terminal->request, &made, NULL),
        REASON_STOPPING);
    terminal_until(transactions->unfinished == 0);
    assert_int_equal(open->state, TRANSACTION_STATE_CANCELLED);
    assert_int_equal(open->failure.reason, REASON_STOPPING);
    assert_int_equal(ready->state, TRANSACTION_STATE_DECIDED);
}

/* --- Memory that ends anywhere */

static void count_doubt(void *data)
{
    ++*(unsigned *)data;
}

/* True where it came to an end though an allocation failed, which is then as far as that goes. */
static bool decide_without(long successes)
{
    struct transaction *transaction = terminal_ready(1);
    const unsigned before = terminal->told;
    failing_memory_set(successes);
    if (transaction_decide(transaction, &terminal->waiter, NULL) == REASON_DONE)
        terminal_until(terminal->told > before);
    bool failed = failing_memory_has_failed();
    failing_memory_set(-1);
    /* What has a result has its one entry; what has none was told so. */
    unsigned entries = terminal_entries(transaction->id, LOG_EVENT_CONSULTATION);
    if (transaction->state == TRANSACTION_STATE_DECIDED)
        assert_true(entries == 1 && transaction->result != NULL);
    else
        assert_true(transaction->result == NULL &&
                    (entries == 0 || transaction->failure.reason == REASON_OUTCOME_UNKNOWN));
    return failed;
}

/* H1: what may be kept and was told to nobody is looked for; what was told, or was not written, is not. */
static void test_A8_memory_that_ends_anywhere_in_a_decision(void **state)
{
    (void)state;
    unsigned doubts = 0, unknown = 0;
    bool failed = true;
    terminal->post.transactions.in_doubt = count_doubt;
    terminal->post.transactions.referred_data = &doubts;
    for (long successes = 0; failed; successes++) {
        failed = decide_without(successes);
        unknown += terminal->post.transactions.newest->failure.reason == REASON_OUTCOME_UNKNOWN;
        assert_int_equal(doubts, unknown);
    }
    assert_true(unknown > 0);
}

/* As decide_without(), of a sample that the search thread has read. */
static bool sample_without(long successes)
{
    struct transaction *transaction = terminal_submit(terminal_open(), SAMPLE_IS_PROBE);
    const unsigned before = terminal->told;
    struct enrolment_job *job = terminal->enrolment;
    terminal->enrolment = NULL;
    job->reason = REASON_DONE;
    terminal_put(&job->enrolment.fingers[0], 1);
    job->enrolment.count = 1;
    job->enrolment.report.quality = 80;
    failing_memory_set(successes);
    job->done(job);
    terminal_until(terminal->told > before);
    bool failed = failing_memory_has_failed();
    failing_memory_set(-1);
    /* A sample that is kept has its one entry; where it has none, or nobody knows, it is not kept, and the terminal was told. */
    unsigned entries = terminal_entries(transaction->id, LOG_EVENT_COLLECTION);
    assert_int_equal(terminal->told, before + 1);
    assert_int_equal(transaction->state, TRANSACTION_STATE_OPEN);
    if (transaction->probe_count == 1)
        assert_true(entries == 1 && terminal->failure.reason == REASON_DONE);
    else
        assert_true(terminal->failure.reason != REASON_DONE &&
                    (entries == 0 || terminal->failure.reason == REASON_OUTCOME_UNKNOWN));
    assert_int_equal(transaction_cancel(transaction, &terminal->waiter, NULL), REASON_DONE);
    terminal_wait();
    return failed;
}

static void test_A8_memory_that_ends_anywhere_in_a_sample(void **state)
{
    (void)state;
    for (long successes = 0; sample_without(successes); successes++)
        ;
}

/* The same of one that is given up. */
static bool cancel_without(long successes)
{
    struct transaction *transaction = terminal_ready(1);
    const unsigned before = terminal->told;
    failing_memory_set(successes);
    if (transaction_cancel(transaction, &terminal->waiter, NULL) == REASON_DONE)
        terminal_until(terminal->told > before);
    bool failed = failing_memory_has_failed();
    failing_memory_set(-1);
    unsigned entries = terminal_entries(transaction->id, LOG_EVENT_CONSULTATION);
    assert_int_equal(transaction->probe_count, 0); /* whatever became of the record */
    if (transaction->state == TRANSACTION_STATE_CANCELLED)
        assert_int_equal(entries, 1);
    else
        assert_true(transaction->state == TRANSACTION_STATE_FAILED &&
                    (entries == 0 || transaction->failure.reason == REASON_OUTCOME_UNKNOWN));
    return failed;
}

static void test_A8_memory_that_ends_anywhere_in_a_cancelling(void **state)
{
    (void)state;
    for (long successes = 0; cancel_without(successes); successes++)
        ;
}

static void test_A8_memory_that_ends_at_the_opening(void **state)
{
    (void)state;
    struct transaction *made;
    mode_derive(
        &terminal->post
             .mode); /* what it has to say first is no part of the opening, nor is its way to the log */
    terminal_until(terminal->post.evidence.pending == 0);
    for (long successes = 0;; successes++) {
        failing_memory_set(successes);
        enum reason reason = transaction_open(
            &terminal->post.transactions, &terminal->principal, &terminal->request, &made, NULL);
        bool failed = failing_memory_has_failed();
        failing_memory_set(-1);
        assert_int_equal(reason, failed ? REASON_NO_MEMORY : REASON_DONE);
        if (!failed)
            break;
        assert_null(made);
        assert_int_equal(terminal->post.transactions.count, 0);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, terminal_set_up, terminal_tear_down)

/* T8, L3: the officer whom a terminal names is one of the register; a demonstration takes any name. */
static void test_T8_an_officer_is_in_the_register(void **state)
{
    (void)state;
    struct register_holder holders[] = {
        {.name = "person:anna"}, {.name = "device:o-17", .is_device = true, .roles = ROLE_TERMINAL}};
    struct transaction *transaction;
    struct failure failure = {0};
    terminal->post.staff = (struct staff_register){.holders = holders, .holder_count = 2};
    terminal->request.traveller_group = TRAVELLER_FOREIGNER;
    terminal->request.age_band_said = true;
    const char *const strangers[] = {"o-17", "person:anna", "Anna", "ann", "anna ", "device:o-17"};
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
        strcpy(terminal->request.officer, strangers[i]);
        assert_int_equal(transaction_open(&terminal->post.transactions, &terminal->principal,
                             &terminal->request, &transaction, &failure),
            REASON_OFFICER_NOT_REGISTERED);
        assert_null(transaction);
    }
    strcpy(terminal->request.officer, "anna");
    terminal_open();
    terminal->post.staff.demonstration = true;
    strcpy(terminal->request.officer, "o-17");
    terminal_open();
    terminal->post.staff = (struct staff_register){.demonstration = true};
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_T8_an_officer_is_in_the_register),
        TEST(test_L7_a_decision_is_told_when_it_is_recorded),
        TEST(test_L7_nobody_sees_a_result_on_its_way_to_the_log),
        TEST(test_L7_what_can_t_be_recorded_has_no_result),
        TEST(test_L7_a_cancelling_that_can_t_be_recorded_fails),
        TEST(test_a_cancelled_one_is_recorded_and_told_once),
        TEST(test_A9_what_was_sent_is_its_sender_s_share_until_it_is_read),
        TEST(test_L1_a_sample_is_taken_when_it_is_recorded),
        TEST(test_F8_a_sensor_of_another_class_is_refused_before_anything_is_taken),
        TEST(test_L1_a_sample_that_can_t_be_recorded_is_not_kept),
        TEST(test_P4_a_poor_sample_costs_an_attempt_and_the_transaction_goes_on),
        TEST(test_a_reference_is_kept_without_an_entry),
        TEST(test_A6_a_failed_capture_leaves_the_transaction_open),
        TEST(test_a_finger_nobody_waits_for_is_not_taken),
        TEST(test_a_withdrawn_step_is_awaited),
        TEST(test_withdrawn_while_its_sample_is_recorded),
        TEST(test_who_does_nothing_is_given_up_and_then_forgotten),
        TEST(test_the_oldest_finished_one_makes_room),
        TEST(test_T7_another_s_transaction_is_not_found),
        TEST(test_A9_one_principal_opens_so_many),
        TEST(test_what_stops_begins_nothing_and_records_what_was_open),
        TEST(test_A8_memory_that_ends_anywhere_in_a_decision),
        TEST(test_A8_memory_that_ends_anywhere_in_a_sample),
        TEST(test_A8_memory_that_ends_anywhere_in_a_cancelling),
        TEST(test_A8_memory_that_ends_at_the_opening),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
