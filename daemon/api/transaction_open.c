/* transaction_open.c: a transaction is opened, and where nothing is to be captured ended at once. */
#include <stdlib.h>

#include "base/locked_memory.h"
#include "daemon/api/routes.h"
#include "daemon/api/transaction_request.h"
#include "daemon/api/transaction_step.h"
#include "daemon/transactions/exception.h"
#include "daemon/transactions/opening.h"

struct open_request {
    struct transaction_opening opening; /* first: the opening is the request */
    struct transaction_step *step;
    struct exception_request exception;
};

static void on_opened(struct transaction_opening *opening)
{
    struct open_request *open = (struct open_request *)opening;
    struct transaction_step *step = open->step;
    struct failure failure = opening->failure;
    step->transaction = opening->transaction;
    if (opening->reason != REASON_DONE)
        transaction_step_begun(step, opening->reason, &failure);
    else if (open->exception.kind == EXCEPTION_NONE)
        transaction_step_opened(step);
    else
        transaction_step_begun(
            step, transaction_except(step->transaction, &open->exception, &step->waiter, &failure), &failure);
    memory_wipe(open, sizeof *open);
    free(open);
}

/* NULL with the request answered. */
static struct open_request *begin(
    struct kordond *kordond, struct http_request *request, const struct exception_request *exception)
{
    struct open_request *open = calloc(1, sizeof *open);
    struct transaction_step *step = NULL;
    if (open == NULL)
        reply_refuse(request, REASON_NO_MEMORY, "transaction", NULL);
    else
        step = transaction_step_new(kordond, request, NULL);
    if (step == NULL) {
        free(open);
        return NULL;
    }
    step->opens = true;
    open->opening.done = on_opened;
    open->step = step;
    open->exception = *exception;
    return open;
}

void handle_transaction_open(struct kordond *kordond, struct http_request *request)
{
    struct failure failure = {0};
    struct transaction_request wanted;
    struct open_request *open = NULL;
    const struct principal owner = request->principal;
    if (transaction_request_parse(request->body.bytes, request->body_size, &wanted, &failure) != REASON_DONE)
        reply_failure(request, &failure);
    else
        open = begin(kordond, request, &wanted.exception);
    if (open != NULL)
        transaction_opening_start(&kordond->transactions, &open->opening, &owner, &wanted);
    transaction_request_wipe(&wanted);
}
