/* import.c: an import begins, is looked at, and ends without being installed. */
#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "daemon/list/duplicate_search.h"
#include "daemon/list/import_internal.h"
#include "daemon/threads/store_reader.h"

/* How long an import may rest before it is ended: a supervisor whose machine died must not keep the others from theirs. */
#define IMPORT_PATIENCE_MS 600000

static const char *step_name(enum import_step step)
{
    switch (step) {
    case IMPORT_BEGINNING:
        return "beginning";
    case IMPORT_RECEIVING:
        return "receiving";
    case IMPORT_INSTALLING:
        return "installing";
    case IMPORT_ENDING:
        return "ending";
    }
    return "?";
}

struct list_import_state list_import_state(const struct list_import *import)
{
    return (struct list_import_state){.id = import->id,
        .owner = import->owner.name,
        .state = step_name(import->step),
        .change = &import->change};
}

static void tell_listeners(const struct list *list, const struct list_import *import)
{
    events_publish(list->events, &(struct event){.type = EVENT_IMPORT, .import = import});
}

void import_touch(struct list_import *import)
{
    import->touched_ms = uv_now(import->list->loop);
    tell_listeners(import->list, import);
}

void import_forget(struct list_import *import)
{
    struct list *list = import->list;
    if (list->import == import)
        list->import = NULL;
    list_change_finish(&import->change);
    free(import);
    tell_listeners(list, NULL);
    duplicates_look(list);
}

void waiter_fail(struct list_waiter *waiter, const struct failure *failure)
{
    waiter->told(waiter, &(struct list_outcome){0}, failure);
}

/* --- Finding it */

/* Whether it is the one that is named. import may be NULL. */
static bool is_meant(const struct list_import *import, const struct list_import_claim *claim)
{
    return import != NULL && claim->id_size == IMPORT_ID_SIZE - 1 &&
           memcmp(import->id, claim->id, IMPORT_ID_SIZE - 1) == 0;
}

static enum reason under_way(struct failure *failure)
{
    return failure_set(failure, REASON_BUSY, "import", "its last step is still under way");
}

enum reason import_find(struct list *list, const struct list_import_claim *claim, struct list_import **import,
    struct failure *failure)
{
    struct list_import *found = list->import;
    *import = NULL;
    if (!is_meant(found, claim) || !principal_is(&found->owner, claim->principal))
        return failure_set(
            failure, REASON_IMPORT_NOT_FOUND, "import", "it has ended, or somebody else began it");
    if (found->step != IMPORT_RECEIVING)
        return under_way(failure);
    if (list->stopping)
        return failure_set(failure, REASON_STOPPING, NULL, NULL);
    if (found->failure.reason != REASON_DONE) {
        *failure = found->failure;
        return failure->reason;
    }
    *import = found;
    return REASON_DONE;
}

/* --- Begin */

struct beginning {
    struct list_waiter *waiter;
    struct list_turn turn; /* held: an erasure that came between would end it before it has begun */
    struct reader_job reading;
    struct journal_job job;
    struct list_import *import;
    struct watchlist_known_ids *known_ids;
};

static void begin_end(struct beginning *beginning, const struct failure *failure)
{
    struct list *list = beginning->import->list;
    if (failure == NULL) {
        beginning->import->step = IMPORT_RECEIVING;
        import_touch(beginning->import);
        const struct list_outcome outcome = {.import = beginning->import};
        beginning->waiter->told(beginning->waiter, &outcome, NULL);
    } else {
        waiter_fail(beginning->waiter, failure);
        import_forget(beginning->import);
    }
    list_turn_end(list);
    free(beginning);
    work_end(list->work);
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
    begin_end(beginning_of_job(job), job->reason != REASON_DONE ? &job->failure : NULL);
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
    struct list *list = beginning->import->list;
    struct failure failure = reading->failure;
    enum reason reason = reading->reason;
    if (reason == REASON_DONE && list->stopping)
        reason = failure_set(&failure, REASON_STOPPING, NULL, NULL);
    if (reason != REASON_DONE) {
        watchlist_known_ids_destroy(beginning->known_ids);
        begin_end(beginning, &failure);
        return;
    }
    beginning->job.run = begin_run;
    beginning->job.done = begin_done;
    journal_thread_run(list->workers->journal, &beginning->job);
}

static void begin(struct list_turn *turn)
{
    struct beginning *beginning = (struct beginning *)((char *)turn - offsetof(struct beginning, turn));
    struct list *list = beginning->import->list;
    struct failure failure = {0};
    if (list->stopping) {
        failure_set(&failure, REASON_STOPPING, NULL, NULL);
        begin_end(beginning, &failure);
        return;
    }
    beginning->reading.run = ids_run;
    beginning->reading.done = ids_done;
    store_reader_run(list->workers->reader, &beginning->reading);
}

static enum reason make_import(struct list *list, const struct principal *owner,
    const struct list_request *wanted, struct list_import **import, struct failure *failure)
{
    uint8_t id[IMPORT_ID_BYTES];
    *import = NULL;
    TRY(random_bytes(id, sizeof id, failure));
    struct list_import *made = calloc(1, sizeof *made);
    if (made == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "import", NULL);
    enum reason reason = list_change_init(&made->change, wanted, failure);
    if (reason != REASON_DONE) {
        list_change_finish(&made->change);
        free(made);
        return reason;
    }
    hex_format(id, sizeof id, made->id);
    made->list = list;
    made->owner = *owner;
    made->step = IMPORT_BEGINNING;
    made->touched_ms = uv_now(list->loop);
    *import = made;
    return REASON_DONE;
}

/* Nobody's import ends because somebody begins another; its owner, or whoever may, ends it himself. */
static enum reason check_free(const struct list *list, struct failure *failure)
{
    const struct list_import *import = list->import;
    if (list->stopping)
        return failure_set(failure, REASON_STOPPING, NULL, NULL);
    if (import == NULL)
        return REASON_DONE;
    return failure_set(failure, REASON_BUSY, "import",
        "%s is importing %.64s version %llu, %llu entries so far; wait for it, or end it with kordonctl "
        "watchlist cancel",
        import->owner.name, import->change.request.list_name,
        (unsigned long long)import->change.request.list_version, (unsigned long long)import->change.entries);
}

enum reason list_import_begin(struct list *list, const struct principal *principal,
    const struct list_request *wanted, struct list_waiter *waiter, struct failure *failure)
{
    enum reason reason = check_free(list, failure);
    struct beginning *beginning = reason == REASON_DONE ? calloc(1, sizeof *beginning) : NULL;
    if (reason == REASON_DONE && beginning == NULL)
        reason = failure_set(failure, REASON_NO_MEMORY, "import", NULL);
    if (reason == REASON_DONE)
        reason = make_import(list, principal, wanted, &beginning->import, failure);
    if (reason != REASON_DONE) {
        free(beginning);
        return reason;
    }
    list->import = beginning->import;
    beginning->waiter = waiter;
    work_begin(list->work);
    list_turn_wait(list, &beginning->turn, begin);
    return REASON_DONE;
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
    struct list *list = import->list;
    void (*ended)(void *) = import->ended;
    void *data = import->ended_data;
    import_forget(import);
    list_sweep_soon(list);
    if (ended != NULL)
        ended(data);
    work_end(list->work);
}

void import_give_up(struct list_import *import, void (*ended)(void *data), void *data)
{
    import->step = IMPORT_ENDING;
    import->ended = ended;
    import->ended_data = data;
    import->ending = (struct journal_job){.run = end_run, .done = end_done};
    work_begin(import->list->work);
    journal_thread_run(import->list->workers->journal, &import->ending);
}

static bool is_at_rest(const struct list_import *import)
{
    return import->step == IMPORT_RECEIVING && import->batches == 0;
}

static void on_cancelled(void *data)
{
    struct list_waiter *waiter = data;
    waiter->told(waiter, &(struct list_outcome){0}, NULL);
}

enum reason list_import_cancel(struct list *list, const struct list_import_claim *claim,
    struct list_waiter *waiter, struct failure *failure)
{
    struct list_import *import = list->import;
    if (!is_meant(import, claim))
        return failure_set(failure, REASON_IMPORT_NOT_FOUND, "import", "it has ended");
    if (!is_at_rest(import))
        return under_way(failure);
    import_give_up(import, on_cancelled, waiter);
    return REASON_DONE;
}

void list_import_look(struct list *list)
{
    struct list_import *import = list->import;
    if (import == NULL || !is_at_rest(import) || uv_now(list->loop) - import->touched_ms < IMPORT_PATIENCE_MS)
        return;
    say(SAY_WARNING, "the import of %s by %s rested too long: it is ended, the list in force stays",
        import->change.request.list_name, import->owner.name);
    import_give_up(import, NULL, NULL);
}

void list_import_stop(struct list *list)
{
    if (list->import != NULL && is_at_rest(list->import))
        import_give_up(list->import, NULL, NULL);
}

void list_stop(struct list *list)
{
    list->stopping = true;
    list_import_stop(list);
}

void list_import_drop(struct list *list)
{
    if (list->import == NULL)
        return;
    watchlist_import_cancel(list->import->staging);
    import_forget(list->import);
}
