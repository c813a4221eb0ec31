/* anchor_compare.c: whether the anchor's file still is what belongs there, and only then the next one. */
#include "store/anchor_compare_internal.h"

#include <string.h>

#include "store/tree_internal.h"

/* --- Against the tree ----------------------------------------------------------------------------------------------- */

static enum reason compare_checkpoint(
    struct store *store, const struct checkpoint *anchored, struct failure *against, struct failure *failure)
{
    const struct proven_state *proven = &store->proven.state;
    uint8_t root[DIGEST_BYTES];
    if (anchored->size > proven->size) {
        failure_set(against, REASON_ANCHOR_AHEAD, store->anchor.path,
            "it covers %llu entries, the state has %llu", (unsigned long long)anchored->size,
            (unsigned long long)proven->size);
        return REASON_DONE;
    }
    /* Only a root that is proven to be the tree's own past can speak against the anchor. */
    enum reason reason = tree_root(store, anchored->size, root, failure);
    if (reason == REASON_DONE && memcmp(root, anchored->root, DIGEST_BYTES) != 0)
        failure_set(against, REASON_ANCHOR_FORKED, store->anchor.path,
            "its %llu entries are not the state's first ones", (unsigned long long)anchored->size);
    return reason;
}

enum reason anchor_compare(
    struct store *store, const struct anchor_look *look, struct failure *against, struct failure *failure)
{
    struct anchor *anchor = &store->anchor;
    struct checkpoint checkpoint;
    *against = look->failure;
    enum reason reason = look->reason;
    if (reason == REASON_DONE)
        reason = anchor_parse(anchor, look, log_key_verifier(store->log_key), &checkpoint, against);
    if (reason == REASON_ANCHOR_MISSING || reason == REASON_ANCHOR_BROKEN)
        return REASON_DONE;
    if (reason != REASON_DONE) {
        if (failure != NULL)
            *failure = *against;
        *against = (struct failure){0};
        return reason;
    }
    reason = compare_checkpoint(store, &checkpoint, against, failure);
    if (reason != REASON_DONE || against->reason != REASON_DONE)
        return reason;
    reason = anchor_know(anchor, look, failure);
    if (reason == REASON_DONE)
        anchor->size = checkpoint.size;
    return reason;
}

/* --- The next one --------------------------------------------------------------------------------------------------- */

/* Where the medium was taken away, the folder below it is on another device. A medium that comes back may have another number
 * too: it is told by the anchor on it, which covers no less than was known. */
static enum reason check_place(struct store *store, const struct anchor_look *look, struct failure *failure)
{
    struct checkpoint checkpoint;
    struct failure away;
    if (!anchor_is_elsewhere(&store->anchor, look))
        return REASON_DONE;
    if (look->reason == REASON_DONE && store->anchor.known != NULL &&
        anchor_parse(&store->anchor, look, log_key_verifier(store->log_key), &checkpoint, NULL) ==
            REASON_DONE &&
        checkpoint.size >= store->anchor.size)
        return REASON_DONE;
    failure_set(&away, REASON_ANCHOR_UNREACHABLE, store->anchor.path,
        "its folder is on another device than when the anchor was last there: mount its medium again");
    return anchor_unreachable(&store->anchor, &away, failure);
}

static enum reason check_known(struct store *store, const struct anchor_look *look, struct failure *failure)
{
    struct failure against = {0}, why = {0};
    if (look->reason == REASON_ANCHOR_UNREACHABLE || look->reason == REASON_NO_MEMORY)
        return anchor_unreachable(&store->anchor, &look->failure, failure);
    enum reason reason = check_place(store, look, failure);
    if (reason != REASON_DONE || anchor_is_known(&store->anchor, look))
        return reason;
    /* Its loss was accepted while there was no folder: it is made where the folder is now. */
    if (!store->anchor.placed && look->reason == REASON_ANCHOR_MISSING)
        return REASON_DONE;
    reason = anchor_compare(store, look, &against, &why);
    if (reason != REASON_DONE)
        return anchor_unreachable(&store->anchor, &why, failure);
    if (against.reason != REASON_DONE) {
        store->held = against;
        store->anchor.failure = (struct failure){0};
        if (failure != NULL)
            *failure = against;
    }
    return against.reason;
}

enum reason anchor_advance(struct store *store, struct failure *failure)
{
    struct anchor_look look;
    (void)anchor_look(&store->anchor, &look); /* what it says is in the look */
    enum reason reason = check_known(store, &look, failure);
    if (reason == REASON_DONE)
        reason = anchor_write(&store->anchor, &look, store->checkpoint, store->checkpoint_size, failure);
    anchor_look_finish(&look);
    return reason;
}
