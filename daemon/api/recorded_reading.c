#include "daemon/api/recorded_reading.h"

#include "daemon/evidence.h"

static void on_client_gone(struct http_request *request)
{
    ((struct recorded_reading *)request->data)->request = NULL;
}

static void on_recorded(struct journal_entry *entry)
{
    struct recorded_reading *reading = entry->data;
    struct kordond *kordond = reading->kordond;
    evidence_written(kordond, entry);
    if (entry->reason == REASON_DONE && kordond->store_reader != NULL) {
        journal_entry_finish(entry);
        store_reader_run(kordond->store_reader, &reading->job);
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
    reading->kordond = kordond;
    reading->request = request;
    request->data = reading;
    request->gone = on_client_gone;
    kordond->list_jobs++;
    if (record == NULL) {
        store_reader_run(kordond->store_reader, &reading->job);
        return;
    }
    reading->record =
        (struct journal_entry){.event = event, .body = record, .written = on_recorded, .data = reading};
    journal_thread_append(kordond->journal, &reading->record);
}

void recorded_reading_ended(struct kordond *kordond)
{
    kordond->list_jobs--;
    uv_async_send(&kordond->stop_step);
}
