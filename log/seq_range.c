#include "log/seq_range.h"

#include <stdlib.h>

#include "log/growing_internal.h"

enum reason seq_ranges_add(struct seq_ranges *ranges, uint64_t first, uint64_t last, struct failure *failure)
{
    struct seq_range *items =
        growing_room(ranges->items, ranges->count, &ranges->capacity, sizeof ranges->items[0]);
    if (items == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "log", "%zu runs of entries", ranges->count + 1);
    ranges->items = items;
    items[ranges->count++] = (struct seq_range){first, last};
    return REASON_DONE;
}

enum reason seq_ranges_append(struct seq_ranges *ranges, uint64_t seq, struct failure *failure)
{
    struct seq_range *last = ranges->count > 0 ? &ranges->items[ranges->count - 1] : NULL;
    if (last == NULL || last->last + 1 != seq)
        return seq_ranges_add(ranges, seq, seq, failure);
    last->last = seq;
    return REASON_DONE;
}

static int compare(const void *a, const void *b)
{
    const struct seq_range *left = a, *right = b;
    return left->first < right->first ? -1 : left->first > right->first;
}

void seq_ranges_sort(struct seq_ranges *ranges)
{
    size_t kept = 0;
    if (ranges->count == 0)
        return;
    qsort(ranges->items, ranges->count, sizeof *ranges->items, compare);
    for (size_t i = 1; i < ranges->count; i++) {
        struct seq_range *last = &ranges->items[kept], next = ranges->items[i];
        if (next.first > last->last)
            ranges->items[++kept] = next;
        else if (next.last > last->last)
            last->last = next.last;
    }
    ranges->count = kept + 1;
}

bool seq_ranges_have(const struct seq_ranges *ranges, uint64_t seq)
{
    size_t low = 0, high = ranges->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ranges->items[middle].last < seq)
            low = middle + 1;
        else
            high = middle;
    }
    return low < ranges->count && ranges->items[low].first <= seq;
}

uint64_t seq_ranges_entries(const struct seq_ranges *ranges)
{
    uint64_t entries = 0;
    for (size_t i = 0; i < ranges->count; i++)
        entries += ranges->items[i].last - ranges->items[i].first + 1;
    return entries;
}

void seq_ranges_finish(struct seq_ranges *ranges)
{
    free(ranges->items);
    *ranges = (struct seq_ranges){0};
}
