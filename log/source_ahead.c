/* source_ahead.c: a ring of files between a reading thread and the verifier. */
#include "log/source_ahead_internal.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/locked_memory.h"
#include "log/tile_path.h"

#define FILES_AHEAD 24 /* eight bundles */

/* The files of one bundle, in the order in which the verifier reads them. */
static const enum tile_kind kinds[] = {TILE_HASHES, TILE_ENTRIES, TILE_BODIES};
#define KIND_COUNT (sizeof kinds / sizeof kinds[0])

struct file_ahead {
    char path[TILE_PATH_SIZE];
    uint8_t *bytes;
    size_t size;
    enum reason reason;
    struct failure failure;
};

struct source_ahead {
    struct log_source inner;
    uint64_t size; /* of the tree */
    pthread_t thread;
    pthread_mutex_t reading; /* held while the inner source is called */
    pthread_mutex_t lock;    /* over what follows */
    pthread_cond_t changed;
    struct file_ahead ring[FILES_AHEAD];
    uint64_t put, taken, all; /* files, counted from the first one on */
    bool stopping;
};

static enum reason read_inner(
    struct source_ahead *ahead, const char *path, uint8_t **bytes, size_t *size, struct failure *failure)
{
    *bytes = NULL;
    *size = 0;
    pthread_mutex_lock(&ahead->reading);
    enum reason reason = ahead->inner.read(ahead->inner.context, path, bytes, size, failure);
    pthread_mutex_unlock(&ahead->reading);
    return reason;
}

/* --- The reading thread -------------------------------------------------------------------------------------------- */

static void name_file(const struct source_ahead *ahead, uint64_t number, char path[static TILE_PATH_SIZE])
{
    struct tile_name name = {.kind = kinds[number % KIND_COUNT], .index = number / KIND_COUNT};
    name.width = tile_width(ahead->size, 0, name.index);
    tile_path_format(&name, path);
}

/* Waits for a free place. False where the reading is over. */
static bool await_place(struct source_ahead *ahead)
{
    pthread_mutex_lock(&ahead->lock);
    while (!ahead->stopping && ahead->put - ahead->taken == FILES_AHEAD)
        pthread_cond_wait(&ahead->changed, &ahead->lock);
    bool goes_on = !ahead->stopping && ahead->put < ahead->all;
    pthread_mutex_unlock(&ahead->lock);
    return goes_on;
}

static void *read_ahead(void *context)
{
    struct source_ahead *ahead = context;
    while (await_place(ahead)) {
        /* Only this thread counts up, and a place that is not put belongs to it. */
        struct file_ahead *file = &ahead->ring[ahead->put % FILES_AHEAD];
        *file = (struct file_ahead){0};
        name_file(ahead, ahead->put, file->path);
        file->reason = read_inner(ahead, file->path, &file->bytes, &file->size, &file->failure);
        pthread_mutex_lock(&ahead->lock);
        ahead->put++;
        pthread_cond_broadcast(&ahead->changed);
        pthread_mutex_unlock(&ahead->lock);
    }
    return NULL;
}

/* --- The verifier's side ------------------------------------------------------------------------------------------- */

/* The next file, when it is the one asked for. */
static bool take_file(struct source_ahead *ahead, const char *path, struct file_ahead *file)
{
    char next[TILE_PATH_SIZE];
    if (ahead->taken == ahead->all)
        return false;
    name_file(ahead, ahead->taken, next);
    if (strcmp(next, path) != 0)
        return false;
    pthread_mutex_lock(&ahead->lock);
    while (ahead->put == ahead->taken)
        pthread_cond_wait(&ahead->changed, &ahead->lock);
    *file = ahead->ring[ahead->taken % FILES_AHEAD];
    ahead->taken++;
    pthread_cond_broadcast(&ahead->changed);
    pthread_mutex_unlock(&ahead->lock);
    return true;
}

static enum reason read_file(
    void *context, const char *path, uint8_t **bytes, size_t *size, struct failure *failure)
{
    struct source_ahead *ahead = context;
    struct file_ahead file;
    if (!take_file(ahead, path, &file))
        return read_inner(ahead, path, bytes, size, failure);
    *bytes = file.bytes;
    *size = file.size;
    if (file.reason != REASON_DONE && failure != NULL)
        *failure = file.failure;
    return file.reason;
}

struct log_source source_ahead_source(struct source_ahead *ahead)
{
    return (struct log_source){.read = read_file, .context = ahead};
}

enum reason source_ahead_start(
    struct log_source inner, uint64_t size, struct source_ahead **ahead, struct failure *failure)
{
    *ahead = calloc(1, sizeof **ahead);
    if (*ahead == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "log", "%zu bytes", sizeof **ahead);
    (*ahead)->inner = inner;
    (*ahead)->size = size;
    (*ahead)->all = (size + TILE_WIDTH - 1) / TILE_WIDTH * KIND_COUNT;
    pthread_mutex_init(&(*ahead)->reading, NULL);
    pthread_mutex_init(&(*ahead)->lock, NULL);
    pthread_cond_init(&(*ahead)->changed, NULL);
    int error = pthread_create(&(*ahead)->thread, NULL, read_ahead, *ahead);
    if (error == 0)
        return REASON_DONE;
    free(*ahead);
    *ahead = NULL;
    return failure_set(failure, REASON_SYSTEM_ERROR, "log", "pthread_create: %s", strerror(error));
}

void source_ahead_stop(struct source_ahead *ahead)
{
    if (ahead == NULL)
        return;
    pthread_mutex_lock(&ahead->lock);
    ahead->stopping = true;
    pthread_cond_broadcast(&ahead->changed);
    pthread_mutex_unlock(&ahead->lock);
    pthread_join(ahead->thread, NULL);
    for (; ahead->taken < ahead->put; ahead->taken++) {
        struct file_ahead *file = &ahead->ring[ahead->taken % FILES_AHEAD];
        if (file->bytes != NULL)
            memory_wipe(file->bytes, file->size);
        free(file->bytes);
    }
    pthread_cond_destroy(&ahead->changed);
    pthread_mutex_destroy(&ahead->lock);
    pthread_mutex_destroy(&ahead->reading);
    free(ahead);
}
