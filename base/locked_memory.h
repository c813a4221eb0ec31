/* locked_memory.h: memory for keys and opened templates: never in swap, in a core or in a child.
 *
 * A region is mapped apart from the heap, between two guard pages, locked (mlock), left out of core dumps
 * (MADV_DONTDUMP), empty in a forked child (MADV_WIPEONFORK) and wiped when it is released. Sizes go from one
 * key to hundreds of MB. Each region costs at least one page of RLIMIT_MEMLOCK, so keep many small secrets in
 * one region. Released ones of up to two pages and of 1 to 10 MiB are kept, wiped and locked, for the next ones of just their size, 3 and
 * 24 MiB at most; they are given back when somebody needs the room, and don't count as locked. What OpenSSL itself keeps while it works
 * (key schedules) lies in its own heap, cleansed after each operation; a machine whose swap is not encrypted should forbid swap to the
 * whole service.
 * Thread rule: a region belongs to whoever holds the struct; any thread may make and release regions.
 */
#ifndef KORDON_BASE_LOCKED_MEMORY_H
#define KORDON_BASE_LOCKED_MEMORY_H

#include <stddef.h>

#include "base/failure.h"

/* Caller's memory; zeroed means "no region". bytes: page-aligned, size of them usable, zero at first. */
struct locked_memory {
    void *bytes;
    size_t size;
    size_t mapped; /* private: bytes of address space, guard pages included */
};

/* Makes a region of size bytes (> 0). MEMLOCK_LIMIT where the limit forbids it (the detail says how much was
 * asked for and what RLIMIT_MEMLOCK allows), SYSTEM_ERROR, NO_MEMORY, BAD_ARGUMENT (0 or absurd size). *memory is zeroed
 * first. */
enum reason locked_memory_init(struct locked_memory *memory, size_t size, struct failure *failure);

/* The same for what must leave keep bytes of the limit to others: MEMLOCK_LIMIT also where fewer would be left. */
enum reason locked_memory_init_keeping(
    struct locked_memory *memory, size_t size, size_t keep, struct failure *failure);

/* Makes a region that grows: address space for at most `most` bytes, of which none is there yet (size 0). SYSTEM_ERROR, NO_MEMORY,
 * BAD_ARGUMENT. */
enum reason locked_memory_reserve(struct locked_memory *memory, size_t most, struct failure *failure);

/* Lets it grow to size bytes, in place; the further ones are zero. keep and reasons as with locked_memory_init_keeping(), BAD_ARGUMENT
 * for more than was reserved; on failure it is as large as before. */
enum reason locked_memory_grow(
    struct locked_memory *memory, size_t size, size_t keep, struct failure *failure);

/* Bytes that all regions of this process have locked, in whole pages; what the process may lock (RLIMIT_MEMLOCK; SIZE_MAX: no
 * limit, or CAP_IPC_LOCK); what of it is left; and what a region of size bytes takes of it. Any thread. */
size_t locked_memory_total(void);
size_t locked_memory_limit(void);
size_t locked_memory_left(void);
size_t locked_memory_cost(size_t size);

/* Wipes the whole region; it stays usable. Takes a zeroed struct. */
void locked_memory_wipe(struct locked_memory *memory);

/* Wipes it, gives it back, and zeroes the struct. Takes a zeroed struct. */
void locked_memory_finish(struct locked_memory *memory);

/* Wipes size bytes anywhere (the stack, malloc'd memory) in a way that the compiler can't leave out. NULL
 * only with size 0. */
void memory_wipe(void *bytes, size_t size);

/* Wipes size bytes of the calling thread's stack, from its caller's frame on down: what functions left there that have returned. The
 * stack must have the room, and some more. */
void stack_wipe(size_t size);

/* No core dump of this process and no attaching to it by others of the same user: PR_SET_DUMPABLE 0 and
 * RLIMIT_CORE 0. For main(), before any key is read; it holds for all threads. NOT_PERMITTED,
 * FILE_ERROR. */
enum reason process_forbid_core_dumps(struct failure *failure);

#endif
