/* transaction_step.h: a client that waits for a step of a transaction, and is answered with the transaction when it is done. Loop's thread. */
#ifndef KORDON_DAEMON_API_TRANSACTION_STEP_H
#define KORDON_DAEMON_API_TRANSACTION_STEP_H

#include "daemon/api/call.h"
#include "daemon/transactions/transaction.h"

struct transaction_step {
    struct transaction_waiter waiter; /* first: the waiter is the step */
    struct call call;
    struct transaction *transaction;
    bool opens; /* it is answered as one that was made: 201, with its place */
};

/* NULL with the request answered: there is no memory. transaction NULL: it is opened in the step, by who fills it in. */
struct transaction_step *transaction_step_new(
    struct kordond *kordond, struct http_request *request, struct transaction *transaction);

/* Says how the step began: one that was not begun is answered at once and freed; one that was is answered when it is told. */
void transaction_step_begun(struct transaction_step *step, enum reason reason, const struct failure *failure);

/* Answers that it was opened, and frees the step. */
void transaction_step_opened(struct transaction_step *step);

#endif
