/* redress_json.h: a case of redress as supervisors are shown it, and what each request about one begins with. Loop's thread. */
#ifndef KORDON_DAEMON_API_REDRESS_JSON_H
#define KORDON_DAEMON_API_REDRESS_JSON_H

#include "daemon/api/call.h"
#include "daemon/redress/change.h"
#include "daemon/transactions/referral_opening.h"
#include "json/writer.h"

/* The key of the case whose number the path has. REDRESS_NOT_FOUND where it can't be one; KEY_MISSING, CRYPTO_FAILED, NO_MEMORY. */
enum reason path_redress(struct kordond *kordond, const struct http_request *request,
    uint8_t key[static CASE_RECORD_KEY_BYTES], struct failure *failure);

/* The same, or what the log calls the case by (*marked; redress_mark()), of who may read the log: for a person who has lost the number, and whose referral
 * is no more. Another one is told what he is told of no number. */
enum reason path_redress_or_mark(struct kordond *kordond, const struct http_request *request,
    uint8_t key[static CASE_RECORD_KEY_BYTES], bool *marked, struct failure *failure);

/* All that is kept of it, but the key: adds members. */
void redress_write(struct json_writer *json, const struct redress_case *of);

/* Which fingers a crossing for each purpose that searches the list takes, and which of them are not among kept (a bit, 1u << position, each); nothing of who
 * consents to none. Whether some of the case's own purpose are missing. */
bool redress_write_needed(
    struct json_writer *json, const struct kordond *kordond, const struct redress_case *of, uint32_t kept);

/* Cases whose place it took by that; nothing where it took none's. */
void redress_write_replaced(struct json_writer *json, const struct redress_change *change);

/* What the number that the traveller showed says of the candidate of that rank, for those who verify the match; NULL without memory. On a thread that reads
 * the state. opening: of a match at whose opening one was shown (redress_was_shown()). */
bool redress_was_shown(const struct referral_opening *opening);
json_t *redress_told_json(struct store *store, const struct referral_opening *opening, uint32_t rank);

#endif
