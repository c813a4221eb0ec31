/* source_directory.c: an exported folder as a source. */
#include <stdio.h>

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

struct log_source log_source_directory(struct log_directory_source *source, const char *directory)
{
    snprintf(source->path, sizeof source->path, "%s", directory);
    return (struct log_source){.read = read_from_directory, .context = source};
}
