/* log_access.h: what the log says of whoever reads it (L4), and what he is not shown (H5). Loop's thread, but where it says another. */
#ifndef KORDON_DAEMON_API_LOG_ACCESS_H
#define KORDON_DAEMON_API_LOG_ACCESS_H

#include "daemon/api/state_reading.h"
#include "daemon/kordond.h"
#include "json/writer.h"

/* Begins the body of the entry about a look at the log: who, why, and what is read: a word. */
void log_access_begin(struct json_writer *body, const struct kordond *kordond,
    const struct http_request *request, const char *what);

/* The transaction that the entry, {"head", "body"}, is about; NULL: none, or its body is gone. The entry's. Any thread. */
const char *log_access_transaction(const json_t *entry);

/* Of a log of so many entries those that the reader may be shown, once the entry about his reading is durable: nothing behind that one. Who has read of a
 * match is whose reading stands behind it (log_readers.h), and a match that came meanwhile may not be known here yet. Reading thread, too. */
uint64_t log_access_size(const struct state_reading *reading, uint64_t size);

/* Whether the body of the entry, {"head", "body"}, is not shown to him now: it is about a match that he judges, or may still judge (H5). */
bool log_access_is_withheld(const struct state_reading *reading, const json_t *entry);

/* The same of that transaction's entries; NULL: of any. */
bool log_access_withholds(const struct state_reading *reading, const char *transaction);

/* REFERRAL_STATE: what he asks for can't be shown to him without such a body. */
enum reason log_access_refuse(const char *what, struct failure *failure);

#endif
