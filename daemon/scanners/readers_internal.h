/* readers_internal.h: the readers that a watcher has listed, by their ids. */
#ifndef KORDON_DAEMON_SCANNERS_READERS_INTERNAL_H
#define KORDON_DAEMON_SCANNERS_READERS_INTERNAL_H

#include "daemon/scanners/reader_internal.h"

/* In the owner's struct; host is set before use, the rest zeroed. */
struct scanner_readers {
    const struct scanner_host *host;
    struct scanner_reader *first; /* in the order they appeared; those that are being removed included */
};

/* Of that id, or the index-th; NULL where there is none. Those that are being removed are not found, nor counted. */
struct scanner_reader *scanner_readers_find(const struct scanner_readers *readers, const char *id);
struct scanner_reader *scanner_readers_get(const struct scanner_readers *readers, size_t index);
size_t scanner_readers_count(const struct scanner_readers *readers);

/* What a watcher says: that it lists anew, that a reader is there, or gone, that its list is whole: then those that it did
 * not name go. SCANNER_MISBEHAVED for what no honest one says; NO_MEMORY. */
void scanner_readers_begin_listing(struct scanner_readers *readers);
enum reason scanner_readers_list(
    struct scanner_readers *readers, const struct scanner_message *device, struct failure *failure);
enum reason scanner_readers_unlist(struct scanner_readers *readers, const char *id, struct failure *failure);
void scanner_readers_end_listing(struct scanner_readers *readers);

/* Sends the events that have gathered. */
void scanner_readers_tell(struct scanner_readers *readers);

/* Closes all children; whether all are closed; and frees what is left then. */
void scanner_readers_close(struct scanner_readers *readers);
bool scanner_readers_are_closed(const struct scanner_readers *readers);
void scanner_readers_finish(struct scanner_readers *readers);

#endif
