/* memory_internal.h: whether the parser's memory failed. */
#ifndef KORDON_JSON_MEMORY_INTERNAL_H
#define KORDON_JSON_MEMORY_INTERNAL_H

#include <stdbool.h>

/* Whether an allocation of this thread failed since the last such question. */
bool json_memory_ended(void);

#endif
