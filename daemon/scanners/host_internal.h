/* host_internal.h: how readers and watcher speak to the pool that holds them, without knowing it. */
#ifndef KORDON_DAEMON_SCANNERS_HOST_INTERNAL_H
#define KORDON_DAEMON_SCANNERS_HOST_INTERNAL_H

#include <uv.h>

#include "base/failure.h"
#include "daemon/scanners/pool.h"

/* All but changed() are called from the loop only. */
struct scanner_host {
    uv_loop_t *loop;
    const struct scanner_pool_options *options; /* with defaults filled in */
    void *data;
    /* Something is to be looked at when the loop runs again: a reader's state, what a capture waits for. */
    void (*changed)(void *data);
    /* For whoever listens to the pool. */
    void (*event)(void *data, enum scanner_event_type type, const struct scanner_info *info);
    /* What came of the capture on a reader: its answer, whose image is the receiver's, or a failure that left it without
     * one. */
    void (*answered)(struct scanner_capture *capture, enum reason reason, struct scanner_image *image,
        const struct failure *failure);
    void (*lost)(struct scanner_capture *capture, const struct failure *failure);
    /* One process, of a reader or the watcher, has no handle left. */
    void (*closed)(void *data);
};

#endif
