#include "tests/unit/unit.h"

#include <string.h>

#include "matcher/compare/comparison.h"
#include "matcher/matcher.h"
#include "tests/unit/matcher_prints.h"

struct fixture {
    struct matcher_workspace workspace;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    fixture.workspace = prints_workspace();
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    free(fixture->workspace.memory);
    return 0;
}

static int32_t raw(
    struct fixture *fixture, const struct matcher_template *a, const struct matcher_template *b)
{
    return matcher_compare_raw(a, b->bytes, b->size, fixture->workspace);
}

/* A print turned, moved and missing minutiae still scores far above every other print. */
static void test_mated_above_non_mated(void **state)
{
    struct fixture *fixture = *state;
    int32_t highest = 0;
    struct template_content content = prints_make(1, 40);
    struct matcher_template reference = prints_pack(content);
    for (uint32_t number = 2; number < 60; number++) {
        struct matcher_template other = prints_pack(prints_make(number, 40));
        int32_t score = raw(fixture, &other, &reference);
        highest = score > highest ? score : highest;
    }
    for (int step = -6; step <= 6; step++) {
        struct matcher_template probe =
            prints_pack(prints_turn(&content, step * 0.25, 40 * step, -25 * step, 4));
        assert_true(raw(fixture, &probe, &reference) > highest);
        assert_true(matcher_compare(&probe, reference.bytes, reference.size, fixture->workspace) > 20);
    }
}

/* The same templates give the same score whatever the workspace held before, and it may be wiped between. */
static void test_score_does_not_depend_on_the_workspace(void **state)
{
    struct fixture *fixture = *state;
    struct template_content content = prints_make(3, 50);
    struct matcher_template reference = prints_pack(content);
    struct matcher_template probe = prints_pack(prints_turn(&content, 0.3, 100, 50, 5));
    struct matcher_template other = prints_pack(prints_make(4, 90));
    memset(fixture->workspace.memory, 0, fixture->workspace.size);
    int32_t first = raw(fixture, &probe, &reference);
    assert_true(first > 0);
    memset(fixture->workspace.memory, 0xff, fixture->workspace.size);
    assert_int_equal(raw(fixture, &probe, &reference), first);
    raw(fixture, &other, &reference);
    assert_int_equal(raw(fixture, &probe, &reference), first);
}

/* Templates with nothing, one, two and the most minutiae, all in one place or spread, are compared soundly.
 */
static void test_extreme_templates(void **state)
{
    struct fixture *fixture = *state;
    const uint8_t counts[] = {0, 1, 2, 127, 128, 129, 255};
    struct template_content dense = prints_make(9, 255);
    for (int i = 0; i < 255; i++) {
        dense.minutiae[i].x = (uint16_t)(1000 + i % 16);
        dense.minutiae[i].y = (uint16_t)(1000 + i / 16);
    }
    struct matcher_template one_spot = prints_pack(dense);
    for (size_t i = 0; i < sizeof counts; i++) {
        struct matcher_template a = prints_pack(prints_make(5, counts[i]));
        for (size_t j = 0; j < sizeof counts; j++) {
            struct matcher_template b = prints_pack(prints_make(6, counts[j]));
            assert_true(raw(fixture, &a, &b) >= 0);
        }
        assert_true(raw(fixture, &a, &one_spot) >= 0);
        assert_true(raw(fixture, &one_spot, &a) >= 0);
    }
    assert_true(raw(fixture, &one_spot, &one_spot) >= 0);
    struct matcher_template none = prints_pack(prints_make(5, 0));
    assert_int_equal(raw(fixture, &none, &one_spot), 0);
    assert_int_equal(matcher_compare(&none, one_spot.bytes, one_spot.size, fixture->workspace), 0);
}

/* A workspace that is too small gives no evidence rather than a write beyond its end. */
static void test_small_workspace_gives_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct matcher_template print = prints_pack(prints_make(1, 40));
    struct matcher_workspace small = {fixture->workspace.memory, matcher_compare_workspace_size() - 1};
    assert_int_equal(matcher_compare(&print, print.bytes, print.size, small), 0);
}

static void test_bearings(void **state)
{
    (void)state;
    assert_int_equal(bearing_of(1, 0), 0);
    assert_int_equal(bearing_of(1, -1), 32);
    assert_int_equal(bearing_of(0, -5), 64);
    assert_int_equal(bearing_of(-3, 0), 128);
    assert_int_equal(bearing_of(0, 2), 192);
    assert_int_equal(bearing_of(0, 0), 0);
    for (int i = 0; i < 256; i++) {
        float cosine, sine;
        matcher_turn_to_vector((uint8_t)i, &cosine, &sine);
        assert_int_equal(bearing_of(cosine, -sine), i);
        assert_true(fabsf(cosine - cosf((float)i * (float)M_PI / 128)) < 1e-4f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_mated_above_non_mated, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_score_does_not_depend_on_the_workspace, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_extreme_templates, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_small_workspace_gives_nothing, set_up, tear_down),
        cmocka_unit_test(test_bearings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
