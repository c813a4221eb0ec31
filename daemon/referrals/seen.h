/* seen.h: who was shown which prints of a referral since kordond began: nobody judges what he did not look at (H3). The entry about a look is durable
 * before anything is shown; here stands that it was shown then. It is not kept: behind a start nobody knows it, and a look is asked for again. Loop's
 * thread.
 */
#ifndef KORDON_DAEMON_REFERRALS_SEEN_H
#define KORDON_DAEMON_REFERRALS_SEEN_H

#include "daemon/referrals/act.h"

/* Those who looked last; who is forgotten for another one looks again. */
#define REFERRAL_SEEN_MAX 8
struct referral_seen {
    struct {
        char identity[PRINCIPAL_IDENTITY_SIZE]; /* "": nobody */
        struct referral_shown shown;
    } people[REFERRAL_SEEN_MAX];
    uint32_t next; /* whose place is taken next */
};

/* He was shown it, or was told that there is nothing to be shown. A comparison counts for neither of the prints: it is what the machine made of them. */
void referral_seen_note(
    struct referral_seen *seen, const struct referral_person *person, const struct referral_looking *looking);

/* What he was shown. */
struct referral_shown referral_seen_by(
    const struct referral_seen *seen, const struct referral_person *person);

#endif
