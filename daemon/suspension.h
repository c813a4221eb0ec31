/* suspension.h: capture is suspended by a supervisor, for six hours at most, and resumes by itself (A3).
 *
 * A suspension is in force when its entry is durable, with what the state keeps of it; where that fails capture stays on. Its end comes
 * by itself: when the time is over capture is on, and the entry that says so follows as soon as it can be written. Loop's thread.
 */
#ifndef KORDON_DAEMON_SUSPENSION_H
#define KORDON_DAEMON_SUSPENSION_H

#include "daemon/degraded_log.h"
#include "daemon/events.h"
#include "daemon/guard.h"
#include "daemon/suspension_clock.h"

/* What it works with is filled in by whoever makes it. */
struct suspension {
    struct degraded *degraded;
    struct degraded_log *log;
    struct evidence *evidence;
    const struct events *events;
    const struct guard *guard;
    struct suspension_record record; /* the last one; zeroed: there was none */
    bool changing;                   /* private: a decision is on its way to the log */
};

/* At the start: what the state keeps. */
void suspension_take(struct suspension *suspension, const struct suspension_record *record);

/* Ends what is over; to be called about each second, and before anything is captured. */
void suspension_look(struct suspension *suspension);

/* DONE where capture is on; CAPTURE_SUSPENDED says by whom, why and until when. */
enum reason suspension_check(const struct suspension *suspension, struct failure *failure);

/* In the memory of whoever waits; told once, where DONE came back. failure NULL: it is in force, as seq says. */
struct suspension_waiter {
    void (*told)(struct suspension_waiter *waiter, const struct suspension *suspension, uint64_t seq,
        const struct failure *failure);
};

/* What a supervisor asks for: until a moment (UTC), or where that is 0, for so many minutes. reason: why; not empty. */
struct suspension_request {
    int64_t until_ms;
    uint32_t minutes;
    char reason[SUSPENSION_REASON_SIZE];
};

/* DONE: the waiter will be told. Otherwise it will not, and nothing was changed: SUSPENSION_TOO_LONG, BAD_VALUE (until), BUSY (another
 * decision, or the end of the last one, is not recorded yet), NO_MEMORY, the lock's reason. */
enum reason suspension_begin(struct suspension *suspension, const struct principal *principal,
    const struct suspension_request *request, struct suspension_waiter *waiter, struct failure *failure);

/* Likewise; CAPTURE_NOT_SUSPENDED where it is on. */
enum reason suspension_resume(struct suspension *suspension, const struct principal *principal,
    struct suspension_waiter *waiter, struct failure *failure);

#endif
