/* refusals.h: how many fingers were refused for the cases of a referral because they agree with an entry too well (H6).
 *
 * Each refusal tells whoever gives fingers whether one comes above the entry: that is not to be tried without end. So they are counted for the referral,
 * whoever gives them, and for whichever of its cases. The count is a record of its own: it stays when a case is removed, expires or is made anew, as
 * long as the referral is kept, of which another one can be made, or a case of it. Thread rule: that of the store.
 */
#ifndef KORDON_DAEMON_REDRESS_REFUSALS_H
#define KORDON_DAEMON_REDRESS_REFUSALS_H

#include <stdbool.h>

#include "store/case_record.h"

/* Behind so many no finger is taken any more for a case of that referral. */
#define REDRESS_REFUSALS_MAX 3

/* Zeroed: none. */
struct redress_refusals {
    uint32_t count;     /* at most REDRESS_REFUSALS_MAX */
    bool referral_gone; /* what people decided is erased: no case can be made of it any more */
};

#define REDRESS_REFUSALS_BYTES 2

/* Those of the referral of that id. STATE_UNPROVEN where that is not known, which is no "none"; CRYPTO_FAILED, NO_MEMORY. */
enum reason redress_refusals_find(
    struct store *store, const char *referral, struct redress_refusals *refusals, struct failure *failure);

/* The change that keeps them so, in bytes; NULL: nothing is kept of them any more. CRYPTO_FAILED, NO_MEMORY. */
enum reason redress_refusals_keep(struct store *store, const char *referral,
    const struct redress_refusals *refusals, uint8_t bytes[static REDRESS_REFUSALS_BYTES],
    struct case_record_change *record, struct failure *failure);

#endif
