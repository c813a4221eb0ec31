/* list_index.c: the installed list as blocks of rows that follow each other, each with a digest of their marks. Made while the whole
 * list is proven; what a block's rows give later is proven by it alone, as long as the list is the same. */
#include <stdlib.h>
#include <string.h>

#include "store/list_internal.h"
#include "store/statement_internal.h"

#define BLOCK_ROWS 256

struct list_block {
    struct watchlist_id first;
    uint64_t count;
    uint8_t digest[DIGEST_BYTES];
};

struct list_index {
    uint64_t generation;
    uint8_t root[DIGEST_BYTES]; /* of the list that it is of */
    size_t count, capacity;
    struct list_block blocks[];
};

/* --- Made ------------------------------------------------------------------------------------------------------ */

static enum reason end_block(struct store *store, struct list_index *index, struct failure *failure)
{
    struct list_block *block = index->count > 0 ? &index->blocks[index->count - 1] : NULL;
    return block != NULL ? digest_end(store->digest, block->digest, failure) : REASON_DONE;
}

static enum reason add_mark(struct store *store, struct list_index *index, uint64_t row,
    const struct list_mark *mark, struct failure *failure)
{
    if (row % BLOCK_ROWS == 0) {
        enum reason reason = end_block(store, index, failure);
        if (reason != REASON_DONE)
            return reason;
        if (index->count == index->capacity)
            return failure_set(
                failure, REASON_LIST_ROLLED_BACK, "watchlist", "there are more rows than the list has");
        memcpy(index->blocks[index->count++].first.bytes, mark->id, WATCHLIST_ID_BYTES);
        digest_begin(store->digest);
    }
    digest_add(store->digest, mark, sizeof *mark);
    digest_add(store->root_digest, mark, sizeof *mark);
    index->blocks[index->count - 1].count++;
    return REASON_DONE;
}

static enum reason read_mark(sqlite3_stmt *row, struct list_mark *mark, struct failure *failure)
{
    return list_read_mark(row, mark)
               ? REASON_DONE
               : failure_set(failure, REASON_SEAL_BROKEN, "watchlist", "a row is damaged");
}

static enum reason add_rows(struct store *store, struct list_index *index, struct statement *rows,
    struct list_sum *sum, struct failure *failure)
{
    struct list_mark mark;
    enum reason reason = REASON_DONE;
    while (reason == REASON_DONE && statement_next(rows)) {
        reason = read_mark(rows->row, &mark, failure);
        if (reason == REASON_DONE)
            reason = add_mark(store, index, sum->count++, &mark, failure);
    }
    reason = statement_end(rows, reason);
    return reason == REASON_DONE ? end_block(store, index, failure) : reason;
}

static enum reason fill(struct store *store, struct list_index *index, struct failure *failure)
{
    const struct list_state *list = &store->proven.state.list;
    struct list_sum sum = {0};
    struct statement rows;
    index->generation = list->generation;
    memcpy(index->root, list->root, DIGEST_BYTES);
    statement_begin(&rows, &store->database, STATEMENT_ALERT_ALL, failure);
    statement_bind_integer(&rows, 1, (int64_t)list->import);
    digest_begin(store->root_digest);
    enum reason reason = add_rows(store, index, &rows, &sum, failure);
    if (reason == REASON_DONE)
        reason = digest_end(store->root_digest, sum.root, failure);
    return reason == REASON_DONE ? list_check(list, &sum, failure) : reason;
}

/* The index of the list in force, made where there is none; NULL where that fails. */
static enum reason prepare(struct store *store, const struct list_index **now, struct failure *failure)
{
    const struct list_state *list = &store->proven.state.list;
    struct list_index *index = store->list_index;
    *now = NULL;
    if (index != NULL && index->generation == list->generation &&
        memcmp(index->root, list->root, DIGEST_BYTES) == 0) {
        *now = index;
        return REASON_DONE;
    }
    free(index);
    store->list_index = NULL;
    size_t capacity = list->entry_count / BLOCK_ROWS + 1;
    index = calloc(1, sizeof *index + capacity * sizeof index->blocks[0]);
    if (index == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "watchlist", NULL);
    index->capacity = capacity;
    enum reason reason = fill(store, index, failure);
    if (reason != REASON_DONE) {
        free(index);
        return reason;
    }
    *now = store->list_index = index;
    return REASON_DONE;
}

/* --- Read ------------------------------------------------------------------------------------------------------ */

static bool is_wanted(const struct list_range *range, const uint8_t id[static WATCHLIST_ID_BYTES])
{
    if (range->given >= range->limit)
        return false;
    if (range->only != NULL)
        return memcmp(id, range->only->bytes, WATCHLIST_ID_BYTES) == 0;
    return range->after == NULL || memcmp(id, range->after->bytes, WATCHLIST_ID_BYTES) > 0;
}

/* What is read, and for whom. */
struct part {
    struct list_row_reader reader;
    const struct list_index *index;
    struct list_range *range;
    list_entry_callback each;
    void *context;
};

/* All rows of the block are added up, those of the range are opened as they are. */
static enum reason give_rows(
    struct part *part, struct statement *rows, struct list_sum *sum, struct failure *failure)
{
    struct store *store = part->reader.store;
    struct watchlist_entry entry;
    struct list_mark mark;
    enum reason reason = REASON_DONE;
    while (reason == REASON_DONE && statement_next(rows)) {
        reason = read_mark(rows->row, &mark, failure);
        if (reason != REASON_DONE)
            break;
        digest_add(store->root_digest, &mark, sizeof mark);
        sum->count++;
        if (!is_wanted(part->range, mark.id))
            continue;
        part->range->given++;
        reason = list_open_row(&part->reader, rows->row, &entry, failure);
        if (reason == REASON_DONE)
            reason = part->each(part->context, &entry, failure);
    }
    return statement_end(rows, reason);
}

static void bind_block(const struct part *part, size_t number, struct statement *rows)
{
    /* Behind every id: its blob is longer. */
    static const uint8_t end[WATCHLIST_ID_BYTES + 1] = {
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    const struct list_block *block = &part->index->blocks[number];
    bool last = number + 1 == part->index->count;
    statement_bind_integer(rows, 1, (int64_t)part->reader.import);
    statement_bind_blob(rows, 2, block->first.bytes, number > 0 ? WATCHLIST_ID_BYTES : 0);
    statement_bind_blob(rows, 3, last ? end : block[1].first.bytes, last ? sizeof end : WATCHLIST_ID_BYTES);
}

static enum reason give_block(struct part *part, size_t number, struct failure *failure)
{
    struct store *store = part->reader.store;
    const struct list_block *block = &part->index->blocks[number];
    struct list_state expected = {.generation = 1, .entry_count = block->count};
    struct list_sum sum = {0};
    struct statement rows;
    memcpy(expected.root, block->digest, DIGEST_BYTES);
    statement_begin(&rows, &store->database, STATEMENT_ALERT_RANGE, failure);
    bind_block(part, number, &rows);
    digest_begin(store->root_digest);
    enum reason reason = give_rows(part, &rows, &sum, failure);
    if (reason == REASON_DONE)
        reason = digest_end(store->root_digest, sum.root, failure);
    return reason == REASON_DONE ? list_check(&expected, &sum, failure) : reason;
}

/* The last block that begins at the id or before it; the first one where none does. */
static size_t find_block(const struct list_index *index, const struct watchlist_id *id)
{
    size_t low = 0, high = index->count;
    while (id != NULL && high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(index->blocks[middle].first.bytes, id->bytes, WATCHLIST_ID_BYTES) <= 0)
            low = middle;
        else
            high = middle;
    }
    return low;
}

enum reason list_give_part(struct store *store, struct list_range *range, unsigned parts,
    list_entry_callback each, void *context, struct failure *failure)
{
    struct part part = {.range = range, .each = each, .context = context};
    enum reason reason = prepare(store, &part.index, failure);
    if (part.index == NULL || reason != REASON_DONE)
        return reason;
    const struct list_index *index = part.index;
    size_t number = find_block(index, range->only != NULL ? range->only : range->after);
    size_t end = range->only != NULL && number < index->count ? number + 1 : index->count;
    list_row_reader_init(&part.reader, store, store->proven.state.list.import, parts);
    sealer_begin(store->sealer, store->keys->list);
    for (; number < end && range->given < range->limit && reason == REASON_DONE; number++)
        reason = give_block(&part, number, failure);
    sealer_end(store->sealer);
    locked_memory_wipe(&store->scratch);
    return reason;
}
