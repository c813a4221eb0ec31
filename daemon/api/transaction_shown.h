/* transaction_shown.h: a transaction that memory knows, or its receipt, is shown to somebody else than its owner: that is recorded before
 * (L4), as the log's answers are (transaction_recalled.h). Loop's thread. */
#ifndef KORDON_DAEMON_API_TRANSACTION_SHOWN_H
#define KORDON_DAEMON_API_TRANSACTION_SHOWN_H

#include "daemon/api/transaction_recalled.h"

/* H5: what it came to is withheld from him: the entry about the look would say so. */
bool transaction_is_withheld(
    const struct kordond *kordond, const struct http_request *request, const char *transaction);

/* REFERRAL_STATE: what it came to is withheld from him (transaction_is_withheld()). */
void transaction_refuse_withheld(struct http_request *request);

/* Answers with the receipt: of the log for who may read it, to others the plain one. */
void transaction_answer_receipt(struct http_request *request, const struct transaction *transaction);

/* Answers the request. use: RECALLED_SHOW or RECALLED_RECEIPT; role: the one by which the principal may see it. BUSY where it ends while that is recorded. */
void transaction_show_recorded(struct kordond *kordond, struct http_request *request,
    const struct transaction *transaction, enum recalled_use use, enum role role);

#endif
