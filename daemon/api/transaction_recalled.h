/* transaction_recalled.h: requests for a transaction that memory no longer has, or whose end it does not know, answered by what the log
 * has. Loop's thread.
 */
#ifndef KORDON_DAEMON_API_TRANSACTION_RECALLED_H
#define KORDON_DAEMON_API_TRANSACTION_RECALLED_H

#include "daemon/kordond.h"

/* What is asked for. */
enum recalled_use {
    RECALLED_SHOW,
    RECALLED_RECEIPT,
    RECALLED_DECISION,  /* that it be decided: as it was, where it was */
    RECALLED_EXCEPTION, /* that it be ended without a comparison: too late */
    RECALLED_CANCEL,    /* that it be given up: too late */
};

/* Answers the request, for the transaction of its path, now or later. any_owner_roles: who may ask for another's. */
void transaction_answer_recalled(
    struct kordond *kordond, struct http_request *request, enum recalled_use use, unsigned any_owner_roles);

#endif
