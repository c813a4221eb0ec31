/* redress_show.c: all that is kept about a case, as the person may have it. What is shown is in the log before it is; and of what is not there the log does not say
 * that it was. */
#include <stdlib.h>

#include "base/day.h"
#include "daemon/api/redress_json.h"
#include "daemon/api/routes.h"
#include "daemon/api/state_reading.h"
#include "daemon/redress/account.h"

struct showing {
    struct state_reading base; /* first: the base's job is the showing */
    uint8_t key[CASE_RECORD_KEY_BYTES];
    bool marked; /* of the key only that is known by which the log calls the case */
    bool read;   /* the state was asked: else nothing is to be recorded */
    struct redress_case of;
    struct redress_facts facts;
    uint32_t kept; /* a bit (1u << position) for each finger of the document's pair */
    struct journal_entry record;
};

/* --- On the thread that reads the state ------------------------------------------------------------------------ */

static enum reason show_run(struct reader_job *job, struct store *store, struct failure *failure)
{
    struct showing *showing = (struct showing *)job;
    struct redress_case *of = &showing->of;
    struct failure why = {0};
    showing->read = true;
    TRY(showing->marked ? redress_case_find_marked(store, showing->key, of, failure)
                        : redress_case_find(store, showing->key, of, failure));
    enum reason reason = redress_check_entries(store, of->entries, of->entry_count, &why);
    if (reason != REASON_DONE && reason != REASON_REDRESS_STATE) {
        *failure = why;
        return reason;
    }
    showing->facts.changed = reason != REASON_DONE;
    return redress_pair_counts(
        store, of, day_of_ms(store_now_ms()), &showing->facts.counts, &showing->kept, failure);
}

/* --- On the loop's --------------------------------------------------------------------------------------------- */

static void write_state(struct json_writer *json, struct showing *showing)
{
    const struct redress_case *of = &showing->of;
    showing->facts.fingers_missing =
        redress_write_needed(json, showing->base.call.kordond, of, showing->kept);
    const enum redress_state state = redress_state_of(of, day_of_ms(store_now_ms()), &showing->facts);
    json_write_boolean(json, "counts", state == REDRESS_STATE_COUNTS);
    json_write_text(json, "state", redress_state_name(state));
}

static void end(struct showing *showing, const struct failure *failure)
{
    struct json_writer json;
    if (failure == NULL) {
        json_writer_object(&json);
        redress_write(&json, &showing->of);
        write_state(&json, showing);
        call_answer(&showing->base.call, 200, json_writer_end(&json));
    } else {
        call_fail(&showing->base.call, failure);
    }
    journal_entry_finish(&showing->record);
    state_reading_end(&showing->base);
    memory_wipe(&showing->of, sizeof showing->of);
    free(showing);
}

static void on_recorded(struct journal_entry *entry)
{
    struct showing *showing = entry->data;
    const struct reader_job *job = &showing->base.job;
    struct failure unrecorded = entry->failure;
    evidence_written(&showing->base.call.kordond->evidence, entry);
    if (entry->reason != REASON_DONE)
        end(showing, &unrecorded);
    else
        end(showing, job->reason != REASON_DONE ? &job->failure : NULL);
}

/* Where nothing was shown nothing was disclosed; that somebody asked is as true. */
static void say_that_nothing_was_shown(struct showing *showing)
{
    const enum reason reason = showing->base.job.reason;
    struct json_writer body;
    if (reason == REASON_DONE || showing->record.body == NULL)
        return;
    showing->record.event = LOG_EVENT_CONSULTATION;
    json_object_del(showing->record.body, "recipients");
    json_writer_over(&body, json_incref(showing->record.body));
    json_write_text(
        &body, "what", reason == REASON_REDRESS_NOT_FOUND ? "redress not found" : "redress not read");
    json_decref(json_writer_end(&body));
}

static void show_done(struct reader_job *job)
{
    struct showing *showing = (struct showing *)job;
    if (!showing->read) {
        end(showing, &job->failure);
        return;
    }
    say_that_nothing_was_shown(showing);
    evidence_append(&showing->base.call.kordond->evidence, &showing->record);
}

static json_t *showing_body(
    const struct kordond *kordond, const struct http_request *request, const struct showing *showing)
{
    const char *recipient = http_request_query(request, "recipient");
    char mark[REDRESS_MARK_SIZE];
    struct json_writer body;
    json_writer_over(&body, redress_account_begin(&kordond->evidence, &request->principal, "redress shown",
                                http_request_query(request, "justification")));
    json_write_text(&body, "case", redress_mark(showing->key, mark));
    json_write_text(&body, "purpose", "redress");
    json_write_text(&body, "legal_basis", "right of access of the person concerned");
    json_write_text(&body, "recipients", recipient != NULL ? recipient : "the person concerned");
    return json_writer_end(&body);
}

void handle_redress_show(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    struct showing wanted = {.base.job = {.run = show_run, .done = show_done}};
    enum reason reason = path_redress_or_mark(kordond, request, wanted.key, &wanted.marked, &failure);
    if (reason == REASON_DONE)
        reason = quota_spend_entry(&kordond->quota, &request->principal, uv_now(&kordond->loop), &failure);
    if (reason == REASON_DONE && kordond->workers.reader == NULL)
        reason = failure_set(&failure, REASON_STOPPING, NULL, NULL);
    if (reason != REASON_DONE) {
        reply_failure(request, &failure);
        return;
    }
    struct showing *showing = state_reading_new(request, "redress", &wanted, sizeof wanted);
    if (showing == NULL)
        return;
    showing->record = (struct journal_entry){.event = LOG_EVENT_DISCLOSURE,
        .body = showing_body(kordond, request, showing),
        .written = on_recorded,
        .data = showing};
    state_reading_start_unrecorded(&showing->base, kordond, request);
}
