/* log.c: receipts and files of the log, each reading recorded before it (L4). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/language.h"
#include "daemon/api/log_access.h"
#include "daemon/api/query.h"
#include "daemon/api/routes.h"
#include "daemon/api/state_reading.h"
#include "log/redaction.h"
#include "retention/reading.h"

#define PATH_MAX_BYTES 200

struct log_reading {
    struct state_reading base; /* first: the base's job is the reading */
    uint64_t from, size;
    uint32_t events;                       /* whose bodies the reader withholds */
    char transaction[TRANSACTION_ID_SIZE]; /* that the entry of a receipt is about; "": none */
    char path[PATH_MAX_BYTES + 1];
    char *text;
    uint8_t *bytes;
    size_t bytes_size;
};

static bool has_bodies(const char *path)
{
    return strncmp(path, "bodies/", 7) == 0;
}

/* record as in state_reading_start_recorded(). */
static void start_reading(
    struct kordond *kordond, struct http_request *request, const struct log_reading *wanted, json_t *record)
{
    struct log_reading *reading = state_reading_new(request, "log", wanted, sizeof *wanted);
    if (reading == NULL)
        json_decref(record);
    else
        state_reading_start_recorded(&reading->base, kordond, request, LOG_EVENT_ACCESS, record);
}

static void end_reading(struct log_reading *reading)
{
    free(reading->text);
    free(reading->bytes);
    state_reading_end(&reading->base);
    free(reading);
}

/* H5: an export has all bodies, a receipt one. */
static bool is_withheld(const struct log_reading *reading)
{
    if (reading->transaction[0] != '\0')
        return log_access_withholds(&reading->base, reading->transaction);
    return has_bodies(reading->path) && log_access_withholds(&reading->base, NULL);
}

/* The client, if there still is one and all went well; NULL otherwise, with the failure answered. */
static struct http_request *client_of(struct log_reading *reading)
{
    struct reader_job *job = &reading->base.job;
    if (job->reason == REASON_DONE && is_withheld(reading))
        job->reason = log_access_refuse("log", &job->failure);
    if (job->reason != REASON_DONE)
        call_fail(&reading->base.call, &job->failure);
    return reading->base.call.request;
}

static json_t *receipt_access_body(
    const struct kordond *kordond, const struct http_request *request, uint64_t seq)
{
    struct json_writer body;
    log_access_begin(&body, kordond, request, "receipt");
    json_write_integer(&body, "from", (int64_t)seq);
    json_write_integer(&body, "count", 1);
    return json_writer_end(&body);
}

static json_t *file_access_body(
    const struct kordond *kordond, const struct http_request *request, const struct log_reading *wanted)
{
    struct json_writer body;
    char names[LOG_EVENTS_TEXT_SIZE];
    log_access_begin(&body, kordond, request, "files");
    json_write_text(&body, "file", wanted->path);
    if (strcmp(wanted->path, REDACTION_FILE) == 0)
        json_write_text(&body, LOG_WITHHELD_EVENTS, log_events_format(wanted->events, names));
    return json_writer_end(&body);
}

/* --- Receipts */

static enum reason read_transaction(struct log_reading *reading, struct store *store, struct failure *failure)
{
    json_t *entry;
    if (reading->from >= log_access_size(&reading->base, UINT64_MAX))
        return failure_set(failure, REASON_ENTRY_NOT_FOUND, "log", N_("the log is not that large yet"));
    TRY(retention_read_one(store, reading->from, &entry, failure));
    const char *transaction = log_access_transaction(entry);
    if (transaction != NULL)
        snprintf(reading->transaction, sizeof reading->transaction, "%s", transaction);
    json_decref(entry);
    return REASON_DONE;
}

static enum reason receipt_run(struct reader_job *job, struct store *store, struct failure *failure)
{
    struct log_reading *reading = (struct log_reading *)job;
    TRY(read_transaction(reading, store, failure));
    return retention_receipt(store, reading->from, &reading->text, failure);
}

static void text_done(struct reader_job *job)
{
    struct log_reading *reading = (struct log_reading *)job;
    struct http_request *request = client_of(reading);
    if (request != NULL)
        reply_text(request, reading->text);
    end_reading(reading);
}

void handle_log_receipt(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    struct log_reading wanted = {.base.job = {.run = receipt_run, .done = text_done}};
    if (path_sequence(request, &wanted.from, &failure) != REASON_DONE)
        reply_failure(request, &failure);
    else
        start_reading(kordond, request, &wanted, receipt_access_body(kordond, request, wanted.from));
}

/* --- Files of the tlog-tiles layout */

/* The tree that was asked for; the newest that is handed out like this where none was. */
static enum reason wanted_size(
    const struct log_reading *reading, struct store *store, uint64_t *size, struct failure *failure)
{
    TRY(journal_handed_out_size(store, reading->events, store_now_ms(), size, failure));
    if (has_bodies(reading->path))
        *size = log_access_size(&reading->base, *size);
    if (reading->size > *size)
        return failure_set(failure, REASON_ENTRY_NOT_FOUND, reading->path,
            N_("%llu entries are handed out like this by now"), (unsigned long long)*size);
    if (*size == 0)
        return failure_set(failure, REASON_ENTRY_NOT_FOUND, reading->path,
            N_("without what came of transactions the log is handed out as it was yesterday at 00:00 UTC: it "
               "was empty then"));
    if (reading->size > 0)
        *size = reading->size;
    return REASON_DONE;
}

static enum reason file_run(struct reader_job *job, struct store *store, struct failure *failure)
{
    struct log_reading *reading = (struct log_reading *)job;
    uint64_t size;
    TRY(wanted_size(reading, store, &size, failure));
    return retention_render(
        store, size, reading->events, reading->path, &reading->bytes, &reading->bytes_size, failure);
}

static void file_done(struct reader_job *job)
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

/* What an export without the bodies of some events says of itself. The reader leaves them out; the log signs that. */
static enum reason redaction_run(struct reader_job *job, struct store *store, struct failure *failure)
{
    struct log_reading *reading = (struct log_reading *)job;
    uint64_t size;
    TRY(wanted_size(reading, store, &size, failure));
    return journal_redaction(store, size, reading->events, &reading->text, failure);
}

/* Which bodies the reader leaves out; 0: none. */
static enum reason read_withheld(
    const struct http_request *request, uint32_t *events, struct failure *failure)
{
    const char *withhold = http_request_query(request, "withhold");
    *events = 0;
    if (withhold == NULL)
        return REASON_DONE;
    if (log_events_parse(withhold, strlen(withhold), events, failure) != REASON_DONE ||
        redaction_check_events(*events, failure) != REASON_DONE)
        failure->reason = REASON_BAD_REQUEST;
    return failure->reason;
}

static enum reason read_wanted(
    const struct http_request *request, struct log_reading *wanted, struct failure *failure)
{
    TRY(query_number(request, "size", 0, QUERY_NUMBER_MAX, 0, &wanted->size, failure));
    TRY(read_withheld(request, &wanted->events, failure));
    if (request->parameter_size > PATH_MAX_BYTES)
        return failure_set(failure, REASON_ENTRY_NOT_FOUND, "log", NULL);
    memcpy(wanted->path, request->parameter, request->parameter_size);
    if (strcmp(wanted->path, REDACTION_FILE) != 0)
        return REASON_DONE;
    wanted->base.job.run = redaction_run;
    wanted->base.job.done = text_done;
    return wanted->events != 0 ? REASON_DONE
                               : failure_set(failure, REASON_ENTRY_NOT_FOUND, REDACTION_FILE,
                                     "this log withholds nothing; ?withhold=EVENT,... gives the statement "
                                     "for an export that does");
}

/* An export begins with the checkpoint; bodies are what the log says of people, so each bundle of them is noted. */
static bool is_noted(const char *path)
{
    return strcmp(path, REDACTION_FILE) == 0 || strcmp(path, "checkpoint") == 0 || has_bodies(path);
}

void handle_log_file(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    struct log_reading wanted = {.base.job = {.run = file_run, .done = file_done}};
    if (read_wanted(request, &wanted, &failure) != REASON_DONE) {
        reply_failure(request, &failure);
        return;
    }
    if (is_noted(wanted.path)) {
        start_reading(kordond, request, &wanted, file_access_body(kordond, request, &wanted));
        return;
    }
    struct log_reading *reading = state_reading_new(request, "log", &wanted, sizeof wanted);
    if (reading != NULL)
        state_reading_start_unrecorded(&reading->base, kordond, request);
}
