#include "daemon/api/state_reading.h"

#include <stdlib.h>
#include <string.h>

void *state_reading_new(struct http_request *request, const char *what, const void *wanted, size_t size)
{
    void *reading = malloc(size);
    if (reading != NULL)
        memcpy(reading, wanted, size);
    else
        reply_refuse(request, REASON_NO_MEMORY, what, NULL);
    return reading;
}

static void on_recorded(struct journal_entry *entry)
{
    struct state_reading *reading = entry->data;
    struct kordond *kordond = reading->call.kordond;
    evidence_written(&kordond->evidence, entry);
    if (entry->reason == REASON_DONE && kordond->workers.reader != NULL) {
        reading->recorded = entry->outcome.seq;
        journal_entry_finish(entry);
        store_reader_run(kordond->workers.reader, &reading->job);
        return;
    }
    /* What can't be recorded is not shown. */
    reading->job.reason = entry->reason != REASON_DONE
                              ? entry->reason
                              : failure_set(&entry->failure, REASON_STOPPING, NULL, NULL);
    reading->job.failure = entry->failure;
    journal_entry_finish(entry);
    reading->job.done(&reading->job);
}

/* Whoever asks and leaves does not take back what he asked for: it is counted until it is done. */
static enum reason begin(struct state_reading *reading, struct kordond *kordond, struct http_request *request)
{
    call_start(&reading->call, kordond, request);
    work_begin(&kordond->work);
    reading->principal = request->principal;
    TRY(quota_take(&kordond->quota, QUOTA_READINGS, &reading->principal, 1, &reading->job.failure));
    reading->counted = true;
    return REASON_DONE;
}

static void refuse(struct state_reading *reading, enum reason reason)
{
    reading->job.reason = reason;
    reading->job.done(&reading->job);
}

void state_reading_start_recorded(struct state_reading *reading, struct kordond *kordond,
    struct http_request *request, enum log_event event, json_t *record)
{
    enum reason reason = begin(reading, kordond, request);
    if (reason == REASON_DONE)
        reason = quota_spend_entry(
            &kordond->quota, &request->principal, uv_now(&kordond->loop), &reading->job.failure);
    if (reason != REASON_DONE) {
        json_decref(record);
        refuse(reading, reason);
        return;
    }
    reading->in_part = json_object_get(record, LOG_WITHHELD) != NULL;
    reading->record =
        (struct journal_entry){.event = event, .body = record, .written = on_recorded, .data = reading};
    evidence_append(&kordond->evidence, &reading->record);
}

void state_reading_start_unrecorded(
    struct state_reading *reading, struct kordond *kordond, struct http_request *request)
{
    enum reason reason = begin(reading, kordond, request);
    if (reason == REASON_DONE)
        store_reader_run(kordond->workers.reader, &reading->job);
    else
        refuse(reading, reason);
}

void state_reading_end(struct state_reading *reading)
{
    struct kordond *kordond = reading->call.kordond;
    if (reading->counted)
        quota_give_back(&kordond->quota, QUOTA_READINGS, &reading->principal, 1);
    work_end(&kordond->work);
}
