#include "daemon/scanners/readers_internal.h"

#include <string.h>

/* More readers than any desk has; a watcher that reports more is lying. */
#define READERS_MOST 32

struct scanner_reader *scanner_readers_find(const struct scanner_readers *readers, const char *id)
{
    for (struct scanner_reader *reader = readers->first; reader != NULL; reader = reader->next)
        if (!reader->removing && strcmp(reader->info.id, id) == 0)
            return reader;
    return NULL;
}

struct scanner_reader *scanner_readers_get(const struct scanner_readers *readers, size_t index)
{
    for (struct scanner_reader *reader = readers->first; reader != NULL; reader = reader->next)
        if (!reader->removing && index-- == 0)
            return reader;
    return NULL;
}

size_t scanner_readers_count(const struct scanner_readers *readers)
{
    size_t count = 0;
    for (const struct scanner_reader *reader = readers->first; reader != NULL; reader = reader->next)
        count += !reader->removing;
    return count;
}

void scanner_readers_begin_listing(struct scanner_readers *readers)
{
    for (struct scanner_reader *reader = readers->first; reader != NULL; reader = reader->next)
        reader->listed = false;
}

static enum reason misbehaved(struct failure *failure, const char *what)
{
    return failure_set(failure, REASON_SCANNER_MISBEHAVED, NULL, "%s", what);
}

enum reason scanner_readers_list(
    struct scanner_readers *readers, const struct scanner_message *device, struct failure *failure)
{
    struct scanner_reader *reader = scanner_readers_find(readers, device->device.id);
    if (reader != NULL && reader->listed)
        return misbehaved(failure, "one reader listed twice");
    if (reader != NULL) {
        reader->listed = true; /* known from the watcher before this one */
        return REASON_DONE;
    }
    if (scanner_readers_count(readers) >= READERS_MOST)
        return misbehaved(failure, "more readers than there can be");
    if (scanner_reader_create(&readers->first, readers->host, device) == NULL)
        return failure_set(failure, REASON_NO_MEMORY, NULL, "for a reader");
    return REASON_DONE;
}

enum reason scanner_readers_unlist(struct scanner_readers *readers, const char *id, struct failure *failure)
{
    struct scanner_reader *reader = scanner_readers_find(readers, id);
    if (reader == NULL || !reader->listed)
        return misbehaved(failure, "a reader gone that was not listed");
    scanner_reader_remove(reader);
    return REASON_DONE;
}

void scanner_readers_end_listing(struct scanner_readers *readers)
{
    for (struct scanner_reader *reader = readers->first, *next; reader != NULL; reader = next) {
        next = reader->next;
        if (!reader->removing && !reader->listed)
            scanner_reader_remove(reader); /* went while no watcher looked */
    }
}

void scanner_readers_tell(struct scanner_readers *readers)
{
    for (struct scanner_reader *reader = readers->first; reader != NULL; reader = reader->next)
        scanner_reader_tell(reader);
}

void scanner_readers_close(struct scanner_readers *readers)
{
    for (struct scanner_reader *reader = readers->first; reader != NULL; reader = reader->next)
        scanner_reader_close(reader);
}

bool scanner_readers_are_closed(const struct scanner_readers *readers)
{
    for (const struct scanner_reader *reader = readers->first; reader != NULL; reader = reader->next)
        if (reader->info.state != SCANNER_STATE_REFUSED)
            return false; /* with a child, it is here until that is closed */
    return true;
}

void scanner_readers_finish(struct scanner_readers *readers)
{
    while (readers->first != NULL)
        scanner_reader_free(readers->first);
}
