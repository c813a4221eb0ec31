/* People who are on the list in force twice: looked for behind imports, again where the list is another, and never denied meanwhile. */
#include "tests/unit/daemon_list_desk.h"

#include "daemon/list/duplicate_search.h"
#include "daemon/search/pool.h"

/* The desk's entries have one print: each two of them are a pair. */
#define PAIRS(people) ((people) * ((people)-1) / 2)

static struct duplicates_told told(void)
{
    return duplicates_tell(desk_list);
}

static bool is_finished(void)
{
    return told().known != NULL && list_duplicates_finished(told().known);
}

static void await_end(void)
{
    duplicates_look(desk_list);
    desk_until(is_finished());
    desk_rest();
}

static void check_found(uint64_t people)
{
    await_end();
    assert_int_equal(told().known->count, PAIRS(people));
    assert_int_equal(told().known->comparable, people);
}

static void test_F10_who_is_twice_on_an_imported_list_is_found(void **state)
{
    (void)state;
    check_found(DESK_LIST);
    desk_install(2, 5);
    check_found(5);
}

/* Counts alone, once a search; and nothing of a list on which nobody is twice. */
static void test_L1_what_was_found_is_recorded_without_who(void **state)
{
    (void)state;
    check_found(DESK_LIST);
    duplicates_look(desk_list);
    desk_rest();
    json_t *log = state_directory_log(&desk->state), *entry;
    size_t i, count = 0;
    json_array_foreach(log, i, entry) count += state_directory_entry_is(entry, LOG_EVENT_COMBINATION);
    assert_int_equal(count, 1);
    json_decref(log);
    json_t *body = desk_newest(LOG_EVENT_COMBINATION);
    assert_int_equal(json_integer_value(json_object_get(body, "pairs")), PAIRS(DESK_LIST));
    assert_int_equal(json_integer_value(json_object_get(body, "compared")), DESK_LIST);
    char *text = json_dumps(body, 0), id[WATCHLIST_ID_TEXT_SIZE];
    const struct watchlist_id first = desk_first_id();
    watchlist_id_format(&first, id);
    assert_null(strstr(text, id));
    free(text);
    json_decref(body);
}

/* At once, though it is counted again behind that. */
static void test_M3_an_erased_entry_is_nobody_s_duplicate(void **state)
{
    (void)state;
    check_found(DESK_LIST);
    const struct watchlist_id id = desk_first_id();
    assert_int_equal(desk_erase(&id), REASON_DONE);
    assert_int_equal(told().known->count, PAIRS(DESK_LIST - 1));
    for (size_t i = 0; i < told().known->count; i++) {
        const struct duplicate *pair = &told().known->pairs[i];
        assert_memory_not_equal(
            opened_list_subject(desk_list->set, pair->subject)->id.bytes, id.bytes, sizeof id.bytes);
        assert_memory_not_equal(
            opened_list_subject(desk_list->set, pair->other)->id.bytes, id.bytes, sizeof id.bytes);
    }
    check_found(DESK_LIST - 1);
}

/* --- A step that is held up */

/* Before the next step on the desk's one search thread. */
struct hold {
    struct worker_job job; /* first: the job is the hold */
    uv_sem_t end;
    bool ended;
};

static void hold_run(struct worker_job *job, void *context)
{
    (void)context;
    uv_sem_wait(&((struct hold *)job)->end);
}

static void hold_done(struct worker_job *job)
{
    ((struct hold *)job)->ended = true;
}

/* The list, read anew, and counted: the step that searches it waits for the end of the hold. */
static void hold_search(struct hold *hold)
{
    *hold = (struct hold){.job = {.run = hold_run, .done = hold_done}};
    assert_int_equal(uv_sem_init(&hold->end, 0), 0);
    desk_load();
    search_pool_submit(desk->post.workers.search, &hold->job, WORKER_BACKGROUND);
    desk_until(told().known->counted);
}

static void let_search(struct hold *hold)
{
    uv_sem_post(&hold->end);
    desk_until(hold->ended);
    uv_sem_destroy(&hold->end);
}

/* That step finds him: he is forgotten when it is back. */
static void test_M3_who_is_erased_while_he_is_searched_is_nobody_s_duplicate(void **state)
{
    (void)state;
    struct hold hold;
    const struct watchlist_id id = desk_first_id();
    hold_search(&hold);
    assert_int_equal(
        list_erase(desk_list, &desk->supervisor, &id, "court order 9", desk_waits(), NULL), REASON_DONE);
    desk_until(desk->told > 0);
    assert_false(told().known->counted);
    let_search(&hold);
    check_found(DESK_LIST - 1);
}

/* What that step finds is of a list that is in force no more. */
static void test_Q10_a_list_that_comes_while_one_is_searched_is_searched_itself(void **state)
{
    (void)state;
    struct hold hold;
    hold_search(&hold);
    desk_load();
    assert_false(is_finished());
    assert_int_equal(told().known->count, 0);
    let_search(&hold);
    check_found(DESK_LIST);
}

static void test_A8_a_stop_in_the_middle_of_a_step_leaves_nothing(void **state)
{
    (void)state;
    struct hold hold;
    hold_search(&hold);
    list_stop(desk_list);
    list_close(desk_list);
    assert_null(told().known);
    let_search(&hold);
    desk_rest();
    assert_int_equal(desk->post.work.count, 0);
}

/* No import waits for it: it rests until that is over, and says that it has not finished. */
static void test_Q10_a_search_that_rests_has_not_finished(void **state)
{
    (void)state;
    assert_int_equal(desk_begin(2), REASON_DONE);
    assert_non_null(desk_list->import);
    desk_load(); /* the list, read anew */
    duplicates_look(desk_list);
    desk_rest();
    assert_false(is_finished());
    assert_int_equal(told().known->count, 0);
    assert_int_equal(desk_cancel(), REASON_DONE);
    check_found(DESK_LIST);
}

/* A start knows nothing of what was found before, and says so until it has searched. */
static void test_Q10_a_start_searches_again(void **state)
{
    (void)state;
    check_found(DESK_LIST);
    list_put_in_force(desk_list, NULL, &(struct failure){REASON_BUSY, "watchlist", ""});
    assert_null(told().known);
    assert_false(is_finished());
    desk_load();
    assert_false(is_finished());
    check_found(DESK_LIST);
}

/* A list that goes while a step is under way: what it found is of no list any more. */
static void test_Q10_what_was_found_of_another_list_is_not_told(void **state)
{
    (void)state;
    await_end();
    for (unsigned turns = 0; turns < 6; turns++) {
        desk_load();
        for (unsigned i = 0; i < turns; i++)
            uv_run(&desk->post.loop, UV_RUN_NOWAIT);
        desk_load();
        assert_true(!is_finished() || told().known->count == PAIRS(DESK_LIST));
        check_found(DESK_LIST);
    }
}

static void test_A8_a_stop_does_not_wait_for_its_end(void **state)
{
    (void)state;
    desk_load();
    list_stop(desk_list);
    desk_rest();
    duplicates_look(desk_list);
    assert_int_equal(desk->post.work.count, 0);
}

#define DUPLICATES_TEST(test) cmocka_unit_test_setup_teardown(test, desk_set_up, desk_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DUPLICATES_TEST(test_F10_who_is_twice_on_an_imported_list_is_found),
        DUPLICATES_TEST(test_L1_what_was_found_is_recorded_without_who),
        DUPLICATES_TEST(test_M3_an_erased_entry_is_nobody_s_duplicate),
        DUPLICATES_TEST(test_M3_who_is_erased_while_he_is_searched_is_nobody_s_duplicate),
        DUPLICATES_TEST(test_Q10_a_search_that_rests_has_not_finished),
        DUPLICATES_TEST(test_Q10_a_start_searches_again),
        DUPLICATES_TEST(test_Q10_what_was_found_of_another_list_is_not_told),
        DUPLICATES_TEST(test_Q10_a_list_that_comes_while_one_is_searched_is_searched_itself),
        DUPLICATES_TEST(test_A8_a_stop_in_the_middle_of_a_step_leaves_nothing),
        DUPLICATES_TEST(test_A8_a_stop_does_not_wait_for_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
