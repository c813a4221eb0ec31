#include "base/wiping_memory.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/locked_memory.h"

void *wiping_realloc(void *memory, size_t size)
{
    size_t before = memory != NULL ? malloc_usable_size(memory) : 0;
    void *made = size > 0 ? malloc(size) : NULL;
    if (size > 0 && made == NULL)
        return NULL;
    if (memory == NULL)
        return made;
    if (made != NULL)
        memcpy(made, memory, size < before ? size : before);
    memory_wipe(memory, before);
    free(memory);
    return made;
}

void wiping_free(void *memory)
{
    wiping_realloc(memory, 0);
}
