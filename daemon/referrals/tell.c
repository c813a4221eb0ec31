/* tell.c: what changes of a referral is told to whoever listens. */
#include "daemon/referrals/referrals_internal.h"

void referral_changed(const struct referrals *referrals, const struct referral *referral)
{
    events_publish(referrals->events, &(struct event){.type = EVENT_REFERRAL, .referral = referral});
}

void referral_know_today(const struct referrals *referrals, struct referral *referral)
{
    referral_know(&referral->of, &referral->course, referrals->evidence->staff);
}
