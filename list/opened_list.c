#include "list/opened_list.h"

#include <stdlib.h>
#include <string.h>

#include "list/opened_list_internal.h"

/* --- Memory that sets share */

void reference_memory_destroy(struct reference_memory *memory)
{
    for (size_t i = 0; i < memory->blocks.chunk_count; i++)
        locked_memory_finish(&memory->blocks.chunks[i]);
    free(memory->blocks.chunks);
    locked_memory_finish(&memory->entries);
    locked_memory_finish(&memory->match_bytes);
    locked_memory_finish(&memory->scan);
    free(memory->searchers);
    pthread_mutex_destroy(&memory->lock);
    free(memory);
}

static void share(struct opened_list *set)
{
    struct reference_memory *memory = set->memory;
    pthread_mutex_lock(&memory->lock);
    memory->sharers++;
    for (size_t i = 0; i < memory->entry_count; i++)
        memory->searchers[i] += !is_erased(set, i);
    pthread_mutex_unlock(&memory->lock);
}

/* Nobody searches for it any more: others of the same memory may be searched meanwhile, which never touches it. */
static void forget_entry(struct reference_memory *memory, size_t place)
{
    struct held_entry *entry = &held_entries(memory)[place];
    if (place < memory->subject_count)
        matcher_reference_set_forget(memory->references, (uint32_t)place);
    if (entry->block != NULL)
        memory_wipe(entry->block, entry->block_size);
    memory_wipe(&entry->shown, sizeof entry->shown);
}

/* True where it was the last set on the memory. */
static bool leave(struct opened_list *set)
{
    struct reference_memory *memory = set->memory;
    pthread_mutex_lock(&memory->lock);
    bool last = --memory->sharers == 0;
    for (size_t i = 0; i < memory->entry_count && !last; i++)
        if (!is_erased(set, i) && --memory->searchers[i] == 0)
            forget_entry(memory, i);
    pthread_mutex_unlock(&memory->lock);
    return last;
}

/* --- Sets */

static void free_set(struct opened_list *set)
{
    free(set->erased);
    free(set->ranges);
    free(set->groups);
    free(set->masks);
    free(set);
}

enum reason opened_list_make(struct reference_memory *memory, const struct watchlist_summary *summary,
    int32_t day, const uint8_t *erased, struct opened_list **set, struct failure *failure)
{
    *set = NULL;
    size_t bytes = memory->entry_count / 8 + 1;
    struct opened_list *made = calloc(1, sizeof *made);
    if (made != NULL)
        made->erased = calloc(1, bytes);
    if (made == NULL || made->erased == NULL) {
        free(made);
        return failure_set(failure, REASON_NO_MEMORY, "opened list", NULL);
    }
    if (erased != NULL)
        memcpy(made->erased, erased, bytes);
    made->memory = memory;
    made->summary = *summary;
    made->day = day;
    enum reason reason = opened_list_days_derive(made, failure);
    if (reason != REASON_DONE) {
        free_set(made);
        return reason;
    }
    share(made);
    *set = made;
    return REASON_DONE;
}

void opened_list_destroy(struct opened_list *set)
{
    if (set == NULL)
        return;
    if (leave(set))
        reference_memory_destroy(set->memory);
    free_set(set);
}

struct opened_list *opened_list_hold(struct opened_list *set)
{
    set->holders++;
    return set;
}

bool opened_list_release(struct opened_list *set)
{
    set->holders--;
    return set->holders == 0;
}

/* --- Light sets */

bool opened_list_is_for(const struct opened_list *set, int32_t day)
{
    return day >= set->since && day < set->counts.next_change;
}

enum reason opened_list_on(
    struct opened_list *set, int32_t day, struct opened_list **made, struct failure *failure)
{
    return opened_list_make(set->memory, &set->summary, day, set->erased, made, failure);
}

/* Marks those entries as erased, and takes them off the summary; how many of them there are. */
static size_t take_off(const struct opened_list *set, const struct watchlist_ids *ids, uint8_t *erased,
    struct watchlist_summary *summary)
{
    const struct held_entry *entries = held_entries(set->memory);
    size_t found = 0;
    for (size_t place = 0; place < set->memory->entry_count; place++) {
        if (is_erased(set, place) || !watchlist_ids_have(ids, &entries[place].shown.id))
            continue;
        erased[place / 8] |= (uint8_t)(1u << place % 8);
        summary->entry_count--;
        summary->finger_count -= entries[place].all_fingers;
        found++;
    }
    return found;
}

enum reason opened_list_without(struct opened_list *set, const struct watchlist_ids *ids,
    struct opened_list **made, struct failure *failure)
{
    struct watchlist_summary summary = set->summary;
    const size_t bytes = set->memory->entry_count / 8 + 1;
    uint8_t *erased = malloc(bytes);
    *made = NULL;
    if (erased == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "opened list", NULL);
    memcpy(erased, set->erased, bytes);
    summary.generation++;
    enum reason reason = take_off(set, ids, erased, &summary) == ids->count
                             ? opened_list_make(set->memory, &summary, set->day, erased, made, failure)
                             : failure_set(failure, REASON_ENTRY_NOT_FOUND, "watchlist", NULL);
    free(erased);
    return reason;
}

/* --- Last days */

static bool ends_within(const struct opened_list *set, size_t place, int32_t first, int32_t last)
{
    int32_t day = held_entries(set->memory)[place].last_day;
    return !is_erased(set, place) && day >= first && day <= last;
}

uint64_t opened_list_count_ending(const struct opened_list *set, int32_t first, int32_t last)
{
    uint64_t count = 0;
    for (size_t place = 0; place < set->memory->entry_count; place++)
        count += ends_within(set, place, first, last);
    return count;
}

size_t opened_list_ended(const struct opened_list *set, int32_t day, size_t limit, struct watchlist_id *ids)
{
    size_t count = 0;
    for (size_t place = set->memory->entry_count; place-- > 0 && count < limit;)
        if (ends_within(set, place, INT32_MIN, day - 1))
            ids[count++] = held_entries(set->memory)[place].shown.id;
    qsort(ids, count, sizeof ids[0], watchlist_id_compare);
    return count;
}

bool opened_list_shares(const struct opened_list *set, const struct opened_list *other)
{
    return set->memory == other->memory;
}

bool opened_list_erased(const struct opened_list *set, const struct opened_list *other, uint32_t subject)
{
    return other != NULL && other->memory == set->memory && is_erased(other, subject);
}

/* --- What is read of them */

void opened_list_take_summary(struct opened_list *set, const struct watchlist_summary *summary)
{
    set->summary = *summary;
}

const struct watchlist_summary *opened_list_summary(const struct opened_list *set)
{
    return &set->summary;
}

const struct list_purposes *opened_list_purposes(const struct opened_list *set)
{
    return &set->memory->purposes;
}

const struct reference_counts *opened_list_counts(const struct opened_list *set)
{
    return &set->counts;
}

const struct reference_totals *opened_list_totals(const struct opened_list *set)
{
    return &set->memory->totals;
}

const struct matcher_reference_set *opened_list_references(const struct opened_list *set)
{
    return set->memory->references;
}

const struct reference_subject *opened_list_subject(const struct opened_list *set, uint32_t subject)
{
    return &held_entries(set->memory)[subject].shown;
}

void *opened_list_scan_memory(const struct opened_list *set, size_t *size)
{
    *size = set->memory->scan.size;
    return set->memory->scan.bytes;
}

uint32_t opened_list_scan_shares(const struct opened_list *set)
{
    return set->memory->scan_shares;
}

/* --- Views */

struct reference_view opened_list_view(const struct opened_list *set, const char *purpose)
{
    struct reference_view view = {.set = set};
    const struct list_purposes *purposes = &set->memory->purposes;
    for (size_t i = 0; i < purposes->count; i++)
        if (strcmp(purposes->names[i], purpose) == 0)
            view.purpose = (uint64_t)1 << i;
    for (size_t i = 0; i < set->group_count; i++)
        if ((set->groups[i].purposes & view.purpose) != 0) {
            view.subjects += set->groups[i].people;
            view.references += set->groups[i].references;
        }
    return view;
}

struct reference_reach reference_view_reach(
    const struct reference_view *view, uint32_t positions, bool any_position)
{
    const struct opened_list *set = view->set;
    struct reference_reach reach = {0};
    /* A finger of unknown position may be any. */
    const uint32_t unknown = 1u << FINGER_UNKNOWN;
    uint32_t met = (positions & unknown) != 0 ? UINT32_MAX : positions != 0 ? positions | unknown : 0;
    for (size_t i = 0; i < set->group_count; i++) {
        const struct reference_group *group = &set->groups[i];
        for (size_t k = group->first_mask; (group->purposes & view->purpose) != 0 && k < group->end_mask; k++)
            if ((set->masks[k].positions & met) != 0)
                reach.claimed += set->masks[k].people;
            else if (any_position && positions != 0)
                reach.others += set->masks[k].people;
    }
    return reach;
}

size_t reference_view_piece_count(const struct reference_view *view)
{
    return view->set->range_count;
}

/* The ranges of one group, whose first subject is the view's number *position. */
static bool group_pieces(const struct opened_list *set, const struct reference_group *group, uint32_t first,
    uint32_t end, uint32_t *position,
    bool (*piece)(void *context, uint32_t first_subject, uint32_t end_subject), void *context)
{
    bool go_on = true;
    for (size_t i = group->first_range; i < group->end_range && go_on; i++) {
        const struct reference_range *range = &set->ranges[i];
        uint32_t size = range->end - range->first;
        uint32_t from = first > *position ? first - *position : 0;
        uint32_t to = end > *position ? end - *position : 0;
        if (to > size)
            to = size;
        if (from < to)
            go_on = piece(context, range->first + from, range->first + to);
        *position += size;
    }
    return go_on;
}

bool reference_view_pieces(const struct reference_view *view, uint32_t first, uint32_t end,
    bool (*piece)(void *context, uint32_t first_subject, uint32_t end_subject), void *context)
{
    const struct opened_list *set = view->set;
    uint32_t position = 0; /* of the range's first subject, counted within the view */
    bool go_on = true;
    for (size_t i = 0; i < set->group_count && go_on; i++)
        if ((set->groups[i].purposes & view->purpose) != 0)
            go_on = group_pieces(set, &set->groups[i], first, end, &position, piece, context);
    return go_on;
}
