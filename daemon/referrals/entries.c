/* entries.c: what the entries of a referral's candidates say when a seat is taken and nobody has compared with one: who is told apart from them later is told
 * apart from these, and from nothing that was put in their place (H6). They must be what the machine compared with: its score is one with that, and with
 * nothing that people see instead. */
#include <stdlib.h>
#include <string.h>

#include "daemon/referrals/referrals_internal.h"
#include "daemon/threads/store_reader.h"
#include "list/opened_list.h"

/* What is to be noted, and what it was when the machine compared with it. */
struct wanted_entries {
    struct redress_entry entries[CLEARED_ENTRIES_MAX];
    uint8_t compared[CLEARED_ENTRIES_MAX][DIGEST_BYTES]; /* opened_list_digest() */
    size_t count;
    bool changed; /* found: one is something else by now */
};

struct noting {
    struct reader_job job;
    struct referrals *referrals;
    struct referral *referral;
    struct wanted_entries wanted;
};

static bool is_held(const struct referral_course *course)
{
    for (size_t i = 0; i < course->rules.examiners; i++)
        if (course->seats[i].phase != SEAT_FREE)
            return true;
    return false;
}

bool referral_wants_entries(const struct referral *referral)
{
    return referral->of.entry_count == 0 && referral->match->opening != NULL && !referral->reading &&
           is_held(&referral->course) && referral_is_uncompared(&referral->course);
}

/* None where they are too many, or where nobody knows what the machine compared with one of them: it was kept without. That is no broken evidence. */
static void list_entries(const struct referral *referral, struct wanted_entries *wanted)
{
    const struct identification_outcome *found = &referral->match->opening->identification;
    uint32_t rank;
    *wanted = (struct wanted_entries){0};
    while ((rank = referral_candidate_rank(
                &referral->of, referral->match->opening, (uint32_t)wanted->count + 1)) != 0) {
        const struct identification_candidate *candidate = &found->candidates[rank - 1];
        if (wanted->count == CLEARED_ENTRIES_MAX || !candidate->entry_known) {
            wanted->count = 0;
            return;
        }
        wanted->entries[wanted->count] =
            (struct redress_entry){.entry.id = candidate->id, .score = candidate->score};
        memcpy(wanted->compared[wanted->count++], candidate->entry, DIGEST_BYTES);
    }
}

/* --- On a thread that reads the store -------------------------------------------------------------------------- */

static enum reason compare(
    struct wanted_entries *wanted, size_t place, struct store *store, struct failure *failure)
{
    uint8_t now[DIGEST_BYTES];
    enum reason reason = opened_list_digest_installed(store, &wanted->entries[place].entry.id, now, failure);
    if (reason == REASON_ENTRY_NOT_FOUND ||
        (reason == REASON_DONE && memcmp(now, wanted->compared[place], sizeof now) != 0)) {
        wanted->changed = true;
        return REASON_DONE;
    }
    return reason;
}

static enum reason look_at_list(struct wanted_entries *wanted, struct store *store, struct failure *failure)
{
    for (size_t i = 0; i < wanted->count && !wanted->changed; i++)
        TRY(compare(wanted, i, store, failure));
    return wanted->changed ? REASON_DONE
                           : redress_entries_note(store, wanted->entries, wanted->count, failure);
}

/* What was compared and what is noted must stand in one list. */
static enum reason look(struct wanted_entries *wanted, struct store *store, struct failure *failure)
{
    struct watchlist_summary before, after;
    TRY(watchlist_summarize(store, &before, failure));
    TRY(look_at_list(wanted, store, failure));
    TRY(watchlist_summarize(store, &after, failure));
    return before.generation == after.generation ? REASON_DONE
                                                 : failure_set(failure, REASON_BUSY, "referral", NULL);
}

static void take(struct referral *referral, const struct wanted_entries *wanted)
{
    referral->of.entries_changed = wanted->changed;
    if (wanted->changed)
        return;
    memcpy(referral->of.entries, wanted->entries, sizeof referral->of.entries);
    referral->of.entry_count = wanted->count;
}

void referral_read_entries(struct referral *referral, struct store *store)
{
    struct wanted_entries wanted;
    struct failure ignored; /* what is not known clears nobody */
    list_entries(referral, &wanted);
    if (look(&wanted, store, &ignored) == REASON_DONE)
        take(referral, &wanted);
}

static enum reason run(struct reader_job *job, struct store *store, struct failure *failure)
{
    struct noting *noting = job->data;
    return look(&noting->wanted, store, failure);
}

/* --- On the loop's --------------------------------------------------------------------------------------------- */

/* Whatever came of the referral meanwhile: a look waits for this, so what is known now is what whoever looks is shown. */
static void on_run(struct reader_job *job)
{
    struct noting *noting = job->data;
    struct work *work = noting->referrals->work;
    noting->referral->reading = false;
    if (job->reason == REASON_DONE)
        take(noting->referral, &noting->wanted);
    free(noting);
    work_end(work);
}

void referral_note_entries(struct referrals *referrals, struct referral *referral)
{
    struct noting *noting = referrals->workers->reader != NULL ? calloc(1, sizeof *noting) : NULL;
    if (noting == NULL)
        return;
    noting->referrals = referrals;
    noting->referral = referral;
    list_entries(referral, &noting->wanted);
    noting->job = (struct reader_job){.run = run, .done = on_run, .data = noting};
    referral->reading = true;
    work_begin(referrals->work);
    store_reader_run(referrals->workers->reader, &noting->job);
}
