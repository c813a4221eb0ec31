#include "daemon/search_pool_internal.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/scanner_pool.h"
#include "sample/sample.h"

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
    pool->closed = closed;
    pool->closed_data = data;
    worker_pool_close(pool->workers, on_workers_closed, pool);
}

/* --- Extraction */

static struct extraction *extraction_of(struct worker_job *work)
{
    return (struct extraction *)((char *)work - offsetof(struct extraction, work));
}

static enum reason extract_pixels(
    struct extraction *extraction, const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t ppi)
{
    struct failure *failure = &extraction->failure;
    if (ppi == 0)
        return failure_set(failure, REASON_RESOLUTION_UNKNOWN, "sample", NULL);
    /* Sizes are checked before the workspace for them is taken. */
    if (width > MATCHER_SAMPLE_SIDE_MAX || height > MATCHER_SAMPLE_SIDE_MAX)
        return failure_set(failure, REASON_TOO_LARGE, "sample", "%u x %u px, at most %d a side", width,
            height, MATCHER_SAMPLE_SIDE_MAX);
    if (ppi < MATCHER_PPI_MIN || ppi > MATCHER_PPI_MAX)
        return failure_set(failure, REASON_BAD_VALUE, "sample", "%u ppi, allowed are %d to %d", ppi,
            MATCHER_PPI_MIN, MATCHER_PPI_MAX);
    const struct matcher_sample sample = {
        .pixels = pixels, .width = width, .height = height, .stride = width, .ppi = ppi};
    struct locked_memory scratch;
    size_t size = matcher_extract_workspace_size(width, height, ppi);
    enum reason reason = locked_memory_init(&scratch, size > 0 ? size : 1, failure);
    if (reason != REASON_DONE)
        return reason;
    reason = matcher_extract(&sample, (struct matcher_workspace){scratch.bytes, scratch.size},
        locked_template_get(&extraction->template), &extraction->template.report, failure);
    locked_memory_finish(&scratch);
    return reason;
}

/* A resolution that is given wins over the file's: many programs write 72 or 96 ppi into files that they know nothing
 * about. */
static enum reason extract_image(struct extraction *extraction)
{
    struct sample_image image;
    enum reason reason =
        sample_decode(extraction->bytes.bytes, extraction->size, "sample", &image, &extraction->failure);
    if (reason == REASON_DONE)
        reason = extract_pixels(extraction, image.pixels, image.width, image.height,
            extraction->ppi != 0 ? extraction->ppi : image.ppi);
    sample_image_finish(&image);
    return reason;
}

static enum reason decode_record(struct extraction *extraction, struct search_thread *thread)
{
    struct matcher_workspace workspace = search_thread_workspace(thread);
    enum reason reason;
    enum finger_position position = FINGER_UNKNOWN;
    struct matcher_template *template = locked_template_get(&extraction->template);
    if (matcher_format_is_card(extraction->declared))
        reason = matcher_decode_card(extraction->bytes.bytes, extraction->size, extraction->declared,
            workspace, template, &extraction->failure);
    else
        reason = matcher_decode(extraction->bytes.bytes, extraction->size, 0, workspace, template, &position,
            &extraction->failure);
    if (reason != REASON_DONE)
        return reason;
    struct matcher_template_summary summary;
    matcher_template_summarize(template->bytes, template->size, &summary);
    extraction->template.report.quality = summary.quality;
    extraction->template.report.minutiae_count = summary.minutiae_count;
    if (extraction->template.position == FINGER_UNKNOWN)
        extraction->template.position = position;
    extraction->was_record = true;
    return REASON_DONE;
}

static enum reason extract(struct extraction *extraction, struct search_thread *thread)
{
    const struct scanner_image *image = extraction->image;
    if (image != NULL)
        return extract_pixels(extraction, image->pixels, image->width, image->height, image->ppi);
    if (matcher_format_is_card(extraction->declared))
        return decode_record(extraction, thread);
    if (!extraction->record)
        return extract_image(extraction);
    struct failure failure = {0};
    enum matcher_format format = matcher_format_detect(extraction->bytes.bytes, extraction->size, &failure);
    if (extraction->declared != MATCHER_FORMAT_UNKNOWN && format != extraction->declared)
        return failure_set(&extraction->failure, REASON_BAD_FORMAT, "fingerprint record", "it is no %s",
            matcher_format_name(extraction->declared));
    if (format != MATCHER_FORMAT_UNKNOWN)
        return decode_record(extraction, thread);
    /* A record that is known but not read is refused by its name, not as an image that it isn't (F2). */
    if (failure.reason == REASON_UNSUPPORTED_FORMAT) {
        extraction->failure = failure;
        return failure.reason;
    }
    return extract_image(extraction);
}

void extraction_run_here(struct extraction *extraction, void *thread_context)
{
    struct search_thread *thread = thread_context;
    extraction->reason = locked_memory_init(
        &extraction->template.memory, sizeof(struct matcher_template), &extraction->failure);
    if (extraction->reason == REASON_DONE)
        extraction->reason = extract(extraction, thread);
    if (extraction->reason != REASON_DONE)
        locked_memory_finish(&extraction->template.memory);
    locked_memory_wipe(&thread->scratch);
    locked_memory_finish(&extraction->bytes);
    scanner_image_free(extraction->image);
    extraction->image = NULL;
}

static void extraction_run(struct worker_job *work, void *context)
{
    extraction_run_here(extraction_of(work), context);
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
    /* Without a pool (it is closing) or memory the loop is held up, but nothing readable is left behind. */
    struct set_destruction *destruction = pool != NULL ? calloc(1, sizeof *destruction) : NULL;
    if (destruction == NULL) {
        reference_set_destroy(set);
        return;
    }
    destruction->set = set;
    destruction->work.run = destruction_run;
    destruction->work.done = destruction_done;
    worker_pool_submit(pool->workers, &destruction->work, WORKER_BACKGROUND);
}
