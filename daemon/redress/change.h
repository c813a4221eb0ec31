/* change.h: a case of redress is made, gets a finger that the person consents to have kept, ends: the case, and the pair that transactions are read, in
 * one commit with the entry that says who did it, and why. Loop's thread, where nothing else is said.
 */
#ifndef KORDON_DAEMON_REDRESS_CHANGE_H
#define KORDON_DAEMON_REDRESS_CHANGE_H

#include "daemon/evidence.h"
#include "daemon/redress/pair.h"

enum redress_act {
    /* A case is made; where that is asked for one of the same referral ends, and its letter is void: at once, or if that serves and the new one is to have
     * fingers, when the first is kept. */
    REDRESS_RECORD,
    REDRESS_ADD_FINGER,    /* a finger is kept for it */
    REDRESS_REFUSE_FINGER, /* one agrees with an entry too well: it is counted for the referral, and not kept */
    REDRESS_REMOVE,        /* a supervisor ends it */
    REDRESS_EXPIRE,        /* its last day is over */
    REDRESS_ACT_COUNT
};

/* What the log calls cases by. */
struct redress_marks {
    char marks[CLEARED_ENTRIES_MAX][REDRESS_MARK_SIZE];
    size_t count;
};

/* They as an array; NULL without memory. */
json_t *redress_marks_json(const struct redress_marks *marks);

/* In the memory of whoever waits, from a start until done(), which comes exactly once. */
struct redress_change {
    /* filled in by the caller */
    void (*done)(struct redress_change *change);
    struct evidence *evidence;
    enum redress_act act;
    /* RECORD: all of it but the log's numbers; else its key; in done() as it was, or is now. */
    struct redress_case of;
    bool marked;   /* REMOVE: of.key is what the log calls the case by */
    bool replaces; /* RECORD: it may take the place of a case of the same referral that is not over */
    /* RECORD: as whom the register has those who had a part in its referral (referral_registered_as()); taken over; NULL: there is none */
    json_t *registered_as;
    const char *why;              /* the reason, or justification; borrowed; NULL: none is said */
    struct cleared_finger finger; /* of both; of ADD_FINGER its template is borrowed until done() */
    uint8_t basis[DIGEST_BYTES];  /* of both: of the pair for which it was compared (redress_pair_basis()) */
    int32_t today;
    /* valid in done(). DONE: it is durable, outcome is its entry's. REDRESS_NOT_FOUND, REDRESS_STATE (an entry of the list says something else than when
     * people told him apart from it; no consent; its day is over; too many fingers were refused; the referral has a case, and nobody said that it may go),
     * BUSY (the pair is another one than it was compared for), TOO_LARGE, STATE_UNPROVEN, those of an entry that could not be written */
    enum reason reason;
    struct failure failure;
    struct journal_outcome outcome;
    struct redress_marks replaced; /* RECORD, ADD_FINGER: the cases whose place it took */
    /* RECORD: the case whose place it takes with its first finger; "": none */
    char serving[REDRESS_MARK_SIZE];
    uint32_t kept; /* a bit (1u << position) for each finger that is kept for the document from now on */
    /* private */
    json_t *body;
    struct journal_job job;
};

/* principal: who asks, in the role of a supervisor; NULL: kordond does it by itself. */
void redress_change_start(struct redress_change *change, const struct principal *principal);

/* What is taken back with another entry's commit: all cases of a referral. In the caller's memory from redress_take_back() until
 * redress_taken_back(). */
struct redress_taking_back {
    struct redress_pair_change change;
    struct locked_memory memory;
    struct case_record_change records[CLEARED_ENTRIES_MAX + 1];
    size_t record_count;
    struct redress_marks removed; /* what the log calls them by */
};

/* Finds what that takes: records, to be changed in that commit; body, of its entry, says which cases. On the thread that writes the store.
 * STATE_UNPROVEN and others of reading it; NO_MEMORY. */
enum reason redress_take_back(struct redress_taking_back *taking, struct store *store, const char *referral,
    const uint8_t document[static CASE_RECORD_KEY_BYTES], json_t *body, struct failure *failure);

/* Wipes what it holds. */
void redress_taken_back(struct redress_taking_back *taking);

/* The change, in bytes, by which what was refused for the referral's cases goes with the referral, or where a case of it stays, with the last one. On the
 * thread that writes the store. STATE_UNPROVEN and others of reading it; CRYPTO_FAILED, NO_MEMORY. */
enum reason redress_referral_gone(struct store *store, const char *referral,
    uint8_t bytes[static REDRESS_REFUSALS_BYTES], struct case_record_change *record, struct failure *failure);

/* Whether a finger may be kept for it on that day: REDRESS_STATE where the person did not consent, its last day is over, or too many were refused. */
enum reason redress_check_finger(const struct redress_case *of, int32_t today, struct failure *failure);

/* Whether each entry says what it said when he was told apart from it. On a thread that reads the store. REDRESS_STATE where one does not, or is there no
 * more. */
enum reason redress_check_entries(
    struct store *store, const struct redress_entry *entries, size_t count, struct failure *failure);

#endif
