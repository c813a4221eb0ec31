/* clearance.h: whether a case of redress may rest on a referral, and who may make it (H6).
 *
 * An insider who would clear whom he should not needs others for it: people who had no part in it must have found a false positive, and whoever
 * clears had none. Pure; any thread.
 */
#ifndef KORDON_DAEMON_REFERRALS_CLEARANCE_H
#define KORDON_DAEMON_REFERRALS_CLEARANCE_H

#include "daemon/referrals/referral.h"

/* Fills in what the case has from the referral: its ids, purpose, entries; document: that was named for the case. REFERRAL_NOT_FOUND, NOT_PERMITTED (no
 * supervisor, his own transaction, he verified or decided it), REFERRAL_STATE (it is no false positive), REDRESS_STATE (what its entries said is not
 * known, or one was changed before people compared with it), BAD_VALUE (another document than the one of the transaction, or that one named none). */
enum reason referral_clear(const struct referral_case *of, const struct referral_course *course,
    const struct principal *by, const uint8_t document[static CASE_RECORD_KEY_BYTES],
    struct redress_case *made, struct failure *failure);

#endif
