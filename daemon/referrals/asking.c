/* asking.c: who has read of a match is asked before an act that is not for them, and again until the act is written. */
#include "daemon/referrals/asking_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/referrals/referrals_internal.h"

void asking_end(struct asking *asking)
{
    if (asking == NULL)
        return;
    log_readers_finish(&asking->who_read.readers);
    memory_wipe(asking, sizeof *asking);
    free(asking);
}

/* What was found stays with the referral: the log is asked from there on. */
static enum reason ask(struct asking *asking, struct failure *failure)
{
    struct referral *referral;
    const struct referral_verb verb = {
        .referrals = asking->who_read.referrals, .by = &asking->by, .id = asking->id};
    TRY(referral_find_idle(&verb, &referral, failure));
    log_readers_finish(&asking->who_read.readers);
    return who_read_begin(&asking->who_read, referral, failure);
}

static void refuse(struct asking *asking, const struct failure *failure)
{
    struct referral_waiter *waiter = asking->waiter;
    asking_end(asking);
    waiter->told(waiter, failure);
}

static void on_who_read(struct who_read *who_read, const struct failure *why_not)
{
    struct asking *asking = (struct asking *)who_read;
    struct failure failure = {0};
    if (why_not != NULL)
        failure = *why_not;
    else if (asking->go_on(asking, &failure) == REASON_DONE)
        return;
    refuse(asking, &failure);
}

enum reason asking_begin(const struct referral_verb *verb, const struct referral_act *act,
    enum reason (*go_on)(struct asking *asking, struct failure *failure), struct failure *failure)
{
    struct asking *asking = calloc(1, sizeof *asking);
    if (asking == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "referral", NULL);
    asking->who_read = (struct who_read){.referrals = verb->referrals, .by = act->by, .told = on_who_read};
    asking->waiter = verb->waiter;
    asking->by = *verb->by;
    snprintf(asking->id, sizeof asking->id, "%s", verb->id);
    asking->act = *act;
    memcpy(asking->words, act->words, strlen(act->words) + 1);
    asking->act.words = asking->words;
    asking->go_on = go_on;
    enum reason reason = ask(asking, failure);
    if (reason != REASON_DONE)
        asking_end(asking);
    return reason;
}

void asking_again(struct asking *asking)
{
    struct failure failure = {0};
    if (ask(asking, &failure) != REASON_DONE)
        refuse(asking, &failure);
}

/* What was read since the log was asked is in none of its entries: there is nobody new. Else nothing is written, and the log is asked again. */
enum reason asking_check_unread(struct asking *asking, struct store *store, struct failure *failure)
{
    struct log_readers *readers = &asking->who_read.readers;
    const size_t before = readers->count;
    log_readers_go_on(readers);
    TRY(log_readers_look(readers, store, failure));
    return readers->state == LOG_READERS_KNOWN && readers->count == before
               ? REASON_DONE
               : failure_set(failure, REASON_BUSY, "referral", NULL);
}
