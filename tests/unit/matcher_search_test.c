#include "tests/unit/unit.h"

#include <string.h>

#include "matcher/matcher.h"
#include "matcher/search/search.h"
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

static void prepare(struct matcher_reference_set *set)
{
    matcher_reference_set_close(set);
    for (uint32_t share = 0; share < MATCHER_PREPARE_SHARES; share++)
        matcher_reference_set_prepare(set, share);
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
    prepare(fixture->set);
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

static const struct matcher_range everybody = {0, SUBJECTS};

static struct matcher_share share_of(const struct fixture *fixture, const struct matcher_range *range,
    const struct matcher_probe *probes, uint32_t count, matcher_score floor)
{
    return (struct matcher_share){.set = fixture->set,
        .probes = probes,
        .probe_count = count,
        .ranges = range,
        .range_count = 1,
        .floor = floor};
}

static struct matcher_candidate_list search(
    const struct fixture *fixture, const struct matcher_probe *probes, uint32_t count, matcher_score floor)
{
    struct matcher_candidate_list list = {.capacity = MATCHER_CANDIDATES_MAX};
    struct matcher_share share = share_of(fixture, &everybody, probes, count, floor);
    assert_true(matcher_search(&share, fixture->workspace, &list));
    assert_int_equal(list.compared, SUBJECTS);
    return list;
}

/* The kernels of the best level that this processor has, or those of a test. */
static bool scan(const struct signature_kernels *kernels, const struct matcher_share *share, void *memory,
    size_t size, struct matcher_scan **made)
{
    return kernels != NULL ? matcher_scan_with(kernels, share, memory, size, made)
                           : matcher_search_scan(share, memory, size, made);
}

/* The staged search in that many shares, which are scanned and merged from the last to the first. */
static struct matcher_candidate_list search_with(const struct signature_kernels *kernels,
    const struct matcher_share *whole, struct matcher_workspace workspace, const struct matcher_keep *keep,
    uint32_t shares)
{
    struct matcher_range ranges[SUBJECTS];
    struct matcher_share parts[SUBJECTS];
    struct matcher_scan *scans[SUBJECTS];
    void *memory[SUBJECTS];
    for (uint32_t i = shares; i-- > 0;) {
        ranges[i] = (struct matcher_range){SUBJECTS * i / shares, SUBJECTS * (i + 1) / shares};
        parts[i] = *whole;
        parts[i].ranges = &ranges[i];
        size_t size = (matcher_scan_size(&parts[i]) + 63) / 64 * 64;
        memory[i] = aligned_alloc(64, size);
        assert_true(scan(kernels, &parts[i], memory[i], size, &scans[i]));
    }
    struct matcher_cut cut = matcher_search_cut((const struct matcher_scan *const *)scans, shares, keep);
    struct matcher_candidate_list list = {.capacity = MATCHER_CANDIDATES_MAX};
    for (uint32_t i = shares; i-- > 0;) {
        struct matcher_candidate_list part = {.capacity = MATCHER_CANDIDATES_MAX};
        assert_true(matcher_search_survivors(&parts[i], scans[i], &cut, workspace, &part));
        matcher_candidates_merge(&list, &part);
        free(memory[i]);
    }
    return list;
}

static struct matcher_candidate_list search_staged(const struct fixture *fixture,
    const struct matcher_probe *probes, uint32_t count, const struct matcher_keep *keep, uint32_t shares)
{
    struct matcher_share whole = share_of(fixture, &everybody, probes, count, 0);
    return search_with(NULL, &whole, fixture->workspace, keep, shares);
}

static void assert_same_list(
    const struct matcher_candidate_list *list, const struct matcher_candidate_list *expected)
{
    assert_int_equal(list->count, expected->count);
    assert_int_equal(list->compared, expected->compared);
    for (uint32_t i = 0; i < list->count; i++) {
        assert_int_equal(list->candidates[i].subject, expected->candidates[i].subject);
        assert_int_equal(list->candidates[i].score, expected->candidates[i].score);
        assert_int_equal(list->candidates[i].fingers, expected->candidates[i].fingers);
    }
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
    struct matcher_template probe = impression(11, 0), thumb = impression(12, 1);
    struct matcher_probe probes[] = {{&probe, FINGER_UNKNOWN}, {&thumb, FINGER_LEFT_THUMB}};
    struct matcher_candidate_list whole = search(fixture, probes, 2, 0);
    const struct matcher_keep keep = {.least = 3};
    struct matcher_candidate_list staged = search_staged(fixture, probes, 2, &keep, 1);
    assert_in_range(staged.compared, 3, SUBJECTS - 1);
    for (uint32_t shares = 2; shares <= 7; shares++) {
        struct matcher_candidate_list merged = {.capacity = MATCHER_CANDIDATES_MAX};
        for (uint32_t i = shares; i-- > 0;) {
            struct matcher_range range = {SUBJECTS * i / shares, SUBJECTS * (i + 1) / shares};
            struct matcher_share share = share_of(fixture, &range, probes, 2, 0);
            struct matcher_candidate_list part = {.capacity = MATCHER_CANDIDATES_MAX};
            assert_true(matcher_search(&share, fixture->workspace, &part));
            matcher_candidates_merge(&merged, &part);
        }
        assert_same_list(&merged, &whole);
        merged = search_staged(fixture, probes, 2, &keep, shares);
        assert_same_list(&merged, &staged);
    }
}

/* Every level of kernels that this processor has gives the same list. */
static void test_levels_do_not_change_the_list(void **state)
{
    struct fixture *fixture = *state;
    struct matcher_template probe = impression(3, 0), thumb = impression(30, 1);
    struct matcher_probe probes[] = {
        {&probe, FINGER_RIGHT_INDEX, .any_position = true}, {&thumb, FINGER_UNKNOWN}};
    struct matcher_share whole = share_of(fixture, &everybody, probes, 2, 0);
    for (uint32_t least = 1; least < SUBJECTS; least += 6) {
        const struct matcher_keep keep = {.least = least};
        struct matcher_candidate_list expected = search_staged(fixture, probes, 2, &keep, 1);
        for (int level = 0; level < PROCESSOR_LEVELS; level++) {
            const struct signature_kernels *kernels =
                matcher_signature_kernels_of((enum processor_level)level);
            if (kernels == NULL)
                continue;
            struct matcher_candidate_list list =
                search_with(kernels, &whole, fixture->workspace, &keep, 1 + least % 3);
            assert_same_list(&list, &expected);
        }
    }
}

/* Ranges that lie apart are searched like one share, and what lies between them is not. */
static void test_ranges_are_searched_and_nothing_else(void **state)
{
    struct fixture *fixture = *state;
    struct matcher_template probe = impression(11, 0);
    struct matcher_probe probes[] = {{&probe, FINGER_RIGHT_INDEX}};
    const struct matcher_range around[] = {{0, 11}, {12, SUBJECTS}};
    struct matcher_share share = share_of(fixture, around, probes, 1, 40);
    share.range_count = 2;
    struct matcher_candidate_list list = {.capacity = 10};
    assert_true(matcher_search(&share, fixture->workspace, &list));
    assert_int_equal(list.count, 0);
    assert_int_equal(list.compared, SUBJECTS - 1);
    size_t size = (matcher_scan_size(&share) + 63) / 64 * 64;
    void *memory = aligned_alloc(64, size);
    struct matcher_scan *made;
    assert_true(matcher_search_scan(&share, memory, size, &made));
    const struct matcher_scan *scans[] = {made};
    const struct matcher_keep all = {.least = SUBJECTS};
    struct matcher_cut cut = matcher_search_cut(scans, 1, &all);
    list = (struct matcher_candidate_list){.capacity = 10};
    assert_true(matcher_search_survivors(&share, made, &cut, fixture->workspace, &list));
    assert_int_equal(list.count, 0);
    assert_int_equal(list.compared, SUBJECTS - 1);
    free(memory);
}

/* Where the first stage keeps everybody, both modes give the same list; where it keeps few, the mate is among
 * them. */
static void test_staged_agrees_with_exhaustive(void **state)
{
    struct fixture *fixture = *state;
    const struct matcher_keep all = {.least = SUBJECTS * 2}, share = {.per_million = 2000000},
                              few = {.least = 4};
    for (uint32_t subject = 0; subject < SUBJECTS; subject += 7) {
        struct matcher_template index = impression(subject, 0), thumb = impression(subject, 1);
        struct matcher_probe probes[] = {{&index, FINGER_RIGHT_INDEX}, {&thumb, FINGER_UNKNOWN}};
        for (uint32_t count = 1; count <= 2; count++) {
            struct matcher_candidate_list exhaustive = search(fixture, probes, count, 0);
            struct matcher_candidate_list staged = search_staged(fixture, probes, count, &all, 3);
            assert_same_list(&staged, &exhaustive);
            staged = search_staged(fixture, probes, count, &share, 2);
            assert_same_list(&staged, &exhaustive);
            staged = search_staged(fixture, probes, count, &few, 3);
            assert_true(staged.compared < SUBJECTS);
            assert_int_equal(staged.candidates[0].subject, subject);
            assert_int_equal(staged.candidates[0].score, exhaustive.candidates[0].score);
        }
    }
}

/* How many are compared of SUBJECTS people, of whom the first few are twins of the probe and the others of somebody
 * else: two numbers altogether. */
static uint32_t compared_among_twins(struct fixture *fixture, uint32_t twins, uint32_t least)
{
    struct matcher_template twin = prints_pack(prints_make(77, 40)), other = prints_pack(prints_make(78, 40));
    size_t bytes = SUBJECTS * (size_t)(twin.size > other.size ? twin.size : other.size);
    size_t size = matcher_reference_set_size(SUBJECTS, bytes);
    void *memory = aligned_alloc(64, (size + 63) / 64 * 64);
    struct matcher_reference_set *before = fixture->set;
    assert_int_equal(
        matcher_reference_set_init(memory, size, SUBJECTS, bytes, &fixture->set, NULL), REASON_DONE);
    for (uint32_t i = 0; i < SUBJECTS; i++) {
        const struct matcher_template *template = i < twins ? &twin : &other;
        struct matcher_reference reference = {i, FINGER_RIGHT_INDEX, template->bytes, template->size};
        assert_int_equal(matcher_reference_set_add(fixture->set, &reference, NULL), REASON_DONE);
    }
    prepare(fixture->set);
    struct matcher_probe probes[] = {{&twin, FINGER_RIGHT_INDEX}};
    const struct matcher_keep keep = {.least = least};
    uint32_t compared = search_staged(fixture, probes, 1, &keep, 1 + least % 3).compared;
    fixture->set = before;
    free(memory);
    return compared;
}

/* References with equal numbers are on the same side of the cut, wherever they lie: above it, unless that would more
 * than double what is kept and a quarter of it is kept without them. */
static void test_equal_scores_survive_together(void **state)
{
    static const struct {
        uint32_t twins, least, compared;
    } cases[] = {
        {20, 1, 20},
        {20, 20, 20},
        {20, 21, SUBJECTS},
        {10, 19, 10}, /* all would be more than twice 19 */
        {10, 20, SUBJECTS},
        {1, 7, 1},
        {1, 8, SUBJECTS}, /* one is less than a quarter of 8 */
        {1, SUBJECTS, SUBJECTS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(compared_among_twins(*state, cases[i].twins, cases[i].least), cases[i].compared);
}

/* A search that was told to stop, or whose share lies outside the set, says that it is not whole. */
static void test_incomplete_search_says_so(void **state)
{
    struct fixture *fixture = *state;
    struct matcher_template probe = impression(1, 0);
    struct matcher_probe probes[] = {{&probe, FINGER_UNKNOWN}};
    struct matcher_candidate_list list = {.capacity = 1};
    struct matcher_share good = share_of(fixture, &everybody, probes, 1, 0), bad = good;
    size_t size = (matcher_scan_size(&good) + 63) / 64 * 64;
    void *memory = aligned_alloc(64, size);
    struct matcher_scan *made;

    const _Atomic bool stop = true;
    bad.stop = &stop;
    assert_false(matcher_search(&bad, fixture->workspace, &list));
    assert_false(matcher_search_scan(&bad, memory, size, &made));
    assert_true(matcher_search_scan(&good, memory, size, &made));
    struct matcher_cut cut = {{0}};
    assert_false(matcher_search_survivors(&bad, made, &cut, fixture->workspace, &list));

    const struct matcher_range outside[] = {{0, SUBJECTS + 1}, {5, 4}};
    for (size_t i = 0; i < 2; i++) {
        bad = share_of(fixture, &outside[i], probes, 1, 0);
        assert_false(matcher_search(&bad, fixture->workspace, &list));
        assert_int_equal(matcher_scan_size(&bad), 0);
        assert_false(matcher_search_scan(&bad, memory, size, &made));
    }
    bad = good;
    bad.probe_count = MATCHER_PROBE_FINGERS_MAX + 1;
    assert_false(matcher_search(&bad, fixture->workspace, &list));
    assert_int_equal(matcher_scan_size(&bad), 0);
    struct matcher_workspace small = {fixture->workspace.memory, 64};
    assert_false(matcher_search(&good, small, &list));
    assert_false(matcher_search_scan(&good, memory, matcher_scan_size(&good) - 1, &made));
    free(memory);
}

/* A set whose signatures are not all made is not searched by them. */
static void test_unprepared_set_is_refused(void **state)
{
    (void)state;
    struct matcher_template print = prints_pack(prints_make(1, 30));
    size_t size = matcher_reference_set_size(1, print.size);
    void *memory = aligned_alloc(64, (size + 63) / 64 * 64);
    struct fixture fixture = {.workspace = prints_workspace()};
    assert_int_equal(
        matcher_reference_set_init(memory, size, 1, print.size, &fixture.set, NULL), REASON_DONE);
    struct matcher_reference reference = {0, FINGER_LEFT_RING, print.bytes, print.size};
    assert_int_equal(matcher_reference_set_add(fixture.set, &reference, NULL), REASON_DONE);
    struct matcher_probe probes[] = {{&print, FINGER_LEFT_RING}};
    const struct matcher_range one = {0, 1};
    struct matcher_share share = share_of(&fixture, &one, probes, 1, 0);
    assert_int_equal(matcher_scan_size(&share), 0);
    matcher_reference_set_close(fixture.set);
    for (uint32_t i = 0; i < MATCHER_PREPARE_SHARES; i++) {
        assert_int_equal(matcher_scan_size(&share), 0);
        matcher_reference_set_prepare(fixture.set, i);
    }
    assert_true(matcher_scan_size(&share) > 0);
    struct matcher_candidate_list list = {.capacity = 1};
    assert_true(matcher_search(&share, fixture.workspace, &list));
    assert_int_equal(matcher_reference_set_add(fixture.set, &reference, NULL), REASON_TOO_LARGE);
    free(fixture.workspace.memory);
    free(memory);
}

/* A set takes what it was made for, in order, and nothing more. */
static void test_set_keeps_its_limits(void **state)
{
    struct fixture *fixture = *state;
    struct matcher_template template = prints_pack(prints_make(1, 10));
    struct matcher_reference reference = {SUBJECTS, FINGER_UNKNOWN, template.bytes, template.size};
    assert_int_equal(matcher_reference_set_add(fixture->set, &reference, NULL), REASON_TOO_LARGE);
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
    reference.position = FINGER_POSITION_COUNT;
    assert_int_equal(matcher_reference_set_add(set, &reference, NULL), REASON_BAD_VALUE);
    reference.position = FINGER_UNKNOWN;
    assert_int_equal(matcher_reference_set_add(set, &reference, NULL), REASON_DONE);
    free(memory);
    assert_true(matcher_reference_set_size(UINT32_MAX, SIZE_MAX - 10) == 0);
}

static bool is_zero(const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < size; i++)
        if (at[i] != 0)
            return false;
    return true;
}

/* What is forgotten is wiped, templates and signatures; the others are found as before. */
static void test_M3_forgotten_subject_is_wiped(void **state)
{
    struct fixture *fixture = *state;
    struct matcher_reference_set *set = fixture->set;
    matcher_reference_set_forget(set, 7);
    for (uint32_t i = set->first_references[7]; i < set->first_references[8]; i++) {
        assert_true(is_zero(set->references[i].bytes, set->references[i].size));
        assert_true(is_zero(&set->signatures[set->references[i].slot], sizeof set->signatures[0]));
    }
    assert_int_equal(matcher_reference_set_count_in(set, &(struct matcher_range){6, 9}), 6);
    for (uint32_t i = 0; i < set->count; i++)
        if (i < set->first_references[7] || i >= set->first_references[8])
            assert_false(is_zero(set->references[i].bytes, set->references[i].size));
    matcher_reference_set_forget(set, SUBJECTS); /* nobody */
}

/* The room that is set aside is enough for every share of that size. */
static void test_A8_room_for_a_scan_is_enough(void **state)
{
    struct fixture *fixture = *state;
    struct matcher_template print = prints_pack(prints_make(77, 40));
    struct matcher_probe probes[MATCHER_PROBE_FINGERS_MAX];
    for (uint32_t count = 1; count <= MATCHER_PROBE_FINGERS_MAX; count++) {
        probes[count - 1] = (struct matcher_probe){&print, (enum finger_position)count, true};
        for (uint32_t ranges = 1; ranges <= 3; ranges++) {
            const struct matcher_range parts[] = {{0, 1}, {2, 3}, {5, SUBJECTS}};
            const struct matcher_share share = {.set = fixture->set,
                .probes = probes,
                .probe_count = count,
                .ranges = parts,
                .range_count = ranges};
            uint32_t subjects = ranges == 3 ? SUBJECTS - 3 : ranges;
            assert_true(matcher_scan_size(&share) > 0);
            assert_true(matcher_scan_size(&share) <= matcher_scan_room(count, 2 * subjects, subjects));
        }
    }
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
        cmocka_unit_test_setup_teardown(test_levels_do_not_change_the_list, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ranges_are_searched_and_nothing_else, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_staged_agrees_with_exhaustive, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_equal_scores_survive_together, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unprepared_set_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_incomplete_search_says_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_set_keeps_its_limits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_M3_forgotten_subject_is_wiped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_A8_room_for_a_scan_is_enough, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
