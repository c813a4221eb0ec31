#include "daemon/list/in_force.h"

#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "daemon/api/events.h"
#include "daemon/evidence.h"
#include "daemon/guard.h"
#include "daemon/threads/store_reader.h"
#include "daemon/readiness.h"

json_t *list_thresholds(const struct kordond *kordond)
{
    json_t *list = json_array();
    for (uint32_t fingers = 1; fingers <= MATCHER_PROBE_FINGERS_MAX; fingers++) {
        matcher_score threshold = 0;
        struct failure failure = {0};
        bool reachable = readiness_threshold(kordond, fingers, &threshold, &failure) == REASON_DONE;
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

static void note_mode(struct kordond *kordond)
{
    json_t *body = evidence_body(kordond, "kordond", "system");
    evidence_text(body, "mode", mode_name(kordond->mode));
    if (kordond->set != NULL) {
        const struct watchlist_summary *summary = reference_set_summary(kordond->set);
        evidence_integer(body, "list_version", (int64_t)summary->list_version);
        evidence_integer(body, "entries", (int64_t)summary->entry_count);
        evidence_integer(body, "searchable", (int64_t)reference_set_counts(kordond->set)->people);
    }
    if (kordond->mode != MODE_ARMED)
        evidence_failure(body, &kordond->mode_failure);
    evidence_note(kordond, LOG_EVENT_MODE, body);
    events_publish_mode(kordond);
}

/* --- The set in force */

static void replace_set(struct kordond *kordond, struct reference_set *set)
{
    struct reference_set *before = kordond->set;
    kordond->set = set != NULL ? reference_set_hold(set) : NULL;
    if (before != NULL && reference_set_release(before))
        search_pool_destroy_set(kordond->search, before);
    events_publish_list(kordond);
}

/* First and last days of entries act when their day comes; also where the clock was set back. */
static void follow_day(struct kordond *kordond)
{
    int32_t today = day_of_ms(store_now_ms());
    struct reference_set *light;
    if (kordond->set != NULL && !reference_set_is_for(kordond->set, today) &&
        reference_set_on(kordond->set, today, &light, NULL) == REASON_DONE)
        replace_set(kordond, light);
}

void list_derive_mode(struct kordond *kordond)
{
    enum kordond_mode mode_before = kordond->mode;
    enum reason why_before = kordond->mode_failure.reason;
    struct readiness readiness;
    follow_day(kordond);
    readiness_judge(kordond, &readiness);
    kordond->mode = readiness.mode;
    kordond->mode_failure = readiness.why;
    kordond->armed_from_fingers = readiness.armed_from_fingers;
    kordond->memory_short = readiness.memory_short;
    if (kordond->mode != mode_before || kordond->mode_failure.reason != why_before)
        note_mode(kordond);
}

void list_put_in_force(struct kordond *kordond, struct reference_set *set, const struct failure *failure)
{
    if (set != NULL)
        memset(&kordond->set_failure, 0, sizeof kordond->set_failure);
    else
        kordond->set_failure = *failure;
    replace_set(kordond, set);
    list_derive_mode(kordond);
}

enum reason list_put_in_force_without(
    struct kordond *kordond, const struct watchlist_id *id, struct failure *failure)
{
    struct reference_set *light;
    if (kordond->set == NULL)
        return failure_set(failure, REASON_ENTRY_NOT_FOUND, "watchlist", NULL);
    enum reason reason = reference_set_without(kordond->set, id, &light, failure);
    if (reason == REASON_DONE)
        list_put_in_force(kordond, light, failure);
    return reason;
}

_Static_assert(CONFIG_PURPOSES_MAX <= REFERENCE_PURPOSES_MAX, "every declared purpose is searched for");

enum reason list_build(const struct configuration *configuration, const struct reference_source *source,
    uint32_t threads, struct reference_set **set, struct failure *failure)
{
    const char *purposes[CONFIG_PURPOSES_MAX];
    const struct reference_options options = {.purposes = purposes,
        .purpose_count = config_purposes(configuration, purposes),
        .day = day_of_ms(store_now_ms()),
        .threads = threads,
        .scan_shares = configuration->identification.first_stage
                           ? search_pool_thread_count(configuration->identification.threads)
                           : 0,
        .keep_free = readiness_memory_kept()};
    return reference_set_build(source, &options, set, failure);
}

enum reason list_measure(const struct configuration *configuration, const struct reference_source *source,
    struct reference_totals *totals, struct failure *failure)
{
    const char *purposes[CONFIG_PURPOSES_MAX];
    const struct reference_options options = {
        .purposes = purposes, .purpose_count = config_purposes(configuration, purposes)};
    return reference_set_measure(source, &options, totals, failure);
}

struct reload {
    struct reader_job job;
    struct kordond *kordond;
    struct reference_set *set;
    void (*done)(void *data);
    void *data;
};

static enum reason reload_run(struct reader_job *job, struct store *store, struct failure *failure)
{
    struct reload *reload = (struct reload *)job;
    struct reference_source source;
    enum reason reason = reference_source_installed(store, &source, failure);
    if (reason != REASON_DONE)
        return reason;
    /* On this thread alone: the others belong to the travellers who wait. */
    return list_build(reload->kordond->configuration, &source, 1, &reload->set, failure);
}

static void reload_done(struct reader_job *job)
{
    struct reload *reload = (struct reload *)job;
    struct kordond *kordond = reload->kordond;
    /* What only could not be built leaves the set in force, which was proven; what was found altered ends it. */
    if (reload->set != NULL || kordond->set == NULL || guard_is_evidence(job->failure.reason))
        list_put_in_force(kordond, reload->set, &job->failure);
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
    store_reader_run(kordond->store_reader, &reload->job);
    return REASON_DONE;
}
