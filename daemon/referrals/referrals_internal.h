/* referrals_internal.h: what the room's files that change the table share. */
#ifndef KORDON_DAEMON_REFERRALS_REFERRALS_INTERNAL_H
#define KORDON_DAEMON_REFERRALS_REFERRALS_INTERNAL_H

#include "daemon/referrals/referrals.h"

/* Tells whoever listens that it looks otherwise now. */
void referral_changed(const struct referrals *referrals, const struct referral *referral);

/* Begins to read the slots again where that is wanted; what is found is there when it is under way no more. */
void match_search_look(struct referrals *referrals, int64_t now_ms);

/* M2: erases the probe of a match whose referrals all have an outcome when its time is over, and when the log's is over what was decided. */
void match_erasure_look(struct referrals *referrals, int64_t now_ms);

#endif
