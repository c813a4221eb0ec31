/* policy_proposal.c: how another policy comes into force by two persons: what is proposed, what it changes, and their acts. */
#include <stdlib.h>

#include "daemon/api/personal_act.h"
#include "daemon/api/recorded.h"
#include "daemon/api/routes.h"
#include "daemon/api/state_reading.h"
#include "daemon/policy_change.h"
#include "json/writer.h"

/* --- What it changes ---------------------------------------------------------------------------------------------- */

static void add_change(void *context, const struct policy_change *change)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_text_or_null(&json, "purpose", change->section[0] != '\0' ? change->section : NULL);
    json_write_text(&json, "key", change->key);
    json_write_text_or_null(&json, "old", change->old_value);
    json_write_text_or_null(&json, "new", change->new_value);
    json_append_value(context, json_writer_end(&json));
}

/* What the second person must see to know what he approves. */
static void write_changes(
    struct json_writer *json, const struct policy *compared, const struct policy *proposed)
{
    struct json_writer changes;
    json_writer_array(&changes);
    policy_compare(compared, proposed, add_change, &changes);
    json_write_value(json, "changes", json_writer_end(&changes));
}

/* --- Looking ------------------------------------------------------------------------------------------------------ */

struct look {
    struct state_reading base; /* first: the base's job is the look */
    struct policy_proposal found;
    struct policy_text compared_text;
    struct policy *proposed, *compared; /* proposed: NULL where it can't be read by this kordond ... */
    struct failure fault;               /* ... for this reason */
};

static enum reason look_run(struct reader_job *job, struct store *store, struct failure *failure)
{
    struct look *look = (struct look *)job;
    const struct policy_text *proposed = &look->found.policy, *compared = &look->compared_text;
    TRY(policy_proposal_read(store, &look->found, failure));
    TRY(policy_text_read(store, &look->compared_text, failure));
    enum reason reason =
        policy_parse("policy", proposed->text, proposed->size, &look->proposed, &look->fault);
    if (reason == REASON_NO_MEMORY) {
        *failure = look->fault;
        return reason;
    }
    return policy_parse("policy in force", compared->text, compared->size, &look->compared, failure);
}

static json_t *fault_json(const struct failure *fault)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_failure(&json, fault);
    return json_writer_end(&json);
}

static json_t *found_json(const struct look *look)
{
    const struct policy_proposal *found = &look->found;
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "hash", found->policy.hash);
    json_write_text(&json, "text", found->policy.text);
    json_write_text(&json, "proposed_by", found->proposer);
    json_write_text(&json, "justification", found->justification);
    json_write_integer(&json, "proposed_ms", found->proposed_ms);
    json_write_integer(&json, "expires_ms", found->expires_ms);
    json_write_text(&json, "compared_with", look->compared_text.hash);
    if (look->proposed == NULL) {
        json_write_value(&json, "fault", fault_json(&look->fault));
        return json_writer_end(&json);
    }
    json_write_text(&json, "name", look->proposed->name);
    json_write_integer(&json, "version", look->proposed->version);
    json_write_text(&json, "authority", look->proposed->authority);
    write_changes(&json, look->compared, look->proposed);
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
    policy_text_finish(&look->compared_text);
    policy_destroy(look->proposed);
    policy_destroy(look->compared);
    state_reading_end(&look->base);
    free(look);
}

void handle_proposal_show(struct kordond *kordond, struct http_request *request)
{
    const struct look wanted = {.base.job = {.run = look_run, .done = look_done}};
    struct look *look = state_reading_new(request, "policy", &wanted, sizeof wanted);
    if (look != NULL)
        state_reading_start_unrecorded(&look->base, kordond, request);
}

/* --- Acting ------------------------------------------------------------------------------------------------------- */

struct policy_change_act {
    struct policy_waiter waiter; /* first: the waiter is the act */
    struct personal_act base;
};

static json_t *told_json(const struct policy_told *told, bool reads_log)
{
    struct json_writer json;
    json_writer_object(&json);
    json_write_text(&json, "hash", told->hash);
    if (told->proposed != NULL) {
        json_write_text(&json, "name", told->proposed->name);
        json_write_integer(&json, "version", told->proposed->version);
        json_write_text(&json, "compared_with", told->compared_hash);
        write_changes(&json, told->compared, told->proposed);
        json_write_integer(&json, "expires_ms", told->expires_ms);
    }
    recorded_write(&json, reads_log, told->outcome);
    return json_writer_end(&json);
}

static void on_told(
    struct policy_waiter *waiter, const struct policy_told *told, const struct failure *failure)
{
    struct policy_change_act *act = (struct policy_change_act *)waiter;
    if (failure != NULL)
        personal_act_fail(&act->base, failure);
    else
        call_answer(&act->base.call, 200, told_json(told, act->base.call.reads_log));
    free(act);
}

static void start(struct kordond *kordond, struct http_request *request, struct policy_request *wanted)
{
    struct failure failure = {0};
    struct policy_change_act *act = calloc(1, sizeof *act);
    if (act == NULL) {
        reply_refuse(request, REASON_NO_MEMORY, "policy", NULL);
        return;
    }
    act->waiter.told = on_told;
    personal_act_start(&act->base, kordond, request);
    wanted->principal = &act->base.principal;
    if (policy_change_start(kordond, wanted, &act->waiter, &failure) == REASON_DONE)
        return;
    personal_act_fail(&act->base, &failure);
    free(act);
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
