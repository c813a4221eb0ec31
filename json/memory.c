#include "json/memory.h"

#include <jansson.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/locked_memory.h"
#include "json/memory_internal.h"

/* jansson's callbacks take no context. */
static _Thread_local bool has_ended;

bool json_memory_ended(void)
{
    bool ended = has_ended;
    has_ended = false;
    return ended;
}

static void *allocate(size_t size)
{
    void *memory = malloc(size);
    has_ended = has_ended || memory == NULL;
    return memory;
}

static void wipe_and_free(void *memory)
{
    if (memory != NULL)
        memory_wipe(memory, malloc_usable_size(memory));
    free(memory);
}

void json_memory_wipe_when_freed(void)
{
    json_set_alloc_funcs(allocate, wipe_and_free);
    json_object_seed(0);
}

void json_text_free(char *text)
{
    if (text != NULL)
        memory_wipe(text, strlen(text));
    free(text);
}
