/* Who is on a list twice: found once, and never denied by what was not compared. */
#include "list/duplicates.h"

#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/locked_memory.h"
#include "tests/support/failing_memory.h"
#include "tests/unit/list_made.h"

#define ROW(finger)                                                                                          \
    {                                                                                                        \
        "2026-01-01", "2027-01-01", {"border_check"}, {finger, NONE}, false, 0                               \
    }

/* Entries 8 and 9 have the prints of 0 and 1. */
static const struct listed ten[] = {
    ROW(RI), ROW(RI), ROW(RI), ROW(RI), ROW(RI), ROW(RI), ROW(RI), ROW(RI), ROW(RI), ROW(RI)};

static enum reason step(struct list_duplicates *duplicates, const struct opened_list *set)
{
    struct matcher_workspace workspace = prints_workspace();
    struct failure failure = {0};
    enum reason reason = list_duplicates_step(duplicates, set, 0, workspace, &failure);
    free(workspace.memory);
    return reason;
}

static void search_all(struct list_duplicates *duplicates, const struct opened_list *set)
{
    while (!list_duplicates_finished(duplicates))
        assert_int_equal(step(duplicates, set), REASON_DONE);
}

/* Whether those two are a pair, whichever comes first. */
static bool has_pair(
    const struct list_duplicates *duplicates, const struct opened_list *set, size_t one, size_t other)
{
    const struct watchlist_id ids[] = {id_of(one), id_of(other)};
    for (size_t i = 0; i < duplicates->count; i++) {
        const struct watchlist_id *first = &opened_list_subject(set, duplicates->pairs[i].subject)->id;
        const struct watchlist_id *second = &opened_list_subject(set, duplicates->pairs[i].other)->id;
        if ((watchlist_id_compare(first, &ids[0]) == 0 && watchlist_id_compare(second, &ids[1]) == 0) ||
            (watchlist_id_compare(first, &ids[1]) == 0 && watchlist_id_compare(second, &ids[0]) == 0))
            return true;
    }
    return false;
}

static void test_F10_one_finger_under_two_people_is_told_once(void **state)
{
    (void)state;
    struct made_list list = {ten, 10, 0, {{0}}};
    struct opened_list *set = build(&list, TODAY);
    struct list_duplicates duplicates = {0};
    search_all(&duplicates, set);
    assert_int_equal(duplicates.count, 2);
    assert_true(has_pair(&duplicates, set, 0, 8));
    assert_true(has_pair(&duplicates, set, 1, 9));
    assert_int_equal(duplicates.comparable, 10);
    assert_int_equal(duplicates.comparisons, 45);
    assert_int_equal(duplicates.left_out, 0);
    assert_int_equal(duplicates.pairs[0].position, RI);
    list_duplicates_finish(&duplicates);
    let_go(set);
}

/* Several fingers of the same two people are one pair. */
static void test_F10_two_people_with_two_fingers_are_one_pair(void **state)
{
    (void)state;
    static const struct listed rows[] = {{"2026-01-01", "2027-01-01", {"border_check"}, {RI, RM}, false, 0},
        ROW(RI), ROW(RI), ROW(RI), ROW(RI), ROW(RI), ROW(RI), ROW(RI),
        {"2026-01-01", "2027-01-01", {"border_check"}, {RI, RM}, false, 0}};
    struct made_list list = {rows, 9, 0, {{0}}};
    struct opened_list *set = build(&list, TODAY);
    struct list_duplicates duplicates = {0};
    search_all(&duplicates, set);
    assert_int_equal(duplicates.count, 1);
    assert_true(has_pair(&duplicates, set, 0, 8));
    list_duplicates_finish(&duplicates);
    let_go(set);
}

static void test_Q10_before_everybody_was_searched_nothing_is_said_of_it(void **state)
{
    (void)state;
    struct made_list list = {ten, 10, 0, {{0}}};
    struct opened_list *set = build(&list, TODAY);
    struct list_duplicates duplicates = {0};
    assert_false(list_duplicates_finished(&duplicates));
    assert_int_equal(step(&duplicates, set), REASON_DONE); /* counts */
    assert_true(duplicates.counted);
    assert_int_equal(duplicates.next, 0);
    assert_false(list_duplicates_finished(&duplicates));
    search_all(&duplicates, set);
    assert_int_equal(duplicates.next, 10);
    list_duplicates_finish(&duplicates);
    let_go(set);
}

/* Nobody has such a finger, or its position is not known: then it may be any. */
static void test_Q10_who_was_compared_with_nobody_is_not_counted_as_compared(void **state)
{
    (void)state;
    static const struct listed apart[] = {ROW(RI), ROW(RM)};
    static const struct listed any[] = {ROW(RI), ROW(RM), ROW(FINGER_UNKNOWN)};
    static const struct listed own[] = {
        {"2026-01-01", "2027-01-01", {"border_check"}, {RI, RI}, false, 0}, ROW(RM)};
    static const struct listed mute[] = {
        ROW(RI), {"2026-01-01", "2027-01-01", {"border_check"}, {RI, NONE}, true, 0}};
    static const struct {
        const struct listed *rows;
        size_t count;
        uint64_t comparable;
    } cases[] = {{apart, 2, 0}, {any, 3, 3}, {own, 2, 0}, {mute, 2, 0}, {mixed, MIXED, 5}, {ten, 1, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct made_list list = {cases[i].rows, cases[i].count, 0, {{0}}};
        struct opened_list *set = build(&list, TODAY);
        struct list_duplicates duplicates = {0};
        search_all(&duplicates, set);
        assert_int_equal(duplicates.comparable, cases[i].comparable);
        assert_int_equal(duplicates.count, 0);
        list_duplicates_finish(&duplicates);
        let_go(set);
    }
}

/* Who is seen by no purpose that sees the other is not searched for him here either. */
static void test_P8_whom_no_purpose_may_see_together_are_not_compared(void **state)
{
    (void)state;
    struct listed rows[10];
    for (size_t i = 0; i < 10; i++)
        rows[i] = (struct listed)ROW(RI);
    rows[8].purposes[0] = "missing_person_check"; /* has the prints of 0 */
    struct made_list list = {rows, 10, 0, {{0}}};
    struct opened_list *set = build(&list, TODAY);
    struct list_duplicates duplicates = {0};
    search_all(&duplicates, set);
    assert_int_equal(duplicates.count, 1);
    assert_true(has_pair(&duplicates, set, 1, 9));
    assert_int_equal(duplicates.comparable, 9);
    list_duplicates_finish(&duplicates);
    let_go(set);
    rows[0].purposes[1] = "missing_person_check";
    set = build(&list, TODAY);
    search_all(&duplicates, set);
    assert_true(has_pair(&duplicates, set, 0, 8));
    assert_int_equal(duplicates.comparable, 10);
    list_duplicates_finish(&duplicates);
    let_go(set);
}

static void test_M3_an_erased_entry_takes_its_pairs_with_it(void **state)
{
    (void)state;
    const struct watchlist_id erased = id_of(8);
    struct made_list list = {ten, 10, 0, {{0}}};
    struct opened_list *set = build(&list, TODAY), *light;
    struct list_duplicates duplicates = {0}, anew = {0};
    search_all(&duplicates, set);
    assert_int_equal(opened_list_without(set, ONE(erased), &light, NULL), REASON_DONE);
    opened_list_hold(light);
    list_duplicates_forget(&duplicates, light);
    assert_int_equal(duplicates.count, 1);
    assert_true(has_pair(&duplicates, light, 1, 9));
    assert_false(list_duplicates_finished(&duplicates)); /* it is counted again */
    let_go(set);
    search_all(&duplicates, light);
    assert_int_equal(duplicates.comparable, 9);
    search_all(&anew, light); /* nor is it searched for */
    assert_int_equal(anew.count, 1);
    list_duplicates_finish(&duplicates);
    list_duplicates_finish(&anew);
    let_go(light);
}

/* What ends for want of memory goes on where it was, and leaves nothing locked. */
static void test_A8_a_step_without_memory_is_taken_again(void **state)
{
    (void)state;
    struct made_list list = {ten, 10, 0, {{0}}};
    struct opened_list *set = build(&list, TODAY);
    const size_t locked = locked_memory_total();
    struct matcher_workspace workspace = prints_workspace();
    struct list_duplicates duplicates = {0};
    unsigned failures = 0;
    while (!list_duplicates_finished(&duplicates)) {
        struct failure failure = {0};
        failing_memory_set(failures % 2 == 0 ? 0 : -1);
        enum reason reason = list_duplicates_step(&duplicates, set, 0, workspace, &failure);
        failing_memory_set(-1);
        assert_true(reason == REASON_DONE || reason == REASON_NO_MEMORY);
        failures++;
    }
    assert_true(failures > 2);
    assert_int_equal(duplicates.count, 2);
    list_duplicates_rest(&duplicates);
    assert_int_equal(locked_memory_total(), locked);
    free(workspace.memory);
    list_duplicates_finish(&duplicates);
    let_go(set);
}

#define LEFT_TO_OTHERS ((size_t)1 << 20)

/* In a child, whose limit is nobody else's, also for who may lock without a limit. 2: this machine allows none as large as that. */
static int step_with_less_than_is_needed(void)
{
    struct made_list list = {ten, 10, 0, {{0}}};
    struct opened_list *set = build(&list, TODAY);
    struct list_duplicates duplicates = {0};
    struct failure failure = {0};
    struct matcher_workspace workspace = prints_workspace();
    while (!duplicates.counted)
        if (list_duplicates_step(&duplicates, set, LEFT_TO_OTHERS, workspace, &failure) != REASON_DONE)
            return 3;
    const size_t all =
        locked_memory_total() + list_duplicates_memory() + LEFT_TO_OTHERS - (size_t)sysconf(_SC_PAGESIZE);
    const struct rlimit limit = {.rlim_cur = all, .rlim_max = all};
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {0};
    if (setrlimit(RLIMIT_MEMLOCK, &limit) != 0 || syscall(SYS_capset, &header, none) != 0)
        return 2;
    if (list_duplicates_step(&duplicates, set, LEFT_TO_OTHERS, workspace, &failure) != REASON_MEMLOCK_LIMIT)
        return 4;
    if (list_duplicates_finished(&duplicates) || duplicates.next != 0)
        return 5;
    while (!list_duplicates_finished(&duplicates))
        if (list_duplicates_step(&duplicates, set, 0, workspace, &failure) != REASON_DONE)
            return 6;
    return duplicates.count == 2 ? 0 : 7;
}

/* What is kept for travellers, and for looks at prints, is not taken: until there is more it has not finished. */
static void test_A9_a_step_leaves_others_their_memory(void **state)
{
    (void)state;
    int status;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(step_with_less_than_is_needed());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 2)
        print_message("# skipped: this machine allows no limit as large as that\n");
    else
        assert_int_equal(WEXITSTATUS(status), 0);
}

/* --- A list that is searched in two stages */

struct longer {
    uint32_t people, fingers;
    enum finger_position
        position;  /* of the first finger; further ones are at the next ones, unless it is unknown */
    uint32_t twin; /* he has the prints of 3 */
};

static enum reason load_longer(const struct reference_source *source, unsigned parts,
    enum reason (*each)(void *context, const struct watchlist_entry *entry, struct failure *failure),
    void *context, struct failure *failure)
{
    (void)parts;
    const struct longer *list = source->staged;
    struct matcher_template templates[WATCHLIST_FINGERS_MAX];
    enum reason reason = REASON_DONE;
    for (uint32_t i = 0; i < list->people && reason == REASON_DONE; i++) {
        struct watchlist_entry entry = {.id = id_of(i),
            .entered = "2026-01-01",
            .expires = "2027-01-01",
            .purposes = {"border_check"},
            .purpose_count = 1,
            .finger_count = list->fingers,
            .action = "tell",
            .instruction = "quietly"};
        for (uint32_t k = 0; k < list->fingers; k++) {
            templates[k] = prints_pack(prints_make(1 + 10 * (i == list->twin ? 3 : i) + k, 30));
            entry.fingers[k] = (struct watchlist_finger){
                .position = list->position == FINGER_UNKNOWN ? FINGER_UNKNOWN : list->position + k,
                .template_bytes = templates[k].bytes,
                .template_size = templates[k].size};
        }
        reason = each(context, &entry, failure);
    }
    return reason;
}

static struct opened_list *build_longer(const struct longer *list)
{
    const struct reference_source source = {.load = load_longer,
        .staged = list,
        .summary = {.list_version = 3, .entry_count = list->people, .generation = 5}};
    const struct reference_options options = options_on(TODAY);
    struct opened_list *set;
    struct failure failure = {0};
    assert_int_equal(opened_list_build(&source, &options, &set, &failure), REASON_DONE);
    return opened_list_hold(set);
}

static void test_F10_a_long_list_is_searched_in_two_stages(void **state)
{
    (void)state;
    const struct longer list = {400, 1, RI, 390};
    struct opened_list *set = build_longer(&list);
    struct list_duplicates duplicates = {0};
    search_all(&duplicates, set);
    assert_int_equal(duplicates.count, 1);
    assert_true(has_pair(&duplicates, set, 3, list.twin));
    assert_int_equal(duplicates.comparisons, 400 * 399 / 2);
    assert_true((double)duplicates.comparisons * matcher_score_fmr(duplicates.threshold) <= DUPLICATES_FALSE);
    list_duplicates_finish(&duplicates);
    let_go(set);
}

/* A traveller who comes waits for a step: where positions are not known there is more to be compared of each person. */
static void test_A9_a_step_is_as_short_where_positions_are_not_known(void **state)
{
    (void)state;
    const struct longer lists[] = {{60, 10, FINGER_RIGHT_THUMB, 60}, {60, 10, FINGER_UNKNOWN, 60}};
    uint32_t places[2];
    for (size_t i = 0; i < 2; i++) {
        struct opened_list *set = build_longer(&lists[i]);
        struct list_duplicates duplicates = {0};
        while (!duplicates.counted)
            assert_int_equal(step(&duplicates, set), REASON_DONE);
        assert_int_equal(step(&duplicates, set), REASON_DONE);
        assert_int_equal(duplicates.next, 0);
        places[i] = duplicates.place;
        list_duplicates_finish(&duplicates);
        let_go(set);
    }
    assert_true(places[1] > 0);
    assert_true(places[1] <= places[0] / 5);
}

/* --- One person under many names */

#define NAMES 32

/* All of them are told, and of each no more than can be read. */
static void test_A9_one_person_under_many_names_leaves_room_for_others(void **state)
{
    (void)state;
    struct listed rows[8 * NAMES];
    for (size_t i = 0; i < 8 * NAMES; i++)
        rows[i] = (struct listed)ROW(RI);
    struct made_list list = {rows, 8 * NAMES, 0, {{0}}};
    struct opened_list *set = build(&list, TODAY);
    struct list_duplicates duplicates = {0};
    search_all(&duplicates, set);
    assert_true(duplicates.count <= DUPLICATES_MAX);
    assert_int_equal(duplicates.count + duplicates.left_out, 8 * NAMES * (NAMES - 1) / 2);
    assert_true(duplicates.left_out > 0);
    for (size_t i = DUPLICATES_OF_ONE; i < duplicates.count; i++)
        assert_int_not_equal(duplicates.pairs[i].subject, duplicates.pairs[i - DUPLICATES_OF_ONE].subject);
    list_duplicates_finish(&duplicates);
    let_go(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_F10_one_finger_under_two_people_is_told_once),
        cmocka_unit_test(test_F10_two_people_with_two_fingers_are_one_pair),
        cmocka_unit_test(test_Q10_before_everybody_was_searched_nothing_is_said_of_it),
        cmocka_unit_test(test_Q10_who_was_compared_with_nobody_is_not_counted_as_compared),
        cmocka_unit_test(test_M3_an_erased_entry_takes_its_pairs_with_it),
        cmocka_unit_test(test_A8_a_step_without_memory_is_taken_again),
        cmocka_unit_test(test_A9_a_step_leaves_others_their_memory),
        cmocka_unit_test(test_F10_a_long_list_is_searched_in_two_stages),
        cmocka_unit_test(test_P8_whom_no_purpose_may_see_together_are_not_compared),
        cmocka_unit_test(test_A9_a_step_is_as_short_where_positions_are_not_known),
        cmocka_unit_test(test_A9_one_person_under_many_names_leaves_room_for_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
