#include "daemon/api/recorded_answer.h"

#include <stdlib.h>

#include "daemon/api/call.h"

struct look {
    struct journal_entry entry; /* first: the entry is the look */
    struct call call;
    recorded_answer *answer;
};

static void on_recorded(struct journal_entry *entry)
{
    struct look *look = (struct look *)entry;
    struct kordond *kordond = look->call.kordond;
    struct failure failure = entry->failure;
    bool recorded = entry->reason == REASON_DONE;
    evidence_written(&kordond->evidence, entry);
    journal_entry_finish(entry);
    if (!recorded)
        call_fail(&look->call, &failure); /* what can't be recorded is not shown */
    else if (look->call.request != NULL)
        look->answer(kordond, look->call.request);
    free(look);
    work_end(&kordond->work);
}

void answer_when_recorded(
    struct kordond *kordond, struct http_request *request, json_t *body, recorded_answer *answer)
{
    struct failure failure;
    struct look *look = calloc(1, sizeof *look);
    enum reason reason = look != NULL ? REASON_DONE : failure_set(&failure, REASON_NO_MEMORY, NULL, NULL);
    if (reason == REASON_DONE)
        reason = quota_spend_entry(&kordond->quota, &request->principal, uv_now(&kordond->loop), &failure);
    if (reason != REASON_DONE) {
        free(look);
        json_decref(body);
        reply_failure(request, &failure);
        return;
    }
    look->answer = answer;
    look->entry = (struct journal_entry){.event = LOG_EVENT_ACCESS, .body = body, .written = on_recorded};
    call_start(&look->call, kordond, request);
    work_begin(&kordond->work);
    evidence_append(&kordond->evidence, &look->entry);
}
