/* anchor_internal.h: the second place: a file outside of the state directory that holds the last checkpoint.
 *
 * A whole older copy of the database proves itself; only what lies elsewhere can tell that it is old. The order is commit,
 * sign, anchor, receipt. The file is the signed note itself: what is written there needs no belief when it is read. Later
 * anchors (a TPM's counter, witnesses) join here: what they hold is compared with the tree in the same way
 * (store/anchor_compare_internal.h).
 *
 * Its medium may be taken away at any time, and below its mount point lies another folder: the file is read before it is
 * replaced, both within one open folder. Thread rule: that of the store.
 */
#ifndef KORDON_STORE_ANCHOR_INTERNAL_H
#define KORDON_STORE_ANCHOR_INTERNAL_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "crypto/checkpoint.h"

struct anchor {
    char path[PATH_MAX]; /* "": there is none */
    bool receipts_wait;
    uint64_t size;          /* entries that the file's checkpoint covers, as far as known */
    struct failure failure; /* of the last write; reason DONE where it held */
    bool placed; /* the file was seen, or written, or its loss accepted, in a folder on this device */
    dev_t device;
    uint8_t *
        known; /* what the file held when it was last agreed with, written or accepted; NULL: there was none. malloc'd */
    size_t known_size;
};

/* BAD_ARGUMENT where the path is too long. path may be NULL. */
enum reason anchor_init(struct anchor *anchor, const char *path, bool receipts_wait, struct failure *failure);
void anchor_finish(struct anchor *anchor);

bool anchor_is_set(const struct anchor *anchor);

/* One look at the file, within its folder, which stays open until anchor_look_finish(). */
struct anchor_look {
    int folder; /* -1: it is not there */
    dev_t device;
    uint8_t *note; /* the file's bytes; NULL where they could not be read. Nothing of them is believed yet */
    size_t size;
    bool link;          /* a symbolic link lies there */
    enum reason reason; /* DONE; ANCHOR_MISSING: the folder is there, the file is not */
    struct failure failure;
};

/* Reads the file. Before the state is looked at, where another process may be its owner, who writes the state first and the
 * anchor second: what was read first is then never ahead of it. ANCHOR_MISSING, ANCHOR_UNREACHABLE (folder or file can't be
 * read), ANCHOR_BROKEN (what is there is no file), NO_MEMORY. */
enum reason anchor_look(const struct anchor *anchor, struct anchor_look *look);
void anchor_look_finish(struct anchor_look *look);

/* The checkpoint in what was read, by that key: ANCHOR_BROKEN. */
enum reason anchor_parse(const struct anchor *anchor, const struct anchor_look *look,
    const struct verifier_key *key, struct checkpoint *checkpoint, struct failure *failure);

/* Whether the folder looked into is on another device than the one where the file was. */
bool anchor_is_elsewhere(const struct anchor *anchor, const struct anchor_look *look);

/* Whether the file is as it was when it was last agreed with, written or accepted. */
bool anchor_is_known(const struct anchor *anchor, const struct anchor_look *look);

/* What was looked at is from now on what is known, also that there was nothing. NO_MEMORY. */
enum reason anchor_know(struct anchor *anchor, const struct anchor_look *look, struct failure *failure);

/* Notes in the anchor's failure that it can't be written, and why. ANCHOR_UNREACHABLE. */
enum reason anchor_unreachable(struct anchor *anchor, const struct failure *why, struct failure *failure);

/* Writes the note, whose size is given, into the folder looked into; noted in the anchor's failure as well.
 * ANCHOR_UNREACHABLE. */
enum reason anchor_write(struct anchor *anchor, const struct anchor_look *look, const char *note,
    uint64_t size, struct failure *failure);

/* Whether it could be written: writes another file into that folder, and deletes it. ANCHOR_UNREACHABLE. */
enum reason anchor_try(const struct anchor *anchor, const struct anchor_look *look, struct failure *failure);

/* Writes what was read beside the file, as <anchor>.<name>; one of that name stays as it is. */
void anchor_keep(const struct anchor *anchor, const struct anchor_look *look, const char *name);

#endif
