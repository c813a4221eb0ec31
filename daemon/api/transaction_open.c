/* transaction_open.c: a transaction is opened, and where nothing is to be captured ended at once. */
#include "daemon/api/routes.h"
#include "daemon/api/transaction_request.h"
#include "daemon/api/transaction_step.h"
#include "daemon/transactions/exception.h"

static void open_it(
    struct transaction_step *step, const struct principal *owner, const struct transaction_request *wanted)
{
    struct failure failure = {0};
    struct transactions *transactions = &step->call.kordond->transactions;
    enum reason reason = transaction_open(transactions, owner, wanted, &step->transaction, &failure);
    if (reason != REASON_DONE)
        transaction_step_begun(step, reason, &failure);
    else if (wanted->exception.kind == EXCEPTION_NONE)
        transaction_step_opened(step);
    else
        transaction_step_begun(step,
            transaction_except(step->transaction, &wanted->exception, &step->waiter, &failure), &failure);
}

void handle_transaction_open(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    struct transaction_request wanted;
    const struct principal owner = request->principal;
    enum reason reason =
        transaction_request_parse(request->body.bytes, request->body_size, &wanted, &failure);
    struct transaction_step *step = NULL;
    if (reason != REASON_DONE)
        reply_failure(request, &failure);
    else
        step = transaction_step_new(kordond, request, NULL);
    if (step != NULL) {
        step->opens = true;
        open_it(step, &owner, &wanted);
    }
    transaction_request_wipe(&wanted);
}
