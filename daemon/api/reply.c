#include "daemon/api/reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/idempotency.h"
#include "json/language.h"
#include "json/text.h"
#include "json/writer.h"

json_t *reply_failure_json(const struct failure *failure)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_failure(&json, failure);
    return json_writer_end(&json);
}

char *reply_text_of(json_t *json, size_t *size)
{
    char *text = json_text(json, size);
    json_decref(json);
    return text;
}

/* Whoever repeats the request is told the same. What was refused at once was not done. */
static void keep_answer(
    struct http_request *request, int status, enum language language, const char *text, size_t size)
{
    struct repeatable *repeatable = request->repeatable;
    request->repeatable = NULL;
    if (repeatable == NULL)
        return;
    if (status < 300) {
        memcpy(repeatable->headers, request->headers, sizeof repeatable->headers);
        repeatable->language = language;
        idempotency_answered(repeatable, status, text, size);
    } else {
        idempotency_forget(repeatable);
    }
}

enum language reply_language(enum language wanted, bool spoken, int status)
{
    return spoken || status >= 400 ? wanted : LANGUAGE_ENGLISH;
}

void reply_say_language(struct http_request *request, int status, enum language language)
{
    if (!request->spoken && status < 400)
        return;
    http_request_add_header(request, "content-language", language_tag(language));
    http_request_add_header(request, "vary", "accept-language");
}

void reply_json(struct http_request *request, int status, json_t *json)
{
    enum language language = reply_language(request->language, request->spoken, status);
    reply_in(request, status, language, json_in_language(json, language));
}

void reply_in(struct http_request *request, int status, enum language language, json_t *json)
{
    size_t size;
    char *text = reply_text_of(json, &size);
    if (text == NULL) {
        status = 500;
        size = 0;
    }
    keep_answer(request, status, language, text, size);
    reply_say_language(request, status, language);
    server_answer(request, status, "application/json", text, size);
}

void reply_failure_as(struct http_request *request, int status, const struct failure *failure)
{
    reply_json(request, status, reply_failure_json(failure));
}

void reply_failure(struct http_request *request, const struct failure *failure)
{
    reply_failure_as(request, reason_http_status(failure->reason), failure);
}

void reply_refuse(
    struct http_request *request, enum reason reason, const char *subject, const char *format, ...)
{
    struct failure failure;
    char detail[sizeof failure.detail] = "";
    va_list arguments;
    va_start(arguments, format);
    if (format != NULL)
        vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    failure_set(&failure, reason, subject, "%s", detail);
    reply_failure(request, &failure);
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
