/* export.c: the log's files from any source into a folder. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/locked_memory.h"
#include "crypto/checkpoint.h"
#include "log/export.h"
#include "log/redaction.h"
#include "log/tile_path.h"

/* Makes the folders of a path below root, each one synced into the one above. */
static enum reason make_folders(const char *root, const char *path, struct failure *failure)
{
    char whole[PATH_MAX], above[PATH_MAX];
    snprintf(above, sizeof above, "%s", root);
    for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        if (snprintf(whole, sizeof whole, "%s/%.*s", root, (int)(slash - path), path) >= (int)sizeof whole)
            return failure_set(failure, REASON_BAD_ARGUMENT, root, "the path is too long");
        if (mkdir(whole, 0700) == 0) {
            enum reason reason = file_sync_folder(above, failure);
            if (reason != REASON_DONE)
                return reason;
        } else if (errno != EEXIST) {
            return failure_set_errno(failure, errno, whole, "mkdir");
        }
        memcpy(above, whole, sizeof above);
    }
    return REASON_DONE;
}

static enum reason write_part(
    const char *root, const char *path, const uint8_t *bytes, size_t size, struct failure *failure)
{
    char whole[PATH_MAX];
    TRY(make_folders(root, path, failure));
    if (snprintf(whole, sizeof whole, "%s/%s", root, path) >= (int)sizeof whole)
        return failure_set(failure, REASON_BAD_ARGUMENT, root, "the path is too long");
    return file_write(whole, bytes, size, 0600, failure);
}

static enum reason copy_part(
    struct log_source source, const char *root, const char *path, struct failure *failure)
{
    uint8_t *bytes;
    size_t size;
    TRY(source.read(source.context, path, &bytes, &size, failure));
    enum reason reason = write_part(root, path, bytes, size, failure);
    memory_wipe(bytes, size);
    free(bytes);
    return reason;
}

/* What the source withholds, where it does. */
static enum reason copy_redaction(struct log_source source, const char *root, struct failure *failure)
{
    struct failure cause = {0};
    enum reason reason = copy_part(source, root, REDACTION_FILE, &cause);
    if (reason == REASON_ENTRY_NOT_FOUND)
        return REASON_DONE;
    if (reason != REASON_DONE && failure != NULL)
        *failure = cause;
    return reason;
}

static enum reason copy_kind(
    struct log_source source, const char *root, enum tile_kind kind, uint64_t size, struct failure *failure)
{
    unsigned levels = kind == TILE_HASHES ? TILE_LEVELS : 1;
    for (unsigned level = 0; level < levels; level++) {
        struct tile_name name = {.kind = kind, .level = level};
        for (; (name.width = tile_width(size, level, name.index)) > 0; name.index++) {
            char path[TILE_PATH_SIZE];
            enum reason reason = copy_part(source, root, tile_path_format(&name, path), failure);
            if (reason != REASON_DONE)
                return reason;
        }
    }
    return REASON_DONE;
}

/* Everything but the checkpoint before it: who sees a checkpoint finds all that it speaks of. */
static enum reason copy_all(struct log_source source, const char *root, struct failure *failure)
{
    uint8_t *note;
    size_t note_size;
    struct checkpoint checkpoint;
    TRY(source.read(source.context, "checkpoint", &note, &note_size, failure));
    enum reason reason = checkpoint_parse((const char *)note, note_size, &checkpoint, failure);
    static const enum tile_kind order[] = {TILE_ENTRIES, TILE_BODIES, TILE_HASHES};
    for (size_t i = 0; i < sizeof order / sizeof order[0] && reason == REASON_DONE; i++)
        reason = copy_kind(source, root, order[i], checkpoint.size, failure);
    if (reason == REASON_DONE)
        reason = copy_redaction(source, root, failure);
    if (reason == REASON_DONE)
        reason = write_part(root, "checkpoint", note, note_size, failure);
    free(note);
    return reason;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *position)
{
    (void)status;
    (void)kind;
    (void)position;
    return remove(path);
}

enum reason log_export_check(const char *directory, struct failure *failure)
{
    struct stat status;
    return lstat(directory, &status) == 0 ? failure_set(failure, REASON_OUTPUT_EXISTS, directory, NULL)
                                          : REASON_DONE;
}

enum reason log_export(struct log_source source, const char *directory, struct failure *failure)
{
    char work[PATH_MAX];
    TRY(log_export_check(directory, failure));
    if (snprintf(work, sizeof work, "%s.XXXXXX", directory) >= (int)sizeof work)
        return failure_set(failure, REASON_BAD_ARGUMENT, directory, "the path is too long");
    /* Made beside the final name and renamed at the end: there is a whole export or none. */
    if (mkdtemp(work) == NULL)
        return failure_set_errno(failure, errno, directory, "mkdir");
    enum reason reason = copy_all(source, work, failure);
    if (reason == REASON_DONE && renameat2(AT_FDCWD, work, AT_FDCWD, directory, RENAME_NOREPLACE) != 0)
        reason = errno == EEXIST ? failure_set(failure, REASON_OUTPUT_EXISTS, directory, NULL)
                                 : failure_set_errno(failure, errno, directory, "rename");
    if (reason != REASON_DONE)
        nftw(work, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return reason;
}
