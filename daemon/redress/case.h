/* case.h: a case of redress: a person who was taken for others and is told apart from them, by his document, for some time (H6).
 *
 * Where to read on, in the order in which the files call:
 *
 *     refusals.h     how many fingers a referral's cases were refused
 *     case.h         a case as it is kept
 *     pair.h         what of a document's cases those who open a transaction with it are read
 *     account.h      what the log says of a case
 *     change.h       a case is made, gets a finger, ends
 *     sample.h       a finger that the person consents to have kept, before it is
 *     expiry.h       cases whose last day is over go
 *
 * A case is found by a key that is made of its number (transactions/redress_number.h), which is nowhere in the state. Values; any thread, where nothing
 * else is said.
 */
#ifndef KORDON_DAEMON_REDRESS_CASE_H
#define KORDON_DAEMON_REDRESS_CASE_H

#include <jansson.h>

#include "daemon/principal.h"
#include "daemon/redress/refusals.h"
#include "daemon/transactions/redress_number.h"
#include "daemon/transactions/request.h"
#include "daemon/transactions/secrets.h"
#include "json/fields.h"
#include "matcher/matcher.h"
#include "store/cleared_pair.h"

#define REDRESS_REFERRAL_SIZE (TRANSACTION_ID_SIZE + 1) /* a referral's id, as referrals/referral.h has it */
#define REDRESS_REASON_SIZE   512
#define REDRESS_ENTRIES_MAX   32 /* of the log, that a case keeps the numbers of */

/* It ends at the latest so many days after it was made: the time after which an alert is reviewed (M3). */
#define REDRESS_DAYS_MAX 1096

/* An entry from which he was told apart, as it was, and how far he agreed with it when he was taken for it. */
struct redress_entry {
    struct cleared_entry entry;
    matcher_score score;
};

struct redress_case {
    uint8_t key[CASE_RECORD_KEY_BYTES];      /* of its record */
    uint8_t document[CASE_RECORD_KEY_BYTES]; /* the person's (store/cleared_pair.h) */
    char referral[REDRESS_REFERRAL_SIZE];    /* of which people said that he is none of them */
    char transaction[TRANSACTION_ID_SIZE];
    char purpose[REQUEST_NAME_SIZE];
    char legal_basis[REQUEST_TEXT_SIZE];
    int64_t since_ms;  /* UTC */
    int32_t until_day; /* the last day on which it counts */
    bool consent;      /* he consented to have fingers kept */
    /* With its first finger it takes the place of the referral's other one, which serves until then. */
    bool replaces;
    char by[PRINCIPAL_NAME_SIZE];
    char reason[REDRESS_REASON_SIZE];
    struct redress_entry entries[CLEARED_ENTRIES_MAX];
    size_t entry_count;                                /* at least 1 */
    enum finger_position fingers[CLEARED_FINGERS_MAX]; /* that he had kept for it */
    size_t finger_count;
    /* Fingers, for any case of its referral (refusals.h); kept beside it, and known where it was found. */
    uint32_t refused;
    /* The numbers of the log's entries about it; the first ones, where they are more. */
    uint64_t log[REDRESS_ENTRIES_MAX];
    size_t log_count;
};

/* As it is kept: malloc'd, with a zero byte behind it that size does not count; to be wiped, since it tells of somebody. NULL without memory. */
char *redress_case_text(const struct redress_case *of, size_t *size);

/* Reads all of it back. STATE_UNPROVEN for what was not written so, NO_MEMORY; then it is zeroed. */
enum reason redress_case_read(const uint8_t key[static CASE_RECORD_KEY_BYTES], const char *text, size_t size,
    struct redress_case *of, struct failure *failure);

/* The case of that key. REDRESS_NOT_FOUND where it is proven that there is none, STATE_UNPROVEN. Thread rule: that of the store. */
enum reason redress_case_find(struct store *store, const uint8_t key[static CASE_RECORD_KEY_BYTES],
    struct redress_case *of, struct failure *failure);

/* The case that the log calls by that mark (redress_mark_parse()); likewise. */
enum reason redress_case_find_marked(struct store *store, const uint8_t mark[static REDRESS_MARK_BYTES],
    struct redress_case *of, struct failure *failure);

/* Whether there is a case of that referral beside the one of that key (NULL: of any). STATE_UNPROVEN where that is not known. Thread rule: that of the
 * store. */
enum reason redress_case_is_of(
    struct store *store, const char *referral, const uint8_t *beside, bool *is, struct failure *failure);

/* Whether its last day has passed. */
bool redress_is_over(const struct redress_case *of, int32_t today);

/* Whether it has that finger. */
bool redress_case_has_finger(const struct redress_case *of, enum finger_position position);

/* Its entries as an array of references (ids); NULL without memory. */
json_t *redress_references_json(const struct redress_case *of);

/* Names of its fingers, numbers of its entries in the log: arrays; NULL without memory. */
json_t *redress_fingers_json(const struct redress_case *of);
json_t *redress_log_json(const struct redress_case *of);

/* Entries as they are kept, in whatever record; NULL without memory. */
json_t *redress_entries_write(const struct redress_entry *entries, size_t count);
void redress_entries_read(struct json_fields *fields, const char *key, enum json_need need,
    struct redress_entry entries[static CLEARED_ENTRIES_MAX], size_t *count);

/* What the list says of each now, as its digest. Reasons of cleared_entry_digest(). Thread rule: that of the store. */
enum reason redress_entries_note(
    struct store *store, struct redress_entry *entries, size_t count, struct failure *failure);

#endif
