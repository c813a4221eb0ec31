/* opening.h: a transaction is opened behind a look at what is kept of the traveller's document, where one was named. Loop's thread. */
#ifndef KORDON_DAEMON_TRANSACTIONS_OPENING_H
#define KORDON_DAEMON_TRANSACTIONS_OPENING_H

#include "daemon/threads/store_reader.h"
#include "daemon/transactions/transaction.h"

/* In the caller's memory until done(), which comes exactly once, maybe before the start returns. */
struct transaction_opening {
    void (*done)(struct transaction_opening *opening); /* set by the caller */
    /* valid in done(): of transaction_open(); NULL where reason is not DONE */
    enum reason reason;
    struct failure failure;
    struct transaction *transaction;
    /* private */
    struct transactions *transactions;
    struct principal owner;
    struct transaction_request request;
    struct postponed postponed;
    struct reader_job job;
};

/* done is set, the rest zeroed. The request is copied; the document in it goes here, the caller wipes his. A note that can't be read is
 * no reason to open none: the transaction says so. */
void transaction_opening_start(struct transactions *transactions, struct transaction_opening *opening,
    const struct principal *owner, const struct transaction_request *request);

#endif
