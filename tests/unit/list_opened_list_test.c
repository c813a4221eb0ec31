/* The opened list: whom it searches for, on which day, and what is left of an erased entry. */
#include "tests/unit/list_made.h"

#include <stdlib.h>
#include <string.h>

#include "base/locked_memory.h"
#include "tests/support/failing_memory.h"

static void assert_counts(const struct opened_list *set, uint64_t people, uint64_t expired, uint64_t not_yet)
{
    const struct reference_counts *counts = opened_list_counts(set);
    assert_int_equal(counts->people, people);
    assert_int_equal(counts->expired, expired);
    assert_int_equal(counts->not_yet_valid, not_yet);
    assert_int_equal(counts->entries, counts->people + counts->expired + counts->not_yet_valid +
                                          counts->undeclared + counts->not_permitted + counts->unsearchable);
}

static void test_Q10_every_entry_is_counted_where_it_belongs(void **state)
{
    (void)state;
    struct made_list list = {mixed, MIXED, 0, {{0}}};
    struct opened_list *set = build(&list, TODAY);
    assert_counts(set, 3, 1, 1);
    assert_int_equal(opened_list_counts(set)->fingers, 4);
    assert_int_equal(opened_list_counts(set)->undeclared, 1);
    assert_int_equal(opened_list_counts(set)->unsearchable, 1);
    assert_int_equal(opened_list_counts(set)->next_change, day("2026-06-16"));
    assert_int_equal(opened_list_view(set, "border_check").subjects, 2);
    assert_int_equal(opened_list_view(set, "missing_person_check").subjects, 2);
    assert_int_equal(opened_list_view(set, "criminal_proceedings").subjects, 0);
    assert_int_equal(opened_list_view(set, " ").subjects, 0);
    let_go(set);
}

/* First and last days act without a new list; a clock that is set back is followed, too. */
static void test_M3_days_begin_and_end_while_the_list_is_in_force(void **state)
{
    (void)state;
    static const struct {
        const char *day;
        uint64_t people, expired, not_yet;
    } rows[] = {{"2025-12-31", 0, 0, 5}, {"2026-01-01", 3, 0, 2}, {"2026-06-14", 3, 0, 2},
        {"2026-06-15", 3, 1, 1}, {"2026-06-16", 3, 2, 0}, {"2027-01-01", 3, 2, 0}, {"2027-01-02", 2, 3, 0},
        {"2031-01-01", 0, 5, 0}};
    struct made_list list = {mixed, MIXED, 0, {{0}}};
    struct opened_list *set = build(&list, TODAY);
    size_t locked = locked_memory_total();
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < 8; i++) {
            const size_t k = round == 0 ? i : 7 - i;
            struct opened_list *light;
            assert_int_equal(opened_list_on(set, day(rows[k].day), &light, NULL), REASON_DONE);
            assert_true(opened_list_is_for(light, day(rows[k].day)));
            for (size_t other = 0; other < 8; other++)
                if (rows[other].people != rows[k].people || rows[other].expired != rows[k].expired)
                    assert_false(opened_list_is_for(light, day(rows[other].day)));
            assert_counts(light, rows[k].people, rows[k].expired, rows[k].not_yet);
            opened_list_hold(light);
            let_go(set);
            set = light;
        }
    assert_int_equal(locked_memory_total(), locked);
    assert_int_equal(opened_list_counts(set)->next_change, day("2026-01-01"));
    let_go(set);
}

struct seen {
    uint32_t subjects[16];
    size_t count;
};

static bool see(void *context, uint32_t first, uint32_t end)
{
    struct seen *seen = context;
    for (uint32_t i = first; i < end; i++)
        seen->subjects[seen->count++] = i;
    return true;
}

/* However a view is cut, each of its people is in one piece. */
static void test_M4_a_view_is_cut_without_loss(void **state)
{
    (void)state;
    struct made_list list = {mixed, MIXED, 0, {{0}}};
    struct opened_list *set = build(&list, "2026-06-16");
    struct reference_view view = opened_list_view(set, "border_check");
    for (uint32_t cut = 0; cut <= view.subjects; cut++) {
        struct seen seen = {0};
        assert_true(reference_view_pieces(&view, 0, cut, see, &seen));
        assert_int_equal(seen.count, cut);
        assert_true(reference_view_pieces(&view, cut, view.subjects, see, &seen));
        assert_int_equal(seen.count, view.subjects);
        for (size_t i = 1; i < seen.count; i++)
            assert_true(seen.subjects[i] > seen.subjects[i - 1]);
    }
    let_go(set);
}

/* Q10: searched are those who have the finger. */
static bool is_wanted(void *context, uint32_t first, uint32_t end)
{
    for (uint32_t i = first; i < end; i++)
        if (opened_list_subject(context, i)->category != ALERT_CATEGORY_WANTED_FOR_ARREST)
            return false;
    return true;
}

/* A victim is seen by the protection purpose alone, though its entry names both; one whom no purpose may see is not searched at all. */
static void test_P8_a_category_that_a_purpose_may_not_see_is_neither_searched_nor_counted(void **state)
{
    (void)state;
    static const struct listed rows[] = {
        {"2026-01-01", "2027-01-01", {"border_check", "missing_person_check"}, {RI, RM}, false,
            ALERT_CATEGORY_TRAFFICKING_VICTIM},
        {"2026-01-01", "2027-01-01", {"border_check"}, {RI, NONE}, false, ALERT_CATEGORY_WANTED_FOR_ARREST},
        {"2026-01-01", "2027-01-01", {"border_check"}, {RI, NONE}, false, ALERT_CATEGORY_TRAFFICKING_VICTIM},
    };
    static const struct list_purposes permitted = {.names = {"border_check", "missing_person_check"},
        .categories = {1u << ALERT_CATEGORY_WANTED_FOR_ARREST, 1u << ALERT_CATEGORY_TRAFFICKING_VICTIM},
        .count = 2};
    struct made_list list = {rows, 3, 0, {{0}}};
    struct reference_source source = source_of(&list);
    struct reference_options options = options_on(TODAY);
    options.purposes = &permitted;
    struct opened_list *set;
    struct failure failure = {0};
    assert_int_equal(opened_list_build(&source, &options, &set, &failure), REASON_DONE);
    opened_list_hold(set);
    assert_int_equal(opened_list_counts(set)->people, 2);
    assert_int_equal(opened_list_counts(set)->undeclared, 0);
    assert_int_equal(opened_list_counts(set)->not_permitted, 1);
    assert_true(list_purposes_equal(opened_list_purposes(set), &permitted));
    assert_false(list_purposes_equal(opened_list_purposes(set), &declared));
    struct reference_view border = opened_list_view(set, "border_check");
    struct reference_view protection = opened_list_view(set, "missing_person_check");
    assert_int_equal(border.subjects, 1);
    assert_int_equal(border.references, 1); /* no finger of theirs is compared, so that time tells nothing */
    assert_int_equal(protection.subjects, 1);
    assert_int_equal(protection.references, 2);
    struct reference_reach reach = reference_view_reach(&border, 1u << RI, true);
    assert_int_equal(reach.claimed, 1);
    assert_int_equal(reach.others, 0);
    assert_true(reference_view_pieces(&border, 0, border.subjects, is_wanted, set));
    let_go(set);
}

static void test_Q10_reach_counts_people_with_the_captured_finger(void **state)
{
    (void)state;
    struct made_list list = {mixed, MIXED, 0, {{0}}};
    struct opened_list *set = build(&list, TODAY);
    struct reference_view border = opened_list_view(set, "border_check");
    struct reference_view missing = opened_list_view(set, "missing_person_check");
    static const uint32_t index = 1u << RI, middle = 1u << RM, thumb = 1u << FINGER_LEFT_THUMB, unknown = 1;
    assert_int_equal(reference_view_reach(&border, index, false).claimed, 1);
    assert_int_equal(reference_view_reach(&border, index, false).others, 0);
    assert_int_equal(reference_view_reach(&border, index, true).others, 1);
    assert_int_equal(reference_view_reach(&border, middle, true).claimed, 2);
    assert_int_equal(reference_view_reach(&border, thumb, false).claimed, 0);
    assert_int_equal(reference_view_reach(&border, thumb, true).others, 2);
    assert_int_equal(reference_view_reach(&border, unknown, false).claimed, 2);
    assert_int_equal(reference_view_reach(&border, 0, true).claimed, 0);
    /* A reference whose position is not known may be any finger. */
    assert_int_equal(reference_view_reach(&missing, thumb, false).claimed, 1);
    let_go(set);
}

/* Whether the bytes stand anywhere in this process's locked memory that the set holds. */
static bool holds(const struct opened_list *set, uint32_t subject, const char *text)
{
    const struct reference_subject *shown = opened_list_subject(set, subject);
    return shown->action != NULL && strcmp(shown->action, text) == 0;
}

static uint32_t subject_of(const struct opened_list *set, size_t number)
{
    struct watchlist_id id = id_of(number);
    for (uint32_t i = 0; i < 5; i++)
        if (memcmp(&opened_list_subject(set, i)->id, &id, sizeof id) == 0)
            return i;
    fail();
    return 0;
}

static void digest_of(const struct listed *rows, size_t number, uint8_t digest[static DIGEST_BYTES])
{
    struct made_list list = {rows, 2, 0, {{0}}};
    struct opened_list *set = build(&list, TODAY);
    struct watchlist_id id = id_of(number);
    uint32_t subject;
    assert_true(opened_list_find(set, &id, &subject));
    assert_int_equal(opened_list_digest(set, subject, digest, NULL), REASON_DONE);
    let_go(set);
}

/* Built again, seen by other purposes and on other days, it is the same; with another print, finger, or category it is not. */
static void test_H3_an_entry_is_the_same_while_it_is_searched_by_the_same(void **state)
{
    (void)state;
    const struct listed entry = {"2026-01-01", "2027-01-01", {"border_check"}, {RI, RM}, false};
    struct listed rows[2] = {entry, entry};
    uint8_t first[DIGEST_BYTES], other[DIGEST_BYTES];
    digest_of(rows, 0, first);
    digest_of(rows, 1, other);
    assert_memory_not_equal(first, other, DIGEST_BYTES);
    rows[0].purposes[0] = "missing_person_check";
    rows[0].expires = "2028-01-01";
    digest_of(rows, 0, other);
    assert_memory_equal(first, other, DIGEST_BYTES);
    rows[0].category = ALERT_CATEGORY_WANTED_FOR_ARREST;
    digest_of(rows, 0, other);
    assert_memory_not_equal(first, other, DIGEST_BYTES);
    rows[0] = entry;
    rows[0].positions[1] = FINGER_RIGHT_RING;
    digest_of(rows, 0, other);
    assert_memory_not_equal(first, other, DIGEST_BYTES);
    rows[0].positions[1] = NONE;
    digest_of(rows, 0, other);
    assert_memory_not_equal(first, other, DIGEST_BYTES);
}

/* Who is not searched today, or not any more, is not on the list for who asks. */
static void test_M3_who_is_not_searched_is_not_found(void **state)
{
    (void)state;
    static const bool expected[MIXED] = {[0] = true, [2] = true, [6] = true};
    struct made_list list = {mixed, MIXED, 0, {{0}}};
    struct opened_list *set = build(&list, TODAY), *light;
    uint32_t subject;
    for (size_t i = 0; i < MIXED; i++) {
        struct watchlist_id id = id_of(i);
        assert_int_equal(opened_list_find(set, &id, &subject), expected[i]);
    }
    struct watchlist_id id = id_of(0);
    assert_int_equal(opened_list_without(set, ONE(id), &light, NULL), REASON_DONE);
    assert_false(opened_list_find(light, &id, &subject));
    opened_list_destroy(light);
    let_go(set);
}

/* An erased person is not searched from the moment on in which the light set is in force; when the last search of the other set is
 * over, nothing of him is left. */
static void test_M3_erased_entry_is_not_searched_and_its_memory_is_wiped(void **state)
{
    (void)state;
    struct made_list list = {mixed, MIXED, 0, {{0}}};
    struct opened_list *set = build(&list, TODAY), *light;
    size_t locked = locked_memory_total();
    uint32_t subject = subject_of(set, 0);
    const char *action = opened_list_subject(set, subject)->action;
    struct watchlist_id id = id_of(0);
    assert_int_equal(opened_list_without(set, ONE(id), &light, NULL), REASON_DONE);
    opened_list_hold(light);
    assert_int_equal(locked_memory_total(), locked);
    assert_int_equal(opened_list_view(light, "border_check").subjects, 1);
    assert_int_equal(opened_list_summary(light)->entry_count, MIXED - 1);
    assert_int_equal(opened_list_summary(light)->generation, 6);
    assert_counts(light, 2, 1, 1);
    assert_true(opened_list_erased(set, light, subject));
    assert_true(holds(set, subject, "inform the desk")); /* a search of it may still be under way */
    let_go(set);
    assert_int_equal(action[0], '\0');
    assert_null(opened_list_subject(light, subject)->action);
    struct opened_list *again;
    assert_int_equal(opened_list_without(light, ONE(id), &again, NULL), REASON_ENTRY_NOT_FOUND);
    /* Later days don't bring it back. */
    assert_int_equal(opened_list_on(light, day("2026-01-01"), &again, NULL), REASON_DONE);
    assert_int_equal(opened_list_counts(again)->people, 2);
    opened_list_destroy(again);
    let_go(light);
    assert_true(locked_memory_total() < locked);
}

/* A light set that comes to nothing (the erasure was not recorded) takes nothing away. */
static void test_A8_erasure_that_is_given_up_leaves_the_entry(void **state)
{
    (void)state;
    struct made_list list = {mixed, MIXED, 0, {{0}}};
    struct opened_list *set = build(&list, TODAY), *light;
    struct watchlist_id id = id_of(0), undeclared = id_of(4);
    assert_int_equal(opened_list_without(set, ONE(id), &light, NULL), REASON_DONE);
    opened_list_destroy(light);
    assert_true(holds(set, subject_of(set, 0), "inform the desk"));
    assert_counts(set, 3, 1, 1);
    assert_int_equal(opened_list_without(set, ONE(undeclared), &light, NULL), REASON_DONE);
    assert_int_equal(opened_list_counts(light)->undeclared, 0);
    opened_list_destroy(light);
    let_go(set);
}

/* Those whose last day is past, searched or not, go together. */
static void test_M3_what_is_past_its_last_day_is_found_of_every_kind(void **state)
{
    (void)state;
    struct made_list list = {mixed, MIXED, 0, {{0}}};
    struct opened_list *set = build(&list, TODAY), *light;
    struct watchlist_id ids[MIXED], gone[] = {id_of(0), id_of(1), id_of(4), id_of(5), id_of(6)};
    assert_int_equal(opened_list_count_ending(set, day("2026-06-15"), day("2027-01-01")), 4);
    assert_int_equal(opened_list_ended(set, day("2026-06-14"), MIXED, ids), 0);
    assert_int_equal(opened_list_ended(set, day("2027-01-02"), 3, ids), 3);
    assert_int_equal(opened_list_ended(set, day("2027-01-02"), MIXED, ids), 5);
    assert_memory_equal(ids, gone, sizeof gone);
    assert_int_equal(opened_list_without(set, &(struct watchlist_ids){ids, 5}, &light, NULL), REASON_DONE);
    assert_int_equal(opened_list_counts(light)->first_end, day("2027-06-14"));
    opened_list_destroy(light);
    let_go(set);
}

/* A list may name any number of purposes. */
static void test_A8_list_with_73_purposes_is_opened(void **state)
{
    (void)state;
    struct listed rows[73];
    for (size_t i = 0; i < 73; i++)
        rows[i] = (struct listed){
            "2026-01-01", "2027-01-01", {i % 2 == 0 ? "border_check" : NULL}, {RI, NONE}, false};
    struct made_list list = {rows, 73, 73, {{0}}};
    struct opened_list *set = build(&list, TODAY);
    assert_int_equal(opened_list_counts(set)->people, 37);
    assert_int_equal(opened_list_counts(set)->undeclared, 36);
    let_go(set);
}

/* What no kordon writes is refused, not searched at a guess. */
static void test_M3_entry_without_a_day_is_refused(void **state)
{
    (void)state;
    static const struct listed rows[] = {{"2026-01-01", "soon", {"border_check"}, {RI, NONE}, false}};
    struct made_list list = {rows, 1, 0, {{0}}};
    struct reference_source source = source_of(&list);
    struct reference_options options = options_on(TODAY);
    struct opened_list *set;
    struct failure failure = {0};
    assert_int_equal(opened_list_build(&source, &options, &set, &failure), REASON_BAD_VALUE);
    assert_null(set);
    assert_non_null(strstr(failure.detail, "expires"));
}

/* What is said to be needed is enough, and not much more than what is taken. */
static void test_A8_the_need_is_what_is_taken(void **state)
{
    (void)state;
    enum { PEOPLE = 3000 };
    struct listed *rows = calloc(PEOPLE, sizeof rows[0]);
    assert_non_null(rows);
    for (size_t i = 0; i < PEOPLE; i++)
        rows[i] = (struct listed){
            "2026-01-01", "2027-01-01", {"border_check"}, {RI, i % 2 == 0 ? RM : NONE}, false};
    struct made_list list = {rows, PEOPLE, 0, {{0}}};
    struct reference_source source = source_of(&list);
    struct reference_options options = options_on(TODAY);
    struct reference_totals totals;
    assert_int_equal(opened_list_measure(&source, &options, &totals, NULL), REASON_DONE);
    assert_int_equal(totals.people, PEOPLE);
    size_t before = locked_memory_total(), need = opened_list_need(&totals, 2);
    struct opened_list *set = build(&list, TODAY);
    size_t taken = locked_memory_total() - before;
    assert_int_equal(taken, opened_list_locked(set));
    assert_true(taken <= need && need < taken + taken / 5 + (512 << 10));
    size_t scan;
    assert_non_null(opened_list_scan_memory(set, &scan));
    assert_memory_equal(opened_list_totals(set), &totals, sizeof totals);
    let_go(set);
    free(rows);
}

/* Whichever allocation fails: there is no set then, nothing stays locked, and the sets in force are what they were. */
static void test_A8_failed_allocation_leaves_what_is_in_force(void **state)
{
    (void)state;
    struct made_list list = {mixed, MIXED, 0, {{0}}};
    struct reference_source source = source_of(&list);
    struct reference_options options = options_on(TODAY);
    const size_t before = locked_memory_total();
    struct opened_list *set = NULL, *light = NULL;
    long fails = 0;
    for (;; fails++) {
        failing_memory_set(fails);
        enum reason reason = opened_list_build(&source, &options, &set, NULL);
        if (!failing_memory_has_failed())
            break;
        assert_int_equal(reason, REASON_NO_MEMORY);
        assert_null(set);
        assert_int_equal(locked_memory_total(), before);
    }
    assert_true(fails > 4);
    opened_list_hold(set);
    const struct watchlist_id id = id_of(0);
    for (fails = 0;; fails++) {
        failing_memory_set(fails);
        enum reason reason = opened_list_without(set, ONE(id), &light, NULL);
        if (!failing_memory_has_failed())
            break;
        assert_int_equal(reason, REASON_NO_MEMORY);
        assert_null(light);
        assert_counts(set, 3, 1, 1);
    }
    failing_memory_set(-1);
    assert_true(fails > 4);
    assert_true(holds(set, subject_of(set, 0), "inform the desk"));
    opened_list_destroy(light);
    let_go(set);
    assert_int_equal(locked_memory_total(), before);
}

/* A light set for another day is made on the loop's thread, where it may find no memory: the one in force stays, and goes on saying for
 * which days it is. */
static void test_A8_a_day_that_finds_no_memory_leaves_what_is_in_force(void **state)
{
    (void)state;
    struct made_list list = {mixed, MIXED, 0, {{0}}};
    struct opened_list *set = build(&list, TODAY), *light;
    const int32_t tomorrow = day("2026-06-16");
    long fails = 0;
    for (;; fails++) {
        failing_memory_set(fails);
        enum reason reason = opened_list_on(set, tomorrow, &light, NULL);
        if (!failing_memory_has_failed())
            break;
        assert_int_equal(reason, REASON_NO_MEMORY);
        assert_null(light);
        assert_counts(set, 3, 1, 1);
        assert_true(opened_list_is_for(set, day(TODAY)));
        assert_false(opened_list_is_for(set, tomorrow));
    }
    failing_memory_set(-1);
    assert_true(fails > 0);
    opened_list_destroy(light);
    let_go(set);
}

static void test_A8_a_measure_that_finds_no_memory_says_so(void **state)
{
    (void)state;
    struct made_list list = {mixed, MIXED, 0, {{0}}};
    struct reference_source source = source_of(&list);
    struct reference_options options = options_on(TODAY);
    struct reference_totals totals;
    long fails = 0;
    for (;; fails++) {
        failing_memory_set(fails);
        enum reason reason = opened_list_measure(&source, &options, &totals, NULL);
        if (!failing_memory_has_failed())
            break;
        assert_int_equal(reason, REASON_NO_MEMORY);
        assert_int_equal(totals.entries, 0); /* nothing is not a small list */
    }
    failing_memory_set(-1);
    assert_true(fails > 0);
    assert_int_equal(totals.entries, MIXED);
}

/* A source that breaks off behind so many entries. Behind the last one, too: only then are the rows proven to be the whole list. */
struct broken_list {
    struct made_list list;
    size_t entries_left;
    enum reason (*each)(void *context, const struct watchlist_entry *entry, struct failure *failure);
    void *context;
};

static enum reason give_some(void *context, const struct watchlist_entry *entry, struct failure *failure)
{
    struct broken_list *broken = context;
    return broken->entries_left-- > 0 ? broken->each(broken->context, entry, failure)
                                      : failure_set(failure, REASON_SEAL_BROKEN, "watchlist", NULL);
}

static enum reason load_some(const struct reference_source *source, unsigned parts,
    enum reason (*each)(void *context, const struct watchlist_entry *entry, struct failure *failure),
    void *context, struct failure *failure)
{
    struct broken_list broken = *(const struct broken_list *)source->staged;
    struct reference_source whole = *source;
    whole.staged = &broken.list;
    broken.each = each;
    broken.context = context;
    enum reason reason = load(&whole, parts, give_some, &broken, failure);
    return reason == REASON_DONE ? failure_set(failure, REASON_LIST_ROLLED_BACK, "watchlist", NULL) : reason;
}

static void test_T2_of_a_list_that_is_not_proven_to_its_end_there_is_no_set(void **state)
{
    (void)state;
    struct broken_list broken = {.list = {mixed, MIXED, 0, {{0}}}};
    struct reference_source source = source_of(&broken.list);
    struct reference_options options = options_on(TODAY);
    struct opened_list *set;
    struct reference_totals totals;
    const size_t before = locked_memory_total();
    source.load = load_some;
    source.staged = &broken;
    for (size_t count = 0; count <= MIXED; count++) {
        const enum reason expected = count < MIXED ? REASON_SEAL_BROKEN : REASON_LIST_ROLLED_BACK;
        struct failure failure = {0};
        broken.entries_left = count;
        assert_int_equal(opened_list_build(&source, &options, &set, &failure), expected);
        assert_int_equal(failure.reason, expected);
        assert_null(set);
        assert_int_equal(locked_memory_total(), before);
        assert_int_equal(opened_list_measure(&source, &options, &totals, NULL), expected);
        assert_int_equal(totals.entries, 0);
    }
}

/* More rows than the list's state counts would be searched by nobody's word. */
static void test_T2_more_entries_than_were_counted_are_refused(void **state)
{
    (void)state;
    struct made_list list = {mixed, MIXED, 0, {{0}}};
    struct reference_source source = source_of(&list);
    struct reference_options options = options_on(TODAY);
    struct opened_list *set;
    const size_t before = locked_memory_total();
    source.summary.entry_count = MIXED - 1;
    assert_int_not_equal(opened_list_build(&source, &options, &set, NULL), REASON_DONE);
    assert_null(set);
    assert_int_equal(locked_memory_total(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_Q10_every_entry_is_counted_where_it_belongs),
        cmocka_unit_test(test_M3_days_begin_and_end_while_the_list_is_in_force),
        cmocka_unit_test(test_M4_a_view_is_cut_without_loss),
        cmocka_unit_test(test_P8_a_category_that_a_purpose_may_not_see_is_neither_searched_nor_counted),
        cmocka_unit_test(test_Q10_reach_counts_people_with_the_captured_finger),
        cmocka_unit_test(test_H3_an_entry_is_the_same_while_it_is_searched_by_the_same),
        cmocka_unit_test(test_M3_who_is_not_searched_is_not_found),
        cmocka_unit_test(test_M3_erased_entry_is_not_searched_and_its_memory_is_wiped),
        cmocka_unit_test(test_A8_erasure_that_is_given_up_leaves_the_entry),
        cmocka_unit_test(test_A8_list_with_73_purposes_is_opened),
        cmocka_unit_test(test_M3_what_is_past_its_last_day_is_found_of_every_kind),
        cmocka_unit_test(test_M3_entry_without_a_day_is_refused),
        cmocka_unit_test(test_A8_the_need_is_what_is_taken),
        cmocka_unit_test(test_A8_failed_allocation_leaves_what_is_in_force),
        cmocka_unit_test(test_A8_a_day_that_finds_no_memory_leaves_what_is_in_force),
        cmocka_unit_test(test_A8_a_measure_that_finds_no_memory_says_so),
        cmocka_unit_test(test_T2_of_a_list_that_is_not_proven_to_its_end_there_is_no_set),
        cmocka_unit_test(test_T2_more_entries_than_were_counted_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
