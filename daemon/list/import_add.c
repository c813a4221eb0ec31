/* import_add.c: entries come in: taken apart and enrolled by the search threads, counted in their order on the loop, staged by the
 * journal thread.
 *
 * One entry alone is refused with its first fault, and the import goes on without it: its sender knows. Of several, each fault is told and
 * kept: an import that had one is not installed, but all of its faults are found in one pass.
 */
#include <stdlib.h>
#include <string.h>

#include "crypto/base64.h"
#include "daemon/list/import_internal.h"
#include "daemon/memory_need.h"
#include "daemon/search/pool.h"
#include "json/parse.h"

#define ENTRY_TEXT_BYTES (128 << 10) /* all of an entry but its files */
#define ENTRY_FILES      4
#define BATCH_MAX        1024 /* entries in one body */
/* At once: while one is staged, the next is read. Whoever sends two at once says their numbers. */
#define BATCHES_MAX 2

struct batch;

/* A search thread's share of a batch: every slices-th entry. */
struct batch_slice {
    struct worker_job work; /* first: the job is the slice */
    struct batch *batch;
    size_t first;
    enum reason reason;
    struct failure failure;
};

struct batch {
    struct list_waiter *waiter; /* NULL: told */
    struct worker_job work;     /* taken apart, and in the end cleared */
    struct journal_job job;
    struct list_import *import;
    const struct workers *workers; /* these two also when the import is over */
    struct work *counted;
    struct list_purposes purposes; /* a copy: the policy may change while it is read */
    struct list_rules rules;
    struct locked_memory bytes; /* the body */
    size_t size;
    json_t *json;          /* owns the texts of the entries */
    uint64_t first_number; /* where the sender says none */
    bool several;          /* the body is {"entries": [...]}, maybe with "numbers" */
    struct list_entry **entries;
    size_t count;
    struct batch_slice *slices;
    size_t slice_count, slices_left;
    struct watchlist_entry *sound; /* for the store */
    size_t sound_count;
    struct list_findings findings; /* of this batch */
    enum reason reason;            /* why nothing came of it */
    struct failure failure;
};

size_t list_import_body_limit(size_t sample_bytes)
{
    return ENTRY_TEXT_BYTES + ENTRY_FILES * BASE64_LENGTH(sample_bytes);
}

static struct batch *batch_of_work(struct worker_job *work)
{
    return (struct batch *)((char *)work - offsetof(struct batch, work));
}

/* Wiping takes as long as reading did: the loop's thread has no time for it. */
static void clear_run(struct worker_job *work, void *thread_context)
{
    struct batch *batch = batch_of_work(work);
    (void)thread_context;
    for (size_t i = 0; i < batch->count; i++)
        list_entry_destroy(batch->entries[i]);
    locked_memory_finish(&batch->bytes);
}

static void clear_done(struct worker_job *work)
{
    struct batch *batch = batch_of_work(work);
    struct work *counted = batch->counted;
    free(batch->entries);
    free(batch->slices);
    free(batch->sound);
    list_findings_finish(&batch->findings);
    json_decref(batch->json);
    free(batch);
    work_end(counted);
}

static void clear(struct batch *batch)
{
    struct search_pool *search = batch->workers->search;
    batch->work.run = clear_run;
    batch->work.done = clear_done;
    if (search != NULL) {
        search_pool_submit(search, &batch->work, WORKER_BACKGROUND);
        return;
    }
    /* A closing that does not wait has ended these threads before the journal's. */
    clear_run(&batch->work, NULL);
    clear_done(&batch->work);
}

/* Tells whoever waits, once. */
static void tell(struct batch *batch)
{
    const struct list_outcome outcome = {.import = batch->import,
        .findings = &batch->findings,
        .entry = batch->several || batch->count == 0 ? NULL : batch->entries[0]};
    struct list_waiter *waiter = batch->waiter;
    batch->waiter = NULL;
    waiter->told(waiter, &outcome, batch->reason != REASON_DONE ? &batch->failure : NULL);
}

static void batch_end(struct batch *batch)
{
    struct list_import *import = batch->import;
    tell(batch);
    import_touch(import);
    clear(batch);
    if (--import->batches == 0 && import->failure.reason != REASON_DONE)
        import_give_up(import, NULL, NULL);
}

/* What was counted is not there: the import can't go on, and what it staged is released. */
static void batch_spoils(struct batch *batch)
{
    if (batch->import->failure.reason == REASON_DONE)
        batch->import->failure = batch->failure;
}

/* --- Staging */

static struct batch *batch_of_job(struct journal_job *job)
{
    return (struct batch *)((char *)job - offsetof(struct batch, job));
}

static enum reason stage_run(struct journal_job *job, struct store *store, struct failure *failure)
{
    struct batch *batch = batch_of_job(job);
    (void)store;
    return watchlist_import_add(batch->import->staging, batch->sound, batch->sound_count, failure);
}

static void stage_done(struct journal_job *job)
{
    struct batch *batch = batch_of_job(job);
    batch->reason = job->reason;
    batch->failure = job->failure;
    if (batch->reason != REASON_DONE)
        batch_spoils(batch);
    batch_end(batch);
}

/* --- Counting, in the entries' order */

static enum reason count_entries(struct batch *batch)
{
    struct list_change *change = &batch->import->change;
    for (size_t i = 0; i < batch->count; i++) {
        struct list_entry *entry = batch->entries[i];
        bool sound;
        enum reason reason = list_change_take(change, entry, batch->several, &sound, &batch->failure);
        if (reason != REASON_DONE) {
            batch_spoils(batch);
            return reason;
        }
        list_findings_add(&batch->findings, &entry->findings);
        if (sound)
            batch->sound[batch->sound_count++] = entry->read.entry;
    }
    if (batch->several || batch->findings.fault_count == 0)
        return REASON_DONE;
    batch->failure = batch->findings.first;
    return batch->failure.reason;
}

/* A list with a fault is not installed: what else comes of it is looked at, but not staged any more. */
static void conclude(struct batch *batch)
{
    const struct list *list = batch->import->list;
    if (list->stopping)
        batch->reason = failure_set(&batch->failure, REASON_STOPPING, NULL, NULL);
    else if (batch->import->failure.reason != REASON_DONE && batch->reason == REASON_DONE) {
        batch->failure = batch->import->failure;
        batch->reason = batch->failure.reason;
    }
    if (batch->reason == REASON_DONE)
        batch->reason = count_entries(batch);
    if (batch->reason != REASON_DONE || batch->sound_count == 0 ||
        batch->import->change.findings.fault_count > 0) {
        batch_end(batch);
        return;
    }
    batch->job.run = stage_run;
    batch->job.done = stage_done;
    journal_thread_run(list->workers->journal, &batch->job);
}

/* --- Reading and enrolling */

static json_t *entry_object(const struct batch *batch, size_t index)
{
    return batch->several ? json_array_get(json_object_get(batch->json, "entries"), index) : batch->json;
}

/* Its number in the manifest: as the sender says, or by its place among those that came. */
static uint64_t entry_number(const struct batch *batch, size_t index)
{
    json_t *number = json_array_get(json_object_get(batch->json, "numbers"), index);
    return batch->several && number != NULL ? (uint64_t)json_integer_value(number)
                                            : batch->first_number + index;
}

static void slice_run(struct worker_job *work, void *thread_context)
{
    struct batch_slice *slice = (struct batch_slice *)work;
    struct batch *batch = slice->batch;
    struct locked_memory workspace;
    (void)thread_context;
    /* Where it can't be had each record takes one for as long as it needs it. */
    (void)locked_memory_init_keeping(&workspace, matcher_decode_workspace_size(), memory_kept(), NULL);
    for (size_t i = slice->first; i < batch->count && slice->reason == REASON_DONE; i += batch->slice_count) {
        const struct list_source source = {.object = entry_object(batch, i),
            .form = MANIFEST_WITH_DATA,
            .folder = "",
            .number = entry_number(batch, i),
            .workspace = {workspace.bytes, workspace.size}};
        slice->reason = list_entry_read(&source, &batch->rules, &batch->entries[i], &slice->failure);
    }
    locked_memory_finish(&workspace);
}

static void start_reading(struct batch *batch);

/* One batch is read at a time, so that pictures of two don't take twice the memory; staging goes on meanwhile. */
static void end_reading(struct list_import *import)
{
    struct batch *next = import->parked;
    import->parked = NULL;
    import->reading = false;
    if (next != NULL)
        start_reading(next);
}

static void slice_done(struct worker_job *work)
{
    struct batch_slice *slice = (struct batch_slice *)work;
    struct batch *batch = slice->batch;
    struct list_import *import = batch->import;
    if (slice->reason != REASON_DONE && batch->reason == REASON_DONE) {
        batch->reason = slice->reason;
        batch->failure = slice->failure;
    }
    if (--batch->slices_left > 0)
        return;
    end_reading(import); /* the next one counts as under way: concluding this one does not end the import */
    conclude(batch);
}

static enum reason make_slices(struct batch *batch, struct failure *failure)
{
    /* As many as threads, but not more than memory for their pictures can be locked beside a traveller's. */
    size_t most = locked_memory_left() / memory_kept(), threads = search_pool_threads(batch->workers->search);
    most = most < 2 ? 1 : most - 1 < threads ? most - 1 : threads;
    if (batch->count == 0)
        return failure_set(failure, REASON_INTERNAL_ERROR, "import", "a batch of nothing");
    batch->slice_count = batch->count < most ? batch->count : most;
    batch->entries = calloc(batch->count, sizeof(struct list_entry *));
    batch->sound = calloc(batch->count, sizeof batch->sound[0]);
    batch->slices = calloc(batch->slice_count, sizeof batch->slices[0]);
    if (batch->entries == NULL || batch->sound == NULL || batch->slices == NULL) {
        batch->count = batch->entries != NULL ? batch->count : 0;
        return failure_set(failure, REASON_NO_MEMORY, "import", "%zu entries", batch->count);
    }
    return REASON_DONE;
}

static void start_slices(struct batch *batch)
{
    batch->slices_left = batch->slice_count;
    for (size_t i = 0; i < batch->slice_count; i++) {
        struct batch_slice *slice = &batch->slices[i];
        *slice = (struct batch_slice){.batch = batch, .first = i};
        slice->work.run = slice_run;
        slice->work.done = slice_done;
    }
    for (size_t i = 0; i < batch->slice_count; i++)
        search_pool_submit(batch->workers->search, &batch->slices[i].work, WORKER_BACKGROUND);
}

static void start_reading(struct batch *batch)
{
    if (make_slices(batch, &batch->failure) == REASON_DONE) {
        batch->import->reading = true;
        start_slices(batch);
        return;
    }
    batch->reason = batch->failure.reason;
    end_reading(batch->import);
    batch_end(batch);
}

static bool are_numbers(const json_t *numbers, size_t count)
{
    size_t i;
    json_t *number;
    json_array_foreach(
        numbers, i, number) if (!json_is_integer(number) || json_integer_value(number) < 1) return false;
    return json_array_size(numbers) == count;
}

/* {"entries": [...], "numbers": [...]}, or one entry by itself, which has no such key. */
static enum reason count_objects(struct batch *batch)
{
    struct failure *failure = &batch->failure;
    json_t *entries = json_object_get(batch->json, "entries"),
           *numbers = json_object_get(batch->json, "numbers");
    batch->several = entries != NULL;
    batch->count = 1;
    if (!batch->several)
        return REASON_DONE;
    batch->count = json_array_size(entries);
    if (!json_is_array(entries) || batch->count == 0 || batch->count > BATCH_MAX)
        return failure_set(failure, REASON_BAD_VALUE, "entries", "a list of 1 to %d is needed", BATCH_MAX);
    if (numbers != NULL && !are_numbers(numbers, batch->count))
        return failure_set(failure, REASON_BAD_VALUE, "numbers", "one from 1 on for each entry is needed");
    if (json_object_size(batch->json) != (numbers != NULL ? 2 : 1))
        return failure_set(failure, REASON_BAD_VALUE, "body", "there is a key that is not known here");
    return REASON_DONE;
}

static void take_apart_run(struct worker_job *work, void *thread_context)
{
    struct batch *batch = batch_of_work(work);
    (void)thread_context;
    json_error_t error;
    batch->reason = json_parse(batch->bytes.bytes, batch->size, &batch->json, &error);
    locked_memory_finish(&batch->bytes);
    if (batch->reason == REASON_DONE)
        batch->reason = count_objects(batch);
    else if (batch->reason == REASON_NO_MEMORY)
        failure_set(&batch->failure, REASON_NO_MEMORY, "entry", NULL);
    else
        /* The parser's text quotes the input; its place is enough. */
        failure_set(
            &batch->failure, REASON_BAD_JSON, "entry", "at line %d, column %d", error.line, error.column);
    if (batch->reason != REASON_DONE)
        batch->count = 0;
}

static void take_apart_done(struct worker_job *work)
{
    struct batch *batch = batch_of_work(work);
    if (batch->reason != REASON_DONE)
        batch_end(batch);
    else if (batch->import->reading)
        batch->import->parked = batch;
    else
        start_reading(batch);
}

enum reason list_import_add(struct list *list, const struct list_import_claim *claim,
    struct locked_memory *body, size_t size, struct list_waiter *waiter, struct failure *failure)
{
    struct list_import *import;
    TRY(import_find(list, claim, &import, failure));
    if (import->batches >= BATCHES_MAX)
        return failure_set(failure, REASON_BUSY, "import", "its last step is still under way");
    struct batch *batch = calloc(1, sizeof *batch);
    if (batch == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "import", NULL);
    batch->import = import;
    batch->workers = list->workers;
    batch->counted = list->work;
    batch->waiter = waiter;
    batch->first_number = import->change.entries + 1;
    batch->bytes = *body;
    batch->size = size;
    *body = (struct locked_memory){0};
    batch->purposes = list_plan_in_force(list).purposes;
    batch->rules = (struct list_rules){.purposes = &batch->purposes,
        .least_quality = list->configuration->policy.minimum_quality,
        .list_poor_prints = import->change.request.list_poor_prints,
        .file_bytes_max = list->configuration->api.sample_bytes};
    batch->work.run = take_apart_run;
    batch->work.done = take_apart_done;
    import->batches++;
    work_begin(list->work);
    search_pool_submit(list->workers->search, &batch->work, WORKER_BACKGROUND);
    return REASON_DONE;
}
