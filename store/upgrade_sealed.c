/* upgrade_sealed.c: a state of schema 2 or 3 proves itself; what it can't say, an older copy put back whole, its anchor and a checkpoint
 * that somebody kept can. */
#include <string.h>

#include "store/anchor_compare_internal.h"
#include "store/capture_note_internal.h"
#include "store/document_internal.h"
#include "store/list_internal.h"
#include "store/store_open_internal.h"
#include "store/tree_internal.h"
#include "store/upgrade_internal.h"

static enum reason prove_row(
    struct store *store, int schema, char note[static CHECKPOINT_NOTE_SIZE], struct failure *failure)
{
    struct database *database = &store->database;
    const struct proven_state *state = &store->proven.state;
    TRY(proven_state_read_id(database, store->proven.database_id, failure));
    TRY(keys_read(database, store->provider, store->proven.database_id, store->keys, failure));
    TRY(proven_state_read_older(
        database, store->sealer, store->keys, store->digest, schema, &store->proven, note, failure));
    TRY(store_take_log_key(store, state->origin, failure));
    if (memcmp(log_key_verifier(store->log_key)->public_key, state->public_key, LOG_KEY_PUBLIC_BYTES) != 0)
        return failure_set(failure, REASON_STATE_UNPROVEN, database->directory,
            "the log's key in it is another one than its state names");
    return REASON_DONE;
}

static enum reason check_list(struct store *store, struct failure *failure)
{
    const struct list_state *list = &store->proven.state.list;
    struct list_sum sum;
    TRY(list_add_up(store, list->import, NULL, &sum, NULL, failure));
    return list_check(list, &sum, failure);
}

/* Whoever put an older copy back would have it signed again, and go on from there: what speaks against it is accepted by the kordon that
 * wrote it, or not at all. */
static enum reason check_anchor(struct store *store, struct failure *failure)
{
    struct anchor_look look = {.folder = -1};
    struct failure against = {0}, why = {0};
    if (!anchor_is_set(&store->anchor))
        return REASON_DONE;
    (void)anchor_look(&store->anchor, &look); /* what it says is in the look */
    enum reason reason = anchor_compare(store, &look, &against, &why);
    anchor_look_finish(&look);
    if (reason == REASON_ANCHOR_UNREACHABLE)
        return failure_set(failure, REASON_ANCHOR_MISSING, store->anchor.path, "%s", why.detail);
    const struct failure *said = reason != REASON_DONE ? &why : &against;
    if (said->reason != REASON_DONE && failure != NULL)
        *failure = *said;
    return said->reason;
}

/* What schema 2 had none of. */
static enum reason check_documents(struct store *store, struct failure *failure)
{
    const struct proven_state *state = &store->proven.state;
    TRY(documents_prove(store, state, failure));
    return row_buckets_prove_all(store, &capture_note_family, state->notes_root, state->note_count, failure);
}

enum reason upgrade_prove_sealed(
    struct store *store, int schema, const char *checkpoint, struct failure *failure)
{
    char note[CHECKPOINT_NOTE_SIZE];
    TRY(prove_row(store, schema, note, failure));
    TRY(upgrade_check_log(store, checkpoint, failure));
    TRY(tree_take_note(store, note, failure));
    TRY(check_list(store, failure));
    if (schema > 2)
        TRY(check_documents(store, failure));
    return check_anchor(store, failure);
}
