/* The threads beside the loop: whose job a free thread takes, that every job is run and given back once, whoever hands it over and whenever
 * the pool is closed, and that a pool that can't be made leaves nothing.
 *
 * Order is told with one thread, which is held at a gate until everything has been handed over.
 */
#include "tests/unit/unit.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/threads/worker_pool.h"
#include "tests/support/failing_memory.h"

#define ORDER_SIZE 256

struct workshop {
    uv_loop_t loop;
    struct worker_pool *pool;
    char ran[ORDER_SIZE], done[ORDER_SIZE]; /* names in their order */
    uv_sem_t gate, at_gate;                 /* jobs named 'g' wait for the gate, and say that they do */
    unsigned closed;
    /* of the threads' contexts */
    unsigned contexts, contexts_most; /* begun; that may begin */
    atomic_uint contexts_ended;
};

struct errand {
    struct worker_job work;
    struct workshop *workshop;
    char name;
    unsigned ran, done;
    struct errand *within, *after; /* handed over by run(), by done() */
    size_t within_count;
    enum worker_urgency urgency;
};

struct context {
    struct workshop *workshop;
    unsigned runs; /* its thread's alone */
};

/* --- The pool */

static struct workshop *workshop_now; /* context_init() is given no data */

static enum reason context_init(void *thread_context, struct failure *failure)
{
    struct context *context = thread_context;
    context->workshop = workshop_now;
    if (workshop_now->contexts == workshop_now->contexts_most)
        return failure_set(failure, REASON_NO_MEMORY, "context", NULL);
    workshop_now->contexts++;
    return REASON_DONE;
}

static void context_finish(void *thread_context)
{
    struct context *context = thread_context;
    atomic_fetch_add(&context->workshop->contexts_ended, 1);
}

static enum reason create(struct workshop *workshop, uint32_t threads, struct failure *failure)
{
    const struct worker_pool_options options = {.name = "test",
        .threads = threads,
        .context_size = sizeof(struct context),
        .context_init = context_init,
        .context_finish = context_finish};
    workshop_now = workshop;
    workshop->contexts = 0;
    workshop->contexts_ended = 0;
    return worker_pool_create(&workshop->pool, &workshop->loop, &options, failure);
}

static int set_up(void **state)
{
    struct workshop *workshop = calloc(1, sizeof *workshop);
    assert_non_null(workshop);
    workshop->contexts_most = ORDER_SIZE;
    assert_int_equal(uv_loop_init(&workshop->loop), 0);
    assert_int_equal(uv_sem_init(&workshop->gate, 0), 0);
    assert_int_equal(uv_sem_init(&workshop->at_gate, 0), 0);
    *state = workshop;
    return 0;
}

static int tear_down(void **state)
{
    struct workshop *workshop = *state;
    failing_memory_set(-1);
    assert_int_equal(uv_loop_close(&workshop->loop), 0);
    uv_sem_destroy(&workshop->gate);
    uv_sem_destroy(&workshop->at_gate);
    free(workshop);
    return 0;
}

static void on_closed(void *data)
{
    struct workshop *workshop = data;
    workshop->closed++;
}

/* Nothing comes back behind closed(): the loop has nothing left. */
static void close_pool(struct workshop *workshop)
{
    worker_pool_close(workshop->pool, on_closed, workshop);
    uv_run(&workshop->loop, UV_RUN_DEFAULT);
    assert_int_equal(workshop->closed, 1);
    assert_int_equal(workshop->contexts_ended, workshop->contexts);
}

/* --- Jobs */

static void write_down(char *order, char name)
{
    size_t used = strlen(order);
    assert_true(used + 1 < ORDER_SIZE);
    order[used] = name;
}

static void submit(struct errand *errand);

static void errand_run(struct worker_job *work, void *thread_context)
{
    struct errand *errand = (struct errand *)work;
    struct context *context = thread_context;
    context->runs++;
    errand->ran++;
    if (errand->name == 'g') {
        uv_sem_post(&errand->workshop->at_gate);
        uv_sem_wait(&errand->workshop->gate);
    } else if (errand->name != '\0')
        write_down(errand->workshop->ran, errand->name);
    for (size_t i = 0; i < errand->within_count; i++)
        submit(&errand->within[i]);
}

static void errand_done(struct worker_job *work)
{
    struct errand *errand = (struct errand *)work;
    errand->done++;
    if (errand->name != '\0')
        write_down(errand->workshop->done, errand->name);
    if (errand->after != NULL)
        submit(errand->after);
}

static void submit(struct errand *errand)
{
    errand->work.run = errand_run;
    errand->work.done = errand_done;
    worker_pool_submit(errand->workshop->pool, &errand->work, errand->urgency);
}

static void prepare(struct workshop *workshop, struct errand *errands, size_t count, char name)
{
    enum worker_urgency urgency = name == 'i'   ? WORKER_BACKGROUND
                                  : name == 'p' ? WORKER_URGENT
                                                : WORKER_DECISION;
    for (size_t i = 0; i < count; i++)
        errands[i] = (struct errand){.workshop = workshop, .name = name, .urgency = urgency};
}

static void submit_all(struct errand *errands, size_t count)
{
    for (size_t i = 0; i < count; i++)
        submit(&errands[i]);
}

/* The only thread stands at the gate; what comes now is handed over at once. */
static void hold(struct workshop *workshop, struct errand *gate)
{
    assert_int_equal(create(workshop, 1, NULL), REASON_DONE);
    prepare(workshop, gate, 1, 'g');
    submit(gate);
    uv_sem_wait(&workshop->at_gate);
}

static void let_go(struct workshop *workshop)
{
    uv_sem_post(&workshop->gate);
    close_pool(workshop);
}

/* --- Order */

/* Handed over the other way round. */
static void test_A9_a_decision_goes_before_pictures_and_these_before_an_import(void **state)
{
    struct workshop *workshop = *state;
    struct errand gate, imports[2], pictures[3], decisions[2];
    hold(workshop, &gate);
    prepare(workshop, imports, 2, 'i');
    prepare(workshop, pictures, 3, 'p');
    prepare(workshop, decisions, 2, 'd');
    submit_all(imports, 2);
    submit_all(pictures, 3);
    submit_all(decisions, 2);
    let_go(workshop);
    assert_string_equal(workshop->ran, "ddpppii");
    assert_string_equal(workshop->done, "gddpppii");
}

/* However many decisions wait, each of the pictures gets its turn behind a number of them. */
static void test_A9_decisions_do_not_starve_pictures(void **state)
{
    struct workshop *workshop = *state;
    struct errand gate, pictures[2], decisions[3 * WORKER_DECISIONS_AHEAD];
    char expected[ORDER_SIZE] = "";
    for (size_t i = 1; i <= 3 * WORKER_DECISIONS_AHEAD; i++) {
        write_down(expected, 'd');
        if (i % WORKER_DECISIONS_AHEAD == 0 && i < 3 * WORKER_DECISIONS_AHEAD)
            write_down(expected, 'p');
    }
    hold(workshop, &gate);
    prepare(workshop, pictures, 2, 'p');
    prepare(workshop, decisions, 3 * WORKER_DECISIONS_AHEAD, 'd');
    submit_all(pictures, 2);
    submit_all(decisions, 3 * WORKER_DECISIONS_AHEAD);
    let_go(workshop);
    assert_string_equal(workshop->ran, expected);
}

/* Decisions that nobody waited behind are not held against those that come later. */
static void test_A9_a_picture_waits_from_when_it_came(void **state)
{
    struct workshop *workshop = *state;
    struct errand gate, decisions[WORKER_DECISIONS_AHEAD], late[2];
    hold(workshop, &gate);
    prepare(workshop, decisions, WORKER_DECISIONS_AHEAD, 'd');
    prepare(workshop, &late[0], 1, 'p');
    prepare(workshop, &late[1], 1, 'd');
    struct errand *last = &decisions[WORKER_DECISIONS_AHEAD - 1];
    last->within = late;
    last->within_count = 2;
    submit_all(decisions, WORKER_DECISIONS_AHEAD);
    let_go(workshop);
    assert_string_equal(workshop->ran + WORKER_DECISIONS_AHEAD, "dp");
}

/* --- Once each */

#define MANY 2000

static void test_A9_with_many_threads_each_job_is_run_and_given_back_once(void **state)
{
    struct workshop *workshop = *state;
    static const enum worker_urgency urgencies[] = {WORKER_DECISION, WORKER_URGENT, WORKER_BACKGROUND};
    struct errand *errands = calloc(MANY, sizeof *errands);
    assert_non_null(errands);
    assert_int_equal(create(workshop, 4, NULL), REASON_DONE);
    assert_int_equal(worker_pool_threads(workshop->pool), 4);
    assert_int_equal(workshop->contexts, 4);
    prepare(workshop, errands, MANY, '\0');
    /* A third by the loop, a third by the run() of these, a third by their done(). */
    for (size_t i = 0; i < MANY; i++)
        errands[i].urgency = urgencies[i % 3];
    for (size_t i = 0; i + 2 < MANY; i += 3) {
        errands[i].within = &errands[i + 1];
        errands[i].within_count = 1;
        errands[i].after = &errands[i + 2];
        submit(&errands[i]);
    }
    close_pool(workshop);
    for (size_t i = 0; i < MANY / 3 * 3; i++) {
        assert_int_equal(errands[i].ran, 1);
        assert_int_equal(errands[i].done, 1);
    }
    free(errands);
}

/* --- The end */

static void test_A9_a_pool_without_work_ends(void **state)
{
    struct workshop *workshop = *state;
    assert_int_equal(create(workshop, 3, NULL), REASON_DONE);
    close_pool(workshop);
}

/* Closed while its thread is busy, other jobs wait, and these hand on others. */
static void test_A9_what_is_left_and_what_follows_is_done_before_the_end(void **state)
{
    struct workshop *workshop = *state;
    struct errand gate, errand[3];
    hold(workshop, &gate);
    prepare(workshop, errand, 3, 'i');
    errand[0].within = &errand[1];
    errand[0].within_count = 1;
    errand[1].after = &errand[2];
    submit(&errand[0]);
    worker_pool_close(workshop->pool, on_closed, workshop);
    uv_run(&workshop->loop, UV_RUN_NOWAIT);
    assert_int_equal(workshop->closed, 0);
    uv_sem_post(&workshop->gate);
    uv_run(&workshop->loop, UV_RUN_DEFAULT);
    assert_int_equal(workshop->closed, 1);
    assert_string_equal(workshop->done, "giii");
    assert_int_equal(workshop->contexts_ended, 1);
}

/* --- Failures */

static void test_A8_a_pool_that_cannot_be_made_leaves_nothing(void **state)
{
    struct workshop *workshop = *state;
    enum reason reason = REASON_NO_MEMORY;
    for (long successes = 0; reason != REASON_DONE; successes++) {
        struct failure failure = {0};
        failing_memory_set(successes);
        reason = create(workshop, 3, &failure);
        assert_int_equal(reason != REASON_DONE, failing_memory_has_failed());
        failing_memory_set(-1);
        assert_int_equal(failure.reason, reason);
        assert_int_equal(workshop->pool == NULL, reason != REASON_DONE);
        if (reason == REASON_DONE)
            break;
        uv_run(&workshop->loop, UV_RUN_DEFAULT);
        assert_int_equal(workshop->contexts_ended, workshop->contexts);
    }
    close_pool(workshop);
}

/* The third thread's context can't be had: those of the first two end, and with them their threads. */
static void test_A8_without_a_context_there_is_no_pool(void **state)
{
    struct workshop *workshop = *state;
    struct failure failure = {0};
    workshop->contexts_most = 2;
    assert_int_equal(create(workshop, 4, &failure), REASON_NO_MEMORY);
    assert_string_equal(failure.subject, "context");
    assert_null(workshop->pool);
    uv_run(&workshop->loop, UV_RUN_DEFAULT);
    assert_int_equal(workshop->contexts_ended, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_A9_a_decision_goes_before_pictures_and_these_before_an_import, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_A9_decisions_do_not_starve_pictures, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_A9_a_picture_waits_from_when_it_came, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_A9_with_many_threads_each_job_is_run_and_given_back_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_A9_a_pool_without_work_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_A9_what_is_left_and_what_follows_is_done_before_the_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_A8_a_pool_that_cannot_be_made_leaves_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_A8_without_a_context_there_is_no_pool, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
