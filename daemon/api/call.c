#include "daemon/api/call.h"

#include <stdlib.h>
#include <string.h>

#include "base/locked_memory.h"
#include "daemon/api/idempotency.h"
#include "daemon/api/recorded.h"
#include "json/language.h"
#include "json/text.h"

static void on_client_gone(struct http_request *request)
{
    struct call *call = request->data;
    call->request = NULL;
    if (call->left != NULL)
        call->left(call);
}

static void wait_for(struct call *call, struct http_request *request)
{
    call->request = request;
    call->language = request->language;
    call->spoken = request->spoken;
    call->reads_log = may_read_log(&request->principal);
    request->data = call;
    request->gone = on_client_gone;
}

void call_start(struct call *call, struct kordond *kordond, struct http_request *request)
{
    call->kordond = kordond;
    call->repeatable = request->repeatable;
    request->repeatable = NULL; /* the step's from now on: it goes on where he leaves */
    if (call->repeatable != NULL)
        call->repeatable->call = call;
    wait_for(call, request);
}

bool call_take_over(struct call *call, struct http_request *request)
{
    if (call->request != NULL)
        return false;
    wait_for(call, request);
    return true;
}

/* For whoever repeats the request. What was not done, or is not known, may be asked for again. */
static void keep(struct call *call, int status, enum language language, const json_t *json)
{
    struct repeatable *repeatable = call->repeatable;
    call->repeatable = NULL;
    if (repeatable == NULL)
        return;
    size_t size = 0;
    char *text = status < 500 ? json_text(json, &size) : NULL;
    if (text == NULL) {
        idempotency_forget(repeatable);
        return;
    }
    repeatable->language = language;
    idempotency_answered(repeatable, status, text, size);
    memory_wipe(text, size);
    free(text);
}

void call_answer(struct call *call, int status, json_t *json)
{
    struct http_request *request = call->request;
    enum language language = reply_language(call->language, call->spoken, status);
    json = json_in_language(json, language);
    call->request = NULL;
    keep(call, status, language, json);
    if (request != NULL)
        reply_in(request, status, language, json);
    else
        json_decref(json);
}

void call_created(struct call *call, const char *location, json_t *json)
{
    struct http_request made = {0}; /* for its headers alone */
    http_request_add_header(&made, "location", location);
    if (call->request != NULL)
        http_request_add_header(call->request, "location", location);
    if (call->repeatable != NULL)
        memcpy(call->repeatable->headers, made.headers, sizeof made.headers);
    call_answer(call, 201, json);
}

void call_fail(struct call *call, const struct failure *failure)
{
    call_answer(call, reason_http_status(failure->reason), reply_failure_json(failure));
}

void call_refuse(struct call *call, const struct failure *failure)
{
    if (call->repeatable != NULL)
        idempotency_forget(call->repeatable);
    call->repeatable = NULL;
    call_fail(call, failure);
}
