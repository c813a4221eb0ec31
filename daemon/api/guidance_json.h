/* guidance_json.h: what a transaction's officer is told, for its answers and its events alike. Loop's thread. */
#ifndef KORDON_DAEMON_API_GUIDANCE_JSON_H
#define KORDON_DAEMON_API_GUIDANCE_JSON_H

#include "daemon/transactions/transaction.h"
#include "json/writer.h"

/* Adds guidance (where something is said), next_finger (null: none) and skipped_fingers (where there are some) to an object. */
void guidance_add(struct json_writer *object, const struct transaction *transaction);

#endif
