/* watchlist.c: reads the sealed list: for the search, for showing, for checking. */
#include "store/watchlist.h"

#include <string.h>

#include "store/list_internal.h"
#include "store/statement_internal.h"
#include "store/tree_internal.h"

enum reason watchlist_summarize(
    struct store *store, struct watchlist_summary *summary, struct failure *failure)
{
    *summary = (struct watchlist_summary){0};
    TRY(snapshot_begin(store, failure));
    snapshot_end(store);
    const struct list_state *state = &store->proven.state.list;
    memcpy(summary->list_name, state->list_name, sizeof summary->list_name);
    summary->list_version = state->list_version;
    summary->generation = state->generation;
    summary->entry_count = state->entry_count;
    summary->finger_count = state->finger_count;
    summary->installed_ms = state->installed_ms;
    return REASON_DONE;
}

/* --- Entries -------------------------------------------------------------------------------------------------- */

/* State, sum and rows are read in one snapshot: a list that changes meanwhile must not be taken for a shorter one. */
enum reason watchlist_load(
    struct store *store, unsigned parts, list_entry_callback each, void *context, struct failure *failure)
{
    TRY(snapshot_begin(store, failure));
    enum reason reason = list_give(store, &store->proven.state.list, parts, each, context, failure);
    snapshot_end(store);
    return reason;
}

enum reason watchlist_load_staged(struct store *store, const struct watchlist_staged *staged, unsigned parts,
    list_entry_callback each, void *context, struct failure *failure)
{
    struct list_state rows = {.generation = 1, .import = staged->import, .entry_count = staged->entry_count};
    memcpy(rows.root, staged->root, DIGEST_BYTES);
    TRY(snapshot_begin(store, failure));
    enum reason reason = list_give(store, &rows, parts, each, context, failure);
    snapshot_end(store);
    return reason;
}

enum reason watchlist_page(struct store *store, const struct watchlist_id *after, uint64_t limit,
    unsigned parts, list_entry_callback each, void *context, struct failure *failure)
{
    struct list_range range = {.after = after, .limit = limit};
    TRY(snapshot_begin(store, failure));
    enum reason reason = list_give_part(store, &range, parts, each, context, failure);
    snapshot_end(store);
    return reason;
}

enum reason watchlist_read(struct store *store, const struct watchlist_id *id, unsigned parts,
    list_entry_callback each, void *context, struct failure *failure)
{
    struct list_range range = {.only = id, .limit = 1};
    TRY(snapshot_begin(store, failure));
    enum reason reason = list_give_part(store, &range, parts, each, context, failure);
    snapshot_end(store);
    if (reason == REASON_DONE && range.given == 0)
        return failure_set(failure, REASON_ENTRY_NOT_FOUND, "watchlist", NULL);
    return reason;
}

/* --- Check --------------------------------------------------------------------------------------------------- */

/* The installed list's rows, proven: nothing of them may be used before. */
static enum reason check_sum(struct store *store, struct failure *failure)
{
    const struct list_state *state = &store->proven.state.list;
    struct list_sum sum;
    enum reason reason = list_add_up(store, state->import, NULL, &sum, NULL, failure);
    return reason == REASON_DONE ? list_check(state, &sum, failure) : reason;
}

struct list_check {
    void (*problem)(void *context, const struct watchlist_id *id, const struct failure *failure);
    void *context;
    uint64_t problems;
    struct failure first;
};

static void note_problem(
    struct list_check *check, const struct watchlist_id *id, const struct failure *failure)
{
    if (check->problems++ == 0)
        check->first = *failure;
    if (check->problem != NULL)
        check->problem(check->context, id, failure);
}

/* SYSTEM errors end a check; what it finds broken does not. */
static bool is_finding(enum reason reason)
{
    return reason_class(reason) == REASON_CLASS_EVIDENCE_BROKEN;
}

static enum reason check_rows(
    struct store *store, uint64_t import, struct list_check *check, struct failure *failure)
{
    struct list_row_reader reader;
    struct statement rows;
    enum reason reason = REASON_DONE;
    list_row_reader_init(&reader, store, import,
        WATCHLIST_PART_ALERT | WATCHLIST_PART_IDENTITY | WATCHLIST_PART_TEMPLATES | WATCHLIST_PART_ORIGINALS);
    statement_begin(&rows, &store->database, STATEMENT_ALERT_ALL, failure);
    statement_bind_integer(&rows, 1, (int64_t)import);
    while (reason == REASON_DONE && statement_next(&rows)) {
        struct watchlist_entry entry;
        struct failure problem = {0};
        reason = list_open_row(&reader, rows.row, &entry, &problem);
        if (is_finding(reason)) {
            note_problem(check, &entry.id, &problem);
            reason = REASON_DONE;
        } else if (reason != REASON_DONE && failure != NULL) {
            *failure = problem;
        }
    }
    locked_memory_wipe(&store->scratch);
    return statement_end(&rows, reason);
}

enum reason watchlist_check(struct store *store,
    void (*problem)(void *context, const struct watchlist_id *id, const struct failure *failure),
    void *context, uint64_t *problems, struct failure *failure)
{
    struct list_check check = {.problem = problem, .context = context};
    struct failure found = {0};
    *problems = 0;
    enum reason reason = snapshot_begin(store, &found); /* one snapshot for all that is compared */
    if (reason == REASON_DONE) {
        reason = check_rows(store, store->proven.state.list.import, &check, &found);
        if (reason == REASON_DONE)
            reason = check_sum(store, &found);
        snapshot_end(store);
    }
    if (reason == REASON_DONE && store->held.reason != REASON_DONE) {
        found = store->held;
        note_problem(&check, NULL, &found);
    }
    if (reason != REASON_DONE && is_finding(reason)) {
        note_problem(&check, NULL, &found);
        reason = REASON_DONE;
    }
    *problems = check.problems;
    if (failure != NULL)
        *failure = reason != REASON_DONE ? found : check.first;
    return reason != REASON_DONE ? reason : check.first.reason;
}
