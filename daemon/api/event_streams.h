/* event_streams.h: what changes, told to whoever listens at /v1/events (server-sent events).
 *
 * A listener is told what its roles may know: scanners and the mode everybody; a transaction its terminal and supervisors; the list
 * those who may see it. What it missed while its connection was lost is told when it comes back with the id of the last event that
 * it heard; what can't be told any more is a "gap": that nothing is told never means that nothing happened. For that, what was told
 * to a principal with its roles is held (event_series.h) from when it first listens until FORGOTTEN_MS after it left, in as many
 * places as there are streams at most; then it is wiped. Loop's thread.
 */
#ifndef KORDON_DAEMON_API_EVENT_STREAMS_H
#define KORDON_DAEMON_API_EVENT_STREAMS_H

#include <uv.h>

#include "daemon/events.h"

struct event_subscriber;
struct kordond;

/* Everything is private. */
struct event_streams {
    struct event_listener listener;
    struct kordond *kordond;
    struct event_subscriber *first;
    uint64_t run, series_made;
    uv_timer_t heartbeat;
};

/* From now on streams are told what happens. CRYPTO_FAILED, SYSTEM_ERROR. */
enum reason event_streams_init(
    struct event_streams *streams, struct kordond *kordond, struct failure *failure);

/* When all streams have ended: forgets what was told. The loop must turn once more, to close the timer. Takes a zeroed struct. */
void event_streams_finish(struct event_streams *streams);

#endif
