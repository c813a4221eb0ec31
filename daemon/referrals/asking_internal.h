/* asking_internal.h: an act that is only for who has not read of the match waits until the log says who has (H5).
 *
 *     asking_begin()          the log is read, for as long as it is long (who_read.h); nothing is under way for the referral meanwhile
 *     go_on                   what was found is known: whoever asks tries the act again, by what is so by now
 *     asking_check_unread()   where it is written: nobody has read of it since
 *     asking_again()          somebody has: the log is read on from there
 *     asking_end()            the act is recorded, or is not
 *
 * Whoever has it tells the waiter, once. Loop's thread, where nothing else is said.
 */
#ifndef KORDON_DAEMON_REFERRALS_ASKING_INTERNAL_H
#define KORDON_DAEMON_REFERRALS_ASKING_INTERNAL_H

#include "daemon/referrals/verbs.h"
#include "daemon/referrals/who_read.h"

/* Who wants what, in copies: he may have gone when it is known. */
struct asking {
    struct who_read who_read; /* first: the question is the asking */
    struct referral_waiter *waiter;
    struct principal by;
    char id[REFERRAL_ID_SIZE];
    struct referral_act act;
    char words[REFERRAL_TEXT_SIZE]; /* the act's */

    /* DONE: it has taken the asking over. Else it ends here, and the waiter is told why. */
    enum reason (*go_on)(struct asking *asking, struct failure *failure);
};

/* Begins for an act whose words are no longer than they may be. DONE: the waiter will be told. Reasons of referral_find_idle() and who_read_begin(). */
enum reason asking_begin(const struct referral_verb *verb, const struct referral_act *act,
    enum reason (*go_on)(struct asking *asking, struct failure *failure), struct failure *failure);

/* Journal's thread. BUSY: somebody new has read of it, or nobody knows. */
enum reason asking_check_unread(struct asking *asking, struct store *store, struct failure *failure);

/* Takes it over; go_on is called again, or the waiter told why not. */
void asking_again(struct asking *asking);

/* Wipes and frees; takes NULL. */
void asking_end(struct asking *asking);

#endif
