#include "daemon/self_test/self_test.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/locked_memory.h"
#include "base/say.h"
#include "daemon/memory_need.h"
#include "daemon/self_test/run_internal.h"

#define HOUR_MS UINT64_C(3600000)

/* A fault may pass, and a post that is held should find out; but not fill the log while it does not. */
#define AGAIN_MS (10 * UINT64_C(60000))

struct self_test_task {
    struct self_test_run run; /* first: the run is the task */
    struct journal_entry entry;
    struct self_test *self_test;
    json_t *body; /* who asked; what was found is added */
    struct self_test_waiter *waiters;
};

enum reason self_test_check(const struct self_test *self_test, struct failure *failure)
{
    if (self_test->failure.reason != REASON_DONE && failure != NULL)
        *failure = self_test->failure;
    return self_test->failure.reason;
}

/* --- The end */

static void tell_change(const struct self_test *self_test)
{
    if (!self_test->stopped)
        self_test->changed(self_test->data);
}

static void hold(struct self_test *self_test, const struct self_test_result *result)
{
    char line[700];
    say(SAY_ERROR, "%s", failure_line(&result->why, line, sizeof line));
    self_test->failure = result->why;
}

static void release(struct self_test *self_test)
{
    if (self_test->failure.reason != REASON_DONE)
        say(SAY_NOTICE, "the self-test passed: what it held goes on");
    self_test->failure = (struct failure){0};
    self_test->proven = true;
}

static void end_task(struct self_test_task *task, uint64_t seq, const struct failure *failure)
{
    struct self_test *self_test = task->self_test;
    struct work *work = self_test->evidence->work;
    struct self_test_waiter *waiter = task->waiters, *next;
    self_test->task = NULL;
    self_test->running = false;
    self_test->ended_ms = uv_now(self_test->evidence->loop);
    tell_change(self_test);
    for (; waiter != NULL; waiter = next) {
        next = waiter->next;
        waiter->told(waiter, &self_test->last, seq, failure);
    }
    json_decref(task->body);
    free(task);
    work_end(work);
}

static void on_written(struct journal_entry *entry)
{
    struct self_test_task *task = entry->data;
    struct self_test *self_test = task->self_test;
    struct failure failure = entry->failure;
    const uint64_t seq = entry->outcome.seq;
    enum reason reason = entry->reason;
    evidence_written(self_test->evidence, entry);
    journal_entry_finish(entry);
    if (reason == REASON_DONE && task->run.result.outcome == SELF_TEST_PASSED)
        release(self_test);
    end_task(task, seq, reason == REASON_DONE ? NULL : &failure);
}

static void record(struct self_test_task *task)
{
    struct self_test *self_test = task->self_test;
    struct json_writer body;
    json_writer_over(&body, task->body);
    task->body = NULL;
    self_test_result_add(&body, &task->run.result);
    task->entry = (struct journal_entry){
        .event = LOG_EVENT_SELF_TEST, .body = json_writer_end(&body), .written = on_written, .data = task};
    evidence_append(self_test->evidence, &task->entry);
}

static enum metric metric_of(enum self_test_outcome outcome)
{
    return outcome == SELF_TEST_PASSED  ? METRIC_SELF_TESTS_PASSED
           : outcome == SELF_TEST_FAILS ? METRIC_SELF_TESTS_FAILED
                                        : METRIC_SELF_TESTS_INCOMPLETE;
}

/* What was found to be wrong holds at once; that all is well, only when it is recorded. */
static void on_run(struct self_test_run *run)
{
    struct self_test_task *task = (struct self_test_task *)run;
    struct self_test *self_test = task->self_test;
    const struct self_test_result *result = &run->result;
    self_test->last = *result;
    metric_add(self_test->evidence->metrics, metric_of(result->outcome), 1);
    struct failure stopping;
    if (result->outcome == SELF_TEST_FAILS ||
        (result->outcome == SELF_TEST_INCOMPLETE && !self_test->proven && !self_test->stopped))
        hold(self_test, result);
    if (self_test->evidence->workers->journal != NULL) {
        record(task);
        return;
    }
    failure_set(&stopping, REASON_STOPPING, NULL, NULL);
    end_task(task, 0, &stopping);
}

/* --- The beginning */

/* What travellers need is not touched while any may come to need it. */
static bool has_room(const struct self_test *self_test)
{
    return *self_test->unfinished_transactions == 0 || locked_memory_left() / 2 >= memory_kept();
}

/* At the start the lock, if there was one, ends behind it. */
static enum reason check_may_begin(
    const struct self_test *self_test, enum self_test_trigger trigger, struct failure *failure)
{
    const struct evidence *evidence = self_test->evidence;
    if (trigger != SELF_TEST_AT_START && evidence->locked->reason != REASON_DONE) {
        if (failure != NULL)
            *failure = *evidence->locked;
        return evidence->locked->reason;
    }
    if (self_test->stopped || evidence->workers->journal == NULL || evidence->workers->search == NULL)
        return failure_set(failure, REASON_STOPPING, NULL, NULL);
    if (self_test->task == NULL && !has_room(self_test))
        return failure_set(
            failure, REASON_BUSY, "self-test", N_("the memory is kept for travellers who are here"));
    return REASON_DONE;
}

static void join(struct self_test_task *task, struct self_test_waiter *waiter)
{
    if (waiter == NULL)
        return;
    waiter->next = task->waiters;
    task->waiters = waiter;
}

static json_t *body_of(const struct self_test *self_test, const struct self_test_request *request)
{
    if (request->principal == NULL)
        return evidence_body(self_test->evidence, "kordond", "system");
    return evidence_body_of(self_test->evidence, request->principal, request->officer, request->role);
}

static struct self_test_task *make_task(struct self_test *self_test, const struct self_test_request *request)
{
    struct self_test_task *task = calloc(1, sizeof *task);
    if (task == NULL)
        return NULL;
    task->self_test = self_test;
    task->body = body_of(self_test, request);
    if (task->body == NULL) {
        free(task);
        return NULL;
    }
    task->run.workers = self_test->evidence->workers;
    task->run.done = on_run;
    task->run.result.set = self_test->set;
    task->run.result.trigger = request->trigger;
    task->run.result.target_fmr = self_test->configuration->verification.target_fmr;
    snprintf(task->run.result.by, sizeof task->run.result.by, "%s",
        request->principal != NULL ? request->principal->name : "kordond");
    return task;
}

enum reason self_test_begin(struct self_test *self_test, const struct self_test_request *request,
    struct self_test_waiter *waiter, struct failure *failure)
{
    TRY(check_may_begin(self_test, request->trigger, failure));
    if (self_test->task != NULL) {
        join(self_test->task, waiter);
        return REASON_DONE;
    }
    struct self_test_task *task = make_task(self_test, request);
    if (task == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "self-test", NULL);
    join(task, waiter);
    self_test->task = task;
    self_test->running = true;
    work_begin(self_test->evidence->work);
    self_test_run_start(&task->run);
    return REASON_DONE;
}

static bool is_due(const struct self_test *self_test)
{
    uint64_t period_ms = self_test->configuration->self_test.interval_hours * HOUR_MS;
    if (period_ms == 0)
        return false;
    if (self_test->last.outcome != SELF_TEST_PASSED || self_test->failure.reason != REASON_DONE)
        period_ms = AGAIN_MS;
    return uv_now(self_test->evidence->loop) - self_test->ended_ms >= period_ms;
}

void self_test_look(struct self_test *self_test)
{
    const struct self_test_request request = {.trigger = SELF_TEST_WHEN_DUE};
    struct failure failure;
    char line[700];
    if (self_test->task != NULL || !is_due(self_test) ||
        check_may_begin(self_test, request.trigger, &failure) != REASON_DONE)
        return; /* the next look asks again */
    if (self_test_begin(self_test, &request, NULL, &failure) != REASON_DONE)
        say(SAY_ERROR, "%s", failure_line(&failure, line, sizeof line));
}

void self_test_stop(struct self_test *self_test)
{
    self_test->stopped = true;
    if (self_test->task != NULL)
        self_test->task->run.stop = true;
}
