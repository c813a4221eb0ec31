/* source_directory.c: an exported folder as a source. */
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "log/receipt.h"
#include "log/source.h"
#include "log/tile_path.h"

/* The largest file that the layout can have: 256 bodies of the largest size. */
#define LOG_FILE_MAX (TILE_WIDTH * (RECEIPT_BODY_MAX + 64))

static enum reason read_from_directory(
    void *context, const char *path, uint8_t **bytes, size_t *size, struct failure *failure)
{
    const struct log_directory_source *source = context;
    char whole[sizeof source->path + TILE_PATH_SIZE + 2];
    snprintf(whole, sizeof whole, "%s/%s", source->path, path);
    enum reason reason = file_read(whole, LOG_FILE_MAX, bytes, size, failure);
    return reason == REASON_FILE_NOT_FOUND
               ? failure_set(failure, REASON_ENTRY_NOT_FOUND, whole, "no such file")
               : reason;
}

/* Entries are counted by the bundles' names: nothing vouches for their contents. */
static enum reason count_beyond(void *context, uint64_t size, uint64_t *count, struct failure *failure)
{
    const struct log_directory_source *source = context;
    char entries[sizeof source->path + TILE_PATH_SIZE];
    char *const roots[] = {entries, NULL};
    size_t prefix =
        (size_t)snprintf(entries, sizeof entries, "%s/tile/entries", source->path) - strlen("tile/entries");
    uint64_t end = size;
    *count = 0;
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, NULL);
    if (walk == NULL)
        return failure_set_errno(failure, errno, entries, "fts_open");
    FTSENT *found = NULL;
    int error = 0;
    while (error == 0 && (found = fts_read(walk)) != NULL) {
        struct tile_name name;
        /* Without stat a folder that is not there is only found when it is opened. */
        bool unread = found->fts_info == FTS_ERR || found->fts_info == FTS_DNR || found->fts_info == FTS_NS;
        if (unread && found->fts_errno != ENOENT)
            error = found->fts_errno;
        else if (!unread && found->fts_pathlen > prefix && tile_path_parse(found->fts_path + prefix, &name) &&
                 name.kind == TILE_ENTRIES && name.index * TILE_WIDTH + name.width > end)
            end = name.index * TILE_WIDTH + name.width;
    }
    if (found == NULL && errno != 0)
        error = errno;
    fts_close(walk);
    if (error != 0)
        return failure_set_errno(failure, error, entries, "reading the folder");
    *count = end - size;
    return REASON_DONE;
}

enum reason log_source_directory_check(const char *directory, struct failure *failure)
{
    static const char *const parts[] = {"", "/checkpoint", "/tile"};
    bool there[3] = {false};
    for (size_t i = 0; i < 3; i++) {
        char path[sizeof((struct log_directory_source *)NULL)->path];
        struct stat status;
        if (snprintf(path, sizeof path, "%s%s", directory, parts[i]) >= (int)sizeof path)
            return failure_set(failure, REASON_BAD_ARGUMENT, directory, "the path is too long");
        there[i] = stat(path, &status) == 0;
        if (!there[i] && errno != ENOENT && errno != ENOTDIR)
            return failure_set_errno(failure, errno, path, "stat");
    }
    return there[0] && (there[1] || there[2])
               ? REASON_DONE
               : failure_set(failure, REASON_FILE_NOT_FOUND, directory,
                     "an exported log is expected: a folder with checkpoint and tile/");
}

struct log_source log_source_directory(struct log_directory_source *source, const char *directory)
{
    snprintf(source->path, sizeof source->path, "%s", directory);
    return (struct log_source){.read = read_from_directory, .context = source, .beyond = count_beyond};
}
