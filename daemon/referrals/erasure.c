/* erasure.c: what is kept of a match goes when its referrals are decided and its time is over, unless it is held: first the probe, with what was
 * found (M2), then what people decided. That goes earlier where its record would stand in the way of another match's: the log has it. */
#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "daemon/redress/change.h"
#include "daemon/referrals/referrals_internal.h"
#include "retention/holds.h"

#define HOUR_MS  (INT64_C(3600) * 1000)
#define DAY_MS   (24 * HOUR_MS)
#define DOUBT_MS 10000

/* Records of referrals whose probe is gone. Those whose probe is kept, two of each slot, and those that are held always have room beside them. */
#define ENDED_MAX (CASE_RECORDS_MAX - 2 * (PROBE_SLOTS_MAX + LEGAL_HOLDS_MAX))

struct erasure {
    struct journal_job job;
    struct referrals *referrals;
    struct referral_match *match;
    json_t *body;
    size_t changed
        [2]; /* which of the match's referrals, change_count of them: those whose time is over, or all */
    size_t change_count;
    struct case_record_change records[4]; /* of these; of an erased one also what is counted of it */
    uint8_t refusals[2][REDRESS_REFUSALS_BYTES];
    enum referral_end end;
    bool early; /* before its time */
    struct probe_slot_erasure slot;
    bool appended;
    bool looked; /* at what the state says of the attempt before */
};

/* --- On the journal's thread, where nobody else changes what is held */

static enum reason check_held(struct store *store, const char *transaction, struct failure *failure)
{
    uint8_t digest[DIGEST_BYTES];
    struct legal_holds *holds = malloc(sizeof *holds);
    if (holds == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "holds", NULL);
    enum reason reason = legal_holds_read(store, holds, digest, failure);
    if (reason == REASON_DONE && legal_holds_have(holds, transaction))
        reason = failure_set(failure, REASON_TRANSACTION_HELD, transaction, NULL);
    free(holds);
    return reason;
}

/* Nobody knew whether the attempt before was durable: the record says it. */
static enum reason check_gone(
    struct erasure *erasure, struct store *store, bool *gone, struct failure *failure)
{
    struct referral_course course = {0};
    bool kept;
    *gone = false;
    TRY(referral_kept(store, &erasure->match->referrals[erasure->changed[0]].of,
        erasure->referrals->secret.bytes, &course, &kept, failure));
    erasure->looked = true;
    switch (erasure->end) {
    case REFERRAL_PROBE_CLOSED:
        *gone = kept && course.probe_closed;
        break;
    case REFERRAL_PROBE_ERASED:
        *gone = kept && course.probe_erased;
        break;
    case REFERRAL_ERASED:
        *gone = !kept;
        break;
    }
    return REASON_DONE;
}

/* How many fingers were refused for its cases goes with it, or with the last of them. */
static enum reason add_refusals(struct erasure *erasure, struct store *store, struct failure *failure)
{
    const size_t count = erasure->change_count;
    for (size_t i = 0; i < count; i++)
        TRY(redress_referral_gone(store, erasure->match->referrals[erasure->changed[i]].of.id,
            erasure->refusals[i], &erasure->records[count + i], failure));
    return REASON_DONE;
}

static enum reason run(struct journal_job *job, struct store *store, struct failure *failure)
{
    struct erasure *erasure = job->data;
    struct journal_outcome outcome;
    const bool whole = erasure->end == REFERRAL_ERASED;
    const struct journal_change change = {.records = erasure->records,
        .record_count = whole ? 2 * erasure->change_count : erasure->change_count,
        .erased_slots = &erasure->slot,
        .erased_slot_count = erasure->end == REFERRAL_PROBE_ERASED ? 1 : 0};
    const struct journal_change *changes = &change;
    const struct log_draft draft = {LOG_EVENT_DECISION, erasure->body};
    bool gone;
    TRY(check_gone(erasure, store, &gone, failure));
    if (gone)
        return REASON_DONE;
    TRY(check_held(store, erasure->match->referrals[0].of.transaction, failure));
    if (whole)
        TRY(add_refusals(erasure, store, failure));
    TRY(journal_append_changing(store, &draft, &changes, 1, &outcome, failure));
    erasure->appended = true;
    journal_outcome_finish(&outcome);
    return REASON_DONE;
}

/* --- On the loop's */

bool referral_may_bear_case(const struct referral *referral)
{
    const struct referral_match *match = referral->match;
    return !referral->under_way && !(referral->erasing && match->whole);
}

static void finish(struct erasure *erasure)
{
    for (size_t i = 0; i < erasure->change_count; i++)
        referral_keep_finish(&erasure->records[i]);
    json_decref(erasure->body);
    free(erasure);
}

static void forget(struct referrals *referrals, struct referral_match *match)
{
    struct referral_match **link = &referrals->newest;
    while (*link != match)
        link = &(*link)->next;
    *link = match->next;
    match_memory_give_back(&referrals->memory, match);
}

/* It is told of those that close by it: of another one it would tell that there was one that closes later. */
static void drop_probe(struct erasure *erasure)
{
    struct referral_match *match = erasure->match;
    bool erased = erasure->end == REFERRAL_PROBE_ERASED;
    if (erased) {
        referral_opening_destroy(match->opening);
        match->opening = NULL;
    }
    for (size_t i = 0; i < erasure->change_count; i++) {
        struct referral *referral = &match->referrals[erasure->changed[i]];
        bool closes = !referral->course.probe_closed;
        referral->course.probe_closed = true;
        referral->course.probe_erased = erased;
        if (closes)
            referral_changed(erasure->referrals, referral);
    }
}

static void take(struct erasure *erasure)
{
    metric_add(erasure->referrals->evidence->metrics, METRIC_ENTRIES, erasure->appended ? 1 : 0);
    if (erasure->end == REFERRAL_ERASED)
        forget(erasure->referrals, erasure->match);
    else
        drop_probe(erasure);
}

/* It stays; an hour later it is tried again, or soon where nobody knows whether it stayed. */
static void put_off(struct erasure *erasure)
{
    char line[600];
    if (erasure->job.reason != REASON_TRANSACTION_HELD && erasure->job.reason != REASON_STOPPING)
        say(SAY_ERROR, "erasure of a match: %s", failure_line(&erasure->job.failure, line, sizeof line));
    erasure->match->erasure_ms = store_now_ms() + (erasure->match->in_doubt ? DOUBT_MS : HOUR_MS);
}

/* Where nobody knows whether it is erased the next attempt finds out; until then nobody acts on what it changes: an act would write that the probe is
 * still there. */
static void on_run(struct journal_job *job)
{
    struct erasure *erasure = job->data, ended = *erasure;
    struct referral_match *match = ended.match;
    finish(erasure);
    match->erasing = false;
    match->in_doubt = ended.job.reason == REASON_OUTCOME_UNKNOWN || (match->in_doubt && !ended.looked);
    for (size_t i = 0; i < ended.change_count; i++)
        match->referrals[ended.changed[i]].erasing = match->in_doubt;
    if (ended.job.reason == REASON_DONE)
        take(&ended);
    else
        put_off(&ended);
    work_end(ended.referrals->work);
}

/* Whether the referral's probe is to be closed, or where there is none what was decided to be erased: at once with the outcome, or, where it is kept for
 * days, by a time that nobody sets: it can't be fetched back. */
static bool is_over(const struct referral *referral, int64_t past_ms)
{
    const struct referral_course *course = &referral->course;
    const uint32_t days =
        referral->match->opening != NULL ? course->rules.probe_retention_days : course->rules.retention_days;
    return referral_state_has_outcome(course->state) &&
           (days == 0 || past_ms >= course->outcome_ms + days * DAY_MS);
}

/* Each is closed at its own time, whatever becomes of the other; with the last one the probe is erased. */
static void choose(struct erasure *erasure, int64_t past_ms)
{
    const struct referral_match *match = erasure->match;
    size_t open = 0;
    erasure->end = match->opening != NULL ? REFERRAL_PROBE_ERASED : REFERRAL_ERASED;
    for (size_t i = 0; i < match->count; i++) {
        const struct referral *referral = &match->referrals[i];
        if (match->opening == NULL || (!referral->course.probe_closed && is_over(referral, past_ms)))
            erasure->changed[erasure->change_count++] = i;
        else if (!referral->course.probe_closed)
            open++;
    }
    if (open > 0) {
        erasure->end = REFERRAL_PROBE_CLOSED;
        return;
    }
    for (size_t i = 0; i < match->count; i++)
        erasure->changed[i] = i;
    erasure->change_count = match->count;
}

/* Of the whole no record is left. */
static enum reason prepare(struct erasure *erasure)
{
    struct referral_match *match = erasure->match;
    if (erasure->end == REFERRAL_PROBE_ERASED) {
        erasure->slot.slot = match->opening->slot;
        memcpy(erasure->slot.salt, match->opening->salt, sizeof erasure->slot.salt);
    }
    erasure->body = referral_account_of_erasure(erasure->referrals->evidence,
        &match->referrals[erasure->changed[0]].of, erasure->end, erasure->early);
    for (size_t i = 0; i < erasure->change_count; i++) {
        const struct referral *referral = &match->referrals[erasure->changed[i]];
        struct referral_course next = referral->course;
        next.probe_closed = true;
        next.probe_erased = erasure->end != REFERRAL_PROBE_CLOSED;
        TRY(referral_keep(
            &referral->of, &next, erasure->referrals->secret.bytes, &erasure->records[i], NULL));
        if (erasure->end == REFERRAL_ERASED)
            referral_keep_finish(&erasure->records[i]);
    }
    return erasure->body != NULL ? REASON_DONE : REASON_NO_MEMORY;
}

static void begin(struct referrals *referrals, struct referral_match *match, int64_t past_ms, bool early)
{
    struct erasure *erasure = calloc(1, sizeof *erasure);
    if (erasure == NULL)
        return;
    erasure->referrals = referrals;
    erasure->match = match;
    erasure->early = early;
    choose(erasure, past_ms);
    if (erasure->change_count == 0 || prepare(erasure) != REASON_DONE) {
        finish(erasure);
        return;
    }
    match->erasing = true;
    match->whole = erasure->end == REFERRAL_ERASED;
    for (size_t i = 0; i < erasure->change_count; i++)
        match->referrals[erasure->changed[i]].erasing = true;
    erasure->job = (struct journal_job){.run = run, .done = on_run, .data = erasure};
    work_begin(referrals->work);
    journal_thread_run(referrals->workers->journal, &erasure->job);
}

static bool is_put_off(const struct referral_match *match, int64_t now_ms)
{
    return match->erasing || now_ms < match->erasure_ms;
}

/* Nobody works on those that are changed; the probe is closed one by one, what was decided goes when the longest of their times is over. Another one,
 * which stays open, keeps none of them from it: whoever sees it close would hear of that one. */
static bool is_due(const struct referral_match *match, int64_t now_ms, int64_t past_ms)
{
    size_t over = 0, due = 0;
    if (match->count == 0 || is_put_off(match, now_ms))
        return false;
    for (size_t i = 0; i < match->count; i++) {
        const struct referral *referral = &match->referrals[i];
        const bool is_closed = referral->course.probe_closed;
        if (!is_over(referral, past_ms) && !is_closed)
            continue;
        if (referral->under_way || referral->reading)
            return false;
        over += is_over(referral, past_ms);
        due += !is_closed;
    }
    return match->in_doubt || (match->opening != NULL ? due > 0 : over == match->count);
}

/* All are decided, and nobody works on one. */
static bool has_ended(const struct referral_match *match)
{
    for (size_t i = 0; i < match->count; i++) {
        const struct referral *referral = &match->referrals[i];
        if (referral->under_way || referral->erasing || referral->reading ||
            !referral_state_has_outcome(referral->course.state))
            return false;
    }
    return match->count > 0;
}

/* The one that was decided longest ago, where there are more than have room. What is held, or goes already, is not counted. */
static struct referral_match *find_too_many(const struct referrals *referrals, int64_t now_ms)
{
    struct referral_match *oldest = NULL;
    size_t records = 0;
    for (struct referral_match *match = referrals->newest; match != NULL; match = match->next) {
        if (match->opening != NULL || is_put_off(match, now_ms) || !has_ended(match))
            continue;
        records += match->count;
        if (oldest == NULL || match->referrals[0].course.outcome_ms <= oldest->referrals[0].course.outcome_ms)
            oldest = match;
    }
    return records > ENDED_MAX ? oldest : NULL;
}

/* Whose time is over is closed: nobody begins to look at his prints any more, and who began still sees them. Of a match in which another referral stays open
 * that one's looks go on. */
static void close_to_looks(struct referral_match *match, bool due, int64_t past_ms)
{
    for (size_t i = 0; i < match->count; i++) {
        struct referral *referral = &match->referrals[i];
        referral->closing = (due || match->in_doubt) && is_over(referral, past_ms);
    }
}

/* Somebody who began before it was closed. */
static bool is_looked_at(const struct referral_match *match)
{
    for (size_t i = 0; i < match->count; i++)
        if (match->referrals[i].closing && match->referrals[i].looks > 0)
            return true;
    return false;
}

static bool may_erase(const struct referrals *referrals, int64_t now_ms)
{
    return !referrals->stopping && referrals->workers->journal != NULL &&
           referrals->evidence->locked->reason == REASON_DONE &&
           store_guard_check_clock(&referrals->guard->store, now_ms, NULL) == REASON_DONE;
}

/* Each ends on another turn. Of too many one goes a time: people decide no faster. */
void match_erasure_look(struct referrals *referrals, int64_t now_ms, int64_t past_ms)
{
    const bool may = may_erase(referrals, now_ms);
    for (struct referral_match *match = referrals->newest; match != NULL; match = match->next) {
        if (match->erasing)
            continue;
        const bool due = may && is_due(match, now_ms, past_ms);
        close_to_looks(match, due, past_ms);
        if (due && !is_looked_at(match))
            begin(referrals, match, past_ms, false);
    }
    struct referral_match *one_too_many = may ? find_too_many(referrals, now_ms) : NULL;
    if (one_too_many != NULL)
        begin(referrals, one_too_many, past_ms, true);
}
