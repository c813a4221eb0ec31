/* watchlist.c: the list is shown and checked, by the reading thread. */
#include <stdlib.h>
#include <string.h>

#include "daemon/api/page.h"
#include "daemon/api/query.h"
#include "daemon/api/routes.h"
#include "daemon/api/state_reading.h"
#include "list/describe.h"
#include "list/not_permitted.h"

struct reading {
    struct state_reading base; /* first: the base's job is the reading */
    unsigned parts;
    bool after_given, one;
    struct watchlist_id after, only, last;
    uint64_t first, limit;
    uint64_t
        read; /* entries of this page, also those that are not shown; last is the last one within the limit */
    bool entries_wanted, protection_only;
    json_t *list;
    struct watchlist_summary summary;
    uint64_t problems, seen;
    enum reason first_problem;
    bool starved; /* a problem was not kept for want of memory */
    struct list_purposes purposes;
    json_t *not_permitted; /* NULL: the list could not be read whole */
};

/* NULL: the request is answered. */
static struct reading *new_reading(struct http_request *request, const struct reading *wanted)
{
    struct reading *reading = state_reading_new(request, "watchlist", wanted, sizeof *wanted);
    if (reading != NULL)
        reading->list = json_array();
    return reading;
}

/* json NULL where the reading failed, or there was no memory for its answer. */
static void end_reading(struct reading *reading, json_t *json)
{
    if (reading->base.job.reason == REASON_DONE)
        call_answer(&reading->base.call, 200, json);
    else
        call_fail(&reading->base.call, &reading->base.job.failure);
    json_decref(reading->list);
    json_decref(reading->not_permitted);
    state_reading_end(&reading->base);
    free(reading);
}

/* One entry more than the limit is read, to learn whether there is one. A protection officer is not told which others there are, nor how
 * many: his pages are shorter. */
static enum reason show_entry(void *context, const struct watchlist_entry *entry, struct failure *failure)
{
    struct reading *reading = context;
    if (reading->read++ == reading->limit)
        return REASON_DONE;
    reading->last = entry->id;
    if (reading->protection_only && !alert_category_is_protection(entry->category))
        return REASON_DONE;
    return json_append(reading->list, list_describe_entry(entry, reading->parts), "entries", failure);
}

static enum reason show_run(struct reader_job *job, struct store *store, struct failure *failure)
{
    struct reading *reading = (struct reading *)job;
    TRY(watchlist_summarize(store, &reading->summary, failure));
    if (reading->entries_wanted)
        TRY(watchlist_page(store, reading->after_given ? &reading->after : NULL, reading->limit + 1,
            reading->parts, show_entry, reading, failure));
    return REASON_DONE;
}

static void show_done(struct reader_job *job)
{
    struct reading *reading = (struct reading *)job;
    if (job->reason != REASON_DONE) {
        end_reading(reading, NULL);
        return;
    }
    struct json_writer answer;
    json_writer_object(&answer);
    json_write_value(&answer, "list", list_describe(&reading->summary));
    if (reading->entries_wanted) {
        char last[WATCHLIST_ID_TEXT_SIZE];
        watchlist_id_format(&reading->last, last);
        page_write(
            &answer, "entries", json_incref(reading->list), reading->read > reading->limit ? last : NULL);
    }
    end_reading(reading, json_writer_end(&answer));
}

static void begin_look(struct json_writer *body, const struct kordond *kordond,
    const struct http_request *request, enum role role)
{
    json_writer_over(body, evidence_body_of(&kordond->evidence, &request->principal, NULL, role));
    json_write_text(body, "purpose", "watchlist_administration");
}

static enum role role_of_look(const struct http_request *request, const struct reading *wanted)
{
    if ((request->principal.roles & ROLE_EXAMINER) != 0)
        return ROLE_EXAMINER;
    return wanted->protection_only ? ROLE_PROTECTION_OFFICER : ROLE_SUPERVISOR;
}

/* L1, L2: who looked at the list, at which part of it, and why. What the person said of it, where identities were asked for. */
static json_t *shown_body(
    const struct kordond *kordond, const struct http_request *request, const struct reading *wanted)
{
    bool identities = (wanted->parts & WATCHLIST_PART_IDENTITY) != 0;
    const char *justification = http_request_query(request, "justification");
    char id[WATCHLIST_ID_TEXT_SIZE];
    struct json_writer body;
    begin_look(&body, kordond, request, role_of_look(request, wanted));
    json_write_text(&body, "legal_basis", identities ? "of the alerts shown" : "operation of the watchlist");
    json_write_text(&body, "justification",
        justification != NULL && justification[0] != '\0' ? justification
                                                          : "listing of ids, categories and dates");
    json_write_text(&body, "what", identities ? "identities in the watchlist" : "entries of the watchlist");
    if (wanted->one) {
        watchlist_id_format(&wanted->only, id);
        json_write_text(&body, "entry", id);
    }
    return json_writer_end(&body);
}

/* Whether the peer may see what it asks for; names and case numbers cost a reason that is logged. */
static enum reason check_question(
    struct kordond *kordond, struct http_request *request, struct reading *wanted, struct failure *failure)
{
    const char *identity = http_request_query(request, "identity");
    const char *justification = http_request_query(request, "justification");
    wanted->parts = WATCHLIST_PART_ALERT;
    bool all = (request->principal.roles & (ROLE_EXAMINER | ROLE_SUPERVISOR)) != 0;
    wanted->protection_only = !all && (request->principal.roles & ROLE_PROTECTION_OFFICER) != 0;
    wanted->entries_wanted = all || wanted->protection_only;
    if (identity == NULL || strcmp(identity, "1") != 0)
        return REASON_DONE;
    wanted->parts |= WATCHLIST_PART_IDENTITY;
    if (!wanted->entries_wanted) {
        const struct denial denial = {.principal = &request->principal,
            .method = http_method_name(request->method),
            .route = "/v1/watchlist?identity"};
        evidence_note_denial(&kordond->evidence, &denial);
        return failure_set(
            failure, REASON_NOT_PERMITTED, "identity", "needs examiner, protection_officer or supervisor");
    }
    return justification != NULL && justification[0] != '\0'
               ? REASON_DONE
               : failure_set(failure, REASON_BAD_REQUEST, "justification", "say why: this is logged");
}

/* Whoever may see no entry is shown the list's name and numbers: that tells of nobody. */
static void start_showing(struct kordond *kordond, struct http_request *request, const struct reading *wanted)
{
    struct reading *reading = new_reading(request, wanted);
    if (reading != NULL && wanted->entries_wanted)
        state_reading_start_recorded(
            &reading->base, kordond, request, LOG_EVENT_CONSULTATION, shown_body(kordond, request, wanted));
    else if (reading != NULL)
        state_reading_start_unrecorded(&reading->base, kordond, request);
}

void handle_watchlist_show(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    struct page page = {0};
    struct reading wanted = {.base.job = {.run = show_run, .done = show_done}};
    enum reason reason = check_question(kordond, request, &wanted, &failure);
    if (reason == REASON_DONE)
        reason = page_parse(request, &page, &failure);
    wanted.limit = page.limit;
    wanted.after_given = page.after != NULL;
    if (reason == REASON_DONE && wanted.after_given && !watchlist_id_parse(page.after, &wanted.after))
        reason = failure_set(&failure, REASON_BAD_REQUEST, "after", "is no entry's id");
    if (reason != REASON_DONE)
        reply_failure(request, &failure);
    else
        start_showing(kordond, request, &wanted);
}

static enum reason entry_run(struct reader_job *job, struct store *store, struct failure *failure)
{
    struct reading *reading = (struct reading *)job;
    TRY(watchlist_read(store, &reading->only, reading->parts, show_entry, reading, failure));
    return json_array_size(reading->list) > 0
               ? REASON_DONE
               : failure_set(failure, REASON_ENTRY_NOT_FOUND, "watchlist", NULL);
}

static void entry_done(struct reader_job *job)
{
    struct reading *reading = (struct reading *)job;
    end_reading(reading, job->reason == REASON_DONE ? json_incref(json_array_get(reading->list, 0)) : NULL);
}

void handle_watchlist_entry(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    struct reading wanted = {.base.job = {.run = entry_run, .done = entry_done}, .one = true, .limit = 1};
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
    char text[WATCHLIST_ID_TEXT_SIZE] = "list";
    if (id != NULL)
        watchlist_id_format(id, text);
    if (reading->seen == 0)
        reading->first_problem = failure->reason;
    if (reading->seen++ < reading->first || json_array_size(reading->list) >= reading->limit)
        return;
    struct json_writer problem;
    json_writer_object(&problem);
    json_write_text(&problem, "entry", text);
    json_write_text(&problem, "reason", reason_name(failure->reason));
    json_write_text(&problem, "detail", failure->detail);
    if (json_append(reading->list, json_writer_end(&problem), NULL, NULL) != REASON_DONE)
        reading->starved = true;
}

static enum reason check_run(struct reader_job *job, struct store *store, struct failure *failure)
{
    struct reading *reading = (struct reading *)job;
    enum reason reason = watchlist_summarize(store, &reading->summary, failure);
    if (reason == REASON_DONE)
        reason = watchlist_check(store, check_problem, reading, &reading->problems, failure);
    if (reading->starved)
        return failure_set(failure, REASON_NO_MEMORY, "problems", NULL);
    if (reason == REASON_DONE)
        return list_find_not_permitted(
            store, &reading->purposes, reading->limit, &reading->not_permitted, failure);
    /* The problems are the answer; whatever else ended it left entries unseen. */
    return reason == reading->first_problem ? REASON_DONE : reason;
}

static void check_done(struct reader_job *job)
{
    struct reading *reading = (struct reading *)job;
    json_t *json = NULL;
    if (job->reason == REASON_DONE) {
        uint64_t behind = reading->first + json_array_size(reading->list);
        struct json_writer answer;
        json_writer_object(&answer);
        json_write_integer(&answer, "entries", (int64_t)reading->summary.entry_count);
        json_write_integer(&answer, "found", (int64_t)reading->seen);
        if (reading->not_permitted != NULL)
            json_write_value(&answer, "not_permitted", json_incref(reading->not_permitted));
        else
            json_write_null(&answer, "not_permitted");
        page_write_numbered(
            &answer, "problems", json_incref(reading->list), behind < reading->seen, behind - 1);
        json = json_writer_end(&answer);
    }
    end_reading(reading, json);
}

/* L1: ids of what is broken are shown. */
static json_t *checked_body(const struct kordond *kordond, const struct http_request *request)
{
    bool auditor = (request->principal.roles & ROLE_AUDITOR) != 0;
    struct json_writer body;
    begin_look(&body, kordond, request, auditor ? ROLE_AUDITOR : ROLE_SUPERVISOR);
    json_write_text(&body, "legal_basis", "operation of the watchlist");
    json_write_text(&body, "justification", "check of all entries");
    json_write_text(&body, "what", "integrity of the watchlist");
    return json_writer_end(&body);
}

void handle_watchlist_check(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    struct page page;
    struct reading wanted = {.base.job = {.run = check_run, .done = check_done}};
    if (page_parse_numbered(request, &page, &wanted.first, &failure) != REASON_DONE) {
        reply_failure(request, &failure);
        return;
    }
    wanted.limit = page.limit;
    if (kordond->policy.policy != NULL)
        list_purposes_of(kordond->policy.policy, &wanted.purposes);
    struct reading *reading = new_reading(request, &wanted);
    if (reading != NULL)
        state_reading_start_recorded(
            &reading->base, kordond, request, LOG_EVENT_CONSULTATION, checked_body(kordond, request));
}
