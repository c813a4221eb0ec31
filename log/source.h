/* source.h: where a log's files are read from: an export, an HTTP API, a store, a test's memory.
 *
 * The files are those of the tlog-tiles layout (tile_path.h) and what stands beside them: "checkpoint", "redaction".
 * Nothing that a source gives is believed; verify.h checks it. Thread rule: that of the source.
 */
#ifndef KORDON_LOG_SOURCE_H
#define KORDON_LOG_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/failure.h"

/* read gives the file's bytes, malloc'd, or ENTRY_NOT_FOUND. */
struct log_source {
    enum reason (*read)(
        void *context, const char *path, uint8_t **bytes, size_t *size, struct failure *failure);
    void *context;
};

/* A source over an exported directory; the caller keeps the struct as long as the source. */
struct log_directory_source {
    char path[4096];
};
struct log_source log_source_directory(struct log_directory_source *source, const char *directory);

#endif
