#include "base/kept_regions_internal.h"

#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SMALL_PAGES 2 /* the largest of the small: a template, a record */
#define LARGE_LEAST ((size_t)1 << 20)
#define LARGE_COUNT (KEPT_LARGE_MOST / LARGE_LEAST)

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static const bool keeps = false; /* so that whoever uses a region after its release is found */
#else
static const bool keeps = true;
#endif

/* Lies in the region itself, which is zero but for that. */
struct small_region {
    struct small_region *next;
};

struct large_region {
    void *bytes;
    size_t size;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* over what follows */
static struct small_region *small[SMALL_PAGES];
static size_t small_bytes;
static struct large_region large[LARGE_COUNT]; /* from the oldest on */
static size_t large_count, large_bytes;
static unsigned shut; /* by so many who need the room */
static pid_t owner;   /* a forked child has them unlocked and empty */

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

void locked_region_unmap(void *bytes, size_t size)
{
    munmap((unsigned char *)bytes - page_size(), size + 2 * page_size());
}

static bool is_small(size_t size)
{
    return size <= SMALL_PAGES * page_size();
}

static bool is_large(size_t size)
{
    return size >= LARGE_LEAST && size <= KEPT_LARGEST_SIZE;
}

/* Lock held, as of all that follow. */
static void own(void)
{
    if (owner == getpid())
        return;
    owner = getpid();
    memset(small, 0, sizeof small);
    small_bytes = large_count = large_bytes = shut = 0;
}

/* --- Small ones */

static void *take_small(size_t size)
{
    struct small_region **first = &small[size / page_size() - 1], *region = *first;
    if (region == NULL)
        return NULL;
    *first = region->next;
    small_bytes -= size;
    region->next = NULL; /* all of it is zero again */
    return region;
}

static bool keep_small(void *bytes, size_t size)
{
    struct small_region **first = &small[size / page_size() - 1], *region = bytes;
    if (size > KEPT_SMALL_MOST - small_bytes)
        return false;
    region->next = *first;
    *first = region;
    small_bytes += size;
    return true;
}

/* --- Large ones */

static void *take_large_at(size_t index)
{
    void *bytes = large[index].bytes;
    large_bytes -= large[index].size;
    large_count--;
    memmove(&large[index], &large[index + 1], (large_count - index) * sizeof large[0]);
    return bytes;
}

static void *take_large(size_t size)
{
    for (size_t i = large_count; i > 0; i--)
        if (large[i - 1].size == size)
            return take_large_at(i - 1);
    return NULL;
}

/* What comes last is likely to be wanted next. */
static bool keep_large(void *bytes, size_t size)
{
    while (size > KEPT_LARGE_MOST - large_bytes) {
        size_t oldest = large[0].size;
        locked_region_unmap(take_large_at(0), oldest);
    }
    large[large_count++] = (struct large_region){bytes, size};
    large_bytes += size;
    return true;
}

/* --- Both */

void *kept_region_take(size_t size)
{
    if (!is_small(size) && !is_large(size))
        return NULL;
    pthread_mutex_lock(&lock);
    own();
    void *bytes = is_small(size) ? take_small(size) : take_large(size);
    pthread_mutex_unlock(&lock);
    return bytes;
}

bool kept_region_keep(void *bytes, size_t size)
{
    if (!keeps || (!is_small(size) && !is_large(size)))
        return false;
    pthread_mutex_lock(&lock);
    own();
    bool kept = shut == 0 && (is_small(size) ? keep_small(bytes, size) : keep_large(bytes, size));
    pthread_mutex_unlock(&lock);
    return kept;
}

void kept_regions_shut(void)
{
    pthread_mutex_lock(&lock);
    own();
    shut++;
    for (size_t pages = 1; pages <= SMALL_PAGES; pages++)
        for (void *bytes; (bytes = take_small(pages * page_size())) != NULL;)
            locked_region_unmap(bytes, pages * page_size());
    while (large_count > 0) {
        size_t size = large[0].size;
        locked_region_unmap(take_large_at(0), size);
    }
    pthread_mutex_unlock(&lock);
}

void kept_regions_open(void)
{
    pthread_mutex_lock(&lock);
    shut--;
    pthread_mutex_unlock(&lock);
}
