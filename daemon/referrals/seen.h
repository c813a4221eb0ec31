/* seen.h: who was shown which prints of a referral since kordond began: nobody judges what he did not look at (H3). The entry about a look is durable
 * before anything is shown; here stands that it was shown then. It is not kept: behind a start nobody knows it, and a look is asked for again. Loop's
 * thread.
 */
#ifndef KORDON_DAEMON_REFERRALS_SEEN_H
#define KORDON_DAEMON_REFERRALS_SEEN_H

#include "daemon/referrals/act.h"
#include "matcher/search.h"

/* What came of a look: nothing; the print was shown; or whoever looked was told that there is none, since of the probe no picture was kept, or the list has
 * no such entry any more. entry: of the person on the list whose print was shown, opened_list_digest_read(). */
enum referral_showing_kind { SHOWN_NOTHING, SHOWN_PRINT, SHOWN_TO_BE_NONE };
struct referral_showing {
    enum referral_showing_kind kind;
    uint8_t entry[DIGEST_BYTES];
};

/* Those who looked last; who is forgotten for another one looks again. */
#define REFERRAL_SEEN_MAX 8
struct referral_seen {
    struct {
        char identity[PRINCIPAL_IDENTITY_SIZE]; /* "": nobody */
        struct referral_shown shown;
    } people[REFERRAL_SEEN_MAX];
    uint32_t next;                                         /* whose place is taken next */
    uint8_t entries[MATCHER_CANDIDATES_MAX][DIGEST_BYTES]; /* each candidate's, as it was shown last */
};

/* What came of his look. A comparison counts for neither of the prints: it is what the machine made of them. */
void referral_seen_note(struct referral_seen *seen, const struct referral_person *person,
    const struct referral_looking *looking, const struct referral_showing *showing);

/* What he was shown, by what the list in force has: count of them. Where that can't be asked nothing is known to have been replaced. */
struct referral_shown referral_seen_by(const struct referral_seen *seen, const struct referral_person *person,
    const struct referral_standing *standings, size_t count);

#endif
