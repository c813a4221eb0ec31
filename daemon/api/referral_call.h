/* referral_call.h: what each request about a referral begins with. Loop's thread. */
#ifndef KORDON_DAEMON_API_REFERRAL_CALL_H
#define KORDON_DAEMON_API_REFERRAL_CALL_H

#include "daemon/api/call.h"

/* The referral that the path names, as text. REFERRAL_NOT_FOUND where it can't be one. */
enum reason path_referral(
    const struct http_request *request, char id[static REFERRAL_ID_SIZE], struct failure *failure);

/* What the principal is shown of it as it is now. NULL: he does not know of it, and *view is not filled in. */
const struct referral *referral_look_up(const struct kordond *kordond, const struct principal *principal,
    const char *id, struct referral_view *view);

/* Notes a look that was not permitted as a denial (L4); of another failure nothing. */
void referral_note_denial(
    struct kordond *kordond, const struct http_request *request, const struct failure *failure);

#endif
