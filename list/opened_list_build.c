/* opened_list_build.c: reads a source into the big memory of an opened list. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/checked.h"
#include "base/text.h"
#include "list/opened_list_internal.h"

#define CHUNK_BYTES_LEAST ((size_t)256 << 10)
#define CHUNK_SHARE       32 /* of what is taken already: so much of the blocks' memory may lie unused */
/* --- Where a list comes from */

static enum reason load_installed(const struct reference_source *source, unsigned parts,
    enum reason (*each)(void *context, const struct watchlist_entry *entry, struct failure *failure),
    void *context, struct failure *failure)
{
    return watchlist_load(source->store, parts, each, context, failure);
}

enum reason reference_source_installed(
    struct store *store, struct reference_source *source, struct failure *failure)
{
    *source = (struct reference_source){.load = load_installed, .store = store};
    return watchlist_summarize(store, &source->summary, failure);
}

/* --- Blocks */

static enum reason add_chunk(
    struct locked_arena *arena, size_t least, size_t keep_free, struct failure *failure)
{
    struct locked_memory *chunks = reallocarray(arena->chunks, arena->chunk_count + 1, sizeof chunks[0]);
    if (chunks == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "opened list", NULL);
    arena->chunks = chunks;
    size_t size =
        arena->taken / CHUNK_SHARE > CHUNK_BYTES_LEAST ? arena->taken / CHUNK_SHARE : CHUNK_BYTES_LEAST;
    enum reason reason = locked_memory_init_keeping(
        &chunks[arena->chunk_count], locked_memory_cost(size > least ? size : least), keep_free, failure);
    if (reason == REASON_DONE) {
        arena->chunk_count++;
        arena->used = 0;
    }
    return reason;
}

static enum reason take_block(
    struct locked_arena *arena, size_t size, size_t keep_free, uint8_t **block, struct failure *failure)
{
    if (arena->chunk_count == 0 || arena->chunks[arena->chunk_count - 1].size - arena->used < size) {
        enum reason reason = add_chunk(arena, size, keep_free, failure);
        if (reason != REASON_DONE)
            return reason;
    }
    const struct locked_memory *last = &arena->chunks[arena->chunk_count - 1];
    *block = (uint8_t *)last->bytes + arena->used;
    arena->used += size;
    arena->taken += size;
    return REASON_DONE;
}

/* --- What is needed */

static size_t scan_room(uint64_t people, uint64_t fingers, uint32_t shares)
{
    if (shares == 0 || fingers <= matcher_keep_default.least)
        return 0;
    /* However they are shared out: what grows with the people once, what each share has of its own for each. */
    return matcher_scan_room(MATCHER_PROBE_FINGERS_MAX, (uint32_t)fingers, (uint32_t)people) +
           shares * (matcher_scan_room(MATCHER_PROBE_FINGERS_MAX, 0, 0) + 128);
}

static size_t cost_of(size_t size)
{
    return size > 0 ? locked_memory_cost(size) : 0;
}

size_t opened_list_need(const struct reference_totals *totals, uint32_t scan_shares)
{
    if (totals->fingers > UINT32_MAX || totals->entries > UINT32_MAX)
        return SIZE_MAX;
    size_t blocks = totals->bytes + totals->bytes / CHUNK_SHARE + totals->bytes / 16;
    size_t need = cost_of(totals->entries * sizeof(struct held_entry));
    if (totals->people > 0)
        need += cost_of(blocks + CHUNK_BYTES_LEAST) +
                cost_of(matcher_reference_set_size((uint32_t)totals->fingers, 0)) +
                cost_of(scan_room(totals->people, totals->fingers, scan_shares));
    return need;
}

static size_t reference_memory_locked(const struct reference_memory *memory)
{
    size_t locked =
        cost_of(memory->entries.size) + cost_of(memory->match_bytes.size) + cost_of(memory->scan.size);
    for (size_t i = 0; i < memory->blocks.chunk_count; i++)
        locked += cost_of(memory->blocks.chunks[i].size);
    return locked;
}

size_t opened_list_locked(const struct opened_list *set)
{
    return reference_memory_locked(set->memory);
}

/* --- One entry */

/* While it is being read. */
struct loading {
    const struct reference_options *options;
    struct reference_memory *memory;
    size_t capacity; /* entries */
    bool measuring;  /* only: nothing is kept */
    enum reason short_of;
    /* where memory ran out; from there on it is measured, so that the need can be said */
    struct failure shortage;
};

static enum reason read_day(
    const struct watchlist_id *id, const char *field, const char *text, int32_t *day, struct failure *failure)
{
    char name[WATCHLIST_ID_TEXT_SIZE];
    if (text != NULL && day_parse(text, day))
        return REASON_DONE;
    watchlist_id_format(id, name);
    return failure_set(failure, REASON_BAD_VALUE, "watchlist", "entry %s: %s is no day", name, field);
}

static enum entry_kind kind_of(
    const struct reference_options *options, const struct watchlist_entry *entry, struct held_entry *held)
{
    switch (list_purposes_see(
        options->purposes, entry->purposes, entry->purpose_count, entry->category, &held->purposes)) {
    case LIST_UNDECLARED:
        return ENTRY_UNDECLARED;
    case LIST_NOT_PERMITTED:
        return ENTRY_NOT_PERMITTED;
    case LIST_SEEN:
        break;
    }
    return held->fingers == 0 ? ENTRY_UNSEARCHABLE : ENTRY_SEARCHABLE;
}

static enum reason read_entry(const struct reference_options *options, const struct watchlist_entry *entry,
    struct held_entry *held, struct failure *failure)
{
    *held = (struct held_entry){
        .shown = {.id = entry->id, .category = entry->category}, .all_fingers = (uint8_t)entry->finger_count};
    enum reason reason = read_day(&entry->id, "entered", entry->entered, &held->first_day, failure);
    if (reason == REASON_DONE)
        reason = read_day(&entry->id, "expires", entry->expires, &held->last_day, failure);
    for (size_t i = 0; i < entry->finger_count && reason == REASON_DONE; i++) {
        const struct watchlist_finger *finger = &entry->fingers[i];
        if (finger->template_size == 0)
            continue; /* kept, but not searchable */
        if (finger->position >= FINGER_POSITION_COUNT)
            return failure_set(
                failure, REASON_BAD_VALUE, "watchlist", "finger position %d", (int)finger->position);
        reason = matcher_template_check(finger->template_bytes, finger->template_size, failure);
        held->positions |= (uint16_t)(1u << finger->position);
        held->fingers++;
    }
    held->kind = kind_of(options, entry, held);
    return reason;
}

static size_t text_size(const char *text)
{
    return text != NULL ? strlen(text) + 1 : 1;
}

static size_t block_size_of(const struct watchlist_entry *entry, const struct held_entry *held)
{
    size_t size = block_aligned(held->fingers * sizeof(struct held_finger));
    for (size_t i = 0; i < entry->finger_count; i++)
        size += block_aligned(entry->fingers[i].template_size);
    return block_aligned(size + text_size(entry->action) + text_size(entry->instruction));
}

static const char *put_text(uint8_t **at, const char *text)
{
    char *start = (char *)*at;
    size_t size = text_size(text);
    memcpy(start, text != NULL ? text : "", size);
    *at += size;
    return start;
}

static void fill_block(const struct watchlist_entry *entry, struct held_entry *held)
{
    struct held_finger *fingers = (void *)held->block;
    uint8_t *at = held->block + block_aligned(held->fingers * sizeof fingers[0]);
    size_t count = 0;
    for (size_t i = 0; i < entry->finger_count; i++) {
        const struct watchlist_finger *finger = &entry->fingers[i];
        if (finger->template_size == 0)
            continue;
        fingers[count++] = (struct held_finger){(uint16_t)finger->template_size, (uint8_t)finger->position};
        memcpy(at, finger->template_bytes, finger->template_size);
        at += block_aligned(finger->template_size);
    }
    held->shown.action = put_text(&at, entry->action);
    held->shown.instruction = put_text(&at, entry->instruction);
}

static enum reason keep_entry(struct loading *loading, const struct watchlist_entry *entry,
    struct held_entry *held, struct failure *failure)
{
    struct reference_memory *memory = loading->memory;
    if (memory->entry_count == loading->capacity)
        return failure_set(failure, REASON_INTERNAL_ERROR, "watchlist", "more entries than were counted");
    if (held->kind == ENTRY_SEARCHABLE) {
        enum reason reason =
            take_block(&memory->blocks, held->block_size, loading->options->keep_free, &held->block, failure);
        if (reason != REASON_DONE)
            return reason;
        fill_block(entry, held);
    }
    held_entries(memory)[memory->entry_count++] = *held;
    return REASON_DONE;
}

static void run_short(struct loading *loading, enum reason reason, const struct failure *failure)
{
    loading->measuring = true;
    loading->short_of = reason;
    loading->shortage = *failure;
}

static enum reason load_entry(void *context, const struct watchlist_entry *entry, struct failure *failure)
{
    struct loading *loading = context;
    struct reference_totals *totals = &loading->memory->totals;
    struct held_entry held;
    TRY(read_entry(loading->options, entry, &held, failure));
    totals->entries++;
    if (held.kind == ENTRY_SEARCHABLE) {
        held.block_size = (uint32_t)block_size_of(entry, &held);
        totals->people++;
        totals->fingers += held.fingers;
        totals->bytes += held.block_size;
    }
    struct failure refused = {0};
    enum reason reason = loading->measuring ? REASON_DONE : keep_entry(loading, entry, &held, &refused);
    if (reason == REASON_MEMLOCK_LIMIT) {
        run_short(loading, reason, &refused);
        return REASON_DONE;
    }
    if (reason != REASON_DONE && failure != NULL)
        *failure = refused;
    return reason;
}

/* --- The order, and the matcher's set */

/* Subjects by purposes, days and id, so that the same list gives the same set; the others behind them. */
static int compare_entries(const void *left, const void *right)
{
    const struct held_entry *a = left, *b = right;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->purposes != b->purposes)
        return a->purposes < b->purposes ? -1 : 1;
    if (a->first_day != b->first_day)
        return a->first_day < b->first_day ? -1 : 1;
    if (a->last_day != b->last_day)
        return a->last_day < b->last_day ? -1 : 1;
    return memcmp(a->shown.id.bytes, b->shown.id.bytes, sizeof a->shown.id.bytes);
}

static enum reason add_subject(struct reference_memory *memory, uint32_t subject, struct failure *failure)
{
    const struct held_entry *entry = &held_entries(memory)[subject];
    enum reason reason = REASON_DONE;
    for (uint32_t i = 0; i < entry->fingers && reason == REASON_DONE; i++) {
        const struct held_print print = held_print_of(entry, i);
        const struct matcher_reference reference = {.subject = subject,
            .position = print.position,
            .bytes = print.bytes,
            .size = print.size,
            .stays = true};
        reason = matcher_reference_set_add(memory->references, &reference, failure);
    }
    return reason;
}

static enum reason make_references(struct loading *loading, struct failure *failure)
{
    struct reference_memory *memory = loading->memory;
    const struct reference_totals *totals = &memory->totals;
    if (totals->people > UINT32_MAX || totals->fingers > UINT32_MAX)
        return failure_set(failure, REASON_TOO_LARGE, "watchlist", NULL);
    uint32_t fingers = (uint32_t)totals->fingers;
    size_t size = matcher_reference_set_size(fingers, 0);
    size_t room = scan_room(totals->people, totals->fingers, loading->options->scan_shares);
    enum reason reason =
        locked_memory_init_keeping(&memory->match_bytes, size, loading->options->keep_free, failure);
    if (reason == REASON_DONE && room > 0)
        reason = locked_memory_init_keeping(&memory->scan, room, loading->options->keep_free, failure);
    if (reason == REASON_DONE)
        reason = matcher_reference_set_init(
            memory->match_bytes.bytes, size, fingers, 0, &memory->references, failure);
    for (uint32_t i = 0; i < totals->people && reason == REASON_DONE; i++)
        reason = add_subject(memory, i, failure);
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

/* --- All of it */

static enum reason new_memory(
    const struct reference_options *options, struct reference_memory **memory, struct failure *failure)
{
    struct reference_memory *made = calloc(1, sizeof *made);
    *memory = NULL;
    if (made == NULL || pthread_mutex_init(&made->lock, NULL) != 0) {
        free(made);
        return failure_set(failure, REASON_NO_MEMORY, "opened list", NULL);
    }
    made->scan_shares = options->scan_shares;
    made->purposes = *options->purposes;
    *memory = made;
    return REASON_DONE;
}

static enum reason reserve_entries(struct loading *loading, uint64_t count, struct failure *failure)
{
    struct reference_memory *memory = loading->memory;
    size_t size;
    if (count == 0)
        return REASON_DONE;
    if (count > UINT32_MAX || !checked_multiply(count, sizeof(struct held_entry), &size))
        return failure_set(failure, REASON_TOO_LARGE, "watchlist", NULL);
    loading->capacity = count;
    memory->searchers = calloc(count, sizeof memory->searchers[0]);
    if (memory->searchers == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "opened list", NULL);
    enum reason reason =
        locked_memory_init_keeping(&memory->entries, size, loading->options->keep_free, failure);
    if (reason != REASON_MEMLOCK_LIMIT)
        return reason;
    run_short(loading, reason, failure);
    return REASON_DONE;
}

/* With what is locked already, of which a list in force is a part: old and new are held together until the new one is proven. */
static enum reason say_need(const struct loading *loading, struct failure *failure)
{
    const struct reference_totals *totals = &loading->memory->totals;
    size_t limit = locked_memory_limit(), need = opened_list_need(totals, loading->memory->scan_shares);
    size_t others = locked_memory_total() - reference_memory_locked(loading->memory);
    return failure_set(failure, REASON_MEMLOCK_LIMIT, "watchlist",
        "%" PRIu64 " %s with %" PRIu64
        " %s: %.1f MiB are needed; with the %.1f MiB that are locked and the %.1f MiB kept for "
        "travellers that makes %.1f MiB, the limit is %.1f MiB",
        totals->people, counted(totals->people, "person", "people"), totals->fingers,
        counted(totals->fingers, "finger", "fingers"), (double)need / MEBIBYTE, (double)others / MEBIBYTE,
        (double)loading->options->keep_free / MEBIBYTE,
        (double)(need + others + loading->options->keep_free) / MEBIBYTE, (double)limit / MEBIBYTE);
}

static enum reason fill(
    struct loading *loading, const struct reference_source *source, struct failure *failure)
{
    struct reference_memory *memory = loading->memory;
    enum reason reason = reserve_entries(loading, source->summary.entry_count, failure);
    if (reason == REASON_DONE)
        reason = source->load(
            source, WATCHLIST_PART_ALERT | WATCHLIST_PART_TEMPLATES, load_entry, loading, failure);
    if (reason == REASON_DONE && loading->short_of != REASON_DONE)
        return say_need(loading, failure);
    if (reason != REASON_DONE || memory->totals.people == 0)
        return reason;
    memory->subject_count = memory->totals.people;
    qsort(memory->entries.bytes, memory->entry_count, sizeof(struct held_entry), compare_entries);
    reason = make_references(loading, failure);
    if (reason == REASON_MEMLOCK_LIMIT)
        return say_need(loading, failure);
    if (reason == REASON_DONE)
        prepare_references(memory->references, loading->options->threads);
    return reason;
}

enum reason opened_list_build(const struct reference_source *source, const struct reference_options *options,
    struct opened_list **set, struct failure *failure)
{
    *set = NULL;
    struct loading loading = {.options = options};
    TRY(new_memory(options, &loading.memory, failure));
    enum reason reason = fill(&loading, source, failure);
    if (reason == REASON_DONE)
        reason = opened_list_make(loading.memory, &source->summary, options->day, NULL, set, failure);
    if (reason != REASON_DONE)
        reference_memory_destroy(loading.memory);
    return reason;
}

enum reason opened_list_measure(const struct reference_source *source,
    const struct reference_options *options, struct reference_totals *totals, struct failure *failure)
{
    *totals = (struct reference_totals){0};
    struct loading loading = {.options = options, .measuring = true};
    enum reason reason = new_memory(options, &loading.memory, failure);
    if (reason != REASON_DONE)
        return reason;
    reason =
        source->load(source, WATCHLIST_PART_ALERT | WATCHLIST_PART_TEMPLATES, load_entry, &loading, failure);
    if (reason == REASON_DONE)
        *totals = loading.memory->totals;
    reference_memory_destroy(loading.memory);
    return reason;
}
