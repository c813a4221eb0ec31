/* policy.c: the policy in the state, and how another one comes there by two persons. */
#include <stdlib.h>

#include "daemon/api/recorded_reading.h"
#include "daemon/api/routes.h"
#include "daemon/policy_change.h"
#include "json/writer.h"

/* --- Looking ---------------------------------------------------------------------------------------------------- */

struct look {
    struct recorded_reading base; /* first: the base's job is the look */
    bool proposal_wanted;
    struct policy_proposal found; /* of the policy in force: its text alone */
};

static enum reason look_run(struct reader_job *job, struct store *store, struct failure *failure)
{
    struct look *look = (struct look *)job;
    return look->proposal_wanted ? policy_proposal_read(store, &look->found, failure)
                                 : policy_text_read(store, &look->found.policy, failure);
}

static json_t *found_json(const struct look *look)
{
    const struct policy_proposal *found = &look->found;
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "hash", found->policy.hash);
    json_write_text(&json, "text", found->policy.text);
    if (look->proposal_wanted) {
        json_write_text(&json, "proposed_by", found->proposer);
        json_write_text(&json, "justification", found->justification);
        json_write_integer(&json, "proposed_ms", found->proposed_ms);
        json_write_integer(&json, "expires_ms", found->expires_ms);
    }
    return json_writer_end(&json);
}

static void look_done(struct reader_job *job)
{
    struct look *look = (struct look *)job;
    if (job->reason == REASON_DONE)
        call_answer(&look->base.call, 200, found_json(look));
    else
        call_fail(&look->base.call, &job->failure);
    policy_proposal_finish(&look->found);
    recorded_reading_end(&look->base);
    free(look);
}

static void start_look(struct kordond *kordond, struct http_request *request, bool proposal_wanted)
{
    struct look *look = calloc(1, sizeof *look);
    if (look == NULL) {
        reply_refuse(request, REASON_NO_MEMORY, "policy", NULL);
        return;
    }
    look->proposal_wanted = proposal_wanted;
    look->base.job.run = look_run;
    look->base.job.done = look_done;
    unrecorded_reading_start(&look->base, kordond, request);
}

void handle_policy_show(struct kordond *kordond, struct http_request *request)
{
    start_look(kordond, request, false);
}

void handle_proposal_show(struct kordond *kordond, struct http_request *request)
{
    start_look(kordond, request, true);
}

/* --- Changing --------------------------------------------------------------------------------------------------- */

struct step {
    struct policy_waiter waiter; /* first: the waiter is the step */
    struct call call;
};

static json_t *changed_json(const char *hash, const struct journal_outcome *outcome)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "hash", hash);
    json_write_integer(&json, "seq", (int64_t)outcome->seq);
    json_write_text(&json, "receipt", outcome->receipt != NULL ? outcome->receipt : "");
    return json_writer_end(&json);
}

static void on_told(struct policy_waiter *waiter, const char *hash, const struct journal_outcome *outcome,
    const struct failure *failure)
{
    struct step *step = (struct step *)waiter;
    if (failure != NULL)
        call_fail(&step->call, failure);
    else
        call_answer(&step->call, 200, changed_json(hash, outcome));
    free(step);
}

static void start(struct kordond *kordond, struct http_request *request, struct policy_request *wanted)
{
    struct failure failure = {0};
    struct step *step = calloc(1, sizeof *step);
    if (step == NULL) {
        reply_refuse(request, REASON_NO_MEMORY, "policy", NULL);
        return;
    }
    wanted->principal = &request->principal;
    step->waiter.told = on_told;
    call_start(&step->call, kordond, request);
    if (policy_change_start(kordond, wanted, &step->waiter, &failure) == REASON_DONE)
        return;
    call_fail(&step->call, &failure);
    free(step);
}

/* What is meant is named whole: a part of a hash could be another's. */
static enum reason read_hash(
    const struct http_request *request, char hash[static DIGEST_HEX_SIZE], struct failure *failure)
{
    uint8_t bytes[DIGEST_BYTES];
    if (request->parameter_size != DIGEST_HEX_SIZE - 1 || !hex_parse(request->parameter, bytes, DIGEST_BYTES))
        return failure_set(
            failure, REASON_DOCUMENT_NOT_FOUND, "proposal", "a proposal is named by its SHA-256");
    hex_format(bytes, DIGEST_BYTES, hash);
    return REASON_DONE;
}

void handle_proposal_make(struct kordond *kordond, struct http_request *request)
{
    struct policy_request wanted = {.act = POLICY_ACT_PROPOSE,
        .text = request->body.bytes,
        .size = request->body_size,
        .justification = http_request_query(request, "justification")};
    start(kordond, request, &wanted);
}

static void start_named(struct kordond *kordond, struct http_request *request, enum policy_act act)
{
    char hash[DIGEST_HEX_SIZE];
    struct failure failure = {0};
    struct policy_request wanted = {
        .act = act, .hash = hash, .justification = http_request_query(request, "justification")};
    if (read_hash(request, hash, &failure) != REASON_DONE)
        reply_failure(request, &failure);
    else
        start(kordond, request, &wanted);
}

void handle_proposal_withdraw(struct kordond *kordond, struct http_request *request)
{
    start_named(kordond, request, POLICY_ACT_WITHDRAW);
}

void handle_proposal_approve(struct kordond *kordond, struct http_request *request)
{
    start_named(kordond, request, POLICY_ACT_APPROVE);
}
