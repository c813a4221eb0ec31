/* reference_set.c: references in one piece of the caller's memory, filled once and then only read. */
#include <string.h>

#include "base/checked.h"
#include "matcher/search/search.h"
#include "matcher/template/template.h"

/* --- Layout --- */

/* Where each part lies, in bytes from the start; the signatures' alignment is a cache line's. */
struct set_layout {
    size_t signatures, slot_subjects, references, first_references, bytes, end;
};

/* Puts a part of count items behind *end. */
static bool lay_out(size_t *end, size_t count, size_t item, size_t alignment, size_t *start)
{
    size_t bytes, padded;
    if (!checked_multiply(count, item, &bytes) || !checked_add(*end, alignment - 1, &padded))
        return false;
    *start = padded / alignment * alignment;
    return checked_add(*start, bytes, end);
}

static bool set_layout(uint32_t count, size_t total_bytes, struct set_layout *layout)
{
    size_t end = sizeof(struct matcher_reference_set), items = count;
    if (!lay_out(&end, items, sizeof(struct signature), 64, &layout->signatures) ||
        !lay_out(&end, items, sizeof(struct set_reference), 8, &layout->references) ||
        !lay_out(&end, items, sizeof(uint32_t), 4, &layout->slot_subjects) ||
        !lay_out(&end, items + 1, sizeof(uint32_t), 4, &layout->first_references) ||
        !lay_out(&end, total_bytes, 1, 1, &layout->bytes))
        return false;
    layout->end = end;
    return true;
}

size_t matcher_reference_set_size(uint32_t count, size_t total_bytes)
{
    struct set_layout layout;
    return set_layout(count, total_bytes, &layout) ? layout.end : 0;
}

enum reason matcher_reference_set_init(void *memory, size_t size, uint32_t count, size_t total_bytes,
    struct matcher_reference_set **set, struct failure *failure)
{
    *set = NULL;
    struct set_layout layout;
    bool fits = set_layout(count, total_bytes, &layout);
    if (!fits || size < layout.end)
        return failure_set(failure, REASON_WORKSPACE_TOO_SMALL, "reference set", "%zu bytes of %zu", size,
            fits ? layout.end : SIZE_MAX);
    struct matcher_reference_set *made = memory;
    uint8_t *start = memory;
    *made = (struct matcher_reference_set){.capacity = count, .bytes_capacity = total_bytes};
    made->signatures = (void *)(start + layout.signatures);
    made->references = (void *)(start + layout.references);
    made->slot_subjects = (void *)(start + layout.slot_subjects);
    made->first_references = (void *)(start + layout.first_references);
    made->first_references[0] = 0;
    made->bytes = start + layout.bytes;
    *set = made;
    return REASON_DONE;
}

/* --- Filling --- */

enum reason matcher_reference_set_add(
    struct matcher_reference_set *set, const struct matcher_reference *reference, struct failure *failure)
{
    size_t copied = reference->stays ? 0 : reference->size;
    if (set->closed || set->count == set->capacity || copied > set->bytes_capacity - set->bytes_used ||
        reference->size > MATCHER_TEMPLATE_BYTES_MAX)
        return failure_set(failure, REASON_TOO_LARGE, "reference set",
            "it was made for %u references of %zu bytes%s", set->capacity, set->bytes_capacity,
            set->closed ? " and is closed" : "");
    bool is_new = reference->subject == set->subject_count;
    bool is_last = set->subject_count > 0 && reference->subject == set->subject_count - 1;
    if (!is_new && !is_last)
        return failure_set(failure, REASON_BAD_VALUE, "reference set", "subject %u out of order, %u so far",
            reference->subject, set->subject_count);
    if (reference->position >= FINGER_POSITION_COUNT)
        return failure_set(
            failure, REASON_BAD_VALUE, "reference set", "finger position %d", (int)reference->position);
    if (is_new)
        set->first_references[set->subject_count++] = set->count;
    uint8_t *copy = set->bytes + set->bytes_used;
    set->references[set->count++] =
        (struct set_reference){.bytes = reference->stays ? reference->bytes : copy,
            .size = (uint16_t)reference->size,
            .position = (uint8_t)reference->position};
    set->first_references[set->subject_count] = set->count;
    if (copied > 0)
        memcpy(copy, reference->bytes, copied);
    set->bytes_used += copied;
    return REASON_DONE;
}

void matcher_reference_set_close(struct matcher_reference_set *set)
{
    uint32_t next[FINGER_POSITION_COUNT] = {0};
    for (uint32_t i = 0; i < set->count; i++)
        next[set->references[i].position]++;
    uint32_t start = 0;
    for (uint32_t position = 0; position < FINGER_POSITION_COUNT; position++) {
        uint32_t count = next[position];
        set->group_start[position] = next[position] = start;
        start += count;
    }
    set->group_start[FINGER_POSITION_COUNT] = start;
    for (uint32_t subject = 0; subject < set->subject_count; subject++)
        for (uint32_t i = set->first_references[subject]; i < set->first_references[subject + 1]; i++) {
            struct set_reference *reference = &set->references[i];
            reference->slot = next[reference->position]++;
            set->slot_subjects[reference->slot] = subject;
        }
    set->closed = true;
}

void matcher_reference_set_prepare(struct matcher_reference_set *set, uint32_t share)
{
    if (!set->closed || share >= MATCHER_PREPARE_SHARES)
        return;
    uint32_t first = (uint32_t)((uint64_t)set->count * share / MATCHER_PREPARE_SHARES);
    uint32_t end = (uint32_t)((uint64_t)set->count * (share + 1) / MATCHER_PREPARE_SHARES);
    for (uint32_t i = first; i < end; i++) {
        const struct set_reference *reference = &set->references[i];
        matcher_signature_make(reference->bytes, &set->signatures[reference->slot]);
    }
    set->prepared[share] = true;
}

/* --- Forgetting --- */

void matcher_reference_set_forget(struct matcher_reference_set *set, uint32_t subject)
{
    if (!set->closed || subject >= set->subject_count)
        return;
    for (uint32_t i = set->first_references[subject]; i < set->first_references[subject + 1]; i++) {
        const struct set_reference *reference = &set->references[i];
        if (reference->bytes >= set->bytes && reference->bytes < set->bytes + set->bytes_used)
            memset(set->bytes + (reference->bytes - set->bytes), 0, reference->size);
        memset(&set->signatures[reference->slot], 0, sizeof set->signatures[0]);
    }
}

/* --- Reading --- */

bool matcher_set_is_prepared(const struct matcher_reference_set *set)
{
    bool all = set->closed;
    for (uint32_t share = 0; share < MATCHER_PREPARE_SHARES; share++)
        all = all && set->prepared[share];
    return all;
}

uint32_t matcher_reference_set_subjects(const struct matcher_reference_set *set)
{
    return set->subject_count;
}

uint32_t matcher_reference_set_count_in(
    const struct matcher_reference_set *set, const struct matcher_range *range)
{
    if (range->first > range->end || range->end > set->subject_count)
        return 0;
    return set->first_references[range->end] - set->first_references[range->first];
}

bool matcher_ranges_are_valid(const struct matcher_share *share)
{
    for (uint32_t r = 0; r < share->range_count; r++)
        if (share->ranges[r].first > share->ranges[r].end || share->ranges[r].end > share->set->subject_count)
            return false;
    return true;
}

/* The first slot of start..end-1 whose subject is at least that one; end where there is none. */
static uint32_t first_slot(
    const struct matcher_reference_set *set, uint32_t start, uint32_t end, uint32_t subject)
{
    while (start < end) {
        uint32_t middle = start + (end - start) / 2;
        if (set->slot_subjects[middle] < subject)
            start = middle + 1;
        else
            end = middle;
    }
    return start;
}

struct slot_run matcher_set_slots(
    const struct matcher_reference_set *set, uint32_t position, const struct matcher_range *range)
{
    uint32_t start = set->group_start[position], end = set->group_start[position + 1];
    uint32_t first = first_slot(set, start, end, range->first);
    return (struct slot_run){first, first_slot(set, first, end, range->end)};
}
