#include "daemon/api/repeated_request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/api/call.h"
#include "daemon/api/idempotency.h"
#include "daemon/api/reply.h"

/* Method, path and query, as they were understood. */
static size_t write_head(const struct http_request *request, const char *body_mark, char *text, size_t room)
{
    int used =
        snprintf(text, room, "%s\n%s\n%s\n", http_method_name(request->method), request->path, body_mark);
    for (size_t i = 0; i < request->query_count; i++)
        used += snprintf(
            text + used, room - (size_t)used, "%s\n%s\n", request->query[i].name, request->query[i].value);
    return (size_t)used;
}

#define HEAD_ROOM                                                                                            \
    (HTTP_PATH_SIZE + DIGEST_HEX_SIZE + 16 +                                                                 \
        HTTP_QUERY_MAX * (HTTP_QUERY_NAME_SIZE + HTTP_QUERY_VALUE_SIZE + 2))

static enum reason mark_request(const struct transaction_secrets *secrets, const struct http_request *request,
    struct request_mark *mark, struct failure *failure)
{
    char head[HEAD_ROOM], body[DIGEST_HEX_SIZE];
    const char *key = http_request_header(request, HTTP_IDEMPOTENCY_KEY);
    TRY(transaction_mark(secrets, key, strlen(key), mark->key, failure));
    TRY(transaction_mark(secrets, request->body.bytes, request->body_size, body, failure));
    return transaction_mark(
        secrets, head, write_head(request, body, head, sizeof head), mark->request, failure);
}

/* As it was answered before. */
static void answer_again(struct http_request *request, const struct repeatable *repeatable)
{
    char *text = malloc(repeatable->size);
    memcpy(request->headers, repeatable->headers, sizeof request->headers);
    reply_say_language(request, repeatable->status, repeatable->language);
    if (text != NULL)
        memcpy(text, repeatable->text, repeatable->size);
    server_answer(request, text != NULL ? repeatable->status : 500, "application/json", text,
        text != NULL ? repeatable->size : 0);
}

bool repeated_request_begin(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    struct request_mark mark;
    struct repeatable *repeatable;
    if (mark_request(&kordond->transactions.secrets, request, &mark, &failure) != REASON_DONE ||
        idempotency_take(kordond->idempotency, &request->principal, &mark, &repeatable, &failure) !=
            REASON_DONE) {
        reply_failure(request, &failure);
        return false;
    }
    if (repeatable->status != 0) {
        answer_again(request, repeatable);
    } else if (repeatable->call == NULL) {
        request->repeatable = repeatable;
        return true;
    } else if (!call_take_over(repeatable->call, request)) {
        http_request_add_header(request, "retry-after", "1");
        reply_refuse(request, REASON_REQUEST_UNDER_WAY, "Idempotency-Key",
            "its first sender still waits for the answer");
    }
    return false;
}
