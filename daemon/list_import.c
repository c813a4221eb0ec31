#include "daemon/list_import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/base64.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "daemon/api/reply.h"
#include "daemon/api/events.h"
#include "daemon/evidence.h"
#include "daemon/list_in_force.h"
#include "daemon/sample_report.h"
#include "store/manifest.h"

#define IMPORT_ID_BYTES  16
#define IMPORT_ID_SIZE   (2 * IMPORT_ID_BYTES + 1)
#define ENTRY_TEXT_BYTES (128 << 10) /* all of an entry but its files */
#define ENTRY_FILES      4

/* The import under way. */
struct list_import {
    char id[IMPORT_ID_SIZE];
    uid_t owner;
    char list_name[LIST_NAME_SIZE];
    uint64_t list_version;
    uint64_t entries;
    bool busy;                       /* an operation works on it */
    struct watchlist_import *staged; /* the journal thread's */
};

/* One request's work on the list, beside the loop. Only the fields of its kind are used. */
struct operation {
    struct journal_job job; /* first: the job is the operation */
    struct worker_job extraction;
    struct kordond *kordond;
    struct http_request *request; /* NULL: its client is gone, or there is none */
    struct list_import *import;   /* the one it works on */
    struct list_import *replaced; /* begin: an unfinished one to be ended first */
    json_t *body;                 /* commit, erase: of the log entry */
    struct watchlist_id id;       /* erase */
    struct locked_memory bytes;   /* add: the entry's JSON */
    size_t size;
    json_t *json; /* add: owns the texts of entry */
    struct manifest_entry entry;
    struct locked_template templates[WATCHLIST_FINGERS_MAX];
    enum reason extracted;
    struct failure extraction_failure;
    struct journal_outcome outcome;
};

size_t list_import_entry_limit(size_t sample_bytes)
{
    return ENTRY_TEXT_BYTES + ENTRY_FILES * BASE64_LENGTH(sample_bytes);
}

/* --- Operations: begin and end */

static void on_client_gone(struct http_request *request)
{
    ((struct operation *)request->data)->request = NULL;
}

static struct operation *new_operation(struct kordond *kordond, struct http_request *request,
    enum reason (*run)(struct journal_job *, struct store *, struct failure *),
    void (*done)(struct journal_job *))
{
    struct operation *operation = calloc(1, sizeof *operation);
    if (operation == NULL) {
        if (request != NULL) {
            struct failure failure = {0};
            failure_set(&failure, REASON_NO_MEMORY, "watchlist", NULL);
            reply_failure(request, &failure);
        }
        return NULL;
    }
    operation->kordond = kordond;
    operation->request = request;
    operation->job.run = run;
    operation->job.done = done;
    if (request != NULL) {
        request->data = operation;
        request->gone = on_client_gone;
    }
    kordond->list_jobs++;
    return operation;
}

static void end_operation(struct operation *operation)
{
    struct kordond *kordond = operation->kordond;
    for (size_t i = 0; i < WATCHLIST_FINGERS_MAX; i++)
        locked_template_finish(&operation->templates[i]);
    manifest_entry_finish(&operation->entry);
    json_decref(operation->json);
    locked_memory_finish(&operation->bytes);
    json_decref(operation->body);
    journal_outcome_finish(&operation->outcome);
    free(operation);
    kordond->list_jobs--;
    uv_async_send(&kordond->stop_step);
}

static void answer_failure(struct operation *operation, const struct failure *failure)
{
    if (operation->request != NULL)
        reply_failure(operation->request, failure);
    operation->request = NULL;
}

static void answer(struct operation *operation, int status, json_t *json)
{
    if (operation->request != NULL)
        reply_json(operation->request, status, json);
    else
        json_decref(json);
    operation->request = NULL;
}

static void refuse(struct http_request *request, enum reason reason, const char *subject, const char *detail)
{
    struct failure failure = {0};
    failure_set(&failure, reason, subject, "%s", detail);
    reply_failure(request, &failure);
}

/* The import of the path, marked busy; NULL with the request answered. */
static struct list_import *take_import(struct kordond *kordond, struct http_request *request)
{
    struct list_import *import = kordond->import;
    if (import == NULL || request->parameter_size != IMPORT_ID_SIZE - 1 ||
        memcmp(import->id, request->parameter, IMPORT_ID_SIZE - 1) != 0 ||
        import->owner != request->peer.uid) {
        refuse(request, REASON_ENTRY_NOT_FOUND, "import", "");
        return NULL;
    }
    if (import->busy) {
        refuse(request, REASON_BUSY, "import", "its last step is still under way");
        return NULL;
    }
    if (kordond->phase != KORDOND_RUNNING) {
        refuse(request, REASON_STOPPING, NULL, "");
        return NULL;
    }
    return import;
}

static void forget_import(struct operation *operation)
{
    if (operation->kordond->import == operation->import)
        operation->kordond->import = NULL;
    free(operation->import);
    operation->import = NULL;
}

/* --- Begin */

static enum reason begin_run(struct journal_job *job, struct store *store, struct failure *failure)
{
    struct operation *operation = (struct operation *)job;
    if (operation->replaced != NULL)
        watchlist_import_cancel(operation->replaced->staged);
    struct list_import *import = operation->import;
    const struct watchlist_import_options options = {
        .list_name = import->list_name, .list_version = import->list_version};
    return watchlist_import_begin(store, &options, &import->staged, failure);
}

static void begin_done(struct journal_job *job)
{
    struct operation *operation = (struct operation *)job;
    free(operation->replaced);
    operation->import->busy = false;
    if (job->reason == REASON_DONE) {
        answer(operation, 201, json_pack("{s:s}", "import", operation->import->id));
    } else {
        answer_failure(operation, &job->failure);
        forget_import(operation);
    }
    end_operation(operation);
}

void list_import_begin(
    struct kordond *kordond, struct http_request *request, const char *list_name, uint64_t list_version)
{
    struct failure failure = {0};
    uint8_t id[IMPORT_ID_BYTES];
    if (kordond->import != NULL && kordond->import->busy) {
        refuse(request, REASON_BUSY, "import", "another import is under way");
        return;
    }
    if (kordond->phase != KORDOND_RUNNING) {
        refuse(request, REASON_STOPPING, NULL, "");
        return;
    }
    if (random_bytes(id, sizeof id, &failure) != REASON_DONE) {
        reply_failure(request, &failure);
        return;
    }
    struct list_import *import = calloc(1, sizeof *import);
    if (import == NULL) {
        refuse(request, REASON_NO_MEMORY, "import", "");
        return;
    }
    hex_format(id, sizeof id, import->id);
    import->owner = request->peer.uid;
    import->list_version = list_version;
    import->busy = true;
    snprintf(import->list_name, sizeof import->list_name, "%s", list_name);
    struct operation *operation = new_operation(kordond, request, begin_run, begin_done);
    if (operation == NULL) {
        free(import);
        return;
    }
    operation->import = import;
    operation->replaced = kordond->import;
    kordond->import = import;
    journal_thread_run(kordond->journal, &operation->job);
}

/* --- Add */

static struct operation *operation_of_extraction(struct worker_job *work)
{
    return (struct operation *)((char *)work - offsetof(struct operation, extraction));
}

/* Q2: a finger too poor to be found again is refused before it enters the list. */
static enum reason make_template(struct operation *operation, size_t index, void *thread_context)
{
    const struct manifest_finger *file = &operation->entry.fingers[index];
    struct watchlist_finger *finger = &operation->entry.entry.fingers[index];
    /* The extraction wipes its input, but the original is kept byte-exact (F1): it works on a copy. */
    struct extraction extraction = {.size = file->data_size, .ppi = file->ppi, .record = true};
    extraction.template.position = finger->position;
    enum reason reason = locked_memory_init(
        &extraction.bytes, file->data_size > 0 ? file->data_size : 1, &operation->extraction_failure);
    if (reason != REASON_DONE)
        return reason;
    memcpy(extraction.bytes.bytes, file->data.bytes, file->data_size);
    extraction_run_here(&extraction, thread_context);
    operation->templates[index] = extraction.template;
    /* Of another system's record only its maker knows what the quality means. */
    if (extraction.reason == REASON_DONE && !extraction.was_record)
        extraction.reason = matcher_sample_check(&extraction.template.report,
            operation->kordond->configuration->policy.minimum_quality, &extraction.failure);
    if (extraction.reason != REASON_DONE) {
        operation->extraction_failure = extraction.failure;
        snprintf(operation->extraction_failure.subject, sizeof operation->extraction_failure.subject, "%s",
            finger_position_name(finger->position));
        return extraction.reason;
    }
    const struct matcher_template *template = locked_template_get(&operation->templates[index]);
    *finger = (struct watchlist_finger){.position = operation->templates[index].position,
        .quality = operation->templates[index].report.quality,
        .template_bytes = template->bytes,
        .template_size = template->size,
        .original_bytes = file->data.bytes,
        .original_size = file->data_size};
    return REASON_DONE;
}

static void add_extract(struct worker_job *work, void *thread_context)
{
    struct operation *operation = operation_of_extraction(work);
    struct failure *failure = &operation->extraction_failure;
    operation->json = json_loadb(operation->bytes.bytes, operation->size, JSON_REJECT_DUPLICATES, NULL);
    locked_memory_finish(&operation->bytes);
    operation->extracted = operation->json != NULL ? manifest_entry_parse(operation->json, MANIFEST_WITH_DATA,
                                                         "entry", &operation->entry, failure)
                                                   : failure_set(failure, REASON_BAD_JSON, "entry", NULL);
    for (size_t i = 0; i < operation->entry.entry.finger_count && operation->extracted == REASON_DONE; i++)
        operation->extracted = make_template(operation, i, thread_context);
}

static enum reason add_run(struct journal_job *job, struct store *store, struct failure *failure)
{
    (void)store;
    struct operation *operation = (struct operation *)job;
    return watchlist_import_add(operation->import->staged, &operation->entry.entry, 1, failure);
}

static json_t *finger_json(const struct locked_template *template)
{
    json_t *json = json_pack("{s:s, s:i}", "position", finger_position_name(template->position), "minutiae",
        (int)template->report.minutiae_count);
    sample_report_add(json, &template->report);
    return json;
}

static void add_done(struct journal_job *job)
{
    struct operation *operation = (struct operation *)job;
    operation->import->busy = false;
    if (job->reason != REASON_DONE) {
        answer_failure(operation, &job->failure);
        end_operation(operation);
        return;
    }
    operation->import->entries++;
    json_t *fingers = json_array();
    for (size_t i = 0; i < operation->entry.entry.finger_count; i++)
        json_array_append_new(fingers, finger_json(&operation->templates[i]));
    answer(operation, 200,
        json_pack("{s:I, s:o}", "entries", (json_int_t)operation->import->entries, "fingers", fingers));
    end_operation(operation);
}

static void add_extracted(struct worker_job *work)
{
    struct operation *operation = operation_of_extraction(work);
    if (operation->extracted == REASON_DONE) {
        journal_thread_run(operation->kordond->journal, &operation->job);
        return;
    }
    operation->import->busy = false;
    answer_failure(operation, &operation->extraction_failure);
    end_operation(operation);
}

void list_import_add(struct kordond *kordond, struct http_request *request)
{
    struct list_import *import = take_import(kordond, request);
    struct operation *operation = import != NULL ? new_operation(kordond, request, add_run, add_done) : NULL;
    if (operation == NULL)
        return;
    import->busy = true;
    operation->import = import;
    operation->bytes = request->body;
    operation->size = request->body_size;
    request->body = (struct locked_memory){0};
    operation->extraction.run = add_extract;
    operation->extraction.done = add_extracted;
    search_pool_submit(kordond->search, &operation->extraction, WORKER_BACKGROUND);
}

/* --- Commit and erase: the entry is durable, then the new set is searched, then the answer leaves */

static json_t *change_json(const struct operation *operation)
{
    json_t *json = json_pack("{s:I, s:s}", "seq", (json_int_t)operation->outcome.seq, "receipt",
        operation->outcome.receipt != NULL ? operation->outcome.receipt : "");
    const struct kordond *kordond = operation->kordond;
    if (kordond->set != NULL) {
        const struct watchlist_summary *summary = reference_set_summary(kordond->set);
        json_object_set_new(json, "list", json_string(summary->list_name));
        json_object_set_new(json, "version", json_integer((json_int_t)summary->list_version));
        json_object_set_new(json, "entries", json_integer((json_int_t)summary->entry_count));
    }
    json_object_set_new(json, "thresholds", list_thresholds(kordond));
    json_object_set_new(json, "mode", json_string(mode_name(kordond->mode)));
    return json;
}

static void on_reloaded(void *data)
{
    struct operation *operation = data;
    if (operation->job.reason == REASON_DONE)
        answer(operation, 200, change_json(operation));
    else
        answer_failure(operation, &operation->job.failure);
    end_operation(operation);
}

static void change_done(struct operation *operation)
{
    struct kordond *kordond = operation->kordond;
    enum reason reason = operation->job.reason;
    /* Where the outcome is unknown the change may be in force: what is searched must be what is stored. Where rows are not
     * what they were, reading the list tells whether they are rows of the one in force. */
    bool reads_again = reason == REASON_DONE || reason == REASON_OUTCOME_UNKNOWN ||
                       reason == REASON_SEAL_BROKEN || reason == REASON_LIST_ROLLED_BACK;
    if (!reads_again || kordond->phase == KORDOND_CLOSING) {
        answer_failure(operation, &operation->job.failure);
        end_operation(operation);
        return;
    }
    if (reason == REASON_DONE)
        metric_add(&kordond->metrics, METRIC_ENTRIES, 1);
    struct failure failure = {0};
    if (list_reload(kordond, on_reloaded, operation, &failure) != REASON_DONE) {
        list_install(kordond, NULL, &failure);
        on_reloaded(operation);
    }
}

static enum reason commit_run(struct journal_job *job, struct store *store, struct failure *failure)
{
    struct operation *operation = (struct operation *)job;
    const struct log_draft draft = {.event = LOG_EVENT_ALTERATION, .body = operation->body};
    enum reason reason =
        watchlist_import_commit(operation->import->staged, &draft, &operation->outcome, failure);
    (void)watchlist_sweep_all(store, NULL); /* what is left is swept at the next change or start */
    return reason;
}

static void commit_done(struct journal_job *job)
{
    struct operation *operation = (struct operation *)job;
    forget_import(operation);
    change_done(operation);
}

void list_import_commit(struct kordond *kordond, struct http_request *request, const char *justification)
{
    struct list_import *import = take_import(kordond, request);
    struct operation *operation =
        import != NULL ? new_operation(kordond, request, commit_run, commit_done) : NULL;
    if (operation == NULL)
        return;
    import->busy = true;
    operation->import = import;
    operation->body = evidence_body_of_peer(kordond, &request->peer, NULL, ROLE_SUPERVISOR);
    evidence_text(operation->body, "justification", justification);
    journal_thread_run(kordond->journal, &operation->job);
}

static enum reason erase_run(struct journal_job *job, struct store *store, struct failure *failure)
{
    struct operation *operation = (struct operation *)job;
    const struct log_draft draft = {.event = LOG_EVENT_ERASURE, .body = operation->body};
    enum reason reason = watchlist_erase(store, &operation->id, &draft, &operation->outcome, failure);
    (void)watchlist_sweep_all(store, NULL);
    return reason;
}

static void erase_done(struct journal_job *job)
{
    change_done((struct operation *)job);
}

void list_erase(struct kordond *kordond, struct http_request *request, const struct watchlist_id *id,
    const char *justification)
{
    struct operation *operation = new_operation(kordond, request, erase_run, erase_done);
    if (operation == NULL)
        return;
    operation->id = *id;
    operation->body = evidence_body_of_peer(kordond, &request->peer, NULL, ROLE_SUPERVISOR);
    evidence_text(operation->body, "justification", justification);
    journal_thread_run(kordond->journal, &operation->job);
}

/* --- Cancel */

static enum reason cancel_run(struct journal_job *job, struct store *store, struct failure *failure)
{
    (void)failure;
    watchlist_import_cancel(((struct operation *)job)->import->staged);
    (void)watchlist_sweep_all(store, NULL);
    return REASON_DONE;
}

static void cancel_done(struct journal_job *job)
{
    struct operation *operation = (struct operation *)job;
    forget_import(operation);
    answer(operation, 200, json_pack("{s:b}", "cancelled", 1));
    end_operation(operation);
}

static void cancel(struct kordond *kordond, struct http_request *request, struct list_import *import)
{
    struct operation *operation = new_operation(kordond, request, cancel_run, cancel_done);
    if (operation == NULL)
        return;
    import->busy = true;
    operation->import = import;
    journal_thread_run(kordond->journal, &operation->job);
}

void list_import_cancel(struct kordond *kordond, struct http_request *request)
{
    struct list_import *import = take_import(kordond, request);
    if (import != NULL)
        cancel(kordond, request, import);
}

void list_import_stop(struct kordond *kordond)
{
    if (kordond->import != NULL && !kordond->import->busy)
        cancel(kordond, NULL, kordond->import);
}
