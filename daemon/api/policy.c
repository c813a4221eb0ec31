/* policy.c: the policy in force: what everybody who asks for something must know. */
#include "daemon/api/policy_json.h"
#include "daemon/api/reply.h"
#include "daemon/api/routes.h"

void handle_policy_show(struct kordond *kordond, struct http_request *request)
{
    if (kordond->policy.policy == NULL)
        reply_refuse(request, REASON_DOCUMENT_NOT_FOUND, "policy", NULL);
    else
        reply_json(request, 200, policy_in_force_json(&kordond->policy));
}
