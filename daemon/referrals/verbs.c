/* verbs.c: an act of a person, on its way to the log; it is so when the log says so. */
#include <stdlib.h>
#include <string.h>

#include "base/language.h"
#include "base/say.h"
#include "crypto/random.h"
#include "daemon/redress/change.h"
#include "daemon/referrals/log_readers.h"
#include "daemon/referrals/referrals_internal.h"
#include "daemon/referrals/since.h"
#include "daemon/threads/store_reader.h"

/* --- Under way ------------------------------------------------------------------------------------------------- */

struct acting {
    struct journal_entry entry; /* first: the entry is the act */
    struct referrals *referrals;
    struct referral *referral;
    struct referral_course next; /* what it is when the entry is durable */
    bool shows;                  /* others see that it is done */
    bool seats;                  /* somebody takes a seat, who must not have read of it */
    bool takes_back;             /* cases of redress that rest on what is no outcome any more (H6) */
    struct case_record_change record;
    struct journal_change change;
    struct referral_waiter *waiter;
    struct journal_job reading;
    bool kept; /* found by it */
    struct journal_job correcting;
    struct redress_marks redress_removed; /* by that */
    /* Who sits down, and who has read in the log of it. */
    struct reader_job asking;
    struct referral_person seated;
    struct log_readers readers;
};

static void end(struct acting *acting, const struct failure *failure)
{
    struct referral_waiter *waiter = acting->waiter;
    struct work *work = acting->referrals->work;
    referral_keep_finish(&acting->record);
    log_readers_finish(&acting->readers);
    memory_wipe(acting, sizeof *acting);
    free(acting);
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
    journal_entry_finish(&acting->entry);
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
    journal_entry_finish(entry);
    end(acting, durable ? NULL : &failure);
}

/* --- Begun ----------------------------------------------------------------------------------------------------- */

static enum reason find(const struct referral_verb *verb, struct referral **referral, struct failure *failure)
{
    struct referrals *referrals = verb->referrals;
    *referral = referral_find(referrals, verb->by, verb->id);
    if (*referral == NULL)
        return failure_set(failure, REASON_REFERRAL_NOT_FOUND, "referral", NULL);
    if (referrals->stopping || referrals->workers->journal == NULL || referrals->workers->reader == NULL)
        return failure_set(failure, REASON_STOPPING, NULL, NULL);
    return REASON_DONE;
}

static bool is_seen_by_others(enum referral_act_kind kind)
{
    return kind != REFERRAL_JUDGE_PROBE && kind != REFERRAL_GIVE_VERDICT && kind != REFERRAL_LOOK;
}

static void note_who_sits(struct acting *acting, const struct referral_act *act)
{
    acting->seats = act->kind == REFERRAL_TAKE || act->kind == REFERRAL_HAND_OVER;
    acting->seated = act->kind == REFERRAL_HAND_OVER ? act->to : act->by;
}

/* What is under way is of one act: a judgement or a first verdict on its way is seen by nobody, so a seat that waits for it learns no more than that
 * there is work. */
static enum reason prepare(struct acting *acting, const struct referral_verb *verb, struct referral_act *act,
    struct failure *failure)
{
    const struct referral *referral = acting->referral;
    const struct referral_seat *seat = referral_seat_of(&referral->course, &act->by);
    acting->next = referral->course;
    TRY(random_secret(act->salt, sizeof act->salt, failure));
    TRY(referral_act_apply(&referral->of, &acting->next, act, failure));
    acting->shows = act->opens || is_seen_by_others(act->kind);
    note_who_sits(acting, act);
    acting->takes_back =
        referral->course.outcome == VERDICT_FALSE_POSITIVE && acting->next.outcome != VERDICT_FALSE_POSITIVE;
    TRY(referral_keep(&referral->of, &acting->next, verb->referrals->secret.bytes, &acting->record, failure));
    acting->change = (struct journal_change){.records = &acting->record, .record_count = 1};
    acting->entry = (struct journal_entry){
        .event = act->kind == REFERRAL_LOOK ? LOG_EVENT_CONSULTATION : LOG_EVENT_DECISION,
        .body =
            referral_account(verb->referrals->evidence, verb->by, &referral->of, &acting->next, act, seat),
        .change = &acting->change,
        .written = on_written};
    return acting->entry.body != NULL ? REASON_DONE
                                      : failure_set(failure, REASON_NO_MEMORY, "referral", NULL);
}

static enum reason look_who_read(struct reader_job *job, struct store *store, struct failure *failure)
{
    return log_readers_look(&((struct acting *)job->data)->readers, store, failure);
}

/* Who may have read of it takes no seat: nobody knows that he did not, where the log can't be read. */
static enum reason check_unread(const struct acting *acting, struct failure *failure)
{
    const struct reader_job *asking = &acting->asking;
    const struct referrals *referrals = acting->referrals;
    *failure = asking->failure;
    if (asking->reason != REASON_DONE)
        return asking->reason;
    if (!acting->readers.complete || referrals->workers->journal == NULL)
        return failure_set(failure, REASON_STOPPING, NULL, NULL);
    return log_readers_check(&acting->readers, referrals->evidence->staff, &acting->seated, failure);
}

static void on_asked(struct reader_job *job);

static void ask(struct acting *acting)
{
    acting->asking = (struct reader_job){.run = look_who_read, .done = on_asked, .data = acting};
    store_reader_run(acting->referrals->workers->reader, &acting->asking);
}

static void begin_asking(struct acting *acting)
{
    const char *transaction = acting->referral->of.transaction;
    struct log_readers *readers = &acting->readers;
    readers->transaction = transaction;
    if (!transaction_id_read(acting->referrals->secrets, transaction, strlen(transaction), &readers->origin))
        readers->origin.log_size = 0;
    ask(acting);
}

static void on_asked(struct reader_job *job)
{
    struct acting *acting = job->data;
    struct failure failure;
    if (job->reason == REASON_DONE && !acting->readers.complete &&
        acting->referrals->workers->reader != NULL) {
        ask(acting);
        return;
    }
    if (check_unread(acting, &failure) == REASON_DONE) {
        evidence_append(acting->referrals->evidence, &acting->entry);
        return;
    }
    acting->referral->under_way = false;
    journal_entry_finish(&acting->entry);
    end(acting, &failure);
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

static void on_corrected(struct journal_job *job)
{
    struct acting *acting = job->data;
    acting->entry.reason = job->reason;
    acting->entry.failure = job->failure;
    if (job->reason == REASON_DONE)
        acting->waiter->redress_removed = acting->redress_removed;
    on_written(&acting->entry);
}

static void start(struct acting *acting)
{
    acting->referral->under_way = true;
    work_begin(acting->referrals->work);
    if (acting->seats) {
        begin_asking(acting);
    } else if (acting->takes_back) {
        acting->correcting = (struct journal_job){.run = correct, .done = on_corrected, .data = acting};
        journal_thread_run(acting->referrals->workers->journal, &acting->correcting);
    } else {
        evidence_append(acting->referrals->evidence, &acting->entry);
    }
}

/* act: its kind and values are filled in. */
static enum reason begin(const struct referral_verb *verb, struct referral_act *act, struct failure *failure)
{
    struct referral *referral;
    struct referral_standing standings[MATCHER_CANDIDATES_MAX];
    TRY(find(verb, &referral, failure));
    if (referral->under_way)
        return failure_set(failure, REASON_BUSY, "referral",
            N_("another act on it is being recorded: try again in a moment"));
    struct acting *acting = calloc(1, sizeof *acting);
    if (acting == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "referral", NULL);
    acting->referrals = verb->referrals;
    acting->referral = referral;
    acting->waiter = verb->waiter;
    act->by = referral_person_of(verb->by);
    act->roles = verb->by->roles;
    act->now_ms = store_now_ms();
    act->candidates = standings;
    act->candidate_count = referral_standings(verb->referrals, referral, standings);
    act->shown = referral_seen_by(&referral->seen, &act->by, standings, act->candidate_count);
    if (act->words == NULL)
        act->words = "";
    enum reason reason = prepare(acting, verb, act, failure);
    memory_wipe(act->salt, sizeof act->salt);
    if (reason == REASON_DONE) {
        start(acting);
        return REASON_DONE;
    }
    referral_keep_finish(&acting->record);
    memory_wipe(acting, sizeof *acting);
    free(acting);
    return reason;
}

/* --- The verbs ------------------------------------------------------------------------------------------------- */

enum reason referral_take(const struct referral_verb *verb, struct failure *failure)
{
    return begin(verb, &(struct referral_act){.kind = REFERRAL_TAKE}, failure);
}

enum reason referral_give_back(const struct referral_verb *verb, struct failure *failure)
{
    return begin(verb, &(struct referral_act){.kind = REFERRAL_GIVE_BACK}, failure);
}

enum reason referral_hand_over(const struct referral_verb *verb, const char *to, struct failure *failure)
{
    const struct register_holder *holder = register_find_person(verb->referrals->evidence->staff, to);
    if (holder == NULL)
        return failure_set(failure, REASON_OFFICER_NOT_REGISTERED, "to", NULL);
    struct referral_act act = {
        .kind = REFERRAL_HAND_OVER, .to = {.registered = true}, .to_roles = holder->roles};
    memcpy(act.to.identity, holder->name, sizeof act.to.identity);
    memcpy(act.to.name, holder->name, sizeof act.to.name);
    return begin(verb, &act, failure);
}

enum reason referral_judge_probe(const struct referral_verb *verb, enum probe_judgement judgement,
    const char *words, struct failure *failure)
{
    return begin(verb,
        &(struct referral_act){.kind = REFERRAL_JUDGE_PROBE, .judgement = judgement, .words = words},
        failure);
}

static enum reason begin_saying(const struct referral_verb *verb, enum referral_act_kind kind,
    const struct referral_saying *saying, struct failure *failure)
{
    struct referral_act act = {
        .kind = kind, .verdict = saying->verdict, .words = saying->why, .said = saying->since};
    return begin(verb, &act, failure);
}

enum reason referral_give_verdict(
    const struct referral_verb *verb, const struct referral_saying *saying, struct failure *failure)
{
    return begin_saying(verb, REFERRAL_GIVE_VERDICT, saying, failure);
}

enum reason referral_override(
    const struct referral_verb *verb, const struct referral_saying *saying, struct failure *failure)
{
    return begin_saying(verb, REFERRAL_OVERRIDE, saying, failure);
}

enum reason referral_correct(
    const struct referral_verb *verb, const struct referral_saying *saying, struct failure *failure)
{
    return begin_saying(verb, REFERRAL_CORRECT, saying, failure);
}

enum reason referral_report(
    const struct referral_verb *verb, const struct referral_report *report, struct failure *failure)
{
    return begin(verb, &(struct referral_act){.kind = REFERRAL_REPORT, .report = report}, failure);
}

enum reason referral_claim_protection(const struct referral_verb *verb, struct failure *failure)
{
    return begin(verb, &(struct referral_act){.kind = REFERRAL_CLAIM_PROTECTION}, failure);
}

enum reason referral_look_without_seat(
    const struct referral_verb *verb, const struct referral_looking *looking, struct failure *failure)
{
    return begin(verb, &(struct referral_act){.kind = REFERRAL_LOOK, .looking = looking}, failure);
}
