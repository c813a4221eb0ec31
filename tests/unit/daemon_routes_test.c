#include "tests/unit/unit.h"

#include <string.h>

#include "daemon/api/routes.h"

static struct http_request request_of(enum http_method method, const char *path)
{
    struct http_request request = {.method = method};
    strncpy(request.path, path, sizeof request.path - 1);
    return request;
}

/* Every route under /v1 needs a role but what describes them; the three outside say nothing about travellers. */
static void test_T7_every_route_has_roles(void **state)
{
    (void)state;
    for (size_t i = 0; i < route_count; i++) {
        bool versioned = strncmp(routes[i].path, "/v1/", 4) == 0;
        bool description = strcmp(routes[i].path, "/v1/openapi.json") == 0;
        assert_int_equal(routes[i].roles != ROUTE_NO_ROLE, versioned && !description);
        assert_int_equal(routes[i].roles & ~ROLE_ANY, 0);
        assert_non_null(routes[i].handle);
    }
}

/* The administrator runs the machine: of list and log he may know how large they are, and change nothing. */
static void test_T7_administrator_reads_no_list_and_no_log(void **state)
{
    (void)state;
    for (size_t i = 0; i < route_count; i++) {
        bool guarded = strncmp(routes[i].path, "/v1/log", 7) == 0 ||
                       strncmp(routes[i].path, "/v1/watchlist/", 14) == 0 ||
                       strncmp(routes[i].path, "/v1/transactions", 16) == 0;
        if (guarded)
            assert_int_equal(routes[i].roles & ROLE_ADMINISTRATOR, 0);
    }
}

/* No path has a word by which a machine could refuse somebody entry. */
static void test_H7_no_verb_refuses_entry(void **state)
{
    (void)state;
    static const char *const verbs[] = {
        "refus", "reject", "deny", "denied", "block", "admit", "entry/", "detain"};
    for (size_t i = 0; i < route_count; i++)
        for (size_t j = 0; j < sizeof verbs / sizeof verbs[0]; j++)
            assert_null(strstr(routes[i].path, verbs[j]));
}

static void test_paths_are_found_with_their_parameter(void **state)
{
    (void)state;
    int status;
    struct http_request request = request_of(HTTP_POST, "/v1/transactions/abc/samples");
    const struct route *route = routes_find(&request, &status);
    assert_non_null(route);
    assert_string_equal(route->path, "/v1/transactions/{}/samples");
    assert_int_equal(request.parameter_size, 3);
    assert_memory_equal(request.parameter, "abc", 3);
    request = request_of(HTTP_GET, "/v1/log/files/tile/0/000.p/12");
    assert_non_null(routes_find(&request, &status));
    assert_string_equal(request.parameter, "tile/0/000.p/12");
}

static void test_other_paths_and_methods_are_told_apart(void **state)
{
    (void)state;
    static const char *const missing[] = {"", "/", "/v1", "/v1/", "/v1/transactions/", "/v1/transactions/a/b",
        "/v1/log/files/", "/healthz/", "/v1/statusx"};
    int status;
    for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++) {
        struct http_request request = request_of(HTTP_GET, missing[i]);
        assert_null(routes_find(&request, &status));
        assert_int_equal(status, 404);
    }
    struct http_request request = request_of(HTTP_DELETE, "/v1/transactions");
    assert_null(routes_find(&request, &status));
    assert_int_equal(status, 405);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_T7_every_route_has_roles),
        cmocka_unit_test(test_T7_administrator_reads_no_list_and_no_log),
        cmocka_unit_test(test_H7_no_verb_refuses_entry),
        cmocka_unit_test(test_paths_are_found_with_their_parameter),
        cmocka_unit_test(test_other_paths_and_methods_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
