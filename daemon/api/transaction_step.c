#include "daemon/api/transaction_step.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/api/idempotency.h"
#include "daemon/api/transaction_json.h"

static void answer(struct transaction_step *step, const struct transaction *transaction)
{
    char location[64];
    if (!step->opens) {
        call_answer(&step->call, 200, transaction_json(transaction));
        return;
    }
    snprintf(location, sizeof location, "/v1/transactions/%s", transaction->id);
    call_created(&step->call, location, transaction_json(transaction));
}

static void on_told(
    struct transaction_waiter *waiter, const struct transaction *transaction, const struct failure *failure)
{
    struct transaction_step *step = (struct transaction_step *)waiter;
    if (failure != NULL)
        call_fail(&step->call, failure);
    else
        answer(step, transaction);
    free(step);
}

static void on_left(struct call *call)
{
    struct transaction_step *step =
        (struct transaction_step *)((char *)call - offsetof(struct transaction_step, call));
    if (step->transaction != NULL)
        transaction_unattended(step->transaction, &step->waiter);
}

struct transaction_step *transaction_step_new(
    struct kordond *kordond, struct http_request *request, struct transaction *transaction)
{
    struct transaction_step *step = calloc(1, sizeof *step);
    if (step == NULL) {
        reply_refuse(request, REASON_NO_MEMORY, "transaction", NULL);
        return NULL;
    }
    step->waiter.told = on_told;
    step->transaction = transaction;
    if (request->repeatable != NULL)
        step->waiter.mark = request->repeatable->mark;
    call_start(&step->call, kordond, request);
    step->call.left = on_left;
    return step;
}

void transaction_step_begun(struct transaction_step *step, enum reason reason, const struct failure *failure)
{
    if (reason == REASON_DONE)
        return;
    call_refuse(&step->call, failure);
    free(step);
}

void transaction_step_opened(struct transaction_step *step)
{
    answer(step, step->transaction);
    free(step);
}
