/* redress.c: somebody who was taken for others is told apart from them: a case is made, ended (H6). Its number is told by the answer that makes it,
 * and stands nowhere else. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "daemon/api/personal_act.h"
#include "daemon/api/recorded.h"
#include "daemon/api/redress_json.h"
#include "daemon/api/routes.h"
#include "daemon/redress/change.h"
#include "daemon/referrals/clearance.h"
#include "daemon/transactions/postponed.h"
#include "daemon/transactions/redress_number.h"
#include "json/fields.h"

struct redress_act_call {
    struct redress_change change; /* first: the change is the act */
    struct personal_act act;
    char number[REDRESS_NUMBER_SIZE]; /* "": it is not told */
    char justification[REDRESS_REASON_SIZE];
};

/* --- Answered -------------------------------------------------------------------------------------------------- */

/* With the authority that the letter names. */
static void write_number(struct json_writer *json, const struct redress_act_call *call)
{
    const struct redress_change *change = &call->change;
    json_write_text(json, "number", call->number);
    json_write_text(json, "unit", change->evidence->unit);
    json_write_text_if(json, "serving", change->serving[0] != '\0' ? change->serving : NULL);
}

/* What keeps it from clearing is told to whoever can do something about it. */
static void write_state(struct json_writer *json, const struct redress_act_call *call)
{
    const struct redress_change *change = &call->change;
    /* A new case has no finger: what else is known makes no difference. */
    const struct redress_facts facts = {0};
    redress_write_needed(json, call->act.call.kordond, &change->of, change->kept);
    json_write_text(json, "state", redress_state_name(redress_state_of(&change->of, change->today, &facts)));
}

static void on_changed(struct redress_change *change)
{
    struct redress_act_call *call = (struct redress_act_call *)change;
    bool made = change->act == REDRESS_RECORD;
    struct json_writer json;
    if (change->reason == REASON_DONE) {
        json_writer_object(&json);
        if (made)
            write_number(&json, call);
        redress_write_replaced(&json, change);
        redress_write(&json, &change->of);
        if (made)
            write_state(&json, call);
        recorded_write(&json, call->act.call.reads_log, &change->outcome);
        call_answer(&call->act.call, made ? 201 : 200, json_writer_end(&json));
    } else {
        personal_act_fail(&call->act, &change->failure);
    }
    journal_outcome_finish(&change->outcome);
    memory_wipe(call, sizeof *call);
    free(call);
}

static void refuse(struct redress_act_call *call, const struct failure *failure)
{
    personal_act_refuse(&call->act, failure);
    json_decref(call->change.registered_as);
    memory_wipe(call, sizeof *call);
    free(call);
}

static void start(struct redress_act_call *call, struct kordond *kordond, enum redress_act act)
{
    struct redress_change *change = &call->change;
    change->done = on_changed;
    change->evidence = &kordond->evidence;
    change->act = act;
    change->today = day_of_ms(store_now_ms());
    change->why = act == REDRESS_RECORD ? change->of.reason : call->justification;
    redress_change_start(change, &call->act.principal);
}

/* --- Made ------------------------------------------------------------------------------------------------------ */

static void read_document(struct json_fields *fields, struct request_document *document)
{
    struct json_fields nested;
    if (!json_fields_enter(fields, "document", &nested)) {
        json_fields_refuse(fields, "document", N_("name the one with which the traveller crossed"));
        return;
    }
    json_fields_text(&nested, "issuer", JSON_REQUIRED, document->issuer, sizeof document->issuer);
    json_fields_text(&nested, "number", JSON_REQUIRED, document->number, sizeof document->number);
    json_fields_leave(fields, &nested);
}

static void read_until(struct json_fields *fields, struct redress_case *made)
{
    const char *day = json_fields_borrow(fields, "until", JSON_REQUIRED, DAY_TEXT_SIZE);
    const int32_t today = day_of_ms(made->since_ms);
    if (day != NULL && !day_parse(day, &made->until_day))
        json_fields_refuse(fields, "until", N_("must be a day, YYYY-MM-DD"));
    else if (day != NULL && (made->until_day < today || made->until_day > today + REDRESS_DAYS_MAX))
        json_fields_refuse(fields, "until", N_("must be from today on, and three years ahead at most"));
}

static enum reason parse(const struct http_request *request, struct redress_change *change,
    struct request_document *document, struct failure *failure)
{
    struct redress_case *made = &change->of;
    struct json_fields fields;
    json_fields_parse(&fields, request->body.bytes, request->body_size, failure);
    json_fields_text(&fields, "referral", JSON_REQUIRED, made->referral, sizeof made->referral);
    read_document(&fields, document);
    read_until(&fields, made);
    made->consent = json_fields_boolean(&fields, "consent", JSON_REQUIRED, false);
    json_fields_text(&fields, "reason", JSON_REQUIRED, made->reason, sizeof made->reason);
    change->replaces = json_fields_boolean(&fields, "replace", JSON_OPTIONAL, false);
    return json_fields_end(&fields);
}

/* What people found must be what holds, with nothing on its way that says otherwise. */
static enum reason rest_on_referral(const struct kordond *kordond, const struct principal *by,
    const struct request_document *document, struct redress_change *change, struct failure *failure)
{
    struct redress_case *made = &change->of;
    const struct referral *referral = referral_find(&kordond->referrals, by, made->referral);
    if (referral == NULL)
        return failure_set(failure, REASON_REFERRAL_NOT_FOUND, "referral", NULL);
    if (kordond->referrals.stopping || kordond->workers.journal == NULL)
        return failure_set(failure, REASON_STOPPING, NULL, NULL);
    if (!referral_may_bear_case(referral))
        return failure_set(failure, REASON_BUSY, "referral", NULL);
    TRY(referral_clear(&referral->of, &referral->course, by, document->pair_key, made, failure));
    return referral_registered_as(&referral->of, &referral->course, &change->registered_as, failure);
}

static enum reason give_number(
    const struct kordond *kordond, struct redress_act_call *call, struct failure *failure)
{
    const struct document_secrets *secrets = kordond->transactions.document_secrets.bytes;
    struct redress_case *made = &call->change.of;
    memcpy(made->by, call->act.principal.name, sizeof made->by);
    TRY(redress_number_make(call->number, failure));
    return redress_number_key(secrets->redress, call->number, made->key, failure);
}

void handle_redress_record(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    struct request_document document = {0};
    struct redress_act_call *call = calloc(1, sizeof *call);
    if (call == NULL) {
        reply_refuse(request, REASON_NO_MEMORY, "redress", NULL);
        return;
    }
    struct redress_case *made = &call->change.of;
    made->since_ms = store_now_ms();
    enum reason reason = parse(request, &call->change, &document, &failure);
    personal_act_start(&call->act, kordond, request);
    if (reason == REASON_DONE)
        reason = postponed_seal_document(&kordond->transactions, &document, &failure);
    memory_wipe(&document, offsetof(struct request_document, named));
    if (reason == REASON_DONE)
        reason = rest_on_referral(kordond, &call->act.principal, &document, &call->change, &failure);
    if (reason == REASON_DONE)
        reason = give_number(kordond, call, &failure);
    if (reason == REASON_DONE)
        start(call, kordond, REDRESS_RECORD);
    else
        refuse(call, &failure);
}

/* --- Ended ----------------------------------------------------------------------------------------------------- */

void handle_redress_remove(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    const char *justification = http_request_query(request, "justification");
    struct redress_act_call *call = calloc(1, sizeof *call);
    if (call == NULL) {
        reply_refuse(request, REASON_NO_MEMORY, "redress", NULL);
        return;
    }
    enum reason reason = REASON_DONE;
    if (strlen(justification) >= sizeof call->justification)
        reason = failure_set(&failure, REASON_BAD_REQUEST, "justification", N_("must have at most %zu bytes"),
            sizeof call->justification - 1);
    if (reason == REASON_DONE)
        reason = path_redress_or_mark(kordond, request, call->change.of.key, &call->change.marked, &failure);
    personal_act_start(&call->act, kordond, request);
    if (reason != REASON_DONE) {
        refuse(call, &failure);
        return;
    }
    snprintf(call->justification, sizeof call->justification, "%s", justification);
    start(call, kordond, REDRESS_REMOVE);
}
