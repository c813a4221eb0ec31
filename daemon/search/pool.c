#include "daemon/search/pool_internal.h"

#include <sched.h>
#include <stdlib.h>

#include "daemon/scanners/pool.h"

static enum reason thread_init(void *context, struct failure *failure)
{
    struct search_thread *thread = context;
    return locked_memory_init(&thread->scratch, matcher_compare_workspace_size(), failure);
}

static void thread_finish(void *context)
{
    struct search_thread *thread = context;
    locked_memory_finish(&thread->scratch);
}

struct matcher_workspace search_thread_workspace(struct search_thread *thread)
{
    return (struct matcher_workspace){thread->scratch.bytes, thread->scratch.size};
}

static uint32_t usable_processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    int count = CPU_COUNT(&set);
    return count > 0 ? (uint32_t)count : 1;
}

uint32_t search_pool_thread_count(uint32_t threads)
{
    return threads > 0 ? threads : usable_processors();
}

enum reason search_pool_create(
    struct search_pool **pool, uv_loop_t *loop, uint32_t threads, struct failure *failure)
{
    *pool = calloc(1, sizeof **pool);
    if (*pool == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "search pool", NULL);
    const struct worker_pool_options options = {.name = "kordon-search",
        .threads = search_pool_thread_count(threads),
        .context_size = sizeof(struct search_thread),
        .context_init = thread_init,
        .context_finish = thread_finish};
    enum reason reason = worker_pool_create(&(*pool)->workers, loop, &options, failure);
    if (reason != REASON_DONE) {
        free(*pool);
        *pool = NULL;
    }
    return reason;
}

uint32_t search_pool_threads(const struct search_pool *pool)
{
    return worker_pool_threads(pool->workers);
}

static void on_workers_closed(void *data)
{
    struct search_pool *pool = data;
    void (*closed)(void *) = pool->closed;
    void *closed_data = pool->closed_data;
    free(pool);
    if (closed != NULL)
        closed(closed_data);
}

void search_pool_close(struct search_pool *pool, void (*closed)(void *data), void *data)
{
    pool->closing = true;
    pool->closed = closed;
    pool->closed_data = data;
    worker_pool_close(pool->workers, on_workers_closed, pool);
}

/* --- Extraction */

static struct extraction *extraction_of(struct worker_job *work)
{
    return (struct extraction *)((char *)work - offsetof(struct extraction, work));
}

static enum reason enrol(struct extraction *extraction)
{
    const struct scanner_image *image = extraction->image;
    if (image != NULL)
        return enrol_picture(image->pixels, image->width, image->height, image->ppi, &extraction->claim,
            &extraction->enrolment, &extraction->failure);
    return enrol_file(extraction->bytes.bytes, extraction->size, &extraction->claim, &extraction->enrolment,
        &extraction->failure);
}

static void extraction_run(struct worker_job *work, void *context)
{
    (void)context;
    struct extraction *extraction = extraction_of(work);
    extraction->reason = enrol(extraction);
    locked_memory_finish(&extraction->bytes);
    scanner_image_free(extraction->image);
    extraction->image = NULL;
}

static void extraction_done(struct worker_job *work)
{
    struct extraction *extraction = extraction_of(work);
    extraction->done(extraction);
}

void extraction_start(struct search_pool *pool, struct extraction *extraction)
{
    extraction->work.run = extraction_run;
    extraction->work.done = extraction_done;
    worker_pool_submit(pool->workers, &extraction->work, extraction->urgency);
}

/* --- Comparison */

static size_t at_most_ten(size_t fingers)
{
    return fingers < COMPARISON_FINGERS_MAX ? fingers : COMPARISON_FINGERS_MAX;
}

/* The traveller may have given his fingers in another order than they were asked for, so all are compared. */
static void compare_person(struct comparison *comparison, struct matcher_workspace workspace)
{
    struct matcher_probe probes[COMPARISON_FINGERS_MAX];
    struct matcher_person_reference references[COMPARISON_FINGERS_MAX];
    size_t probe_count = at_most_ten(comparison->probe_count);
    size_t reference_count = at_most_ten(comparison->reference_count);
    for (size_t i = 0; i < probe_count; i++)
        probes[i] = (struct matcher_probe){.template = locked_template_get(&comparison->probes[i]),
            .position = comparison->probes[i].position,
            .any_position = true};
    for (size_t i = 0; i < reference_count; i++) {
        const struct matcher_template *template = locked_template_get(&comparison->references[i]);
        references[i] = (struct matcher_person_reference){
            comparison->references[i].position, template->bytes, template->size};
    }
    struct matcher_candidate candidate;
    comparison->fingers = matcher_compare_person(
        probes, (uint32_t)probe_count, references, (uint32_t)reference_count, workspace, &candidate);
    comparison->swapped = candidate.swapped;
    comparison->score = candidate.score;
}

static struct comparison *comparison_of(struct worker_job *work)
{
    return (struct comparison *)((char *)work - offsetof(struct comparison, work));
}

static void comparison_run(struct worker_job *work, void *context)
{
    struct comparison *comparison = comparison_of(work);
    struct search_thread *thread = context;
    comparison->reason = REASON_DONE;
    compare_person(comparison, search_thread_workspace(thread));
    locked_memory_wipe(&thread->scratch);
    if (comparison->fingers == 0)
        comparison->reason = failure_set(&comparison->failure, REASON_NO_COMMON_FINGER, "verification", NULL);
}

static void comparison_done(struct worker_job *work)
{
    struct comparison *comparison = comparison_of(work);
    comparison->done(comparison);
}

void comparison_start(struct search_pool *pool, struct comparison *comparison)
{
    comparison->work.run = comparison_run;
    comparison->work.done = comparison_done;
    worker_pool_submit(pool->workers, &comparison->work, WORKER_URGENT);
}

/* --- Other jobs */

void search_pool_submit(struct search_pool *pool, struct worker_job *job, enum worker_urgency urgency)
{
    worker_pool_submit(pool->workers, job, urgency);
}

/* --- Destruction */

struct set_destruction {
    struct worker_job work;
    struct reference_set *set;
};

static void destruction_run(struct worker_job *work, void *context)
{
    (void)context;
    reference_set_destroy(((struct set_destruction *)work)->set);
}

static void destruction_done(struct worker_job *work)
{
    free(work);
}

void search_pool_destroy_set(struct search_pool *pool, struct reference_set *set)
{
    /* While the pool is closing, or without memory, the loop is held up, but nothing readable is left behind. */
    struct set_destruction *destruction =
        pool != NULL && !pool->closing ? calloc(1, sizeof *destruction) : NULL;
    if (destruction == NULL) {
        reference_set_destroy(set);
        return;
    }
    destruction->set = set;
    destruction->work.run = destruction_run;
    destruction->work.done = destruction_done;
    worker_pool_submit(pool->workers, &destruction->work, WORKER_BACKGROUND);
}
