/* imports.c: a supervisor brings a list, or erases an entry. */
#include <stdlib.h>

#include "daemon/api/call.h"
#include "daemon/api/list_json.h"
#include "daemon/api/page.h"
#include "daemon/api/query.h"
#include "daemon/api/routes.h"
#include "daemon/transactions/request.h"
#include "json/fields.h"
#include "store/manifest.h"

/* A step of a change, which is answered when it is done. */
struct change_step {
    struct list_waiter waiter; /* first: the waiter is the step */
    struct call call;
    int status;
    json_t *(*json)(const struct kordond *kordond, const struct list_outcome *outcome);
};

static void on_told(
    struct list_waiter *waiter, const struct list_outcome *outcome, const struct failure *failure)
{
    struct change_step *step = (struct change_step *)waiter;
    if (step->status == 201 && failure == NULL && step->call.request != NULL)
        http_request_add_header(step->call.request, "location", "/v1/watchlist/imports");
    if (failure != NULL)
        call_fail(&step->call, failure);
    else if (step->call.request != NULL)
        call_answer(&step->call, step->status, step->json(step->call.kordond, outcome));
    free(step);
}

/* NULL with the request answered: there is no memory. */
static struct change_step *new_step(struct kordond *kordond, struct http_request *request, int status,
    json_t *(*json)(const struct kordond *kordond, const struct list_outcome *outcome))
{
    struct change_step *step = calloc(1, sizeof *step);
    if (step == NULL) {
        reply_refuse(request, REASON_NO_MEMORY, "watchlist", NULL);
        return NULL;
    }
    step->waiter.told = on_told;
    step->status = status;
    step->json = json;
    call_start(&step->call, kordond, request);
    return step;
}

/* A step that was not begun is answered at once; one that was is answered when it is told. */
static void end_unbegun(struct change_step *step, enum reason reason, const struct failure *failure)
{
    if (reason == REASON_DONE)
        return;
    call_fail(&step->call, failure);
    free(step);
}

/* The import that the path names. */
static struct list_import_claim claim_of(const struct http_request *request)
{
    return (struct list_import_claim){
        .principal = &request->principal, .id = request->parameter, .id_size = request->parameter_size};
}

/* --- Begin */

static json_t *begun_json(const struct kordond *kordond, const struct list_outcome *outcome)
{
    (void)kordond;
    return import_json(outcome->import);
}

/* true, false; false where it is not given. */
static bool read_switch(struct json_fields *fields, const char *key)
{
    return json_fields_boolean(fields, key, JSON_OPTIONAL, false);
}

static enum reason parse_begin(
    const struct http_request *request, struct list_request *parsed, struct failure *failure)
{
    const int64_t most = ((int64_t)1 << 53) - 1;
    struct json_fields fields;
    struct list_request wanted = {0};
    json_fields_parse(&fields, request->body.bytes, request->body_size, failure);
    json_fields_text(&fields, "list", JSON_REQUIRED, wanted.list_name, sizeof wanted.list_name);
    wanted.list_version = (uint64_t)json_fields_integer(&fields, "version", JSON_REQUIRED, 1, most, 0);
    wanted.entries =
        (uint64_t)json_fields_integer(&fields, "entries", JSON_OPTIONAL, 0, MANIFEST_ENTRIES_MAX, 0);
    wanted.bytes = (uint64_t)json_fields_integer(&fields, "bytes", JSON_OPTIONAL, 0, most, 0);
    wanted.allow_empty = read_switch(&fields, "allow_empty");
    wanted.replace_list = read_switch(&fields, "replace_list");
    wanted.list_poor_prints = read_switch(&fields, "list_poor_prints");
    wanted.dry_run = read_switch(&fields, "dry_run");
    *parsed = wanted;
    return json_fields_end(&fields);
}

void handle_import_begin(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    struct list_request wanted;
    if (parse_begin(request, &wanted, &failure) != REASON_DONE) {
        reply_failure(request, &failure);
        return;
    }
    struct change_step *step = new_step(kordond, request, 201, begun_json);
    if (step != NULL)
        end_unbegun(step,
            list_import_begin(&kordond->list, &request->principal, &wanted, &step->waiter, &failure),
            &failure);
}

/* There is one at most, so it is the last page; and none behind any. */
void handle_import_show(struct kordond *kordond, struct http_request *request)
{
    struct page page;
    struct failure failure = {0};
    if (page_parse(request, &page, &failure) != REASON_DONE) {
        reply_failure(request, &failure);
        return;
    }
    const struct list_import *import = kordond->list.import;
    struct json_writer rows, answer;
    json_writer_array(&rows);
    if (import != NULL && page.after == NULL)
        json_append_value(&rows, import_json(import));
    json_writer_object(&answer);
    page_write(&answer, "imports", json_writer_end(&rows), NULL);
    reply_json(request, 200, json_writer_end(&answer));
}

/* --- Add */

static json_t *added_json(const struct kordond *kordond, const struct list_outcome *outcome)
{
    (void)kordond;
    return import_added_json(outcome);
}

void handle_import_entry(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    const struct list_import_claim claim = claim_of(request);
    struct change_step *step = new_step(kordond, request, 200, added_json);
    if (step != NULL)
        end_unbegun(step,
            list_import_add(
                &kordond->list, &claim, &request->body, request->body_size, &step->waiter, &failure),
            &failure);
}

/* --- Commit, cancel */

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
    const struct list_import_claim claim = claim_of(request);
    struct change_step *step = new_step(kordond, request, 200, list_changed_json);
    if (step != NULL)
        end_unbegun(step,
            list_import_commit(&kordond->list, &claim, justification[0] != '\0' ? justification : NULL,
                &step->waiter, &failure),
            &failure);
}

static json_t *cancelled_json(const struct kordond *kordond, const struct list_outcome *outcome)
{
    (void)kordond;
    (void)outcome;
    struct json_writer json;
    json_writer_object(&json);
    json_write_boolean(&json, "cancelled", true);
    return json_writer_end(&json);
}

void handle_import_cancel(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    const struct list_import_claim claim = claim_of(request);
    struct change_step *step = new_step(kordond, request, 200, cancelled_json);
    if (step != NULL)
        end_unbegun(step, list_import_cancel(&kordond->list, &claim, &step->waiter, &failure), &failure);
}

/* --- An erasure */

void handle_watchlist_erase(struct kordond *kordond, struct http_request *request)
{
    struct watchlist_id id;
    struct failure failure = {0};
    if (path_entry(request, &id, &failure) != REASON_DONE) {
        reply_failure(request, &failure);
        return;
    }
    struct change_step *step = new_step(kordond, request, 200, list_changed_json);
    if (step != NULL)
        end_unbegun(step,
            list_erase(&kordond->list, &request->principal, &id, http_request_query(request, "justification"),
                &step->waiter, &failure),
            &failure);
}
