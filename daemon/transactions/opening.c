#include "daemon/transactions/opening.h"

static void open_it(struct transaction_opening *opening)
{
    opening->reason = transaction_open(
        opening->transactions, &opening->owner, &opening->request, &opening->transaction, &opening->failure);
    if (opening->reason == REASON_DONE)
        opening->transaction->postponed = opening->postponed;
    opening->done(opening); /* its memory may be gone */
}

static enum reason run_look(struct reader_job *job, struct store *store, struct failure *failure)
{
    struct transaction_opening *opening = job->data;
    (void)failure; /* they have it: the transaction is opened all the same */
    postponed_find(&opening->postponed, store, opening->request.document.key);
    return REASON_DONE;
}

static void on_looked(struct reader_job *job)
{
    struct transaction_opening *opening = job->data;
    struct transactions *transactions = opening->transactions;
    if (job->reason != REASON_DONE)
        opening->postponed.why = job->failure;
    open_it(opening);
    work_end(transactions->work);
}

void transaction_opening_start(struct transactions *transactions, struct transaction_opening *opening,
    const struct principal *owner, const struct transaction_request *request)
{
    struct failure *failure = &opening->failure;
    opening->transactions = transactions;
    opening->owner = *owner;
    opening->request = *request;
    opening->reason = postponed_seal_document(transactions, &opening->request.document, failure);
    if (opening->reason == REASON_DONE)
        opening->reason =
            transaction_check_opening(transactions, &opening->owner, &opening->request, failure);
    if (opening->reason != REASON_DONE) {
        opening->done(opening);
        return;
    }
    if (!opening->request.document.named) {
        open_it(opening);
        return;
    }
    failure_set(&opening->postponed.why, REASON_STOPPING, NULL, NULL);
    if (transactions->workers->reader == NULL) {
        open_it(opening);
        return;
    }
    opening->job = (struct reader_job){.run = run_look, .done = on_looked, .data = opening, .awaited = true};
    work_begin(transactions->work);
    store_reader_run(transactions->workers->reader, &opening->job);
}
