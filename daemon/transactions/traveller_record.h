/* traveller_record.h: what was said of the traveller, as the log and the owner are told it: group, age, company. Pure; any thread. */
#ifndef KORDON_DAEMON_TRANSACTIONS_TRAVELLER_RECORD_H
#define KORDON_DAEMON_TRANSACTIONS_TRAVELLER_RECORD_H

#include "daemon/transactions/request.h"
#include "json/writer.h"

/* Adds "traveller_group", "age_band", "accompanied", "presumed" where something was, and for whom may be a child "scores_validated": false
 * (fingers grow: no calibration of ours knows children). */
void traveller_write(const struct transaction_request *request, struct json_writer *json);

#endif
