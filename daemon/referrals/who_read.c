#include "daemon/referrals/who_read.h"

#include <string.h>

#include "base/language.h"
#include "daemon/referrals/referrals_internal.h"

static enum reason look(struct reader_job *job, struct store *store, struct failure *failure)
{
    return log_readers_look(&((struct who_read *)job->data)->readers, store, failure);
}

/* For who asks next; the referral may have gone meanwhile. */
static void keep(const struct who_read *who_read)
{
    struct referral *referral = referral_known(who_read->referrals, who_read->referral);
    struct log_readers copy;
    if (referral == NULL || who_read->readers.state != LOG_READERS_KNOWN ||
        referral->readers.size >= who_read->readers.size ||
        log_readers_copy(&copy, &who_read->readers, NULL) != REASON_DONE)
        return;
    log_readers_finish(&referral->readers);
    referral->readers = copy;
    referral->readers.state = LOG_READERS_KNOWN;
}

static void end(struct who_read *who_read, const struct failure *failure)
{
    struct work *work = who_read->referrals->work;
    struct who_read **link = &who_read->referrals->asking;
    while (*link != who_read)
        link = &(*link)->next;
    *link = who_read->next;
    who_read->told(who_read, failure);
    work_end(work);
}

static void run(struct who_read *who_read);

static void on_looked(struct reader_job *job)
{
    struct who_read *who_read = job->data;
    struct failure failure = job->failure;
    if (job->reason != REASON_DONE) {
        end(who_read, &failure);
    } else if (log_readers_are_found(&who_read->readers)) {
        keep(who_read);
        end(who_read, NULL);
    } else if (who_read->referrals->stopping || who_read->referrals->workers->reader == NULL) {
        failure_set(&failure, REASON_STOPPING, NULL, NULL);
        end(who_read, &failure);
    } else {
        run(who_read);
    }
}

static void run(struct who_read *who_read)
{
    who_read->job = (struct reader_job){.run = look, .done = on_looked, .data = who_read};
    store_reader_run(who_read->referrals->workers->reader, &who_read->job);
}

/* What was found before, or where the transaction was opened. */
static enum reason prepare(
    struct who_read *who_read, const struct referral *referral, struct failure *failure)
{
    const char *transaction = referral->of.transaction;
    struct transaction_origin origin = {0};
    if (referral->readers.state == LOG_READERS_KNOWN)
        return log_readers_copy(&who_read->readers, &referral->readers, failure);
    if (!transaction_id_read(who_read->referrals->secrets, transaction, strlen(transaction), &origin))
        origin.log_size = 0;
    who_read->readers = log_readers_of(transaction, &origin);
    return REASON_DONE;
}

enum reason who_read_begin(
    struct who_read *who_read, const struct referral *referral, struct failure *failure)
{
    for (const struct who_read *each = who_read->referrals->asking; each != NULL; each = each->next)
        if (referral_person_is(&each->by, &who_read->by))
            return failure_set(failure, REASON_BUSY, "referral",
                N_("what you asked for before is still looked into: wait for its answer"));
    TRY(prepare(who_read, referral, failure));
    memcpy(who_read->referral, referral->of.id, sizeof who_read->referral);
    who_read->next = who_read->referrals->asking;
    who_read->referrals->asking = who_read;
    work_begin(who_read->referrals->work);
    run(who_read);
    return REASON_DONE;
}
