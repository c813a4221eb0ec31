/* reply.h: from what a handler has to say to an HTTP answer. Loop's thread; each function that takes a request
 * answers it, and it must not be used any more.
 */
#ifndef KORDON_DAEMON_API_REPLY_H
#define KORDON_DAEMON_API_REPLY_H

#include <jansson.h>

#include "base/failure.h"
#include "daemon/http/server.h"

/* json is taken over; NULL (no memory) answers 500. Its sentences are answered in the client's language where the answer is an error, or
 * the route's answers are spoken. */
void reply_json(struct http_request *request, int status, json_t *json);

/* The same with what is in that language already. */
void reply_in(struct http_request *request, int status, enum language language, json_t *json);

/* In which language the answer with that status is, and that this depends on what the client asked for; nothing where it does not. */
void reply_say_language(struct http_request *request, int status, enum language language);

/* The language of an answer with that status to a client who wants to read this one. */
enum language reply_language(enum language wanted, bool spoken, int status);

/* The error object with the status of the reason, or with another one. */
void reply_failure(struct http_request *request, const struct failure *failure);
void reply_failure_as(struct http_request *request, int status, const struct failure *failure);

/* The same with a failure that is made here, as by failure_set(). */
void reply_refuse(struct http_request *request, enum reason reason, const char *subject, const char *format,
    ...) __attribute__((format(printf, 4, 5)));

/* bytes are malloc'd and taken over. */
void reply_bytes(struct http_request *request, const char *content_type, void *bytes, size_t size);
void reply_text(struct http_request *request, const char *text);

/* The text that JSON is answered as, malloc'd; NULL without memory. json is taken over, and may be NULL. To be wiped where it holds
 * somebody's name. */
char *reply_text_of(json_t *json, size_t *size);

/* {"reason", "subject", "text", "detail", "remedy", "exit_code"}; new object. */
json_t *reply_failure_json(const struct failure *failure);

#endif
