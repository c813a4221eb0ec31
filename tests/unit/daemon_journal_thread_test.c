/* The thread that writes: what becomes durable together and in which order, and that every callback comes once, whatever fails and whenever
 * it is closed. The loop is the test's, so that what is handed over in one turn of it is handed over at once.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/threads/journal_thread.h"
#include "tests/support/disk.h"
#include "tests/support/failing_memory.h"
#include "tests/support/state_directory.h"

#define MANY (JOURNAL_GROUP_MAX + 44)

struct desk {
    uv_loop_t loop;
    struct state_directory state;
    struct journal_thread *thread;
    struct store_guard guard; /* as told last */
    /* What came back: '|' for what the watch was told, then the names of those whose callback was called. */
    char order[2 * MANY];
    uv_sem_t gate; /* jobs named 'g' wait for it */
    bool closed;
};

struct note {
    struct journal_entry entry;
    struct desk *desk;
    char name;
    unsigned written;
    unsigned again;       /* how often written() hands it over once more */
    struct errand *after; /* what written() hands over */
};

struct errand {
    struct journal_job job;
    struct desk *desk;
    char name;
    unsigned ran, done;
    enum reason outcome; /* what run() gives */
    struct note *after;  /* what done() hands over */
    uint64_t size;       /* of the log, found by run() */
};

static void write_down(struct desk *desk, char name)
{
    size_t used = strlen(desk->order);
    assert_true(used + 1 < sizeof desk->order);
    desk->order[used] = name;
}

static void watch(void *data, const struct store_guard *guard, const struct failure *failure)
{
    struct desk *desk = data;
    (void)failure;
    desk->guard = *guard;
    write_down(desk, '|');
}

static void open_thread(struct desk *desk)
{
    assert_int_equal(
        journal_thread_create(&desk->thread, &desk->loop, desk->state.store, &desk->state.failure),
        REASON_DONE);
    journal_thread_watch(desk->thread, watch, desk);
    memset(desk->order, 0, sizeof desk->order);
}

static int set_up(void **state)
{
    struct desk *desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    assert_int_equal(uv_loop_init(&desk->loop), 0);
    assert_int_equal(uv_sem_init(&desk->gate, 0), 0);
    state_directory_init(&desk->state);
    open_thread(desk);
    *state = desk;
    return 0;
}

static void on_closed(void *data)
{
    struct desk *desk = data;
    assert_false(desk->closed);
    desk->closed = true;
    desk->thread = NULL;
}

/* Nothing comes back behind closed(): the loop has nothing left. */
static void run_to_the_end(struct desk *desk)
{
    uv_run(&desk->loop, UV_RUN_DEFAULT);
    assert_true(desk->closed);
    desk->closed = false;
}

static void close_thread(struct desk *desk)
{
    journal_thread_close(desk->thread, on_closed, desk);
    run_to_the_end(desk);
}

static int tear_down(void **state)
{
    struct desk *desk = *state;
    failing_memory_set(-1);
    disk_forget();
    if (desk->thread != NULL)
        close_thread(desk);
    assert_int_equal(uv_loop_close(&desk->loop), 0);
    state_directory_finish(&desk->state);
    uv_sem_destroy(&desk->gate);
    free(desk);
    return 0;
}

/* --- What is handed over */

static json_t *body(void)
{
    json_t *made = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "actor", "officer 7", "role", "terminal",
        "purpose", "border_check", "legal_basis", "law", "justification", "first line", "transaction", "t-1");
    assert_non_null(made);
    return made;
}

static void append(struct note *note);
static void run(struct errand *errand);

static void on_written(struct journal_entry *entry)
{
    struct note *note = entry->data;
    note->written++;
    write_down(note->desk, note->name);
    assert_int_equal(entry->outcome.receipt != NULL, entry->reason == REASON_DONE);
    journal_entry_finish(entry);
    if (note->after != NULL)
        run(note->after);
    if (note->again > 0) {
        note->again--;
        append(note);
    }
}

static void append(struct note *note)
{
    note->entry = (struct journal_entry){
        .event = LOG_EVENT_CONSULTATION, .body = body(), .written = on_written, .data = note};
    journal_thread_append(note->desk->thread, &note->entry);
}

static struct note note(struct desk *desk, char name)
{
    return (struct note){.desk = desk, .name = name};
}

static enum reason errand_run(struct journal_job *job, struct store *store, struct failure *failure)
{
    struct errand *errand = job->data;
    if (errand->name == 'g')
        uv_sem_wait(&errand->desk->gate);
    errand->ran++;
    errand->size = journal_size(store);
    return errand->outcome == REASON_DONE ? REASON_DONE : failure_set(failure, errand->outcome, "test", NULL);
}

static void errand_done(struct journal_job *job)
{
    struct errand *errand = job->data;
    errand->done++;
    write_down(errand->desk, errand->name);
    if (errand->after != NULL)
        append(errand->after);
}

static void run(struct errand *errand)
{
    errand->job = (struct journal_job){.run = errand_run, .done = errand_done, .data = errand};
    journal_thread_run(errand->desk->thread, &errand->job);
}

static struct errand errand(struct desk *desk, char name)
{
    return (struct errand){.desk = desk, .name = name};
}

static void wait_for(struct desk *desk, const unsigned *count, unsigned wanted)
{
    while (*count < wanted)
        uv_run(&desk->loop, UV_RUN_ONCE);
}

/* --- Order and groups */

/* Entries that wait while the thread is busy become durable together, before the jobs that were there first; those run in their order. */
static void test_L1_what_waits_becomes_durable_together_before_a_job(void **state)
{
    struct desk *desk = *state;
    struct errand gate = errand(desk, 'g'), first = errand(desk, '1'), second = errand(desk, '2');
    struct note a = note(desk, 'a'), b = note(desk, 'b'), c = note(desk, 'c');
    uint64_t before = journal_size(desk->state.store);
    run(&gate);
    run(&first);
    append(&a);
    run(&second);
    append(&b);
    append(&c);
    uv_sem_post(&desk->gate);
    wait_for(desk, &second.done, 1);
    assert_string_equal(desk->order, "|g|abc|1|2");
    assert_int_equal(first.size, before + 3);
    assert_int_equal(desk->guard.size, before + 3);
}

/* A lone entry waits for nobody, and the next one, which comes while it is written, is another commit. */
static void test_L1_an_entry_alone_is_written_at_once(void **state)
{
    struct desk *desk = *state;
    struct note a = note(desk, 'a'), b = note(desk, 'b');
    append(&a);
    append(&b);
    wait_for(desk, &b.written, 1);
    assert_string_equal(desk->order, "|a|b");
    assert_int_equal(b.entry.reason, REASON_DONE);
}

/* Whoever has an answer to wait for goes before an import's step, but not for ever: two peers whose entries always wait. */
static void test_A9_a_job_lets_a_number_of_commits_pass_and_then_runs(void **state)
{
    struct desk *desk = *state;
    struct note a = note(desk, 'a'), b = note(desk, 'b');
    struct errand step = errand(desk, '1');
    a.again = b.again = 2 * JOURNAL_COMMITS_AHEAD;
    append(&a);
    append(&b);
    run(&step);
    wait_for(desk, &b.written, 2 * JOURNAL_COMMITS_AHEAD + 1);
    char expected[4 * JOURNAL_COMMITS_AHEAD] = "|a"; /* under way when the job came */
    for (unsigned i = 0; i < JOURNAL_COMMITS_AHEAD; i++)
        strcat(expected, i % 2 == 0 ? "|b" : "|a");
    strcat(expected, "|1");
    assert_memory_equal(desk->order, expected, strlen(expected));
    assert_int_equal(step.done, 1);
}

static void test_L1_more_than_a_group_takes_several_commits(void **state)
{
    struct desk *desk = *state;
    struct errand gate = errand(desk, 'g');
    struct note *notes = calloc(MANY, sizeof *notes);
    assert_non_null(notes);
    uint64_t before = journal_size(desk->state.store);
    run(&gate);
    for (size_t i = 0; i < MANY; i++) {
        notes[i] = note(desk, 'a');
        append(&notes[i]);
    }
    uv_sem_post(&desk->gate);
    wait_for(desk, &notes[MANY - 1].written, 1);
    char expected[2 * MANY] = "|g|";
    memset(expected + strlen(expected), 'a', JOURNAL_GROUP_MAX);
    strcat(expected, "|");
    memset(expected + strlen(expected), 'a', MANY - JOURNAL_GROUP_MAX);
    assert_string_equal(desk->order, expected);
    assert_int_equal(desk->guard.size, before + MANY);
    free(notes);
}

/* --- Failures */

static void test_L1_a_wrong_entry_costs_the_others_nothing(void **state)
{
    struct desk *desk = *state;
    struct errand gate = errand(desk, 'g');
    struct note a = note(desk, 'a'), wrong = note(desk, 'w'), b = note(desk, 'b');
    uint64_t before = journal_size(desk->state.store);
    run(&gate);
    append(&a);
    append(&wrong);
    json_decref(wrong.entry.body);
    wrong.entry.body = NULL; /* as where there was no memory for it */
    append(&b);
    uv_sem_post(&desk->gate);
    wait_for(desk, &b.written, 1);
    assert_string_equal(desk->order, "|g|awb");
    assert_int_equal(a.entry.reason, REASON_DONE);
    assert_int_equal(wrong.entry.reason, REASON_NO_MEMORY);
    assert_int_equal(b.entry.reason, REASON_DONE);
    assert_int_equal(desk->guard.size, before + 2);
}

static void test_A8_a_failed_job_says_why_and_the_next_one_runs(void **state)
{
    struct desk *desk = *state;
    struct errand first = errand(desk, '1'), second = errand(desk, '2');
    first.outcome = REASON_DISK_FULL;
    run(&first);
    run(&second);
    wait_for(desk, &second.done, 1);
    assert_int_equal(first.job.reason, REASON_DISK_FULL);
    assert_int_equal(first.job.failure.reason, REASON_DISK_FULL);
    assert_int_equal(second.job.reason, REASON_DONE);
}

/* Two entries in one commit, with a job behind them. What is said to be durable is, what is said not to be is not. */
static void write_two(struct desk *desk)
{
    struct errand gate = errand(desk, 'g'), last = errand(desk, '1');
    struct note notes[] = {note(desk, 'a'), note(desk, 'b')};
    uint64_t before = desk->guard.size, durable = 0, unknown = 0;
    run(&gate);
    append(&notes[0]);
    append(&notes[1]);
    run(&last);
    uv_sem_post(&desk->gate);
    wait_for(desk, &last.done, 1);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(notes[i].written, 1);
        durable += notes[i].entry.reason == REASON_DONE;
        unknown += notes[i].entry.reason == REASON_OUTCOME_UNKNOWN;
    }
    assert_in_range(last.size, before + durable, before + durable + unknown);
    memset(desk->order, 0, sizeof desk->order);
}

static void learn_size(struct desk *desk)
{
    struct errand look = errand(desk, '1');
    run(&look);
    wait_for(desk, &look.done, 1);
}

/* Whichever allocation fails, everybody hears of his entry, and the thread goes on. */
static void test_L1_without_memory_everybody_hears_of_his_entry(void **state)
{
    struct desk *desk = *state;
    unsigned failed = 0;
    learn_size(desk);
    for (long successes = 0;; successes++) {
        failing_memory_set(successes);
        write_two(desk);
        if (!failing_memory_has_failed())
            break;
        failed++;
    }
    failing_memory_set(-1);
    assert_true(failed > 0);
    struct note after = note(desk, 'z');
    append(&after);
    wait_for(desk, &after.written, 1);
    assert_int_equal(after.entry.reason, REASON_DONE);
}

static void test_L1_with_a_failing_disk_everybody_hears_of_his_entry(void **state)
{
    struct desk *desk = *state;
    const struct disk_options options = {0};
    learn_size(desk);
    close_thread(desk);
    store_close(desk->state.store);
    desk->state.store = NULL;
    disk_watch(desk->state.path, &options);
    assert_int_equal(state_directory_reopen(&desk->state), REASON_DONE);
    open_thread(desk);
    long hits = 1;
    for (long nth = 1; hits > 0; nth++) {
        disk_fail((struct disk_fault){.call = DISK_ANY, .nth = nth, .error = EIO});
        write_two(desk);
        hits = disk_hits();
        disk_mend();
        learn_size(desk);
        assert_true(hits > 0 || nth > 1);
    }
    struct note after = note(desk, 'z');
    append(&after);
    wait_for(desk, &after.written, 1);
    assert_int_equal(after.entry.reason, REASON_DONE);
}

static void test_A8_a_thread_that_cannot_be_made_leaves_nothing(void **state)
{
    struct desk *desk = *state;
    struct journal_thread *thread;
    unsigned failed = 0;
    for (long successes = 0;; successes++) {
        failing_memory_set(successes);
        enum reason reason = journal_thread_create(&thread, &desk->loop, desk->state.store, NULL);
        if (!failing_memory_has_failed())
            break;
        assert_int_equal(reason, REASON_NO_MEMORY);
        assert_null(thread);
        failed++;
    }
    failing_memory_set(-1);
    assert_true(failed > 0);
    journal_thread_close(thread, NULL, NULL);
    close_thread(desk);
}

/* --- The end */

/* A forced end while the disk is slow: what waits is written, and so is what callbacks hand on. */
static void test_L1_what_is_handed_over_while_it_closes_is_written(void **state)
{
    struct desk *desk = *state;
    struct errand gate = errand(desk, 'g'), first = errand(desk, '1'), second = errand(desk, '2');
    struct note a = note(desk, 'a'), b = note(desk, 'b'), c = note(desk, 'c'), d = note(desk, 'd');
    uint64_t before = journal_size(desk->state.store);
    a.again = 2;
    b.after = &second;
    second.after = &d;
    run(&gate);
    append(&a);
    run(&first);
    journal_thread_close(desk->thread, on_closed, desk);
    append(&b);
    append(&c);
    uv_sem_post(&desk->gate);
    run_to_the_end(desk);
    assert_string_equal(desk->order, "|g|abc|1|a|2|a|d");
    assert_int_equal(journal_size(desk->state.store), before + 6);
    assert_int_equal(d.entry.reason, REASON_DONE);
    assert_int_equal(a.written, 3);
}

static void close_from_callback(struct journal_job *job)
{
    struct errand *errand = job->data;
    errand_done(job);
    journal_thread_close(errand->desk->thread, on_closed, errand->desk);
}

/* The last callback closes, and then hands on. */
static void test_L1_a_callback_may_close_and_still_hand_on(void **state)
{
    struct desk *desk = *state;
    struct errand last = errand(desk, '1');
    struct note a = note(desk, 'a');
    last.job = (struct journal_job){.run = errand_run, .done = close_from_callback, .data = &last};
    last.after = &a;
    journal_thread_run(desk->thread, &last.job);
    run_to_the_end(desk);
    assert_string_equal(desk->order, "|1|a");
    assert_int_equal(a.entry.reason, REASON_DONE);
}

/* Nobody is left without an answer, nor told that it was written. */
static void test_L1_what_comes_after_the_end_is_told_so(void **state)
{
    struct desk *desk = *state;
    struct note a = note(desk, 'a'), b = note(desk, 'b');
    struct errand late = errand(desk, '1'), later = errand(desk, '2');
    uint64_t before = journal_size(desk->state.store);
    a.after = &later;
    later.after = &b;
    journal_thread_close(desk->thread, on_closed, desk);
    append(&a);
    run(&late);
    run_to_the_end(desk);
    assert_string_equal(desk->order, "a12b");
    assert_int_equal(a.entry.reason, REASON_STOPPING);
    assert_int_equal(b.entry.reason, REASON_STOPPING);
    assert_int_equal(late.job.reason, REASON_STOPPING);
    assert_int_equal(late.ran + later.ran, 0);
    assert_int_equal(journal_size(desk->state.store), before);
}

/* Receipts did not wait for the anchor: it follows, also where the thread is closed meanwhile. */
static void test_L7_the_anchor_follows_before_the_end(void **state)
{
    struct desk *desk = *state;
    struct note a = note(desk, 'a'), b = note(desk, 'b');
    close_thread(desk);
    state_directory_finish(&desk->state);
    state_directory_init_anchored(&desk->state);
    store_close(desk->state.store);
    desk->state.options.receipts_wait_for_anchor = false;
    assert_int_equal(store_open(&desk->state.options, STORE_WRITE, &desk->state.store, NULL), REASON_DONE);
    open_thread(desk);
    append(&a);
    append(&b);
    close_thread(desk);
    assert_true(desk->guard.anchored);
    assert_int_equal(desk->guard.size, journal_size(desk->state.store));
    assert_int_equal(desk->guard.anchored_size, desk->guard.size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_L1_what_waits_becomes_durable_together_before_a_job, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_L1_an_entry_alone_is_written_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_A9_a_job_lets_a_number_of_commits_pass_and_then_runs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_L1_more_than_a_group_takes_several_commits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_L1_a_wrong_entry_costs_the_others_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_A8_a_failed_job_says_why_and_the_next_one_runs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_L1_without_memory_everybody_hears_of_his_entry, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_L1_with_a_failing_disk_everybody_hears_of_his_entry, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_A8_a_thread_that_cannot_be_made_leaves_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_L1_what_is_handed_over_while_it_closes_is_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_L1_a_callback_may_close_and_still_hand_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_L1_what_comes_after_the_end_is_told_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_L7_the_anchor_follows_before_the_end, set_up, tear_down),
    };
    disk_spare_syncs();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
