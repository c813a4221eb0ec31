/* A request with an Idempotency-Key, from its coming to its answers: with steps that take time, clients that leave, and those that come
 * again. What leaves for the client passes through here (link with --wrap=server_answer). */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/call.h"
#include "daemon/api/idempotency.h"
#include "daemon/api/repeated_request.h"

struct client {
    struct http_request request;
    unsigned answers;
    int status;
    char text[512];
};

static struct kordond *kordond;
static struct idempotency idempotency;

void __wrap_server_answer(
    struct http_request *request, int status, const char *content_type, void *body, size_t size);
void __wrap_server_answer(
    struct http_request *request, int status, const char *content_type, void *body, size_t size)
{
    struct client *client = (struct client *)request;
    assert_string_equal(content_type, "application/json");
    assert_true(size < sizeof client->text);
    client->answers++;
    client->status = status;
    memcpy(client->text, body, size);
    client->text[size] = '\0';
    free(body);
}

static int set_up(void **state)
{
    const uint8_t root[KEY_BYTES] = {7};
    (void)state;
    kordond = calloc(1, sizeof *kordond);
    assert_non_null(kordond);
    idempotency_init(&idempotency, kordond);
    assert_int_equal(transaction_secrets_init(&kordond->transactions.secrets, root, NULL), REASON_DONE);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    idempotency_finish(&idempotency);
    transaction_secrets_finish(&kordond->transactions.secrets);
    free(kordond);
    return 0;
}

static struct client client_of(const char *key)
{
    struct client client = {.request = {.method = HTTP_POST,
                                .path = "/v1/transactions/0/decision",
                                .principal = {.proof = PRINCIPAL_BY_SOCKET, .uid = 1}}};
    snprintf(client.request.header_values[HTTP_IDEMPOTENCY_KEY], HTTP_HEADER_VALUE_SIZE, "%s", key);
    return client;
}

static bool begin(struct client *client)
{
    return repeated_request_begin(kordond, &client->request);
}

static void leave(struct client *client)
{
    client->request.gone(&client->request);
}

static void assert_answered(const struct client *client, int status, const char *text)
{
    assert_int_equal(client->answers, 1);
    assert_int_equal(client->status, status);
    assert_non_null(strstr(client->text, text));
}

static void test_a_step_is_done_once_and_answered_to_all(void **state)
{
    (void)state;
    struct client first = client_of("k"), second = client_of("k"), third = client_of("k");
    struct call call = {0};
    assert_true(begin(&first));
    call_start(&call, kordond, &first.request);
    assert_false(begin(&second));
    assert_answered(&second, 409, "REQUEST_UNDER_WAY");
    assert_non_null(strstr(second.request.headers, "retry-after"));
    call_answer(&call, 200, json_pack("{s:i}", "a", 1));
    assert_answered(&first, 200, "{\"a\":1}");
    assert_false(begin(&third));
    assert_answered(&third, 200, "{\"a\":1}");
    assert_string_equal(first.text, third.text);
}

static void test_who_comes_again_waits_in_the_place_of_one_that_left(void **state)
{
    (void)state;
    struct client first = client_of("k"), second = client_of("k");
    struct call call = {0};
    assert_true(begin(&first));
    call_start(&call, kordond, &first.request);
    leave(&first);
    assert_false(begin(&second));
    assert_int_equal(second.answers, 0);
    call_answer(&call, 200, json_pack("{s:i}", "a", 1));
    assert_int_equal(first.answers, 0);
    assert_answered(&second, 200, "{\"a\":1}");
}

static void test_what_nobody_waited_for_is_told_to_who_comes_again(void **state)
{
    (void)state;
    struct failure failure = {0};
    struct client first = client_of("k"), second = client_of("k");
    struct call call = {0};
    failure_set(&failure, REASON_SAMPLE_TOO_POOR, "sample", NULL);
    assert_true(begin(&first));
    call_start(&call, kordond, &first.request);
    leave(&first);
    call_fail(&call, &failure);
    assert_false(begin(&second));
    assert_answered(&second, 422, "SAMPLE_TOO_POOR");
}

/* Nothing was done, or nobody knows what was: whoever comes again begins it. */
static void test_what_was_not_done_or_is_not_known_is_begun_again(void **state)
{
    (void)state;
    struct failure unknown = {0}, refused = {0};
    failure_set(&unknown, REASON_OUTCOME_UNKNOWN, "log", NULL);
    failure_set(&refused, REASON_TRANSACTION_STATE, "transaction", NULL);
    struct client clients[4];
    for (size_t i = 0; i < 4; i++) {
        struct call call = {0};
        clients[i] = client_of("k");
        assert_true(begin(&clients[i]));
        if (i == 0) {
            reply_failure(&clients[i].request, &refused);
            continue;
        }
        call_start(&call, kordond, &clients[i].request);
        if (i == 1)
            call_fail(&call, &unknown);
        else
            call_refuse(&call, &refused);
        assert_int_equal(clients[i].answers, 1);
    }
    assert_int_equal(idempotency.count, 0);
}

static void test_what_was_answered_at_once_is_told_again_with_its_place(void **state)
{
    (void)state;
    struct client first = client_of("k"), second = client_of("k");
    assert_true(begin(&first));
    http_request_add_header(&first.request, "location", "/v1/transactions/1");
    reply_json(&first.request, 201, json_pack("{s:i}", "a", 1));
    assert_false(begin(&second));
    assert_answered(&second, 201, "{\"a\":1}");
    assert_string_equal(second.request.headers, first.request.headers);
}

static void test_another_request_with_the_key_is_refused(void **state)
{
    (void)state;
    struct client first = client_of("k");
    assert_true(begin(&first));
    reply_json(&first.request, 200, json_object());
    for (int i = 0; i < 4; i++) {
        struct client other = client_of("k");
        if (i == 0)
            strcpy(other.request.path, "/v1/transactions/1/decision");
        else if (i == 1)
            other.request.method = HTTP_DELETE;
        else
            strcpy(other.request.query[other.request.query_count++].name, i == 2 ? "ppi" : "device");
        assert_false(begin(&other));
        assert_answered(&other, 422, "IDEMPOTENCY_KEY_REUSED");
    }
    struct client stranger = client_of("k");
    stranger.request.principal.uid = 2;
    assert_true(begin(&stranger));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_step_is_done_once_and_answered_to_all),
        TEST(test_who_comes_again_waits_in_the_place_of_one_that_left),
        TEST(test_what_nobody_waited_for_is_told_to_who_comes_again),
        TEST(test_what_was_not_done_or_is_not_known_is_begun_again),
        TEST(test_what_was_answered_at_once_is_told_again_with_its_place),
        TEST(test_another_request_with_the_key_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
