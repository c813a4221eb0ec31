/* library_memory.h: what image libraries allocate while they decode. They hold pixels and release them as they are: each block is a
 * region of locked memory, which is wiped when it is released. Private to the sample folder. Any thread.
 */
#ifndef KORDON_SAMPLE_LIBRARY_MEMORY_H
#define KORDON_SAMPLE_LIBRARY_MEMORY_H

#include <stddef.h>

#include "base/failure.h"

/* size bytes, zeroed, aligned for anything. NULL where there are none, and *reason says why: NO_MEMORY, MEMLOCK_LIMIT, SYSTEM_ERROR. */
void *library_memory_take(size_t size, enum reason *reason);

/* Wipes and releases it; its size. Takes NULL. */
size_t library_memory_release(void *bytes);

#endif
