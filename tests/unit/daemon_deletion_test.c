/* M1: the entry of a transaction's end says what was wiped, and only when it was. */
#include "daemon/transactions/deletion.h"
#include "tests/unit/daemon_terminal.h"

static int64_t said(const struct transaction *transaction, const char *what)
{
    json_t *body = terminal_consultation(transaction), *deletion = json_object_get(body, "deletion");
    assert_string_equal(json_string_value(json_object_get(deletion, "kept")), "none");
    int64_t number = json_integer_value(json_object_get(deletion, what));
    json_decref(body);
    return number;
}

static void assert_nothing_left(const struct transaction *transaction)
{
    for (size_t i = 0; i < COMPARISON_FINGERS_MAX; i++) {
        assert_null(transaction->probes[i].memory.bytes);
        assert_null(transaction->probes[i].picture.png.bytes);
        assert_null(transaction->references[i].memory.bytes);
    }
    for (size_t i = 0; i < ENROL_FINGERS_MAX; i++)
        assert_true(transaction->enrolment.enrolment.fingers[i].memory.bytes == NULL &&
                    transaction->enrolment.enrolment.fingers[i].picture.png.bytes == NULL);
}

static void take(struct transaction *transaction, enum sample_purpose purpose, enum reason reason)
{
    terminal_submit(transaction, purpose);
    const unsigned before = terminal->told;
    terminal_enrolled(reason);
    terminal_until(terminal->told > before);
}

/* A finger whose picture takes half of a slot. */
static void take_finger(struct transaction *transaction, enum finger_position position)
{
    terminal_submit(transaction, SAMPLE_IS_PROBE);
    struct enrolment_job *job = terminal->enrolment;
    struct locked_template *finger = &job->enrolment.fingers[0];
    const unsigned before = terminal->told;
    terminal->enrolment = NULL;
    terminal_put(finger, 1);
    finger->position = position;
    assert_int_equal(locked_memory_init(&finger->picture.png, PROBE_SLOT_BYTES / 2, NULL), REASON_DONE);
    job->enrolment.count = 1;
    job->wiped = 1;
    job->done(job);
    terminal_until(terminal->told > before);
}

/* No slot has room for three; of equal ones it is the one that would have none there, too. */
static void test_M1_the_picture_of_the_last_of_equal_fingers_goes_first(void **state)
{
    (void)state;
    struct transaction *transaction = terminal_open();
    take_finger(transaction, FINGER_RIGHT_THUMB);
    take_finger(transaction, FINGER_RIGHT_INDEX);
    take_finger(transaction, FINGER_LEFT_INDEX);
    assert_int_equal(transaction->probe_count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(transaction->probes[i].picture.png.bytes != NULL, i < 2);
    assert_int_equal(transaction->deletion.pictures, 1);
    assert_int_equal(transaction_cancel(transaction, &terminal->waiter, NULL), REASON_DONE);
    terminal_until(transaction->state == TRANSACTION_STATE_CANCELLED);
    assert_int_equal(said(transaction, "pictures"), 3);
}

static void test_M1_what_a_decided_one_held_is_counted_where_it_is_wiped(void **state)
{
    (void)state;
    struct transaction *transaction = terminal_open();
    take(transaction, SAMPLE_IS_REFERENCE, REASON_DONE);
    take(transaction, SAMPLE_IS_PROBE, REASON_SAMPLE_TOO_POOR); /* a picture without a template */
    take(transaction, SAMPLE_IS_PROBE, REASON_DONE);
    take(transaction, SAMPLE_IS_PROBE, REASON_DONE); /* no better: it goes at once */
    assert_int_equal(transaction->deletion.templates, 1);
    assert_int_equal(transaction_decide(transaction, &terminal->waiter, NULL), REASON_DONE);
    terminal_wait();
    assert_int_equal(transaction->state, TRANSACTION_STATE_DECIDED);
    assert_nothing_left(transaction);
    assert_int_equal(said(transaction, "images"), 4);
    assert_int_equal(said(transaction, "templates"), 2);
    assert_int_equal(said(transaction, "references"), 1);
    assert_int_equal(said(transaction, "pictures"), 2);
}

static void test_M1_one_that_is_given_up_in_the_middle_says_it_too(void **state)
{
    (void)state;
    struct transaction *transaction = terminal_submit(terminal_open(), SAMPLE_IS_PROBE);
    assert_int_equal(transaction_cancel(transaction, &terminal->waiter, NULL), REASON_DONE);
    terminal_enrolled(REASON_DONE);
    terminal_until(transaction->state == TRANSACTION_STATE_CANCELLED);
    assert_nothing_left(transaction);
    assert_int_equal(said(transaction, "images"), 1);
    assert_int_equal(said(transaction, "templates"), 1);
    assert_int_equal(said(transaction, "references"), 0);
    assert_int_equal(said(transaction, "pictures"), 1);
}

/* The statement is made behind the wipe: who asks for it finds nothing left. */
static void test_M1_nothing_is_left_when_it_is_said(void **state)
{
    (void)state;
    struct transaction *transaction = terminal_ready(1);
    json_t *body = transaction_consultation(transaction);
    assert_nothing_left(transaction);
    const json_t *deletion = json_object_get(body, "deletion");
    assert_int_equal(json_integer_value(json_object_get(deletion, "templates")), 1);
    assert_int_equal(json_integer_value(json_object_get(deletion, "references")), 1);
    json_decref(body);
    assert_int_equal(transaction_cancel(transaction, &terminal->waiter, NULL), REASON_DONE);
    terminal_wait();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_M1_what_a_decided_one_held_is_counted_where_it_is_wiped,
            terminal_set_up, terminal_tear_down),
        cmocka_unit_test_setup_teardown(
            test_M1_one_that_is_given_up_in_the_middle_says_it_too, terminal_set_up, terminal_tear_down),
        cmocka_unit_test_setup_teardown(
            test_M1_the_picture_of_the_last_of_equal_fingers_goes_first, terminal_set_up, terminal_tear_down),
        cmocka_unit_test_setup_teardown(
            test_M1_nothing_is_left_when_it_is_said, terminal_set_up, terminal_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
