/* growing_internal.h: arrays that grow by one item at a time. Any thread. */
#ifndef KORDON_LOG_GROWING_INTERNAL_H
#define KORDON_LOG_GROWING_INTERNAL_H

#include <stdlib.h>

#define GROWING_FIRST 32 /* items */

/* The items (malloc'd; NULL while there is no room) with room for one more behind count of them, each of so many bytes. NULL without memory: the items stay as they are
 * then, and *capacity, in items, with them. */
static inline void *growing_room(void *items, size_t count, size_t *capacity, size_t bytes)
{
    if (count < *capacity)
        return items;
    size_t wanted = *capacity > 0 ? 2 * *capacity : GROWING_FIRST;
    void *grown = reallocarray(items, wanted, bytes);
    if (grown != NULL)
        *capacity = wanted;
    return grown;
}

#endif
