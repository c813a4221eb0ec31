/* opened_list_internal.h: what the parts of an opened list share.
 *
 *     opened_list_build.c   reads a source into the big memory
 *     opened_list_days.c    whom a set searches for: ranges and counts, on its day, without what was erased
 *     opened_list.c     sets, who holds them, and what is read of them
 *     opened_list_digest.c  whether an entry is what it was
 */
#ifndef KORDON_LIST_OPENED_LIST_INTERNAL_H
#define KORDON_LIST_OPENED_LIST_INTERNAL_H

#include <pthread.h>

#include "base/day.h"
#include "base/finger.h"
#include "base/locked_memory.h"
#include "list/opened_list.h"

/* One finger as it lies at the start of its entry's block. */
struct held_finger {
    uint16_t size; /* of its template */
    uint8_t position;
};

/* Each template in a block, and what comes behind them, begins at a multiple of 8. */
static inline size_t block_aligned(size_t size)
{
    return (size + 7) / 8 * 8;
}

/* Why an entry is no subject; the first that applies. */
enum entry_kind { ENTRY_SEARCHABLE, ENTRY_UNSEARCHABLE, ENTRY_UNDECLARED, ENTRY_NOT_PERMITTED };

/* One entry, in locked memory. Searchable ones come first: the subject's number is the place. block: fingers, then templates, then
 * the texts; NULL for the others. */
struct held_entry {
    struct reference_subject shown;
    uint64_t purposes;
    int32_t first_day, last_day;
    uint32_t block_size;
    uint16_t positions; /* a bit for each finger position it has */
    uint8_t fingers;    /* searchable ones */
    uint8_t all_fingers;
    uint8_t kind;
    uint8_t *block;
};

static inline const struct held_finger *held_fingers(const struct held_entry *entry)
{
    return (const void *)entry->block;
}

/* A searchable finger of an entry that is not erased. */
struct held_print {
    enum finger_position position;
    const uint8_t *bytes;
    size_t size;
};

static inline struct held_print held_print_of(const struct held_entry *entry, uint32_t index)
{
    const struct held_finger *fingers = held_fingers(entry);
    const uint8_t *at = entry->block + block_aligned(entry->fingers * sizeof fingers[0]);
    for (uint32_t i = 0; i < index; i++)
        at += block_aligned(fingers[i].size);
    return (struct held_print){(enum finger_position)fingers[index].position, at, fingers[index].size};
}

/* Blocks that stay where they are, in locked chunks that grow. */
struct locked_arena {
    struct locked_memory *chunks;
    size_t chunk_count;
    size_t used;  /* of the last chunk */
    size_t taken; /* bytes of all blocks */
};

/* What sets share; goes with the last of them. lock: for sharers and searchers, which background threads lower. */
struct reference_memory {
    pthread_mutex_t lock;
    size_t sharers;      /* sets */
    uint32_t *searchers; /* of each entry, the sets that do not leave it out */
    struct list_purposes purposes;
    struct locked_memory entries; /* struct held_entry */
    size_t entry_count, subject_count;
    struct locked_arena blocks;
    struct locked_memory match_bytes; /* the matcher's */
    struct locked_memory scan;        /* for one search at a time */
    struct matcher_reference_set *references;
    struct reference_totals totals;
    uint32_t scan_shares;
};

static inline struct held_entry *held_entries(const struct reference_memory *memory)
{
    return memory->entries.bytes;
}

/* Searched subjects first..end-1, which are neighbours and seen by the same purposes. */
struct reference_range {
    uint32_t first, end;
};

/* People of a group who have fingers at just these positions. */
struct reference_mask {
    uint16_t positions;
    uint32_t people;
};

/* All searched subjects seen by the same purposes. */
struct reference_group {
    uint64_t purposes;
    size_t first_range, end_range, first_mask, end_mask;
    uint32_t people, references;
};

struct opened_list {
    size_t holders; /* the loop's */
    struct reference_memory *memory;
    struct watchlist_summary summary;
    struct reference_counts counts;
    int32_t day, since; /* its own day, and that of the last change before it */
    uint8_t *erased;    /* a bit for each entry; ordinary memory */
    struct reference_range *ranges;
    size_t range_count;
    struct reference_group *groups;
    size_t group_count;
    struct reference_mask *masks;
    size_t mask_count;
};

static inline bool is_erased(const struct opened_list *set, size_t entry)
{
    return (set->erased[entry / 8] >> entry % 8 & 1) != 0;
}

/* Fills in counts, ranges, groups and masks of a set that has memory, summary, day and erased. NO_MEMORY; destroy the set
 * then. */
enum reason opened_list_days_derive(struct opened_list *set, struct failure *failure);

/* A set on the memory, which it shares from now on, for that day; without the entries of erased (NULL: none). */
enum reason opened_list_make(struct reference_memory *memory, const struct watchlist_summary *summary,
    int32_t day, const uint8_t *erased, struct opened_list **set, struct failure *failure);

/* Wipes and frees what no set shares. */
void reference_memory_destroy(struct reference_memory *memory);

#endif
