#include "daemon/search/pool_internal.h"

#include <sched.h>
#include <stdlib.h>

#include "daemon/scanners/image.h"

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
        .wiped_stacks = true, /* extraction and comparison leave minutiae and pixels on them */
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

/* --- Enrolment */

static struct enrolment_job *enrolment_job_of(struct worker_job *work)
{
    return (struct enrolment_job *)((char *)work - offsetof(struct enrolment_job, work));
}

static enum reason hash_file(struct enrolment_job *job)
{
    struct digest *digest;
    uint8_t hash[DIGEST_BYTES];
    TRY(digest_create(&digest, &job->failure));
    enum reason reason = digest_bytes(digest, job->bytes.bytes, job->size, hash, &job->failure);
    digest_destroy(digest);
    if (reason == REASON_DONE)
        hex_format(hash, sizeof hash, job->hash);
    return reason;
}

static enum reason enrol(struct enrolment_job *job)
{
    const struct scanner_image *image = job->image;
    if (image != NULL)
        return enrol_picture(image->pixels, image->width, image->height, image->ppi, &job->claim,
            &job->enrolment, &job->failure);
    if (job->hashed)
        TRY(hash_file(job));
    return enrol_file(job->bytes.bytes, job->size, &job->claim, &job->enrolment, &job->failure);
}

static void enrolment_job_run(struct worker_job *work, void *context)
{
    (void)context;
    struct enrolment_job *job = enrolment_job_of(work);
    job->reason = enrol(job);
    uint32_t held = (job->bytes.bytes != NULL) + (job->image != NULL);
    locked_memory_finish(&job->bytes);
    scanner_image_free(job->image);
    job->image = NULL;
    job->wiped = held;
}

static void enrolment_job_done(struct worker_job *work)
{
    struct enrolment_job *job = enrolment_job_of(work);
    job->done(job);
}

void enrolment_job_start(struct search_pool *pool, struct enrolment_job *job)
{
    job->work.run = enrolment_job_run;
    job->work.done = enrolment_job_done;
    worker_pool_submit(pool->workers, &job->work, job->background ? WORKER_BACKGROUND : WORKER_URGENT);
}

/* --- Comparison */

static size_t at_most_ten(size_t fingers)
{
    return fingers < COMPARISON_FINGERS_MAX ? fingers : COMPARISON_FINGERS_MAX;
}

/* The traveller may have given his fingers in another order than they were asked for, so all are compared. */
static void compare_person(struct comparison_job *job, struct matcher_workspace workspace)
{
    struct matcher_probe probes[COMPARISON_FINGERS_MAX];
    struct matcher_person_reference references[COMPARISON_FINGERS_MAX];
    size_t probe_count = at_most_ten(job->probe_count);
    size_t reference_count = at_most_ten(job->reference_count);
    for (size_t i = 0; i < probe_count; i++)
        probes[i] = (struct matcher_probe){.template = locked_template_get(&job->probes[i]),
            .position = job->probes[i].position,
            .any_position = true};
    for (size_t i = 0; i < reference_count; i++) {
        const struct matcher_template *template = locked_template_get(&job->references[i]);
        references[i] =
            (struct matcher_person_reference){job->references[i].position, template->bytes, template->size};
    }
    struct matcher_candidate candidate;
    job->fingers = matcher_compare_person(
        probes, (uint32_t)probe_count, references, (uint32_t)reference_count, workspace, &candidate);
    job->agreeing = candidate.fingers;
    job->swapped = candidate.swapped;
    job->score = candidate.score;
}

static struct comparison_job *comparison_job_of(struct worker_job *work)
{
    return (struct comparison_job *)((char *)work - offsetof(struct comparison_job, work));
}

static void comparison_job_run(struct worker_job *work, void *context)
{
    struct comparison_job *job = comparison_job_of(work);
    struct search_thread *thread = context;
    job->reason = REASON_DONE;
    compare_person(job, search_thread_workspace(thread));
    locked_memory_wipe(&thread->scratch);
    if (job->fingers == 0)
        job->reason = failure_set(&job->failure, REASON_NO_COMMON_FINGER, "verification", NULL);
}

static void comparison_job_done(struct worker_job *work)
{
    struct comparison_job *job = comparison_job_of(work);
    job->done(job);
}

void comparison_job_start(struct search_pool *pool, struct comparison_job *job)
{
    job->work.run = comparison_job_run;
    job->work.done = comparison_job_done;
    worker_pool_submit(pool->workers, &job->work, job->background ? WORKER_BACKGROUND : WORKER_DECISION);
}

/* --- People who are on the list twice */

static struct duplicates_job *duplicates_job_of(struct worker_job *work)
{
    return (struct duplicates_job *)((char *)work - offsetof(struct duplicates_job, work));
}

static void duplicates_job_run(struct worker_job *work, void *context)
{
    struct duplicates_job *job = duplicates_job_of(work);
    struct search_thread *thread = context;
    job->reason = list_duplicates_step(
        job->duplicates, job->set, job->keep, search_thread_workspace(thread), &job->failure);
    locked_memory_wipe(&thread->scratch);
}

static void duplicates_job_done(struct worker_job *work)
{
    struct duplicates_job *job = duplicates_job_of(work);
    job->done(job);
}

void duplicates_job_start(struct search_pool *pool, struct duplicates_job *job)
{
    job->work.run = duplicates_job_run;
    job->work.done = duplicates_job_done;
    worker_pool_submit(pool->workers, &job->work, WORKER_BACKGROUND);
}

/* --- Other jobs */

void search_pool_submit(struct search_pool *pool, struct worker_job *job, enum worker_urgency urgency)
{
    worker_pool_submit(pool->workers, job, urgency);
}

/* --- Destruction */

struct set_destruction {
    struct worker_job work;
    struct opened_list *set;
};

static void destruction_run(struct worker_job *work, void *context)
{
    (void)context;
    opened_list_destroy(((struct set_destruction *)work)->set);
}

static void destruction_done(struct worker_job *work)
{
    free(work);
}

void search_pool_destroy_set(struct search_pool *pool, struct opened_list *set)
{
    /* While the pool is closing, or without memory, the loop is held up, but nothing readable is left behind. */
    struct set_destruction *destruction =
        pool != NULL && !pool->closing ? calloc(1, sizeof *destruction) : NULL;
    if (destruction == NULL) {
        opened_list_destroy(set);
        return;
    }
    destruction->set = set;
    destruction->work.run = destruction_run;
    destruction->work.done = destruction_done;
    worker_pool_submit(pool->workers, &destruction->work, WORKER_BACKGROUND);
}
