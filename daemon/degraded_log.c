#include "daemon/degraded_log.h"

#include <stdlib.h>

#include "base/instant.h"
#include "base/say.h"
#include "daemon/suspension_document.h"

#define PAUSE_FIRST_MS 1000
#define PAUSE_MOST_MS  60000

struct degraded_note {
    struct journal_entry entry; /* first: the entry is the note */
    struct suspension_change change;
    struct degraded_log *log;
    struct degraded_note *next;
};

void degraded_write_event(struct json_writer *body, const struct degraded_event *event)
{
    char text[INSTANT_TEXT_SIZE];
    const struct degraded_row *row = event->row;
    json_write_text(body, "degraded", degraded_name(event->mode));
    json_write_text(body, "change", event->change == DEGRADED_BEGUN ? "begun" : "ended");
    json_write_text(body, "since", instant_format(row->since_ms, text));
    json_write_text(body, "by", row->by);
    if (row->until_ms != 0)
        json_write_text(body, "until", instant_format(row->until_ms, text));
    if (event->change == DEGRADED_ENDED)
        json_write_text(body, "ended", instant_format(event->now_ms, text));
    evidence_write_failure(body, &row->why);
}

/* --- The first one is on its way, or waits */

static void free_note(struct degraded_note *note)
{
    journal_entry_finish(&note->entry);
    suspension_change_finish(&note->change);
    free(note);
}

static void write_first(struct degraded_log *log);

/* Where nobody knows whether it is durable it is written again, and says so: twice is not lost. */
static void mark_repeated(struct degraded_log *log, struct degraded_note *note)
{
    struct json_writer body;
    json_writer_over(&body, json_incref(note->entry.body));
    json_write_boolean(&body, "repeated", true);
    if (json_writer_close(&body, "log entry", NULL) != REASON_DONE)
        log->unsaid++; /* it stands there twice, without a word on it */
}

static void on_written(struct journal_entry *entry)
{
    struct degraded_note *note = (struct degraded_note *)entry;
    struct degraded_log *log = note->log;
    struct work *work = log->evidence->work;
    enum reason reason = entry->reason;
    log->writing = false;
    if (reason == REASON_DONE) {
        log->first = note->next;
        log->last = log->first != NULL ? log->last : NULL;
        log->pause_ms = log->retry_ms = 0;
    } else {
        if (reason == REASON_OUTCOME_UNKNOWN)
            mark_repeated(log, note);
        log->pause_ms = log->pause_ms == 0                  ? PAUSE_FIRST_MS
                        : log->pause_ms * 2 < PAUSE_MOST_MS ? log->pause_ms * 2
                                                            : PAUSE_MOST_MS;
        log->retry_ms = uv_now(log->loop) + log->pause_ms;
    }
    evidence_written(log->evidence, entry);
    log->evidence->pending--;
    if (reason == REASON_DONE) {
        free_note(note);
        write_first(log);
    }
    work_end(work);
}

static void write_first(struct degraded_log *log)
{
    struct evidence *evidence = log->evidence;
    struct degraded_note *note = log->first;
    bool taken = evidence->locked->reason == REASON_DONE && evidence->workers->journal != NULL;
    if (log->writing || note == NULL || !taken)
        return;
    log->writing = true;
    note->entry.reason = REASON_DONE;
    note->entry.failure = (struct failure){0};
    note->entry.written = on_written;
    suspension_change_join(&note->change, &note->entry);
    evidence->pending++;
    work_begin(evidence->work);
    evidence_append(evidence, &note->entry);
}

/* --- What is noted */

static size_t count_notes(const struct degraded_log *log)
{
    size_t count = 0;
    for (const struct degraded_note *note = log->first; note != NULL; note = note->next)
        count++;
    return count;
}

static struct degraded_note *make_note(struct degraded_log *log, const struct degraded_event *event)
{
    struct json_writer body;
    struct degraded_note *note = calloc(1, sizeof *note);
    if (note == NULL)
        return NULL;
    note->log = log;
    note->entry.event = LOG_EVENT_MODE;
    json_writer_over(&body, evidence_body(log->evidence, "kordond", "system"));
    degraded_write_event(&body, event);
    json_write_integer_if(&body, "changes_unsaid", (int64_t)log->unsaid);
    note->entry.body = json_writer_end(&body);
    bool whole = note->entry.body != NULL &&
                 (event->document == NULL || suspension_change_put(&note->change, event->document));
    if (whole)
        return note;
    free_note(note);
    return NULL;
}

static void say_event(const struct degraded_event *event)
{
    char line[700];
    if (event->change == DEGRADED_BEGUN)
        say(SAY_WARNING, "degraded: %s: %s", degraded_name(event->mode),
            failure_line(&event->row->why, line, sizeof line));
    else
        say(SAY_NOTICE, "no longer degraded: %s", degraded_name(event->mode));
}

void degraded_log_note(struct degraded_log *log, const struct degraded_event *event)
{
    struct degraded_note *note = count_notes(log) < DEGRADED_NOTES_MAX ? make_note(log, event) : NULL;
    say_event(event);
    if (note == NULL) {
        log->unsaid++;
        metric_add(log->evidence->metrics, METRIC_ENTRY_FAILURES, 1);
        return;
    }
    log->unsaid = 0;
    if (log->last != NULL)
        log->last->next = note;
    else
        log->first = note;
    log->last = note;
    if (log->retry_ms == 0)
        write_first(log);
}

void degraded_log_look(struct degraded_log *log, bool hurry)
{
    if (hurry || log->retry_ms <= uv_now(log->loop))
        write_first(log);
}

bool degraded_log_is_written(const struct degraded_log *log)
{
    return log->first == NULL;
}

void degraded_log_finish(struct degraded_log *log)
{
    struct degraded_note *next;
    size_t count = count_notes(log);
    if (count > 0)
        say(SAY_ERROR, "%zu changes of degraded modes could not be written to the log", count);
    for (struct degraded_note *note = log->first; note != NULL; note = next) {
        next = note->next;
        free_note(note);
    }
    log->first = log->last = NULL;
}
