/* event_series.h: what one subscriber was told, in the words it was told in, so that it is told again what it missed.
 *
 * Each subscriber counts its own events, from 1 on. The latest of them are held, in bounded memory; older ones are dropped, and
 * whoever asks for those learns that there is a gap. An event's id is RUN-SERIES-COUNT: the run of kordond, the series within that
 * run, the event's number in it. An id only says where to go on in the asker's own series: nobody gets another's events by it.
 *
 * Pure; a series belongs to one thread.
 */
#ifndef KORDON_DAEMON_API_EVENT_SERIES_H
#define KORDON_DAEMON_API_EVENT_SERIES_H

#include <stdint.h>

#include "base/text.h"

#define EVENT_SERIES_EVENTS 256        /* held at most */
#define EVENT_SERIES_BYTES  (64 << 10) /* of their text */
#define EVENT_TEXT_MAX      4096       /* of one event; a longer one can't be told and is a gap */

/* In memory that the owner zeroes, then fills in run and number; wiped with memory_wipe() before it is freed. */
struct event_series {
    uint64_t run;    /* of kordond: at random */
    uint64_t number; /* of the series in it */
    uint64_t count;  /* of the last event; 0: there was none */
    uint32_t held;   /* the last so many are held */
    uint16_t sizes[EVENT_SERIES_EVENTS];
    size_t used;
    char text[EVENT_SERIES_BYTES]; /* of the events held, one behind the other */
};

/* Why events can't be told again. */
enum event_gap {
    EVENT_GAP_NONE,
    EVENT_GAP_RESTARTED, /* the id is of another run of kordond */
    EVENT_GAP_FORGOTTEN, /* of this run, but of no event in this series */
    EVENT_GAP_DROPPED,   /* of this series, which does not hold all that came after it any more */
    EVENT_GAP_UNKNOWN,   /* kordond gave no such id */
    EVENT_GAP_NOT_TOLD,  /* there was no memory to say it, or it was too long */
};

#define EVENT_GAP_EVENT     "gap" /* the event that says it */
#define EVENT_GAP_DATA_SIZE 128

/* Where a subscriber goes on. */
struct event_place {
    uint64_t count;     /* of the last event that it knows, or that it can't be told any more */
    enum event_gap gap; /* why there is something that it can't be told */
    uint64_t missed;    /* how many events these are; 0: that is not known */
};

/* The next event, held from now on. data: JSON in one line; NULL: it could not be made, which is told as a gap, of that
 * time (UTC). Returns what is to be sent, valid until the next call. */
struct text event_series_add(
    struct event_series *series, const char *name, const char *data, int64_t time_ms);

/* Where to go on behind that id. */
struct event_place event_series_find(const struct event_series *series, const char *last_id);

/* The events behind that one, which must be at most the last one and at least the one before the first that is held. */
struct text event_series_after(const struct event_series *series, uint64_t count);

/* What a gap says of itself: why, and of how many events where missed is not 0. Returns data. */
const char *event_gap_data(
    char data[static EVENT_GAP_DATA_SIZE], enum event_gap gap, uint64_t missed, int64_t time_ms);

/* Writes an event that is not counted, since it tells of the present only: its id is that of the counted one before it. Returns
 * text; empty where it does not fit. */
struct text event_format(char text[static EVENT_TEXT_MAX], const struct event_series *series, uint64_t count,
    const char *name, const char *data);

#endif
