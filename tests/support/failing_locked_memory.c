/* failing_locked_memory.c: regions of locked memory fail as other memory does (failing_memory.h). Linked with
 * -Wl,--wrap=locked_memory_init. */
#include <stdlib.h>

#include "base/locked_memory.h"

enum reason __real_locked_memory_init(struct locked_memory *memory, size_t size, struct failure *failure);
enum reason __wrap_locked_memory_init(struct locked_memory *memory, size_t size, struct failure *failure);

enum reason __wrap_locked_memory_init(struct locked_memory *memory, size_t size, struct failure *failure)
{
    void *counted = malloc(1);
    *memory = (struct locked_memory){0};
    if (counted == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "test", NULL);
    free(counted);
    return __real_locked_memory_init(memory, size, failure);
}
