/* anchor_compare_internal.h: the anchor against the tree, when a store is opened and each time before its file is replaced.
 * Thread rule: that of the store.
 */
#ifndef KORDON_STORE_ANCHOR_COMPARE_INTERNAL_H
#define KORDON_STORE_ANCHOR_COMPARE_INTERNAL_H

#include "store/store_internal.h"

/* What the file holds must be the proven tree's beginning; then it is known. What says otherwise is set in *against, and
 * is no failure: ANCHOR_MISSING, ANCHOR_BROKEN, ANCHOR_AHEAD, ANCHOR_FORKED. A failure is that it could not be compared: a tree
 * whose nodes do not prove themselves (LOG_BROKEN, LOG_INCOMPLETE) says nothing about the anchor, nor does a disk or memory
 * that failed; ANCHOR_UNREACHABLE. */
enum reason anchor_compare(
    struct store *store, const struct anchor_look *look, struct failure *against, struct failure *failure);

/* Writes the newest checkpoint in the place of what is there, where that is still what belongs there. Otherwise the store is
 * held. Where the medium is away, or what lies in its place is on another device, nothing is written: ANCHOR_UNREACHABLE, also
 * in the anchor's failure; the hold's reasons. */
enum reason anchor_advance(struct store *store, struct failure *failure);

#endif
