/* suspension.c: capture is suspended and resumed. */
#include <stdlib.h>

#include "base/instant.h"
#include "daemon/api/call.h"
#include "daemon/api/degraded_json.h"
#include "daemon/api/routes.h"
#include "daemon/lifecycle.h"
#include "json/fields.h"
#include "json/writer.h"

struct suspension_step {
    struct suspension_waiter waiter; /* first: the waiter is the step */
    struct call call;
};

static json_t *suspension_json(const struct kordond *kordond, uint64_t seq)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_integer(&json, "seq", (int64_t)seq);
    json_write_text(&json, "mode", mode_name(kordond->mode.word));
    json_write_value(&json, "degraded", degraded_json(&kordond->mode.degraded));
    return json_writer_end(&json);
}

static void on_suspension_told(struct suspension_waiter *waiter, const struct suspension *suspension,
    uint64_t seq, const struct failure *failure)
{
    struct suspension_step *step = (struct suspension_step *)waiter;
    (void)suspension;
    if (failure != NULL) {
        call_fail(&step->call, failure);
    } else {
        lifecycle_look(step->call.kordond); /* the mode that is told is the one that follows from it */
        call_answer(&step->call, 200, suspension_json(step->call.kordond, seq));
    }
    free(step);
}

static struct suspension_step *new_suspension_step(struct kordond *kordond, struct http_request *request)
{
    struct suspension_step *step = calloc(1, sizeof *step);
    if (step == NULL) {
        reply_refuse(request, REASON_NO_MEMORY, "suspension", NULL);
        return NULL;
    }
    step->waiter.told = on_suspension_told;
    call_start(&step->call, kordond, request);
    return step;
}

static void end_unbegun(struct suspension_step *step, enum reason reason, const struct failure *failure)
{
    if (reason == REASON_DONE)
        return;
    call_refuse(&step->call, failure);
    free(step);
}

static enum reason parse_suspension(
    const struct http_request *request, struct suspension_request *wanted, struct failure *failure)
{
    struct json_fields fields;
    char until[64];
    *wanted = (struct suspension_request){0};
    json_fields_parse(&fields, request->body.bytes, request->body_size, failure);
    json_fields_text(&fields, "until", JSON_OPTIONAL, until, sizeof until);
    wanted->minutes = (uint32_t)json_fields_integer(&fields, "minutes", JSON_OPTIONAL, 1, 360, 0);
    json_fields_text(&fields, "reason", JSON_REQUIRED, wanted->reason, sizeof wanted->reason);
    if ((until[0] != '\0') == (wanted->minutes != 0))
        json_fields_refuse(&fields, "until", N_("say either that or minutes"));
    else if (until[0] != '\0' && !instant_parse(until, &wanted->until_ms))
        json_fields_refuse(&fields, "until", N_("must be a moment as 2026-11-27T06:00:00Z"));
    return json_fields_end(&fields);
}

void handle_suspension_begin(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    struct suspension_request wanted;
    if (parse_suspension(request, &wanted, &failure) != REASON_DONE) {
        reply_failure(request, &failure);
        return;
    }
    struct suspension_step *step = new_suspension_step(kordond, request);
    if (step != NULL)
        end_unbegun(step,
            suspension_begin(
                &kordond->mode.suspension, &request->principal, &wanted, &step->waiter, &failure),
            &failure);
}

void handle_suspension_end(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    struct suspension_step *step = new_suspension_step(kordond, request);
    if (step != NULL)
        end_unbegun(step,
            suspension_resume(&kordond->mode.suspension, &request->principal, &step->waiter, &failure),
            &failure);
}
