/* log_readers.h: who was shown what the log says of a match since it was made, and who is therefore not known to find by himself (H5).
 *
 * The log alone says it: the entries about readings behind the match's own, each proven. Where the body of that one is erased it is nowhere to be found,
 * and all readings count since its transaction was opened, which the transaction's id says. Where an entry about a reading has no body any more nobody knows
 * who read: that is no "nobody did". Made on a thread that reads the state, a page a time, and judged on the loop's, by the register in force. Who was found stays
 * found: the next look begins where the last one ended, so that an entry is read once, however often somebody asks.
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

enum log_readers_state {
    LOG_READERS_WANTED,     /* what stands behind the first `size` entries is to be looked at */
    LOG_READERS_LOOKED_FOR, /* a part of it was */
    LOG_READERS_KNOWN,      /* all who read by the time when the log had `size` entries */
    LOG_READERS_LOST,       /* who has read is not known to anybody any more */
};

/* Made by log_readers_of(). */
struct log_readers {
    char transaction[TRANSACTION_ID_SIZE]; /* whose match it is */
    struct transaction_origin origin;      /* as its id says it; log_size 0: that is not known */
    enum log_readers_state state;
    uint64_t size; /* 0: nothing is known */
    struct log_reader *items;
    size_t count;
    /* private */
    struct journal_search search;
    bool gone; /* bodies of transactions' ends are erased, the match's may be one of them */
};

/* Of whom nothing is known yet. */
struct log_readers log_readers_of(const char *transaction, const struct transaction_origin *origin);

/* Makes a copy of what is known, to go on from there; of anything else one of which nothing is known. NO_MEMORY: *copy is zeroed. */
enum reason log_readers_copy(
    struct log_readers *copy, const struct log_readers *readers, struct failure *failure);

/* What is known counts as far as it goes: the log is to be looked at again from there on. */
void log_readers_go_on(struct log_readers *readers);

/* Looks through the next page of what is to be looked at, newest first; to be called until they are KNOWN or LOST. Reasons of
 * retention_search(), NO_MEMORY: then nothing is known. */
enum reason log_readers_look(struct log_readers *readers, struct store *store, struct failure *failure);

/* KNOWN or LOST: there is nothing more to look at. */
bool log_readers_are_found(const struct log_readers *readers);

/* DONE where he is known to be another person than all of them; then he may judge it. NOT_PERMITTED where he has read, or may be one who has: whoever is in the
 * register by now counts as the person that he is there, so that nobody is kept out for ever by somebody whom it did not know. REFERRAL_STATE where it is
 * not known who has. */
enum reason log_readers_check(const struct log_readers *readers, const struct staff_register *staff,
    const struct referral_person *person, struct failure *failure);

void log_readers_finish(struct log_readers *readers);

#endif
