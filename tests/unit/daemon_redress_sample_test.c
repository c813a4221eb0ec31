/* H6: a finger is kept, or is told to be too much like an entry, for who may give one when that is known. */
#include "tests/unit/unit.h"

#include <string.h>

#include "daemon/evidence.h"
#include "daemon/redress/sample.h"

#define AGREED 400

static struct {
    unsigned roles_now;
    struct reader_job *reading;
    matcher_score score; /* of each comparison */
    unsigned changes;
    enum redress_act act;
    unsigned done;
} seen;

static unsigned roles_now(void *data, const struct principal *principal)
{
    (void)data;
    (void)principal;
    return seen.roles_now;
}

void __wrap_enrolment_job_start(struct search_pool *pool, struct enrolment_job *job);
void __wrap_enrolment_job_start(struct search_pool *pool, struct enrolment_job *job)
{
    struct locked_template *finger = &job->enrolment.fingers[0];
    (void)pool;
    assert_int_equal(locked_memory_init(&finger->memory, sizeof(struct matcher_template), NULL), REASON_DONE);
    finger->position = FINGER_RIGHT_INDEX;
    job->reason = REASON_DONE;
    job->done(job);
}

void __wrap_store_reader_run(struct store_reader *reader, struct reader_job *job);
void __wrap_store_reader_run(struct store_reader *reader, struct reader_job *job)
{
    (void)reader;
    seen.reading = job;
}

void __wrap_comparison_job_start(struct search_pool *pool, struct comparison_job *job);
void __wrap_comparison_job_start(struct search_pool *pool, struct comparison_job *job)
{
    (void)pool;
    job->reason = REASON_DONE;
    job->score = seen.score;
    job->done(job);
}

void __wrap_redress_change_start(struct redress_change *change, const struct principal *principal);
void __wrap_redress_change_start(struct redress_change *change, const struct principal *principal)
{
    assert_int_equal(principal->roles, ROLE_SUPERVISOR);
    seen.changes++;
    seen.act = change->act;
    change->reason = REASON_DONE;
    change->done(change);
}

static void on_done(struct redress_sample *sample)
{
    (void)sample;
    seen.done++;
}

/* What becomes of a finger that agrees so far with the one entry, where roles change while the entry is read. */
static enum reason give(matcher_score score, unsigned roles_then)
{
    struct work work = {0};
    struct evidence evidence = {.work = &work, .roles_now = roles_now};
    struct quota quota = {0};
    const struct workers workers = {.reader = (struct store_reader *)&quota};
    struct redress_sample sample = {.change = {.evidence = &evidence},
        .done = on_done,
        .workers = &workers,
        .quota = &quota,
        .by = {.proof = PRINCIPAL_BY_SOCKET, .registered = true, .roles = ROLE_SUPERVISOR},
        .entries = {{.score = AGREED}},
        .entry_count = 1};
    memset(&seen, 0, sizeof seen);
    seen.score = score;
    seen.roles_now = ROLE_SUPERVISOR;
    redress_sample_start(&sample);
    seen.roles_now = roles_then;
    while (seen.done == 0) {
        assert_non_null(seen.reading);
        seen.reading->reason = REASON_DONE;
        seen.reading->done(seen.reading);
    }
    assert_int_equal(seen.done, 1);
    assert_int_equal(work.count, 0);
    return sample.change.reason;
}

static void test_H6_who_is_a_supervisor_still_has_the_finger_kept_or_refused(void **state)
{
    (void)state;
    assert_int_equal(give(AGREED, ROLE_SUPERVISOR), REASON_DONE);
    assert_int_equal(seen.act, REDRESS_ADD_FINGER);
    assert_int_equal(give(AGREED + 1, ROLE_SUPERVISOR), REASON_FINGER_LIKE_ENTRY);
    assert_int_equal(seen.act, REDRESS_REFUSE_FINGER);
}

/* Who is one no more has none kept, and is not told whether it agrees. */
static void test_H6_who_loses_his_role_while_the_finger_is_compared_gives_none(void **state)
{
    (void)state;
    for (matcher_score score = AGREED; score <= AGREED + 1; score++) {
        assert_int_equal(give(score, ROLE_EXAMINER), REASON_NOT_PERMITTED);
        assert_int_equal(seen.changes, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_H6_who_is_a_supervisor_still_has_the_finger_kept_or_refused),
        cmocka_unit_test(test_H6_who_loses_his_role_while_the_finger_is_compared_gives_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
