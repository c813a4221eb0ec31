#include "daemon/api/transaction_shown.h"

#include <stdio.h>

#include "daemon/api/log_access.h"
#include "daemon/api/recorded.h"
#include "daemon/api/recorded_answer.h"
#include "daemon/api/reply.h"
#include "daemon/api/transaction_json.h"
#include "daemon/transactions/recall.h"
#include "daemon/transactions/transaction.h"

/* NULL, and answered, where memory has forgotten it while the look was recorded. */
static const struct transaction *find(struct kordond *kordond, struct http_request *request)
{
    const struct transaction *transaction = transaction_find(
        &kordond->transactions, &request->principal, request->parameter, request->parameter_size, true);
    if (transaction == NULL)
        reply_refuse(request, REASON_BUSY, "transaction", "memory has just forgotten it; the log tells it");
    return transaction;
}

void transaction_refuse_withheld(struct http_request *request)
{
    struct failure failure = {0};
    log_access_refuse("transaction", &failure);
    reply_failure(request, &failure);
}

/* It may have come to a match while the look was recorded. */
static void show(struct kordond *kordond, struct http_request *request)
{
    const struct transaction *transaction = find(kordond, request);
    if (transaction != NULL &&
        referrals_withhold_result(&kordond->referrals, &request->principal, transaction->id))
        transaction_refuse_withheld(request);
    else if (transaction != NULL)
        reply_json(request, 200, transaction_json(transaction));
}

void transaction_answer_receipt(struct http_request *request, const struct transaction *transaction)
{
    const char *receipt =
        may_read_log(&request->principal) ? transaction->receipt : transaction->plain_receipt;
    if (receipt != NULL)
        reply_text(request, receipt);
    else
        reply_refuse(request, REASON_TRANSACTION_STATE, "receipt", "the transaction is %s",
            transaction_state_name(transaction->state));
}

static void show_receipt(struct kordond *kordond, struct http_request *request)
{
    const struct transaction *transaction = find(kordond, request);
    if (transaction != NULL)
        transaction_answer_receipt(request, transaction);
}

void transaction_show_recorded(
    struct kordond *kordond, struct http_request *request, enum recalled_use use, enum role role)
{
    char id[TRANSACTION_ID_SIZE];
    snprintf(id, sizeof id, "%.*s", (int)request->parameter_size, request->parameter);
    json_t *body = transaction_look_body(&kordond->evidence, &request->principal, role, id,
        http_request_query(request, "justification"), referral_reads_in_part(request->principal.roles));
    answer_when_recorded(kordond, request, body, use == RECALLED_RECEIPT ? show_receipt : show);
}
