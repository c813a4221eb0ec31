#include "daemon/list_in_force.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/api/events.h"
#include "daemon/evidence.h"
#include "daemon/guard.h"
#include "daemon/log_reader.h"

/* For the whole list, whoever may see it. */
static enum reason threshold_for(
    const struct kordond *kordond, uint32_t fingers, matcher_score *threshold, struct failure *failure)
{
    if (kordond->set == NULL) {
        *failure = kordond->locked.reason != REASON_DONE ? kordond->locked : kordond->set_failure;
        return failure->reason;
    }
    if (reference_set_summary(kordond->set)->list_version == 0)
        return failure_set(failure, REASON_LIST_MISSING, "watchlist", NULL);
    const struct matcher_reference_set *references = reference_set_references(kordond->set);
    uint32_t subjects = references != NULL ? matcher_reference_set_subjects(references) : 1;
    return matcher_identification_threshold(
        kordond->configuration->identification.target_fpir, subjects, fingers, threshold, failure);
}

json_t *list_thresholds(const struct kordond *kordond)
{
    json_t *list = json_array();
    for (uint32_t fingers = 1; fingers <= MATCHER_PROBE_FINGERS_MAX; fingers++) {
        matcher_score threshold = 0;
        struct failure failure = {0};
        bool reachable = threshold_for(kordond, fingers, &threshold, &failure) == REASON_DONE;
        json_t *row = json_pack("{s:i, s:b}", "fingers", (int)fingers, "reachable", (int)reachable);
        if (reachable)
            json_object_set_new(row, "threshold", json_integer(threshold));
        else
            json_object_set_new(row, "why",
                json_string(failure.detail[0] != '\0' ? failure.detail : reason_text(failure.reason)));
        json_array_append_new(list, row);
    }
    return list;
}

/* Armed where some allowed number of fingers reaches the target; a transaction with fewer is told so. */
static enum kordond_mode derive_mode(const struct kordond *kordond, struct failure *why)
{
    *why = (struct failure){0};
    if (kordond->locked.reason != REASON_DONE) {
        *why = kordond->locked;
        return MODE_LOCKED;
    }
    if (kordond->set != NULL && guard_check(kordond, why) != REASON_DONE)
        return MODE_IDENTIFICATION_REFUSED;
    for (uint32_t fingers = 1; fingers <= MATCHER_PROBE_FINGERS_MAX; fingers++) {
        matcher_score threshold;
        if (threshold_for(kordond, fingers, &threshold, why) == REASON_DONE) {
            *why = (struct failure){0};
            return MODE_ARMED;
        }
    }
    return kordond->set == NULL ? MODE_LOCKED : MODE_IDENTIFICATION_REFUSED;
}

static void note_mode(struct kordond *kordond)
{
    json_t *body = evidence_body(kordond, "kordond", "system");
    evidence_text(body, "mode", mode_name(kordond->mode));
    if (kordond->set != NULL) {
        const struct watchlist_summary *summary = reference_set_summary(kordond->set);
        evidence_integer(body, "list_version", (int64_t)summary->list_version);
        evidence_integer(body, "entries", (int64_t)summary->entry_count);
    }
    if (kordond->mode != MODE_ARMED)
        evidence_failure(body, &kordond->mode_failure);
    evidence_note(kordond, LOG_EVENT_MODE, body);
    events_publish_mode(kordond);
}

void list_derive_mode(struct kordond *kordond)
{
    enum kordond_mode mode_before = kordond->mode;
    enum reason why_before = kordond->mode_failure.reason;
    kordond->mode = derive_mode(kordond, &kordond->mode_failure);
    if (kordond->mode != mode_before || kordond->mode_failure.reason != why_before)
        note_mode(kordond);
}

void list_install(struct kordond *kordond, struct reference_set *set, const struct failure *failure)
{
    struct reference_set *before = kordond->set;
    kordond->set = set != NULL ? reference_set_hold(set) : NULL;
    if (set != NULL)
        memset(&kordond->set_failure, 0, sizeof kordond->set_failure);
    else
        kordond->set_failure = *failure;
    if (before != NULL && reference_set_release(before))
        search_pool_destroy_set(kordond->search, before);
    events_publish_list(kordond);
    list_derive_mode(kordond);
}

struct reload {
    struct log_job job;
    struct kordond *kordond;
    struct reference_set *set;
    void (*done)(void *data);
    void *data;
};

static enum reason reload_run(struct log_job *job, struct store *store, struct failure *failure)
{
    struct reload *reload = (struct reload *)job;
    /* On this thread alone: the others belong to the travellers who wait. */
    return reference_set_build(store, 1, &reload->set, failure);
}

static void reload_done(struct log_job *job)
{
    struct reload *reload = (struct reload *)job;
    struct kordond *kordond = reload->kordond;
    list_install(kordond, reload->set, &job->failure);
    kordond->list_jobs--;
    uv_async_send(&kordond->stop_step);
    reload->done(reload->data);
    free(reload);
}

enum reason list_reload(
    struct kordond *kordond, void (*done)(void *data), void *data, struct failure *failure)
{
    struct reload *reload = calloc(1, sizeof *reload);
    if (reload == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "watchlist", NULL);
    reload->job.run = reload_run;
    reload->job.done = reload_done;
    reload->kordond = kordond;
    reload->done = done;
    reload->data = data;
    kordond->list_jobs++;
    log_reader_run(kordond->log_reader, &reload->job);
    return REASON_DONE;
}
