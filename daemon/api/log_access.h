/* log_access.h: what the log says of whoever reads it (L4). Loop's thread. */
#ifndef KORDON_DAEMON_API_LOG_ACCESS_H
#define KORDON_DAEMON_API_LOG_ACCESS_H

#include "daemon/kordond.h"
#include "json/writer.h"

/* Begins the body of the entry about a look at the log: who, why, and what is read: a word. */
void log_access_begin(struct json_writer *body, const struct kordond *kordond,
    const struct http_request *request, const char *what);

#endif
