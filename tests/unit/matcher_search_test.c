#include "tests/unit/unit.h"

#include <string.h>

#include "matcher/matcher.h"
#include "tests/unit/matcher_prints.h"

#define SUBJECTS 40

/* SUBJECTS people with right index and left thumb each. */
struct fixture {
    struct matcher_workspace workspace;
    void *memory;
    struct matcher_reference_set *set;
};

static uint32_t print_number(uint32_t subject, uint32_t finger)
{
    return 100 + 2 * subject + finger;
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture->workspace = prints_workspace();
    size_t bytes = SUBJECTS * 2 * (16 + 40 * 6 + 500);
    size_t size = matcher_reference_set_size(SUBJECTS * 2, bytes);
    fixture->memory = aligned_alloc(64, (size + 63) / 64 * 64);
    enum reason reason =
        matcher_reference_set_init(fixture->memory, size, SUBJECTS * 2, bytes, &fixture->set, NULL);
    for (uint32_t i = 0; reason == REASON_DONE && i < SUBJECTS * 2; i++) {
        struct matcher_template template = prints_pack(prints_make(print_number(i / 2, i % 2), 40));
        struct matcher_reference reference = {.subject = i / 2,
            .position = i % 2 == 0 ? FINGER_RIGHT_INDEX : FINGER_LEFT_THUMB,
            .bytes = template.bytes,
            .size = template.size};
        reason = matcher_reference_set_add(fixture->set, &reference, NULL);
    }
    *state = fixture;
    return reason != REASON_DONE;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    free(fixture->memory);
    free(fixture->workspace.memory);
    free(fixture);
    return 0;
}

static struct matcher_template impression(uint32_t subject, uint32_t finger)
{
    struct template_content content = prints_make(print_number(subject, finger), 40);
    return prints_pack(prints_turn(&content, 0.4, 60, -30, 5));
}

static struct matcher_candidate_list search(
    struct fixture *fixture, const struct matcher_probe *probes, uint32_t count, matcher_score floor)
{
    struct matcher_candidate_list list = {.capacity = MATCHER_CANDIDATES_MAX};
    assert_true(
        matcher_search(fixture->set, 0, SUBJECTS, probes, count, floor, fixture->workspace, NULL, &list));
    return list;
}

/* A listed finger comes first and an unlisted one reaches no score that would count. */
static void test_listed_found_unlisted_not(void **state)
{
    struct fixture *fixture = *state;
    for (uint32_t subject = 0; subject < SUBJECTS; subject += 13) {
        struct matcher_template probe = impression(subject, 0);
        struct matcher_probe probes[] = {{&probe, FINGER_RIGHT_INDEX}};
        struct matcher_candidate_list list = search(fixture, probes, 1, 50);
        assert_int_equal(list.count, 1);
        assert_int_equal(list.candidates[0].subject, subject);
        assert_int_equal(list.candidates[0].fingers, 1);
    }
    struct matcher_template stranger = prints_pack(prints_make(9999, 40));
    struct matcher_probe probes[] = {{&stranger, FINGER_UNKNOWN}};
    assert_int_equal(search(fixture, probes, 1, 50).count, 0);
}

/* A known position is compared only with that finger; an unknown one with all, and then claims less. */
static void test_positions_decide_what_is_compared(void **state)
{
    struct fixture *fixture = *state;
    struct matcher_template probe = impression(5, 1);
    struct matcher_probe wrong[] = {{&probe, FINGER_RIGHT_INDEX}};
    assert_int_equal(search(fixture, wrong, 1, 50).count, 0);
    struct matcher_probe right[] = {{&probe, FINGER_LEFT_THUMB}};
    struct matcher_candidate_list known = search(fixture, right, 1, 50);
    struct matcher_probe unknown[] = {{&probe, FINGER_UNKNOWN}};
    struct matcher_candidate_list any = search(fixture, unknown, 1, 50);
    assert_int_equal(known.count, 1);
    assert_int_equal(any.count, 1);
    assert_int_equal(any.candidates[0].subject, 5);
    assert_true(any.candidates[0].score < known.candidates[0].score);
}

/* Fingers given in the wrong order are found where the caller asks for that, said to be swapped, and score less. */
static void test_swapped_fingers_are_found_and_said(void **state)
{
    struct fixture *fixture = *state;
    struct matcher_template index = impression(9, 0), thumb = impression(9, 1);
    struct matcher_probe ordered[] = {{&index, FINGER_RIGHT_INDEX, .any_position = true},
        {&thumb, FINGER_LEFT_THUMB, .any_position = true}};
    struct matcher_probe swapped[] = {{&thumb, FINGER_RIGHT_INDEX, .any_position = true},
        {&index, FINGER_LEFT_THUMB, .any_position = true}};
    struct matcher_candidate first = search(fixture, ordered, 2, 50).candidates[0];
    struct matcher_candidate second = search(fixture, swapped, 2, 50).candidates[0];
    assert_int_equal(first.subject, 9);
    assert_int_equal(first.swapped, 0);
    assert_int_equal(second.subject, 9);
    assert_int_equal(second.swapped, 2);
    assert_int_equal(second.fingers, 2);
    assert_true(second.score <= first.score);
    swapped[0].any_position = swapped[1].any_position = false;
    assert_int_equal(search(fixture, swapped, 2, 50).count, 0);
}

/* 1:1 with several fingers: as the search does it, and nothing where no finger is in common. */
static void test_people_are_compared(void **state)
{
    struct fixture *fixture = *state;
    struct matcher_template index = impression(4, 0), thumb = impression(4, 1);
    struct matcher_template references[] = {
        prints_pack(prints_make(print_number(4, 0), 40)), prints_pack(prints_make(print_number(4, 1), 40))};
    struct matcher_person_reference person[] = {{FINGER_RIGHT_INDEX, references[0].bytes, references[0].size},
        {FINGER_LEFT_THUMB, references[1].bytes, references[1].size}};
    struct matcher_probe probes[] = {{&thumb, FINGER_RIGHT_INDEX, .any_position = true},
        {&index, FINGER_LEFT_THUMB, .any_position = true}};
    struct matcher_candidate candidate;
    assert_int_equal(matcher_compare_person(probes, 2, person, 2, fixture->workspace, &candidate), 2);
    assert_int_equal(candidate.swapped, 2);
    assert_true(candidate.score >= 50);
    probes[0].template = &index, probes[1].template = &thumb;
    assert_int_equal(matcher_compare_person(probes, 2, person, 2, fixture->workspace, &candidate), 2);
    assert_int_equal(candidate.swapped, 0);
    /* The reference lacks the thumb: it is missing, not against the match. */
    assert_int_equal(matcher_compare_person(probes, 1, person, 1, fixture->workspace, &candidate), 1);
    assert_true(candidate.score >= 50);
    assert_int_equal(matcher_compare_person(&probes[1], 1, person, 1, fixture->workspace, &candidate), 0);
    assert_int_equal(matcher_compare_person(probes, 2, person, 0, fixture->workspace, &candidate), 0);
    assert_int_equal(matcher_compare_person(probes, 2, person, 2,
                         (struct matcher_workspace){fixture->workspace.memory, 64}, &candidate),
        0);
}

/* Two fingers of one person give more than either, and a finger of somebody else takes some of it away. */
static void test_fingers_fuse(void **state)
{
    struct fixture *fixture = *state;
    struct matcher_template index = impression(7, 0), thumb = impression(7, 1);
    struct matcher_template stranger = prints_pack(prints_make(9999, 40));
    struct matcher_probe both[] = {{&index, FINGER_RIGHT_INDEX}, {&thumb, FINGER_LEFT_THUMB}};
    struct matcher_candidate two = search(fixture, both, 2, 20).candidates[0];
    struct matcher_candidate one = search(fixture, both, 1, 20).candidates[0];
    assert_int_equal(two.subject, 7);
    assert_int_equal(two.fingers, 2);
    assert_true(two.score >= one.score);
    both[1].template = &stranger;
    assert_true(search(fixture, both, 2, 0).candidates[0].score < one.score);
}

/* However the subjects are shared out, and in whatever order shares are merged, the list is the same. */
static void test_shares_do_not_change_the_list(void **state)
{
    struct fixture *fixture = *state;
    struct matcher_template probe = impression(11, 0);
    struct matcher_probe probes[] = {{&probe, FINGER_UNKNOWN}};
    struct matcher_candidate_list whole = {.capacity = 10};
    assert_true(matcher_search(fixture->set, 0, SUBJECTS, probes, 1, 0, fixture->workspace, NULL, &whole));
    assert_int_equal(whole.count, 10);
    for (uint32_t shares = 2; shares <= 7; shares++) {
        struct matcher_candidate_list merged = {.capacity = 10};
        for (uint32_t share = shares; share-- > 0;) {
            struct matcher_candidate_list part = {.capacity = 10};
            assert_true(matcher_search(fixture->set, SUBJECTS * share / shares,
                SUBJECTS * (share + 1) / shares, probes, 1, 0, fixture->workspace, NULL, &part));
            matcher_candidates_merge(&merged, &part);
        }
        assert_int_equal(merged.count, whole.count);
        for (uint32_t i = 0; i < whole.count; i++) {
            assert_int_equal(merged.candidates[i].subject, whole.candidates[i].subject);
            assert_int_equal(merged.candidates[i].score, whole.candidates[i].score);
        }
    }
}

/* A search that was told to stop, or whose share lies outside the set, says that it is not whole. */
static void test_incomplete_search_says_so(void **state)
{
    struct fixture *fixture = *state;
    struct matcher_template probe = impression(1, 0);
    struct matcher_probe probes[] = {{&probe, FINGER_UNKNOWN}};
    struct matcher_candidate_list list = {.capacity = 1};
    const volatile bool stop = true;
    assert_false(matcher_search(fixture->set, 0, SUBJECTS, probes, 1, 0, fixture->workspace, &stop, &list));
    assert_false(
        matcher_search(fixture->set, 0, SUBJECTS + 1, probes, 1, 0, fixture->workspace, NULL, &list));
    struct matcher_workspace small = {fixture->workspace.memory, 64};
    assert_false(matcher_search(fixture->set, 0, SUBJECTS, probes, 1, 0, small, NULL, &list));
}

/* A set takes what it was made for, in order, and nothing more. */
static void test_set_keeps_its_limits(void **state)
{
    struct fixture *fixture = *state;
    struct matcher_template template = prints_pack(prints_make(1, 10));
    struct matcher_reference reference = {SUBJECTS, FINGER_UNKNOWN, template.bytes, template.size};
    assert_int_equal(matcher_reference_set_add(fixture->set, &reference, NULL), REASON_TOO_LARGE);
    assert_int_equal(matcher_reference_set_count(fixture->set), SUBJECTS * 2);
    assert_int_equal(matcher_reference_set_subjects(fixture->set), SUBJECTS);

    size_t size = matcher_reference_set_size(3, 3 * template.size);
    struct matcher_reference_set *set;
    void *memory = aligned_alloc(64, (size + 63) / 64 * 64);
    assert_int_equal(matcher_reference_set_init(memory, size - 1, 3, 3 * template.size, &set, NULL),
        REASON_WORKSPACE_TOO_SMALL);
    assert_int_equal(matcher_reference_set_init(memory, size, 3, 3 * template.size, &set, NULL), REASON_DONE);
    reference.subject = 1;
    assert_int_equal(matcher_reference_set_add(set, &reference, NULL), REASON_BAD_VALUE);
    reference.subject = 0;
    assert_int_equal(matcher_reference_set_add(set, &reference, NULL), REASON_DONE);
    assert_int_equal(matcher_reference_set_add(set, &reference, NULL), REASON_DONE);
    free(memory);
    assert_true(matcher_reference_set_size(UINT32_MAX, SIZE_MAX - 10) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_listed_found_unlisted_not, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_positions_decide_what_is_compared, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_swapped_fingers_are_found_and_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_people_are_compared, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_fingers_fuse, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_shares_do_not_change_the_list, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_incomplete_search_says_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_set_keeps_its_limits, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
