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

/* read gives the file's bytes, malloc'd, or ENTRY_NOT_FOUND. beyond (NULL where the source can't know) gives the number of
 * entries that it holds behind the first size ones, which are those of its checkpoint. */
struct log_source {
    enum reason (*read)(
        void *context, const char *path, uint8_t **bytes, size_t *size, struct failure *failure);
    void *context;
    enum reason (*beyond)(void *context, uint64_t size, uint64_t *count, struct failure *failure);
};

/* A source over an exported directory; the caller keeps the struct as long as the source. */
struct log_directory_source {
    char path[4096];
};
struct log_source log_source_directory(struct log_directory_source *source, const char *directory);

/* Whether there is a log to be judged at all: FILE_NOT_FOUND, with what is expected, where the folder does not exist or
 * holds neither a checkpoint nor tiles. A log with a part missing is the verifier's business. */
enum reason log_source_directory_check(const char *directory, struct failure *failure);

/* A source that withholds the bodies of some events from another one. Its file "redaction" is the inner source's, without
 * which nothing may be withheld: FILE_NOT_FOUND. The caller keeps the struct as long as the source. */
struct log_withholding_source {
    struct log_source inner;
    uint32_t events; /* LOG_EVENT_BIT of each */
};
struct log_source log_source_withholding(
    struct log_withholding_source *source, struct log_source inner, uint32_t events);

#endif
