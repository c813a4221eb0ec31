#include "daemon/api/personal_act.h"

#include "daemon/api/routes.h"

void personal_act_start(struct personal_act *act, struct kordond *kordond, struct http_request *request)
{
    act->principal = request->principal;
    act->method = http_method_name(request->method);
    act->route = ((const struct route *)request->route)->path;
    call_start(&act->call, kordond, request);
}

static void note_denial(const struct personal_act *act, const struct failure *failure)
{
    if (reason_class(failure->reason) != REASON_CLASS_NOT_PERMITTED)
        return;
    const struct denial denial = {.principal = &act->principal, .method = act->method, .route = act->route};
    evidence_note_denial(&act->call.kordond->evidence, &denial);
}

void personal_act_fail(struct personal_act *act, const struct failure *failure)
{
    note_denial(act, failure);
    call_fail(&act->call, failure);
}

void personal_act_refuse(struct personal_act *act, const struct failure *failure)
{
    note_denial(act, failure);
    call_refuse(&act->call, failure);
}
