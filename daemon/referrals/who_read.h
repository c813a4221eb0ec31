/* who_read.h: asks the log who has read of a match, for somebody who wants what only he may do who has not (H5).
 *
 * It takes as long as the log is long, so nothing is under way for the referral meanwhile: others go on with it. One person has one such question at a
 * time, of whatever referral; what was found is kept with the referral, and the next who asks goes on from there. Loop's thread.
 */
#ifndef KORDON_DAEMON_REFERRALS_WHO_READ_H
#define KORDON_DAEMON_REFERRALS_WHO_READ_H

#include "daemon/referrals/referrals.h"
#include "daemon/threads/store_reader.h"

/* In the memory of whoever asks, until told. */
struct who_read {
    /* filled in by the caller */
    struct referrals *referrals;
    struct referral_person by;                                              /* who asks */
    void (*told)(struct who_read *who_read, const struct failure *failure); /* failure NULL: found */
    /* KNOWN or LOST when told so; the caller's to finish in any case where it was begun */
    struct log_readers readers;
    /* private */
    char referral[REFERRAL_ID_SIZE];
    struct reader_job job;
    struct who_read *next;
};

/* BUSY: he asks already; NO_MEMORY. */
enum reason who_read_begin(
    struct who_read *who_read, const struct referral *referral, struct failure *failure);

#endif
