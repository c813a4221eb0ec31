/* search.c: the slots are read again where nobody knows whether a match became durable: a discreet one would be told to nobody else. */
#include "base/say.h"
#include "daemon/referrals/referrals_internal.h"

#define AGAIN_MS 10000

void referrals_in_doubt(void *data)
{
    struct referrals *referrals = data;
    referrals->search.wanted = true;
    referrals->search.not_before_ms = 0;
}

/* --- On the journal's thread, behind the commit that is in doubt */

static enum reason on_opened(void *context, struct referral_opening *opening, struct failure *failure)
{
    struct referral_search *search = context;
    (void)failure;
    search->found[search->found_count++] = opening; /* there are no more than slots */
    return REASON_DONE;
}

static enum reason run(struct journal_job *job, struct store *store, struct failure *failure)
{
    struct referrals *referrals = job->data;
    return referrals_read_openings(
        store, &(struct referral_reading){.opened = on_opened, .context = &referrals->search}, failure);
}

/* --- On the loop's */

/* What was found before it failed is durable all the same. The next tick takes it. */
static void on_run(struct journal_job *job)
{
    struct referrals *referrals = job->data;
    struct referral_search *search = &referrals->search;
    char line[600];
    search->under_way = false;
    if (job->reason != REASON_DONE) {
        say(SAY_ERROR, "whether a match is kept: %s", failure_line(&job->failure, line, sizeof line));
        search->wanted = true;
        search->not_before_ms = store_now_ms() + AGAIN_MS;
    }
    work_end(referrals->work);
}

void match_search_look(struct referrals *referrals, int64_t now_ms)
{
    struct referral_search *search = &referrals->search;
    if (!search->wanted || search->under_way || now_ms < search->not_before_ms || referrals->stopping ||
        referrals->workers->journal == NULL)
        return;
    search->wanted = false; /* until it fails, or another one is in doubt meanwhile */
    search->under_way = true;
    search->job = (struct journal_job){.run = run, .done = on_run, .data = referrals};
    work_begin(referrals->work);
    journal_thread_run(referrals->workers->journal, &search->job);
}
