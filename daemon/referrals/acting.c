/* acting.c: an act is tried, recorded, and then it is so. */
#include "daemon/referrals/acting_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "crypto/random.h"
#include "daemon/redress/change.h"
#include "daemon/referrals/asking_internal.h"

struct acting {
    struct journal_entry entry; /* first: the entry is the act */
    struct referrals *referrals;
    struct referral *referral;
    struct referral_course next; /* what it is when the entry is durable */
    bool shows;                  /* others see that it is done */
    bool takes_back;             /* cases of redress that rest on what is no outcome any more (H6) */
    struct case_record_change record;
    struct journal_change change;
    struct referral_waiter *waiter;
    struct journal_job reading;
    bool kept;                            /* found by it */
    struct journal_job appending;         /* with what is known only where it is written */
    struct asking *asked;                 /* NULL: whoever does it may have read of it */
    struct redress_marks redress_removed; /* by that: of a correction */
};

/* --- Over ------------------------------------------------------------------------------------------------------ */

/* What was asked before stays. */
static void drop(struct acting *acting)
{
    referral_keep_finish(&acting->record);
    journal_entry_finish(&acting->entry);
    memory_wipe(acting, sizeof *acting);
    free(acting);
}

static void end(struct acting *acting, const struct failure *failure)
{
    struct referral_waiter *waiter = acting->waiter;
    struct work *work = acting->referrals->work;
    asking_end(acting->asked);
    drop(acting);
    waiter->told(waiter, failure);
    work_end(work);
}

static void adopt(struct acting *acting)
{
    acting->referral->course = acting->next;
    referral_know_today(acting->referrals, acting->referral);
    acting->referral->under_way = false;
    if (referral_wants_entries(acting->referral))
        referral_note_entries(acting->referrals, acting->referral);
    if (acting->shows)
        referral_changed(acting->referrals, acting->referral);
}

/* --- Where nobody knows whether it is durable: what the state says is so. */

static enum reason read_back(struct journal_job *job, struct store *store, struct failure *failure)
{
    struct acting *acting = job->data;
    return referral_kept(
        store, &acting->referral->of, acting->referrals->secret.bytes, &acting->next, &acting->kept, failure);
}

static void on_read_back(struct journal_job *job)
{
    struct acting *acting = job->data;
    struct failure unknown = acting->entry.failure;
    char line[600];
    if (job->reason != REASON_DONE) {
        say(SAY_ERROR, "referral: %s", failure_line(&job->failure, line, sizeof line));
        referral_doubt_begin(acting->referral, acting->shows); /* it stays under way */
    } else if (acting->kept)
        adopt(acting);
    else
        acting->referral->under_way = false;
    end(acting, &unknown);
}

static void on_written(struct journal_entry *entry)
{
    struct acting *acting = (struct acting *)entry;
    struct failure failure = entry->failure;
    bool durable = entry->reason == REASON_DONE;
    evidence_written(acting->referrals->evidence, entry);
    if (entry->reason == REASON_OUTCOME_UNKNOWN && acting->referrals->workers->journal != NULL) {
        acting->reading = (struct journal_job){.run = read_back, .done = on_read_back, .data = acting};
        journal_thread_run(acting->referrals->workers->journal, &acting->reading);
        return;
    }
    if (durable)
        adopt(acting);
    else
        acting->referral->under_way = entry->reason == REASON_OUTCOME_UNKNOWN;
    end(acting, durable ? NULL : &failure);
}

/* --- Tried ----------------------------------------------------------------------------------------------------- */

static bool is_seen_by_others(enum referral_act_kind kind)
{
    return kind != REFERRAL_JUDGE_PROBE && kind != REFERRAL_GIVE_VERDICT && kind != REFERRAL_LOOK;
}

/* What is under way is of one act: a judgement or a first verdict on its way is seen by nobody, so a seat that waits for it learns no more than that
 * there is work. */
static enum reason prepare(struct acting *acting, const struct referral_verb *verb, struct referral_act *act,
    struct failure *failure)
{
    const struct referral *referral = acting->referral;
    acting->next = referral->course;
    TRY(random_secret(act->salt, sizeof act->salt, failure));
    TRY(referral_act_apply(&referral->of, &acting->next, act, failure));
    acting->shows = act->opens || is_seen_by_others(act->kind);
    acting->takes_back =
        referral->course.outcome == VERDICT_FALSE_POSITIVE && acting->next.outcome != VERDICT_FALSE_POSITIVE;
    TRY(referral_keep(&referral->of, &acting->next, verb->referrals->secret.bytes, &acting->record, failure));
    acting->change = (struct journal_change){.records = &acting->record, .record_count = 1};
    acting->entry = (struct journal_entry){
        .event = act->kind == REFERRAL_LOOK ? LOG_EVENT_CONSULTATION : LOG_EVENT_DECISION,
        .body = referral_account(
            verb->referrals->evidence, verb->by, &referral->of, &acting->next, act, &referral->course),
        .change = &acting->change,
        .written = on_written};
    return acting->entry.body != NULL ? REASON_DONE
                                      : failure_set(failure, REASON_NO_MEMORY, "referral", NULL);
}

/* --- Which cases of redress rest on it is known where they are written. */

static enum reason correct(struct journal_job *job, struct store *store, struct failure *failure)
{
    struct acting *acting = job->data;
    const struct referral_case *of = &acting->referral->of;
    struct case_record_change records[1 + CLEARED_ENTRIES_MAX + 1];
    struct redress_taking_back taking;
    enum reason reason = redress_take_back(&taking, store, of->id, of->document, acting->entry.body, failure);
    if (reason == REASON_DONE) {
        const struct journal_change change = {.records = records, .record_count = 1 + taking.record_count};
        const struct journal_change *changes = &change;
        const struct log_draft draft = {acting->entry.event, acting->entry.body};
        records[0] = acting->record;
        memcpy(&records[1], taking.records, taking.record_count * sizeof records[0]);
        reason = journal_append_changing(store, &draft, &changes, 1, &acting->entry.outcome, failure);
    }
    acting->redress_removed = taking.removed;
    redress_taken_back(&taking);
    return reason;
}

/* --- Who read of it before it is recorded is known there as well */

static enum reason append_unread(struct journal_job *job, struct store *store, struct failure *failure)
{
    struct acting *acting = job->data;
    const struct journal_change *changes = &acting->change;
    const struct log_draft draft = {acting->entry.event, acting->entry.body};
    TRY(asking_check_unread(acting->asked, store, failure));
    return journal_append_changing(store, &draft, &changes, 1, &acting->entry.outcome, failure);
}

static void on_appended(struct journal_job *job)
{
    struct acting *acting = job->data;
    struct asking *asked = acting->asked;
    if (asked != NULL && job->reason == REASON_BUSY) {
        struct work *work = acting->referrals->work;
        acting->referral->under_way = false;
        drop(acting);
        asking_again(asked);
        work_end(work);
        return;
    }
    acting->entry.reason = job->reason;
    acting->entry.failure = job->failure;
    if (job->reason == REASON_DONE)
        acting->waiter->redress_removed = acting->redress_removed;
    on_written(&acting->entry);
}

/* --- Recorded -------------------------------------------------------------------------------------------------- */

static void append_by(
    struct acting *acting, enum reason (*run)(struct journal_job *, struct store *, struct failure *))
{
    acting->appending = (struct journal_job){.run = run, .done = on_appended, .data = acting};
    journal_thread_run(acting->referrals->workers->journal, &acting->appending);
}

static void start(struct acting *acting)
{
    acting->referral->under_way = true;
    work_begin(acting->referrals->work);
    if (acting->asked != NULL)
        append_by(acting, append_unread);
    else if (acting->takes_back)
        append_by(acting, correct);
    else
        evidence_append(acting->referrals->evidence, &acting->entry);
}

enum reason acting_begin(const struct referral_verb *verb, struct referral *referral,
    struct referral_act *act, struct asking *asked, struct failure *failure)
{
    struct acting *acting = calloc(1, sizeof *acting);
    if (acting == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "referral", NULL);
    acting->referrals = verb->referrals;
    acting->referral = referral;
    acting->waiter = verb->waiter;
    acting->asked = asked;
    enum reason reason = prepare(acting, verb, act, failure);
    memory_wipe(act->salt, sizeof act->salt);
    if (reason == REASON_DONE)
        start(acting);
    else
        drop(acting);
    return reason;
}
