/* open.c: a store is opened by proving it, held where its anchor says otherwise, and closed. */
#include <stdlib.h>
#include <string.h>

#include "store/journal.h"
#include "store/journal_append_internal.h"
#include "store/list_internal.h"
#include "store/store_open_internal.h"
#include "store/tree_internal.h"

/* --- The anchor against the tree ---------------------------------------------------------------------------------- */

/* What the anchor holds must be the tree's beginning. Any other answer holds the store; it is no failure to open it. */
static enum reason compare_anchor(struct store *store, const struct checkpoint *anchored)
{
    const struct proven_state *proven = &store->proven.state;
    struct failure why;
    if (anchored->size > proven->size)
        return failure_set(&store->held, REASON_ANCHOR_AHEAD, store->anchor.path,
            "it covers %llu entries, the state has %llu", (unsigned long long)anchored->size,
            (unsigned long long)proven->size);
    enum reason reason = tree_check_past(store, anchored->size, anchored->root, &why);
    if (reason != REASON_DONE)
        return failure_set(&store->held, REASON_ANCHOR_FORKED, store->anchor.path,
            "its %llu entries are not the state's first ones", (unsigned long long)anchored->size);
    store->anchor.size = anchored->size;
    return REASON_DONE;
}

/* What the anchor's file held before the state was looked at. */
struct anchored {
    uint8_t *note; /* malloc'd */
    size_t size;
    enum reason reason;
    struct failure failure;
};

static void read_anchor(const struct store *store, struct anchored *anchored)
{
    *anchored = (struct anchored){0};
    if (anchor_is_set(&store->anchor))
        anchored->reason = anchor_read(&store->anchor, &anchored->note, &anchored->size, &anchored->failure);
}

static enum reason check_anchor(struct store *store, const struct anchored *anchored, struct failure *failure)
{
    struct checkpoint checkpoint;
    struct failure why = anchored->failure;
    enum reason reason = anchored->reason;
    if (!anchor_is_set(&store->anchor))
        return REASON_DONE;
    if (reason == REASON_DONE)
        reason = anchor_parse(&store->anchor, anchored->note, anchored->size,
            log_key_verifier(store->log_key), &checkpoint, &why);
    if (reason == REASON_ANCHOR_MISSING || reason == REASON_ANCHOR_BROKEN)
        store->held = why;
    else if (reason == REASON_DONE)
        compare_anchor(store, &checkpoint);
    else if (failure != NULL)
        *failure = why;
    return store->held.reason != REASON_DONE ? REASON_DONE : reason;
}

/* --- Opening --------------------------------------------------------------------------------------------------------- */

static enum reason prove_key(struct store *store, struct failure *failure)
{
    const struct proven_state *proven = &store->proven.state;
    enum reason reason = store_take_log_key(store, proven->origin, failure);
    if (reason == REASON_DONE &&
        memcmp(log_key_verifier(store->log_key)->public_key, proven->public_key, LOG_KEY_PUBLIC_BYTES) != 0)
        reason = failure_set(failure, REASON_STATE_UNPROVEN, store->database.directory,
            "the log's key in it is another one than its state names");
    if (reason == REASON_DONE && store->origin != NULL && strcmp(store->origin, proven->origin) != 0)
        reason = failure_set(failure, REASON_LOG_ORIGIN_WRONG, store->database.directory,
            "it is the state of %s, the configuration says %s", proven->origin, store->origin);
    store->origin = NULL;
    return reason;
}

/* First what proves, then what is proven by it, then what is signed. */
static enum reason prove(struct store *store, const struct anchored *anchored, struct failure *failure)
{
    char note[CHECKPOINT_NOTE_SIZE];
    bool changed;
    struct database *database = &store->database;
    enum reason reason = proven_state_read_id(database, store->proven.database_id, failure);
    if (reason == REASON_DONE)
        reason = keys_read(database, store->provider, store->proven.database_id, store->keys, failure);
    if (reason == REASON_DONE)
        reason = proven_state_read(
            database, store->sealer, store->keys, store->digest, &store->proven, note, &changed, failure);
    if (reason == REASON_DONE)
        reason = prove_key(store, failure);
    if (reason == REASON_DONE)
        reason = tree_load(store, failure);
    if (reason == REASON_DONE)
        reason = tree_take_note(store, note, failure);
    return reason == REASON_DONE ? check_anchor(store, anchored, failure) : reason;
}

static enum reason open_all(struct store *store, struct failure *failure)
{
    struct anchored anchored;
    enum reason reason = database_connect(&store->database, failure);
    if (reason != REASON_DONE)
        return reason;
    read_anchor(store, &anchored);
    reason = database_act(&store->database, STATEMENT_BEGIN_READ, failure);
    if (reason == REASON_DONE)
        reason = prove(store, &anchored, failure);
    free(anchored.note);
    database_rollback(&store->database);
    if (reason != REASON_DONE || store->held.reason != REASON_DONE || store->database.access == STORE_READ)
        return reason;
    reason = tree_sign(store, failure);
    if (reason != REASON_DONE || store->database.access == STORE_FOLLOW)
        return reason;
    /* An anchor behind is how a crash between signing and anchoring leaves it; one that can't be written now is said. */
    (void)journal_anchor(store, NULL);
    /* What is left over is neither the list nor in the way of anything: a full disk does not keep a post from starting. */
    (void)list_sweep(store, NULL);
    return REASON_DONE;
}

enum reason store_open(const struct store_options *options, enum store_access access, struct store **store,
    struct failure *failure)
{
    enum reason reason = store_allocate(options, access, store, failure);
    if (reason != REASON_DONE)
        return reason;
    reason = open_all(*store, failure);
    if (reason != REASON_DONE) {
        store_free(*store);
        *store = NULL;
    }
    return reason;
}

void store_close(struct store *store)
{
    /* Without it the next reader only finds the checkpoint before the last one. */
    if (store != NULL && store->database.access == STORE_WRITE && store->database.connection != NULL &&
        store->log_key != NULL) {
        (void)journal_seal_checkpoint(store, NULL);
        (void)journal_anchor(store, NULL);
    }
    store_free(store);
}
