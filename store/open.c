/* open.c: a store is opened by proving it, held where its anchor says otherwise, and closed. */
#include <string.h>

#include "store/anchor_compare_internal.h"
#include "store/journal.h"
#include "store/journal_append_internal.h"
#include "store/probe_slot_internal.h"
#include "store/statement_internal.h"
#include "store/store_open_internal.h"
#include "store/tree_internal.h"
#include "store/watchlist.h"

/* --- The anchor ------------------------------------------------------------------------------------------------------ */

/* A following store leaves the anchor to its writer, who holds both when it is against the state: a medium that is away just
 * now would otherwise hold the reader for as long as it is open. */
static bool judges_anchor(const struct store *store)
{
    return anchor_is_set(&store->anchor) && store->database.access != STORE_FOLLOW;
}

/* What speaks against the state holds the store; it is no failure to open it. */
static enum reason check_anchor(struct store *store, const struct anchor_look *look, struct failure *failure)
{
    struct failure why = {0};
    if (!judges_anchor(store))
        return REASON_DONE;
    enum reason reason = anchor_compare(store, look, &store->held, &why);
    if (reason == REASON_ANCHOR_UNREACHABLE) {
        failure_set(&store->held, REASON_ANCHOR_MISSING, store->anchor.path, "%s", why.detail);
        return REASON_DONE;
    }
    if (reason != REASON_DONE && failure != NULL)
        *failure = why;
    return reason;
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
static enum reason prove(struct store *store, const struct anchor_look *look, struct failure *failure)
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
    return reason == REASON_DONE ? check_anchor(store, look, failure) : reason;
}

static enum reason open_all(struct store *store, struct failure *failure)
{
    struct anchor_look look = {.folder = -1};
    TRY(database_connect(&store->database, failure));
    if (judges_anchor(store))
        (void)anchor_look(&store->anchor, &look); /* what it says is in the look */
    enum reason reason = statement_act(&store->database, STATEMENT_BEGIN_READ, failure);
    if (reason == REASON_DONE)
        reason = prove(store, &look, failure);
    anchor_look_finish(&look);
    database_rollback(&store->database);
    if (reason != REASON_DONE || store->held.reason != REASON_DONE || store->database.access == STORE_READ)
        return reason;
    reason = tree_sign(store, failure);
    if (reason != REASON_DONE || store->database.access == STORE_FOLLOW)
        return reason;
    TRY(probe_slots_prepare(store, failure));
    /* An anchor behind is how a crash between signing and anchoring leaves it; one that can't be written now is said. */
    (void)journal_anchor(store, NULL);
    /* What is left over is neither the list nor in the way of anything: a full disk does not keep a post from starting. */
    (void)watchlist_sweep_all(store, NULL);
    return REASON_DONE;
}

enum reason store_open(const struct store_options *options, enum store_access access, struct store **store,
    struct failure *failure)
{
    TRY(store_allocate(options, access, store, failure));
    enum reason reason = open_all(*store, failure);
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
