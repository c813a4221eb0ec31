#include "daemon/redress/sample.h"

#include <string.h>

#include "base/language.h"
#include "base/locked_memory.h"
#include "daemon/quota.h"

#define SUBJECT "redress"

static void drop_references(struct redress_sample *sample)
{
    for (size_t i = 0; i < sample->reference_count; i++)
        locked_template_finish(&sample->references[i]);
    sample->reference_count = 0;
}

static void end(struct redress_sample *sample)
{
    struct work *work = sample->change.evidence->work;
    drop_references(sample);
    for (size_t i = 0; i < sample->consented_count; i++)
        locked_template_finish(&sample->consented[i]);
    sample->consented_count = 0;
    enrolment_finish(&sample->enrolment.enrolment);
    sample->done(sample);
    work_end(work);
}

static void fail(struct redress_sample *sample, const struct failure *failure)
{
    sample->change.reason = failure->reason;
    sample->change.failure = *failure;
    end(sample);
}

/* He has waited: who may give none any more has none kept, and is not told whether it agrees with an entry. */
static enum reason follow_roles(struct redress_sample *sample, struct failure *failure)
{
    const struct evidence *evidence = sample->change.evidence;
    sample->by.roles = evidence->roles_now(evidence->data, &sample->by);
    return (sample->by.roles & ROLE_SUPERVISOR) != 0
               ? REASON_DONE
               : failure_set(failure, REASON_NOT_PERMITTED, SUBJECT,
                     N_("you do not hold the role any more in which you gave the finger"));
}

/* --- Kept ------------------------------------------------------------------------------------------------------ */

static void on_changed(struct redress_change *change)
{
    end((struct redress_sample *)change);
}

/* Case and entries are looked at again with the commit. */
static void keep(struct redress_sample *sample)
{
    const struct locked_template *finger = &sample->consented[0];
    const struct matcher_template *template = locked_template_get(finger);
    struct redress_change *change = &sample->change;
    change->act = REDRESS_ADD_FINGER;
    change->done = on_changed;
    change->finger = (struct cleared_finger){finger->position, template->bytes, template->size};
    redress_change_start(change, &sample->by);
}

/* --- Refused --------------------------------------------------------------------------------------------------- */

/* That it is too much like an entry is told when the log says who gave it, and no sooner: whoever tries fingers to learn that must not stay unseen. */
static void on_refused(struct redress_change *change)
{
    struct redress_sample *sample = (struct redress_sample *)change;
    if (change->reason == REASON_DONE)
        change->reason = failure_set(&change->failure, REASON_FINGER_LIKE_ENTRY, SUBJECT, NULL);
    end(sample);
}

static void refuse(struct redress_sample *sample)
{
    struct redress_change *change = &sample->change;
    change->act = REDRESS_REFUSE_FINGER;
    change->done = on_refused;
    change->finger = (struct cleared_finger){.position = sample->consented[0].position};
    redress_change_start(change, &sample->by);
}

/* --- Compared -------------------------------------------------------------------------------------------------- */

static void read_next(struct redress_sample *sample);
static void compare(struct redress_sample *sample);

/* Fingers that the entry has none of tell nothing of it. */
static enum reason judge(const struct redress_sample *sample, struct failure *failure)
{
    const struct comparison_job *job = &sample->comparison;
    if (job->reason == REASON_NO_COMMON_FINGER)
        return REASON_DONE;
    if (job->reason != REASON_DONE) {
        *failure = job->failure;
        return job->reason;
    }
    return job->score <= sample->entries[sample->entry].score
               ? REASON_DONE
               : failure_set(failure, REASON_FINGER_LIKE_ENTRY, SUBJECT, NULL);
}

static void on_compared(struct comparison_job *job)
{
    struct redress_sample *sample = job->data;
    struct failure failure = {0};
    const enum reason may = follow_roles(sample, &failure);
    const enum reason reason = may == REASON_DONE ? judge(sample, &failure) : may;
    if (reason == REASON_FINGER_LIKE_ENTRY) {
        refuse(sample);
    } else if (reason != REASON_DONE) {
        fail(sample, &failure);
    } else if (sample->finger < sample->consented_count) {
        sample->finger++;
        compare(sample);
    } else {
        sample->entry++;
        read_next(sample);
    }
}

/* One is compared with all fingers of the entry, whichever it is said to be. */
static void compare(struct redress_sample *sample)
{
    const bool together = sample->finger == sample->consented_count;
    if (!together) {
        sample->anywhere = sample->consented[sample->finger];
        sample->anywhere.position = FINGER_UNKNOWN;
    }
    sample->comparison = (struct comparison_job){.probes = together ? sample->consented : &sample->anywhere,
        .probe_count = together ? sample->consented_count : 1,
        .references = sample->references,
        .reference_count = sample->reference_count,
        .background = true,
        .done = on_compared,
        .data = sample};
    comparison_job_start(sample->workers->search, &sample->comparison);
}

/* --- On the thread that reads the state ------------------------------------------------------------------------ */

static enum reason take_template(struct locked_template *template, enum finger_position position,
    const uint8_t *bytes, size_t size, struct failure *failure)
{
    TRY(matcher_template_check(bytes, size, failure));
    TRY(locked_memory_init(&template->memory, sizeof(struct matcher_template), failure));
    struct matcher_template *held = locked_template_get(template);
    memcpy(held->bytes, bytes, size);
    held->size = (uint32_t)size;
    template->position = position;
    return REASON_DONE;
}

static enum reason take_entry(void *context, const struct watchlist_entry *entry, struct failure *failure)
{
    struct redress_sample *sample = context;
    for (size_t i = 0; i < entry->finger_count; i++) {
        const struct watchlist_finger *finger = &entry->fingers[i];
        if (finger->template_size > 0)
            TRY(take_template(&sample->references[sample->reference_count++], finger->position,
                finger->template_bytes, finger->template_size, failure));
    }
    return REASON_DONE;
}

/* What is kept for the document already, but for a finger that is taken anew. */
static enum reason take_kept(
    struct redress_sample *sample, const struct cleared_pair *pair, struct failure *failure)
{
    for (size_t i = 0; i < pair->finger_count; i++) {
        const struct cleared_finger *finger = &pair->fingers[i];
        if (finger->position != sample->consented[0].position)
            TRY(take_template(&sample->consented[sample->consented_count++], finger->position,
                finger->template_bytes, finger->template_size, failure));
    }
    return REASON_DONE;
}

static enum reason read_kept(
    struct redress_sample *sample, struct store *store, const uint8_t *document, struct failure *failure)
{
    struct cleared_pair_kept kept;
    enum reason reason = cleared_pair_find(store, document, &kept, failure);
    if (reason == REASON_DONE)
        reason = take_kept(sample, &kept.pair, failure);
    cleared_pair_kept_finish(&kept);
    return reason;
}

/* What the finger will be kept beside, and what from. */
static enum reason read_whole(struct redress_sample *sample, struct store *store, struct failure *failure)
{
    struct redress_case of;
    TRY(redress_case_find(store, sample->change.of.key, &of, failure));
    TRY(redress_check_finger(&of, sample->change.today, failure));
    struct redress_pair_change pair = {.put = &of, .gone = ""};
    memcpy(pair.document, of.document, sizeof pair.document);
    TRY(redress_pair_basis(store, of.document, sample->change.basis, failure));
    TRY(redress_pair_entries(&pair, store, sample->entries, &sample->entry_count, failure));
    return read_kept(sample, store, of.document, failure);
}

static enum reason run(struct reader_job *job, struct store *store, struct failure *failure)
{
    struct redress_sample *sample = job->data;
    if (sample->entry == 0)
        TRY(read_whole(sample, store, failure));
    if (sample->entry >= sample->entry_count)
        return REASON_DONE;
    TRY(redress_check_entries(store, sample->entries, sample->entry_count, failure));
    return watchlist_read(store, &sample->entries[sample->entry].entry.id, WATCHLIST_PART_TEMPLATES,
        take_entry, sample, failure);
}

/* --- On the loop's --------------------------------------------------------------------------------------------- */

static void on_read(struct reader_job *job)
{
    struct redress_sample *sample = job->data;
    struct failure failure = job->failure;
    if (job->reason != REASON_DONE || follow_roles(sample, &failure) != REASON_DONE)
        fail(sample, &failure);
    else if (sample->entry >= sample->entry_count)
        keep(sample);
    else
        compare(sample);
}

/* The entry that is next; behind the last one the finger is kept. */
static void read_next(struct redress_sample *sample)
{
    struct failure failure = {0};
    drop_references(sample);
    sample->finger = 0;
    if (sample->workers->reader == NULL) {
        failure_set(&failure, REASON_STOPPING, NULL, NULL);
        fail(sample, &failure);
        return;
    }
    sample->reading = (struct reader_job){.run = run, .done = on_read, .data = sample};
    store_reader_run(sample->workers->reader, &sample->reading);
}

static void on_enrolled(struct enrolment_job *job)
{
    struct redress_sample *sample = job->data;
    quota_give_back(sample->quota, QUOTA_BODY_BYTES, &sample->by, sample->charged);
    if (job->reason != REASON_DONE) {
        fail(sample, &job->failure);
        return;
    }
    sample->consented[0] = job->enrolment.fingers[0];
    job->enrolment.fingers[0] = (struct locked_template){0};
    sample->consented_count = 1;
    read_next(sample);
}

void redress_sample_start(struct redress_sample *sample)
{
    sample->enrolment.done = on_enrolled;
    sample->enrolment.data = sample;
    sample->enrolment.background = true;
    work_begin(sample->change.evidence->work);
    enrolment_job_start(sample->workers->search, &sample->enrolment);
}
