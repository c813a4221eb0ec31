/* pair.h: the pair (store/cleared_pair.h) of a document, as all its cases have it: it is made anew of them whenever one of them changes.
 *
 * Entries are those of all cases of the document that are there and have a finger kept, fingers those that one of them keeps. A case without one adds no
 * entry: each finger was compared with each entry before both are in a pair (sample.h). An entry counts until the last day of a case that says of it what
 * the newest one does: a case that is over silences no other.
 */
#ifndef KORDON_DAEMON_REDRESS_PAIR_H
#define KORDON_DAEMON_REDRESS_PAIR_H

#include "daemon/redress/case.h"

/* How the document's cases change. */
struct redress_pair_change {
    uint8_t document[CASE_RECORD_KEY_BYTES];
    const struct redress_case *put; /* as it is from now on; NULL: none */
    const char *gone;               /* cases of that referral go; "": none but one of put's key */
    bool spares;          /* but for one that serves: a finger is kept for it, and its last day is not over */
    int32_t today;        /* for that */
    const uint8_t *ended; /* the case of that key goes; NULL: none */
    const struct cleared_finger *finger; /* that put has kept, in place of one at its position; NULL: none */
    /* found: the keys of those that go by their referral, and of the newest that is spared */
    uint8_t going[CLEARED_ENTRIES_MAX][CASE_RECORD_KEY_BYTES];
    size_t going_count;
    uint8_t spared[CASE_RECORD_KEY_BYTES];
    bool has_spared;
    uint32_t kept; /* a bit (1u << position) for each finger that the pair has from now on */
};

/* The entries that the pair has when put has a finger kept. Reasons as below. On a thread that reads the store. */
enum reason redress_pair_entries(struct redress_pair_change *change, struct store *store,
    struct redress_entry entries[static CLEARED_ENTRIES_MAX], size_t *count, struct failure *failure);

/* By what is known whether the pair is still the one that something was compared for: all zero where there is none. Reasons of case_record_find();
 * CRYPTO_FAILED. On a thread that reads the store. */
enum reason redress_pair_basis(struct store *store, const uint8_t document[static CASE_RECORD_KEY_BYTES],
    uint8_t basis[static DIGEST_BYTES], struct failure *failure);

/* Whether the pair has the case count on that day: it has a finger, its last day is not over, and of none of its entries a newer case says something else.
 * What the list says of them now is not asked. *kept: a bit (1u << position) for each finger that the pair keeps. Reasons of cleared_pair_find().
 * On a thread that reads the store. */
enum reason redress_pair_counts(struct store *store, const struct redress_case *of, int32_t today,
    bool *counts, uint32_t *kept, struct failure *failure);

/* Whether a case counts, and why not; the first that applies. */
#define REDRESS_STATE_LIST(STATE)                                                                            \
    STATE(OVER, "over")                       /* its last day has passed */                                  \
    STATE(TOO_ALIKE, "too_alike")             /* with an entry, as far as scores go: it never clears */      \
    STATE(NO_FINGER, "no_finger")             /* none is kept for it */                                      \
    STATE(ENTRY_CHANGED, "entry_changed")     /* an entry says something else than then, or is gone */       \
    STATE(SUPERSEDED, "superseded")           /* a newer case of the document says something else of one */  \
    STATE(FINGERS_MISSING, "fingers_missing") /* a crossing for its purpose takes one that is not kept */    \
    STATE(COUNTS, "counts")

enum redress_state {
#define REDRESS_STATE_ENUM(state, name) REDRESS_STATE_##state,
    REDRESS_STATE_LIST(REDRESS_STATE_ENUM)
#undef REDRESS_STATE_ENUM
};

/* The word; "?" for what is none. Constant. */
const char *redress_state_name(enum redress_state state);

/* What is known of a case beside what it says itself. */
struct redress_facts {
    bool changed;         /* of one of its entries the list says something else now */
    bool counts;          /* as redress_pair_counts() says */
    bool fingers_missing; /* a crossing for its purpose takes one of which the pair keeps none */
};

enum redress_state redress_state_of(
    const struct redress_case *of, int32_t today, const struct redress_facts *facts);

/* The record's change: bytes lie in *memory, and are valid until that is finished; NULL: there is no pair any more. TOO_LARGE where the cases have too
 * many entries or fingers together; STATE_UNPROVEN, MEMLOCK_LIMIT, NO_MEMORY. On the thread that writes it. */
enum reason redress_pair_make(struct redress_pair_change *change, struct store *store,
    struct locked_memory *memory, struct case_record_change *record, struct failure *failure);

#endif
