/* work.c: spreading work over threads, and clocks. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "tools/measure/measure.h"

struct worker {
    const struct measure_work *work;
    size_t first, step;
    struct matcher_workspace workspace;
    pthread_t thread;
};

static void *run_worker(void *argument)
{
    struct worker *worker = argument;
    for (size_t i = worker->first; i < worker->work->count; i += worker->step)
        worker->work->run(worker->work->context, i, worker->workspace);
    return NULL;
}

struct matcher_workspace measure_workspace(size_t size)
{
    size_t rounded = (size + 63) / 64 * 64;
    return (struct matcher_workspace){aligned_alloc(64, rounded > 0 ? rounded : 64), rounded};
}

static enum reason start_workers(struct worker *workers, const struct measure_work *work, uint32_t threads,
    uint32_t *started, struct failure *failure)
{
    for (*started = 0; *started < threads; (*started)++) {
        struct worker *worker = &workers[*started];
        *worker = (struct worker){.work = work, .first = *started, .step = threads};
        worker->workspace = measure_workspace(work->workspace_size);
        if (worker->workspace.memory == NULL)
            return failure_set(failure, REASON_NO_MEMORY, "workspace", NULL);
        int error = pthread_create(&worker->thread, NULL, run_worker, worker);
        if (error != 0) {
            free(worker->workspace.memory);
            return failure_set_errno(failure, error, "thread", "pthread_create");
        }
    }
    return REASON_DONE;
}

enum reason measure_run(const struct measure_work *work, uint32_t threads, struct failure *failure)
{
    struct worker *workers = calloc(threads, sizeof *workers);
    if (workers == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "threads", NULL);
    uint32_t started;
    enum reason reason = start_workers(workers, work, threads, &started, failure);
    for (uint32_t i = 0; i < started; i++) {
        pthread_join(workers[i].thread, NULL);
        free(workers[i].workspace.memory);
    }
    free(workers);
    return reason;
}

static double milliseconds_of(clockid_t clock)
{
    struct timespec time;
    if (clock_gettime(clock, &time) != 0)
        return 0;
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec * 1e-6;
}

double measure_thread_milliseconds(void)
{
    return milliseconds_of(CLOCK_THREAD_CPUTIME_ID);
}

double measure_wall_milliseconds(void)
{
    return milliseconds_of(CLOCK_MONOTONIC);
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

double measure_quantile(double *values, size_t count, double fraction)
{
    if (count == 0)
        return 0;
    qsort(values, count, sizeof *values, compare_doubles);
    return values[(size_t)((double)(count - 1) * fraction + 0.5)];
}
