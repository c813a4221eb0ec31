/* record.h: how far the erasure of what may no longer be kept has come: a document of the state. Any thread; a store's functions that of the store.
 */
#ifndef KORDON_DAEMON_RETENTION_RECORD_H
#define KORDON_DAEMON_RETENTION_RECORD_H

#include "daemon/retention/ages.h"
#include "policy/policy.h"
#include "store/store.h"

/* L5: what is left of the log goes a year behind the data. */
#define RETENTION_LOG_DAYS 365

/* What may be erased when. */
struct retention_rule {
    char purpose[POLICY_NAME_SIZE]; /* travellers' data of that purpose; "": all that is erased at all */
    uint32_t days;
    uint64_t looked; /* entries below this one were looked at for it */
};

#define RETENTION_RULES_MAX (POLICY_PURPOSES_MAX + 1)

struct retention_record {
    struct retention_ages ages;
    struct retention_rule rules[RETENTION_RULES_MAX];
    size_t rule_count;
};

/* The state's; empty where there is none yet. BAD_VALUE; document_read()'s reasons. */
enum reason retention_record_read(
    struct store *store, struct retention_record *record, struct failure *failure);

/* As the document has it: malloc'd; NULL without memory. */
char *retention_record_text(const struct retention_record *record);

/* Puts the policy's rules in the place of those that were, which say how far each had come. */
void retention_record_take_policy(struct retention_record *record, const struct policy *policy);

/* Each rule looks again from there. */
void retention_record_look_again(struct retention_record *record, uint64_t from);

#endif
