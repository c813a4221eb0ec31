#include "daemon/list/waiter.h"

#include "daemon/api/reply.h"

static void on_client_gone(struct http_request *request)
{
    ((struct list_waiter *)request->data)->request = NULL;
}

void list_waiter_start(struct list_waiter *waiter, struct kordond *kordond, struct http_request *request)
{
    waiter->kordond = kordond;
    waiter->request = request;
    if (request != NULL) {
        request->data = waiter;
        request->gone = on_client_gone;
    }
    kordond->list_jobs++;
}

void list_waiter_fail(struct list_waiter *waiter, const struct failure *failure)
{
    if (waiter->request != NULL)
        reply_failure(waiter->request, failure);
    waiter->request = NULL;
}

void list_waiter_answer(struct list_waiter *waiter, int status, json_t *json)
{
    if (waiter->request != NULL)
        reply_json(waiter->request, status, json);
    else
        json_decref(json);
    waiter->request = NULL;
}

void list_waiter_end(struct list_waiter *waiter)
{
    waiter->kordond->list_jobs--;
    uv_async_send(&waiter->kordond->stop_step);
}

void list_refuse(struct http_request *request, enum reason reason, const char *subject, const char *detail)
{
    struct failure failure = {0};
    failure_set(&failure, reason, subject, "%s", detail);
    reply_failure(request, &failure);
}
