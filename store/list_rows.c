/* list_rows.c: the marks of the proven list in memory. Whoever erases many entries in many commits reads the list once: what each
 * commit leaves is added up from here, where nobody else writes, and not from the file. */
#include <stdlib.h>
#include <string.h>

#include "store/list_internal.h"
#include "store/statement_internal.h"
#include "store/tree_internal.h"

struct watchlist_rows {
    uint64_t generation;
    uint8_t root[DIGEST_BYTES]; /* of the list that they are of */
    struct digest *digest;      /* they are loaded with one store and used with another */
    struct list_mark *marks;    /* by id */
    size_t count;
};

/* --- Asked ----------------------------------------------------------------------------------------------------- */

bool list_rows_are_of(const struct watchlist_rows *rows, const struct list_state *list)
{
    return rows->generation == list->generation && memcmp(rows->root, list->root, DIGEST_BYTES) == 0;
}

/* The first that is not before the id, from that place on. */
static size_t find(const struct watchlist_rows *rows, size_t from, const struct watchlist_id *id)
{
    size_t low = from, high = rows->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(rows->marks[middle].id, id->bytes, WATCHLIST_ID_BYTES) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const struct watchlist_rows *rows, size_t place, const struct watchlist_id *id)
{
    return place < rows->count && memcmp(rows->marks[place].id, id->bytes, WATCHLIST_ID_BYTES) == 0;
}

const struct list_mark *list_rows_mark(const struct watchlist_rows *rows, const struct watchlist_id *id)
{
    const size_t place = find(rows, 0, id);
    return is_at(rows, place, id) ? &rows->marks[place] : NULL;
}

static void add_marks(const struct watchlist_rows *rows, size_t from, size_t end)
{
    digest_add(rows->digest, &rows->marks[from], (end - from) * sizeof rows->marks[0]);
}

enum reason list_rows_rest(const struct watchlist_rows *rows, const struct watchlist_ids *erased,
    struct list_sum *rest, struct failure *failure)
{
    size_t from = 0;
    bool found = true;
    digest_begin(rows->digest);
    for (size_t i = 0; i < erased->count && found; i++) {
        const size_t place = find(rows, from, &erased->items[i]);
        found = is_at(rows, place, &erased->items[i]);
        add_marks(rows, from, place);
        from = found ? place + 1 : rows->count;
    }
    add_marks(rows, from, rows->count);
    rest->count = rows->count - erased->count;
    TRY(digest_end(rows->digest, rest->root, failure));
    return found ? REASON_DONE : failure_set(failure, REASON_ENTRY_NOT_FOUND, "watchlist", NULL);
}

void list_rows_take_off(
    struct watchlist_rows *rows, const struct watchlist_ids *erased, const struct list_state *list)
{
    size_t kept = 0;
    for (size_t i = 0, passed = 0; i < rows->count; i++)
        if (passed < erased->count && is_at(rows, i, &erased->items[passed]))
            passed++;
        else
            rows->marks[kept++] = rows->marks[i];
    rows->count = kept;
    rows->generation = list->generation;
    memcpy(rows->root, list->root, DIGEST_BYTES);
}

/* --- Made ------------------------------------------------------------------------------------------------------ */

static enum reason read_marks(struct store *store, struct watchlist_rows *rows, struct failure *failure)
{
    const struct list_state *list = &store->proven.state.list;
    struct statement read;
    enum reason reason = REASON_DONE;
    statement_begin(&read, &store->database, STATEMENT_ALERT_ALL, failure);
    statement_bind_integer(&read, 1, (int64_t)list->import);
    while (reason == REASON_DONE && statement_next(&read)) {
        if (rows->count == list->entry_count)
            reason = failure_set(
                failure, REASON_LIST_ROLLED_BACK, "watchlist", "there are more rows than the list has");
        else if (!list_read_mark(read.row, &rows->marks[rows->count]))
            reason = failure_set(failure, REASON_SEAL_BROKEN, "watchlist", "a row is damaged");
        else
            rows->count++;
    }
    return statement_end(&read, reason);
}

/* Within a snapshot. */
static enum reason read_list(struct store *store, struct watchlist_rows *rows, struct failure *failure)
{
    const struct list_state *list = &store->proven.state.list;
    const struct watchlist_ids nobody = {0};
    struct list_sum sum;
    rows->generation = list->generation;
    memcpy(rows->root, list->root, DIGEST_BYTES);
    rows->marks = calloc(list->entry_count + 1, sizeof *rows->marks);
    if (rows->marks == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "watchlist", NULL);
    TRY(read_marks(store, rows, failure));
    TRY(list_rows_rest(rows, &nobody, &sum, failure));
    return list_check(list, &sum, failure);
}

/* NULL without memory, also for what it needs. */
static struct watchlist_rows *new_rows(void)
{
    struct watchlist_rows *rows = calloc(1, sizeof *rows);
    if (rows == NULL || digest_create(&rows->digest, NULL) == REASON_DONE)
        return rows;
    free(rows);
    return NULL;
}

/* Within a snapshot. */
static enum reason load(struct store *store, struct watchlist_rows **rows, struct failure *failure)
{
    if (*rows != NULL && list_rows_are_of(*rows, &store->proven.state.list))
        return REASON_DONE;
    watchlist_rows_destroy(*rows);
    *rows = new_rows();
    if (*rows == NULL)
        return failure_set(failure, REASON_NO_MEMORY, "watchlist", NULL);
    enum reason reason = read_list(store, *rows, failure);
    if (reason != REASON_DONE) {
        watchlist_rows_destroy(*rows);
        *rows = NULL;
    }
    return reason;
}

enum reason watchlist_rows_load(struct store *store, struct watchlist_rows **rows, struct failure *failure)
{
    TRY(snapshot_begin(store, failure));
    enum reason reason = load(store, rows, failure);
    snapshot_end(store);
    return reason;
}

void watchlist_rows_destroy(struct watchlist_rows *rows)
{
    if (rows == NULL)
        return;
    digest_destroy(rows->digest);
    free(rows->marks);
    free(rows);
}
