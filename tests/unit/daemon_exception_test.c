/* A transaction that ends because nothing is or can be captured: what may be said, what is recorded, and that nobody is worse off for it. */
#include "base/day.h"
#include "daemon/transactions/exception.h"
#include "tests/unit/daemon_terminal.h"

static enum reason except(
    struct transaction *transaction, const struct exception_request *exception, struct failure *failure)
{
    *failure = (struct failure){0};
    return transaction_except(transaction, exception, &terminal->waiter, failure);
}

static struct transaction *excepted(const struct exception_request *exception)
{
    struct failure failure;
    struct transaction *transaction = terminal_open();
    assert_int_equal(except(transaction, exception, &failure), REASON_DONE);
    terminal_wait();
    assert_int_equal(terminal->failure.reason, REASON_DONE);
    assert_int_equal(transaction->state, TRANSACTION_STATE_EXCEPTED);
    return transaction;
}

static const char *said(const json_t *json, const char *key)
{
    const char *text = json_string_value(json_object_get(json_object_get(json, "exception"), key));
    return text != NULL ? text : "";
}

static void name_a_document(void)
{
    strcpy(terminal->request.document.issuer, "UKR");
    strcpy(terminal->request.document.number, "AB1");
}

static int32_t today(void)
{
    return day_of_ms(store_now_ms());
}

static void test_P3_worn_fingers_lead_to_another_way_without_a_decision(void **state)
{
    (void)state;
    struct transaction *transaction = excepted(
        &(struct exception_request){.kind = EXCEPTION_IMPOSSIBLE, .reason = EXCEPTION_REASON_WORN_FINGERS});
    json_t *body = terminal_consultation(transaction), *shown = transaction_json(transaction);
    assert_string_equal(said(body, "kind"), "impossible");
    assert_string_equal(said(body, "reason"), "worn_fingers");
    assert_null(json_object_get(body, "decision"));
    assert_non_null(json_object_get(body, "deletion"));
    assert_null(json_object_get(shown, "result"));
    assert_non_null(strstr(said(shown, "procedure"), "must not count against him"));
    assert_non_null(transaction->receipt);
    assert_int_equal(terminal->post.metrics.counters[METRIC_IMPOSSIBLE], 1);
    assert_int_equal(terminal_entries(transaction->id, LOG_EVENT_CONSULTATION), 1);
    json_decref(body);
    json_decref(shown);
}

/* P3: no word of it may make a suspect of who has no fingerprints. */
static void test_P3_no_procedure_reads_as_suspicion(void **state)
{
    (void)state;
    static const char *const words[] = {
        "suspic", "suspect", "refus", "deny", "alert", "wanted", "police", "guard"};
    for (int kind = EXCEPTION_NONE + 1; kind < EXCEPTION_KIND_COUNT; kind++) {
        const char *procedure = exception_procedure((enum exception_kind)kind);
        assert_true(strlen(procedure) > 40);
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            assert_null(strcasestr(procedure, words[i]));
    }
}

static void test_P2_not_applicable_is_the_rules_word(void **state)
{
    (void)state;
    const struct exception_request exempt = {.kind = EXCEPTION_NOT_APPLICABLE};
    struct failure failure;
    struct transaction *adult = terminal_open();
    assert_int_equal(except(adult, &exempt, &failure), REASON_NOT_EXEMPT);
    assert_int_equal(adult->state, TRANSACTION_STATE_OPEN);
    terminal->request.age_band = AGE_12_TO_17;
    terminal->request.exception = exempt;
    struct transaction *child = terminal_open();
    assert_int_equal(except(child, &exempt, &failure), REASON_DONE);
    terminal_wait();
    json_t *body = terminal_consultation(child);
    assert_string_equal(said(body, "kind"), "not_applicable");
    assert_string_equal(said(body, "reason"), "under_age");
    assert_int_equal(terminal->post.metrics.counters[METRIC_NOT_APPLICABLE], 1);
    json_decref(body);
}

/* Of whom nothing may be captured nothing is put off, so that nobody asks him for his fingers later. */
static void test_P1_a_child_s_capture_is_not_put_off(void **state)
{
    (void)state;
    struct transaction *transaction;
    struct failure failure = {0};
    name_a_document();
    terminal->request.age_band = AGE_UNKNOWN;
    terminal->request.exception = (struct exception_request){.kind = EXCEPTION_TEMPORARILY_IMPOSSIBLE,
        .reason = EXCEPTION_REASON_INJURED,
        .due_said = true,
        .due_day = today() + 7};
    assert_int_equal(transaction_open(&terminal->post.transactions, &terminal->principal, &terminal->request,
                         &transaction, &failure),
        REASON_AGE_NOT_PERMITTED);
}

/* Between the judgement and its entry another policy may come into force, which exempts nobody. */
static void test_L3_an_exception_names_the_policy_that_judged_it(void **state)
{
    (void)state;
    struct policy_in_force *policy = &terminal->post.policy;
    const struct exception_request exempt = {.kind = EXCEPTION_NOT_APPLICABLE};
    struct failure failure;
    terminal->request.age_band = AGE_12_TO_17;
    terminal->request.exception = exempt;
    struct transaction *child = terminal_open();
    strcpy(policy->hash, "aa");
    policy->policy->version = 7;
    assert_int_equal(except(child, &exempt, &failure), REASON_DONE);
    strcpy(policy->hash, "bb");
    terminal_wait();
    json_t *body = terminal_consultation(child), *named = json_object_get(body, "policy");
    assert_string_equal(json_string_value(json_object_get(named, "hash")), "aa");
    assert_int_equal(json_integer_value(json_object_get(named, "version")), 7);
    json_decref(body);
}

static void test_P2_what_means_nothing_is_refused(void **state)
{
    (void)state;
    const struct exception_request wrong[] = {
        {.kind = EXCEPTION_IMPOSSIBLE},
        {.kind = EXCEPTION_IMPOSSIBLE, .reason = EXCEPTION_REASON_EMERGENCY},
        {.kind = EXCEPTION_NOT_APPLICABLE, .reason = EXCEPTION_REASON_INJURED},
        {.kind = EXCEPTION_UNCHECKED, .reason = EXCEPTION_REASON_OTHER},
        {.kind = EXCEPTION_UNCHECKED, .reason = EXCEPTION_REASON_EMERGENCY, .text = "why"},
        {.kind = EXCEPTION_UNCHECKED,
            .reason = EXCEPTION_REASON_EMERGENCY,
            .due_said = true,
            .due_day = today()},
        {.kind = EXCEPTION_TEMPORARILY_IMPOSSIBLE, .reason = EXCEPTION_REASON_INJURED},
        {.kind = EXCEPTION_TEMPORARILY_IMPOSSIBLE,
            .reason = EXCEPTION_REASON_INJURED,
            .due_said = true,
            .due_day = today() - 1},
        {.kind = EXCEPTION_TEMPORARILY_IMPOSSIBLE,
            .reason = EXCEPTION_REASON_INJURED,
            .due_said = true,
            .due_day = today() + 10000},
    };
    name_a_document();
    struct transaction *transaction = terminal_open();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct failure failure;
        assert_int_equal(except(transaction, &wrong[i], &failure), REASON_BAD_VALUE);
        assert_int_equal(transaction->state, TRANSACTION_STATE_OPEN);
    }
}

static void test_P2_where_the_policy_puts_nothing_off_nothing_is(void **state)
{
    (void)state;
    const struct exception_request today_still = {.kind = EXCEPTION_TEMPORARILY_IMPOSSIBLE,
        .reason = EXCEPTION_REASON_INJURED,
        .due_said = true,
        .due_day = today()};
    struct failure failure;
    name_a_document();
    struct transaction *transaction = terminal_open();
    terminal->post.policy.policy->purposes[0].postponement_days = 0;
    assert_int_equal(except(transaction, &today_still, &failure), REASON_BAD_VALUE);
    assert_string_equal(failure.subject, "exception.kind");
    assert_int_equal(transaction->state, TRANSACTION_STATE_OPEN);
    terminal->post.policy.policy->purposes[0].postponement_days = 1;
    assert_int_equal(except(transaction, &today_still, &failure), REASON_DONE);
    terminal_wait();
}

static void test_P2_who_crosses_unchecked_is_counted_with_the_reason(void **state)
{
    (void)state;
    struct transaction *transaction = excepted(&(struct exception_request){
        .kind = EXCEPTION_UNCHECKED, .reason = EXCEPTION_REASON_OTHER, .text = "evacuation of the hall"});
    json_t *body = terminal_consultation(transaction);
    assert_string_equal(said(body, "reason"), "other");
    assert_string_equal(said(body, "text"), "evacuation of the hall");
    assert_int_equal(terminal->post.metrics.counters[METRIC_UNCHECKED], 1);
    json_decref(body);
}

/* The attempts that were made stand in the record, and what was captured is gone. */
static void test_P4_attempts_before_it_are_in_the_record(void **state)
{
    (void)state;
    struct failure failure;
    struct transaction *transaction = terminal_submit(terminal_ready(1), SAMPLE_IS_PROBE);
    terminal_enrolled(REASON_SAMPLE_TOO_POOR);
    assert_int_equal(except(transaction,
                         &(struct exception_request){
                             .kind = EXCEPTION_IMPOSSIBLE, .reason = EXCEPTION_REASON_SKIN_CONDITION},
                         &failure),
        REASON_DONE);
    terminal_wait();
    json_t *body = terminal_consultation(transaction);
    assert_int_equal(json_integer_value(json_object_get(body, "attempts")), 1);
    assert_null(transaction->probes[0].memory.bytes);
    json_decref(body);
}

/* An entry that the log refuses. */
static void test_L7_an_exception_that_can_t_be_recorded_was_none(void **state)
{
    (void)state;
    struct failure failure;
    struct transaction *transaction = terminal_open();
    transaction->owner.name[0] = '\0';
    assert_int_equal(
        except(transaction,
            &(struct exception_request){.kind = EXCEPTION_UNCHECKED, .reason = EXCEPTION_REASON_EMERGENCY},
            &failure),
        REASON_DONE);
    terminal_wait();
    assert_int_equal(terminal->failure.reason, REASON_BAD_VALUE);
    assert_int_equal(transaction->state, TRANSACTION_STATE_FAILED);
    json_t *shown = transaction_json(transaction);
    assert_null(json_object_get(shown, "exception"));
    assert_int_equal(terminal->post.metrics.counters[METRIC_UNCHECKED], 0);
    assert_int_equal(terminal->post.transactions.unfinished, 0);
    json_decref(shown);
}

#define TERMINAL_TEST(test) cmocka_unit_test_setup_teardown(test, terminal_set_up, terminal_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TERMINAL_TEST(test_P3_worn_fingers_lead_to_another_way_without_a_decision),
        cmocka_unit_test(test_P3_no_procedure_reads_as_suspicion),
        TERMINAL_TEST(test_P2_not_applicable_is_the_rules_word),
        TERMINAL_TEST(test_P1_a_child_s_capture_is_not_put_off),
        TERMINAL_TEST(test_L3_an_exception_names_the_policy_that_judged_it),
        TERMINAL_TEST(test_P2_what_means_nothing_is_refused),
        TERMINAL_TEST(test_P2_where_the_policy_puts_nothing_off_nothing_is),
        TERMINAL_TEST(test_P2_who_crosses_unchecked_is_counted_with_the_reason),
        TERMINAL_TEST(test_P4_attempts_before_it_are_in_the_record),
        TERMINAL_TEST(test_L7_an_exception_that_can_t_be_recorded_was_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
