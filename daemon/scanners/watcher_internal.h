/* watcher_internal.h: the child that lists the readers and says which come and go. */
#ifndef KORDON_DAEMON_SCANNERS_WATCHER_INTERNAL_H
#define KORDON_DAEMON_SCANNERS_WATCHER_INTERNAL_H

#include "daemon/scanners/readers_internal.h"

/* In the owner's struct, until host's closed(); zeroed before use. */
struct scanner_watcher {
    const struct scanner_host *host;
    struct scanner_readers *readers; /* that it lists */
    struct scanner_process process;
    struct scanner_info info; /* as scanner_pool_watcher() gives it */
};

/* Starts it, from the loop. SYSTEM_ERROR as scanner_process_start(). */
enum reason scanner_watcher_start(struct scanner_watcher *watcher, const struct scanner_host *host,
    struct scanner_readers *readers, struct failure *failure);

/* Ends it; host's closed() follows from the loop. */
void scanner_watcher_close(struct scanner_watcher *watcher);
bool scanner_watcher_is_closed(const struct scanner_watcher *watcher);

/* What it means that a reader is not among the listed ones: SCANNER_NOT_FOUND where all there are have been listed; the
 * watcher's failure where they can't be: then nobody knows; DONE where that may soon be known. */
enum reason scanner_watcher_absence(
    const struct scanner_watcher *watcher, const char *id, struct failure *failure);

#endif
