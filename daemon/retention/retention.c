#include "daemon/retention/retention.h"

#include "base/say.h"

#define HOUR_MS (INT64_C(3600) * 1000)

/* Caught up with, once a day is enough. */
static int64_t pause_ms(const struct retention *retention)
{
    const struct retention_run *run = &retention->run;
    if (retention->told.failure.reason != REASON_DONE ||
        run->now_ms - run->record.ages.time_ms > RETENTION_DAY_MS)
        return HOUR_MS;
    return RETENTION_DAY_MS;
}

static void take_time(struct retention_told *told, const struct retention_ages *ages)
{
    told->time_ms = ages->time_ms;
    told->settled_ms = retention_ages_settled_ms(ages);
}

static void tell(struct retention *retention, const struct journal_job *job)
{
    struct retention_run *run = &retention->run;
    char line[600];
    retention->told.failure = job->reason != REASON_DONE ? job->failure : (struct failure){0};
    retention->told.erased += run->erased;
    metric_add(retention->evidence->metrics, METRIC_ENTRIES, run->entries);
    metric_add(retention->evidence->metrics, METRIC_BODIES_ERASED, run->erased);
    if (run->entries > 0) {
        take_time(&retention->told, &run->record.ages);
        retention->told.unreadable = run->record.unreadable.count;
    }
    /* What may have been made durable is not counted again. */
    if (run->entries > 0 || job->reason == REASON_OUTCOME_UNKNOWN)
        retention->since_ms += run->ran_ms;
    if (job->reason != REASON_DONE)
        say(SAY_ERROR, "retention: %s", failure_line(&job->failure, line, sizeof line));
    else if (!run->changed && !run->more)
        retention->told.ended_ms = run->now_ms;
}

static void on_step(struct journal_job *job)
{
    struct retention *retention = job->data;
    if (job->reason == REASON_DONE && retention->run.more && !retention->stopping &&
        retention->evidence->locked->reason == REASON_DONE) {
        journal_thread_run(retention->evidence->workers->journal, job);
        return;
    }
    tell(retention, job);
    /* With another policy, or other holds, it begins anew at once. */
    if (!retention->run.changed)
        retention->next_ms = retention->began_ms + pause_ms(retention);
    retention_run_finish(&retention->run);
    retention->running = false;
    work_end(retention->evidence->work);
}

static enum reason run_step(struct journal_job *job, struct store *store, struct failure *failure)
{
    return retention_run_step(&((struct retention *)job->data)->run, store, failure);
}

static bool believes(const struct retention *retention, int64_t now_ms)
{
    return retention->evidence->locked->reason == REASON_DONE &&
           store_guard_check_clock(&retention->guard->store, now_ms, NULL) == REASON_DONE;
}

int64_t retention_past_ms(const struct retention *retention, int64_t now_ms)
{
    int64_t settled_ms = retention->told.settled_ms;
    if (!believes(retention, now_ms))
        return 0;
    return settled_ms < now_ms ? settled_ms : now_ms;
}

int64_t retention_reached_ms(const struct retention *retention, int64_t now_ms, int64_t elapsed_ms)
{
    if (retention->told.time_ms == 0 || !believes(retention, now_ms))
        return 0;
    const int64_t reached_ms = retention->told.time_ms + elapsed_ms - retention->since_ms;
    return reached_ms < now_ms ? reached_ms : now_ms;
}

static bool is_due(struct retention *retention, int64_t now_ms, int64_t elapsed_ms)
{
    if (!retention->watched) {
        retention->watched = true;
        retention->since_ms = elapsed_ms;
        retention->next_ms = elapsed_ms + HOUR_MS;
    }
    return !retention->running && !retention->stopping && elapsed_ms >= retention->next_ms &&
           believes(retention, now_ms);
}

void retention_look(struct retention *retention, int64_t now_ms, int64_t elapsed_ms)
{
    if (!is_due(retention, now_ms, elapsed_ms))
        return;
    retention->run = (struct retention_run){.now_ms = now_ms,
        .ran_ms = elapsed_ms - retention->since_ms,
        .body = evidence_body(retention->evidence, "kordond", "system")};
    retention->running = true;
    retention->began_ms = elapsed_ms;
    retention->job = (struct journal_job){.run = run_step, .done = on_step, .data = retention};
    work_begin(retention->evidence->work);
    journal_thread_run(retention->evidence->workers->journal, &retention->job);
}
