/* recorded.h: what a caller is told of the entry that his request led to. Where an entry stands in the log, and so how many come between two of
 * his, is told to those alone who may read the log: others would see when somebody works on a match (P6). Loop's thread.
 */
#ifndef KORDON_DAEMON_API_RECORDED_H
#define KORDON_DAEMON_API_RECORDED_H

#include "daemon/principal.h"
#include "json/writer.h"
#include "store/journal.h"

/* Whether he is a supervisor or an auditor (LOG_READERS). */
bool may_read_log(const struct principal *principal);

/* The entry's number and its receipt; for who may not read the log the plain receipt, where it has one. */
void recorded_write(struct json_writer *json, bool reads_log, const struct journal_outcome *outcome);

#endif
