#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "tools/kordonctl/label_places.h"

#define RADIUS 10
#define MOST   60

static const struct area paper = {0, 0, 600, 900};

static bool meet(struct area one, struct area other)
{
    return one.left < other.left + other.width && other.left < one.left + one.width &&
           one.top < other.top + other.height && other.top < one.top + one.height;
}

/* Whether the box hides a part of the mark. */
static bool hides(struct area box, struct place mark)
{
    const int x = mark.x < box.left                ? box.left
                  : mark.x >= box.left + box.width ? box.left + box.width - 1
                                                   : mark.x;
    const int y = mark.y < box.top                 ? box.top
                  : mark.y >= box.top + box.height ? box.top + box.height - 1
                                                   : mark.y;
    return (x - mark.x) * (x - mark.x) + (y - mark.y) * (y - mark.y) <= RADIUS * RADIUS;
}

static void assert_all_are_seen(const struct label *labels, size_t count, struct area within)
{
    for (size_t i = 0; i < count; i++) {
        const struct area box = labels[i].box;
        assert_true(box.left >= within.left && box.top >= within.top &&
                    box.left + box.width <= within.left + within.width &&
                    box.top + box.height <= within.top + within.height);
        for (size_t k = 0; k < count; k++) {
            assert_false(hides(box, labels[k].mark));
            assert_false(k != i && meet(box, labels[k].box));
        }
    }
}

/* So many marks within an area, from a number alone. */
static void make_labels(struct label labels[static MOST], size_t count, struct area within, uint32_t seed)
{
    memset(labels, 0, MOST * sizeof labels[0]);
    for (size_t i = 0; i < count; i++) {
        seed = seed * 1664525 + 1013904223;
        labels[i].mark.x = within.left + (int)(seed >> 8) % within.width;
        seed = seed * 1664525 + 1013904223;
        labels[i].mark.y = within.top + (int)(seed >> 8) % within.height;
        static const struct place tips[] = {
            {20, 0}, {14, 14}, {0, 20}, {-14, 14}, {-20, 0}, {-14, -14}, {0, -20}, {14, -14}};
        const struct place *tip = &tips[(seed >> 4) % (sizeof tips / sizeof tips[0])];
        labels[i].tip = (struct place){labels[i].mark.x + tip->x, labels[i].mark.y + tip->y};
        labels[i].box.width = i < 9 ? 16 : 28;
        labels[i].box.height = 20;
    }
}

/* H3: with few pairs and with many, and where marks lie at the paper's corner. */
static void test_H3_no_number_hides_a_mark_or_another_number(void **state)
{
    (void)state;
    static const struct area areas[] = {{0, 0, 600, 900}, {150, 200, 300, 300}, {0, 0, 200, 200}};
    struct label labels[MOST];
    for (size_t k = 0; k < sizeof areas / sizeof areas[0]; k++)
        for (uint32_t seed = 1; seed <= 20; seed++) {
            const size_t count = k == 2 ? 21 : MOST;
            make_labels(labels, count, areas[k], seed);
            labels_place(labels, count, paper, RADIUS);
            assert_all_are_seen(labels, count, paper);
        }
}

/* Which way a minutia points is seen, where there is room. */
static void test_H3_no_number_hides_a_mark_s_direction(void **state)
{
    (void)state;
    struct label labels[MOST];
    for (uint32_t seed = 1; seed <= 20; seed++) {
        make_labels(labels, 20, paper, seed);
        labels_place(labels, 20, paper, RADIUS);
        assert_all_are_seen(labels, 20, paper);
        for (size_t i = 0; i < 20; i++)
            for (size_t k = 0; k < 20; k++)
                assert_false(meet(labels[i].box, (struct area){labels[k].tip.x, labels[k].tip.y, 1, 1}));
    }
}

static void test_H3_the_same_marks_get_the_same_numbers_places(void **state)
{
    (void)state;
    struct label first[MOST], again[MOST];
    make_labels(first, MOST, paper, 7);
    make_labels(again, MOST, paper, 7);
    labels_place(first, MOST, paper, RADIUS);
    labels_place(again, MOST, paper, RADIUS);
    assert_memory_equal(first, again, sizeof first);
}

/* A mark that stands alone has its number beside it. */
static void test_H3_a_number_is_near_its_mark(void **state)
{
    (void)state;
    struct label labels[MOST];
    make_labels(labels, 1, paper, 3);
    labels_place(labels, 1, paper, RADIUS);
    const struct place from = label_leader_begin(&labels[0], RADIUS), to = label_leader_end(&labels[0]);
    assert_true(abs(from.x - to.x) <= RADIUS && abs(from.y - to.y) <= RADIUS);
}

/* More than there is room for: each has a place on the paper all the same. */
static void test_H3_a_paper_that_is_full_keeps_all_numbers(void **state)
{
    (void)state;
    static const struct area small = {0, 0, 60, 60};
    struct label labels[MOST];
    make_labels(labels, MOST, small, 5);
    labels_place(labels, MOST, small, RADIUS);
    for (size_t i = 0; i < MOST; i++)
        assert_true(labels[i].box.left >= 0 && labels[i].box.left + labels[i].box.width <= small.width);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_H3_no_number_hides_a_mark_or_another_number),
        cmocka_unit_test(test_H3_no_number_hides_a_mark_s_direction),
        cmocka_unit_test(test_H3_the_same_marks_get_the_same_numbers_places),
        cmocka_unit_test(test_H3_a_number_is_near_its_mark),
        cmocka_unit_test(test_H3_a_paper_that_is_full_keeps_all_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
