/* wiping_memory.h: malloc, realloc and free that wipe what is released, for libraries through whose buffers requests and answers pass. Any
 * thread. */
#ifndef KORDON_BASE_WIPING_MEMORY_H
#define KORDON_BASE_WIPING_MEMORY_H

#include <stddef.h>

/* As realloc(); size 0 frees and gives NULL. What was before is wiped, unless there was no memory for what is wanted: then it stays. */
void *wiping_realloc(void *memory, size_t size);

void wiping_free(void *memory);

#endif
