/* install.c: how the list in force changes, step by step: what is searched is replaced only by what was built, proven and recorded. */
#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "daemon/list/import_internal.h"
#include "daemon/threads/store_reader.h"
#include "json/writer.h"

/* One change on its way: of an import sealed, built, recorded, installed; of an erasure recorded and installed. */
struct installing {
    struct list *list;
    struct list_waiter *waiter;
    struct list_turn turn;
    bool has_turn;
    struct journal_job job;
    struct reader_job reading;
    struct list_import *import; /* NULL: an erasure, or the import is over */
    bool erasing;
    struct list_expiry *expiry; /* NULL: an erasure that somebody asked for */
    /* Of an erasure; those of an expiry are known in its turn. */
    struct watchlist_id ids[WATCHLIST_ERASURE_MAX];
    size_t id_count;
    struct watchlist_rows *rows; /* NULL: the journal's thread proves them all */
    struct opened_list *base;    /* that the set is made of; held */
    bool more;                   /* are left for the next commit */
    json_t *body;                /* of the log entry */
    struct watchlist_staged staged;
    struct list_plan plan;   /* of the set */
    struct opened_list *set; /* built, in nobody's hold */
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

/* NULL: no memory for it, or for the body, without which nothing is begun. */
static struct installing *new_installing(struct list *list, struct list_waiter *waiter, json_t *body)
{
    struct installing *installing = body != NULL ? calloc(1, sizeof *installing) : NULL;
    if (installing == NULL) {
        json_decref(body);
        return NULL;
    }
    installing->list = list;
    installing->waiter = waiter;
    installing->body = body;
    work_begin(list->work);
    return installing;
}

/* For the next commit of an expiry, which waits for its turn. */
static void leave_rows(struct installing *installing)
{
    if (installing->list->expiry.running && installing->list->rows == NULL)
        installing->list->rows = installing->rows;
    else
        watchlist_rows_destroy(installing->rows);
    installing->rows = NULL;
}

static void installing_end(struct installing *installing)
{
    struct list *list = installing->list;
    if (installing->set != NULL)
        list_destroy_set(list, installing->set);
    if (installing->base != NULL && opened_list_release(installing->base))
        list_destroy_set(list, installing->base);
    leave_rows(installing);
    json_decref(installing->body);
    journal_outcome_finish(&installing->outcome);
    if (installing->has_turn)
        list_turn_end(list);
    free(installing);
    work_end(list->work);
}

static void run_journal(struct installing *installing,
    enum reason (*run)(struct journal_job *, struct store *, struct failure *),
    void (*done)(struct journal_job *))
{
    installing->job = (struct journal_job){.run = run, .done = done};
    journal_thread_run(installing->list->workers->journal, &installing->job);
}

static void run_reading(struct installing *installing,
    enum reason (*run)(struct reader_job *, struct store *, struct failure *),
    void (*done)(struct reader_job *))
{
    installing->reading = (struct reader_job){.run = run, .done = done};
    store_reader_run(installing->list->workers->reader, &installing->reading);
}

/* --- The end: what is searched is what is stored, and the client hears of it */

static struct watchlist_ids erased_by(const struct installing *installing)
{
    return (struct watchlist_ids){.items = installing->ids, .count = installing->id_count};
}

/* false: nothing is searched, since there was no memory for the set without the erased entry. */
static bool install(struct installing *installing)
{
    struct list *list = installing->list;
    const struct watchlist_ids erased = erased_by(installing);
    struct failure failure = {0};
    /* Meanwhile another day may have begun, with a set of its own. */
    if (installing->set != NULL && (!installing->erasing || installing->base == list->set)) {
        if (!installing->erasing)
            opened_list_take_summary(installing->set, &installing->stored);
        list_put_in_force(list, installing->set, NULL);
        installing->set = NULL;
        return true;
    }
    if (!installing->erasing || list->set == NULL ||
        list_put_in_force_without(list, &erased, &failure) == REASON_DONE)
        return true;
    /* What was erased must not be found any more, though nothing were searched for it. */
    list_put_in_force(list, NULL, &failure);
    return false;
}

/* recorded_as: NULL where nothing was, as of a dry run. */
static void tell(
    struct installing *installing, const struct opened_list *set, const struct journal_outcome *recorded_as)
{
    const struct list_outcome outcome = {
        .change = installing->import != NULL ? &installing->import->change : NULL,
        .set = set,
        .recorded = recorded_as};
    bool failed = installing->failure.reason != REASON_DONE;
    installing->waiter->told(installing->waiter, &outcome, failed ? &installing->failure : NULL);
}

static void on_installed(void *data)
{
    struct installing *installing = data;
    struct list *list = installing->list;
    struct list_import *import = installing->import;
    tell(installing, list->set, &installing->outcome);
    if (import != NULL)
        import_forget(import);
    list_sweep_soon(list);
    installing_end(installing);
}

/* The change is in the log, whole. */
static void finish(struct installing *installing)
{
    struct list *list = installing->list;
    struct failure failure = {0};
    metric_add(list->metrics, METRIC_ENTRIES, 1);
    if (installing->expiry != NULL)
        metric_add(list->metrics, METRIC_EXPIRED_ERASED, installing->id_count);
    bool installed = install(installing);
    if (installed || list->stopping || list_reload(list, on_installed, installing, &failure) != REASON_DONE)
        on_installed(installing);
}

static void on_given_up(void *data)
{
    struct installing *installing = data;
    waiter_fail(installing->waiter, &installing->failure);
    installing_end(installing);
}

/* Nothing changed: what was in force goes on to be searched, and what was staged goes. */
static void give_up(struct installing *installing, const struct failure *failure)
{
    installing->failure = *failure;
    if (installing->import != NULL)
        import_give_up(installing->import, on_given_up, installing);
    else
        on_given_up(installing);
}

/* A stop ends a change before its commit. */
static enum reason check_running(const struct installing *installing, struct failure *failure)
{
    return installing->list->stopping ? failure_set(failure, REASON_STOPPING, NULL, NULL) : REASON_DONE;
}

/* --- What is stored now: it says whether a change was recorded of which nobody knows, and as which generation */

static enum reason confirm_run(struct reader_job *reading, struct store *store, struct failure *failure)
{
    return watchlist_summarize(store, &installing_of_reading(reading)->stored, failure);
}

static bool is_recorded(const struct installing *installing)
{
    const struct list *list = installing->list;
    const struct watchlist_summary *stored = &installing->stored;
    if (installing->job.reason == REASON_DONE)
        return true;
    if (list->set != NULL)
        return stored->generation != opened_list_summary(list->set)->generation;
    const struct list_request *wanted =
        installing->import != NULL ? &installing->import->change.request : NULL;
    return wanted != NULL && stored->list_version == wanted->list_version &&
           strcmp(stored->list_name, wanted->list_name) == 0;
}

/* It may be recorded, or is: no other reason may sound as if it were not. */
static void give_up_unknown(struct installing *installing, const struct failure *failure)
{
    struct failure unknown = installing->job.failure;
    if (installing->job.reason == REASON_DONE)
        failure_set(&unknown, REASON_OUTCOME_UNKNOWN, "watchlist",
            "recorded, but what is stored could not be read: %s", reason_text(failure->reason));
    give_up(installing, &unknown);
}

static void confirm_done(struct reader_job *reading)
{
    struct installing *installing = installing_of_reading(reading);
    struct failure failure = reading->failure;
    if (reading->reason != REASON_DONE) {
        list_put_in_force(installing->list, NULL, &failure);
        give_up_unknown(installing, &failure);
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
    if (list_reload(installing->list, on_read_again, installing, &failure) != REASON_DONE)
        give_up(installing, &installing->job.failure);
}

/* What the commit of an import, or an erasure, came to. */
static void recorded(struct installing *installing)
{
    /* A stop that does not wait has ended it, and the list is closed: nothing is put in force. */
    bool closing = installing->list->workers->reader == NULL;
    enum reason reason = installing->job.reason;
    if (reason == REASON_DONE && (installing->erasing || installing->stored_known || closing))
        finish(installing);
    else if ((reason == REASON_DONE || reason == REASON_OUTCOME_UNKNOWN) && !closing)
        run_reading(installing, confirm_run, confirm_done);
    else if ((reason == REASON_SEAL_BROKEN || reason == REASON_LIST_ROLLED_BACK) && !closing)
        read_again(installing);
    else
        give_up(installing, &installing->job.failure);
}

/* --- Recorded, in the change's turn */

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

static enum reason erase_run(struct journal_job *job, struct store *store, struct failure *failure)
{
    struct installing *installing = installing_of_job(job);
    const struct log_draft draft = {.event = LOG_EVENT_ERASURE, .body = installing->body};
    const struct watchlist_ids erased = erased_by(installing);
    enum reason reason =
        installing->expiry != NULL
            ? watchlist_erase_several(store, installing->rows, &erased, &draft, &installing->outcome, failure)
            : watchlist_erase(
                  store, installing->rows, &installing->ids[0], &draft, &installing->outcome, failure);
    if (reason == REASON_DONE && installing->more)
        return reason;
    watchlist_rows_destroy(installing->rows); /* a long list's are not freed at once */
    installing->rows = NULL;
    return reason;
}

static void recording_done(struct journal_job *job)
{
    recorded(installing_of_job(job));
}

/* Another policy may have come into force since it was built. */
static bool is_of_policy_in_force(const struct installing *installing)
{
    const struct list_plan plan = list_plan_in_force(installing->list);
    return list_purposes_equal(&plan.purposes, &installing->plan.purposes);
}

static void end_without_change(struct installing *installing)
{
    tell(installing, installing->list->set, NULL);
    installing_end(installing);
}

static void build(struct installing *installing);

static void build_anew(struct installing *installing)
{
    list_destroy_set(installing->list, installing->set);
    installing->set = NULL;
    build(installing);
}

/* Meanwhile an import may have begun, which an erasure would end, or the log been found broken: then nothing expires. */
static bool may_expire(const struct list *list)
{
    return list->set != NULL && list->import == NULL && list->guard->locked.reason == REASON_DONE;
}

static void find_ended(struct installing *installing)
{
    const size_t most = watchlist_erasure_most(opened_list_counts(installing->base)->entries);
    installing->id_count =
        opened_list_ended(installing->base, installing->expiry->day, most, installing->ids);
}

/* What the erasure leaves, beside loop and journal: the rows, and the set that is searched then. What can't be made ready, for want of memory or
 * since it does not prove itself, the commit does without, or refuses. */
static enum reason prepare_run(struct reader_job *reading, struct store *store, struct failure *failure)
{
    struct installing *installing = installing_of_reading(reading);
    struct list_expiry *expiry = installing->expiry;
    (void)failure;
    if (expiry != NULL)
        find_ended(installing);
    const struct watchlist_ids erased = erased_by(installing);
    if (erased.count == 0)
        return REASON_DONE;
    (void)watchlist_rows_load(store, &installing->rows, NULL);
    if (installing->base != NULL &&
        opened_list_without(installing->base, &erased, &installing->set, NULL) == REASON_DONE)
        installing->more = expiry != NULL && opened_list_counts(installing->set)->first_end < expiry->day;
    return REASON_DONE;
}

static void prepare_done(struct reader_job *reading)
{
    struct installing *installing = installing_of_reading(reading);
    struct failure failure = reading->failure;
    enum reason reason = installing->expiry != NULL ? reading->reason : REASON_DONE;
    if (reason == REASON_DONE)
        reason = check_running(installing, &failure);
    if (reason != REASON_DONE)
        give_up(installing, &failure);
    else if (installing->id_count == 0 || (installing->expiry != NULL && !may_expire(installing->list)))
        end_without_change(installing);
    else
        run_journal(installing, erase_run, recording_done);
}

static void prepare(struct installing *installing)
{
    struct list *list = installing->list;
    installing->rows = list->rows;
    list->rows = NULL;
    installing->base = list->set != NULL ? opened_list_hold(list->set) : NULL;
    run_reading(installing, prepare_run, prepare_done);
}

static void begin(struct list_turn *turn)
{
    struct installing *installing = installing_of_turn(turn);
    struct failure failure = {0};
    installing->has_turn = true;
    if (check_running(installing, &failure) != REASON_DONE)
        give_up(installing, &failure);
    else if (installing->expiry != NULL && !may_expire(installing->list))
        end_without_change(installing);
    else if (installing->erasing)
        prepare(installing);
    else if (!is_of_policy_in_force(installing))
        build_anew(installing);
    else
        run_journal(installing, commit_run, recording_done);
}

/* --- An import: sealed, built and proven beside the one in force, recorded */

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
        tell(installing, installing->set, NULL);
        import_give_up(import, on_dry_run_ended, installing);
    } else if (installing->has_turn) {
        run_journal(installing, commit_run, recording_done);
    } else {
        list_turn_wait(installing->list, &installing->turn, begin);
    }
}

static enum reason build_run(struct reader_job *reading, struct store *store, struct failure *failure)
{
    struct installing *installing = installing_of_reading(reading);
    struct reference_source source;
    list_change_source(&installing->import->change, store, &installing->staged, &source);
    return list_build(&installing->plan, &source, &installing->set, failure);
}

static enum reason seal_run(struct journal_job *job, struct store *store, struct failure *failure)
{
    struct installing *installing = installing_of_job(job);
    (void)store;
    return watchlist_import_seal(installing->import->staging, &installing->staged, failure);
}

static void build(struct installing *installing)
{
    installing->plan = list_plan_in_force(installing->list);
    run_reading(installing, build_run, build_done);
}

static void seal_done(struct journal_job *job)
{
    struct installing *installing = installing_of_job(job);
    struct failure failure = job->failure;
    enum reason reason = job->reason;
    if (reason == REASON_DONE)
        reason = check_running(installing, &failure);
    if (reason == REASON_DONE)
        build(installing);
    else
        give_up(installing, &failure);
}

/* Whole, or NULL: an entry must not lack who it was, or why. */
static json_t *change_body(struct list *list, const struct principal *principal, const char *justification)
{
    struct json_writer body;
    json_writer_over(&body, evidence_body_of(list->evidence, principal, NULL, ROLE_SUPERVISOR));
    json_write_text_if(&body, "justification", justification);
    return json_writer_end(&body);
}

enum reason list_import_commit(struct list *list, const struct list_import_claim *claim,
    const char *justification, struct list_waiter *waiter, struct failure *failure)
{
    struct list_import *import;
    TRY(import_find(list, claim, &import, failure));
    if (import->batches > 0)
        return failure_set(failure, REASON_BUSY, "import", "its last step is still under way");
    TRY(list_change_check(&import->change, failure));
    struct installing *installing =
        new_installing(list, waiter, change_body(list, claim->principal, justification));
    if (installing == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "watchlist", NULL);
    installing->import = import;
    import->step = IMPORT_INSTALLING;
    list_findings_sort(&import->change.findings); /* two batches at once may have come back in either order */
    import_touch(import);
    run_journal(installing, seal_run, seal_done);
    return REASON_DONE;
}

/* --- An erasure */

enum reason list_erase(struct list *list, const struct principal *principal, const struct watchlist_id *id,
    const char *justification, struct list_waiter *waiter, struct failure *failure)
{
    struct installing *installing = new_installing(list, waiter, change_body(list, principal, justification));
    if (installing == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "watchlist", NULL);
    installing->ids[0] = *id;
    installing->id_count = 1;
    installing->erasing = true;
    list_turn_wait(list, &installing->turn, begin);
    return REASON_DONE;
}

/* By which rule; which entries they were the store adds. */
static json_t *expiry_body(const struct list *list, const struct list_expiry *expiry)
{
    char day[DAY_TEXT_SIZE];
    struct json_writer body;
    json_writer_over(&body, evidence_body(list->evidence, "kordond", "system"));
    json_write_text(&body, "erased", "list entries whose last day is past");
    json_write_text(&body, "justification", "erasure at expiry");
    json_write_text(&body, "expired_before", day_format(expiry->day, day));
    return json_writer_end(&body);
}

enum reason list_erase_ended(struct list *list, struct list_expiry *expiry, struct failure *failure)
{
    struct installing *installing = new_installing(list, &expiry->waiter, expiry_body(list, expiry));
    if (installing == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "watchlist", NULL);
    installing->expiry = expiry;
    installing->erasing = true;
    list_turn_wait(list, &installing->turn, begin);
    return REASON_DONE;
}
