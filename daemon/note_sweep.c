#include "daemon/note_sweep.h"

#include "base/day.h"
#include "base/say.h"
#include "store/capture_note.h"

static enum reason run(struct journal_job *job, struct store *store, struct failure *failure)
{
    struct note_sweep *sweep = job->data;
    const struct log_draft draft = {.event = LOG_EVENT_ERASURE, .body = sweep->body};
    return capture_note_sweep(
        store, sweep->day - NOTE_SWEEP_GRACE_DAYS, &draft, &sweep->outcome, &sweep->deleted, failure);
}

static void on_swept(struct journal_job *job)
{
    struct note_sweep *sweep = job->data;
    char line[600];
    sweep->running = false;
    json_decref(sweep->body);
    sweep->body = NULL;
    journal_outcome_finish(&sweep->outcome);
    if (job->reason == REASON_DONE && sweep->deleted > 0)
        metric_add(sweep->evidence->metrics, METRIC_ENTRIES, 1);
    if (job->reason != REASON_DONE)
        say(SAY_ERROR, "notes of postponed captures: %s", failure_line(&job->failure, line, sizeof line));
    work_end(sweep->evidence->work);
}

void note_sweep_look(struct note_sweep *sweep, struct evidence *evidence, const struct store_guard *store,
    int64_t now_ms, int64_t past_ms)
{
    const int32_t day = day_of_ms(past_ms);
    struct json_writer body;
    if (sweep->running || past_ms == 0 || sweep->day == day || evidence->locked->reason != REASON_DONE ||
        store_guard_check_clock(store, now_ms, NULL) != REASON_DONE)
        return;
    json_writer_over(&body, evidence_body(evidence, "kordond", "system"));
    json_write_text(&body, "erased", "notes of postponed captures");
    json_write_text(&body, "justification", "nobody came back for them in time");
    *sweep = (struct note_sweep){
        .evidence = evidence, .day = day, .running = true, .body = json_writer_end(&body)};
    sweep->job = (struct journal_job){.run = run, .done = on_swept, .data = sweep};
    work_begin(evidence->work);
    journal_thread_run(evidence->workers->journal, &sweep->job);
}
