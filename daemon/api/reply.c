#include "daemon/api/reply.h"

#include <stdlib.h>
#include <string.h>

json_t *reply_failure_json(const struct failure *failure)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:i}", "reason", reason_name(failure->reason), "subject",
        failure->subject, "text", reason_text(failure->reason), "detail", failure->detail, "remedy",
        reason_remedy(failure->reason), "exit_code", reason_exit_code(failure->reason));
}

/* Into a buffer of its size: one that grew would leave copies of what it held in the heap. */
char *reply_text_of(json_t *json, size_t *size)
{
    const size_t flags = JSON_COMPACT | JSON_SORT_KEYS;
    *size = json != NULL ? json_dumpb(json, NULL, 0, flags) : 0;
    char *text = *size > 0 ? malloc(*size) : NULL;
    if (text != NULL)
        *size = json_dumpb(json, text, *size, flags);
    json_decref(json);
    return text;
}

void reply_json(struct http_request *request, int status, json_t *json)
{
    size_t size;
    char *text = reply_text_of(json, &size);
    if (text == NULL)
        server_answer(request, 500, "application/json", NULL, 0);
    else
        server_answer(request, status, "application/json", text, size);
}

void reply_created(struct http_request *request, const char *location, json_t *json)
{
    http_request_add_header(request, "location", location);
    reply_json(request, 201, json);
}

void reply_failure_as(struct http_request *request, int status, const struct failure *failure)
{
    reply_json(request, status, reply_failure_json(failure));
}

void reply_failure(struct http_request *request, const struct failure *failure)
{
    reply_failure_as(request, reason_http_status(failure->reason), failure);
}

void reply_bytes(struct http_request *request, const char *content_type, void *bytes, size_t size)
{
    server_answer(request, 200, content_type, bytes, size);
}

void reply_text(struct http_request *request, const char *text)
{
    char *copy = strdup(text);
    server_answer(request, copy != NULL ? 200 : 500, "text/plain; charset=utf-8", copy,
        copy != NULL ? strlen(copy) : 0);
}
