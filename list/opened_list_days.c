/* opened_list_days.c: whom a set searches for on its day. In ordinary memory: numbers of neighbours, nobody's data. */
#include <stdlib.h>
#include <string.h>

#include "list/opened_list_internal.h"

#define POSITION_SETS (1u << FINGER_POSITION_COUNT)

/* People of the present group by the fingers they have; touched names the rows in use. */
struct mask_counts {
    uint32_t people[POSITION_SETS];
    uint16_t touched[POSITION_SETS];
    size_t touched_count;
};

static enum reason no_memory(struct failure *failure)
{
    return failure_set(failure, REASON_NO_MEMORY, "opened list", NULL);
}

/* The items with room for one more, in steps that double; NULL without memory: they stay as they are then. */
static void *with_room(void *items, size_t count, size_t item)
{
    bool is_full = (count & (count - 1)) == 0; /* the next power of two is the room there is */
    return items == NULL || is_full ? reallocarray(items, count == 0 ? 1 : 2 * count, item) : items;
}

static bool close_group(struct opened_list *set, struct reference_group *group, struct mask_counts *counts)
{
    for (size_t i = 0; i < counts->touched_count; i++) {
        uint16_t positions = counts->touched[i];
        struct reference_mask *masks = with_room(set->masks, set->mask_count, sizeof masks[0]);
        if (masks == NULL)
            return false;
        set->masks = masks;
        masks[set->mask_count++] = (struct reference_mask){positions, counts->people[positions]};
        counts->people[positions] = 0;
    }
    counts->touched_count = 0;
    group->end_mask = set->mask_count;
    group->end_range = set->range_count;
    return true;
}

/* The group of those purposes, after the one before it; NULL without memory. */
static struct reference_group *open_group(
    struct opened_list *set, uint64_t purposes, struct mask_counts *counts)
{
    if (set->groups != NULL && !close_group(set, &set->groups[set->group_count - 1], counts))
        return NULL;
    struct reference_group *groups = with_room(set->groups, set->group_count, sizeof groups[0]);
    if (groups == NULL)
        return NULL;
    set->groups = groups;
    groups[set->group_count] = (struct reference_group){
        .purposes = purposes, .first_range = set->range_count, .first_mask = set->mask_count};
    return &groups[set->group_count++];
}

/* The present group's last range grows, or another one begins. */
static bool add_to_ranges(struct opened_list *set, const struct reference_group *group, uint32_t subject)
{
    if (set->range_count > group->first_range && set->ranges[set->range_count - 1].end == subject) {
        set->ranges[set->range_count - 1].end++;
        return true;
    }
    struct reference_range *ranges = with_room(set->ranges, set->range_count, sizeof ranges[0]);
    if (ranges == NULL)
        return false;
    set->ranges = ranges;
    ranges[set->range_count++] = (struct reference_range){subject, subject + 1};
    return true;
}

/* A subject that is searched. */
static bool add_person(struct opened_list *set, uint32_t subject, struct mask_counts *counts)
{
    const struct held_entry *entry = &held_entries(set->memory)[subject];
    struct reference_group *group = set->groups != NULL ? &set->groups[set->group_count - 1] : NULL;
    if (group == NULL || group->purposes != entry->purposes)
        group = open_group(set, entry->purposes, counts);
    if (group == NULL || !add_to_ranges(set, group, subject))
        return false;
    if (counts->people[entry->positions]++ == 0)
        counts->touched[counts->touched_count++] = entry->positions;
    group->people++;
    group->references += entry->fingers;
    set->counts.people++;
    set->counts.fingers += entry->fingers;
    return true;
}

/* A day on which the set becomes another one. */
static void note_change(struct opened_list *set, int32_t day)
{
    if (day <= set->day && day > set->since)
        set->since = day;
    if (day > set->day && day < set->counts.next_change)
        set->counts.next_change = day;
}

static bool add_entry(struct opened_list *set, size_t place, struct mask_counts *counts)
{
    const struct held_entry *entry = &held_entries(set->memory)[place];
    set->counts.entries++;
    if (entry->last_day < set->counts.first_end)
        set->counts.first_end = entry->last_day;
    if (entry->kind == ENTRY_UNDECLARED) {
        set->counts.undeclared++;
        return true;
    }
    if (entry->kind == ENTRY_NOT_PERMITTED) {
        set->counts.not_permitted++;
        return true;
    }
    if (entry->kind == ENTRY_UNSEARCHABLE) {
        set->counts.unsearchable++;
        return true;
    }
    note_change(set, entry->first_day);
    note_change(set, entry->last_day + 1);
    if (entry->last_day < set->day) {
        set->counts.expired++;
        return true;
    }
    if (entry->first_day > set->day) {
        set->counts.not_yet_valid++;
        return true;
    }
    return add_person(set, (uint32_t)place, counts);
}

enum reason opened_list_days_derive(struct opened_list *set, struct failure *failure)
{
    struct mask_counts *counts = calloc(1, sizeof *counts);
    if (counts == NULL)
        return no_memory(failure);
    set->counts = (struct reference_counts){.next_change = DAY_NEVER, .first_end = DAY_NEVER};
    set->since = INT32_MIN;
    bool whole = true;
    for (size_t i = 0; i < set->memory->entry_count && whole; i++)
        whole = is_erased(set, i) || add_entry(set, i, counts);
    if (whole && set->groups != NULL)
        whole = close_group(set, &set->groups[set->group_count - 1], counts);
    free(counts);
    return whole ? REASON_DONE : no_memory(failure);
}
