/* log_readers.h: who was shown what the log says of a match since it was made, and who is therefore not known to find by himself (H5).
 *
 * The log alone says it: the entries about readings behind the match's own, each proven. Where the body of that one is erased it is nowhere to be found,
 * and all readings count since its transaction was opened, which the transaction's id says. Where an entry about a reading has no body any more nobody knows
 * who read: that is no "nobody did". Made on the thread that reads the state, a page a time, and judged on the loop's, by the register in force.
 */
#ifndef KORDON_DAEMON_REFERRALS_LOG_READERS_H
#define KORDON_DAEMON_REFERRALS_LOG_READERS_H

#include "daemon/referrals/seat.h"
#include "daemon/register.h"
#include "daemon/transactions/secrets.h"
#include "store/journal.h"

/* As the entry about his reading says it. */
struct log_reader {
    struct referral_person person;    /* who he was then; identity "": the entry does not say it */
    char proof[PRINCIPAL_PROOF_SIZE]; /* by what, as register_find_proof() takes it; "": as above */
};

/* Zeroed but for the transaction, and where it was opened. */
struct log_readers {
    const char *transaction;          /* whose match it is; borrowed */
    struct transaction_origin origin; /* as its id says it; log_size 0: that is not known */
    bool complete;                    /* all was looked at, or none of it would tell any more: */
    bool lost;                        /* who has read is not known */
    struct log_reader *items;
    size_t count;
    /* private */
    struct journal_search search;
    bool begun;
    bool gone; /* bodies of transactions' ends are erased, the match's may be one of them */
};

/* Looks through the next page, newest first; to be called until it is complete. Reasons of retention_search(), NO_MEMORY: then nothing is known. */
enum reason log_readers_look(struct log_readers *readers, struct store *store, struct failure *failure);

/* DONE where he is known to be another person than all of them; then he may judge it. NOT_PERMITTED where he has read, or may be one who has: whoever is in the
 * register by now counts as the person that he is there, so that nobody is kept out for ever by somebody whom it did not know. REFERRAL_STATE where it is
 * not known who has. */
enum reason log_readers_check(const struct log_readers *readers, const struct staff_register *staff,
    const struct referral_person *person, struct failure *failure);

void log_readers_finish(struct log_readers *readers);

#endif
