#include "daemon/api/recorded_reading.h"

static void on_recorded(struct journal_entry *entry)
{
    struct recorded_reading *reading = entry->data;
    struct kordond *kordond = reading->call.kordond;
    evidence_written(&kordond->evidence, entry);
    if (entry->reason == REASON_DONE && kordond->workers.reader != NULL) {
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

void recorded_reading_start(struct recorded_reading *reading, struct kordond *kordond,
    struct http_request *request, enum log_event event, json_t *record)
{
    call_start(&reading->call, kordond, request);
    work_begin(&kordond->work);
    if (quota_spend_entry(&kordond->quota, &request->principal, uv_now(&kordond->loop),
            &reading->job.failure) != REASON_DONE) {
        json_decref(record);
        reading->job.reason = reading->job.failure.reason;
        reading->job.done(&reading->job);
        return;
    }
    reading->record =
        (struct journal_entry){.event = event, .body = record, .written = on_recorded, .data = reading};
    evidence_append(&kordond->evidence, &reading->record);
}

void unrecorded_reading_start(
    struct recorded_reading *reading, struct kordond *kordond, struct http_request *request)
{
    call_start(&reading->call, kordond, request);
    work_begin(&kordond->work);
    store_reader_run(kordond->workers.reader, &reading->job);
}

void recorded_reading_ended(struct kordond *kordond)
{
    work_end(&kordond->work);
}
