/* watchlist.c: the list is shown and checked, by the reading thread. */
#include <stdlib.h>
#include <string.h>

#include "daemon/api/query.h"
#include "daemon/api/recorded_reading.h"
#include "daemon/api/routes.h"
#include "list/describe.h"

#define SHOWN_MAX      1000
#define SHOWN_NORMALLY 100

struct reading {
    struct recorded_reading base; /* first: the base's job is the reading */
    unsigned parts;
    bool after_given;
    struct watchlist_id after, only;
    uint64_t limit;
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
    struct kordond *kordond = reading->base.call.kordond;
    if (json != NULL)
        call_answer(&reading->base.call, 200, json);
    else
        call_fail(&reading->base.call, &reading->base.job.failure);
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
    json_t *body = evidence_body_of(
        &kordond->evidence, &request->principal, NULL, examiner ? ROLE_EXAMINER : ROLE_SUPERVISOR);
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
        const struct denial denial = {.principal = &request->principal,
            .method = http_method_name(request->method),
            .route = "/v1/watchlist?identity"};
        evidence_note_denial(&kordond->evidence, &denial);
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
    struct reading wanted = {.base.job = {.run = show_run, .done = show_done}};
    enum reason reason = check_question(kordond, request, &wanted, &failure);
    if (reason == REASON_DONE && after != NULL &&
        !(wanted.after_given = watchlist_id_parse(after, &wanted.after)))
        reason = failure_set(&failure, REASON_BAD_REQUEST, "after", "is no entry's id");
    if (reason == REASON_DONE)
        reason = query_number(request, "limit", 1, SHOWN_MAX, SHOWN_NORMALLY, &wanted.limit, &failure);
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
        reason = path_entry(request, &wanted.only, &failure);
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
