#include "list/duplicates.h"

#include <stdlib.h>
#include <string.h>

#include "list/duplicates_internal.h"

/* A step is not interrupted, and a traveller may have come: so it is short. Work is counted in fine comparisons, 30 to 60 µs each; so long takes
 * the first stage for FIRST_STAGE references. A step that is not over begins another piece. */
#define STEP_WORK   32
#define PIECE_WORK  16
#define FIRST_STAGE 400

/* What one piece of a search compares with, at most: of a long list PIECE_WORK of so many people survive the first stage. */
#define PIECE_PEOPLE     2048
#define PIECE_REFERENCES (2 * PIECE_PEOPLE)

/* What lies in the locked memory, the scan behind it. */
struct searching_memory {
    _Alignas(64) struct matcher_template probe;
    _Alignas(64) uint8_t scan[];
};

static size_t scan_room(void)
{
    return matcher_scan_room(1, PIECE_REFERENCES, PIECE_PEOPLE);
}

size_t list_duplicates_memory(void)
{
    return locked_memory_cost(sizeof(struct searching_memory) + scan_room());
}

/* --- The life */

static enum reason begin(
    struct list_duplicates *duplicates, const struct opened_list *set, struct failure *failure)
{
    if (duplicates->pairs != NULL)
        return REASON_DONE;
    duplicates->pairs = calloc(DUPLICATES_MAX, sizeof duplicates->pairs[0]);
    if (duplicates->pairs == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "duplicates", NULL);
    duplicates->subjects = (uint32_t)set->memory->subject_count;
    return REASON_DONE;
}

/* The threshold stays what the search began with, though entries are erased meanwhile: that only makes it stricter. */
static void count_on(struct list_duplicates *duplicates, const struct opened_list *set)
{
    if (!duplicates_reach_count(&duplicates->reach, set))
        return;
    duplicates->counted = true;
    duplicates->comparable = duplicates->reach.comparable;
    if (duplicates->threshold > 0)
        return;
    duplicates->comparisons = duplicates_reach_comparisons(&duplicates->reach);
    duplicates->threshold = matcher_remark_threshold(DUPLICATES_FALSE, (double)duplicates->comparisons);
    if (duplicates->threshold < DUPLICATES_LEAST)
        duplicates->threshold = DUPLICATES_LEAST;
}

void list_duplicates_finish(struct list_duplicates *duplicates)
{
    locked_memory_finish(&duplicates->memory);
    free(duplicates->pairs);
    *duplicates = (struct list_duplicates){0};
}

void list_duplicates_rest(struct list_duplicates *duplicates)
{
    locked_memory_finish(&duplicates->memory);
}

bool list_duplicates_finished(const struct list_duplicates *duplicates)
{
    return duplicates->counted && duplicates->next == duplicates->subjects;
}

void list_duplicates_forget(struct list_duplicates *duplicates, const struct opened_list *set)
{
    size_t kept = 0;
    for (size_t i = 0; i < duplicates->count; i++) {
        const struct duplicate *pair = &duplicates->pairs[i];
        if (!is_erased(set, pair->subject) && !is_erased(set, pair->other))
            duplicates->pairs[kept++] = *pair;
    }
    duplicates->count = kept;
    duplicates->counted = false;
    duplicates->reach = (struct duplicates_reach){0};
}

/* --- What was found */

/* Those of a subject are found one after another, by his first finger or a later one. */
static void keep_pair(struct list_duplicates *duplicates, const struct duplicate *pair)
{
    size_t of_subject = 0;
    for (size_t i = duplicates->count; i > 0 && duplicates->pairs[i - 1].subject == pair->subject; i--) {
        struct duplicate *before = &duplicates->pairs[i - 1];
        of_subject++;
        if (before->other != pair->other)
            continue;
        if (pair->score > before->score)
            *before = *pair;
        return;
    }
    if (of_subject < DUPLICATES_OF_ONE && duplicates->count < DUPLICATES_MAX)
        duplicates->pairs[duplicates->count++] = *pair;
    else
        duplicates->left_out++;
}

static void keep_candidates(struct list_duplicates *duplicates, enum finger_position position,
    const struct matcher_candidate_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const struct duplicate pair = {
            duplicates->next, list->candidates[i].subject, list->candidates[i].score, position};
        keep_pair(duplicates, &pair);
    }
}

/* --- A piece of a search */

/* Those of the piece whom one purpose may see beside that person, and that the set was not made without: the erased ones' memory may be wiped. */
static uint32_t ranges_of(const struct opened_list *set, uint64_t purposes, uint32_t first, uint32_t end,
    struct matcher_range *ranges)
{
    const struct held_entry *entries = held_entries(set->memory);
    uint32_t count = 0;
    for (uint32_t i = first; i < end; i++) {
        if (is_erased(set, i) || (entries[i].purposes & purposes) == 0)
            continue;
        if (count > 0 && ranges[count - 1].end == i)
            ranges[count - 1].end++;
        else
            ranges[count++] = (struct matcher_range){i, i + 1};
    }
    return count;
}

/* Long lists are searched in two stages, as for travellers; of a remark also where [identification] first_stage = no. */
static bool is_staged(const struct list_duplicates *duplicates)
{
    return duplicates->subjects > matcher_keep_default.least;
}

/* Fine comparisons with one person: several, where positions are not known. */
static uint64_t work_with_one(const struct list_duplicates *duplicates, enum finger_position position)
{
    const uint64_t met = duplicates_reach_met(&duplicates->reach, position);
    return (met + duplicates->subjects - 1) / duplicates->subjects;
}

/* Of how many people PIECE_WORK is the work, about. */
static uint32_t piece_people(const struct list_duplicates *duplicates, enum finger_position position)
{
    const struct matcher_keep *keep = &matcher_keep_default;
    uint64_t people = PIECE_WORK;
    if (is_staged(duplicates)) {
        uint64_t kept =
            duplicates_reach_met(&duplicates->reach, position) * keep->per_million / 1000000 + keep->least;
        people = (uint64_t)duplicates->subjects * PIECE_WORK / kept;
    }
    people /= work_with_one(duplicates, position);
    if (people > PIECE_PEOPLE)
        return PIECE_PEOPLE;
    return people > 0 ? (uint32_t)people : 1;
}

/* As large a share of the piece as of a whole search goes on to the fine comparison. */
static struct matcher_keep keep_of(const struct list_duplicates *duplicates, uint32_t people)
{
    struct matcher_keep keep = matcher_keep_default;
    keep.least = (uint32_t)((uint64_t)keep.least * people / duplicates->subjects) + 1;
    return keep;
}

static bool search_staged(const struct list_duplicates *duplicates, const struct matcher_share *share,
    uint32_t people, struct matcher_workspace workspace, struct matcher_candidate_list *list)
{
    struct searching_memory *memory = duplicates->memory.bytes;
    struct matcher_scan *scan;
    const struct matcher_keep keep = keep_of(duplicates, people);
    if (!matcher_search_scan(share, memory->scan, scan_room(), &scan))
        return false;
    const struct matcher_scan *const scans[] = {scan};
    const struct matcher_cut cut = matcher_search_cut(scans, 1, &keep);
    return matcher_search_survivors(share, scan, &cut, workspace, list);
}

/* Searches the share of so many people, which fits, and says how much work that was. */
static bool search_piece(struct list_duplicates *duplicates, struct matcher_share *share,
    struct matcher_workspace workspace, uint32_t people, uint32_t *work)
{
    const enum finger_position position = share->probes[0].position;
    const uint64_t with_one = work_with_one(duplicates, position);
    struct matcher_candidate_list list = {.capacity = MATCHER_CANDIDATES_MAX};
    bool whole = is_staged(duplicates) ? search_staged(duplicates, share, people, workspace, &list)
                                       : matcher_search(share, workspace, &list);
    if (whole)
        keep_candidates(duplicates, position, &list);
    *work += (uint32_t)(with_one * people / FIRST_STAGE + with_one * list.compared);
    return whole;
}

/* The next piece of the search for one finger: all of it lies behind the subject, so that each pair comes once. */
static bool search_next(struct list_duplicates *duplicates, const struct opened_list *set,
    struct matcher_workspace workspace, struct matcher_range *ranges, uint32_t *work)
{
    const struct held_entry *entry = &held_entries(set->memory)[duplicates->next];
    struct searching_memory *memory = duplicates->memory.bytes;
    const struct held_print print = held_print_of(entry, duplicates->finger);
    memory->probe.size = (uint32_t)print.size;
    memcpy(memory->probe.bytes, print.bytes, print.size);
    const struct matcher_probe probe = {.template = &memory->probe, .position = print.position};
    struct matcher_share share = {.set = set->memory->references,
        .probes = &probe,
        .probe_count = 1,
        .ranges = ranges,
        .floor = duplicates->threshold};
    const uint32_t first = duplicates->place, left = duplicates->subjects - first;
    uint32_t people = piece_people(duplicates, print.position);
    if (people > left)
        people = left;
    share.range_count = ranges_of(set, entry->purposes, first, first + people, ranges);
    /* Several fingers of one person may be at one position. */
    while (people > 1 && matcher_scan_size(&share) > scan_room()) {
        people /= 2;
        share.range_count = ranges_of(set, entry->purposes, first, first + people, ranges);
    }
    if (share.range_count > 0 && !search_piece(duplicates, &share, workspace, people, work))
        return false;
    duplicates->place += people;
    *work += 1; /* also where there is nobody to be compared */
    return true;
}

/* To the next finger, or person, where there is nobody left for this one; false at the end. */
static bool go_on(struct list_duplicates *duplicates, const struct opened_list *set)
{
    while (duplicates->next < duplicates->subjects) {
        const struct held_entry *entry = &held_entries(set->memory)[duplicates->next];
        bool searched = is_erased(set, duplicates->next) || duplicates->finger == entry->fingers;
        if (duplicates->place <= duplicates->next)
            duplicates->place = duplicates->next + 1;
        if (!searched && duplicates->place < duplicates->subjects)
            return true;
        duplicates->place = 0;
        duplicates->finger++;
        if (searched) {
            duplicates->next++;
            duplicates->finger = 0;
        }
    }
    return false;
}

static enum reason take_memory(struct list_duplicates *duplicates, size_t keep, struct failure *failure)
{
    if (duplicates->memory.bytes != NULL)
        return REASON_DONE;
    return locked_memory_init_keeping(
        &duplicates->memory, sizeof(struct searching_memory) + scan_room(), keep, failure);
}

enum reason list_duplicates_step(struct list_duplicates *duplicates, const struct opened_list *set,
    size_t keep, struct matcher_workspace workspace, struct failure *failure)
{
    TRY(begin(duplicates, set, failure));
    if (!duplicates->counted) {
        count_on(duplicates, set);
        return REASON_DONE;
    }
    TRY(take_memory(duplicates, keep, failure));
    struct matcher_range *ranges = calloc(PIECE_PEOPLE / 2 + 1, sizeof ranges[0]);
    if (ranges == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "duplicates", NULL);
    bool whole = true;
    uint32_t work = 0;
    while (whole && work < STEP_WORK && go_on(duplicates, set))
        whole = search_next(duplicates, set, workspace, ranges, &work);
    free(ranges);
    locked_memory_wipe(&duplicates->memory); /* whose print that was may be erased before the next step */
    if (!whole)
        return failure_set(failure, REASON_INTERNAL_ERROR, "duplicates", "a search was not whole");
    return REASON_DONE;
}
