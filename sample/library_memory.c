#include "sample/library_memory.h"

#include "base/checked.h"
#include "base/locked_memory.h"

/* In front of each block; the size of the largest alignment. */
union block_head {
    struct {
        struct locked_memory region;
        size_t size;
    } of;
    max_align_t align;
};

void *library_memory_take(size_t size, enum reason *reason)
{
    size_t with_head;
    struct locked_memory region;
    *reason = checked_add(size, sizeof(union block_head), &with_head) ? REASON_DONE : REASON_NO_MEMORY;
    if (*reason == REASON_DONE)
        *reason = locked_memory_init(&region, with_head, NULL);
    if (*reason != REASON_DONE)
        return NULL;
    union block_head *head = region.bytes;
    head->of.region = region;
    head->of.size = size;
    return head + 1;
}

size_t library_memory_release(void *bytes)
{
    if (bytes == NULL)
        return 0;
    union block_head *head = (union block_head *)bytes - 1;
    struct locked_memory region = head->of.region; /* it holds itself */
    size_t size = head->of.size;
    locked_memory_finish(&region);
    return size;
}
