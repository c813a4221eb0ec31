/* entries.c: what the entries of a referral's candidates say when a seat is taken and nobody has compared with one: who is told apart from them later is told
 * apart from these, and from nothing that was put in their place (H6). */
#include <stdlib.h>
#include <string.h>

#include "daemon/referrals/referrals_internal.h"
#include "daemon/threads/store_reader.h"

struct noting {
    struct reader_job job;
    struct referrals *referrals;
    struct referral *referral;
    struct redress_entry entries[CLEARED_ENTRIES_MAX];
    size_t count;
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

/* Gives their number; 0 where they are too many. */
static size_t list_entries(
    const struct referral *referral, struct redress_entry entries[static CLEARED_ENTRIES_MAX])
{
    const struct identification_outcome *found = &referral->match->opening->identification;
    uint32_t count = 0, rank;
    while ((rank = referral_candidate_rank(&referral->of, referral->match->opening, count + 1)) != 0) {
        if (count == CLEARED_ENTRIES_MAX)
            return 0;
        const struct identification_candidate *candidate = &found->candidates[rank - 1];
        entries[count++] = (struct redress_entry){.entry.id = candidate->id, .score = candidate->score};
    }
    return count;
}

static void take(struct referral *referral, const struct redress_entry *entries, size_t count)
{
    memcpy(referral->of.entries, entries, count * sizeof entries[0]);
    referral->of.entry_count = count;
}

void referral_read_entries(struct referral *referral, struct store *store)
{
    struct redress_entry entries[CLEARED_ENTRIES_MAX];
    struct failure ignored; /* what is not known clears nobody */
    size_t count = list_entries(referral, entries);
    if (redress_entries_note(store, entries, count, &ignored) == REASON_DONE)
        take(referral, entries, count);
}

static enum reason run(struct reader_job *job, struct store *store, struct failure *failure)
{
    struct noting *noting = job->data;
    return redress_entries_note(store, noting->entries, noting->count, failure);
}

/* Whatever came of the referral meanwhile: a look waits for this, so what is known now is what whoever looks is shown. */
static void on_run(struct reader_job *job)
{
    struct noting *noting = job->data;
    struct work *work = noting->referrals->work;
    noting->referral->reading = false;
    if (job->reason == REASON_DONE)
        take(noting->referral, noting->entries, noting->count);
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
    noting->count = list_entries(referral, noting->entries);
    noting->job = (struct reader_job){.run = run, .done = on_run, .data = noting};
    referral->reading = true;
    work_begin(referrals->work);
    store_reader_run(referrals->workers->reader, &noting->job);
}
