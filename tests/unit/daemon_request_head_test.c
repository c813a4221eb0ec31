#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/http/request_head.h"

#define HOST         "Host: a\r\n"
#define GET          "GET /a HTTP/1.1\r\n" HOST
#define POST         "POST /a HTTP/1.1\r\n" HOST
#define BYTES(text)  text, sizeof(text) - 1
#define SAME_8(text) text text text text text text text text
#define SAME_64(text)                                                                                        \
    SAME_8(text) SAME_8(text) SAME_8(text) SAME_8(text) SAME_8(text) SAME_8(text) SAME_8(text) SAME_8(text)

struct reading {
    struct http_request request;
    struct request_head head;
    struct failure failure;
};

/* From memory of the head's own size, so that the sanitizers see what is read behind it. */
static int read_head(const char *text, size_t size, struct reading *reading)
{
    uint8_t *bytes = malloc(size);
    assert_non_null(bytes);
    memcpy(bytes, text, size);
    memset(reading, 0, sizeof *reading);
    assert_int_equal(request_head_end(bytes, size), size);
    int status = request_head_read(bytes, size, &reading->request, &reading->head, &reading->failure);
    free(bytes);
    return status;
}

struct refused {
    const char *text;
    size_t size;
    int status;
    const char *subject;
};

static void require_refusals(const struct refused *refused, size_t count)
{
    struct reading reading;
    for (size_t i = 0; i < count; i++) {
        int status = read_head(refused[i].text, refused[i].size, &reading);
        if (status != refused[i].status || strcmp(reading.failure.subject, refused[i].subject) != 0 ||
            reading.failure.detail[0] == '\0')
            fail_msg("\"%s\": %d, %s: %s", refused[i].text, status, reading.failure.subject,
                reading.failure.detail);
        enum reason reason = status == 414 || status == 431 ? REASON_TOO_LARGE : REASON_BAD_REQUEST;
        assert_int_equal(reading.failure.reason, reason);
    }
}

/* Whoever stands before kordond may have read another request in the same bytes. */
static void test_lines_that_two_readers_understand_differently_are_refused(void **state)
{
    (void)state;
    static const struct refused refused[] = {
        {BYTES(GET "X : a\r\n\r\n"), 400, "header line"},
        {BYTES(GET "X\t: a\r\n\r\n"), 400, "header line"},
        {BYTES(GET "X Y: a\r\n\r\n"), 400, "header line"},
        {BYTES(POST "Transfer-Encoding : chunked\r\n\r\n"), 400, "header line"},
        {BYTES(POST "Content-Length : 2\r\n\r\n"), 400, "header line"},
        {BYTES(POST "X: a\r\n Content-Length: 2\r\n\r\n"), 400, "request"},
        {BYTES(POST "X:\r\n\tTransfer-Encoding: chunked\r\n\r\n"), 400, "request"},
        {BYTES("GET /a HTTP/1.1\r\n Host: a\r\n\r\n"), 400, "request"},
        {BYTES(GET "X: a\r\n \r\n\r\n"), 400, "request"},
        {BYTES(GET "X: \r\n\t \r\n\r\n"), 400, "request"},
        {BYTES("GET /a HTTP/1.1\nHost: a\r\n\r\n"), 400, "request"},
        {BYTES(GET "X: a\nY: b\r\n\r\n"), 400, "request"},
        {BYTES(GET "\n"), 400, "request"},
        {BYTES(GET "X: a\n\r\n"), 400, "request"},
        {BYTES(POST "X: a\rTransfer-Encoding: chunked\r\n\r\n"), 400, "request"},
        {BYTES(POST "X: \rTransfer-Encoding: chunked\r\n\r\n"), 400, "request"},
        {BYTES(GET "X: a\r\r\n\r\n"), 400, "request"},
        {BYTES(GET "X: a\0b\r\n\r\n"), 400, "request"},
        {BYTES(GET "X:\0\r\n\r\n"), 400, "request"},
        {BYTES(GET "X:\x01 a\r\n\r\n"), 400, "request"},
        {BYTES(GET "X: a\x7f\r\n\r\n"), 400, "request"},
        {BYTES(GET ": a\r\n\r\n"), 400, "header line"},
        {BYTES(GET "Transfer-Encoding\r\nX: a\r\n\r\n"), 400, "header line"},
        {BYTES(GET "X\xff: a\r\n\r\n"), 400, "header line"},
        {BYTES(GET "X(: a\r\n\r\n"), 400, "header line"},
    };
    require_refusals(refused, sizeof refused / sizeof refused[0]);
}

static void test_a_request_line_has_one_form(void **state)
{
    (void)state;
    static const struct refused refused[] = {
        {BYTES("\r\nGET /a HTTP/1.1\r\n" HOST "\r\n"), 400, "request"},
        {BYTES(" GET /a HTTP/1.1\r\n" HOST "\r\n"), 400, "request"},
        {BYTES("get /a HTTP/1.1\r\n" HOST "\r\n"), 400, "request"},
        {BYTES("G\"ET /a HTTP/1.1\r\n" HOST "\r\n"), 400, "request line"},
        {BYTES("GET\t/a HTTP/1.1\r\n" HOST "\r\n"), 400, "request line"},
        {BYTES("GET  /a HTTP/1.1\r\n" HOST "\r\n"), 400, "request line"},
        {BYTES("GET /a  HTTP/1.1\r\n" HOST "\r\n"), 400, "request line"},
        {BYTES("GET /a HTTP/1.1 \r\n" HOST "\r\n"), 400, "request line"},
        {BYTES("GET /a HTTP/1.10\r\n" HOST "\r\n"), 400, "request line"},
        {BYTES("GET /a http/1.1\r\n" HOST "\r\n"), 400, "request line"},
        {BYTES("GET /a HTxP/1.1\r\n" HOST "\r\n"), 400, "request line"},
        {BYTES("GET /a ICE/1.1\r\n" HOST "\r\n"), 400, "request line"},
        {BYTES("GET /a b HTTP/1.1\r\n" HOST "\r\n"), 400, "request line"},
        {BYTES("GET  HTTP/1.1\r\n" HOST "\r\n"), 400, "request line"},
        {BYTES("GET\r\n\r\n"), 400, "request line"},
        {BYTES("GET \r\n\r\n"), 400, "request line"},
        {BYTES("GET /a\r\n" HOST "\r\n"), 505, "request line"},
        {BYTES("GET /a HTTP/1.0\r\n" HOST "\r\n"), 505, "request line"},
        {BYTES("GET /a HTTP/2.0\r\n" HOST "\r\n"), 505, "request line"},
        {BYTES("GET http://a/b HTTP/1.1\r\n" HOST "\r\n"), 400, "request line"},
        {BYTES("CONNECT a:1 HTTP/1.1\r\n" HOST "\r\n"), 400, "request line"},
        {BYTES("OPTIONS * HTTP/1.1\r\n" HOST "\r\n"), 400, "request line"},
        {BYTES("GET ?a HTTP/1.1\r\n" HOST "\r\n"), 400, "request line"},
        {BYTES("GET /a# HTTP/1.1\r\n" HOST "\r\n"), 400, "request line"},
        {BYTES("GET /a?# HTTP/1.1\r\n" HOST "\r\n"), 400, "request line"},
        {BYTES("GET /a\tb HTTP/1.1\r\n" HOST "\r\n"), 400, "request line"},
        {BYTES("GET /\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n"), 400, "request line"},
        {BYTES("GET /a\0 HTTP/1.1\r\n" HOST "\r\n"), 400, "request"},
        {BYTES("GET //a HTTP/1.1\r\n" HOST "\r\n"), 400, "path"},
        {BYTES("GET /v1/%2e./b HTTP/1.1\r\n" HOST "\r\n"), 400, "path"},
        {BYTES("GET /%4 HTTP/1.1\r\n" HOST "\r\n"), 400, "path"},
        {BYTES("GET /" SAME_8(SAME_64("a")) " HTTP/1.1\r\n" HOST "\r\n"), 414, "path"},
        {BYTES("GET /a?b=1&b=2 HTTP/1.1\r\n" HOST "\r\n"), 400, "b"},
        {BYTES("GET /a?=1 HTTP/1.1\r\n" HOST "\r\n"), 400, "query"},
    };
    require_refusals(refused, sizeof refused / sizeof refused[0]);
}

/* What follows the head must be certain: so many bytes of a body, then the next request. */
static void test_a_body_has_one_length(void **state)
{
    (void)state;
    static const struct refused refused[] = {
        {BYTES(POST "\r\n"), 411, "content-length"},
        {BYTES("PUT /a HTTP/1.1\r\n" HOST "\r\n"), 411, "content-length"},
        {BYTES(GET "Content-Length: 2\r\n\r\n"), 400, "content-length"},
        {BYTES("DELETE /a HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n"), 400, "content-length"},
        {BYTES(POST "Content-Length: 2\r\nContent-Length: 2\r\n\r\n"), 400, "content-length"},
        {BYTES(POST "Content-Length: -2\r\n\r\n"), 400, "content-length"},
        {BYTES(POST "Content-Length: +2\r\n\r\n"), 400, "content-length"},
        {BYTES(POST "Content-Length: 2, 2\r\n\r\n"), 400, "content-length"},
        {BYTES(POST "Content-Length: 2 2\r\n\r\n"), 400, "content-length"},
        {BYTES(POST "Content-Length: 0x2\r\n\r\n"), 400, "content-length"},
        {BYTES(POST "Content-Length:\r\n\r\n"), 400, "content-length"},
        {BYTES(POST "Content-Length: 9223372036854775808\r\n\r\n"), 400, "content-length"},
        {BYTES(POST "Content-Length: 18446744073709551618\r\n\r\n"), 400, "content-length"},
        {BYTES(POST "Transfer-Encoding: chunked\r\n\r\n"), 411, "transfer-encoding"},
        {BYTES(POST "Transfer-Encoding: identity\r\n\r\n"), 411, "transfer-encoding"},
        {BYTES(POST "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n"), 411, "transfer-encoding"},
        {BYTES(POST "Content-Length: 2\r\ntransfer-encoding: chunked\r\n\r\n"), 411, "transfer-encoding"},
    };
    require_refusals(refused, sizeof refused / sizeof refused[0]);
}

static void test_headers_are_given_once_and_within_limits(void **state)
{
    (void)state;
    static const struct refused refused[] = {
        {BYTES("GET /a HTTP/1.1\r\n\r\n"), 400, "host"},
        {BYTES("GET /a HTTP/1.1\r\nHost:\r\n\r\n"), 400, "host"},
        {BYTES(GET "host: b\r\n\r\n"), 400, "host"},
        {BYTES(GET "Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n"), 400, "upgrade"},
        {BYTES(GET "Upgrade: h2c\r\n\r\n"), 400, "upgrade"},
        {BYTES(GET "Expect: everything\r\n\r\n"), 417, "expect"},
        {BYTES(GET "Last-Event-ID: 1\r\nlast-event-id: 2\r\n\r\n"), 400, "header line"},
        {BYTES(GET "Last-Event-ID: " SAME_64("ab") "\r\n\r\n"), 400, "header line"},
        {BYTES(POST "Idempotency-Key: a b\r\n\r\n"), 400, "idempotency-key"},
        {BYTES(POST "Idempotency-Key:\r\n\r\n"), 400, "idempotency-key"},
        {BYTES(GET SAME_64("X: y\r\n") "\r\n"), 431, "header lines"},
    };
    require_refusals(refused, sizeof refused / sizeof refused[0]);
}

/* Each of its parts arrives; what is around a value, and the case of a name, is no part of it. */
static void test_what_is_one_request_to_everybody_is_read(void **state)
{
    (void)state;
    struct reading reading;
    assert_int_equal(
        read_head(BYTES("POST /v1/%61?b=c+d%2B&e HTTP/1.1\r\nHOST:a\r\nContent-Length: \t02 \r\nX:\r\n"
                        "Expect: 100-Continue\r\nIDEMPOTENCY-KEY:\tk1 \t\r\nY: \xff \r\n"
                        "Connection: x, Close\r\n\r\n"),
            &reading),
        0);
    assert_int_equal(reading.failure.reason, REASON_DONE);
    assert_int_equal(reading.request.method, HTTP_POST);
    assert_false(reading.request.head_only);
    assert_string_equal(reading.request.path, "/v1/a");
    assert_int_equal(reading.request.query_count, 2);
    assert_string_equal(http_request_query(&reading.request, "b"), "c d+");
    assert_string_equal(http_request_query(&reading.request, "e"), "");
    assert_string_equal(http_request_header(&reading.request, HTTP_IDEMPOTENCY_KEY), "k1");
    assert_null(http_request_header(&reading.request, HTTP_LAST_EVENT_ID));
    assert_int_equal(reading.head.length, 2);
    assert_true(reading.head.close);
    assert_true(reading.head.awaits_continue);
}

static void test_what_is_not_said_is_not_assumed(void **state)
{
    (void)state;
    struct reading reading;
    assert_int_equal(read_head(BYTES("HEAD / HTTP/1.1\r\n" HOST "\r\n"), &reading), 0);
    assert_int_equal(reading.request.method, HTTP_GET);
    assert_true(reading.request.head_only);
    assert_string_equal(reading.request.path, "/");
    assert_int_equal(reading.request.query_count, 0);
    assert_int_equal(reading.head.length, -1);
    assert_false(reading.head.close);
    assert_false(reading.head.awaits_continue);
    assert_int_equal(read_head(BYTES("GET /a? HTTP/1.1\r\n" SAME_64("X: y\r\n") "\r\n"), &reading), 400);
    assert_string_equal(reading.failure.subject, "host"); /* so many lines are allowed */
}

/* The API answers them with the methods that it has. */
static void test_unknown_methods_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t size;
    } others[] = {{BYTES("BREW /a HTTP/1.1\r\n" HOST "\r\n")}, {BYTES("PATCH /a HTTP/1.1\r\n" HOST "\r\n")},
        {BYTES("M-SEARCH /a HTTP/1.1\r\n" HOST "\r\n")}, {BYTES("SOURCE /a HTTP/1.1\r\n" HOST "\r\n")}};
    struct reading reading;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_int_equal(read_head(others[i].text, others[i].size, &reading), 0);
        assert_int_equal(reading.request.method, HTTP_OTHER);
        assert_string_equal(reading.request.path, "/a");
    }
}

/* Nothing of one head stays for the next, and what stands behind a head is not read with it. */
static void test_each_head_is_read_alone(void **state)
{
    (void)state;
    static const char text[] = POST "Content-Length: 2\r\nConnection: close\r\n\r\n{}" GET "\r\n";
    const uint8_t *bytes = (const uint8_t *)text;
    size_t end = request_head_end(bytes, sizeof text - 1);
    struct reading reading;
    assert_int_equal(read_head(text, end, &reading), 0);
    assert_int_equal(reading.head.length, 2);
    assert_memory_equal(bytes + end, "{}GET ", 6);
    assert_int_equal(read_head(text + end + 2, sizeof text - 1 - end - 2, &reading), 0);
    assert_int_equal(reading.request.method, HTTP_GET);
    assert_int_equal(reading.head.length, -1);
    assert_false(reading.head.close);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_that_two_readers_understand_differently_are_refused),
        cmocka_unit_test(test_a_request_line_has_one_form),
        cmocka_unit_test(test_a_body_has_one_length),
        cmocka_unit_test(test_headers_are_given_once_and_within_limits),
        cmocka_unit_test(test_what_is_one_request_to_everybody_is_read),
        cmocka_unit_test(test_what_is_not_said_is_not_assumed),
        cmocka_unit_test(test_unknown_methods_are_read),
        cmocka_unit_test(test_each_head_is_read_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
