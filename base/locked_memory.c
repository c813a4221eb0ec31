#include "base/locked_memory.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/checked.h"

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static enum reason failed_call(const char *call, size_t size, struct failure *failure)
{
    char text[128];
    const char *words = strerror_r(errno, text, sizeof text);
    return failure_set(failure, errno == ENOMEM ? REASON_NO_MEMORY : REASON_SYSTEM_ERROR, "locked memory",
        "%s of %zu bytes: %s", call, size, words);
}

static enum reason failed_lock(size_t size, struct failure *failure)
{
    char text[128];
    const char *words = strerror_r(errno, text, sizeof text);
    struct rlimit limit = {0};
    if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return failure_set(
            failure, REASON_SYSTEM_ERROR, "locked memory", "mlock of %zu bytes: %s", size, words);
    return failure_set(failure, REASON_SYSTEM_ERROR, "locked memory",
        "mlock of %zu bytes: %s; RLIMIT_MEMLOCK is %ju bytes: raise it (LimitMEMLOCK in the unit, ulimit -l)",
        size, words, (uintmax_t)limit.rlim_cur);
}

/* The order matters: nothing is written to the region before it is out of dumps, forks and swap. */
static enum reason protect(void *bytes, size_t size, struct failure *failure)
{
    if (mprotect(bytes, size, PROT_READ | PROT_WRITE) != 0)
        return failed_call("mprotect", size, failure);
    if (madvise(bytes, size, MADV_DONTDUMP) != 0)
        return failed_call("madvise(MADV_DONTDUMP)", size, failure);
    if (madvise(bytes, size, MADV_WIPEONFORK) != 0)
        return failed_call("madvise(MADV_WIPEONFORK)", size, failure);
    if (mlock(bytes, size) != 0)
        return failed_lock(size, failure);
    return REASON_DONE;
}

enum reason locked_memory_init(struct locked_memory *memory, size_t size, struct failure *failure)
{
    *memory = (struct locked_memory){0};
    size_t page = page_size(), mapped;
    if (size == 0 || !checked_add(size, 3 * page - 1, &mapped))
        return failure_set(failure, REASON_BAD_ARGUMENT, "locked memory", "%zu bytes", size);
    mapped -= mapped % page; /* the size in whole pages, and a guard page at either end */
    uint8_t *start = mmap(NULL, mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED)
        return failed_call("mmap", size, failure);
    enum reason reason = protect(start + page, mapped - 2 * page, failure);
    if (reason != REASON_DONE) {
        munmap(start, mapped);
        return reason;
    }
    *memory = (struct locked_memory){.bytes = start + page, .size = size, .mapped = mapped};
    return REASON_DONE;
}

void locked_memory_wipe(struct locked_memory *memory)
{
    if (memory->bytes != NULL)
        explicit_bzero(memory->bytes, memory->size);
}

void locked_memory_finish(struct locked_memory *memory)
{
    locked_memory_wipe(memory);
    if (memory->bytes != NULL)
        munmap((uint8_t *)memory->bytes - page_size(), memory->mapped); /* unlocks too */
    *memory = (struct locked_memory){0};
}

void memory_wipe(void *bytes, size_t size)
{
    if (size > 0)
        explicit_bzero(bytes, size);
}

enum reason process_forbid_core_dumps(struct failure *failure)
{
    const struct rlimit none = {0};
    if (setrlimit(RLIMIT_CORE, &none) != 0)
        return failure_set_errno(failure, errno, "core dumps", "setrlimit(RLIMIT_CORE)");
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return failure_set_errno(failure, errno, "core dumps", "prctl(PR_SET_DUMPABLE)");
    return REASON_DONE;
}
