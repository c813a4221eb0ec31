#include "json/memory.h"

#include <jansson.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/locked_memory.h"

static void wipe_and_free(void *memory)
{
    if (memory != NULL)
        memory_wipe(memory, malloc_usable_size(memory));
    free(memory);
}

void json_memory_wipe_when_freed(void)
{
    json_set_alloc_funcs(malloc, wipe_and_free);
    json_object_seed(0);
}

void json_text_free(char *text)
{
    if (text != NULL)
        memory_wipe(text, strlen(text));
    free(text);
}
