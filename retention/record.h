/* record.h: how far the erasure of what may no longer be kept has come: a document of the state. Any thread; a store's functions that of the store.
 */
#ifndef KORDON_RETENTION_RECORD_H
#define KORDON_RETENTION_RECORD_H

#include "retention/ages.h"
#include "policy/policy.h"
#include "store/store.h"

/* L5: what is left of the log goes a year behind the data. */
#define RETENTION_LOG_DAYS 365

/* What may be erased when. A purpose that the policy no longer names keeps the rule that it had last: what was recorded for it is kept as was said then. */
struct retention_rule {
    char purpose[POLICY_NAME_SIZE]; /* travellers' data of that purpose; "": all that is erased at all */
    uint32_t days;
    uint64_t looked; /* entries below this one were looked at for it */
};

#define RETENTION_RULES_MAX (2 * POLICY_PURPOSES_MAX + 1)

struct retention_rules {
    struct retention_rule items[RETENTION_RULES_MAX];
    size_t count;
    /* The longest of former purposes that found no room among them: their entries go with the log's rest, which waits for it. */
    uint32_t former_days;
};

/* Entries that could not be read when their turn came, each once: they are passed, and asked again by each run. */
#define RETENTION_UNREADABLE_MAX 64
struct retention_unreadable {
    uint64_t items[RETENTION_UNREADABLE_MAX];
    size_t count;
};

struct retention_record {
    struct retention_ages ages; /* zeroed: a policy came into force before the first run */
    struct retention_rules rules;
    struct retention_unreadable unreadable;
};

/* The state's; empty where there is none yet. BAD_VALUE; document_read()'s reasons. */
enum reason retention_record_read(
    struct store *store, struct retention_record *record, struct failure *failure);

/* As the document has it: malloc'd; NULL without memory. */
char *retention_record_text(const struct retention_record *record);

/* Puts the policy's rules first, each as far as it had come, then those of purposes that it no longer names, and last the one for all. */
void retention_rules_take_policy(struct retention_rules *rules, const struct policy *policy);

/* Each rule looks again from there. */
void retention_rules_look_again(struct retention_rules *rules, uint64_t from);

/* Notes one. False: there is no room for another. */
bool retention_unreadable_note(struct retention_unreadable *unreadable, uint64_t seq);

/* The record's text as it is to be from the commit on that puts next in the place of the policy before: so no purpose that was ever in force is
 * forgotten, however short it was. malloc'd. Reasons of retention_record_read(); NO_MEMORY. */
enum reason retention_record_follow(struct store *store, const struct policy *before,
    const struct policy *next, char **text, struct failure *failure);

#endif
