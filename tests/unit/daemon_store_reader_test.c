/* The thread that reads the state for others: order, what it says where it can't, and that nothing stays of a try that failed. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/threads/store_reader.h"
#include "store/journal.h"
#include "tests/support/failing_memory.h"
#include "tests/support/state_directory.h"

struct desk {
    uv_loop_t loop;
    struct state_directory state;
    struct store_reader *reader;
    char order[32];      /* names of jobs whose done() was called, '!' before each whose failure was told */
    struct failure told; /* last */
    bool closed;
};

struct look {
    struct reader_job job;
    struct desk *desk;
    char name;
    unsigned done;
    uint64_t size;      /* of the log, as the reader sees it */
    struct look *after; /* handed over by done() */
    bool awaited;
    uv_sem_t *held; /* its run() waits for that; NULL: for nothing */
};

static void write_down(struct desk *desk, char name)
{
    size_t used = strlen(desk->order);
    assert_true(used + 1 < sizeof desk->order);
    desk->order[used] = name;
}

static void on_failed(void *data, const struct failure *failure)
{
    struct desk *desk = data;
    desk->told = *failure;
    write_down(desk, '!');
}

static enum reason create(struct desk *desk, struct failure *failure)
{
    const struct store_reader_options options = {
        .machine_key = desk->state.key_uri, .store = desk->state.options, .failed = on_failed, .data = desk};
    return store_reader_create(&desk->reader, &desk->loop, &options, failure);
}

static int set_up(void **state)
{
    struct desk *desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    assert_int_equal(uv_loop_init(&desk->loop), 0);
    state_directory_init(&desk->state);
    desk->state.options.provider = NULL; /* the reader has its own */
    assert_int_equal(create(desk, NULL), REASON_DONE);
    *state = desk;
    return 0;
}

static void on_closed(void *data)
{
    struct desk *desk = data;
    assert_false(desk->closed);
    desk->closed = true;
    desk->reader = NULL;
}

static void close_reader(struct desk *desk)
{
    desk->closed = false;
    store_reader_close(desk->reader, on_closed, desk);
    uv_run(&desk->loop, UV_RUN_DEFAULT);
    assert_true(desk->closed);
}

static int tear_down(void **state)
{
    struct desk *desk = *state;
    failing_memory_set(-1);
    if (desk->reader != NULL)
        close_reader(desk);
    assert_int_equal(uv_loop_close(&desk->loop), 0);
    state_directory_finish(&desk->state);
    free(desk);
    return 0;
}

static enum reason look_run(struct reader_job *job, struct store *store, struct failure *failure)
{
    struct look *look = job->data;
    if (look->held != NULL)
        uv_sem_wait(look->held);
    look->size = journal_size(store);
    return look->name == 'x' ? failure_set(failure, REASON_ENTRY_BROKEN, "test", NULL) : REASON_DONE;
}

static void start(struct look *look);

static void look_done(struct reader_job *job)
{
    struct look *look = job->data;
    look->done++;
    write_down(look->desk, look->name);
    if (look->after != NULL)
        start(look->after);
}

static void start(struct look *look)
{
    look->job =
        (struct reader_job){.run = look_run, .done = look_done, .data = look, .awaited = look->awaited};
    store_reader_run(look->desk->reader, &look->job);
}

static struct look look(struct desk *desk, char name)
{
    return (struct look){.desk = desk, .name = name};
}

static void wait_for(struct look *look)
{
    while (look->done == 0)
        uv_run(&look->desk->loop, UV_RUN_ONCE);
}

static void test_L4_jobs_run_in_their_order_and_see_the_store(void **state)
{
    struct desk *desk = *state;
    struct look first = look(desk, '1'), second = look(desk, '2');
    start(&first);
    start(&second);
    wait_for(&second);
    assert_string_equal(desk->order, "12");
    assert_int_equal(first.size, journal_size(desk->state.store));
    assert_int_equal(second.job.reason, REASON_DONE);
}

static void test_L10_a_job_that_fails_says_why_before_its_done(void **state)
{
    struct desk *desk = *state;
    struct look bad = look(desk, 'x'), good = look(desk, '2');
    start(&bad);
    start(&good);
    wait_for(&good);
    assert_string_equal(desk->order, "!x2");
    assert_int_equal(desk->told.reason, REASON_ENTRY_BROKEN);
    assert_int_equal(bad.job.reason, REASON_ENTRY_BROKEN);
}

/* Without its key nothing is read, and nobody hears that something was; when the key is back, it is read. */
static void test_T5_without_the_key_nothing_is_read(void **state)
{
    struct desk *desk = *state;
    struct look first = look(desk, '1'), second = look(desk, '2');
    char away[160];
    const char *key = desk->state.key_uri + strlen("file:");
    snprintf(away, sizeof away, "%s.away", key);
    assert_int_equal(rename(key, away), 0);
    start(&first);
    wait_for(&first);
    assert_int_equal(first.job.reason, REASON_KEY_MISSING);
    assert_int_equal(desk->told.reason, REASON_KEY_MISSING);
    assert_int_equal(first.size, 0);
    assert_int_equal(rename(away, key), 0);
    start(&second);
    wait_for(&second);
    assert_int_equal(second.job.reason, REASON_DONE);
    assert_int_equal(second.size, journal_size(desk->state.store));
}

/* Whichever allocation of opening fails: the job hears of it, and the next one opens. */
static void test_A8_opening_that_fails_is_tried_again(void **state)
{
    struct desk *desk = *state;
    unsigned failed = 0;
    for (long successes = 0;; successes++) {
        struct look poor = look(desk, '1'), rich = look(desk, '2');
        memset(desk->order, 0, sizeof desk->order);
        failing_memory_set(successes);
        start(&poor);
        wait_for(&poor);
        bool has_failed = failing_memory_has_failed() != 0;
        failing_memory_set(-1);
        assert_string_equal(desk->order, poor.job.reason == REASON_DONE ? "1" : "!1");
        start(&rich);
        wait_for(&rich);
        assert_int_equal(rich.job.reason, REASON_DONE);
        close_reader(desk); /* so that the next round opens from the beginning */
        assert_int_equal(create(desk, NULL), REASON_DONE);
        if (!has_failed)
            break;
        failed++;
    }
    assert_true(failed > 0);
}

static void test_A8_a_reader_that_cannot_be_made_leaves_nothing(void **state)
{
    struct desk *desk = *state;
    unsigned failed = 0;
    close_reader(desk);
    for (long successes = 0;; successes++) {
        failing_memory_set(successes);
        enum reason reason = create(desk, NULL);
        if (!failing_memory_has_failed())
            break;
        assert_int_equal(reason, REASON_NO_MEMORY);
        assert_null(desk->reader);
        failed++;
    }
    assert_true(failed > 0);
}

/* Closed with work left: it is done, and what done() hands on as well. */
static void test_L4_what_is_left_is_read_before_the_end(void **state)
{
    struct desk *desk = *state;
    struct look first = look(desk, '1'), second = look(desk, '2'), third = look(desk, '3');
    second.after = &third;
    start(&first);
    start(&second);
    close_reader(desk);
    assert_string_equal(desk->order, "123");
    assert_int_equal(third.job.reason, REASON_DONE);
}

/* However much is to be read for others, what a traveller waits for is read beside it. */
static void test_A9_what_a_traveller_waits_for_does_not_stand_behind_what_takes_long(void **state)
{
    struct desk *desk = *state;
    struct look first = look(desk, '1'), second = look(desk, '2'), awaited = look(desk, 'a');
    uv_sem_t held;
    assert_int_equal(uv_sem_init(&held, 0), 0);
    first.held = &held;
    awaited.awaited = true;
    start(&first);
    start(&second);
    start(&awaited);
    wait_for(&awaited);
    assert_string_equal(desk->order, "a");
    assert_int_equal(awaited.size, journal_size(desk->state.store));
    uv_sem_post(&held);
    wait_for(&second);
    assert_string_equal(desk->order, "a12");
    uv_sem_destroy(&held);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_L4_jobs_run_in_their_order_and_see_the_store, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_L10_a_job_that_fails_says_why_before_its_done, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_T5_without_the_key_nothing_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_A8_opening_that_fails_is_tried_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_A8_a_reader_that_cannot_be_made_leaves_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_L4_what_is_left_is_read_before_the_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_A9_what_a_traveller_waits_for_does_not_stand_behind_what_takes_long, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
