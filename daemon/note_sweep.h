/* note_sweep.h: notes of postponed captures that nobody came back for expire: once a day they are deleted, and the log says how many. Loop's
 * thread. */
#ifndef KORDON_DAEMON_NOTE_SWEEP_H
#define KORDON_DAEMON_NOTE_SWEEP_H

#include "daemon/evidence.h"
#include "store/store.h"

/* Days behind the due one until a note goes. */
#define NOTE_SWEEP_GRACE_DAYS 30

/* Zeroed at first. */
struct note_sweep {
    struct journal_job job;
    struct evidence *evidence;
    int32_t day; /* of the last sweep */
    bool running;
    json_t *body; /* of its entry */
    struct journal_outcome outcome;
    uint64_t deleted;
};

/* To be called about each second. By a clock that can't be right, by what the log says of it, nothing expires, and by one that can, no sooner than by past_ms: how
 * far a time has come that nobody sets (retention_reached_ms()); 0: it is not known. The sweep's memory must stay until the work ends. */
void note_sweep_look(struct note_sweep *sweep, struct evidence *evidence, const struct store_guard *store,
    int64_t now_ms, int64_t past_ms);

#endif
