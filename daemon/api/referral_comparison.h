/* referral_comparison.h: a finger of the probe beside one of the person on the list, as who verifies a match is shown them. On the reading thread.
 */
#ifndef KORDON_DAEMON_API_REFERRAL_COMPARISON_H
#define KORDON_DAEMON_API_REFERRAL_COMPARISON_H

#include <jansson.h>

#include "daemon/referrals/seat.h"
#include "daemon/transactions/referral_opening.h"
#include "store/watchlist.h"

/* What is compared. Borrowed. */
struct referral_comparison {
    const struct referral_opening *opening;
    const struct referral_finger *probe;
    uint32_t rank;   /* of the candidate, from 1 on; the opening has it */
    uint32_t number; /* by which it is told: within the referral */
    bool reference_given;
    enum finger_position reference; /* where given; else the finger that agrees best */
    enum entry_since since;         /* the match */
    bool score_shown;
    uint64_t searches_a_day; /* that are made here */
};

/* The minutiae of both, which of them the comparison takes for the same, and, where it is shown, the score and what it means. *json: new. ENTRY_NOT_FOUND where the list does not
 * have that person any more; BAD_VALUE (no such finger), PROBE_NOT_KEPT, MEMLOCK_LIMIT, NO_MEMORY, those of reading the list. */
enum reason referral_compare(struct store *store, const struct referral_comparison *comparison, json_t **json,
    struct failure *failure);

/* A listed finger's picture as it was compared; it stays zeroed where the list has none. Those of enrol_picture_of_original(). */
enum reason reference_picture(
    const struct watchlist_finger *finger, struct kept_picture *picture, struct failure *failure);

/* What can be shown of the finger beside its picture: quality, minutiae; number: which it is of those at its position. NULL without memory. */
json_t *reference_json(
    const struct watchlist_finger *finger, uint32_t number, const struct kept_picture *picture);

#endif
