#include "daemon/self_test/run_internal.h"

#include <stdlib.h>
#include <string.h>

#include "store/store.h"

/* Scores are the same on every processor; where libraries differ by a rounding, a minutia may lie elsewhere. Further off than this, which is a factor
 * of four in the rate of false matches, it is another matcher than the one that was proven. */
#define DRIFT_MOST 6

static uint32_t ms_since(uint64_t since_ns)
{
    return (uint32_t)((uv_hrtime() - since_ns) / 1000000);
}

/* --- What was found */

/* What the machine could not give says nothing of how it compares. */
static bool is_want(enum reason reason)
{
    return reason == REASON_MEMLOCK_LIMIT || reason == REASON_NO_MEMORY || reason == REASON_STOPPING;
}

/* The first thing is kept; but that something is wrong goes before that something could not be looked at. */
static void note(struct self_test_run *run, const char *what, const struct failure *failure)
{
    struct self_test_result *result = &run->result;
    bool want = is_want(failure->reason);
    if (result->outcome == SELF_TEST_FAILS || (result->outcome == SELF_TEST_INCOMPLETE && want))
        return;
    result->outcome = want ? SELF_TEST_INCOMPLETE : SELF_TEST_FAILS;
    if (failure->reason == REASON_SELF_TEST_FAILED)
        result->why = *failure;
    else
        failure_set(&result->why, REASON_SELF_TEST_FAILED, "self-test", "%s: %s%s%s", what,
            reason_text(failure->reason), failure->detail[0] != '\0' ? ": " : "", failure->detail);
}

static void conclude(struct self_test_run *run)
{
    struct self_test_result *result = &run->result;
    for (size_t i = 0; i < SELF_TEST_PRINTS_MAX; i++)
        locked_template_finish(&run->templates[i]);
    if (result->outcome == SELF_TEST_NONE)
        result->outcome = SELF_TEST_PASSED;
    result->took_ms = ms_since(run->began_ns);
    result->ended_ms = store_now_ms();
    run->done(run);
}

static void go_on(struct self_test_run *run);

/* --- Each pair */

static void judge_pair(struct self_test_run *run, const struct self_test_pair *pair, matcher_score score)
{
    const struct self_test_set *set = run->result.set;
    struct self_test_pair_found *found = &run->result.pairs[run->pair];
    bool matches = score >= run->result.threshold;
    struct failure why;
    found->compared = true;
    found->score = score;
    found->passed = matches == pair->mated && abs(score - pair->proven) <= DRIFT_MOST;
    if (found->passed)
        return;
    failure_set(&why, REASON_SELF_TEST_FAILED, "self-test",
        "prints %s and %s, %s, score %d at a threshold of %d; proven: %d", set->prints[pair->probe].name,
        set->prints[pair->reference].name, pair->mated ? "of one finger" : "of two fingers", score,
        run->result.threshold, pair->proven);
    note(run, "pair", &why);
}

static void on_compared(struct comparison_job *job)
{
    struct self_test_run *run = job->data;
    run->result.pairs[run->pair].took_ms = ms_since(run->step_ns);
    if (job->reason == REASON_DONE)
        judge_pair(run, &run->result.set->pairs[run->pair], job->score);
    else
        note(run, "comparison", &job->failure);
    run->pair++;
    go_on(run);
}

static void start_pair(struct self_test_run *run, const struct self_test_pair *pair)
{
    run->comparison = (struct comparison_job){.probes = &run->templates[pair->probe],
        .probe_count = 1,
        .references = &run->templates[pair->reference],
        .reference_count = 1,
        .background = true,
        .done = on_compared,
        .data = run};
    run->step_ns = uv_hrtime();
    comparison_job_start(run->workers->search, &run->comparison);
}

/* Why a print of it is not there was noted. */
static bool is_comparable(const struct self_test_run *run, const struct self_test_pair *pair)
{
    return run->result.threshold_known && run->result.prints[pair->probe].enrolled &&
           run->result.prints[pair->reference].enrolled;
}

/* --- Each print */

static void on_enrolled(struct enrolment_job *job)
{
    struct self_test_run *run = job->data;
    struct self_test_print_found *found = &run->result.prints[run->print];
    found->took_ms = ms_since(run->step_ns);
    if (job->reason == REASON_DONE) {
        found->enrolled = true;
        found->quality = job->enrolment.fingers[0].report.quality;
        run->templates[run->print] = job->enrolment.fingers[0];
        job->enrolment.fingers[0] = (struct locked_template){0};
    } else {
        note(run, run->result.set->prints[run->print].name, &job->failure);
    }
    enrolment_finish(&job->enrolment);
    run->print++;
    go_on(run);
}

/* As a terminal's sample: a file's bytes in locked memory, which the thread wipes. */
static enum reason start_print(
    struct self_test_run *run, const struct self_test_print *print, struct failure *failure)
{
    struct locked_memory bytes;
    TRY(self_test_check_print(print, failure));
    TRY(locked_memory_init(&bytes, print->size, failure));
    memcpy(bytes.bytes, print->bytes, print->size);
    run->enrolment = (struct enrolment_job){.bytes = bytes,
        .size = print->size,
        .claim = {.position = FINGER_RIGHT_INDEX},
        .background = true,
        .done = on_enrolled,
        .data = run};
    run->step_ns = uv_hrtime();
    enrolment_job_start(run->workers->search, &run->enrolment);
    return REASON_DONE;
}

/* --- One after the other */

/* Whether a job of it is on its way. */
static bool start_next(struct self_test_run *run)
{
    const struct self_test_set *set = run->result.set;
    struct failure failure = {0};
    for (; run->print < set->print_count; run->print++) {
        if (start_print(run, &set->prints[run->print], &failure) == REASON_DONE)
            return true;
        note(run, set->prints[run->print].name, &failure);
    }
    while (run->pair < set->pair_count && !is_comparable(run, &set->pairs[run->pair]))
        run->pair++;
    if (run->pair == set->pair_count)
        return false;
    start_pair(run, &set->pairs[run->pair]);
    return true;
}

static void go_on(struct self_test_run *run)
{
    struct failure failure = {0};
    if (run->stop) {
        failure_set(&failure, REASON_STOPPING, NULL, NULL);
        note(run, "self-test", &failure);
        conclude(run);
    } else if (!start_next(run)) {
        conclude(run);
    }
}

void self_test_run_start(struct self_test_run *run)
{
    struct self_test_result *result = &run->result;
    struct failure failure = {0};
    run->began_ns = uv_hrtime();
    result->threads = search_pool_threads(run->workers->search);
    result->threshold_known =
        matcher_verification_threshold(result->target_fmr, &result->threshold, &failure) == REASON_DONE;
    if (!result->threshold_known)
        note(run, "threshold", &failure);
    go_on(run);
}
