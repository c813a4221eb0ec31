/* since.h: with what the machine compared, and what is on the list by now: examiners see the latter. Loop's thread. */
#ifndef KORDON_DAEMON_REFERRALS_SINCE_H
#define KORDON_DAEMON_REFERRALS_SINCE_H

#include "daemon/referrals/referrals.h"

/* What became of the entry of that candidate, by the list in force. */
enum entry_since entry_since_of(const struct list *list, const struct identification_candidate *candidate);

/* Fills in all of the referral's candidates, in the order of their numbers, and gives their count; 0 where its probe is closed. */
size_t referral_standings(const struct referrals *referrals, const struct referral *referral,
    struct referral_standing standings[static MATCHER_CANDIDATES_MAX]);

#endif
