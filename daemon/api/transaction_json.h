/* transaction_json.h: a transaction and its result as the API shows them.
   A new object, the caller's. Loop's thread. */
#ifndef KORDON_DAEMON_API_TRANSACTION_JSON_H
#define KORDON_DAEMON_API_TRANSACTION_JSON_H

#include <jansson.h>

#include "daemon/transactions/transaction.h"

/* As it ends: what struct transactions shows it with. NULL without memory. */
json_t *transaction_json_of(const struct transaction *transaction, const struct transaction_view *view);

/* As it is now, with its result once that is durable; NULL without memory. */
json_t *transaction_json(const struct transaction *transaction);

#endif
