/* list_change.c: a staged list becomes the list, in one transaction with the log entry that records it. */
#include <string.h>

#include "store/journal_append_internal.h"
#include "store/list_internal.h"

static enum reason install_rows(
    const struct watchlist_import *import, struct list_state *list, struct failure *failure)
{
    struct list_sum sum;
    const struct list_state *to_be = &import->state;
    uint64_t generation = list->generation;
    TRY(import_check_list(import, list, failure));
    TRY(list_check_successor(list, to_be, import->replace_list, failure));
    if (to_be->entry_count == 0 && !import->allow_empty)
        return failure_set(failure, REASON_LIST_EMPTY, to_be->list_name, NULL);
    TRY(list_add_up(import->store, to_be->import, NULL, &sum, NULL, failure));
    if (sum.count != to_be->entry_count || memcmp(sum.root, to_be->root, DIGEST_BYTES) != 0)
        return failure_set(failure, REASON_CONFLICTING_IMPORT, "watchlist",
            "the rows that it staged, %llu, are not those that lie there now, %llu: somebody else changed "
            "them",
            (unsigned long long)to_be->entry_count, (unsigned long long)sum.count);
    *list = *to_be;
    list->generation = generation;
    list->installed_ms = store_now_ms();
    return REASON_DONE;
}

/* Inside the transaction of the log entry: the new state, recorded in the entry's body. */
static enum reason apply(
    void *context, uint64_t seq, struct proven_state *next, json_t *body, struct failure *failure)
{
    enum reason reason = install_rows(context, &next->list, failure);
    return reason == REASON_DONE ? list_state_change(&next->list, seq, body, failure) : reason;
}

enum reason watchlist_import_commit(struct watchlist_import *import, const struct log_draft *draft,
    struct journal_outcome *outcome, struct failure *failure)
{
    struct journal_companion companion = {apply, import};
    struct watchlist_staged staged;
    enum reason reason = watchlist_import_seal(import, &staged, failure);
    if (reason == REASON_DONE)
        reason = journal_append_with(import->store, draft, 1, &companion, outcome, failure);
    import_free(import);
    return reason;
}

void watchlist_import_cancel(struct watchlist_import *import)
{
    if (import != NULL)
        import_free(import);
}
