/* list_import.c: an import begins, is looked at, and ends without being installed. */
#include "daemon/list/import_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/digest.h"
#include "crypto/random.h"
#include "daemon/api/events.h"
#include "daemon/api/reply.h"
#include "daemon/list/sweep.h"
#include "daemon/threads/store_reader.h"

/* How long an import may rest before it is ended: a supervisor whose machine died must not keep the others from theirs. */
#define IMPORT_PATIENCE_MS 600000

static const char *state_name(enum list_import_state state)
{
    switch (state) {
    case LIST_IMPORT_BEGINNING:
        return "beginning";
    case LIST_IMPORT_RECEIVING:
        return "receiving";
    case LIST_IMPORT_INSTALLING:
        return "installing";
    case LIST_IMPORT_ENDING:
        return "ending";
    }
    return "?";
}

/* Whose it is, its state and how far it is. */
static json_t *import_json(const struct list_import *import)
{
    json_t *json = list_change_progress(&import->change);
    json_object_set_new(json, "import", json_string(import->id));
    json_object_set_new(json, "owner", json_string(import->owner.name));
    json_object_set_new(json, "state", json_string(state_name(import->state)));
    json_object_set_new(json, "dry_run", json_boolean(import->change.request.dry_run));
    return json;
}

void list_import_touch(struct list_import *import)
{
    import->touched_ms = uv_now(&import->kordond->loop);
    events_publish_import(import->kordond, import_json(import));
}

void list_import_forget(struct list_import *import)
{
    struct kordond *kordond = import->kordond;
    if (kordond->import == import)
        kordond->import = NULL;
    list_change_finish(&import->change);
    free(import);
}

/* --- Finding it */

/* Whether it is the one that the request's path names. import may be NULL. */
static bool is_meant(const struct list_import *import, const struct http_request *request)
{
    return import != NULL && request->parameter_size == IMPORT_ID_SIZE - 1 &&
           memcmp(import->id, request->parameter, IMPORT_ID_SIZE - 1) == 0;
}

struct list_import *list_import_of(struct kordond *kordond, struct http_request *request)
{
    struct list_import *import = kordond->import;
    if (!is_meant(import, request) || !principal_is(&import->owner, &request->principal)) {
        list_refuse(request, REASON_IMPORT_NOT_FOUND, "import", "it has ended, or somebody else began it");
        return NULL;
    }
    if (import->state != LIST_IMPORT_RECEIVING) {
        list_refuse(request, REASON_BUSY, "import", "its last step is still under way");
        return NULL;
    }
    if (kordond->phase != KORDOND_RUNNING) {
        list_refuse(request, REASON_STOPPING, NULL, "");
        return NULL;
    }
    if (import->failure.reason != REASON_DONE) {
        reply_failure(request, &import->failure);
        return NULL;
    }
    return import;
}

/* Any supervisor may see that one is under way, and whose: he may have to wait for it, or to end it. */
void list_import_show(struct kordond *kordond, struct http_request *request)
{
    json_t *import = kordond->import != NULL ? import_json(kordond->import) : json_null();
    reply_json(request, 200, json_pack("{s:o}", "import", import));
}

/* --- Begin */

struct beginning {
    struct list_waiter waiter; /* first: the waiter is the beginning */
    struct reader_job reading;
    struct journal_job job;
    struct list_import *import;
    struct watchlist_known_ids *known_ids;
};

static void begin_end(struct beginning *beginning, const struct failure *failure)
{
    if (failure == NULL) {
        beginning->import->state = LIST_IMPORT_RECEIVING;
        list_import_touch(beginning->import);
        list_waiter_answer(&beginning->waiter, 201, import_json(beginning->import));
    } else {
        list_waiter_fail(&beginning->waiter, failure);
        list_import_forget(beginning->import);
    }
    list_waiter_end(&beginning->waiter);
    free(beginning);
}

static struct beginning *beginning_of_job(struct journal_job *job)
{
    return (struct beginning *)((char *)job - offsetof(struct beginning, job));
}

static enum reason begin_run(struct journal_job *job, struct store *store, struct failure *failure)
{
    struct beginning *beginning = beginning_of_job(job);
    struct list_import *import = beginning->import;
    struct watchlist_import_options options = list_change_options(&import->change);
    options.known_ids = beginning->known_ids; /* the store's from here on */
    beginning->known_ids = NULL;
    enum reason reason = watchlist_import_begin(store, &options, &import->staging, failure);
    const struct list_request *request = &import->change.request;
    if (reason == REASON_DONE)
        reason = watchlist_import_room(store, request->entries, request->bytes, failure);
    if (reason != REASON_DONE) {
        watchlist_import_cancel(import->staging);
        import->staging = NULL;
    }
    return reason;
}

static void begin_done(struct journal_job *job)
{
    struct beginning *beginning = beginning_of_job(job);
    begin_end(beginning, job->reason != REASON_DONE ? &job->failure : NULL);
}

static struct beginning *beginning_of_reading(struct reader_job *reading)
{
    return (struct beginning *)((char *)reading - offsetof(struct beginning, reading));
}

/* A person who stays on the list keeps his local id: whose they are is read beside the journal. */
static enum reason ids_run(struct reader_job *reading, struct store *store, struct failure *failure)
{
    return watchlist_known_ids_load(store, &beginning_of_reading(reading)->known_ids, failure);
}

static void ids_done(struct reader_job *reading)
{
    struct beginning *beginning = beginning_of_reading(reading);
    struct kordond *kordond = beginning->waiter.kordond;
    struct failure failure = reading->failure;
    enum reason reason = reading->reason;
    if (reason == REASON_DONE && kordond->phase != KORDOND_RUNNING)
        reason = failure_set(&failure, REASON_STOPPING, NULL, NULL);
    if (reason != REASON_DONE) {
        watchlist_known_ids_destroy(beginning->known_ids);
        begin_end(beginning, &failure);
        return;
    }
    beginning->job.run = begin_run;
    beginning->job.done = begin_done;
    journal_thread_run(kordond->journal, &beginning->job);
}

static enum reason make_import(struct kordond *kordond, const struct principal *owner,
    const struct list_request *wanted, struct list_import **import, struct failure *failure)
{
    uint8_t id[IMPORT_ID_BYTES];
    *import = NULL;
    enum reason reason = random_bytes(id, sizeof id, failure);
    if (reason != REASON_DONE)
        return reason;
    struct list_import *made = calloc(1, sizeof *made);
    if (made == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "import", NULL);
    reason = list_change_init(&made->change, wanted, failure);
    if (reason != REASON_DONE) {
        list_change_finish(&made->change);
        free(made);
        return reason;
    }
    hex_format(id, sizeof id, made->id);
    made->kordond = kordond;
    made->owner = *owner;
    made->state = LIST_IMPORT_BEGINNING;
    made->touched_ms = uv_now(&kordond->loop);
    *import = made;
    return REASON_DONE;
}

/* Nobody's import ends because somebody begins another; its owner, or whoever may, ends it himself. */
static enum reason check_free(const struct kordond *kordond, struct failure *failure)
{
    const struct list_import *import = kordond->import;
    if (kordond->phase != KORDOND_RUNNING)
        return failure_set(failure, REASON_STOPPING, NULL, NULL);
    if (import == NULL)
        return REASON_DONE;
    return failure_set(failure, REASON_BUSY, "import",
        "%s is importing %.64s version %llu, %llu entries so far; wait for it, or end it with kordonctl "
        "watchlist cancel",
        import->owner.name, import->change.request.list_name,
        (unsigned long long)import->change.request.list_version, (unsigned long long)import->change.entries);
}

void list_import_begin(
    struct kordond *kordond, struct http_request *request, const struct list_request *wanted)
{
    struct failure failure = {0};
    struct list_import *import = NULL;
    enum reason reason = check_free(kordond, &failure);
    if (reason == REASON_DONE)
        reason = make_import(kordond, &request->principal, wanted, &import, &failure);
    if (import == NULL || reason != REASON_DONE) {
        reply_failure(request, &failure);
        return;
    }
    struct beginning *beginning = calloc(1, sizeof *beginning);
    if (beginning == NULL) {
        list_refuse(request, REASON_NO_MEMORY, "import", "");
        list_import_forget(import);
        return;
    }
    kordond->import = import;
    beginning->import = import;
    beginning->reading.run = ids_run;
    beginning->reading.done = ids_done;
    list_waiter_start(&beginning->waiter, kordond, request);
    store_reader_run(kordond->store_reader, &beginning->reading);
}

/* --- End without installing */

static struct list_import *import_of_job(struct journal_job *job)
{
    return (struct list_import *)((char *)job - offsetof(struct list_import, ending));
}

static enum reason end_run(struct journal_job *job, struct store *store, struct failure *failure)
{
    struct list_import *import = import_of_job(job);
    (void)store;
    (void)failure;
    watchlist_import_cancel(import->staging);
    import->staging = NULL;
    return REASON_DONE;
}

static void end_done(struct journal_job *job)
{
    struct list_import *import = import_of_job(job);
    struct kordond *kordond = import->kordond;
    void (*ended)(void *) = import->ended;
    void *data = import->ended_data;
    list_import_forget(import);
    events_publish_import(kordond, json_pack("{s:n}", "import"));
    list_sweep_soon(kordond);
    if (ended != NULL)
        ended(data);
    kordond->list_jobs--;
    uv_async_send(&kordond->stop_step);
}

void list_import_give_up(struct list_import *import, void (*ended)(void *data), void *data)
{
    import->state = LIST_IMPORT_ENDING;
    import->ended = ended;
    import->ended_data = data;
    import->ending = (struct journal_job){.run = end_run, .done = end_done};
    import->kordond->list_jobs++;
    journal_thread_run(import->kordond->journal, &import->ending);
}

static bool is_at_rest(const struct list_import *import)
{
    return import->state == LIST_IMPORT_RECEIVING && import->batches == 0;
}

static void on_cancelled(void *data)
{
    struct list_waiter *waiter = data;
    list_waiter_answer(waiter, 200, json_pack("{s:b}", "cancelled", 1));
    list_waiter_end(waiter);
    free(waiter);
}

/* Its owner, or another supervisor: nobody's list may be held up by one who does not come back. */
void list_import_cancel(struct kordond *kordond, struct http_request *request)
{
    struct list_import *import = kordond->import;
    struct failure failure = {0};
    struct list_waiter *waiter = NULL;
    if (!is_meant(import, request))
        failure_set(&failure, REASON_IMPORT_NOT_FOUND, "import", "it has ended");
    else if (!is_at_rest(import))
        failure_set(&failure, REASON_BUSY, "import", "its last step is still under way");
    else if ((waiter = calloc(1, sizeof *waiter)) == NULL)
        failure_set(&failure, REASON_NO_MEMORY, "import", NULL);
    if (waiter == NULL) {
        reply_failure(request, &failure);
        return;
    }
    list_waiter_start(waiter, kordond, request);
    list_import_give_up(import, on_cancelled, waiter);
}

void list_import_look(struct kordond *kordond)
{
    struct list_import *import = kordond->import;
    if (import == NULL || !is_at_rest(import) ||
        uv_now(&kordond->loop) - import->touched_ms < IMPORT_PATIENCE_MS)
        return;
    fprintf(stderr, "kordond: the import of %s by %s rested too long: it is ended, the list in force stays\n",
        import->change.request.list_name, import->owner.name);
    list_import_give_up(import, NULL, NULL);
}

void list_import_stop(struct kordond *kordond)
{
    if (kordond->import != NULL && is_at_rest(kordond->import))
        list_import_give_up(kordond->import, NULL, NULL);
}

void list_import_drop(struct kordond *kordond)
{
    if (kordond->import == NULL)
        return;
    watchlist_import_cancel(kordond->import->staging);
    list_import_forget(kordond->import);
}
