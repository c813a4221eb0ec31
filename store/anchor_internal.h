/* anchor_internal.h: the second place: a file outside of the state directory that holds the last checkpoint.
 *
 * A whole older copy of the database proves itself; only what lies elsewhere can tell that it is old. The order is commit,
 * sign, anchor, receipt. The file is the signed note itself: what is written there needs no belief when it is read. Later
 * anchors (a TPM's counter, witnesses) join here: what they hold is compared with the tree in the same way.
 * Thread rule: that of the store.
 */
#ifndef KORDON_STORE_ANCHOR_INTERNAL_H
#define KORDON_STORE_ANCHOR_INTERNAL_H

#include <limits.h>
#include <stdbool.h>

#include "crypto/checkpoint.h"

struct anchor {
    char path[PATH_MAX]; /* "": there is none */
    bool receipts_wait;
    uint64_t size;          /* entries that the file's checkpoint covers, as far as known */
    struct failure failure; /* of the last write; reason DONE where it held */
};

/* BAD_ARGUMENT where the path is too long. path may be NULL. */
enum reason anchor_init(struct anchor *anchor, const char *path, bool receipts_wait, struct failure *failure);

bool anchor_is_set(const struct anchor *anchor);

/* The file's bytes, malloc'd; nothing of them is believed yet. Read before the state is looked at: its owner writes the state first
 * and the anchor second, so that what was read first is never ahead of it. ANCHOR_MISSING, also where it can't be read. */
enum reason anchor_read(const struct anchor *anchor, uint8_t **note, size_t *size, struct failure *failure);

/* The checkpoint in them, by that key: ANCHOR_BROKEN. */
enum reason anchor_parse(const struct anchor *anchor, const uint8_t *note, size_t size,
    const struct verifier_key *key, struct checkpoint *checkpoint, struct failure *failure);

/* Writes the note, whose size is given; noted in the anchor's failure as well. ANCHOR_UNREACHABLE. */
enum reason anchor_write(struct anchor *anchor, const char *note, uint64_t size, struct failure *failure);

#endif
