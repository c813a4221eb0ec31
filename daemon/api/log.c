#include <stdlib.h>
#include <string.h>

#include "daemon/api/reply.h"
#include "daemon/api/routes.h"
#include "daemon/evidence.h"
#include "daemon/log_reader.h"

#define ENTRIES_MAX      1000
#define ENTRIES_NORMALLY 100
#define PATH_MAX_BYTES   200

struct log_reading {
    struct log_job job;          /* first: the job is the reading */
    struct journal_entry record; /* who reads what: durable before anything is read (L4) */
    struct kordond *kordond;
    struct http_request *request; /* NULL: the client is gone */
    uint64_t from, count, size;
    char path[PATH_MAX_BYTES + 1];
    json_t *entries;
    char *text;
    uint8_t *bytes;
    size_t bytes_size;
};

static void on_client_gone(struct http_request *request)
{
    ((struct log_reading *)request->data)->request = NULL;
}

static void end_reading(struct log_reading *reading);

static void on_recorded(struct journal_entry *entry)
{
    struct log_reading *reading = entry->data;
    struct kordond *kordond = reading->kordond;
    evidence_written(kordond, entry);
    if (entry->reason == REASON_DONE && kordond->log_reader != NULL) {
        journal_entry_finish(entry);
        log_reader_run(kordond->log_reader, &reading->job);
        return;
    }
    /* What can't be recorded is not shown. */
    reading->job.reason = entry->reason;
    reading->job.failure = entry->failure;
    journal_entry_finish(entry);
    if (reading->request != NULL)
        reply_failure(reading->request, &reading->job.failure);
    end_reading(reading);
}

/* record: the body of the entry that must be durable before anything is read, taken over; NULL where none is needed. */
static void start_reading(struct kordond *kordond, struct http_request *request,
    const struct log_reading *wanted, enum journal_event event, json_t *record)
{
    struct log_reading *reading = calloc(1, sizeof *reading);
    if (reading == NULL) {
        struct failure failure = {0};
        failure_set(&failure, REASON_NO_MEMORY, "log", NULL);
        reply_failure(request, &failure);
        json_decref(record);
        return;
    }
    *reading = *wanted;
    reading->kordond = kordond;
    reading->request = request;
    request->data = reading;
    request->gone = on_client_gone;
    kordond->list_jobs++;
    if (record == NULL) {
        log_reader_run(kordond->log_reader, &reading->job);
        return;
    }
    reading->record =
        (struct journal_entry){.event = event, .body = record, .written = on_recorded, .data = reading};
    journal_thread_append(kordond->journal, &reading->record);
}

static void end_reading(struct log_reading *reading)
{
    struct kordond *kordond = reading->kordond;
    json_decref(reading->entries);
    free(reading->text);
    free(reading->bytes);
    free(reading);
    kordond->list_jobs--;
    uv_async_send(&kordond->stop_step);
}

/* The client, if there still is one and all went well; NULL otherwise, with the failure answered. */
static struct http_request *client_of(struct log_reading *reading)
{
    if (reading->request != NULL && reading->job.reason != REASON_DONE) {
        reply_failure(reading->request, &reading->job.failure);
        return NULL;
    }
    return reading->request;
}

/* A whole number of the query; false where it is none. */
static bool query_integer(const struct http_request *request, const char *name, uint64_t *value)
{
    const char *text = http_request_query(request, name);
    if (text == NULL)
        return true;
    size_t size = strlen(text);
    if (size == 0 || size > 15 || strspn(text, "0123456789") != size)
        return false;
    *value = strtoull(text, NULL, 10);
    return true;
}

/* L4: who read the log, and which part of it. */
static json_t *access_body(const struct kordond *kordond, const struct http_request *request,
    const char *what, uint64_t from, uint64_t count)
{
    bool auditor = (request->peer.roles & ROLE_AUDITOR) != 0;
    json_t *body =
        evidence_body_of_peer(kordond, &request->peer, NULL, auditor ? ROLE_AUDITOR : ROLE_SUPERVISOR);
    evidence_text(body, "read", what);
    if (count > 0) {
        evidence_integer(body, "from", (int64_t)from);
        evidence_integer(body, "count", (int64_t)count);
    }
    evidence_text(body, "justification", http_request_query(request, "justification"));
    return body;
}

static void refuse_query(struct http_request *request, const char *name)
{
    struct failure failure = {0};
    failure_set(&failure, REASON_BAD_REQUEST, name, "must be a whole number in its range");
    reply_failure(request, &failure);
}

/* A reading store knows of what was appended since its last look only when it looks at the checkpoint. */
static enum reason newest_size(struct store *store, uint64_t *size, struct failure *failure)
{
    char *text = NULL;
    enum reason reason = journal_checkpoint(store, &text, failure);
    free(text);
    *size = journal_size(store);
    return reason;
}

/* --- Entries */

static enum reason entries_run(struct log_job *job, struct store *store, struct failure *failure)
{
    struct log_reading *reading = (struct log_reading *)job;
    reading->entries = json_array();
    enum reason reason = newest_size(store, &reading->size, failure);
    if (reason != REASON_DONE)
        return reason;
    for (uint64_t seq = reading->from; seq < reading->size && seq - reading->from < reading->count; seq++) {
        json_t *entry = NULL;
        reason = journal_read(store, seq, &entry, failure);
        if (reason != REASON_DONE)
            return reason;
        json_array_append_new(reading->entries, entry);
    }
    return REASON_DONE;
}

static void entries_done(struct log_job *job)
{
    struct log_reading *reading = (struct log_reading *)job;
    struct http_request *request = client_of(reading);
    if (request != NULL)
        reply_json(request, 200,
            json_pack("{s:I, s:O}", "size", (json_int_t)reading->size, "entries", reading->entries));
    end_reading(reading);
}

void handle_log_entries(struct kordond *kordond, struct http_request *request)
{
    struct log_reading wanted = {
        .job = {.run = entries_run, .done = entries_done}, .count = ENTRIES_NORMALLY};
    if (!query_integer(request, "from", &wanted.from)) {
        refuse_query(request, "from");
        return;
    }
    if (!query_integer(request, "count", &wanted.count) || wanted.count < 1 || wanted.count > ENTRIES_MAX) {
        refuse_query(request, "count");
        return;
    }
    start_reading(kordond, request, &wanted, JOURNAL_EVENT_ACCESS,
        access_body(kordond, request, "entries", wanted.from, wanted.count));
}

/* --- Receipts */

static enum reason receipt_run(struct log_job *job, struct store *store, struct failure *failure)
{
    struct log_reading *reading = (struct log_reading *)job;
    return journal_receipt(store, reading->from, &reading->text, failure);
}

static void receipt_done(struct log_job *job)
{
    struct log_reading *reading = (struct log_reading *)job;
    struct http_request *request = client_of(reading);
    if (request != NULL)
        reply_text(request, reading->text);
    end_reading(reading);
}

void handle_log_receipt(struct kordond *kordond, struct http_request *request)
{
    struct log_reading wanted = {.job = {.run = receipt_run, .done = receipt_done}};
    size_t size = request->parameter_size;
    if (size > 15 || strspn(request->parameter, "0123456789") < size) {
        struct failure failure = {0};
        failure_set(&failure, REASON_ENTRY_NOT_FOUND, "log", NULL);
        reply_failure(request, &failure);
        return;
    }
    wanted.from = strtoull(request->parameter, NULL, 10);
    start_reading(kordond, request, &wanted, JOURNAL_EVENT_ACCESS,
        access_body(kordond, request, "receipt", wanted.from, 1));
}

/* --- Files of the tlog-tiles layout */

static enum reason file_run(struct log_job *job, struct store *store, struct failure *failure)
{
    struct log_reading *reading = (struct log_reading *)job;
    uint64_t newest;
    enum reason reason = newest_size(store, &newest, failure);
    if (reason != REASON_DONE)
        return reason;
    if (reading->size > newest)
        return failure_set(failure, REASON_ENTRY_NOT_FOUND, reading->path, "the log is not that large yet");
    return journal_render(store, reading->size != 0 ? reading->size : newest, reading->path, &reading->bytes,
        &reading->bytes_size, failure);
}

static void file_done(struct log_job *job)
{
    struct log_reading *reading = (struct log_reading *)job;
    struct http_request *request = client_of(reading);
    if (request != NULL) {
        bool text = strcmp(reading->path, "checkpoint") == 0;
        reply_bytes(request, text ? "text/plain; charset=utf-8" : "application/octet-stream", reading->bytes,
            reading->bytes_size);
        reading->bytes = NULL;
    }
    end_reading(reading);
}

void handle_log_file(struct kordond *kordond, struct http_request *request)
{
    struct log_reading wanted = {.job = {.run = file_run, .done = file_done}};
    if (!query_integer(request, "size", &wanted.size)) {
        refuse_query(request, "size");
        return;
    }
    if (request->parameter_size > PATH_MAX_BYTES) {
        struct failure failure = {0};
        failure_set(&failure, REASON_ENTRY_NOT_FOUND, "log", NULL);
        reply_failure(request, &failure);
        return;
    }
    memcpy(wanted.path, request->parameter, request->parameter_size);
    /* An export begins with the checkpoint; bodies are what the log says of people, so each bundle of them is noted. */
    bool noted = strcmp(wanted.path, "checkpoint") == 0 || strncmp(wanted.path, "bodies/", 7) == 0;
    json_t *record = noted ? access_body(kordond, request, "files", 0, 0) : NULL;
    if (noted)
        evidence_text(record, "file", wanted.path);
    start_reading(kordond, request, &wanted, JOURNAL_EVENT_ACCESS, record);
}
