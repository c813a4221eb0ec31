/* acting_internal.h: an act of a person, on its way to the log; it is so when the log says so. Loop's thread. */
#ifndef KORDON_DAEMON_REFERRALS_ACTING_INTERNAL_H
#define KORDON_DAEMON_REFERRALS_ACTING_INTERNAL_H

#include "daemon/referrals/referrals_internal.h"

struct asking;

/* Tries the act on the referral, of which nothing is under way, and has it recorded. DONE: the waiter will be told, and asked is taken over: what was asked
 * before (asking_internal.h), NULL where whoever does it may have read of the match. Reasons of referral_act_apply(); CRYPTO_FAILED, NO_MEMORY. */
enum reason acting_begin(const struct referral_verb *verb, struct referral *referral,
    struct referral_act *act, struct asking *asked, struct failure *failure);

#endif
