/* verbs.c: an act of a person, on its way to the log; it is so when the log says so. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/language.h"
#include "base/say.h"
#include "crypto/random.h"
#include "daemon/redress/change.h"
#include "daemon/referrals/referrals_internal.h"
#include "daemon/referrals/since.h"
#include "daemon/referrals/who_read.h"

/* --- Under way ------------------------------------------------------------------------------------------------- */

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

/* Who must not have read of it, and what he wants: nothing is under way for the referral until that is known. */
struct asking {
    struct who_read who_read; /* first: the question is the asking */
    struct referral_waiter *waiter;
    struct principal by;
    char id[REFERRAL_ID_SIZE];
    struct referral_act act;
    char words[REFERRAL_TEXT_SIZE]; /* the act's */
};

static void forget(struct asking *asking)
{
    if (asking == NULL)
        return;
    log_readers_finish(&asking->who_read.readers);
    memory_wipe(asking, sizeof *asking);
    free(asking);
}

/* asked stays. */
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
    forget(acting->asked);
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

/* --- Begun ----------------------------------------------------------------------------------------------------- */

/* One of which nothing else is under way. */
static enum reason find(const struct referral_verb *verb, struct referral **referral, struct failure *failure)
{
    struct referrals *referrals = verb->referrals;
    *referral = referral_find(referrals, verb->by, verb->id);
    if (*referral == NULL)
        return failure_set(failure, REASON_REFERRAL_NOT_FOUND, "referral", NULL);
    if (referrals->stopping || referrals->workers->journal == NULL || referrals->workers->reader == NULL)
        return failure_set(failure, REASON_STOPPING, NULL, NULL);
    if ((*referral)->under_way || (*referral)->erasing)
        return failure_set(failure, REASON_BUSY, "referral",
            N_("a change of it is being recorded, or nobody knows yet whether the last one is: try again in "
               "a "
               "moment"));
    return REASON_DONE;
}

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
    const struct referral_seat *seat = referral_seat_of(&referral->course, &act->by);
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
        .body =
            referral_account(verb->referrals->evidence, verb->by, &referral->of, &acting->next, act, seat),
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

/* What was read since the log was asked is in none of its entries: there is nobody new. Else nothing is written (BUSY), and the log is asked again. */
static enum reason check_unread(struct log_readers *readers, struct store *store, struct failure *failure)
{
    const size_t before = readers->count;
    log_readers_go_on(readers);
    TRY(log_readers_look(readers, store, failure));
    return readers->state == LOG_READERS_KNOWN && readers->count == before
               ? REASON_DONE
               : failure_set(failure, REASON_BUSY, "referral", NULL);
}

static enum reason append_unread(struct journal_job *job, struct store *store, struct failure *failure)
{
    struct acting *acting = job->data;
    const struct journal_change *changes = &acting->change;
    const struct log_draft draft = {acting->entry.event, acting->entry.body};
    TRY(check_unread(&acting->asked->who_read.readers, store, failure));
    return journal_append_changing(store, &draft, &changes, 1, &acting->entry.outcome, failure);
}

static void ask(struct asking *asking);

static void on_appended(struct journal_job *job)
{
    struct acting *acting = job->data;
    struct asking *asked = acting->asked;
    if (asked != NULL && job->reason == REASON_BUSY) {
        struct work *work = acting->referrals->work;
        acting->referral->under_way = false;
        drop(acting);
        ask(asked);
        work_end(work);
        return;
    }
    acting->entry.reason = job->reason;
    acting->entry.failure = job->failure;
    if (job->reason == REASON_DONE)
        acting->waiter->redress_removed = acting->redress_removed;
    on_written(&acting->entry);
}

/* --- Started --------------------------------------------------------------------------------------------------- */

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

/* What kordond knows of it now. */
static void fill_in(const struct referral_verb *verb, const struct referral *referral,
    struct referral_act *act, struct referral_standing standings[static MATCHER_CANDIDATES_MAX])
{
    act->by = referral_person_of(verb->by);
    act->roles = verb->by->roles;
    act->now_ms = store_now_ms();
    act->candidates = standings;
    act->candidate_count = referral_standings(verb->referrals, referral, standings);
    act->shown = referral_seen_by(&referral->seen, &act->by, standings, act->candidate_count);
    if (act->words == NULL)
        act->words = "";
}

/* asked: taken over where that is DONE. */
static enum reason act_now(const struct referral_verb *verb, struct referral *referral,
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

/* --- Asked before ---------------------------------------------------------------------------------------------- */

static bool is_for_the_unread(enum referral_act_kind kind)
{
    return kind == REFERRAL_TAKE || kind == REFERRAL_HAND_OVER || kind == REFERRAL_FREE_SEAT;
}

/* Who must not have read of it: whoever sits down, or has somebody go. */
static const struct referral_person *unread_person(const struct referral_act *act)
{
    return act->kind == REFERRAL_HAND_OVER ? &act->to : &act->by;
}

/* To whom it is handed may be somebody else in the register by now. */
static enum reason find_receiver(
    const struct referrals *referrals, struct referral_act *act, struct failure *failure)
{
    if (act->kind != REFERRAL_HAND_OVER)
        return REASON_DONE;
    const struct register_holder *holder = register_find_holder(referrals->evidence->staff, act->to.identity);
    if (holder == NULL)
        return failure_set(failure, REASON_OFFICER_NOT_REGISTERED, "to", NULL);
    act->to_roles = holder->roles;
    return REASON_DONE;
}

/* He has waited: what he may now is what counts. Who knows of no such referral any more had one that he lost the role for. */
static enum reason follow_roles(struct asking *asking, struct failure *failure)
{
    const struct referrals *referrals = asking->who_read.referrals;
    const struct evidence *evidence = referrals->evidence;
    const unsigned before = asking->by.roles;
    asking->by.roles = evidence->roles_now(evidence->data, &asking->by);
    if ((before & ~asking->by.roles) == 0 || referral_find(referrals, &asking->by, asking->id) != NULL)
        return REASON_DONE;
    return failure_set(failure, REASON_NOT_PERMITTED, "referral",
        N_("you do not hold the role any more in which you asked for it"));
}

/* All is asked again: the referral may be another one by now, or have gone. */
static enum reason go_on(struct asking *asking, struct failure *failure)
{
    struct referral_standing standings[MATCHER_CANDIDATES_MAX];
    struct referral *referral;
    struct referrals *referrals = asking->who_read.referrals;
    const struct referral_verb verb = {
        .referrals = referrals, .by = &asking->by, .id = asking->id, .waiter = asking->waiter};
    TRY(follow_roles(asking, failure));
    TRY(find(&verb, &referral, failure));
    if (referrals->evidence->locked->reason != REASON_DONE) {
        *failure = *referrals->evidence->locked;
        return failure->reason;
    }
    TRY(find_receiver(referrals, &asking->act, failure));
    fill_in(&verb, referral, &asking->act, standings);
    TRY(log_readers_check(
        &asking->who_read.readers, referrals->evidence->staff, unread_person(&asking->act), failure));
    return act_now(&verb, referral, &asking->act, asking, failure);
}

static void refuse(struct asking *asking, const struct failure *failure)
{
    struct referral_waiter *waiter = asking->waiter;
    forget(asking);
    waiter->told(waiter, failure);
}

static void on_who_read(struct who_read *who_read, const struct failure *why_not)
{
    struct asking *asking = (struct asking *)who_read;
    struct failure failure = {0};
    if (why_not != NULL)
        failure = *why_not;
    else if (go_on(asking, &failure) == REASON_DONE)
        return;
    refuse(asking, &failure);
}

/* What was found stays with the referral: the log is asked from there on. */
static enum reason begin_asking(struct asking *asking, struct failure *failure)
{
    struct referral *referral;
    const struct referral_verb verb = {
        .referrals = asking->who_read.referrals, .by = &asking->by, .id = asking->id};
    TRY(find(&verb, &referral, failure));
    log_readers_finish(&asking->who_read.readers);
    return who_read_begin(&asking->who_read, referral, failure);
}

static void ask(struct asking *asking)
{
    struct failure failure = {0};
    if (begin_asking(asking, &failure) != REASON_DONE)
        refuse(asking, &failure);
}

/* What would be refused whoever has read of it is refused at once. */
static enum reason ask_first(const struct referral_verb *verb, const struct referral *referral,
    const struct referral_act *act, struct failure *failure)
{
    struct referral_course tried = referral->course;
    struct referral_act trying = *act;
    TRY(referral_act_apply(&referral->of, &tried, &trying, failure));
    struct asking *asking = calloc(1, sizeof *asking);
    if (asking == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "referral", NULL);
    asking->who_read = (struct who_read){.referrals = verb->referrals, .by = act->by, .told = on_who_read};
    asking->waiter = verb->waiter;
    asking->by = *verb->by;
    snprintf(asking->id, sizeof asking->id, "%s", verb->id);
    asking->act = *act;
    memcpy(asking->words, act->words, strlen(act->words) + 1); /* as long as they may be: it was tried */
    asking->act.words = asking->words;
    enum reason reason = begin_asking(asking, failure);
    if (reason != REASON_DONE)
        forget(asking);
    return reason;
}

/* act: its kind and values are filled in. */
static enum reason begin(const struct referral_verb *verb, struct referral_act *act, struct failure *failure)
{
    struct referral *referral;
    struct referral_standing standings[MATCHER_CANDIDATES_MAX];
    TRY(find(verb, &referral, failure));
    fill_in(verb, referral, act, standings);
    return is_for_the_unread(act->kind) ? ask_first(verb, referral, act, failure)
                                        : act_now(verb, referral, act, NULL, failure);
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

enum reason referral_free_seat(
    const struct referral_verb *verb, const char *holder, const char *why, struct failure *failure)
{
    struct referral_act act = {.kind = REFERRAL_FREE_SEAT, .words = why};
    snprintf(act.to.name, sizeof act.to.name, "%s", holder);
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
    struct referral_act act = {.kind = kind,
        .verdict = saying->verdict,
        .candidate = saying->candidate,
        .words = saying->why,
        .said = saying->since};
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
