#include "daemon/api/transaction_shown.h"

#include "base/language.h"
#include "daemon/api/log_access.h"
#include "daemon/api/recorded.h"
#include "daemon/api/recorded_answer.h"
#include "daemon/api/reply.h"
#include "daemon/api/transaction_json.h"
#include "daemon/transactions/recall.h"
#include "daemon/transactions/states.h"
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

bool transaction_is_withheld(
    const struct kordond *kordond, const struct http_request *request, const char *transaction)
{
    const bool in_part = referrals_reads_in_part(&kordond->referrals, &request->principal);
    return referrals_withhold_result(&kordond->referrals, &request->principal, in_part, transaction);
}

void transaction_refuse_withheld(struct http_request *request)
{
    struct failure failure = {0};
    log_access_refuse("transaction", &failure);
    reply_failure(request, &failure);
}

/* H5: the entry about the look would stand before the one about the match. */
static bool has_ended_since(struct http_request *request, const struct transaction *transaction)
{
    if (!transaction_state_is_final(transaction->state))
        return false;
    reply_refuse(request, REASON_BUSY, "transaction", N_("it ended while the look was recorded: ask again"));
    return true;
}

static void show_open(struct kordond *kordond, struct http_request *request)
{
    const struct transaction *transaction = find(kordond, request);
    if (transaction != NULL && !has_ended_since(request, transaction))
        reply_json(request, 200, transaction_json(transaction));
}

static void show(struct kordond *kordond, struct http_request *request)
{
    const struct transaction *transaction = find(kordond, request);
    if (transaction != NULL && transaction_is_withheld(kordond, request, transaction->id))
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

static void show_receipt_open(struct kordond *kordond, struct http_request *request)
{
    const struct transaction *transaction = find(kordond, request);
    if (transaction != NULL && !has_ended_since(request, transaction))
        transaction_answer_receipt(request, transaction);
}

static recorded_answer *answer_of(const struct transaction *transaction, enum recalled_use use)
{
    if (transaction_state_is_final(transaction->state))
        return use == RECALLED_RECEIPT ? show_receipt : show;
    return use == RECALLED_RECEIPT ? show_receipt_open : show_open;
}

void transaction_show_recorded(struct kordond *kordond, struct http_request *request,
    const struct transaction *transaction, enum recalled_use use, enum role role)
{
    json_t *body = transaction_look_body(&kordond->evidence, &request->principal, role, transaction->id,
        http_request_query(request, "justification"),
        referrals_reads_in_part(&kordond->referrals, &request->principal));
    answer_when_recorded(kordond, request, body, answer_of(transaction, use));
}
