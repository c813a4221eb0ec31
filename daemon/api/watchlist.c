#include <stdlib.h>
#include <string.h>

#include "daemon/api/recorded_reading.h"
#include "daemon/api/reply.h"
#include "daemon/api/routes.h"
#include "daemon/evidence.h"
#include "daemon/json_fields.h"
#include "daemon/list/import.h"
#include "daemon/list/install.h"
#include "daemon/transactions/request.h"
#include "list/describe.h"
#include "store/manifest.h"

#define SHOWN_MAX      1000
#define SHOWN_NORMALLY 100

/* --- Imports */

/* true, false; false where it is not given. */
static bool read_switch(struct json_fields *fields, const char *key)
{
    return json_fields_boolean(fields, key, JSON_OPTIONAL, false);
}

void handle_import_begin(struct kordond *kordond, struct http_request *request)
{
    const int64_t most = ((int64_t)1 << 53) - 1;
    struct failure failure = {0};
    struct json_fields fields;
    struct list_request wanted = {0};
    json_fields_parse(&fields, request->body.bytes, request->body_size, &failure);
    json_fields_text(&fields, "list", JSON_REQUIRED, wanted.list_name, sizeof wanted.list_name);
    wanted.list_version = (uint64_t)json_fields_integer(&fields, "version", JSON_REQUIRED, 1, most, 0);
    wanted.entries =
        (uint64_t)json_fields_integer(&fields, "entries", JSON_OPTIONAL, 0, MANIFEST_ENTRIES_MAX, 0);
    wanted.bytes = (uint64_t)json_fields_integer(&fields, "bytes", JSON_OPTIONAL, 0, most, 0);
    wanted.allow_empty = read_switch(&fields, "allow_empty");
    wanted.replace_list = read_switch(&fields, "replace_list");
    wanted.list_poor_prints = read_switch(&fields, "list_poor_prints");
    wanted.dry_run = read_switch(&fields, "dry_run");
    if (json_fields_end(&fields) != REASON_DONE)
        reply_failure(request, &failure);
    else
        list_import_begin(kordond, request, &wanted);
}

void handle_import_show(struct kordond *kordond, struct http_request *request)
{
    list_import_show(kordond, request);
}

void handle_import_entry(struct kordond *kordond, struct http_request *request)
{
    list_import_add(kordond, request);
}

void handle_import_commit(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    struct json_fields fields;
    char justification[REQUEST_TEXT_SIZE] = "";
    if (request->body_size > 0) {
        json_fields_parse(&fields, request->body.bytes, request->body_size, &failure);
        json_fields_text(&fields, "justification", JSON_OPTIONAL, justification, sizeof justification);
        if (json_fields_end(&fields) != REASON_DONE) {
            reply_failure(request, &failure);
            return;
        }
    }
    list_import_commit(kordond, request, justification[0] != '\0' ? justification : NULL);
}

void handle_import_cancel(struct kordond *kordond, struct http_request *request)
{
    list_import_cancel(kordond, request);
}

/* The entry that the path names. */
static enum reason parse_entry(
    const struct http_request *request, struct watchlist_id *id, struct failure *failure)
{
    char text[WATCHLIST_ID_TEXT_SIZE] = "";
    if (request->parameter_size == sizeof text - 1)
        memcpy(text, request->parameter, request->parameter_size);
    return watchlist_id_parse(text, id) ? REASON_DONE
                                        : failure_set(failure, REASON_ENTRY_NOT_FOUND, "watchlist", NULL);
}

void handle_watchlist_erase(struct kordond *kordond, struct http_request *request)
{
    struct watchlist_id id;
    struct failure failure = {0};
    if (parse_entry(request, &id, &failure) != REASON_DONE)
        reply_failure(request, &failure);
    else
        list_erase(kordond, request, &id, http_request_query(request, "justification"));
}

/* --- Showing and checking, by the reading thread */

struct reading {
    struct recorded_reading base; /* first: the base's job is the reading */
    unsigned parts;
    bool after_given;
    struct watchlist_id after, only;
    size_t limit;
    bool entries_wanted;
    json_t *list;
    struct watchlist_summary summary;
    uint64_t problems;
};

/* record as in recorded_reading_start(). */
static void start_reading(struct kordond *kordond, struct http_request *request, const struct reading *wanted,
    enum log_event event, json_t *record)
{
    struct reading *reading = calloc(1, sizeof *reading);
    if (reading == NULL) {
        struct failure failure = {0};
        failure_set(&failure, REASON_NO_MEMORY, "watchlist", NULL);
        reply_failure(request, &failure);
        json_decref(record);
        return;
    }
    *reading = *wanted;
    reading->list = json_array();
    recorded_reading_start(&reading->base, kordond, request, event, record);
}

static void end_reading(struct reading *reading, json_t *json)
{
    struct kordond *kordond = reading->base.kordond;
    if (reading->base.request == NULL)
        json_decref(json);
    else if (json == NULL)
        reply_failure(reading->base.request, &reading->base.job.failure);
    else
        reply_json(reading->base.request, 200, json);
    json_decref(reading->list);
    free(reading);
    recorded_reading_ended(kordond);
}

static enum reason show_entry(void *context, const struct watchlist_entry *entry, struct failure *failure)
{
    struct reading *reading = context;
    return json_array_append_new(reading->list, list_describe_entry(entry, reading->parts)) == 0
               ? REASON_DONE
               : failure_set(failure, REASON_NO_MEMORY, "entries", NULL);
}

static enum reason show_run(struct reader_job *job, struct store *store, struct failure *failure)
{
    struct reading *reading = (struct reading *)job;
    enum reason reason = watchlist_summarize(store, &reading->summary, failure);
    if (reason == REASON_DONE && reading->entries_wanted)
        reason = watchlist_page(store, reading->after_given ? &reading->after : NULL, reading->limit,
            reading->parts, show_entry, reading, failure);
    return reason;
}

static void show_done(struct reader_job *job)
{
    struct reading *reading = (struct reading *)job;
    if (job->reason != REASON_DONE) {
        end_reading(reading, NULL);
        return;
    }
    json_t *json = json_pack("{s:o}", "list", list_describe(&reading->summary));
    if (reading->entries_wanted)
        json_object_set(json, "entries", reading->list);
    end_reading(reading, json);
}

/* L1, L2: who looked at identities, and why. */
static json_t *identity_shown_body(const struct kordond *kordond, const struct http_request *request)
{
    bool examiner = (request->principal.roles & ROLE_EXAMINER) != 0;
    json_t *body =
        evidence_body_of(kordond, &request->principal, NULL, examiner ? ROLE_EXAMINER : ROLE_SUPERVISOR);
    evidence_text(body, "purpose", "watchlist_administration");
    evidence_text(body, "legal_basis", "of the alerts shown");
    evidence_text(body, "justification", http_request_query(request, "justification"));
    evidence_text(body, "what", "identities in the watchlist");
    return body;
}

/* Whether the peer may see what it asks for; names and case numbers cost a reason that is logged. */
static enum reason check_question(
    struct kordond *kordond, struct http_request *request, struct reading *wanted, struct failure *failure)
{
    const char *identity = http_request_query(request, "identity");
    const char *justification = http_request_query(request, "justification");
    wanted->parts = WATCHLIST_PART_ALERT;
    wanted->entries_wanted = (request->principal.roles & (ROLE_EXAMINER | ROLE_SUPERVISOR)) != 0;
    if (identity == NULL || strcmp(identity, "1") != 0)
        return REASON_DONE;
    wanted->parts |= WATCHLIST_PART_IDENTITY;
    if (!wanted->entries_wanted) {
        evidence_note_denial(kordond, request, "/v1/watchlist?identity");
        return failure_set(failure, REASON_NOT_PERMITTED, "identity", "needs examiner or supervisor");
    }
    return justification != NULL && justification[0] != '\0'
               ? REASON_DONE
               : failure_set(failure, REASON_BAD_REQUEST, "justification", "say why: this is logged");
}

static void start_showing(struct kordond *kordond, struct http_request *request, const struct reading *wanted)
{
    start_reading(kordond, request, wanted, LOG_EVENT_CONSULTATION,
        (wanted->parts & WATCHLIST_PART_IDENTITY) != 0 ? identity_shown_body(kordond, request) : NULL);
}

void handle_watchlist_show(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    const char *after = http_request_query(request, "after");
    const char *limit = http_request_query(request, "limit");
    struct reading wanted = {.base.job = {.run = show_run, .done = show_done}, .limit = SHOWN_NORMALLY};
    enum reason reason = check_question(kordond, request, &wanted, &failure);
    if (reason == REASON_DONE && after != NULL &&
        !(wanted.after_given = watchlist_id_parse(after, &wanted.after)))
        reason = failure_set(&failure, REASON_BAD_REQUEST, "after", "is no entry's id");
    if (reason == REASON_DONE && limit != NULL) {
        wanted.limit = strtoul(limit, NULL, 10);
        if (wanted.limit < 1 || wanted.limit > SHOWN_MAX)
            reason = failure_set(&failure, REASON_BAD_REQUEST, "limit", "1 to %d", SHOWN_MAX);
    }
    if (reason != REASON_DONE)
        reply_failure(request, &failure);
    else
        start_showing(kordond, request, &wanted);
}

static enum reason entry_run(struct reader_job *job, struct store *store, struct failure *failure)
{
    struct reading *reading = (struct reading *)job;
    return watchlist_read(store, &reading->only, reading->parts, show_entry, reading, failure);
}

static void entry_done(struct reader_job *job)
{
    struct reading *reading = (struct reading *)job;
    end_reading(reading, job->reason == REASON_DONE ? json_incref(json_array_get(reading->list, 0)) : NULL);
}

void handle_watchlist_entry(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    struct reading wanted = {.base.job = {.run = entry_run, .done = entry_done}};
    enum reason reason = check_question(kordond, request, &wanted, &failure);
    if (reason == REASON_DONE)
        reason = parse_entry(request, &wanted.only, &failure);
    if (reason != REASON_DONE)
        reply_failure(request, &failure);
    else
        start_showing(kordond, request, &wanted);
}

static void check_problem(void *context, const struct watchlist_id *id, const struct failure *failure)
{
    struct reading *reading = context;
    char text[WATCHLIST_ID_TEXT_SIZE] = "";
    if (id != NULL)
        watchlist_id_format(id, text);
    if (json_array_size(reading->list) < SHOWN_MAX)
        json_array_append_new(reading->list, json_pack("{s:s, s:s, s:s}", "entry", text, "reason",
                                                 reason_name(failure->reason), "detail", failure->detail));
}

static enum reason check_run(struct reader_job *job, struct store *store, struct failure *failure)
{
    struct reading *reading = (struct reading *)job;
    enum reason reason = watchlist_summarize(store, &reading->summary, failure);
    if (reason == REASON_DONE)
        reason = watchlist_check(store, check_problem, reading, &reading->problems, failure);
    return reading->problems > 0 ? REASON_DONE : reason; /* the problems are the answer */
}

static void check_done(struct reader_job *job)
{
    struct reading *reading = (struct reading *)job;
    json_t *json = NULL;
    if (job->reason == REASON_DONE)
        json = json_pack(
            "{s:I, s:O}", "entries", (json_int_t)reading->summary.entry_count, "problems", reading->list);
    end_reading(reading, json);
}

void handle_watchlist_check(struct kordond *kordond, struct http_request *request)
{
    const struct reading wanted = {.base.job = {.run = check_run, .done = check_done}};
    start_reading(kordond, request, &wanted, LOG_EVENT_CONSULTATION, NULL);
}
