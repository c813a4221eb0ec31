#include "daemon/api/referral_call.h"

#include <string.h>

#include "daemon/api/routes.h"

enum reason path_referral(
    const struct http_request *request, char id[static REFERRAL_ID_SIZE], struct failure *failure)
{
    if (request->parameter_size >= REFERRAL_ID_SIZE)
        return failure_set(failure, REASON_REFERRAL_NOT_FOUND, "referral", NULL);
    memcpy(id, request->parameter, request->parameter_size);
    id[request->parameter_size] = '\0';
    return REASON_DONE;
}

const struct referral *referral_look_up(const struct kordond *kordond, const struct principal *principal,
    const char *id, struct referral_view *view)
{
    const struct referral *referral = referral_find(&kordond->referrals, principal, id);
    if (referral == NULL ||
        !referral_view_make(&referral->of, &referral->course, principal, store_now_ms(), view))
        return NULL;
    return referral;
}

void referral_note_denial(
    struct kordond *kordond, const struct http_request *request, const struct failure *failure)
{
    if (reason_class(failure->reason) != REASON_CLASS_NOT_PERMITTED)
        return;
    const struct route *route = request->route;
    const struct denial denial = {
        .principal = &request->principal, .method = http_method_name(request->method), .route = route->path};
    evidence_note_denial(&kordond->evidence, &denial);
}
