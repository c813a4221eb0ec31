/* referral_json.h: a referral as one viewer is shown it. What he must not know is not in the view (daemon/referrals/view.h), so it can't stand here.
   New objects, the caller's; NULL without memory. Loop's thread. */
#ifndef KORDON_DAEMON_API_REFERRAL_JSON_H
#define KORDON_DAEMON_API_REFERRAL_JSON_H

#include <jansson.h>

#include "daemon/referrals/referrals.h"

/* As lists have it: what its events tell, whether the viewer has a seat, and whether somebody has one who is no longer in the register. */
json_t *referral_row_json(const struct referrals *referrals, const struct referral_view *view);

/* All of the view, and what can be looked at: the probe's fingers, and with how many people of the list they can be compared, as far as the view
 * lets the viewer see them. Who these are is told with the comparison, which is recorded (L1). */
json_t *referral_json(
    const struct referrals *referrals, const struct referral *referral, const struct referral_view *view);

/* With what the alert is about, for who is shown the comparison. since: the match. */
json_t *referral_candidate_json(
    const struct referral_opening *opening, uint32_t rank, enum entry_since since, bool score_shown);

#endif
