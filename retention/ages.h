/* ages.h: how old the log's entries are at least, by a time that nobody sets.
 *
 * What is erased can't be fetched back, so neither the clock nor what entries say of their time decides about it. kordond keeps a time of its own: it goes
 * with the clock, but never back, and forward by no more than RETENTION_PACE times what kordond has been running meanwhile, as the machine's
 * running time says. A clock that is set years ahead lets it go RETENTION_PACE days a day, and status shows it; the nights
 * of a post that is switched off are caught up with. Marks say how long the log was at which of these times: an entry is as old as the last mark
 * before which it was written, by our own time and by the clock of that moment, whichever was later, and whatever its own time. What was there before the first mark counts from that.
 *
 * Pure; any thread.
 */
#ifndef KORDON_RETENTION_AGES_H
#define KORDON_RETENTION_AGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RETENTION_PACE      4
#define RETENTION_MARKS_MAX 1024
#define RETENTION_DAY_MS    (INT64_C(24) * 3600 * 1000)

struct retention_mark {
    int64_t time_ms; /* of our own time */
    int64_t
        latest_ms; /* by the clock then, where that was later: our own time may lag behind, and what is written meanwhile is not older for it */
    uint64_t size; /* entries that the log had then */
};

struct retention_ages {
    int64_t time_ms; /* our own time */
    struct retention_mark marks[RETENTION_MARKS_MAX];
    size_t mark_count; /* 0: there is no time of our own yet */
};

/* Goes on: ran_ms of kordond since the last call's result was made durable, the clock says now_ms, the log has size entries. The first call takes the
 * clock's time. One mark a day; where there are too many, older ones become sparser, so that what is older is erased some days later. */
void retention_ages_advance(struct retention_ages *ages, int64_t ran_ms, int64_t now_ms, uint64_t size);

/* How many of the log's first entries are at least so many days old. */
uint64_t retention_ages_limit(const struct retention_ages *ages, uint32_t days);

/* That time, once it has gone on for RETENTION_SETTLED_DAYS since the first call, so that a clock that was wrong then could be seen and set right; 0
 * before. For what goes by a day of the calendar. */
#define RETENTION_SETTLED_DAYS 7
int64_t retention_ages_settled_ms(const struct retention_ages *ages);

/* Whether marks ascend, and the time is not before them: what was read back. */
bool retention_ages_sound(const struct retention_ages *ages);

#endif
