#include "daemon/api/transaction_recalled.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/api/call.h"
#include "daemon/api/idempotency.h"
#include "daemon/api/log_access.h"
#include "daemon/api/recorded.h"
#include "daemon/transactions/recall.h"
#include "daemon/transactions/states.h"

struct recalled {
    struct transaction_recall recall; /* first: the recall is this */
    struct call call;
    enum recalled_use use;
    struct request_mark mark; /* of what is asked now */
};

static void refuse(struct recalled *recalled, const char *state)
{
    struct failure failure = {0};
    failure_set(&failure, REASON_TRANSACTION_STATE, "transaction", N_("its state is %s"), state);
    call_refuse(&recalled->call, &failure);
}

/* The key of the request that ended it, with another request. */
static bool is_misused(const struct request_mark *mark, const struct request_mark *recorded)
{
    return mark->key[0] != '\0' && strcmp(mark->key, recorded->key) == 0 && !request_mark_is(mark, recorded);
}

static void answer_step(struct recalled *recalled)
{
    const struct transaction_recall *recall = &recalled->recall;
    const char *state = json_string_value(json_object_get(recall->answer, "state"));
    bool decided = state != NULL && strcmp(state, transaction_state_name(TRANSACTION_STATE_DECIDED)) == 0;
    struct failure failure = {0};
    if (is_misused(&recalled->mark, &recall->mark)) {
        failure_set(&failure, REASON_IDEMPOTENCY_KEY_REUSED, "Idempotency-Key", NULL);
        call_refuse(&recalled->call, &failure);
    } else if ((recalled->use == RECALLED_DECISION && decided) ||
               request_mark_is(&recalled->mark, &recall->mark)) {
        call_answer(&recalled->call, 200, json_incref(recall->answer));
    } else {
        refuse(recalled, state != NULL ? state : "ended");
    }
}

static void answer(struct recalled *recalled)
{
    const struct transaction_recall *recall = &recalled->recall;
    switch (recalled->use) {
    case RECALLED_SHOW:
        call_answer(&recalled->call, 200, json_incref(recall->answer));
        break;
    case RECALLED_RECEIPT:
        if (recalled->call.request != NULL)
            reply_text(recalled->call.request, recall->receipt);
        break;
    case RECALLED_DECISION:
    case RECALLED_EXCEPTION:
    case RECALLED_CANCEL:
        answer_step(recalled);
        break;
    }
}

/* H5: what another's match came to. Asked when it is found: one that was on its way is known now. */
static bool is_withheld(const struct recalled *recalled)
{
    const struct transaction_recall *recall = &recalled->recall;
    return recalled->use == RECALLED_SHOW && recall->role != ROLE_TERMINAL &&
           referrals_withhold_result(
               &recalled->call.kordond->referrals, &recall->principal, recall->in_part, recall->id);
}

static void on_recalled(struct transaction_recall *recall)
{
    struct recalled *recalled = (struct recalled *)recall;
    if (recall->reason == REASON_DONE && is_withheld(recalled)) {
        log_access_refuse("transaction", &recalled->recall.failure);
        call_refuse(&recalled->call, &recalled->recall.failure);
    } else if (recall->reason == REASON_DONE)
        answer(recalled);
    else
        call_refuse(&recalled->call, &recall->failure);
    transaction_recall_finish(recall);
    free(recalled);
}

void transaction_answer_recalled(
    struct kordond *kordond, struct http_request *request, enum recalled_use use, unsigned any_owner_roles)
{
    struct failure failure = {0};
    const unsigned roles = request->principal.roles & any_owner_roles;
    const struct transaction_question question = {.principal = &request->principal,
        .id = request->parameter,
        .id_size = request->parameter_size,
        .any_owner = roles != 0,
        .role = (roles & ROLE_SUPERVISOR) != 0 ? ROLE_SUPERVISOR : ROLE_AUDITOR,
        .justification = http_request_query(request, "justification"),
        .in_part = referrals_reads_in_part(&kordond->referrals, &request->principal),
        .receipt = use != RECALLED_RECEIPT             ? RECALL_NO_RECEIPT
                   : may_read_log(&request->principal) ? RECALL_LOG_RECEIPT
                                                       : RECALL_PLAIN_RECEIPT};
    struct recalled *recalled = calloc(1, sizeof *recalled);
    if (recalled == NULL) {
        reply_refuse(request, REASON_NO_MEMORY, "transaction", NULL);
        return;
    }
    recalled->use = use;
    recalled->recall.done = on_recalled;
    if (request->repeatable != NULL)
        recalled->mark = request->repeatable->mark;
    if (transaction_recall_start(&kordond->transactions, &recalled->recall, &question, &failure) ==
        REASON_DONE) {
        call_start(&recalled->call, kordond, request);
        return;
    }
    free(recalled);
    reply_failure(request, &failure);
}
