/* redress_sample.c: a finger that the person of a case consents to have kept. */
#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "daemon/api/personal_act.h"
#include "daemon/api/query.h"
#include "daemon/api/recorded.h"
#include "daemon/api/redress_json.h"
#include "daemon/api/routes.h"
#include "daemon/redress/sample.h"

struct giving {
    struct redress_sample sample; /* first: the sample is the giving */
    struct personal_act act;
};

static void on_done(struct redress_sample *sample)
{
    struct giving *giving = (struct giving *)sample;
    struct redress_change *change = &sample->change;
    struct json_writer json;
    if (change->reason == REASON_DONE) {
        json_writer_object(&json);
        redress_write_replaced(&json, change);
        redress_write(&json, &change->of);
        redress_write_needed(&json, giving->act.call.kordond, &change->of, change->kept);
        recorded_write(&json, giving->act.call.reads_log, &change->outcome);
        call_answer(&giving->act.call, 200, json_writer_end(&json));
    } else {
        personal_act_fail(&giving->act, &change->failure);
    }
    journal_outcome_finish(&change->outcome);
    memory_wipe(giving, sizeof *giving);
    free(giving);
}

static enum reason read_claim(
    const struct http_request *request, struct enrol_claim *claim, struct failure *failure)
{
    const char *position = http_request_query(request, "position");
    uint64_t ppi;
    if (position == NULL || !finger_position_parse(position, &claim->position) ||
        claim->position == FINGER_UNKNOWN)
        return failure_set(failure, REASON_BAD_REQUEST, "position", N_("say which finger it is"));
    TRY(query_number(request, "ppi", 0, MATCHER_PPI_MAX, 0, &ppi, failure));
    claim->ppi = (uint32_t)ppi;
    return REASON_DONE;
}

/* The body goes to the thread that decodes it, which wipes it. */
static void take_body(struct giving *giving, struct http_request *request)
{
    giving->sample.enrolment.bytes = request->body;
    giving->sample.enrolment.size = request->body_size;
    giving->sample.charged = request->body_charged;
    request->body = (struct locked_memory){0};
    request->body_charged = 0;
}

void handle_redress_sample(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    struct giving *giving = calloc(1, sizeof *giving);
    if (giving == NULL) {
        reply_refuse(request, REASON_NO_MEMORY, "redress", NULL);
        return;
    }
    struct redress_sample *sample = &giving->sample;
    enum reason reason = read_claim(request, &sample->enrolment.claim, &failure);
    if (reason == REASON_DONE)
        reason = path_redress(kordond, request, sample->change.of.key, &failure);
    if (reason == REASON_DONE && kordond->phase != KORDOND_RUNNING)
        reason = failure_set(&failure, REASON_STOPPING, NULL, NULL);
    personal_act_start(&giving->act, kordond, request);
    if (reason != REASON_DONE) {
        personal_act_refuse(&giving->act, &failure);
        free(giving);
        return;
    }
    take_body(giving, request);
    sample->enrolment.claim.least_quality = kordond->configuration->policy.minimum_quality;
    sample->change.evidence = &kordond->evidence;
    sample->change.today = day_of_ms(store_now_ms());
    sample->done = on_done;
    sample->workers = &kordond->workers;
    sample->quota = &kordond->quota;
    sample->by = giving->act.principal;
    redress_sample_start(sample);
}
