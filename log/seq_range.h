/* seq_range.h: runs of entries, by their numbers. Any thread. */
#ifndef KORDON_LOG_SEQ_RANGE_H
#define KORDON_LOG_SEQ_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

/* Entries first to last, both included. */
struct seq_range {
    uint64_t first, last;
};

/* A list of them, zeroed at first. */
struct seq_ranges {
    struct seq_range *items; /* malloc'd */
    size_t count, capacity;
};

/* NO_MEMORY. */
enum reason seq_ranges_add(struct seq_ranges *ranges, uint64_t first, uint64_t last, struct failure *failure);

/* The same for one entry behind all that are there: it lengthens the last run where that ends before it. */
enum reason seq_ranges_append(struct seq_ranges *ranges, uint64_t seq, struct failure *failure);

/* Brings runs that were added in any order into the one that seq_ranges_have() needs: ascending, apart. */
void seq_ranges_sort(struct seq_ranges *ranges);

bool seq_ranges_have(const struct seq_ranges *ranges, uint64_t seq);

/* How many entries they name, where they are apart. */
uint64_t seq_ranges_entries(const struct seq_ranges *ranges);

void seq_ranges_finish(struct seq_ranges *ranges);

#endif
