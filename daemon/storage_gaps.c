#include "daemon/storage_gaps.h"

/* People write times on paper to the minute. */
#define PAPER_MS 60000

void storage_gaps_add(struct storage_gaps *gaps, int64_t from_ms, int64_t until_ms, const char *why)
{
    gaps->gaps[gaps->count++ % STORAGE_GAPS_MAX] =
        (struct storage_gap){.from_ms = from_ms, .until_ms = until_ms, .why = why};
}

const struct storage_gap *storage_gaps_find(const struct storage_gaps *gaps, int64_t ms)
{
    for (size_t i = 0; i < gaps->count && i < STORAGE_GAPS_MAX; i++)
        if (ms > gaps->gaps[i].from_ms - PAPER_MS && ms < gaps->gaps[i].until_ms + PAPER_MS)
            return &gaps->gaps[i];
    return NULL;
}
