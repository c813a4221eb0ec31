/* anchor.c: the anchor's file. */
#include "store/anchor_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

#define SUFFIX_MAX 32

enum reason anchor_init(struct anchor *anchor, const char *path, bool receipts_wait, struct failure *failure)
{
    *anchor = (struct anchor){.receipts_wait = receipts_wait};
    if (path == NULL)
        return REASON_DONE;
    if (strlen(path) >= sizeof anchor->path - SUFFIX_MAX)
        return failure_set(failure, REASON_BAD_ARGUMENT, path, "the path is too long");
    snprintf(anchor->path, sizeof anchor->path, "%s", path);
    return REASON_DONE;
}

void anchor_finish(struct anchor *anchor)
{
    free(anchor->known);
    anchor->known = NULL;
}

bool anchor_is_set(const struct anchor *anchor)
{
    return anchor->path[0] != '\0';
}

/* --- Looking ---------------------------------------------------------------------------------------------------- */

static enum reason open_folder(const struct anchor *anchor, struct anchor_look *look)
{
    char path[PATH_MAX];
    struct stat status;
    snprintf(path, sizeof path, "%s", anchor->path);
    look->folder = open(dirname(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (look->folder < 0 || fstat(look->folder, &status) != 0) {
        failure_set(
            &look->failure, REASON_ANCHOR_UNREACHABLE, anchor->path, "its folder: %s", strerror(errno));
        return REASON_ANCHOR_UNREACHABLE;
    }
    look->device = status.st_dev;
    return REASON_DONE;
}

/* A link would be followed away from the anchor's medium, and replaced by a file on another one. */
static bool is_no_file(const struct anchor *anchor, struct anchor_look *look)
{
    struct stat status;
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s", anchor->path);
    if (fstatat(look->folder, basename(path), &status, AT_SYMLINK_NOFOLLOW) != 0)
        return false;
    look->link = S_ISLNK(status.st_mode);
    return !S_ISREG(status.st_mode);
}

enum reason anchor_look(const struct anchor *anchor, struct anchor_look *look)
{
    struct failure why = {0};
    char what[FAILURE_WHAT_SIZE];
    *look = (struct anchor_look){.folder = -1};
    look->reason = open_folder(anchor, look);
    if (look->reason != REASON_DONE)
        return look->reason;
    enum reason reason =
        file_read_in(look->folder, anchor->path, CHECKPOINT_READ_MAX, &look->note, &look->size, &why);
    if (reason == REASON_DONE)
        return REASON_DONE;
    bool no_file = is_no_file(anchor, look);
    look->reason = reason == REASON_NO_MEMORY              ? reason
                   : reason == REASON_FILE_NOT_FOUND       ? REASON_ANCHOR_MISSING
                   : reason == REASON_TOO_LARGE || no_file ? REASON_ANCHOR_BROKEN
                                                           : REASON_ANCHOR_UNREACHABLE;
    return failure_set(&look->failure, look->reason, anchor->path, "%s", failure_what(&why, what));
}

void anchor_look_finish(struct anchor_look *look)
{
    if (look->folder >= 0)
        close(look->folder);
    free(look->note);
    *look = (struct anchor_look){.folder = -1};
}

enum reason anchor_parse(const struct anchor *anchor, const struct anchor_look *look,
    const struct verifier_key *key, struct checkpoint *checkpoint, struct failure *failure)
{
    struct failure why = {0};
    enum reason reason = checkpoint_verify((const char *)look->note, look->size, key, checkpoint, &why);
    if (reason_class(reason) == REASON_CLASS_EVIDENCE_BROKEN)
        return failure_set(failure, REASON_ANCHOR_BROKEN, anchor->path, "%s", reason_text(reason));
    if (reason != REASON_DONE && failure != NULL)
        *failure = why;
    return reason;
}

/* --- What is known of it ------------------------------------------------------------------------------------------ */

bool anchor_is_elsewhere(const struct anchor *anchor, const struct anchor_look *look)
{
    return anchor->placed && look->folder >= 0 && look->device != anchor->device;
}

bool anchor_is_known(const struct anchor *anchor, const struct anchor_look *look)
{
    if (!anchor->placed)
        return false;
    if (look->reason == REASON_ANCHOR_MISSING)
        return anchor->known == NULL;
    return look->reason == REASON_DONE && anchor->known != NULL && look->size == anchor->known_size &&
           memcmp(look->note, anchor->known, look->size) == 0;
}

static enum reason know(struct anchor *anchor, const struct anchor_look *look, const void *bytes, size_t size,
    struct failure *failure)
{
    uint8_t *copy = bytes != NULL ? malloc(size + 1) : NULL;
    if (bytes != NULL && copy == NULL)
        return failure_set(failure, REASON_NO_MEMORY, anchor->path, NULL);
    if (bytes != NULL)
        memcpy(copy, bytes, size);
    free(anchor->known);
    anchor->known = copy;
    anchor->known_size = size;
    anchor->device = look->device;
    anchor->placed = look->folder >= 0;
    return REASON_DONE;
}

enum reason anchor_know(struct anchor *anchor, const struct anchor_look *look, struct failure *failure)
{
    return know(anchor, look, look->note, look->size, failure);
}

/* For kordon's own user: how many entries the log has, and when it grows, tells who watches that what travellers did left an entry (P6). Who is to hold
 * it elsewhere is given a copy. A medium without modes shows it to everybody. */
#define ANCHOR_MODE 0600
#define KEPT_MODE   0400

/* --- Writing ------------------------------------------------------------------------------------------------------ */

enum reason anchor_unreachable(struct anchor *anchor, const struct failure *why, struct failure *failure)
{
    failure_set(&anchor->failure, REASON_ANCHOR_UNREACHABLE, anchor->path, "%s", why->detail);
    if (failure != NULL)
        *failure = anchor->failure;
    return REASON_ANCHOR_UNREACHABLE;
}

enum reason anchor_write(struct anchor *anchor, const struct anchor_look *look, const char *note,
    uint64_t size, struct failure *failure)
{
    struct failure why = {0}, said = {0};
    char what[FAILURE_WHAT_SIZE];
    size_t length = strlen(note);
    if (look->folder < 0 || look->link)
        return anchor_unreachable(anchor, &look->failure, failure);
    enum reason reason = file_write_in(look->folder, anchor->path, note, length, ANCHOR_MODE, &why);
    if (reason == REASON_DONE)
        reason = know(anchor, look, note, length, &why);
    if (reason == REASON_DONE) {
        anchor->size = size;
        anchor->failure = (struct failure){0};
        return REASON_DONE;
    }
    failure_set(&said, reason, anchor->path, "%s", failure_what(&why, what));
    return anchor_unreachable(anchor, &said, failure);
}

enum reason anchor_try(const struct anchor *anchor, const struct anchor_look *look, struct failure *failure)
{
    struct failure why = {0};
    char path[PATH_MAX + SUFFIX_MAX], room[CHECKPOINT_NOTE_SIZE] = {0}, what[FAILURE_WHAT_SIZE];
    snprintf(path, sizeof path, "%s.try", anchor->path);
    if (look->folder < 0 || look->link)
        return failure_set(failure, REASON_ANCHOR_UNREACHABLE, anchor->path, "%s", look->failure.detail);
    enum reason reason = file_write_in(look->folder, path, room, sizeof room, ANCHOR_MODE, &why);
    unlinkat(look->folder, basename(path), 0);
    if (reason == REASON_DONE)
        return REASON_DONE;
    return failure_set(failure, REASON_ANCHOR_UNREACHABLE, anchor->path, "%s", failure_what(&why, what));
}

void anchor_keep(const struct anchor *anchor, const struct anchor_look *look, const char *name)
{
    char path[PATH_MAX + SUFFIX_MAX];
    struct stat status;
    snprintf(path, sizeof path, "%s.%.*s", anchor->path, SUFFIX_MAX - 2, name);
    /* FAT, which most sticks have, knows no second name for a file: it is copied. */
    if (look->note != NULL && fstatat(look->folder, basename(path), &status, AT_SYMLINK_NOFOLLOW) != 0)
        (void)file_write_in(look->folder, path, look->note, look->size, KEPT_MODE, NULL);
}
