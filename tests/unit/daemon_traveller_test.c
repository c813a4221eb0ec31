/* What must be said of a traveller before anything is asked about him, and where what was said stands. */
#include "daemon/api/transaction_request.h"
#include "tests/unit/daemon_terminal.h"

#define KNOWN                                                                                                \
    "{\"kind\":\"verification\",\"purpose\":\"border_check\",\"legal_basis\":\"l\",\"officer\":\"o\""

static enum reason parse(const char *more, struct transaction_request *request, struct failure *failure)
{
    char text[1024];
    int size = snprintf(text, sizeof text, KNOWN "%s}", more);
    *failure = (struct failure){0};
    return transaction_request_parse(text, (size_t)size, request, failure);
}

static void test_P1_what_an_officer_says_of_the_traveller_is_read(void **state)
{
    (void)state;
    struct transaction_request request;
    struct failure failure;
    assert_int_equal(parse(",\"traveller_group\":\"crew\",\"age_band\":\"12_to_17\",\"accompanied\":true,"
                           "\"document\":{\"issuer\":\"UKR\",\"number\":\"AB 1\"},\"case_number\":\"R-7\"",
                         &request, &failure),
        REASON_DONE);
    assert_int_equal(request.traveller_group, TRAVELLER_CREW);
    assert_int_equal(request.age_band, AGE_12_TO_17);
    assert_true(request.age_band_said && request.accompanied);
    assert_string_equal(request.document.issuer, "UKR");
    assert_string_equal(request.document.number, "AB 1");
    assert_string_equal(request.case_number, "R-7");
    transaction_request_wipe(&request);
    assert_string_equal(request.document.number, "");
}

static void test_P1_what_means_nothing_is_refused_by_its_name(void **state)
{
    (void)state;
    static const struct {
        const char *more, *subject;
    } wrong[] = {
        {",\"traveller_group\":\"tourist\"", "traveller_group"},
        {",\"traveller_group\":\"unsaid\"", "traveller_group"},
        {",\"accompanied\":\"yes\"", "accompanied"},
        {",\"document\":\"UKR:1\"", "document"},
        {",\"document\":{\"issuer\":\"UKR\"}", "document.number"},
        {",\"document\":{\"issuer\":\"UKR\",\"number\":\"1\",\"name\":\"A\"}", "document.keys"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct transaction_request request;
        struct failure failure;
        assert_int_equal(parse(wrong[i].more, &request, &failure), REASON_BAD_VALUE);
        assert_string_equal(failure.subject, wrong[i].subject);
    }
}

/* There is somebody in the register: no demonstration. */
static void know_a_person(void)
{
    static struct register_holder officer = {.name = "person:o-17"};
    terminal->post.staff.demonstration = false;
    terminal->post.staff.holders = &officer;
    terminal->post.staff.holder_count = 1;
}

static void test_P1_only_a_demonstration_presumes_a_foreigner(void **state)
{
    (void)state;
    struct transaction *transaction = terminal_open();
    assert_true(transaction->request.group_presumed);
    assert_int_equal(transaction->request.traveller_group, TRAVELLER_FOREIGNER);
    know_a_person();
    struct failure failure = {0};
    assert_int_equal(transaction_open(&terminal->post.transactions, &terminal->principal, &terminal->request,
                         &transaction, &failure),
        REASON_BAD_VALUE);
    assert_string_equal(failure.subject, "traveller_group");
    terminal->request.traveller_group = TRAVELLER_CITIZEN;
    assert_int_equal(transaction_open(&terminal->post.transactions, &terminal->principal, &terminal->request,
                         &transaction, &failure),
        REASON_BAD_VALUE);
    assert_string_equal(failure.subject, "age_band");
    terminal->request.age_band_said = true;
    transaction = terminal_open();
    assert_false(transaction->request.group_presumed);
    assert_int_equal(transaction->request.traveller_group, TRAVELLER_CITIZEN);
}

static struct transaction *decided(void)
{
    struct transaction *transaction = terminal_ready(1);
    assert_int_equal(transaction_decide(transaction, &terminal->waiter, NULL), REASON_DONE);
    terminal_wait();
    assert_int_equal(transaction->state, TRANSACTION_STATE_DECIDED);
    return transaction;
}

static void test_L3_the_entry_says_of_the_traveller_what_was_said(void **state)
{
    (void)state;
    strcpy(terminal->request.document.number, "AB-999111");
    strcpy(terminal->request.document.issuer, "UKR");
    strcpy(terminal->request.case_number, "R-7/2026");
    json_t *body = terminal_consultation(decided());
    assert_string_equal(json_string_value(json_object_get(body, "traveller_group")), "foreigner");
    assert_string_equal(
        json_string_value(json_array_get(json_object_get(body, "presumed"), 0)), "traveller_group");
    assert_string_equal(json_string_value(json_object_get(body, "age_band")), "18_and_over");
    assert_true(json_is_false(json_object_get(body, "accompanied")));
    assert_string_equal(json_string_value(json_object_get(body, "case_number")), "R-7/2026");
    assert_null(json_object_get(body, "scores_validated"));
    char *text = json_dumps(body, 0);
    assert_null(strstr(text, "999111")); /* L6 */
    free(text);
    json_decref(body);
}

static void test_P1_scores_of_who_may_be_a_child_are_marked(void **state)
{
    (void)state;
    struct policy_purpose *purpose = &terminal->post.policy.policy->purposes[0];
    purpose->minimum_age = purpose->accompanied_age = 0;
    terminal->request.age_band = AGE_UNKNOWN;
    struct transaction *transaction = decided();
    json_t *body = terminal_consultation(transaction), *shown = transaction_json(transaction);
    assert_true(json_is_false(json_object_get(body, "scores_validated")));
    assert_true(json_is_false(json_object_get(shown, "scores_validated")));
    assert_non_null(json_object_get(shown, "scores_note"));
    json_decref(body);
    json_decref(shown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_P1_what_an_officer_says_of_the_traveller_is_read),
        cmocka_unit_test(test_P1_what_means_nothing_is_refused_by_its_name),
        cmocka_unit_test_setup_teardown(
            test_P1_only_a_demonstration_presumes_a_foreigner, terminal_set_up, terminal_tear_down),
        cmocka_unit_test_setup_teardown(
            test_L3_the_entry_says_of_the_traveller_what_was_said, terminal_set_up, terminal_tear_down),
        cmocka_unit_test_setup_teardown(
            test_P1_scores_of_who_may_be_a_child_are_marked, terminal_set_up, terminal_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
