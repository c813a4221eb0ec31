#include "base/locked_memory.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/checked.h"
#include "base/kept_regions_internal.h"

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

/* --- How much is locked, and may be */

static _Atomic size_t locked_bytes; /* of all regions */

static bool may_lock_without_limit(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};
    return syscall(SYS_capget, &header, data) == 0 &&
           (data[CAP_TO_INDEX(CAP_IPC_LOCK)].effective & CAP_TO_MASK(CAP_IPC_LOCK)) != 0;
}

size_t locked_memory_total(void)
{
    return locked_bytes;
}

size_t locked_memory_limit(void)
{
    struct rlimit limit = {0};
    if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY || may_lock_without_limit())
        return SIZE_MAX;
    return (size_t)limit.rlim_cur;
}

size_t locked_memory_left(void)
{
    size_t limit = locked_memory_limit(), locked = locked_bytes;
    if (limit == SIZE_MAX)
        return SIZE_MAX;
    return limit > locked ? limit - locked : 0;
}

size_t locked_memory_cost(size_t size)
{
    size_t page = page_size(), padded;
    return checked_add(size, page - 1, &padded) ? padded - padded % page : SIZE_MAX;
}

/* Of a region that is counted already. */
static enum reason failed_lock(size_t size, struct failure *failure)
{
    char text[128];
    const char *words = strerror_r(errno, text, sizeof text);
    size_t limit = locked_memory_limit();
    if (limit == SIZE_MAX)
        return failure_set(
            failure, REASON_SYSTEM_ERROR, "locked memory", "mlock of %zu bytes: %s", size, words);
    return failure_set(failure, REASON_MEMLOCK_LIMIT, "locked memory",
        "%zu bytes wanted, %zu are locked, the limit is %zu", size, locked_memory_total() - size, limit);
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

/* --- Regions */

/* Counted before it is locked, so that two threads can't both find the same room. */
static enum reason count_in(size_t locked, size_t keep, struct failure *failure)
{
    size_t limit = locked_memory_limit(), total = atomic_fetch_add(&locked_bytes, locked) + locked;
    if (keep == 0 || limit == SIZE_MAX || (total <= limit && limit - total >= keep))
        return REASON_DONE;
    atomic_fetch_sub(&locked_bytes, locked);
    return failure_set(failure, REASON_MEMLOCK_LIMIT, "locked memory",
        "%zu bytes wanted beside %zu that are kept for travellers, %zu are locked, the limit is %zu", locked,
        keep, total - locked, limit);
}

/* The size in whole pages, and a guard page at either end. */
static enum reason mapped_size(size_t size, size_t *mapped, struct failure *failure)
{
    size_t page = page_size();
    if (size == 0 || !checked_add(size, 3 * page - 1, mapped))
        return failure_set(failure, REASON_BAD_ARGUMENT, "locked memory", "%zu bytes", size);
    *mapped -= *mapped % page;
    return REASON_DONE;
}

/* What may be locked of a mapping of that size. */
static size_t within_guards(size_t mapped)
{
    return mapped - 2 * page_size();
}

static enum reason map(size_t size, size_t mapped, void **bytes, struct failure *failure)
{
    uint8_t *start = mmap(NULL, mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED)
        return failed_call("mmap", size, failure);
    *bytes = start + page_size();
    return REASON_DONE;
}

static enum reason map_region(size_t size, size_t mapped, void **bytes, struct failure *failure)
{
    TRY(map(size, mapped, bytes, failure));
    enum reason reason = protect(*bytes, within_guards(mapped), failure);
    if (reason != REASON_DONE)
        locked_region_unmap(*bytes, within_guards(mapped));
    return reason;
}

enum reason locked_memory_init_keeping(
    struct locked_memory *memory, size_t size, size_t keep, struct failure *failure)
{
    *memory = (struct locked_memory){0};
    size_t mapped;
    TRY(mapped_size(size, &mapped, failure));
    size_t locked = within_guards(mapped);
    enum reason reason = count_in(locked, keep, failure);
    if (reason != REASON_DONE)
        return reason;
    void *bytes = kept_region_take(locked);
    if (bytes == NULL)
        reason = map_region(size, mapped, &bytes, NULL);
    if (reason != REASON_DONE) {
        kept_regions_shut();
        reason = map_region(size, mapped, &bytes, failure);
        kept_regions_open();
    }
    if (reason == REASON_DONE)
        *memory = (struct locked_memory){.bytes = bytes, .size = size, .mapped = mapped};
    else
        atomic_fetch_sub(&locked_bytes, locked);
    return reason;
}

enum reason locked_memory_reserve(struct locked_memory *memory, size_t most, struct failure *failure)
{
    *memory = (struct locked_memory){0};
    size_t mapped;
    void *bytes = NULL;
    enum reason reason = mapped_size(most, &mapped, failure);
    if (reason == REASON_DONE)
        reason = map(most, mapped, &bytes, failure);
    if (reason == REASON_DONE)
        *memory = (struct locked_memory){.bytes = bytes, .mapped = mapped};
    return reason;
}

enum reason locked_memory_grow(
    struct locked_memory *memory, size_t size, size_t keep, struct failure *failure)
{
    size_t before = locked_memory_cost(memory->size), after = locked_memory_cost(size);
    if (memory->bytes == NULL || size < memory->size || after > within_guards(memory->mapped))
        return failure_set(failure, REASON_BAD_ARGUMENT, "locked memory", "%zu bytes", size);
    uint8_t *further = (uint8_t *)memory->bytes + before;
    size_t amount = after - before;
    TRY(count_in(amount, keep, failure));
    enum reason reason = protect(further, amount, NULL);
    if (reason != REASON_DONE) {
        kept_regions_shut();
        reason = protect(further, amount, failure);
        kept_regions_open();
    }
    if (reason == REASON_DONE) {
        memory->size = size;
        return REASON_DONE;
    }
    munlock(further, amount);
    atomic_fetch_sub(&locked_bytes, amount);
    return reason;
}

enum reason locked_memory_init(struct locked_memory *memory, size_t size, struct failure *failure)
{
    return locked_memory_init_keeping(memory, size, 0, failure);
}

void locked_memory_wipe(struct locked_memory *memory)
{
    if (memory->bytes != NULL)
        explicit_bzero(memory->bytes, memory->size);
}

void locked_memory_finish(struct locked_memory *memory)
{
    if (memory->bytes != NULL) {
        size_t locked = locked_memory_cost(memory->size), most = within_guards(memory->mapped);
        explicit_bzero(memory->bytes, locked); /* also what lies behind its size */
        if (locked != most || !kept_region_keep(memory->bytes, locked))
            locked_region_unmap(memory->bytes, most);
        atomic_fetch_sub(&locked_bytes, locked);
    }
    *memory = (struct locked_memory){0};
}

void memory_wipe(void *bytes, size_t size)
{
    if (size > 0)
        explicit_bzero(bytes, size);
}

__attribute__((noinline)) void stack_wipe(size_t size)
{
    explicit_bzero(__builtin_alloca(size), size);
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
