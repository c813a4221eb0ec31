#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "tools/bench/made_print.h"

#define PRINTS 12

static struct matcher_workspace workspace_of_comparison(void)
{
    size_t size = (matcher_compare_workspace_size() + 63) / 64 * 64;
    struct matcher_workspace workspace = {aligned_alloc(64, size), size};
    assert_non_null(workspace.memory);
    return workspace;
}

/* A print and its impressions come from their numbers alone, are valid templates, and differ from one another. */
static void test_prints_come_from_their_numbers(void **state)
{
    (void)state;
    struct matcher_template last = {0};
    for (uint64_t number = 0; number < 200; number++) {
        struct matcher_template first, again, impression;
        assert_int_equal(made_print(number, &first, NULL), REASON_DONE);
        assert_int_equal(made_print(number, &again, NULL), REASON_DONE);
        assert_int_equal(matcher_template_check(first.bytes, first.size, NULL), REASON_DONE);
        assert_int_equal(first.size, again.size);
        assert_memory_equal(first.bytes, again.bytes, first.size);
        assert_false(last.size == first.size && memcmp(last.bytes, first.bytes, first.size) == 0);
        assert_int_equal(made_impression(number, 1, &impression, NULL), REASON_DONE);
        assert_int_equal(matcher_template_check(impression.bytes, impression.size, NULL), REASON_DONE);
        last = first;
    }
}

/* Impressions match their own print and no other. */
static void test_impressions_match_their_print(void **state)
{
    (void)state;
    struct matcher_workspace workspace = workspace_of_comparison();
    struct matcher_template prints[PRINTS];
    for (uint64_t i = 0; i < PRINTS; i++)
        assert_int_equal(made_print(i, &prints[i], NULL), REASON_DONE);
    uint32_t found = 0;
    for (uint64_t i = 0; i < PRINTS; i++) {
        struct matcher_template impression;
        assert_int_equal(made_impression(i, 1, &impression, NULL), REASON_DONE);
        for (uint64_t j = 0; j < PRINTS; j++) {
            matcher_score score = matcher_compare(&impression, prints[j].bytes, prints[j].size, workspace);
            found += i == j && score >= 40;
            assert_true(i == j || score < 40);
        }
    }
    assert_in_range(found, PRINTS - 2, PRINTS);
    free(workspace.memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prints_come_from_their_numbers),
        cmocka_unit_test(test_impressions_match_their_print),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
