/* source_withholding.c: a source without the bodies of some events. Which entries those are is read from their heads. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/locked_memory.h"
#include "log/entry.h"
#include "log/entry_head.h"
#include "log/redaction.h"
#include "log/source.h"
#include "log/tile_path.h"

/* Whether the next head's body is one to withhold; false with *failed for what is no head. */
static bool withheld(struct bytes_reader *heads, uint32_t events, bool *failed)
{
    size_t size = bytes_read_u16be(heads);
    const uint8_t *bytes = bytes_read_direct(heads, size);
    struct entry_head head;
    enum log_event event;
    *failed = bytes == NULL || entry_head_parse((const char *)bytes, size, &head, NULL) != REASON_DONE;
    return !*failed && log_event_parse(head.event, strlen(head.event), &event) &&
           (events & LOG_EVENT_BIT(event)) != 0;
}

/* Writes a bundle of width bodies again, without those to withhold. kept has room for all of them. */
static bool copy_bodies(struct bytes_reader *heads, struct bytes_reader *bodies, unsigned width,
    uint32_t events, struct bytes_writer *kept)
{
    for (unsigned i = 0; i < width; i++) {
        bool failed;
        bool withhold = withheld(heads, events, &failed);
        size_t size = bytes_read_u32be(bodies);
        const uint8_t *body = bytes_read_direct(bodies, size);
        if (failed || body == NULL)
            return false;
        bytes_write_u32be(kept, withhold ? 0 : (uint32_t)size);
        bytes_write_copy(kept, body, withhold ? 0 : size);
    }
    return bytes_reader_finished(bodies) && !kept->failed;
}

/* Replaces *bytes, a bundle of width bodies, by one without those to withhold. */
static enum reason redact_bundle(const struct log_withholding_source *source, const char *path,
    unsigned width, struct bytes_reader *heads, uint8_t **bytes, size_t *size, struct failure *failure)
{
    uint8_t *kept = malloc(*size + 1);
    struct bytes_reader bodies;
    struct bytes_writer writer;
    bytes_reader_init(&bodies, *bytes, *size);
    bytes_writer_init(&writer, kept, *size);
    enum reason reason;
    if (kept == NULL) {
        reason = failure_set(failure, REASON_NO_MEMORY, path, "%zu bytes", *size);
    } else {
        reason = copy_bodies(heads, &bodies, width, source->events, &writer)
                     ? REASON_DONE
                     : failure_set(failure, REASON_LOG_BROKEN, path, "its entries can't be told apart");
        kept[writer.used] = 0;
    }
    memory_wipe(*bytes, *size);
    free(*bytes);
    *bytes = kept;
    *size = writer.used;
    return reason;
}

static enum reason read_bodies(const struct log_withholding_source *source, const struct tile_name *bodies,
    uint8_t **bytes, size_t *size, struct failure *failure)
{
    struct tile_name entries = *bodies;
    char entries_path[TILE_PATH_SIZE], bodies_path[TILE_PATH_SIZE];
    uint8_t *heads;
    size_t heads_size;
    entries.kind = TILE_ENTRIES;
    TRY(source->inner.read(
        source->inner.context, tile_path_format(&entries, entries_path), &heads, &heads_size, failure));
    struct bytes_reader reader;
    bytes_reader_init(&reader, heads, heads_size);
    enum reason reason = source->inner.read(
        source->inner.context, tile_path_format(bodies, bodies_path), bytes, size, failure);
    if (reason == REASON_DONE)
        reason = redact_bundle(source, bodies_path, bodies->width, &reader, bytes, size, failure);
    free(heads);
    if (reason != REASON_DONE && *bytes != NULL) {
        memory_wipe(*bytes, *size);
        free(*bytes);
        *bytes = NULL;
        *size = 0;
    }
    return reason;
}

static enum reason read_withholding(
    void *context, const char *path, uint8_t **bytes, size_t *size, struct failure *failure)
{
    const struct log_withholding_source *source = context;
    struct tile_name name;
    *bytes = NULL;
    *size = 0;
    if (tile_path_parse(path, &name) && name.kind == TILE_BODIES)
        return read_bodies(source, &name, bytes, size, failure);
    enum reason reason = source->inner.read(source->inner.context, path, bytes, size, failure);
    if (reason == REASON_ENTRY_NOT_FOUND && strcmp(path, REDACTION_FILE) == 0)
        return failure_set(failure, REASON_FILE_NOT_FOUND, path,
            "the log signed none, and without one nothing may be withheld");
    return reason;
}

static enum reason count_beyond(void *context, uint64_t size, uint64_t *count, struct failure *failure)
{
    const struct log_withholding_source *source = context;
    return source->inner.beyond(source->inner.context, size, count, failure);
}

struct log_source log_source_withholding(
    struct log_withholding_source *source, struct log_source inner, uint32_t events)
{
    *source = (struct log_withholding_source){.inner = inner, .events = events};
    return (struct log_source){
        .read = read_withholding, .context = source, .beyond = inner.beyond != NULL ? count_beyond : NULL};
}
