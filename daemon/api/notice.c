/* notice.c: what an officer shows or prints for a traveller (H4). */
#include "policy/notice.h"

#include <stdlib.h>

#include "daemon/api/reply.h"
#include "daemon/api/routes.h"
#include "json/writer.h"

/* The traveller may read another language than the officer. */
static enum reason read_language(
    const struct http_request *request, enum language *language, struct failure *failure)
{
    const char *tag = http_request_query(request, "language");
    *language = request->language;
    if (tag == NULL || language_parse(tag, language))
        return REASON_DONE;
    return failure_set(failure, REASON_BAD_REQUEST, "language", N_("uk and en are there"));
}

static enum reason find_purpose(const struct policy *policy, const struct http_request *request,
    const struct policy_purpose **purpose, struct failure *failure)
{
    const char *name = http_request_query(request, "purpose");
    if (name == NULL)
        return failure_set(failure, REASON_BAD_REQUEST, "purpose", N_("say for which one"));
    if (policy == NULL)
        return failure_set(failure, REASON_DOCUMENT_NOT_FOUND, "policy", NULL);
    *purpose = policy_find_purpose(policy, name);
    return *purpose != NULL ? REASON_DONE : failure_set(failure, REASON_PURPOSE_NOT_DECLARED, name, NULL);
}

static json_t *policy_json(const struct policy *policy)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "name", policy->name);
    json_write_integer(&json, "version", policy->version);
    json_write_text(&json, "authority", policy->authority);
    return json_writer_end(&json);
}

static enum reason write_text(struct json_writer *json, const char *key, const struct notice *notice,
    enum notice_reader reader, struct failure *failure)
{
    char *text;
    TRY(notice_write(notice, reader, &text, failure));
    json_write_text(json, key, text);
    free(text);
    return REASON_DONE;
}

static enum reason make_answer(const struct notice *notice, json_t **answer, struct failure *failure)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "purpose", notice->purpose->name);
    json_write_text(&json, "language", language_tag(notice->language));
    json_write_value(&json, "policy", policy_json(notice->policy));
    enum reason reason = write_text(&json, "text", notice, NOTICE_FOR_ANYBODY, failure);
    if (!notice_is_for_children(notice->purpose))
        json_write_null(&json, "child_text");
    else if (reason == REASON_DONE)
        reason = write_text(&json, "child_text", notice, NOTICE_FOR_CHILDREN, failure);
    *answer = json_writer_end(&json);
    if (reason == REASON_DONE)
        return REASON_DONE;
    json_decref(*answer);
    return reason;
}

void handle_notice(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    json_t *answer = NULL;
    struct notice notice = {.policy = kordond->policy.policy, .unit = kordond->configuration->log.unit};
    enum reason reason = read_language(request, &notice.language, &failure);
    if (reason == REASON_DONE)
        reason = find_purpose(notice.policy, request, &notice.purpose, &failure);
    if (reason == REASON_DONE)
        reason = make_answer(&notice, &answer, &failure);
    if (reason == REASON_DONE)
        reply_in(request, 200, notice.language, answer);
    else
        reply_failure(request, &failure);
}
