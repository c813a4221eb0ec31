/* log_access.h: what the log says of whoever reads it (L4). Loop's thread. */
#ifndef KORDON_DAEMON_API_LOG_ACCESS_H
#define KORDON_DAEMON_API_LOG_ACCESS_H

#include "daemon/kordond.h"
#include "json/writer.h"

/* Begins the body of the entry about a look at the log: who, why, and what is read: a word. */
void log_access_begin(struct json_writer *body, const struct kordond *kordond,
    const struct http_request *request, const char *what);

/* Whether the body of the entry, {"head", "body"}, is not shown to him now: it is about a match that he judges, or may still judge (H5). */
bool log_access_is_withheld(
    const struct kordond *kordond, const struct principal *principal, const json_t *entry);

/* REFERRAL_STATE: what he asks for can't be shown to him without such a body. */
enum reason log_access_refuse(const char *what, struct failure *failure);

#endif
