/* legal_holds.c: what is not erased while a proceeding needs it: shown, placed, lifted. */
#include <stdlib.h>
#include <string.h>

#include "daemon/api/recorded_reading.h"
#include "daemon/api/routes.h"
#include "daemon/retention/hold_change.h"
#include "json/fields.h"
#include "json/writer.h"

/* --- Shown ----------------------------------------------------------------------------------------------------- */

struct look {
    struct recorded_reading base; /* first: the base's job is the look */
    struct legal_holds holds;
};

static enum reason look_run(struct reader_job *job, struct store *store, struct failure *failure)
{
    uint8_t digest[DIGEST_BYTES];
    return legal_holds_read(store, &((struct look *)job)->holds, digest, failure);
}

static void look_done(struct reader_job *job)
{
    struct look *look = (struct look *)job;
    struct json_writer json;
    if (job->reason == REASON_DONE) {
        json_writer_object(&json);
        json_write_value(&json, "holds", legal_holds_json(&look->holds));
        call_answer(&look->base.call, 200, json_writer_end(&json));
    } else {
        call_fail(&look->base.call, &job->failure);
    }
    recorded_reading_end(&look->base);
    free(look);
}

void handle_holds_show(struct kordond *kordond, struct http_request *request)
{
    const struct look wanted = {.base.job = {.run = look_run, .done = look_done}};
    struct look *look = recorded_reading_new(request, "holds", &wanted, sizeof wanted);
    if (look != NULL)
        unrecorded_reading_start(&look->base, kordond, request);
}

/* --- Placed and lifted ----------------------------------------------------------------------------------------- */

struct act {
    struct hold_change change; /* first: the change is the act */
    struct call call;
    struct principal principal; /* for the log, where it is refused to him */
    const char *method, *route;
};

static void on_changed(struct hold_change *change)
{
    struct act *act = (struct act *)change;
    struct json_writer json;
    if (change->reason == REASON_NOT_PERMITTED) {
        const struct denial denial = {
            .principal = &act->principal, .method = act->method, .route = act->route};
        evidence_note_denial(&act->call.kordond->evidence, &denial);
    }
    if (change->reason == REASON_DONE) {
        json_writer_object(&json);
        json_write_text(&json, "transaction", change->hold.transaction);
        json_write_integer(&json, "seq", (int64_t)change->outcome.seq);
        json_write_text(&json, "receipt", change->outcome.receipt);
        call_answer(&act->call, change->lifts ? 200 : 201, json_writer_end(&json));
    } else {
        call_fail(&act->call, &change->failure);
    }
    journal_outcome_finish(&change->outcome);
    free(act);
}

static void start(struct kordond *kordond, struct http_request *request, struct act *act)
{
    act->principal = request->principal;
    act->method = http_method_name(request->method);
    act->route = ((const struct route *)request->route)->path;
    act->change.done = on_changed;
    act->change.evidence = &kordond->evidence;
    act->change.auditor = (request->principal.roles & ROLE_AUDITOR) != 0;
    call_start(&act->call, kordond, request);
    hold_change_start(&act->change, &act->principal);
}

/* Where its entries begin is in its id; what is no id of this post's has none. */
static enum reason find_beginning(
    const struct kordond *kordond, struct legal_hold *hold, struct failure *failure)
{
    struct transaction_origin origin = {0};
    const char *id = hold->transaction;
    if (!transaction_id_read(&kordond->transactions.secrets, id, strlen(id), &origin) ||
        origin.log_size > kordond->guard.store.size)
        return failure_set(failure, REASON_TRANSACTION_NOT_FOUND, NULL, NULL);
    hold->from = origin.log_size;
    return REASON_DONE;
}

static enum reason parse(const struct http_request *request, struct legal_hold *hold, struct failure *failure)
{
    struct json_fields fields;
    json_fields_parse(&fields, request->body.bytes, request->body_size, failure);
    json_fields_text(&fields, "transaction", JSON_REQUIRED, hold->transaction, sizeof hold->transaction);
    json_fields_text(&fields, "reason", JSON_REQUIRED, hold->reason, sizeof hold->reason);
    return json_fields_end(&fields);
}

/* What is named in the path, and why it is lifted. */
static enum reason read_lifting(
    const struct http_request *request, struct legal_hold *hold, struct failure *failure)
{
    const char *justification = http_request_query(request, "justification");
    if (strlen(justification) >= sizeof hold->reason)
        return failure_set(failure, REASON_BAD_REQUEST, "justification", "must have at most %zu bytes",
            sizeof hold->reason - 1);
    if (request->parameter_size >= sizeof hold->transaction)
        return failure_set(failure, REASON_HOLD_NOT_FOUND, NULL, NULL);
    memcpy(hold->transaction, request->parameter, request->parameter_size);
    memcpy(hold->reason, justification, strlen(justification));
    return REASON_DONE;
}

static void act_on(struct kordond *kordond, struct http_request *request, bool lifts)
{
    struct failure failure = {0};
    struct act *act = calloc(1, sizeof *act);
    enum reason reason = act != NULL ? REASON_DONE : failure_set(&failure, REASON_NO_MEMORY, "holds", NULL);
    if (reason == REASON_DONE)
        reason = lifts ? read_lifting(request, &act->change.hold, &failure)
                       : parse(request, &act->change.hold, &failure);
    if (reason == REASON_DONE && !lifts)
        reason = find_beginning(kordond, &act->change.hold, &failure);
    if (reason != REASON_DONE) {
        reply_failure(request, &failure);
        free(act);
        return;
    }
    act->change.lifts = lifts;
    start(kordond, request, act);
}

void handle_hold_place(struct kordond *kordond, struct http_request *request)
{
    act_on(kordond, request, false);
}

void handle_hold_lift(struct kordond *kordond, struct http_request *request)
{
    act_on(kordond, request, true);
}
