#include "daemon/redress/expiry.h"

#include <stddef.h>
#include <string.h>

#include "base/day.h"
#include "base/locked_memory.h"
#include "base/say.h"

#define RETRY_MS INT64_C(3600000)

/* --- One after the other --------------------------------------------------------------------------------------- */

static void look(struct redress_expiry *expiry);

static void end(struct redress_expiry *expiry, enum reason reason, const struct failure *failure)
{
    char line[600];
    expiry->running = false;
    if (reason == REASON_DONE)
        expiry->done_day = expiry->day;
    else if (reason != REASON_STOPPING)
        say(SAY_ERROR, "expired cases of redress: %s", failure_line(failure, line, sizeof line));
}

static void on_changed(struct redress_change *change)
{
    struct redress_expiry *expiry =
        (struct redress_expiry *)((char *)change - offsetof(struct redress_expiry, change));
    journal_outcome_finish(&change->outcome);
    if (change->reason == REASON_DONE)
        look(expiry);
    else
        end(expiry, change->reason, &change->failure);
}

static enum reason visit(void *context, const uint8_t key[static CASE_RECORD_KEY_BYTES], const char *bytes,
    size_t size, struct failure *failure)
{
    struct redress_expiry *expiry = context;
    struct redress_case of;
    TRY(redress_case_read(key, bytes, size, &of, failure));
    if (redress_is_over(&of, expiry->day))
        memcpy(expiry->change.of.key, key, CASE_RECORD_KEY_BYTES);
    memory_wipe(&of, sizeof of);
    return REASON_DONE;
}

static enum reason run(struct journal_job *job, struct store *store, struct failure *failure)
{
    return case_record_each(store, CASE_RECORD_REDRESS, visit, job->data, failure);
}

static void on_looked(struct journal_job *job)
{
    static const uint8_t none[CASE_RECORD_KEY_BYTES];
    struct redress_expiry *expiry = job->data;
    struct work *work = expiry->evidence->work;
    if (job->reason != REASON_DONE || memcmp(expiry->change.of.key, none, sizeof none) == 0)
        end(expiry, job->reason, &job->failure);
    else
        redress_change_start(&expiry->change, NULL);
    work_end(work);
}

static void look(struct redress_expiry *expiry)
{
    expiry->change = (struct redress_change){.done = on_changed,
        .evidence = expiry->evidence,
        .act = REDRESS_EXPIRE,
        .why = "its last day is over",
        .today = expiry->day};
    expiry->job = (struct journal_job){.run = run, .done = on_looked, .data = expiry};
    work_begin(expiry->evidence->work);
    journal_thread_run(expiry->evidence->workers->journal, &expiry->job);
}

void redress_expiry_look(struct redress_expiry *expiry, struct evidence *evidence,
    const struct store_guard *store, int64_t now_ms, int64_t past_ms)
{
    const int32_t day = day_of_ms(past_ms);
    if (expiry->running || past_ms == 0 || expiry->done_day == day || past_ms < expiry->next_ms ||
        evidence->locked->reason != REASON_DONE ||
        store_guard_check_clock(store, now_ms, NULL) != REASON_DONE)
        return;
    expiry->evidence = evidence;
    expiry->day = day;
    expiry->next_ms = past_ms + RETRY_MS;
    expiry->running = true;
    look(expiry);
}
