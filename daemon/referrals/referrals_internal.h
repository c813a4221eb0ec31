/* referrals_internal.h: what the room's files that change the table share. */
#ifndef KORDON_DAEMON_REFERRALS_REFERRALS_INTERNAL_H
#define KORDON_DAEMON_REFERRALS_REFERRALS_INTERNAL_H

#include "daemon/referrals/referrals.h"

/* Tells whoever listens that it looks otherwise now. */
void referral_changed(const struct referrals *referrals, const struct referral *referral);

/* M2: erases the probes of matches whose referrals all have an outcome, when their time is over. */
void probe_erasure_look(struct referrals *referrals, int64_t now_ms);

#endif
