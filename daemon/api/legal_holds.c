/* legal_holds.c: what is not erased while a proceeding needs it: shown, placed, lifted. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "daemon/api/personal_act.h"
#include "daemon/api/recorded.h"
#include "daemon/api/routes.h"
#include "daemon/api/state_reading.h"
#include "daemon/retention/hold_change.h"
#include "json/fields.h"
#include "json/writer.h"

#define NUMBER_MAX (INT64_C(1) << 52)

/* --- Shown ----------------------------------------------------------------------------------------------------- */

struct look {
    struct state_reading base; /* first: the base's job is the look */
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
    state_reading_end(&look->base);
    free(look);
}

void handle_holds_show(struct kordond *kordond, struct http_request *request)
{
    const struct look wanted = {.base.job = {.run = look_run, .done = look_done}};
    struct look *look = state_reading_new(request, "holds", &wanted, sizeof wanted);
    if (look != NULL)
        state_reading_start_unrecorded(&look->base, kordond, request);
}

/* --- Placed and lifted ----------------------------------------------------------------------------------------- */

struct hold_act {
    struct hold_change change; /* first: the change is the act */
    struct personal_act base;
};

static void on_changed(struct hold_change *change)
{
    struct hold_act *act = (struct hold_act *)change;
    struct json_writer json;
    if (change->reason == REASON_DONE) {
        json_writer_object(&json);
        legal_hold_write_name(&json, &change->hold);
        recorded_write(&json, act->base.call.reads_log, &change->outcome);
        call_answer(&act->base.call, change->lifts ? 200 : 201, json_writer_end(&json));
    } else {
        personal_act_fail(&act->base, &change->failure);
    }
    journal_outcome_finish(&change->outcome);
    free(act);
}

static void start(struct kordond *kordond, struct http_request *request, struct hold_act *act)
{
    act->change.done = on_changed;
    act->change.evidence = &kordond->evidence;
    act->change.hold.auditor = (request->principal.roles & ROLE_AUDITOR) != 0;
    personal_act_start(&act->base, kordond, request);
    hold_change_start(&act->change, &act->base.principal);
}

/* Where its entries begin is in its id; what is no id of this post's has none. */
static enum reason find_beginning(
    const struct kordond *kordond, struct legal_hold *hold, struct failure *failure)
{
    struct transaction_origin origin = {0};
    const char *id = hold->transaction;
    if (id[0] == '\0')
        return REASON_DONE;
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
    json_fields_text(&fields, "transaction", JSON_OPTIONAL, hold->transaction, sizeof hold->transaction);
    int64_t entry = json_fields_integer(&fields, "entry", JSON_OPTIONAL, 0, NUMBER_MAX, -1);
    if ((entry >= 0) == (hold->transaction[0] != '\0'))
        json_fields_refuse(&fields, "transaction", N_("either a transaction or an entry is held"));
    hold->from = entry >= 0 ? (uint64_t)entry : 0;
    json_fields_text(&fields, "reason", JSON_REQUIRED, hold->reason, sizeof hold->reason);
    return json_fields_end(&fields);
}

/* What is named in the path, and why it is lifted. */
static enum reason read_lifting(
    const struct http_request *request, struct legal_hold *hold, struct failure *failure)
{
    const char *justification = http_request_query(request, "justification");
    if (strlen(justification) >= sizeof hold->reason)
        return failure_set(failure, REASON_BAD_REQUEST, "justification", N_("must have at most %zu bytes"),
            sizeof hold->reason - 1);
    if (request->parameter_size >= sizeof hold->transaction)
        return failure_set(failure, REASON_HOLD_NOT_FOUND, NULL, NULL);
    memcpy(hold->transaction, request->parameter, request->parameter_size);
    const struct text named = {hold->transaction, strlen(hold->transaction)};
    if (text_number(named, NUMBER_MAX, &hold->from)) /* an id is longer than any */
        hold->transaction[0] = '\0';
    memcpy(hold->reason, justification, strlen(justification));
    return REASON_DONE;
}

static void act_on(struct kordond *kordond, struct http_request *request, bool lifts)
{
    struct failure failure = {0};
    struct hold_act *act = calloc(1, sizeof *act);
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
