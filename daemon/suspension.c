#include "daemon/suspension.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/instant.h"
#include "daemon/suspension_document.h"

static struct suspension_moment now_of(const struct suspension *suspension)
{
    const int64_t now_ms = store_now_ms();
    return suspension_now(
        now_ms, store_guard_check_clock(&suspension->guard->store, now_ms, NULL) == REASON_DONE);
}

static enum reason say_why(const struct suspension_record *record, int64_t until_ms, struct failure *failure)
{
    char until[INSTANT_TEXT_SIZE];
    return failure_set(failure, REASON_CAPTURE_SUSPENDED, "capture", N_("by %s until %s: \"%s\""), record->by,
        instant_format(until_ms, until), record->reason);
}

enum reason suspension_check(const struct suspension *suspension, struct failure *failure)
{
    struct suspension_moment now = now_of(suspension);
    if (!suspension_holds(&suspension->record, &now))
        return REASON_DONE;
    return say_why(&suspension->record, suspension_until_ms(&suspension->record, &now), failure);
}

/* --- The row in the table */

static struct degraded_row row_of(const struct suspension_record *record, const struct suspension_moment *now)
{
    struct degraded_row row = {.since_ms = record->since_ms, .until_ms = suspension_until_ms(record, now)};
    snprintf(row.by, sizeof row.by, "%s", record->by);
    failure_set(&row.why, REASON_CAPTURE_SUSPENDED, NULL, "%s", record->reason);
    return row;
}

static void tell_listeners(const struct suspension *suspension)
{
    events_publish(suspension->events, &(struct event){.type = EVENT_MODE});
}

static void put_in_force(struct suspension *suspension, const struct suspension_record *record)
{
    struct suspension_moment now = now_of(suspension);
    struct degraded_row row = row_of(record, &now);
    suspension->record = *record;
    if (suspension_holds(record, &now))
        degraded_begin(suspension->degraded, DEGRADED_CAPTURE_SUSPENDED, &row);
    else
        degraded_end(suspension->degraded, DEGRADED_CAPTURE_SUSPENDED);
}

void suspension_take(struct suspension *suspension, const struct suspension_record *record)
{
    put_in_force(suspension, record);
}

/* --- It ends by itself */

/* The entry follows; where there is no memory to say it, the next look says it. */
static void end_by_itself(struct suspension *suspension, const struct suspension_moment *now)
{
    struct suspension_record next = suspension->record;
    struct degraded_row row = row_of(&suspension->record, now);
    next.ended = true;
    next.end = *now;
    char *text = suspension_record_text(&next);
    if (text == NULL)
        return;
    suspension->record = next;
    degraded_end(suspension->degraded, DEGRADED_CAPTURE_SUSPENDED);
    degraded_log_note(suspension->log, &(struct degraded_event){.mode = DEGRADED_CAPTURE_SUSPENDED,
                                           .change = DEGRADED_ENDED,
                                           .row = &row,
                                           .now_ms = now->wall_ms,
                                           .document = text});
    free(text);
    tell_listeners(suspension);
}

void suspension_look(struct suspension *suspension)
{
    const struct suspension_record *record = &suspension->record;
    struct suspension_moment now = now_of(suspension);
    if (record->lasts_ms > 0 && !record->ended && !suspension->changing && !suspension_holds(record, &now))
        end_by_itself(suspension, &now);
}

/* --- What a supervisor decides */

struct decision {
    struct journal_entry entry; /* first: the entry is the decision */
    struct suspension_change change;
    struct suspension *suspension;
    struct suspension_record next;
    struct suspension_waiter *waiter;
};

static void free_decision(struct decision *decision)
{
    journal_entry_finish(&decision->entry);
    suspension_change_finish(&decision->change);
    free(decision);
}

/* Whether it is durable nobody knows: capture is what it was, and log and state are told so. */
static void take_back(struct suspension *suspension, const struct suspension_record *doubtful)
{
    struct suspension_moment now = now_of(suspension);
    struct suspension_record kept = suspension->record;
    if (kept.lasts_ms == 0) {
        kept = *doubtful;
        kept.ended = true;
        kept.end = now;
    }
    struct degraded_row row = row_of(&kept, &now);
    char *text = suspension_record_text(&kept);
    failure_set(&row.why, REASON_OUTCOME_UNKNOWN, NULL,
        N_("whether the decision before was recorded: it is not in force"));
    degraded_log_note(
        suspension->log, &(struct degraded_event){.mode = DEGRADED_CAPTURE_SUSPENDED,
                             .change = suspension_holds(&kept, &now) ? DEGRADED_BEGUN : DEGRADED_ENDED,
                             .row = &row,
                             .now_ms = now.wall_ms,
                             .document = text});
    free(text);
}

static void on_decided(struct journal_entry *entry)
{
    struct decision *decision = (struct decision *)entry;
    struct suspension *suspension = decision->suspension;
    struct work *work = suspension->evidence->work;
    struct failure failure = entry->failure;
    suspension->changing = false;
    evidence_written(suspension->evidence, entry);
    if (entry->reason == REASON_DONE) {
        put_in_force(suspension, &decision->next);
        tell_listeners(suspension);
    } else if (entry->reason == REASON_OUTCOME_UNKNOWN) {
        take_back(suspension, &decision->next);
    }
    decision->waiter->told(
        decision->waiter, suspension, entry->outcome.seq, entry->reason == REASON_DONE ? NULL : &failure);
    free_decision(decision);
    work_end(work);
}

static json_t *body_of(const struct decision *decision, const struct principal *principal,
    const struct degraded_event *event, bool prolonged)
{
    char first[INSTANT_TEXT_SIZE];
    struct json_writer body;
    json_writer_over(
        &body, evidence_body_of(decision->suspension->evidence, principal, NULL, ROLE_SUPERVISOR));
    degraded_write_event(&body, event);
    json_write_text(&body, "counts_from", instant_format(decision->next.first.wall_ms, first));
    if (prolonged)
        json_write_boolean(&body, "changed", true);
    return json_writer_end(&body);
}

static enum reason check_may_change(const struct suspension *suspension, struct failure *failure)
{
    const struct evidence *evidence = suspension->evidence;
    if (evidence->locked->reason != REASON_DONE) {
        *failure = *evidence->locked;
        return failure->reason;
    }
    if (evidence->workers->journal == NULL)
        return failure_set(failure, REASON_STOPPING, NULL, NULL);
    if (suspension->changing || !degraded_log_is_written(suspension->log))
        return failure_set(failure, REASON_BUSY, "suspension", N_("an earlier change is not recorded yet"));
    return REASON_DONE;
}

/* next is what becomes durable and is then in force; by and reason are filled in. */
static enum reason decide(struct suspension *suspension, const struct principal *principal,
    const struct suspension_record *next, const struct suspension_moment *now,
    struct suspension_waiter *waiter, struct failure *failure)
{
    struct decision *decision = calloc(1, sizeof *decision);
    char *text = suspension_record_text(next);
    if (decision == NULL || text == NULL || !suspension_change_put(&decision->change, text)) {
        free(text);
        free(decision);
        return failure_set(failure, REASON_NO_MEMORY, "suspension", NULL);
    }
    free(text);
    decision->suspension = suspension;
    decision->next = *next;
    decision->waiter = waiter;
    struct degraded_row row = row_of(next, now);
    const struct degraded_event event = {.mode = DEGRADED_CAPTURE_SUSPENDED,
        .change = next->ended ? DEGRADED_ENDED : DEGRADED_BEGUN,
        .row = &row,
        .now_ms = now->wall_ms};
    decision->entry.event = LOG_EVENT_MODE;
    decision->entry.body = body_of(decision, principal, &event, suspension_holds(&suspension->record, now));
    decision->entry.written = on_decided;
    suspension_change_join(&decision->change, &decision->entry);
    suspension->changing = true;
    work_begin(suspension->evidence->work);
    evidence_append(suspension->evidence, &decision->entry);
    return REASON_DONE;
}

enum reason suspension_begin(struct suspension *suspension, const struct principal *principal,
    const struct suspension_request *request, struct suspension_waiter *waiter, struct failure *failure)
{
    struct suspension_record next;
    suspension_look(suspension);
    struct suspension_moment now = now_of(suspension);
    int64_t lasts_ms =
        request->until_ms != 0 ? request->until_ms - now.wall_ms : (int64_t)request->minutes * 60000;
    TRY(check_may_change(suspension, failure));
    TRY(suspension_plan(&suspension->record, &now, lasts_ms, &next, failure));
    snprintf(next.by, sizeof next.by, "%s", principal->name);
    snprintf(next.reason, sizeof next.reason, "%s", request->reason);
    return decide(suspension, principal, &next, &now, waiter, failure);
}

enum reason suspension_resume(struct suspension *suspension, const struct principal *principal,
    struct suspension_waiter *waiter, struct failure *failure)
{
    struct suspension_record next = suspension->record;
    suspension_look(suspension);
    struct suspension_moment now = now_of(suspension);
    TRY(check_may_change(suspension, failure));
    if (!suspension_holds(&suspension->record, &now))
        return failure_set(failure, REASON_CAPTURE_NOT_SUSPENDED, "capture", NULL);
    next.ended = true;
    next.end = now;
    return decide(suspension, principal, &next, &now, waiter, failure);
}
