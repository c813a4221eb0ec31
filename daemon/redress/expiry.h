/* expiry.h: cases of redress whose last day is over are erased, each with its entry (M2): that they count no more is not yet that they are gone. Loop's
 * thread. */
#ifndef KORDON_DAEMON_REDRESS_EXPIRY_H
#define KORDON_DAEMON_REDRESS_EXPIRY_H

#include "daemon/redress/change.h"

/* Zeroed at first. */
struct redress_expiry {
    struct evidence *evidence;
    int32_t day;      /* up to which they go */
    int32_t done_day; /* of the last look that ended well */
    int64_t next_ms;  /* no look begins before: one an hour at most, of kordond's time */
    bool running;
    struct journal_job job;
    struct redress_change change; /* of one of them; its key is all zero where none was found */
};

/* To be called about each second; looks once a day, and after an hour again where that failed. By a clock that can't be right, by what the log says of it, nothing expires, and by one that can, no sooner
 * than by past_ms: how far a time has come that nobody sets (retention_reached_ms()); 0: it is not known. The memory must stay until the work ends. */
void redress_expiry_look(struct redress_expiry *expiry, struct evidence *evidence,
    const struct store_guard *store, int64_t now_ms, int64_t past_ms);

#endif
