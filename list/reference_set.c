#include "list/reference_set.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/locked_memory.h"

/* Bytes that grow in locked memory. */
struct locked_vector {
    struct locked_memory memory;
    size_t used;
};

/* What is read of one entry, before the order is known. Offsets are into texts and templates. */
struct loaded_entry {
    uint64_t purposes;
    struct watchlist_id id;
    enum watchlist_category category;
    size_t action, instruction;
    size_t first_finger;
    uint32_t finger_count;
};

struct loaded_finger {
    enum finger_position position;
    size_t offset, size;
};

/* Subjects first..end-1 are seen by the same purposes. */
struct reference_range {
    uint64_t purposes;
    uint32_t first, end;
    uint32_t references;
};

struct reference_set {
    size_t holders; /* the loop's */
    struct watchlist_summary summary;
    struct locked_vector texts;       /* purposes, actions, instructions */
    struct locked_memory subjects;    /* struct reference_subject, by subject number */
    struct locked_memory match_bytes; /* the matcher's */
    struct matcher_reference_set *references;
    size_t purpose_offsets[REFERENCE_PURPOSES_MAX];
    size_t purpose_count;
    struct reference_range *ranges;
    size_t range_count;
};

/* While it is being read. */
struct loading {
    struct reference_set *set;
    struct locked_vector entries, fingers, templates;
};

/* *offset is where the bytes lie; 8-byte aligned. */
static enum reason vector_add(
    struct locked_vector *vector, const void *bytes, size_t size, size_t *offset, struct failure *failure)
{
    size_t start = (vector->used + 7) & ~(size_t)7;
    size_t needed;
    if (!checked_add(start, size, &needed))
        return failure_set(failure, REASON_NO_MEMORY, "reference set", NULL);
    if (needed > vector->memory.size) {
        struct locked_memory larger;
        size_t wanted = vector->memory.size * 2 > needed ? vector->memory.size * 2 : needed + 65536;
        enum reason reason = locked_memory_init(&larger, wanted, failure);
        if (reason != REASON_DONE)
            return reason;
        if (vector->used > 0)
            memcpy(larger.bytes, vector->memory.bytes, vector->used);
        locked_memory_finish(&vector->memory);
        vector->memory = larger;
    }
    if (size > 0)
        memcpy((uint8_t *)vector->memory.bytes + start, bytes, size);
    vector->used = needed;
    *offset = start;
    return REASON_DONE;
}

static void *vector_at(const struct locked_vector *vector, size_t offset)
{
    return (uint8_t *)vector->memory.bytes + offset;
}

static enum reason add_text(
    struct reference_set *set, const char *text, size_t *offset, struct failure *failure)
{
    const char *value = text != NULL ? text : "";
    return vector_add(&set->texts, value, strlen(value) + 1, offset, failure);
}

static enum reason purpose_bits(
    struct reference_set *set, const struct watchlist_entry *entry, uint64_t *bits, struct failure *failure)
{
    *bits = 0;
    for (size_t i = 0; i < entry->purpose_count; i++) {
        size_t found = 0;
        while (found < set->purpose_count &&
               strcmp(vector_at(&set->texts, set->purpose_offsets[found]), entry->purposes[i]) != 0)
            found++;
        if (found == REFERENCE_PURPOSES_MAX)
            return failure_set(failure, REASON_TOO_LARGE, "watchlist", "more than %d different purposes",
                REFERENCE_PURPOSES_MAX);
        if (found == set->purpose_count) {
            enum reason reason = add_text(set, entry->purposes[i], &set->purpose_offsets[found], failure);
            if (reason != REASON_DONE)
                return reason;
            set->purpose_count++;
        }
        *bits |= (uint64_t)1 << found;
    }
    return REASON_DONE;
}

static enum reason load_fingers(struct loading *loading, const struct watchlist_entry *entry,
    struct loaded_entry *loaded, struct failure *failure)
{
    for (size_t i = 0; i < entry->finger_count; i++) {
        const struct watchlist_finger *finger = &entry->fingers[i];
        if (finger->template_size == 0)
            continue; /* kept, but not searchable */
        struct loaded_finger reading = {.position = finger->position, .size = finger->template_size};
        enum reason reason = matcher_template_check(finger->template_bytes, finger->template_size, failure);
        if (reason == REASON_DONE)
            reason = vector_add(
                &loading->templates, finger->template_bytes, finger->template_size, &reading.offset, failure);
        size_t place;
        if (reason == REASON_DONE)
            reason = vector_add(&loading->fingers, &reading, sizeof reading, &place, failure);
        if (reason != REASON_DONE)
            return reason;
        if (loaded->finger_count++ == 0)
            loaded->first_finger = place;
    }
    return REASON_DONE;
}

static enum reason load_entry(void *context, const struct watchlist_entry *entry, struct failure *failure)
{
    struct loading *loading = context;
    if (entry->expired)
        return REASON_DONE; /* what may no longer be kept is not searched either (M3) */
    struct loaded_entry loaded = {.id = entry->id, .category = entry->category};
    enum reason reason = purpose_bits(loading->set, entry, &loaded.purposes, failure);
    if (reason == REASON_DONE)
        reason = add_text(loading->set, entry->action, &loaded.action, failure);
    if (reason == REASON_DONE)
        reason = add_text(loading->set, entry->instruction, &loaded.instruction, failure);
    if (reason == REASON_DONE)
        reason = load_fingers(loading, entry, &loaded, failure);
    size_t place;
    if (reason == REASON_DONE)
        reason = vector_add(&loading->entries, &loaded, sizeof loaded, &place, failure);
    return reason;
}

/* By purposes, then by id, so that the same list gives the same set. */
static int compare_entries(const void *left, const void *right)
{
    const struct loaded_entry *a = left, *b = right;
    if (a->purposes != b->purposes)
        return a->purposes < b->purposes ? -1 : 1;
    return memcmp(a->id.bytes, b->id.bytes, sizeof a->id.bytes);
}

static enum reason add_range(
    struct reference_set *set, const struct loaded_entry *entry, uint32_t subject, struct failure *failure)
{
    if (set->range_count == 0 || set->ranges[set->range_count - 1].purposes != entry->purposes) {
        struct reference_range *ranges =
            reallocarray(set->ranges, set->range_count + 1, sizeof set->ranges[0]);
        if (ranges == NULL)
            return failure_set(failure, REASON_NO_MEMORY, "reference set", NULL);
        set->ranges = ranges;
        set->ranges[set->range_count++] =
            (struct reference_range){.purposes = entry->purposes, .first = subject, .end = subject};
    }
    struct reference_range *range = &set->ranges[set->range_count - 1];
    range->end = subject + 1;
    range->references += entry->finger_count;
    return REASON_DONE;
}

static enum reason add_subject(
    struct loading *loading, const struct loaded_entry *entry, uint32_t subject, struct failure *failure)
{
    struct reference_set *set = loading->set;
    struct reference_subject *subjects = set->subjects.bytes;
    subjects[subject] = (struct reference_subject){.id = entry->id,
        .category = entry->category,
        .action = vector_at(&set->texts, entry->action),
        .instruction = vector_at(&set->texts, entry->instruction)};
    enum reason reason = add_range(set, entry, subject, failure);
    const struct loaded_finger *fingers = vector_at(&loading->fingers, entry->first_finger);
    for (uint32_t i = 0; i < entry->finger_count && reason == REASON_DONE; i++) {
        const struct matcher_reference reference = {.subject = subject,
            .position = fingers[i].position,
            .bytes = vector_at(&loading->templates, fingers[i].offset),
            .size = fingers[i].size};
        reason = matcher_reference_set_add(set->references, &reference, failure);
    }
    return reason;
}

/* Entries without a searchable finger are no subjects: they can't be found, so they are not in N. */
static size_t drop_unsearchable(struct loaded_entry *entries, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (entries[i].finger_count > 0)
            entries[kept++] = entries[i];
    return kept;
}

static enum reason arrange(struct loading *loading, struct failure *failure)
{
    struct reference_set *set = loading->set;
    struct loaded_entry *entries = loading->entries.memory.bytes;
    size_t count = drop_unsearchable(entries, loading->entries.used / sizeof entries[0]);
    size_t fingers = loading->fingers.used / sizeof(struct loaded_finger);
    if (count == 0)
        return REASON_DONE;
    if (count > UINT32_MAX || fingers > UINT32_MAX)
        return failure_set(failure, REASON_TOO_LARGE, "watchlist", "%zu entries", count);
    qsort(entries, count, sizeof entries[0], compare_entries);
    enum reason reason =
        locked_memory_init(&set->subjects, count * sizeof(struct reference_subject), failure);
    size_t size = matcher_reference_set_size((uint32_t)fingers, loading->templates.used);
    if (reason == REASON_DONE && size == 0)
        reason = failure_set(failure, REASON_TOO_LARGE, "watchlist", "%zu fingers", fingers);
    if (reason == REASON_DONE)
        reason = locked_memory_init(&set->match_bytes, size, failure);
    if (reason == REASON_DONE)
        reason = matcher_reference_set_init(set->match_bytes.bytes, size, (uint32_t)fingers,
            loading->templates.used, &set->references, failure);
    for (size_t i = 0; i < count && reason == REASON_DONE; i++)
        reason = add_subject(loading, &entries[i], (uint32_t)i, failure);
    return reason;
}

/* --- Signatures */

struct preparation {
    struct matcher_reference_set *references;
    _Atomic uint32_t next_share;
};

static void *prepare_shares(void *argument)
{
    struct preparation *preparation = argument;
    for (uint32_t share; (share = preparation->next_share++) < MATCHER_PREPARE_SHARES;)
        matcher_reference_set_prepare(preparation->references, share);
    return NULL;
}

/* Where a thread can't be started the others do its work. */
static void prepare_references(struct matcher_reference_set *references, uint32_t threads)
{
    struct preparation preparation = {.references = references};
    pthread_t others[MATCHER_PREPARE_SHARES];
    uint32_t started = 0, wanted = threads < MATCHER_PREPARE_SHARES ? threads : MATCHER_PREPARE_SHARES;
    matcher_reference_set_close(references);
    while (started + 1 < wanted && pthread_create(&others[started], NULL, prepare_shares, &preparation) == 0)
        started++;
    prepare_shares(&preparation);
    for (uint32_t i = 0; i < started; i++)
        pthread_join(others[i], NULL);
}

enum reason reference_set_build(
    struct store *store, uint32_t threads, struct reference_set **set, struct failure *failure)
{
    *set = NULL;
    struct loading loading = {.set = calloc(1, sizeof **set)};
    if (loading.set == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "reference set", NULL);
    enum reason reason = watchlist_summarize(store, &loading.set->summary, failure);
    if (reason == REASON_DONE)
        reason = watchlist_load(
            store, WATCHLIST_PART_ALERT | WATCHLIST_PART_TEMPLATES, load_entry, &loading, failure);
    if (reason == REASON_DONE)
        reason = arrange(&loading, failure);
    locked_memory_finish(&loading.entries.memory);
    locked_memory_finish(&loading.fingers.memory);
    locked_memory_finish(&loading.templates.memory);
    if (reason != REASON_DONE) {
        reference_set_destroy(loading.set);
        return reason;
    }
    if (loading.set->references != NULL)
        prepare_references(loading.set->references, threads);
    *set = loading.set;
    return REASON_DONE;
}

void reference_set_destroy(struct reference_set *set)
{
    if (set == NULL)
        return;
    locked_memory_finish(&set->texts.memory);
    locked_memory_finish(&set->subjects);
    locked_memory_finish(&set->match_bytes);
    free(set->ranges);
    free(set);
}

struct reference_set *reference_set_hold(struct reference_set *set)
{
    set->holders++;
    return set;
}

bool reference_set_release(struct reference_set *set)
{
    set->holders--;
    return set->holders == 0;
}

const struct watchlist_summary *reference_set_summary(const struct reference_set *set)
{
    return &set->summary;
}

const struct matcher_reference_set *reference_set_references(const struct reference_set *set)
{
    return set->references;
}

const struct reference_subject *reference_set_subject(const struct reference_set *set, uint32_t subject)
{
    return &((const struct reference_subject *)set->subjects.bytes)[subject];
}

struct reference_view reference_set_view(const struct reference_set *set, const char *purpose)
{
    struct reference_view view = {.set = set};
    for (size_t i = 0; i < set->purpose_count; i++)
        if (strcmp(vector_at(&set->texts, set->purpose_offsets[i]), purpose) == 0)
            view.purpose = (uint64_t)1 << i;
    for (size_t i = 0; i < set->range_count; i++) {
        if ((set->ranges[i].purposes & view.purpose) == 0)
            continue;
        view.subjects += set->ranges[i].end - set->ranges[i].first;
        view.references += set->ranges[i].references;
    }
    return view;
}

size_t reference_view_piece_count(const struct reference_view *view)
{
    return view->set->range_count;
}

bool reference_view_pieces(const struct reference_view *view, uint32_t first, uint32_t end,
    bool (*piece)(void *context, uint32_t first_subject, uint32_t end_subject), void *context)
{
    uint32_t position = 0; /* of the range's first subject, counted within the view */
    bool go_on = true;
    for (size_t i = 0; i < view->set->range_count && go_on; i++) {
        const struct reference_range *range = &view->set->ranges[i];
        if ((range->purposes & view->purpose) == 0)
            continue;
        uint32_t size = range->end - range->first;
        uint32_t from = first > position ? first - position : 0;
        uint32_t to = end > position ? end - position : 0;
        if (to > size)
            to = size;
        if (from < to)
            go_on = piece(context, range->first + from, range->first + to);
        position += size;
    }
    return go_on;
}
