/* event_streams.h: what changes, told to whoever listens at /v1/events (server-sent events).
 *
 * A stream is told what its roles may know: scanners and the mode everybody; a transaction its terminal and
 * supervisors; the list those who may see it. Loop's thread.
 */
#ifndef KORDON_DAEMON_API_EVENT_STREAMS_H
#define KORDON_DAEMON_API_EVENT_STREAMS_H

#include "daemon/events.h"

struct event_stream;
struct kordond;

/* Everything is private. */
struct event_streams {
    struct event_listener listener;
    struct kordond *kordond;
    struct event_stream *first;
};

/* From now on streams are told what happens. */
void event_streams_init(struct event_streams *streams, struct kordond *kordond);

#endif
