#include "daemon/api/call.h"

static void on_client_gone(struct http_request *request)
{
    struct call *call = request->data;
    call->request = NULL;
    if (call->left != NULL)
        call->left(call);
}

void call_start(struct call *call, struct kordond *kordond, struct http_request *request)
{
    call->kordond = kordond;
    call->request = request;
    request->data = call;
    request->gone = on_client_gone;
}

void call_answer(struct call *call, int status, json_t *json)
{
    struct http_request *request = call->request;
    call->request = NULL;
    if (request != NULL)
        reply_json(request, status, json);
    else
        json_decref(json);
}

void call_fail(struct call *call, const struct failure *failure)
{
    struct http_request *request = call->request;
    call->request = NULL;
    if (request != NULL)
        reply_failure(request, failure);
}
