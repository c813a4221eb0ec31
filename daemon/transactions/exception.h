/* exception.h: a transaction ends without a comparison because nothing is or can be captured: exempt, impossible, put off, unchecked.
 *
 * It has its entry, its receipt and its recall as any other; it never has a comparison decision, since nothing was compared. Loop's
 * thread.
 */
#ifndef KORDON_DAEMON_TRANSACTIONS_EXCEPTION_H
#define KORDON_DAEMON_TRANSACTIONS_EXCEPTION_H

#include "config/config.h"
#include "daemon/transactions/request.h"
#include "daemon/transactions/transaction.h"
#include "json/writer.h"
#include "policy/policy.h"

/* Whether the exception may be made of what that request says, by who holds these roles. BAD_VALUE names what is wrong with it; NOT_EXEMPT
 * where it says "not applicable" and the policy takes this traveller's fingerprints; AGE_NOT_PERMITTED and GROUP_EXEMPT where it says that they
 * can't be captured, and they must not be; those of rules_check_purpose(). */
enum reason exception_check(const struct policy *policy, unsigned roles,
    const struct transaction_request *request, const struct exception_request *exception,
    struct failure *failure);

/* Ends the transaction so, recorded and then told. Those of exception_check(), STOPPING, TRANSACTION_STATE: then the waiter is not told. */
enum reason transaction_except(struct transaction *transaction, const struct exception_request *exception,
    struct transaction_waiter *waiter, struct failure *failure);

/* What the log and the owner are both told of it: kind, reason, text, due. Adds members. */
void exception_write(const struct transaction *transaction, struct json_writer *json);

#endif
