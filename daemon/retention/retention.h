/* retention.h: what may no longer be kept is erased: bodies of entries, by the policy in force (L5).
 *
 * About once a day, more often while it has to catch up, and never by a clock that can't be right. After a failure (a full disk) an hour goes by until the
 * next attempt. Loop's thread; the work itself is run.h's, on the journal's.
 */
#ifndef KORDON_DAEMON_RETENTION_RETENTION_H
#define KORDON_DAEMON_RETENTION_RETENTION_H

#include "daemon/evidence.h"
#include "daemon/guard.h"
#include "daemon/retention/run.h"

/* What the last run came to. */
struct retention_told {
    int64_t ended_ms;   /* 0: none has ended yet */
    int64_t time_ms;    /* of its own time (ages.h); 0: not known yet */
    int64_t settled_ms; /* the same, once it can be gone by for a day of the calendar; 0 before */
    uint64_t erased;    /* bodies, since kordond began */
    uint64_t
        unreadable; /* entries that the last run could not read, and so neither erased nor kept with reason */
    struct failure failure; /* of the last run; DONE: it went well */
};

/* evidence, guard and policy's holder are filled in by whoever makes it. Its memory must stay until the work ends. */
struct retention {
    struct evidence *evidence;
    const struct guard *guard;
    struct retention_told told;
    bool stopping; /* no further step is begun */
    /* private */
    bool running, watched;
    int64_t
        since_ms; /* running time of the machine that was last counted, when kordond's time was made durable, or it began */
    int64_t next_ms;  /* running time from which on the next run may begin */
    int64_t began_ms; /* running time when the run under way, or the last one, began */
    struct journal_job job;
    struct retention_run run;
};

/* To be called about each second: now_ms by the clock, elapsed_ms the machine's running time (base/boot.h). */
void retention_look(struct retention *retention, int64_t now_ms, int64_t elapsed_ms);

/* A time (ms, UTC) that is past for kordond's own time and for a clock that can be right; 0: none is known. What ended before it is over, however
 * one of the two is wrong. */
int64_t retention_past_ms(const struct retention *retention, int64_t now_ms);

/* How far kordond's own time has come, for what is kept for so many days since a moment of the clock, as far as it is known to have gone on since the last run;
 * never beyond a clock that can be right. 0 where there is none, and before the first run. */
int64_t retention_reached_ms(const struct retention *retention, int64_t now_ms, int64_t elapsed_ms);

#endif
