/* Searches over several threads: one after another has the first stage's memory, and one that was not done whole says so, whatever fails. */
#include "tests/unit/daemon_search_post.h"

/* The first stage's memory serves one after another; each finds whom it seeks. */
static void test_Q10_staged_searches_follow_one_another(void **state)
{
    struct post *post = *state;
    struct sought sought[3];
    list(post, MANY, THREADS);
    open_pool(post, THREADS);
    start_three(post, sought);
    close_pool(post);
    assert_string_equal(post->done, "123");
    for (uint32_t i = 0; i < 3; i++) {
        assert_true(sought[i].search.staged);
        assert_int_equal(person_found(&sought[i]), 100 * i + 7);
    }
    size_t size;
    const uint8_t *memory = opened_list_scan_memory(post->set, &size);
    for (size_t i = 0; i < size; i++)
        assert_int_equal(memory[i], 0);
    finish_three(sought);
}

/* The list was loaded when there were fewer threads than now: a search is cut into no more than there is memory for. */
static void test_A8_more_threads_than_shares_search_all_the_same(void **state)
{
    struct post *post = *state;
    struct sought sought;
    list(post, MANY, 1);
    open_pool(post, 3);
    start_search(post, &sought, 's', 42);
    close_pool(post);
    assert_true(sought.search.staged);
    assert_int_equal(person_found(&sought), 42);
    locked_template_finish(&sought.probe);
}

static void check_not_searched(const struct sought *sought, enum reason reason)
{
    assert_int_equal(sought->done, 1);
    assert_false(sought->search.complete);
    assert_int_equal(sought->search.reason, reason);
    assert_int_equal(sought->search.failure.reason, reason);
}

/* Without memory for the first stage nobody was searched for, and it says so. The one behind it does not wait for ever. */
static void test_Q10_a_search_that_cannot_begin_is_not_complete(void **state)
{
    struct post *post = *state;
    struct sought sought[3];
    list(post, MANY, 0);
    open_pool(post, THREADS);
    start_three(post, sought);
    assert_string_equal(post->done, "123");
    for (size_t i = 0; i < 3; i++)
        check_not_searched(&sought[i], REASON_INTERNAL_ERROR);
    finish_three(sought);
}

static void test_Q10_a_search_that_is_ended_is_not_complete(void **state)
{
    struct post *post = *state;
    struct sought few, many;
    hold(post);
    list(post, FEW, 1);
    start_search(post, &few, 'f', 1);
    struct opened_list *short_list = post->set;
    list(post, MANY, 1);
    start_search(post, &many, 'm', 1);
    few.search.stop = many.search.stop = true;
    uv_sem_post(&post->gate);
    close_pool(post);
    check_not_searched(&few, REASON_STOPPING);
    check_not_searched(&many, REASON_STOPPING);
    assert_true(opened_list_release(short_list));
    opened_list_destroy(short_list);
    locked_template_finish(&few.probe);
    locked_template_finish(&many.probe);
}

/* Each allocation fails once, for the first or for one that waits behind it: who could not be searched for hears so, the others' results
 * are what they would have been, and everybody hears once. */
static void test_Q10_without_memory_a_search_is_not_complete(void **state)
{
    struct post *post = *state;
    list(post, MANY, THREADS);
    open_pool(post, THREADS);
    int has_failed = 1;
    for (long successes = 0; has_failed; successes++) {
        struct sought sought[3];
        memset(post->done, 0, sizeof post->done);
        failing_memory_set(successes);
        start_three(post, sought);
        while (strlen(post->done) < 3)
            uv_run(&post->loop, UV_RUN_ONCE);
        has_failed = failing_memory_has_failed();
        failing_memory_set(-1);
        int failed = 0;
        for (uint32_t i = 0; i < 3; i++) {
            failed += !sought[i].search.complete;
            if (!sought[i].search.complete)
                check_not_searched(&sought[i], REASON_NO_MEMORY);
            else
                assert_int_equal(person_found(&sought[i]), 100 * i + 7);
        }
        assert_int_equal(failed, has_failed);
        finish_three(sought);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        POST_TEST(test_Q10_staged_searches_follow_one_another),
        POST_TEST(test_A8_more_threads_than_shares_search_all_the_same),
        POST_TEST(test_Q10_a_search_that_cannot_begin_is_not_complete),
        POST_TEST(test_Q10_a_search_that_is_ended_is_not_complete),
        POST_TEST(test_Q10_without_memory_a_search_is_not_complete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
