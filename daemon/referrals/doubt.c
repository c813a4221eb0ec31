/* doubt.c: where nobody knows whether an act is durable, and the state could not be read at once: it is read again until it says so. Until then
 * nobody goes on from what may not be so. */
#include <stdlib.h>

#include "base/say.h"
#include "daemon/referrals/referrals_internal.h"

#define AGAIN_MS 10000

struct rereading {
    struct journal_job job;
    struct referrals *referrals;
    struct referral *referral; /* under way, so that it stays */
    struct referral_course course;
    bool kept;
};

void referral_doubt_begin(struct referral *referral, bool shows)
{
    referral->doubt =
        (struct referral_doubt){.is = true, .shows = shows, .not_before_ms = store_now_ms() + AGAIN_MS};
}

static enum reason run(struct journal_job *job, struct store *store, struct failure *failure)
{
    struct rereading *rereading = job->data;
    return referral_kept(store, &rereading->referral->of, rereading->referrals->secret.bytes,
        &rereading->course, &rereading->kept, failure);
}

static void settle(struct rereading *rereading)
{
    struct referral *referral = rereading->referral;
    bool shows = referral->doubt.shows && rereading->kept;
    if (rereading->kept)
        referral->course = rereading->course;
    referral_know_today(rereading->referrals, referral);
    referral->doubt = (struct referral_doubt){0};
    referral->under_way = false;
    if (referral_wants_entries(referral))
        referral_note_entries(rereading->referrals, referral);
    if (shows)
        referral_changed(rereading->referrals, referral);
}

static void on_run(struct journal_job *job)
{
    struct rereading *rereading = job->data;
    struct work *work = rereading->referrals->work;
    char line[600];
    if (job->reason == REASON_DONE) {
        settle(rereading);
    } else {
        say(SAY_ERROR, "whether an act on a referral is done: %s",
            failure_line(&job->failure, line, sizeof line));
        referral_doubt_begin(rereading->referral, rereading->referral->doubt.shows);
    }
    memory_wipe(rereading, sizeof *rereading);
    free(rereading);
    work_end(work);
}

static void begin(struct referrals *referrals, struct referral *referral)
{
    struct rereading *rereading = calloc(1, sizeof *rereading);
    if (rereading == NULL)
        return; /* the next tick tries it */
    rereading->referrals = referrals;
    rereading->referral = referral;
    rereading->job = (struct journal_job){.run = run, .done = on_run, .data = rereading};
    referral->doubt.not_before_ms = INT64_MAX; /* one at a time */
    work_begin(referrals->work);
    journal_thread_run(referrals->workers->journal, &rereading->job);
}

void referral_doubts_look(struct referrals *referrals, int64_t now_ms)
{
    if (referrals->stopping || referrals->workers->journal == NULL)
        return;
    for (struct referral_match *match = referrals->newest; match != NULL; match = match->next)
        for (size_t i = 0; i < match->count; i++) {
            struct referral *referral = &match->referrals[i];
            if (referral->doubt.is && now_ms >= referral->doubt.not_before_ms)
                begin(referrals, referral);
        }
}
