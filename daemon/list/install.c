#include "daemon/list/install.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/api/events.h"
#include "daemon/api/reply.h"
#include "daemon/evidence.h"
#include "daemon/list/import_internal.h"
#include "daemon/list/in_force.h"
#include "daemon/list/sweep.h"
#include "daemon/list/turn.h"
#include "daemon/threads/store_reader.h"

/* One change on its way: of an import sealed, built, recorded, installed; of an erasure recorded and installed. */
struct installing {
    struct list_waiter waiter; /* first: the waiter is the installing */
    struct list_turn turn;
    bool has_turn;
    struct journal_job job;
    struct reader_job reading;
    struct list_import *import; /* NULL: an erasure, or the import is over */
    struct watchlist_id id;     /* of an erasure */
    bool erasing;
    json_t *body; /* of the log entry */
    struct watchlist_staged staged;
    struct reference_set *set; /* built, in nobody's hold */
    struct watchlist_summary stored;
    bool stored_known; /* read behind the commit, in the same job */
    struct journal_outcome outcome;
    struct failure failure; /* what the client is told, though the change may be in force */
};

static struct installing *installing_of_job(struct journal_job *job)
{
    return (struct installing *)((char *)job - offsetof(struct installing, job));
}

static struct installing *installing_of_reading(struct reader_job *reading)
{
    return (struct installing *)((char *)reading - offsetof(struct installing, reading));
}

static struct installing *installing_of_turn(struct list_turn *turn)
{
    return (struct installing *)((char *)turn - offsetof(struct installing, turn));
}

static struct installing *new_installing(struct kordond *kordond, struct http_request *request)
{
    struct installing *installing = calloc(1, sizeof *installing);
    if (installing == NULL)
        list_refuse(request, REASON_NO_MEMORY, "watchlist", "");
    else
        list_waiter_start(&installing->waiter, kordond, request);
    return installing;
}

static void installing_end(struct installing *installing)
{
    struct kordond *kordond = installing->waiter.kordond;
    if (installing->set != NULL)
        search_pool_destroy_set(kordond->search, installing->set);
    json_decref(installing->body);
    journal_outcome_finish(&installing->outcome);
    list_waiter_end(&installing->waiter);
    if (installing->has_turn)
        list_turn_end(kordond);
    free(installing);
}

static void run_journal(struct installing *installing,
    enum reason (*run)(struct journal_job *, struct store *, struct failure *),
    void (*done)(struct journal_job *))
{
    installing->job = (struct journal_job){.run = run, .done = done};
    journal_thread_run(installing->waiter.kordond->journal, &installing->job);
}

static void run_reading(struct installing *installing,
    enum reason (*run)(struct reader_job *, struct store *, struct failure *),
    void (*done)(struct reader_job *))
{
    installing->reading = (struct reader_job){.run = run, .done = done};
    store_reader_run(installing->waiter.kordond->store_reader, &installing->reading);
}

/* --- The end: what is searched is what is stored, and the client hears of it */

static json_t *answer_json(const struct installing *installing, const struct list_import *import)
{
    const struct kordond *kordond = installing->waiter.kordond;
    json_t *json = kordond->set == NULL ? json_object()
                   : import != NULL     ? list_change_answer(&import->change, kordond->set)
                                        : list_set_answer(kordond->set);
    json_object_set_new(json, "seq", json_integer((json_int_t)installing->outcome.seq));
    json_object_set_new(
        json, "receipt", json_string(installing->outcome.receipt != NULL ? installing->outcome.receipt : ""));
    json_object_set_new(json, "thresholds", list_thresholds(kordond));
    json_object_set_new(json, "mode", json_string(mode_name(kordond->mode)));
    return json;
}

static void install(struct installing *installing)
{
    struct kordond *kordond = installing->waiter.kordond;
    struct failure failure = {0};
    if (installing->set != NULL) {
        reference_set_take_summary(installing->set, &installing->stored);
        list_put_in_force(kordond, installing->set, NULL);
    }
    installing->set = NULL;
    /* What was erased must not be found any more, though nothing were searched for it. */
    if (installing->erasing && kordond->set != NULL &&
        list_put_in_force_without(kordond, &installing->id, &failure) != REASON_DONE)
        list_put_in_force(kordond, NULL, &failure);
}

/* The change is in the log, whole. */
static void finish(struct installing *installing)
{
    struct kordond *kordond = installing->waiter.kordond;
    struct list_import *import = installing->import;
    metric_add(&kordond->metrics, METRIC_ENTRIES, 1);
    install(installing);
    if (installing->failure.reason == REASON_DONE)
        list_waiter_answer(&installing->waiter, 200, answer_json(installing, import));
    else
        list_waiter_fail(&installing->waiter, &installing->failure);
    if (import != NULL) {
        list_import_forget(import);
        events_publish_import(kordond, json_pack("{s:n}", "import"));
    }
    list_sweep_soon(kordond);
    installing_end(installing);
}

static void on_given_up(void *data)
{
    struct installing *installing = data;
    list_waiter_fail(&installing->waiter, &installing->failure);
    installing_end(installing);
}

/* Nothing changed: what was in force goes on to be searched, and what was staged goes. */
static void give_up(struct installing *installing, const struct failure *failure)
{
    installing->failure = *failure;
    if (installing->import != NULL)
        list_import_give_up(installing->import, on_given_up, installing);
    else
        on_given_up(installing);
}

/* A stop ends a change before its commit. */
static enum reason check_running(const struct installing *installing, struct failure *failure)
{
    return installing->waiter.kordond->phase == KORDOND_RUNNING
               ? REASON_DONE
               : failure_set(failure, REASON_STOPPING, NULL, NULL);
}

/* --- What is stored now: it says whether a change was recorded of which nobody knows, and as which generation */

static enum reason confirm_run(struct reader_job *reading, struct store *store, struct failure *failure)
{
    return watchlist_summarize(store, &installing_of_reading(reading)->stored, failure);
}

static bool is_recorded(const struct installing *installing)
{
    const struct kordond *kordond = installing->waiter.kordond;
    const struct watchlist_summary *stored = &installing->stored;
    if (installing->job.reason == REASON_DONE)
        return true;
    if (kordond->set != NULL)
        return stored->generation != reference_set_summary(kordond->set)->generation;
    const struct list_request *wanted =
        installing->import != NULL ? &installing->import->change.request : NULL;
    return wanted != NULL && stored->list_version == wanted->list_version &&
           strcmp(stored->list_name, wanted->list_name) == 0;
}

static void confirm_done(struct reader_job *reading)
{
    struct installing *installing = installing_of_reading(reading);
    struct failure failure = reading->failure;
    if (reading->reason != REASON_DONE) {
        list_put_in_force(installing->waiter.kordond, NULL, &failure);
        give_up(installing, &failure);
    } else if (!is_recorded(installing)) {
        give_up(installing, &installing->job.failure);
    } else {
        if (installing->job.reason != REASON_DONE)
            installing->failure = installing->job.failure;
        finish(installing);
    }
}

static void on_read_again(void *data)
{
    struct installing *installing = data;
    give_up(installing, &installing->job.failure);
}

/* Rows are not what they were: reading the list tells whether they are rows of the one in force. */
static void read_again(struct installing *installing)
{
    struct failure failure = {0};
    if (list_reload(installing->waiter.kordond, on_read_again, installing, &failure) != REASON_DONE)
        give_up(installing, &installing->job.failure);
}

/* What the commit of an import, or an erasure, came to. */
static void recorded(struct installing *installing)
{
    bool closing = installing->waiter.kordond->phase == KORDOND_CLOSING;
    enum reason reason = installing->job.reason;
    if (reason == REASON_DONE && (installing->erasing || (installing->stored_known && !closing)))
        finish(installing);
    else if ((reason == REASON_DONE || reason == REASON_OUTCOME_UNKNOWN) && !closing)
        run_reading(installing, confirm_run, confirm_done);
    else if ((reason == REASON_SEAL_BROKEN || reason == REASON_LIST_ROLLED_BACK) && !closing)
        read_again(installing);
    else
        give_up(installing, &installing->job.failure);
}

/* --- An import: sealed, built and proven beside the one in force, recorded */

static enum reason commit_run(struct journal_job *job, struct store *store, struct failure *failure)
{
    struct installing *installing = installing_of_job(job);
    struct watchlist_import *staged = installing->import->staging;
    const struct log_draft draft = {.event = LOG_EVENT_ALTERATION, .body = installing->body};
    struct failure ignored;             /* then the other thread reads it */
    installing->import->staging = NULL; /* ended in any case */
    enum reason reason = watchlist_import_commit(staged, &draft, &installing->outcome, failure);
    if (reason == REASON_DONE)
        installing->stored_known = watchlist_summarize(store, &installing->stored, &ignored) == REASON_DONE;
    return reason;
}

static void commit_done(struct journal_job *job)
{
    recorded(installing_of_job(job));
}

static void commit_begin(struct list_turn *turn)
{
    struct installing *installing = installing_of_turn(turn);
    struct failure failure = {0};
    installing->has_turn = true;
    if (check_running(installing, &failure) != REASON_DONE)
        give_up(installing, &failure);
    else
        run_journal(installing, commit_run, commit_done);
}

static void on_dry_run_ended(void *data)
{
    installing_end(data);
}

static void build_done(struct reader_job *reading)
{
    struct installing *installing = installing_of_reading(reading);
    struct list_import *import = installing->import;
    struct failure failure = reading->failure;
    enum reason reason = reading->reason;
    if (reason == REASON_DONE)
        reason = check_running(installing, &failure);
    if (reason != REASON_DONE) {
        give_up(installing, &failure);
    } else if (import->change.request.dry_run) {
        list_waiter_answer(&installing->waiter, 200, list_change_answer(&import->change, installing->set));
        list_import_give_up(import, on_dry_run_ended, installing);
    } else {
        list_turn_wait(installing->waiter.kordond, &installing->turn, commit_begin);
    }
}

static enum reason build_run(struct reader_job *reading, struct store *store, struct failure *failure)
{
    struct installing *installing = installing_of_reading(reading);
    struct reference_source source;
    list_change_source(&installing->import->change, store, &installing->staged, &source);
    return list_build(installing->waiter.kordond->configuration, &source, 1, &installing->set, failure);
}

static enum reason seal_run(struct journal_job *job, struct store *store, struct failure *failure)
{
    struct installing *installing = installing_of_job(job);
    (void)store;
    return watchlist_import_seal(installing->import->staging, &installing->staged, failure);
}

static void seal_done(struct journal_job *job)
{
    struct installing *installing = installing_of_job(job);
    struct failure failure = job->failure;
    enum reason reason = job->reason;
    if (reason == REASON_DONE)
        reason = check_running(installing, &failure);
    if (reason == REASON_DONE)
        run_reading(installing, build_run, build_done);
    else
        give_up(installing, &failure);
}

void list_import_commit(struct kordond *kordond, struct http_request *request, const char *justification)
{
    struct list_import *import = list_import_of(kordond, request);
    struct failure failure = {0};
    if (import == NULL)
        return;
    if (import->batches > 0)
        failure_set(&failure, REASON_BUSY, "import", "its last step is still under way");
    else
        list_change_check(&import->change, &failure);
    if (failure.reason != REASON_DONE) {
        reply_failure(request, &failure);
        return;
    }
    struct installing *installing = new_installing(kordond, request);
    if (installing == NULL)
        return;
    installing->import = import;
    installing->body = evidence_body_of(kordond, &request->principal, NULL, ROLE_SUPERVISOR);
    evidence_text(installing->body, "justification", justification);
    import->state = LIST_IMPORT_INSTALLING;
    list_findings_sort(&import->change.findings); /* two batches at once may have come back in either order */
    list_import_touch(import);
    run_journal(installing, seal_run, seal_done);
}

/* --- An erasure */

static enum reason erase_run(struct journal_job *job, struct store *store, struct failure *failure)
{
    struct installing *installing = installing_of_job(job);
    const struct log_draft draft = {.event = LOG_EVENT_ERASURE, .body = installing->body};
    return watchlist_erase(store, &installing->id, &draft, &installing->outcome, failure);
}

static void erase_done(struct journal_job *job)
{
    recorded(installing_of_job(job));
}

static void erase_begin(struct list_turn *turn)
{
    struct installing *installing = installing_of_turn(turn);
    struct failure failure = {0};
    installing->has_turn = true;
    if (check_running(installing, &failure) != REASON_DONE)
        give_up(installing, &failure);
    else
        run_journal(installing, erase_run, erase_done);
}

void list_erase(struct kordond *kordond, struct http_request *request, const struct watchlist_id *id,
    const char *justification)
{
    struct installing *installing = new_installing(kordond, request);
    if (installing == NULL)
        return;
    installing->id = *id;
    installing->erasing = true;
    installing->body = evidence_body_of(kordond, &request->principal, NULL, ROLE_SUPERVISOR);
    evidence_text(installing->body, "justification", justification);
    list_turn_wait(kordond, &installing->turn, erase_begin);
}
