/* state.c: what a supervisor accepts against the evidence. */
#include <stdlib.h>
#include <string.h>

#include "daemon/acceptance.h"
#include "daemon/api/call.h"
#include "daemon/api/recorded.h"
#include "daemon/api/routes.h"
#include "json/fields.h"
#include "json/writer.h"

#define WORD_SIZE          16
#define JUSTIFICATION_SIZE 512

struct step {
    struct acceptance_waiter waiter; /* first: the waiter is the step */
    struct call call;
};

static json_t *accepted_json(const struct kordond *kordond, const struct journal_outcome *outcome)
{
    struct json_writer json;
    json_writer_object(&json);
    recorded_write(&json, true, outcome); /* to supervisors alone */
    json_write_text(&json, "mode", mode_name(kordond->mode.word));
    return json_writer_end(&json);
}

static void on_told(
    struct acceptance_waiter *waiter, const struct journal_outcome *outcome, const struct failure *failure)
{
    struct step *step = (struct step *)waiter;
    if (failure != NULL)
        call_fail(&step->call, failure);
    else
        call_answer(&step->call, 200, accepted_json(step->call.kordond, outcome));
    free(step);
}

static void start(
    struct kordond *kordond, struct http_request *request, enum accepted accepted, const char *justification)
{
    struct failure failure = {0};
    struct step *step = calloc(1, sizeof *step);
    if (step == NULL) {
        reply_refuse(request, REASON_NO_MEMORY, "state", NULL);
        return;
    }
    step->waiter.told = on_told;
    call_start(&step->call, kordond, request);
    if (acceptance_start(kordond, &request->principal, accepted, justification, &step->waiter, &failure) ==
        REASON_DONE)
        return;
    call_fail(&step->call, &failure);
    free(step);
}

void handle_state_accept(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    struct json_fields fields;
    char what[WORD_SIZE], justification[JUSTIFICATION_SIZE];
    json_fields_parse(&fields, request->body.bytes, request->body_size, &failure);
    json_fields_text(&fields, "what", JSON_REQUIRED, what, sizeof what);
    json_fields_text(&fields, "justification", JSON_REQUIRED, justification, sizeof justification);
    bool anchor = strcmp(what, "anchor") == 0;
    enum reason reason = json_fields_end(&fields);
    if (reason == REASON_DONE && !anchor && strcmp(what, "clock") != 0)
        reason = failure_set(&failure, REASON_BAD_REQUEST, "what", "anchor or clock");
    if (reason != REASON_DONE)
        reply_failure(request, &failure);
    else
        start(kordond, request, anchor ? ACCEPTED_ANCHOR : ACCEPTED_CLOCK, justification);
}
